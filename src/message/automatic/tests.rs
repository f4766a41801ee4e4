use crate::message::{Hint, read};
use crate::model::message::Automatic;

fn kind(raw: &str) -> Option<Automatic> {
    read(raw.as_bytes(), &Hint::default()).remove(0).automatic
}

#[test]
fn a_person_beside_a_robot_s_header_stays_a_person() {
    let people = [
        "From: Web site <noreply@forms.example>\nReply-To: jo@home.example\nAuto-Submitted: auto-generated\nPrecedence: bulk\nSubject: Contact form\n\nName: Jo\nEmail: jo@home.example\nMessage: the boiler has been off for a week\n",
        "From: noreply@forms.example\nSubject: New message\n\nI have had no heating since Friday and nobody has come.\n",
        "From: noreply@portal.example\nSubject: Tenant message\n\nMy boiler has been off for a week and I have rung four times.\n\nPlease do not reply to this email.\n",
        "From: jo@home.example\nPrecedence: bulk\nSubject: heating\n\nI have had no heating since Friday.\n",
        "From: jo@home.example\nX-Auto-Response-Suppress: All\nSubject: heating\n\nStill off.\n",
        "From: jo@home.example\nSubject: Out of office hours line never answers\n\nI rang four times and nobody picked up.\n",
        "From: jo@home.example\nSubject: Re: Automatic reply: Your repair\n\nThat is the third robot I have had. Is anybody there?\n",
        "From: jo@home.example\nSubject: FW: Undeliverable: my complaint\n\nMy email to you bounced, see below.\n\nMailer-Daemon wrote: 550 5.1.1 user unknown\n",
        "From: jo@home.example\nReturn-Path: <>\nSubject: Repair request rejected\n\nMy claim was rejected and you say the work does not exist. The cooker could not be delivered. 450 pounds lost.\n",
        "Subject: kitchen delivery failed\n\nThe units could not be delivered and the address was rejected by your driver. I am still waiting.\n",
        "From: jo@home.example\nReturn-Path: <>\nSubject: damp\n\nMy ceiling is black with mould.\n",
        "From: Jo <jo@home.example>\nTo: complaints@landlord.example\nList-Id: <complaints.landlord.example>\nPrecedence: list\nSubject: lift\n\nThe lift is broken again.\n",
        "Delivered-To: postroom@landlord.example\nReceived: by 2002:a5d:1 with SMTP id x\nFrom: 'Jo' via Complaints <complaints@landlord.example>\nReply-To: jo@home.example\nTo: complaints@landlord.example\nList-Id: <complaints.landlord.example>\nMailing-list: list complaints@landlord.example; contact complaints+owners@landlord.example\nSubject: lift\n\nThe lift is broken again.\n",
        "From: PulseSurvey <results@survey.example>\nAuto-Submitted: auto-generated\nSubject: New response\n\nA new response was submitted.\nQ1 Overall: 3\nQ2 Why? it was filthy\nThis mailbox is not monitored.\n",
        "From: jo@home.example\nIn-Reply-To: <a@landlord.example>\nSubject: Re: Your visit\n\nThank you for your email. I will be away until the 5th, please contact my daughter to let the engineer in.\n",
        "From: jo@home.example\nIn-Reply-To: <a@landlord.example>\nSubject: Re: x\n\nEvery time I write I get \"this is an automated message\". Is there nobody at your end?\n",
        "From: jo@home.example\nSubject: Automatic reply: again!\n\nAll I ever get is this. Five weeks I have been asking about my back door.\n",
        "From: jo@home.example\nSubject: Thursdays\n\nThank you for your message. I am out of the office on Thursdays and the man came on Thursday again. Please do better.\n",
        "From: jo@home.example\nSubject: heating\n\nI am on holiday until 5 May so ring my mobile. The boiler you fixed is broken again.\n",
        "From: jo@home.example\nSubject: Automatic reply is all I ever get\n\nI have written five times. Please let a human ring me.\n",
        "From: jo@home.example\nSubject: Automatische Antwort reicht mir nicht\n\nIch bekomme immer nur Roboter. Bitte rufen Sie mich an.\n",
        "From: jo@home.example\nSubject: Auto: gate stuck\n\nThe car park gate has been jammed for a week and I cannot get out.\n",
        "From: jo@home.example\nReturn-Path: <>\nSubject: Sin calefacción\n\nLlevamos una semana sin calefacción y nadie viene.\n",
        "From: jo@home.example\nReturn-Path: <>\nSubject: Lift\n\nLift out. Third day. Floor six.\n",
        "From: jo@home.example\nPrecedence: bulk\nSubject: Water\n\nThere has been none since Tuesday.\n",
        "From: noreply@portal.example\nSubject: Wiadomość\n\nBrak ogrzewania od tygodnia, proszę o pilną naprawę.\n",
        "From: noreply@portal.example\nSubject: New message\n\nEl ascensor no funciona desde hace tres días, manden a alguien.\n",
        "From: noreply@site.example\nAuto-Submitted: auto-generated\nSubject: New entry\n\nYour Name\nJo\n\nEmail\njo@home.example\n\nMessage\nThird day.\n",
        "From: jo@home.example\nAuto-Submitted: auto-generated\nSubject: cold\n\nI have had no heating for a week and I am so tired of this.\n",
        "From: jo@home.example\nSubject: complaint\n\nYour site made me prove you are human three times. My boiler is off.\n",
        "From: jo@home.example\nX-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent\nX-MS-Exchange-Inbox-Rules-Loop: office@axis.example\nAuto-Submitted: auto-generated\nSubject: cold\n\nStill off.\n",
        "From: office@axis.example\nX-MS-Exchange-Inbox-Rules-Loop: office@axis.example\nAuto-Submitted: auto-generated\nSubject: FW: cold\n\nFrom: Jo <jo@home.example>\nSent: 2 March 2026 09:00\nTo: office@axis.example\nSubject: cold\n\nStill off.\n",
        "From: jo@home.example\nX-Autogenerated: Redirect\nSubject: cold\n\nStill off.\n",
        "From: noreply@library.example\nSubject: Scan\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: application/pdf; name=scan.pdf\n\n%PDF-1.4\n--b--\n",
    ];
    for raw in people {
        assert_eq!(kind(raw), None, "{raw}");
    }
}

#[test]
fn robots_are_known_by_header_or_by_words() {
    let robots = [
        ("From: jo@home.example\nAuto-Submitted: auto-replied (vacation)\nSubject: x\n\nI am away.\n", Automatic::AutoReply),
        (
            "From: jo@home.example\nSubject: Automatic reply: We have received your complaint\n\nI'm on annual leave until Monday.\n",
            Automatic::AutoReply,
        ),
        (
            "From: jo@home.example\nIn-Reply-To: <a@b>\nSubject: Re: We have received\n\nDziękuję za wiadomość. Jestem na urlopie do 5 maja.\n",
            Automatic::AutoReply,
        ),
        (
            "From: jo@home.example\nX-Autoreply: yes\nPrecedence: junk\nSubject: Re: x\n\nThis mailbox is only read at weekends.\n",
            Automatic::AutoReply,
        ),
        (
            "From: news@shop.example\nList-Unsubscribe: <mailto:u@shop.example>\nSubject: Sale\n\nBig sale. Unsubscribe here.\n",
            Automatic::List,
        ),
        (
            "From: a@b.example\nList-Id: <housing.lists.example>\nList-Post: <mailto:h@lists.example>\nSubject: Re: stage 1\n\nI think we should all complain.\n",
            Automatic::List,
        ),
        (
            "From: noreply@bank.example\nSubject: Your statement\n\nYour statement is ready. Please do not reply to this message.\n",
            Automatic::Notification,
        ),
        ("From: us@landlord.example\nX-Postroom-Instance: 1\nSubject: We have received\n\nDear Jo\n", Automatic::AutoReply),
        (
            "From: ann@axis.example\nX-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent\nX-MS-Exchange-Inbox-Rules-Loop: ann@axis.example\nAuto-Submitted: auto-generated\nIn-Reply-To: <a@b>\nSubject: cold\n\nBack on the 9th.\n",
            Automatic::AutoReply,
        ),
        (
            "From: ann@axis.example\nAuto-Submitted: auto-generated\nSubject: Automatic reply: cold\n\nI am on leave until 9 March. For urgent repairs such as no heating please call the office.\n",
            Automatic::AutoReply,
        ),
        ("From: a@b.example\nReturn-Path: <>\nSubject: cold\n\nYour e-mail has been received.\n", Automatic::Notification),
        ("From: a@b.example\nSubject: Lida: cold\nIn-Reply-To: <a@b>\n\nA sua mensagem foi lida em 2 de março.\n", Automatic::ReadReceipt),
        (
            "From: Mail Delivery System <mailer-daemon@mx.example>\nAuto-Submitted: auto-replied\nSubject: Warning: message 1ab delayed 24 hours\n\nThe address to which it has not yet been delivered is:\n\n  jo@home.example\n\nDelivery attempts will continue.\n",
            Automatic::Bounce,
        ),
        (
            "From: a@b.example\nSubject: Accepted: visit\nContent-Type: text/calendar; method=REPLY\n\nBEGIN:VCALENDAR\nMETHOD:REPLY\nEND:VCALENDAR\n",
            Automatic::AutoReply,
        ),
    ];
    for (raw, want) in robots {
        assert_eq!(kind(raw), Some(want), "{raw}");
    }
}
