//! Dates and greetings as Welsh writes them: `dydd Mawrth 7 Ebrill 2026`.

use jiff::civil::Date;

const DAYS: [&str; 7] = ["Llun", "Mawrth", "Mercher", "Iau", "Gwener", "Sadwrn", "Sul"];
const MONTHS: [&str; 12] =
    ["Ionawr", "Chwefror", "Mawrth", "Ebrill", "Mai", "Mehefin", "Gorffennaf", "Awst", "Medi", "Hydref", "Tachwedd", "Rhagfyr"];

pub fn date(day: Date) -> String {
    let at = |n: i8| usize::try_from(n).unwrap_or(0);
    let weekday = DAYS[at(day.weekday().to_monday_zero_offset())];
    format!("dydd {weekday} {} {} {}", day.day(), MONTHS[at(day.month() - 1)], day.year())
}

/// `Dear Rose Adair,` → `Annwyl Rose Adair,`.
pub fn greeting(english: &str) -> String {
    english.strip_prefix("Dear ").map_or_else(|| "Helo,".into(), |name| format!("Annwyl {name}"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn people_are_greeted() {
        assert_eq!(super::greeting("Dear Rose Adair,"), "Annwyl Rose Adair,");
        assert_eq!(super::greeting("Hello,"), "Helo,");
    }

    #[test]
    fn a_date_is_written_out() {
        assert_eq!(super::date(jiff::civil::date(2026, 4, 7)), "dydd Mawrth 7 Ebrill 2026");
        assert_eq!(super::date(jiff::civil::date(2026, 12, 27)), "dydd Sul 27 Rhagfyr 2026");
    }
}
