use super::*;

const OURS: &str = "--- Please write above this line ---\n\nDear Ms Bloggs,\n\nThank you for telling us. Your reference is PR-2026-000123.\n\nComplaints Team";

fn check(subject: &str, text: &str, want: &str) {
    let got = plain(subject, text);
    assert_eq!(got.text, want, "{text}");
    assert!(got.forwards.is_empty(), "{text}");
}

#[test]
fn attributions_over_unquoted_history() {
    for line in [
        "On Mon, 2 Mar 2026 at 09:20, Complaints <c@l.example> wrote:",
        "On Mon, 2 Mar 2026 at 09:20, Complaints\n<c@l.example>\nwrote:",
        "Le lun. 2 mars 2026 à 09:20, Complaints <c@l.example> a écrit :",
        "Am Mo., 2. März 2026 um 09:20 Uhr schrieb Complaints <c@l.example>:",
        "pon., 2 mar 2026 o 09:20 Complaints <c@l.example> napisał(a):",
        "În lun., 2 mar. 2026 la 09:20, Complaints <c@l.example> a scris:",
        "Ar Llun, 2 Maw 2026 am 09:20, Complaints <c@l.example> ysgrifennodd:",
        "пн, 2 бер. 2026 р. о 09:20 Complaints <c@l.example> пише:",
        "بتاریخ پیر، 2 مارچ، 2026 کو 09:20 بجے Complaints <c@l.example> نے لکھا:",
        "Op 17-feb.-2026, om 13:18 heeft Complaints <c@l.example> het volgende geschreven:",
        "På 14 september 2026 på 02:23:18, Complaints (c@l.example) skrev:",
        "---- On Mon, 02 Mar 2026 09:20:00 +0000 Complaints <c@l.example> wrote ----",
        "Vào 14:24 8 tháng 6, 2026, Complaints <c@l.example> đã viết:",
        "Wiadomość napisana przez Complaints <c@l.example> w dniu 2 mar 2026, o godz. 09:20:",
        "Complaints <c@l.example>, 2 Mar\n2026 Pzt, 09:20 tarihinde şunu yazdı:",
        "Complaints <c@l.example> hat am\n02.03.2026 09:20 CET geschrieben:",
        "پیر، 2 مارچ، 2026 کو 9:20 AM بجے Complaints\n<c@l.example> نے لکھا:",
        "सोम, 2 मार्च 2026 को 9:20 am बजे को Complaints\n<c@l.example> ने लिखा:",
    ] {
        check("Re: Your complaint", &format!("Nobody came.\n\n{line}\n\nDear Ms Bloggs,\n\nThank you for telling us."), "Nobody came.");
        check(
            "Re: Your complaint",
            &format!("Nobody came.\n\n{line}\n\n> Dear Ms Bloggs,\n>\n> Thank you for telling us.\n"),
            "Nobody came.",
        );
        check(
            "Re: Your complaint",
            &format!("{line}\n\n> Dear Ms Bloggs,\n>\n> Thank you for telling us.\n\nNobody came."),
            "Nobody came.",
        );
    }
}

#[test]
fn quotings_that_say_neither_date_nor_wrote() {
    for line in [
        "Quoting Complaints <c@l.example>:",
        "Zitat von Complaints\n<c@l.example>:",
        "Complaints <c@l.example>\n于2026年3月2日周一 09:20写道：",
    ] {
        check("Re: x", &format!("Nobody came.\n\n{line}\n\n> Dear Ms Bloggs"), "Nobody came.");
    }
    check("Re: x", "Nobody came.\n\n>>> Complaints <c@l.example> 02/03/2026 09:20 >>>\nDear Ms Bloggs", "Nobody came.");
    let got = html("Re: x", "<p>Nobody came.</p><p>&gt;&gt;&gt; Complaints 02/03/2026 09:20 &gt;&gt;&gt;</p><p>Dear Ms Bloggs</p>");
    assert_eq!(got.text, "Nobody came.");
}

#[test]
fn header_blocks_over_unquoted_history() {
    for block in [
        "From: Complaints <c@l.example>\nSent: 02 March 2026 08:55\nTo: Jo Bloggs\nSubject: Your complaint",
        "________________________________\nFrom: Complaints <c@l.example>\nSent: 02 March 2026 08:55\nTo: Jo Bloggs\nSubject: Your complaint",
        "-----Original Message-----\nFrom: Complaints <c@l.example>\nTo: Jo Bloggs <jo@x.example>\nSent: Mon, 2 Mar 2026 8:55\nSubject: Your complaint",
        " ------------------------------\n\n*From:* Complaints\n*Sent:* 2026-03-02\n*To:* jo@x.example\n*Subject:* Your complaint",
        "-----Ursprüngliche Nachricht-----\nVon: Complaints\nGesendet: Montag, 2. März 2026 08:55\nAn: Jo\nBetreff: Your complaint",
        "-------- Wiadomość oryginalna --------\nOd: Complaints <c@l.example>\nData: 02.03.2026 08:55\nDo: Jo\nTemat: Your complaint",
        "-----Mesaj original-----\nDe la: Complaints\nTrimis: luni, 2 martie 2026\nCătre: Jo\nSubiect: Your complaint",
        "-----Neges wreiddiol-----\nOddi wrth: Complaints\nAnfonwyd: 02 Mawrth 2026\nAt: Jo\nPwnc: Your complaint",
        "-------- Original Message --------",
        "Date: Mon, 2 Mar 2026 08:55:00 +0000\nSubject: Your complaint\nFrom: c@l.example\nTo: jo@x.example",
        "-------- Original message --------From: Complaints <c@l.example> Date: 02/03/2026 09:20 (GMT+00:00) To: jo@x.example Subject: Your complaint ",
        "------Original Message------\nFrom: Complaints\nTo: Jo Bloggs\nReplyTo: c@l.example\nSubject: Your complaint\nSent: 2 Mar 2026 08:55",
        "------ Original Message ------\nFrom \"Complaints\" <c@l.example>\nTo jo@x.example\nDate 02/03/2026 09:20:11\nSubject Your complaint",
        "------------------ Original ------------------\nFrom: \"Complaints\";<c@l.example>;\nDate: Mon, Mar 2, 2026 09:20 AM\nTo: \"jo\"<jo@x.example>;\n\nSubject: Your complaint",
        "----- Message from Complaints <c@l.example> ---------\n   Date: Mon, 2 Mar 2026 09:20:11 +0000\n   From: Complaints <c@l.example>\nSubject: Your complaint\n     To: jo@x.example",
        "‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐\nOn Monday, March 2nd, 2026 at 9:20 AM, Complaints <c@l.example> wrote:",
        "From:\t\"Complaints\" <c@l.example>\nTo:\t<jo@x.example>\nDate:\t02/03/2026 08:55\nSubject:\tYour complaint",
    ] {
        check("Re: Your complaint", &format!("Nobody came.\n\n{block}\n\nDear Ms Bloggs,\n\nThank you for telling us."), "Nobody came.");
    }
}

#[test]
fn answers_inside_the_quotation_are_new_in_their_order() {
    check(
        "Re: x",
        "Answers below.\n\nOn 2 Mar 2026, at 09:20, Complaints <c@l.example> wrote:\n> 1. What make is it?\n\nA Drayford\n\n> 2. When did he come?\nNever.\n> 3. What would you like?\n\nA working one\n\n> Complaints Team\n",
        "Answers below.\n\nA Drayford\n\nNever.\nA working one",
    );
    let got = html(
        "Re: x",
        "<div>Answers below.</div><div class=gmail_quote><div class=gmail_attr>On Monday C wrote:<br></div><blockquote class=gmail_quote>1. What make?</blockquote><div>A Drayford</div><blockquote class=gmail_quote>2. When?</blockquote><div>Never.</div></div>",
    );
    assert_eq!(got.text, "Answers below.\nA Drayford\nNever.");
    let got =
        html("Re: x", "<div>&gt; 1. What make?</div><div><br></div><div>A Drayford</div><div><br></div><div>&gt; Complaints Team</div>");
    assert_eq!(got.text, "A Drayford");
}

#[test]
fn our_own_letter_is_known_whatever_became_of_it() {
    for body in [
        format!("Nobody came.\n\n{OURS}"),
        format!("Nobody came.\n\nComplaints Team c@l.example 2 March:\n{OURS}"),
        format!(
            "Nobody came.\n\nOn 2 March 2026 the complaints people sent this to c@l.example at 9:\n\n{}",
            OURS.replace("---", "—").to_uppercase()
        ),
        format!("Nobody came.\n\n> {}", OURS.replace('\n', "\n> ")),
        format!("Nobody came.\n\nVan: Complaints\nDatum: 2 maart\n{OURS}"),
        format!("Nobody came.\n\n--- Please write above\nthis line ---\n{}", &OURS[40..]),
    ] {
        let got = plain("Re: We have received your complaint", &body);
        assert_eq!(got.text, "Nobody came.", "{body}");
        assert!(got.quoted.to_lowercase().contains("pr-2026-000123"), "{body}");
    }
}

#[test]
fn nothing_above_the_history_means_nothing_is_cut() {
    let got =
        plain("Re: x", "On 2 Mar 2026, at 09:20, Complaints <c@l.example> wrote:\n\nDear Ms Bloggs\n\nStill cold, thank you very much.\n");
    assert!(got.text.contains("Still cold") && got.quoted.is_empty());
    assert!(plain("Re: x", &format!("{OURS}\n\nI am still cold.")).text.contains("I am still cold."));
    assert!(plain("Re: x", "> all\n> quoted").text.contains("quoted"));
}

#[test]
fn a_persons_own_words_that_look_like_history_stay() {
    for text in [
        "Dear Sir\n\nOn 3 March at 10:15 your officer wrote:\n\"We will attend.\"\n\nNobody did.",
        "To: Complaints Team\nFrom: Mrs Patel\nDate: 3 March 2026\n\nMy boiler is off.",
        "From: Mrs Patel, 14 Elm Court\nTo: The complaints team\nDate: 2 March\nSubject: No heating\n\nMy boiler is off.",
        "Here is the list:\n- boiler\n- window\n\nFrom: Monday it has been worse.",
        "You promised me 3 times:\nMonday\nTuesday\nand today.",
        "He said he sent it from the office on Monday.\nSent from the council, it says.",
    ] {
        check("Complaint", text, text);
    }
    check(
        "Re: x",
        "I wrote to you on 3 March 2026:\nnobody answered me.\n\nJo",
        "I wrote to you on 3 March 2026:\nnobody answered me.\n\nJo",
    );
}

#[test]
fn a_forward_inside_the_history_of_an_answer_is_history() {
    let text = "Thanks.\n\nOn Mon, 2 Mar 2026 at 09:20, Office <o@y.example> wrote:\n> See below\n> ---------- Forwarded message ---------\n> From: Jo <jo@x.example>\n> Date: Mon, 2 Mar 2026 at 08:55\n> Subject: cold\n> To: <o@y.example>\n>\n> Third visit";
    check("Re: Fwd: cold", text, "Thanks.");
}

#[test]
fn html_history_of_many_clients() {
    for (name, history) in [
        (
            "gmail",
            "<div class=gmail_quote><div class=gmail_attr>On Mon C wrote:<br></div><blockquote class=gmail_quote>old</blockquote></div>",
        ),
        (
            "outlook",
            "<div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal><b>From:</b> C &lt;c@l.example&gt;<br><b>Sent:</b> today<br><b>To:</b> Jo<br><b>Subject:</b> x</p></div></div><p class=MsoNormal>old</p>",
        ),
        (
            "outlook in a language nobody here knows",
            "<div style='border:none;border-top:solid #E1E1E1 1.0pt'><p><b>Xx:</b> C &lt;c@l.example&gt;<br><b>Yy:</b> today<br><b>Zz:</b> Jo<br><b>Ww:</b> x</p></div><p>old</p>",
        ),
        ("owa", "<hr><div id=divRplyFwdMsg><b>From:</b> C<br><b>Sent:</b> today<br></div><div>old</div>"),
        ("owa rewritten", "<hr><div id=x_x_divRplyFwdMsg><b>From:</b> C<br><b>Sent:</b> today<br></div><div>old</div>"),
        ("outlook mobile", "<div id=mail-editor-reference-message-container><div>From: C</div><div>old</div></div>"),
        (
            "outlook mobile of 2025",
            "<div id=mail-editor-reference-message-container class='ms-outlook-mobile-reference-message'><div class='ms-outlook-mobile-reference-message'><b>From: </b>C &lt;c@l.example&gt;<br><b>Date: </b>Monday, 2 March 2026 at 09:20<br><b>To: </b>Jo<br><b>Subject: </b>x</div><p>old</p></div>",
        ),
        ("yahoo", "<div id=yahoo_quoted_123 class=yahoo_quoted><div>On Monday, C wrote:</div><div>old</div></div>"),
        (
            "apple",
            "<div><br><blockquote type=cite><div>On 2 Mar 2026, at 09:20, C &lt;c@l.example&gt; wrote:</div><br>old</blockquote></div>",
        ),
        (
            "thunderbird",
            "<div class=moz-cite-prefix>On 02/03/2026 09:20, C wrote:<br></div><blockquote type=cite cite='mid:1@x'>old</blockquote>",
        ),
        (
            "proton",
            "<div class=protonmail_quote>On Monday, March 2nd, 2026 at 09:20, C wrote:<br><blockquote class=protonmail_quote type=cite>old</blockquote></div>",
        ),
        ("tutanota", "<div>On 2 Mar 2026, 09:20 by c@l.example:<br></div><blockquote class=tutanota_quote>old</blockquote>"),
        ("zoho", "<div class=zmail_extra><div>---- On Mon, 02 Mar 2026 09:20:00 +0000 C wrote ---</div><blockquote>old</blockquote></div>"),
        ("hotmail", "<hr id=stopSpelling>Date: Mon, 2 Mar 2026<br>Subject: x<br>From: c@l.example<br>To: jo@x.example<br><br>old"),
        (
            "gmx",
            "<div name=quote style='border-left:2px solid #C3D9E5'><div><b>Sent:</b> today<br><b>From:</b> C</div><div>old</div></div>",
        ),
        ("zimbra", "<hr id=zwchr data-marker=__DIVIDER__><div data-marker=__QUOTED_TEXT__><b>From: </b>C<br>old</div>"),
        (
            "samsung",
            "<div style='font-size:100%'>-------- Original message --------</div><div>From: C &lt;c@l.example&gt; </div><div>Date: 02/03/2026 09:20 (GMT+00:00) </div><div>To: jo@x.example </div><div>Subject: x </div><div><br></div>old",
        ),
        (
            "aol",
            "<div>-----Original Message-----<br>From: C &lt;c@l.example&gt;<br>To: jo@x.example<br>Sent: Mon, 2 Mar 2026 5:49 pm<br>Subject: x<br><div id=AOLMsgPart_0>old</div></div>",
        ),
        (
            "spark",
            "<div name=messageReplySection>On 2 Mar 2026, 09:20 +0000, C &lt;c@l.example&gt;, wrote:<br><blockquote type=cite>old</blockquote></div>",
        ),
        (
            "mail.ru",
            "<br>Thu, 26 Jun 2025 14:00:51 +0400 от C &lt;c@l.example&gt;:<br><blockquote style='border-left:1px solid #0857A6'>old</blockquote>",
        ),
    ] {
        let got = html("Re: x", &format!("<html><body><div>Nobody came.</div>{history}</body></html>"));
        assert_eq!(got.text, "Nobody came.", "{name}: {got:?}");
        assert!(got.quoted.contains("old"), "{name}");
    }
}

#[test]
fn answers_in_red_inside_outlooks_history_are_new() {
    let block = "<div style='border:none;border-top:solid #E1E1E1 1.0pt'><p class=MsoNormal><b>From:</b> C &lt;c@l.example&gt;<br><b>Sent:</b> 02 March 2026 09:20<br><b>To:</b> Jo<br><b>Subject:</b> x</p></div><p class=MsoNormal>1. What make?</p><p class=MsoNormal><span style='color:red'>Drayford</span></p><p class=MsoNormal>2. When?</p><p class=MsoNormal><span style='color:#0070C0'>Never</span></p>";
    assert_eq!(
        html("RE: x", &format!("<p class=MsoNormal>My answers are below in red.</p>{block}")).text,
        "My answers are below in red.\nDrayford\nNever"
    );
    assert_eq!(html("RE: x", &format!("<p class=MsoNormal>Nobody came.</p>{block}")).text, "Nobody came.");
}
