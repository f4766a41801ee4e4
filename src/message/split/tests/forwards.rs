use super::*;
use crate::model::address::Address;

const BODY: &str = "Third visit missed.\nI want this sorted.";

/// The note above, the sender, the subject and the words of a forward, whatever client made it.
fn check(subject: &str, text: &str, dated: bool) {
    let got = plain(subject, text);
    let Some(f) = got.forwards.first() else { panic!("no forward in {text}") };
    assert_eq!(got.text, "Please see below.", "{text}");
    assert_eq!(f.from_email.as_ref().map(Address::as_str), Some("jo@x.example"), "{text}");
    assert_eq!(f.body, BODY, "{text}");
    assert_eq!(f.text, BODY, "{text}");
    if dated {
        assert_eq!(f.sent_at.map(|t| t.to_string()).as_deref(), Some("2026-03-02T08:55:00Z"), "{text}");
    }
}

#[test]
fn gmail_and_its_kin_in_every_language() {
    for (separator, from) in [
        ("---------- Forwarded message ---------", "From"),
        ("---------- Forwarded message ----------", "From"),
        ("---------- Přeposlaná zpráva ---------", "Od"),
        ("---------- Videresendt meddelelse ---------", "Fra"),
        ("---------- Weitergeleitete Nachricht ---------", "Von"),
        ("---------- Mensaje reenviado ---------", "De"),
        ("---------- Edelleenlähetetty viesti ---------", "Lähettäjä"),
        ("---------- Message transféré ---------", "De"),
        ("---------- Proslijeđena poruka ---------", "Od"),
        ("---------- Továbbított üzenet ---------", "Feladó"),
        ("---------- Messaggio inoltrato ---------", "Da"),
        ("---------- Doorgestuurd bericht ---------", "Van"),
        ("---------- Videresendt melding ---------", "Fra"),
        ("---------- Przekazana wiadomość ---------", "Od"),
        ("---------- Mensagem encaminhada ---------", "De"),
        ("---------- Mesaj redirecționat ---------", "De la"),
        ("---------- Пересылаемое сообщение ---------", "От"),
        ("---------- Preposlaná správa ---------", "Od"),
        ("---------- Vidarebefordrat meddelande ---------", "Från"),
        ("---------- Yönlendirilen mesaj ---------", "Gönderen"),
        ("---------- Переслане повідомлення ---------", "Від"),
        ("---------- 转发的邮件 ---------", "发件人"),
        ("---------- رسالة معاد توجيهها ---------", "من"),
        ("---------- آگے بھیجا گیا پیغام ---------", "منجانب"),
        ("---------- Neges wedi'i hanfon ymlaen ---------", "Oddi wrth"),
        ("-------- Mesaj înaintat --------", "De la"),
        ("-------- Перенаправлене повідомлення --------", "Від"),
        ("-------- Words that nobody here knows --------", "From"),
    ] {
        check(
            "Fwd: cold",
            &format!(
                "Please see below.\n\n{separator}\n{from}: Jo Resident <jo@x.example>\nDate: Mon, 2 Mar 2026 at 08:55\nSubject: cold\nTo: <office@y.example>\n\n\n{BODY}"
            ),
            true,
        );
    }
}

#[test]
fn outlook_with_and_without_its_line() {
    let line = "________________________________\n";
    for rule in [line, ""] {
        check(
            "FW: cold",
            &format!(
                "Please see below.\n\n{rule}From: Jo Resident <jo@x.example>\nSent: Monday, March 2, 2026 08:55\nTo: office@y.example <office@y.example>\nCc: Al <al@y.example>; Bo <bo@y.example>\nSubject: cold\n\n{BODY}"
            ),
            true,
        );
        check(
            "FW: cold",
            &format!(
                "Please see below.\n\n{rule}*From:* Jo Resident<mailto:jo@x.example> <jo@x.example<mailto:jo@x.example>>\n*Sent:* Monday, March 2, 2026 08:55\n*To:* office@y.example <office@y.example>\n*Subject:* cold\n\n{BODY}"
            ),
            true,
        );
    }
    check(
        "FW: cold",
        &format!(
            "Please see below.\n\nFrom: Jo Resident <jo@x.example>\nDate: Monday, 2 March 2026 at 08:55\nTo: Al <al@y.example>, Bo <bo@y.example>\nSubject: cold\n{BODY}"
        ),
        true,
    );
    check(
        "FW: cold",
        &format!(
            "Please see below.\n\nFrom: Jo Resident [mailto:jo@x.example]\nSent: 02 March 2026 08:55\nTo: Al\nSubject: cold\n\n{BODY}"
        ),
        true,
    );
    check(
        "FW: cold",
        &format!(
            "Please see below.\n\nFrom: carrier@y.example <carrier@y.example> on behalf of Jo Resident <jo@x.example>\nSent: 02 March 2026 08:55\nTo: Al\nSubject: cold\n\n{BODY}"
        ),
        true,
    );
}

#[test]
fn outlook_for_mac_2019_writes_an_attribution_and_indents() {
    for line in [
        "On 02/03/2026, 08:55, \"Jo Resident\" <jo@x.example> wrote:",
        "Am 02.03.26, 08:55 schrieb \"Jo Resident\" <jo@x.example>:",
        "Le 02/03/2026 08:55, « Jo Resident » <jo@x.example> a écrit :",
        "El 02/03/2026 08:55, \"Jo Resident\" <jo@x.example> escribió:",
        "Il 02/03/26, 08:55 \"Jo Resident\" <jo@x.example> ha scritto:",
        "Op 02-03-2026 08:55 heeft \"Jo Resident\" <jo@x.example> geschreven:",
        "W dniu 02.03.2026, 08:55 użytkownik \"Jo Resident\" <jo@x.example> napisał:",
        "Em 02/03/2026 08:55, \"Jo Resident\" <jo@x.example> escreveu:",
        "02.03.2026, 08:55, пользователь \"Jo Resident\" <jo@x.example> написал:",
        "02.03.2026 08:55 tarihinde \"Jo Resident\" <jo@x.example> yazdı:",
        "\"Jo Resident\" <jo@x.example> kirjoitti 2.3.2026 8.55:",
        "Den 2026-03-02 08:55 skrev \"Jo Resident\" <jo@x.example>:",
        "Dne 02.03.2026 08:55, „Jo Resident“ <jo@x.example> napsal:",
    ] {
        let got = plain("FW: cold", &format!("Please see below.\n\n\u{feff}{line}\n\n    Third visit missed.\n    I want this sorted.\n"));
        let f = got.forwards.first().unwrap_or_else(|| panic!("{line}"));
        assert_eq!((got.text.as_str(), f.from_email.as_ref().map(Address::as_str)), ("Please see below.", Some("jo@x.example")), "{line}");
        assert!(f.body.contains("I want this sorted."), "{line}");
    }
}

#[test]
fn apple_mail_quotes_or_does_not() {
    for separator in [
        "Begin forwarded message:",
        "Začátek přeposílané zprávy:",
        "Start på videresendt besked:",
        "Anfang der weitergeleiteten Nachricht:",
        "Inicio del mensaje reenviado:",
        "Välitetty viesti alkaa:",
        "Début du message réexpédié :",
        "Započni proslijeđenu poruku:",
        "Továbbított levél kezdete:",
        "Inizio messaggio inoltrato:",
        "Begin doorgestuurd bericht:",
        "Videresendt melding:",
        "Początek przekazywanej wiadomości:",
        "Início da mensagem reencaminhada:",
        "Începe mesajul redirecționat:",
        "Начало переадресованного сообщения:",
        "Začiatok preposlanej správy:",
        "Vidarebefordrat mejl:",
        "İleti başlangıcı:",
        "Початок листа, що пересилається:",
    ] {
        let block = format!(
            "From: Jo Resident <jo@x.example>\nSubject: cold\nDate: 2 March 2026 at 08:55:00 GMT\nTo: office@y.example\nReply-To: Jo Resident <jo@x.example>\n\n{BODY}"
        );
        let quoted: String = block.lines().map(|l| format!("> {l}\n")).collect();
        check("Fwd: cold", &format!("Please see below.\n\n{separator}\n\n{block}"), true);
        check("Fwd: cold", &format!("Please see below.\n\n{separator}\n\n{quoted}"), true);
        check("Fwd: cold", &format!("Please see below.\n\n> {separator}\n> \n{quoted}"), true);
    }
}

#[test]
fn the_rest_of_the_clients() {
    check(
        "Fwd: cold",
        &format!(
            "Please see below.\n\n-------- Forwarded Message --------\nSubject: \tcold\nDate: \tMon, 2 Mar 2026 08:55:00 +0000\nFrom: \tJo Resident <jo@x.example>\nTo: \toffice@y.example\nCC: \tAl <al@y.example>\n\n\n\n{BODY}"
        ),
        true,
    );
    check(
        "Fw: cold",
        &format!(
            "Please see below.\n\n----- Forwarded Message -----\nFrom: \"Jo Resident\" <jo@x.example>\nTo: \"office@y.example\" <office@y.example>\nSent: Monday, 2 March 2026 at 08:55:00 GMT\nSubject: cold\n\n{BODY}"
        ),
        true,
    );
    check(
        "Fw: cold",
        &format!(
            "Please see below.\n\n----- Forwarded Message ----- From: Jo Resident <jo@x.example>To: office@y.example <office@y.example>Cc: Al <al@y.example>Sent: Monday, 2 March 2026 at 08:55:00 GMTSubject: cold\n {BODY}"
        ),
        true,
    );
    check(
        "Fw: cold",
        &format!(
            "Please see below.\n\n----- Přeposlaná zpráva ----- Od: Jo Resident <jo@x.example>Komu: office@y.example <office@y.example>Odesláno: pondělí 2. března 2026 8:55:00 GMTPředmět: cold\n{BODY}"
        ),
        true,
    );
    check(
        "Fwd: cold",
        &format!(
            "Please see below.\n\n---------- Original Message ----------\nFrom: Jo Resident <jo@x.example>\nTo: office@y.example\nDate: 2 March 2026 at 08:55\nSubject: cold\n\n{BODY}"
        ),
        true,
    );
    check(
        "Fwd: cold",
        "Please see below.\n\nForwarded message:\n\n> From: Jo Resident <jo@x.example>\n> To: office@y.example\n> Subject: cold\n> Date: Mon, 2 Mar 2026 08:55:00 +0000\n>\n> Third visit missed.\nI want this sorted.",
        true,
    );
    check(
        "Fwd: cold",
        &format!(
            "Please see below.\n\n-------- Original message --------\nFrom: Jo Resident <jo@x.example>\nDate: 02/03/2026 08:55 (GMT+00:00)\nTo: office@y.example\nSubject: cold\n\n{BODY}"
        ),
        true,
    );
    check("Fwd: cold", &"Please see below.\n\n------- Forwarded Message -------\nFrom: Jo Resident <jo@x.example>\nDate: On Monday, 2 March 2026 at 08:55\nSubject: cold\nTo: office@y.example\n\n> Third visit missed.\n> I want this sorted.".replace("> ", ""), true);
    check("Fwd: cold", &format!("Please see below.\n\n============ Forwarded message ============\nFrom: Jo Resident <jo@x.example>\nTo: <office@y.example>\nDate: Mon, 02 Mar 2026 08:55:00 +0000\nSubject: cold\n============ Forwarded message ============\n\n{BODY}").replacen("\n============ Forwarded message ============\n\nT", "\n\nT", 1), true);
}

#[test]
fn a_forward_in_html() {
    let gmail = "<div dir=ltr>Please see below.<br><br><div class='gmail_quote gmail_quote_container'><div dir=ltr class=gmail_attr>---------- Forwarded message ---------<br>From: <strong class=gmail_sendername dir=auto>Jo Resident</strong> <span dir=auto>&lt;<a href='mailto:jo@x.example'>jo@x.example</a>&gt;</span><br>Date: Mon, 2 Mar 2026 at 08:55<br>Subject: cold<br>To:  &lt;<a href='mailto:office@y.example'>office@y.example</a>&gt;<br></div><br><br><div dir=ltr><div>Third visit missed.</div><div>I want this sorted.</div></div></div></div>";
    let outlook = "<div class=WordSection1><p class=MsoNormal>Please see below.<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p><div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal><b><span lang=EN-US>From:</span></b><span lang=EN-US> Jo Resident &lt;jo@x.example&gt; <br><b>Sent:</b> 02 March 2026 08:55<br><b>To:</b> Office &lt;office@y.example&gt;<br><b>Subject:</b> cold<o:p></o:p></span></p></div></div><p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>Third visit missed.<o:p></o:p></p><p class=MsoNormal>I want this sorted.<o:p></o:p></p></div>";
    let owa = "<div>Please see below.</div><div id=appendonsend></div><hr style='display:inline-block;width:98%' tabindex=-1><div id=divRplyFwdMsg dir=ltr><font face=Calibri><b>From:</b> Jo Resident &lt;jo@x.example&gt;<br><b>Sent:</b> Monday, 2 March 2026 08:55<br><b>To:</b> office@y.example &lt;office@y.example&gt;<br><b>Subject:</b> cold</font><div>&nbsp;</div></div><div>Third visit missed.<br>I want this sorted.</div>";
    let apple = "<div>Please see below.<br><div><br><blockquote type=cite><div>Begin forwarded message:</div><br class=Apple-interchange-newline><div><span><b>From: </b></span><span>Jo Resident &lt;<a href='mailto:jo@x.example'>jo@x.example</a>&gt;<br></span></div><div><span><b>Subject: </b></span><span><b>cold</b><br></span></div><div><span><b>Date: </b></span><span>2 March 2026 at 08:55:00 GMT<br></span></div><div><span><b>To: </b></span><span>office@y.example<br></span></div><br><div><div>Third visit missed.</div><div>I want this sorted.</div></div></blockquote></div></div>";
    let thunderbird = "<p>Please see below.</p><div class=moz-forward-container><br><br>-------- Forwarded Message --------<table class=moz-email-headers-table><tbody><tr><th align=RIGHT>Subject: </th><td>cold</td></tr><tr><th>Date: </th><td>Mon, 2 Mar 2026 08:55:00 +0000</td></tr><tr><th>From: </th><td>Jo Resident <a href='mailto:jo@x.example'>&lt;jo@x.example&gt;</a></td></tr><tr><th>To: </th><td>office@y.example</td></tr></tbody></table><br><br>Third visit missed.<br>I want this sorted.</div>";
    for body in [gmail, outlook, owa, apple, thunderbird] {
        let got = html("Fwd: cold", body);
        let f = got.forwards.first().unwrap_or_else(|| panic!("{body} {got:?}"));
        assert_eq!((got.text.as_str(), f.body.as_str(), f.subject.as_deref()), ("Please see below.", BODY, Some("cold")), "{body}");
        assert_eq!(
            (f.from_name.as_deref(), f.from_email.as_ref().map(Address::as_str)),
            (Some("Jo Resident"), Some("jo@x.example")),
            "{body}"
        );
        assert_eq!(f.sent_at.map(|t| t.to_string()).as_deref(), Some("2026-03-02T08:55:00Z"), "{body}");
    }
}

#[test]
fn a_chain_is_followed_but_history_inside_it_is_not() {
    let text = "For you to log.\n\n________________________________\nFrom: Office <office@y.example>\nSent: 03 March 2026 10:00\nTo: Al <al@y.example>\nSubject: FW: cold\n\nAl, please pass on.\n\n________________________________\nFrom: Jo Resident <jo@x.example>\nSent: 02 March 2026 08:55\nTo: Office <office@y.example>\nSubject: RE: cold\n\nYou said Monday and nobody came.\n\nFrom: Office <office@y.example>\nSent: 01 March 2026 09:00\nTo: Jo Resident <jo@x.example>\nSubject: cold\n\nWe will come on Monday.";
    let got = plain("FW: cold", text);
    let senders: Vec<_> = got.forwards.iter().filter_map(|f| f.from_email.as_ref()).map(Address::as_str).collect();
    assert_eq!(senders, ["office@y.example", "jo@x.example"]);
    assert_eq!(got.forwards[1].text, "You said Monday and nobody came.");
    assert!(got.forwards[1].body.contains("We will come on Monday."));
    assert_eq!(got.forwards[0].text, "Al, please pass on.");
}

#[test]
fn an_answer_with_history_is_no_forward() {
    let block = "From: Complaints <c@l.example>\nSent: 02 March 2026 08:55\nTo: Jo <jo@x.example>\nSubject: Your complaint\n\nDear Jo";
    assert!(plain("RE: Your complaint", &format!("Still cold.\n\n{block}")).forwards.is_empty());
    // No prefix: the block is from those whom this was written to.
    let us = [Address::parse("c+abc@l.example").expect("an address")];
    let got = split_from(&Body { plain: Some(&format!("Still cold.\n\n{block}")), html: None, subject: "cold" }, &us);
    assert!(got.forwards.is_empty());
    assert_eq!(got.text, "Still cold.");
    // A forward prefix over our own letter is still our own letter.
    let marked = block.replace("Dear Jo", "--- Please write above this line ---\n\nDear Jo");
    let got = plain("Fwd: Your complaint", &format!("Still cold.\n\n{marked}"));
    assert!(got.forwards.is_empty() && got.quoted.contains("Dear Jo") && got.text == "Still cold.");
}

#[test]
fn a_note_beneath_a_quoted_forward_is_the_forwarders() {
    let got = plain(
        "Fwd: cold",
        "> Begin forwarded message:\n>\n> From: Jo Resident <jo@x.example>\n> Subject: cold\n> Date: 2 March 2026 at 08:55:00 GMT\n> To: office@y.example\n>\n> Third visit missed.\n\nCan you deal please",
    );
    assert_eq!((got.text.as_str(), got.forwards[0].body.as_str()), ("Can you deal please", "Third visit missed."));
}

#[test]
fn mutt_says_where_it_ends_and_zoho_draws_twice() {
    let text = format!(
        "Please see below.\n\n----- Forwarded message from Jo Resident <jo@x.example> -----\n\nDate: Mon, 2 Mar 2026 08:55:00 +0000\nFrom: Jo Resident <jo@x.example>\nTo: office@y.example\nSubject: cold\n\n{BODY}\n\n----- End forwarded message -----"
    );
    check("Fwd: cold", &text, true);
    let rule = "============ Forwarded message ============";
    let text = format!(
        "Please see below.\n\n{rule}\nFrom: Jo Resident <jo@x.example>\nTo: <office@y.example>\nDate: Mon, 02 Mar 2026 08:55:00 +0000\nSubject: cold\n{rule}\n\n{BODY}"
    );
    check("Fwd: cold", &text, true);
}

#[test]
fn a_forward_that_tells_no_sender_still_has_its_words() {
    let got = plain("Fwd: lifts", "One for you.\n\n> Both lifts have been off for nine days.\n>\n> The residents");
    assert_eq!((got.text.as_str(), got.forwards.len(), got.forwards[0].from_email.as_ref()), ("One for you.", 1, None));
    assert_eq!(got.forwards[0].body, "Both lifts have been off for nine days.\n\nThe residents");
}

#[test]
fn a_forward_whose_header_lies_deeper_than_its_body() {
    let block = "<b>From: </b>Jo Resident &lt;jo@x.example&gt;<br><b>Date: </b>Monday, 2 March 2026 at 08:55<br><b>To: </b>o@y.example<br><b>Subject: </b>cold";
    let got = html(
        "FW: cold",
        &format!(
            "<div>Please see below.</div><div id=mail-editor-reference-message-container class='ms-outlook-mobile-reference-message'><div class='ms-outlook-mobile-reference-message'>{block}</div><p>Third visit missed.</p></div>"
        ),
    );
    assert_eq!((got.text.as_str(), got.forwards[0].body.as_str()), ("Please see below.", "Third visit missed."));
}
