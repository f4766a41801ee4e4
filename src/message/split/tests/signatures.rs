use super::*;

fn check(text: &str, want: &str) {
    let got = plain("Boiler", text);
    assert_eq!(got.text, want, "{text}");
}

#[test]
fn clients_own_lines() {
    for line in [
        "Sent from my iPhone",
        "Sent from my Samsung Galaxy smartphone.",
        "Sent from Outlook for Android",
        "Get Outlook for iOS<https://aka.ms/o0ukef>",
        "Sent from Yahoo Mail on Android",
        "Sent from Mail for Windows",
        "Sent from my Huawei phone",
        "Sent from my BlackBerry 10 smartphone on the EE network.",
        "Von meinem iPhone gesendet",
        "Gesendet von Outlook für Android",
        "Diese Nachricht wurde von meinem Android-Mobiltelefon mit GMX Mail gesendet.",
        "Envoyé de mon iPhone",
        "Envoyé à partir de Outlook pour Android",
        "Télécharger Outlook pour iOS",
        "Enviado desde mi iPhone",
        "Enviado do meu iPhone",
        "Obtener Outlook para iOS",
        "Inviato da iPhone",
        "Verstuurd vanaf mijn iPhone",
        "Outlook voor Android downloaden",
        "Wysłane z iPhone'a",
        "Wysłano z telefonu Samsung",
        "Pobierz aplikację Outlook dla systemu Android",
        "Trimis de pe iPhone-ul meu",
        "Skickat från min iPhone",
        "Sendt fra min iPhone",
        "Lähetetty iPhonesta",
        "iPhone'umdan gönderildi",
        "Отправлено с iPhone",
        "Надіслано з iPhone",
        "Odesláno z iPhonu",
        "Odoslané z iPhonu",
        "Az iPhone-omról küldve",
        "Anfonwyd o fy iPhone",
        "أُرسلت من الـ iPhone",
        "میرے آئی فون سے بھیجا گیا",
        "发自我的iPhone",
        "從我的iPhone傳送",
        "iPhoneから送信",
        "나의 iPhone에서 보냄",
        "Στάλθηκε από το iPhone μου",
        "Sent with Proton Mail secure email.",
        "Yahoo Mail: Search, organise, conquer",
        "Virus-free. www.avast.com",
        "Sent via BlackBerry from Vodafone",
    ] {
        check(&format!("Still cold here.\n\n{line}"), "Still cold here.");
    }
}

#[test]
fn delimiters_blocks_and_notices() {
    check("Still cold.\n\n-- \nJo Bloggs\nFlat 3", "Still cold.");
    check("Still cold.\n\n--\nJo Bloggs", "Still cold.");
    check(
        "Still cold.\n\nKind regards,\n\nJo Bloggs\nHousing Support Worker\nTel: 01632 960123\nwww.support.example",
        "Still cold.\n\nKind regards,",
    );
    check("Still cold.\n\nJo Bloggs\njo@x.example\n(01632) 960123", "Still cold.");
    check(
        "Still cold.\n\nThis email and any attachments are confidential and intended solely for the addressee. If you have received it in error please delete it.",
        "Still cold.",
    );
    check("CAUTION: This email originated from outside of the organisation. Do not click links.\n\nStill cold.", "Still cold.");
    for banner in [
        "*** EXTERNAL EMAIL *** Please be careful with links and attachments.",
        "[External] - Exercise caution",
        "ACHTUNG: Diese E-Mail stammt von einem externen Absender.",
        "RHYBUDD: Daeth yr e-bost hwn o'r tu allan i'r sefydliad",
        "ZjQcmQRYFpfptBannerStart\nThis Message Is From an External Sender\nReport Suspicious\nZjQcmQRYFpfptBannerEnd",
    ] {
        check(&format!("{banner}\n\nStill cold."), "Still cold.");
    }
    check("Still cold.\n\nFixers Ltd is a limited company registered in England and Wales.", "Still cold.");
    check("Still cold.\n\n-Jo Bloggs", "Still cold.");
    check("Still cold.\n\n----------------\n\nJo Bloggs\n\nt. 01632 960123\n\nhttps://x.example/", "Still cold.");
    let got = html("x", "<div>Still cold.</div><div class=gmail_signature>Jo Bloggs<br>Chair</div>");
    assert_eq!((got.text.as_str(), got.signature.as_str()), ("Still cold.", "Jo Bloggs\nChair"));
}

#[test]
fn what_may_be_words_stays() {
    for text in [
        "Still cold.\n\nKind regards\n\nJo Bloggs",
        "Still cold.\n\nJo Bloggs\n3b Albany Road",
        "Still cold.\n\nPlease ring me on 07700 900123 after six.",
        "Still cold.\n\nMy new number is\n07700 900123",
        "Still cold.\n\nThis is confidential, please do not tell my neighbour.",
        "I sent it from my iPhone on Monday and again on Tuesday, and nobody in your office has so much as looked at it since.",
        "One\n--\nTwo is a long paragraph of proper prose which goes on for quite a while because the person who wrote it uses a dash as a rule between two parts of a letter, as people do, and it must stay.",
        "Still cold.\n--\nThe lift is out as well, and the bins have not been emptied in three weeks, so please do something.",
        "Warning: the external drain has burst.\n\nJo",
        "Attention: I sent an email about the external pipes last week.\n\nJo",
        "Important: the message I left outside office hours got no answer.\n\nJo",
        "External wall damp, see attachments.\n\nJo",
        "-- ",
        "Jo Bloggs\n07700 900123",
        "Flat 3\n\n07700 900123",
    ] {
        check(text, text.trim_end());
    }
}

#[test]
fn feet_of_clients_in_many_languages() {
    for foot in [
        "Get BlueMail for Android",
        "Provenance : Courrier pour Windows",
        "Sem vírus.www.avg.com",
        "Virusvrij.www.avast.com",
        "This email has been checked for viruses by Avast antivirus software.\nwww.avast.com",
        "Надіслано з мобільного додатка UKR.NET",
        "iOS کے لئے Outlook حاصل کریں",
        "مُرسل من جهاز Galaxy الخاص بي",
        "iOS için Outlook'u edinin",
    ] {
        check(&format!("Still cold.\n\n{foot}"), "Still cold.");
    }
}

#[test]
fn a_sentence_about_the_phone_is_words() {
    for text in [
        "The landline is dead too.\n\nSent from my desk at work, which is easier than my mobile phone.",
        "Please ring.\n\nSent from a neighbour's phone because mine was cut off.",
    ] {
        check(text, text);
    }
    check("Please ring.\n\nSent from my phone so please excuse typos as I am on the move", "Please ring.");
}

#[test]
fn a_phone_signs_with_the_name_above_its_own_line() {
    check("Nobody has come since Monday.\n\nStavros Manos\nvia mobile", "Nobody has come since Monday.");
    check("Nobody has come since Monday.\n\nUrgent\nSent from my iPhone", "Nobody has come since Monday.\n\nUrgent");
    check("Hello\n\nBoiler Broken\nSent from my iPhone", "Hello\n\nBoiler Broken");
}

#[test]
fn a_lists_foot_under_the_history_is_no_answer() {
    let foot = "_______________________________________________\ntenants mailing list\ntenants@lists.example\nhttp://lists.example/mailman/listinfo/tenants";
    check(&format!("Oh thanks.\n\nOn 1 Mar 2026 at 19:07, Jo Bloggs wrote:\n> Hi\n> there\n\n\n{foot}"), "Oh thanks.");
}
