use super::*;

#[test]
fn the_shipped_calendars_have_no_fault() {
    let today = "2026-11-22".parse().unwrap();
    assert_eq!(lint(None, today), []);
    let calendars = load(None).unwrap();
    assert_eq!(Division::ALL.map(|d| calendars[&d].days_off.len()), [40, 46, 50]);
}

#[test]
fn six_months_before_the_end_it_says_so() {
    let faults = lint(None, "2028-07-01".parse().unwrap());
    assert_eq!(faults.len(), 3);
    assert!(faults.iter().all(|f| !f.fatal && f.says.contains("known only to 2028-12-31")), "{faults:?}");
}

#[test]
fn a_site_adds_days_or_takes_the_files_place() {
    let site = tempfile::tempdir().unwrap();
    let dir = site.path().join("calendars");
    std::fs::create_dir(&dir).unwrap();
    let closed = "extends = \"england-and-wales\"\nextra_days_off = [{ date = \"2026-12-29\", name = \"Office closed\" }]\n";
    std::fs::write(dir.join("a.toml"), closed).unwrap();
    let own = "division = \"scotland\"\nsource = \"the council\"\nupdated = \"2026-01-01\"\nfirst = \"2026-01-01\"\nlast = \"2027-12-31\"\n\
               bank_holidays = [{ date = \"2026-09-28\", name = \"Autumn holiday\" }]\n";
    std::fs::write(dir.join("b.toml"), own).unwrap();
    let calendars = load(Some(site.path())).unwrap();
    let england = &calendars[&Division::EnglandAndWales];
    assert_eq!(england.days_off.len(), 41);
    assert!(!england.is_working("2026-12-29".parse().unwrap()));
    assert_eq!(calendars[&Division::Scotland].days_off, ["2026-09-28".parse().unwrap()]);
    assert_eq!(calendars[&Division::NorthernIreland].days_off.len(), 50);
}

/// `tests/bad-calendars/NAME.toml` and what is printed of it in `NAME.expected`.
#[test]
fn every_bad_calendar_is_told_as_expected() {
    folder::goldens("tests/bad-calendars", "toml", |name, text| {
        let (shipped, mut faults) = read(None);
        compile(name, text, &shipped, &mut faults);
        faults
    });
}
