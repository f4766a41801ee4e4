//! How a letter addresses its reader.

use super::quote::one_line;

/// `Dear Karen Whitlock,`, or `Hello,` where no name stands that a person would sign with.
pub fn greeting(name: Option<&str>) -> String {
    let name = name.map(|n| one_line(n, 80)).unwrap_or_default();
    // "Rachel Timms (for Derek Timms)", "Whitlock, Karen".
    let name = name.split(['(', '[', '<']).next().unwrap_or_default().trim().trim_matches(['"', '\'']);
    let name = match name.split_once(", ") {
        Some((last, first)) if !first.contains(',') => format!("{first} {last}"),
        _ => name.to_string(),
    };
    let words: Vec<&str> = name.split_whitespace().collect();
    let good = |w: &&str| {
        w.chars().all(|c| c.is_alphabetic() || "'’.-".contains(c)) && w.chars().any(char::is_alphabetic) && w.chars().count() <= 25
    };
    // One word alone may be a nickname or a subject; two to five are a name.
    if !(2..=5).contains(&words.len()) || !words.iter().all(good) {
        return "Hello,".into();
    }
    let shouted = words.iter().all(|w| w.chars().all(|c| !c.is_lowercase())) || words.iter().all(|w| w.chars().all(|c| !c.is_uppercase()));
    let words: Vec<String> = words.iter().map(|w| if shouted { capitalised(w) } else { (*w).to_string() }).collect();
    format!("Dear {},", words.join(" "))
}

/// `o'neill-smith` → `O'Neill-Smith`.
fn capitalised(word: &str) -> String {
    let mut up = true;
    word.chars()
        .map(|c| {
            let out = if up { c.to_uppercase().next().unwrap_or(c) } else { c.to_lowercase().next().unwrap_or(c) };
            up = matches!(c, '-' | '\'' | '’' | '.');
            out
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_greeted_by_a_name_they_would_sign_with() {
        for (name, expected) in [
            ("Karen Whitlock", "Dear Karen Whitlock,"),
            ("leanne cobb", "Dear Leanne Cobb,"),
            ("SEAN O'NEILL-SMITH", "Dear Sean O'Neill-Smith,"),
            ("Rachel Timms (for Derek Timms)", "Dear Rachel Timms,"),
            ("Whitlock, Karen", "Dear Karen Whitlock,"),
            ("Mrs Pauline Jarrow", "Dear Mrs Pauline Jarrow,"),
            ("José Núñez", "Dear José Núñez,"),
            ("lcobb1996", "Hello,"),
            ("karen@freemail.example", "Hello,"),
            ("Karen", "Hello,"),
            ("Click http://x.example now", "Hello,"),
            ("", "Hello,"),
        ] {
            assert_eq!(greeting(Some(name)), expected, "{name}");
        }
    }
}
