use super::*;

fn today() -> Date {
    "2026-11-22".parse().unwrap()
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

#[test]
fn the_shipped_policies_are_those_of_the_scenario_format() {
    let policies = load(None).unwrap();
    let [code, thrive, together] = ["code", "thrive", "together"].map(|id| &policies[id]);
    assert_eq!(code.mailboxes, [address("complaints@landlord.example")]);
    assert_eq!((code.limit_months, code.respond_stage1_wd, code.respond_stage2_wd), (12, 10, 20));
    assert_eq!(thrive.mailboxes, [address("complaints@thrive.example"), address("enquiries@thrive.example")]);
    assert_eq!((thrive.limit_months, thrive.respond_stage1_wd, thrive.respond_stage2_wd), (6, 10, 20));
    assert_eq!(thrive.respond_from, RespondFrom::Receipt);
    assert_eq!(together.mailboxes, [address("feedback@together.example")]);
    assert_eq!((together.social_hours, together.respond_stage2_wd, together.limit_months), (true, 15, 12));
    for policy in [code, thrive, together] {
        assert!(policy.is_staff(&policy.mailboxes[0]));
        for firm in ["a@axisrepairs.example", "b@heatwell-gas.example", "c@sparkline-electrical.example", "office@brightroofing.example"] {
            assert!(policy.contractor(&address(firm)).is_some(), "{} {firm}", policy.id);
        }
        assert!(policy.contractor(&address("bill@brightroofing.example")).is_none());
        assert!(policy.ombudsman.post.contains("PR2 0ET") && policy.ombudsman.phone == "0300 111 3000");
    }
}

#[test]
fn six_months_are_looser_than_the_code_and_nothing_else_shipped_is() {
    let faults = lint(None, today(), &["thrive", "together", "code"]);
    let looser: Vec<_> = faults.iter().filter(|f| f.says.contains("looser")).map(|f| (f.file.as_str(), f.says.as_str())).collect();
    assert_eq!(looser, [("rules/policies/thrive.toml", "looser than the Code: it looks back 12 months (Code 2.2), this policy 6")]);
    assert!(faults.iter().all(|f| !f.fatal));
    assert_eq!(faults.iter().filter(|f| f.says.contains("belong to nobody")).count(), 3);
    assert_eq!(lint(None, today(), &[]), []);
}

/// domain.md section 10, and the Code's own figures beside it.
#[test]
fn each_nation_has_its_own_days_calendar_and_ombudsman() {
    use crate::model::calendar::{Counting, Division};
    let policies = load(None).unwrap();
    let days = |id: &str| {
        let p = &policies[id];
        (p.ack_stage1_wd, p.ack_stage2_wd, p.respond_stage1_wd, p.respond_stage2_wd, p.extend_stage1_wd, p.limit_months)
    };
    assert_eq!(days("code"), (5, 5, 10, 20, 10, 12));
    assert_eq!(days("scotland"), (3, 3, 5, 20, 5, 6));
    assert_eq!(days("wales"), (5, 5, 10, 20, 10, 6));
    assert_eq!(days("northern-ireland"), (3, 3, 5, 20, 5, 6));
    for (id, division, counting, ombudsman, months) in [
        ("scotland", Division::Scotland, Counting::ReceiptIsDay1, "Scottish Public Services Ombudsman", Some(2)),
        ("wales", Division::EnglandAndWales, Counting::DayAfter, "Public Services Ombudsman for Wales", None),
        ("northern-ireland", Division::NorthernIreland, Counting::DayAfter, "Northern Ireland Public Services Ombudsman", Some(2)),
    ] {
        let p = &policies[id];
        assert_eq!((p.division, p.counting, p.ombudsman.name.as_str(), p.stage2_limit_months), (division, counting, ombudsman, months));
        assert_eq!(p.respond_from, RespondFrom::Receipt, "{id}");
        assert_eq!(p.hazards, None, "{id}: Awaab's Law is England's");
        assert!(!p.ombudsman.web.contains("housing-ombudsman") && p.ombudsman.says != policies["code"].ombudsman.says, "{id}");
    }
    let unchecked = lint(None, today(), &["scotland", "wales", "northern-ireland"]);
    assert_eq!(unchecked.iter().filter(|f| f.says.contains("nobody has checked these details")).count(), 3);
    let law = policies["thrive"].hazards.as_ref().unwrap();
    let figures = (law.emergency_hours, law.investigate_wd, law.summary_wd, law.safety_work_wd, law.further_works_weeks);
    assert_eq!(figures, (24, 10, 3, 5, 12), "domain.md section 9");
}

#[test]
fn a_sites_policy_builds_on_a_shipped_one_and_may_keep_its_name() {
    let site = tempfile::tempdir().unwrap();
    std::fs::create_dir(site.path().join("policies")).unwrap();
    let own = "extends = \"thrive\"\ncontractors = []\n[contact]\nphone = \"01632 960 555\"\n\
               [[topics]]\ntopic = \"lift\"\nresponsible = \"unclear\"\nsays = \"Lifts: we will check.\"\n";
    std::fs::write(site.path().join("policies/thrive.toml"), own).unwrap();
    let policies = load(Some(site.path())).unwrap();
    let (thrive, code) = (&policies["thrive"], &policies["code"]);
    assert_eq!((thrive.limit_months, thrive.contractors.len()), (6, 0));
    assert_eq!((thrive.contact.phone.as_str(), thrive.contact.name.as_str()), ("01632 960 555", "Complaints Team"));
    assert_eq!(thrive.topics.len(), code.topics.len());
    assert_eq!(thrive.topics.iter().find(|t| t.topic == "lift").unwrap().says, "Lifts: we will check.");
}

#[test]
fn a_topic_that_the_rules_do_not_have_is_told() {
    let site = tempfile::tempdir().unwrap();
    std::fs::create_dir(site.path().join("policies")).unwrap();
    let own = "extends = \"code\"\n[[routes]]\ntopic = \"lifts\"\nrole = \"the lift team\"\n\
               [[signposts]]\nmatter = \"service_request\"\nsays = \"Ring repairs.\"\n";
    std::fs::write(site.path().join("policies/ours.toml"), own).unwrap();
    let faults = unknown_topics(Some(site.path()), &["lift", "damp", "repairs", "heating", "safety", "cleaning", "parking", "pests"]);
    let told: Vec<_> = faults
        .iter()
        .filter(|f| f.file.ends_with("ours.toml"))
        .map(|f| (f.line, f.says.as_str(), f.hint.as_deref().unwrap_or("")))
        .collect();
    assert_eq!(told, [(3, "there is no topic \"lifts\" in the rules", "did you mean \"lift\"?")]);
}

#[test]
fn policies_that_build_on_each_other_are_refused() {
    let site = tempfile::tempdir().unwrap();
    std::fs::create_dir(site.path().join("policies")).unwrap();
    std::fs::write(site.path().join("policies/north.toml"), "extends = \"south\"\n").unwrap();
    std::fs::write(site.path().join("policies/south.toml"), "extends = \"north\"\n").unwrap();
    let faults = load(Some(site.path())).unwrap_err();
    assert!(faults.iter().any(|f| f.says == "\"north\" builds on this policy in turn"), "{faults:?}");
}

/// `tests/bad-policies/NAME.toml` and what is printed of it in `NAME.expected`.
#[test]
fn every_bad_policy_is_told_as_expected() {
    folder::goldens("tests/bad-policies", "toml", |name, text| {
        let mut faults = Vec::new();
        let mut layers = read(None, &mut faults);
        layers.site = parse(vec![(name.into(), text.into())], &mut faults);
        compile(&layers, &mut faults);
        for source in layers.site.values() {
            check::advice(&source.name, &source.text, &source.file, today(), &mut faults);
        }
        faults
    });
}

#[test]
fn a_welsh_policy_says_what_of_it_is_still_in_english() {
    let today = today();
    let told = |faults: Vec<Fault>| faults.into_iter().find(|f| f.says.contains("are in Welsh first")).map(|f| f.says);
    assert_eq!(told(lint(None, today, &["wales", "code"])), None, "the shipped policy has its Welsh");
    let policies = load(None).unwrap();
    let service = |p: &str| policies[p].signposts.iter().find(|s| s.matter == "service_request").unwrap().clone();
    assert_eq!(service("wales").says, service("code").says, "its English is the Code's");
    assert!(service("wales").says_cy.contains("cais am wasanaeth") && service("code").says_cy.is_empty());
    let site = tempfile::tempdir().unwrap();
    std::fs::create_dir(site.path().join("policies")).unwrap();
    let own = "extends = \"wales\"\n[[signposts]]\nmatter = \"service_request\"\nsays = \"Our repairs team will ring you.\"\n\
               [[topics]]\ntopic = \"lift\"\nsays = \"Lifts: ours.\"\nsays_cy = \"Lifftiau: ein rhai ni.\"\n";
    std::fs::write(site.path().join("policies/cwm.toml"), own).unwrap();
    let cwm = load(Some(site.path())).unwrap().remove("cwm").unwrap();
    assert_eq!(cwm.topics.iter().find(|t| t.topic == "lift").unwrap().responsible, crate::model::policy::Responsible::Ours, "as before");
    let says = told(lint(Some(site.path()), today, &[])).unwrap();
    assert!(says.ends_with("say in English there: signpost service_request"), "{says}");
    std::fs::write(
        site.path().join("policies/cwm.toml"),
        "extends = \"code\"\n[[signposts]]\nmatter = \"lift\"\nsays_cy = \"Lifftiau.\"\n",
    )
    .unwrap();
    assert!(load(Some(site.path())).unwrap_err().iter().any(|f| f.says.contains("signpost \"lift\"")));
}
