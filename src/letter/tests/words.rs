//! What the letters say, and what they do not.

use super::*;
use crate::model::calendar::Division;

#[test]
fn the_acknowledgement_says_all_that_it_must() {
    let mut world = karen();
    world.decision.flags = vec![Flag::Emergency, Flag::Representative, Flag::Adjustment];
    let letter = world.letter();
    in_order(
        &letter.text,
        &[
            "--- Please write above this line ---",
            "Dear Karen Whitlock,",
            "call 999",
            "0800 111 999",
            "01632 960 299",
            "Your reference: PR-2026-000123",
            "Monday 2 March 2026",
            "Stage: 1 of 2",
            "1. “The pipe under my kitchen sink has been leaking since 3 February.”",
            "2. “Twice I was given",
            "“I want it fixed this week and I want the unit replaced.”",
            "Leaks: we are responsible",
            "Trees: we will check",
            "Who have you spoken to about it, and when?",
            "By Monday 9 March 2026",
            "By Monday 16 March 2026 at the latest",
            "You wrote for someone else",
            "reply to this email",
            "Complaints Team on 01632 960 200",
            "large print",
            "A person will read this and set it up.",
            "https://www.thrive.example/complaints",
            "make-a-complaint",
            "0300 111 3000",
            "PR2 0ET",
            "sent automatically. A person will read your complaint.",
            "Thrive Homes",
        ],
    );
    for answered in ["When did it start?", "What would you like us to do", "What are you unhappy about?", "Public roads"] {
        assert!(!letter.text.contains(answered), "{answered}");
    }
    assert_eq!(letter.subject, "Re: leak STILL not fixed - 31 Tanners Court [PR-2026-000123]");
}

#[test]
fn who_writes_in_another_language_is_asked_nothing_before_it_is_read() {
    let mut world = karen();
    world.message.language = Some("pol".into());
    world.decision.definition = Definition { what: world.decision.definition.what.clone(), ..Definition::default() };
    let text = world.letter().text;
    in_order(&text, &["1. “The pipe under my kitchen sink", "A person will read it", "By Monday 9 March 2026"]);
    for asked in ["When did it start?", "Who have you spoken to", "What would you like us to do", "We ask you about this below"] {
        assert!(!text.contains(asked), "{asked}");
    }
}

#[test]
fn nothing_known_asks_the_four_questions() {
    let mut world = karen();
    world.decision.definition = Definition::default();
    world.decision.duties.clear();
    let text = world.letter().text;
    in_order(
        &text,
        &["A person will read all of it", "What are you", "When did", "Who have you", "What would you", "the date of our full answer"],
    );
}

#[test]
fn who_says_that_they_rang_is_asked_with_whom_they_spoke() {
    let mut world = karen();
    world.message.text = "The alarm beeps. I rang on the 6th and nobody knew of it.".into();
    let text = world.letter().text;
    assert!(text.contains("Who did you speak to, if you know?") && !text.contains("Who have you spoken to"), "{text}");
}

#[test]
fn a_letter_of_a_welsh_landlord_is_welsh_first_and_says_as_much() {
    let mut world = karen();
    world.policy.welsh = true;
    world.policy.topics[0].says_cy = "Gollyngiadau: ni sy'n gyfrifol am ein pibellau.".into();
    world.policy.contact.name_cy = "Tîm Cwynion".into();
    let letter = world.letter();
    let parts = [
        "--- Please write above this line ---",
        "Annwyl Karen Whitlock,",
        "Rydym wedi ei gofnodi fel cwyn",
        "PR-2026-000123",
        "dydd Llun 2 Mawrth 2026",
        "“The pipe under my kitchen sink",
        "Gollyngiadau: ni sy'n gyfrifol",
        "Trees: we will check who owns this one.",
        "Â phwy ydych chi wedi siarad",
        "Erbyn dydd Llun 9 Mawrth 2026",
        "Erbyn dydd Llun 16 Mawrth 2026",
        "gallwch ofyn am gam 2",
        "ffonio Tîm Cwynion",
        "https://www.thrive.example/complaints",
        "Yr Ombwdsmon",
        "0300 111 3000",
        "Dear Karen Whitlock,",
        "Thank you for telling us",
        "Leaks: we are responsible",
    ];
    in_order(&letter.text, &parts);
    assert!(letter.html.contains("<div lang=\"cy\">") && letter.html.find("Annwyl") < letter.html.find("Dear Karen"));
    // What is not in Welsh there is said to be in English, and quoted words are in the language that they were written in.
    assert!(letter.html.contains("<li lang=\"en-GB\">Trees:") && letter.html.contains("<li lang=\"cy\">Gollyngiadau:"), "{}", letter.html);
    assert_eq!(letter.html.matches("<li lang=\"en-GB\">“The pipe").count(), 2);
    world.message.language = Some("pol".into());
    assert_eq!(world.letter().html.matches("<li lang=\"\">“The pipe").count(), 2);
    assert!(!karen().letter().text.contains("Annwyl"));
}

#[test]
fn who_asks_for_large_print_or_welsh_has_it() {
    let mut world = karen();
    world.message.text = "I cannot see well. Please write to me in large print.".into();
    assert!(!world.letter().html.contains("font-size:24px;line-height:1.5"), "a letter that only names large print asks for none");
    world.decision.flags = vec![Flag::Adjustment];
    assert!(world.letter().html.contains("font-size:24px;line-height:1.5"));
    world.message.text = "Please answer me in Welsh.".into();
    let letter = world.letter();
    assert!(letter.text.contains("Annwyl") && !letter.html.contains("font-size:24px;line-height:1.5"));
}

#[test]
fn large_print_once_asked_for_is_in_every_letter_but_those_to_strangers() {
    let large = |world: &World| world.letter().html.contains("font-size:24px;line-height:1.5");
    let mut world = karen().linked(Kind::Addition, true);
    assert!(!large(&world));
    world.case.as_mut().unwrap().large_print = true;
    assert!(large(&world));
    let mut stranger = karen().linked(Kind::Addition, false);
    stranger.case.as_mut().unwrap().large_print = true;
    assert!(!large(&stranger), "that a resident reads large print is nobody's to learn by a number");
    let mut firm = karen();
    firm.case.as_mut().unwrap().large_print = true;
    firm.form = Form::ContractorThanks;
    assert!(!large(&firm));
}

/// X counts 280 characters, and the Welsh and the English are in one post.
#[test]
fn what_is_said_in_public_fits_a_post_in_both_languages() {
    for form in [Form::TakeOffline, Form::SignpostSocial] {
        for page in check::samples(form).into_iter().filter(|p| p.public) {
            let text = quote::tidy(&TEMPLATES.part(form, "txt", &page).unwrap());
            assert!(text.chars().count() <= 280, "{} {text}", text.chars().count());
        }
    }
}

#[test]
fn northern_ireland_has_its_own_gas_number() {
    let mut world = karen();
    world.policy.division = Division::NorthernIreland;
    world.decision.flags = vec![Flag::Safety];
    let text = world.letter().text;
    assert!(text.contains("0800 002 001") && !text.contains("0800 111 999"));
}

#[test]
fn a_weak_link_gets_nothing_that_its_sender_did_not_write() {
    for kind in [Kind::Addition, Kind::Stage2Request] {
        let mut world = karen().linked(kind, false);
        world.response_due = Some(day("2026-03-16"));
        world.decision.duties = vec![duty(DutyKind::RespondStage2, "2026-03-30"), duty(DutyKind::Define, "2026-03-09")];
        let letter = world.letter();
        let mime = String::from_utf8_lossy(&letter.mime);
        for secret in ["PR-2026", "16 March", "30 March", "9 March", "7q4m2k9f", "SECRET", "Stage:"] {
            assert!(!letter.text.contains(secret) && !letter.html.contains(secret) && !mime.contains(secret), "{kind:?} {secret}");
        }
        assert!(mime.contains("0300 111 3000"));
        let strong = World { response_due: Some(day("2026-03-16")), ..karen().linked(kind, true) }.letter();
        assert!(strong.text.contains("PR-2026-000123") && strong.text.contains("16 March"), "{}", strong.text);
    }
}

#[test]
fn a_complaint_that_also_names_another_case_is_the_senders_own() {
    let mut world = karen();
    world.decision.link = Some(Link { case: 9, evidence: vec![Evidence::ReferenceInBody], strong: false });
    assert!(world.letter().text.contains("PR-2026-000123"));
}

#[test]
fn stage_two_asks_for_no_reasons() {
    let mut world = karen().linked(Kind::Stage2Request, true);
    world.decision.duties = vec![duty(DutyKind::RespondStage2, "2026-03-30"), duty(DutyKind::Define, "2026-03-09")];
    let text = world.letter().text;
    in_order(
        &text,
        &["Stage: 2 of 2", "You do not have to say why", "A different person", "Monday 9 March", "Monday 30 March 2026 at the latest"],
    );
    assert!(!text.contains("Who have you spoken to"));
    world.decision.flags = vec![Flag::Premature];
    world.response_due = Some(day("2026-03-16"));
    let text = world.letter().text;
    in_order(&text, &["Stage: 1 of 2 for now", "still working on stage 1", "Monday 16 March", "You do not have to say why"]);
    assert!(!text.contains("30 March"));
    // A date that has passed is not promised again.
    world.response_due = Some(day("2026-02-16"));
    assert!(!world.letter().text.contains("16 February"));
}

#[test]
fn signposts_say_where_and_how_to_complain() {
    let mut world = karen();
    world.form = Form::Signpost;
    world.case = None;
    world.decision.kind = Kind::ServiceRequest;
    world.decision.effect = Effect::Record;
    let letter = world.letter();
    in_order(
        &letter.text,
        &["as a request for a service", "We have not logged this as a complaint", "You can complain at any time", "0300 111 3000"],
    );
    assert_eq!(letter.subject, "Re: leak STILL not fixed - 31 Tanners Court");
    assert!(!String::from_utf8_lossy(&letter.mime).contains("\nReply-To"));
    world.decision.topics = vec!["bins".into()];
    in_order(&world.letter().text, &["as a request", "council empties"]);
    world.decision.kind = Kind::AsbReport;
    let text = world.letter().text;
    in_order(&text, &["anti-social behaviour", "call 999", "101"]);
    assert!(!text.contains("council empties"));
}

#[test]
fn a_public_answer_is_short_and_holds_no_detail() {
    let mut world = karen();
    world.form = Form::TakeOffline;
    world.to = None;
    world.message.channel = Channel::Social;
    world.decision.flags = vec![Flag::Emergency];
    let social = |public| {
        Some(Social {
            platform: Platform::X,
            public,
            verb: Verb::Add,
            account: None,
            parent: None,
            thread: None,
            no_message: false,
            event_at: None,
            unreadable: false,
        })
    };
    world.message.social = social(true);
    for form in [Form::SignpostSocial, Form::TakeOffline] {
        let text = World { form, ..world.clone() }.letter().text;
        assert!(text.chars().count() <= 280, "{} characters: {text}", text.chars().count());
    }
    let letter = world.letter();
    in_order(&letter.text, &["999", "private message", "0300 111 3000"]);
    assert!(letter.mime.is_empty() && letter.html.is_empty() && letter.subject.is_empty());
    for detail in ["PR-", "Karen", "leak", "sink"] {
        assert!(!letter.text.contains(detail), "{detail}");
    }
    world.message.social = social(false);
    in_order(&world.letter().text, &["999", "01632 960 299", "your name", "https://www.thrive.example/complaints", "make-a-complaint"]);
}

#[test]
fn what_a_contractor_forwards_is_answered_as_the_residents_own() {
    let mut world = karen();
    world.decision.via = Some(Via::Contractor);
    world.message.from = Party { name: Some("Axis Office".into()), email: Some(address("office@axisrepairs.example")), id: None };
    world.message.subject = "FW: tenant moaning".into();
    world.message.text = "COVERING NOTE".into();
    world.message.forwards = vec![Forwarded {
        from_name: Some("Karen Whitlock".into()),
        from_email: world.to.clone(),
        subject: Some("my sink".into()),
        message_id: Some("her-own@freemail.example".into()),
        ..Forwarded::default()
    }];
    let letter = world.letter();
    assert_eq!(letter.subject, "Re: my sink [PR-2026-000123]");
    in_order(&letter.text, &["Dear Karen Whitlock,", "A firm that works for us passed this on", "leaking since"]);
    let mime = String::from_utf8_lossy(&letter.mime);
    assert!(mime.contains("In-Reply-To: <her-own@freemail.example>") && !mime.contains("CA923"));
    // A note about her holds the firm's words, not hers: they are not repeated.
    world.message.forwards.clear();
    let letter = world.letter();
    assert!(!letter.text.contains("leaking since"), "{}", letter.text);
    assert!(!String::from_utf8_lossy(&letter.mime).contains("In-Reply-To"));
}

#[test]
fn insults_and_private_things_are_not_given_back() {
    let mut world = karen();
    world.decision.flags = vec![Flag::Abuse, Flag::Health];
    world.decision.definition.what =
        vec!["Nobody came on Monday you useless clowns".into(), "The damp is back, my asthma is worse for it".into()];
    world.decision.reasons = vec![Reason::new("signal.abuse", "insults staff", vec!["useless clowns".into()])];
    let letter = world.letter();
    for kept in [&letter.text, &letter.html] {
        assert!(!kept.contains("clowns") && !kept.contains("asthma"), "{kept}");
        assert!(kept.contains("The damp is back") && kept.contains("We do not repeat them here"));
    }
    world.message.subject = "useless clowns".into();
    world.decision.definition.outcome = Some("sack the useless clowns".into());
    let letter = world.letter();
    assert_eq!(letter.subject, "Re: your message to Thrive Homes [PR-2026-000123]");
    assert!(letter.text.contains("You told us what you want. A person will read it.") && !letter.text.contains("clowns"));
}

#[test]
fn staff_letters_name_the_case_and_nobody() {
    for (form, word) in [(Form::Reminder, "Due"), (Form::Alarm, "LATE")] {
        let mut world = karen();
        world.form = form;
        world.to = Some(address("officer@thrive.example"));
        world.duty = Some(duty(DutyKind::RespondStage1, "2026-03-16"));
        let letter = world.letter();
        assert_eq!(letter.subject.split(' ').next(), Some(word));
        in_order(&letter.subject, &["Monday 16 March 2026", "send the stage 1 response", "[PR-2026-000123]"]);
        in_order(&letter.text, &["PR-2026-000123", "send the stage 1 response", "Monday 16 March 2026"]);
        let mime = String::from_utf8_lossy(&letter.mime).into_owned();
        for secret in ["Karen", "karen", "leak", "7q4m2k9f", "SECRET"] {
            assert!(!mime.contains(secret), "{secret}");
        }
        assert!(mime.contains("Auto-Submitted: auto-generated"));
        mail::good_lines(&letter.mime);
    }
}

#[test]
fn a_firm_that_passes_on_is_told_of_the_case_and_nothing_of_the_resident() {
    let mut world = karen();
    world.form = Form::ContractorThanks;
    world.to = Some(address("office@axisrepairs.example"));
    world.message.from = Party { name: Some("Axis Office".into()), email: world.to.clone(), id: None };
    world.decision.via = Some(Via::Contractor);
    world.decision.contractor_delay_wd = Some(4);
    let letter = world.letter();
    in_order(
        &letter.text,
        &["Hello,", "Monday 2 March 2026", "PR-2026-000123", "We write to the resident", "4 working days", "Thrive Homes"],
    );
    let mime = String::from_utf8_lossy(&letter.mime);
    for secret in ["Karen", "karen", "sink", "7q4m2k9f"] {
        assert!(!mime.replace("leak STILL", "").contains(secret), "{secret}");
    }
    assert!(mime.contains("Auto-Submitted: auto-replied") && mime.contains("In-Reply-To: <CA923"));
    world.decision.contractor_delay_wd = Some(0);
    world.decision.answer_to = None;
    let text = world.letter().text;
    assert!(text.contains("We found no email address") && !text.contains("working days"), "{text}");
}

#[test]
fn what_cannot_be_read_is_asked_for_again_and_loses_no_time() {
    let mut world = karen();
    world.form = Form::Unreadable;
    world.case = None;
    world.decision.kind = Kind::NeedsReview;
    world.decision.effect = Effect::Record;
    world.decision.definition = Definition::default();
    world.decision.duties = vec![duty(DutyKind::Acknowledge, "2026-03-09")];
    let text = world.letter().text;
    in_order(
        &text,
        &["could not find any words", "plain email", "call us", "Monday 9 March 2026", "from the day we got it", "0300 111 3000"],
    );
    world.message.defects = vec![crate::model::message::Defect::new("encrypted", "x")];
    assert!(world.letter().text.contains("locked (encrypted)"));
    // What was read of it, its subject, may be a complaint all the same.
    let opened = World { form: Form::AcknowledgeStage1, ..world }.letter().text;
    assert!(opened.contains("Part of your message is locked"), "{opened}");
}

#[test]
fn a_survey_answer_is_told_how_to_complain() {
    let mut world = karen();
    world.form = Form::Survey;
    world.case = None;
    world.decision.kind = Kind::SurveyFeedback;
    world.decision.reply = Reply::Signpost;
    world.policy.signposts.push(Signpost {
        matter: "survey_feedback".into(),
        says: "Your answers go to the survey team.".into(),
        ..Signpost::default()
    });
    assert_eq!(Form::of(&world.decision, Channel::Email), Some(Form::Survey));
    assert_eq!(Form::of(&world.decision, Channel::Social), Some(Form::SignpostSocial));
    in_order(&world.letter().text, &["survey team", "not logged as a complaint", "You can complain at any time", "0300 111 3000"]);
}
