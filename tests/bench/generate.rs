//! Mail as a busy complaints mailbox gets it, made up from a seed: the same number gives the same bytes.

/// A small generator of our own (SplitMix64): the mails must be the same on every machine and in every release.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % sides) as usize
    }

    fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.roll(list.len() as u64)]
    }
}

const FIRST: &[&str] = &[
    "Ada", "Bilal", "Carys", "Dermot", "Efua", "Farah", "Gwen", "Hamid", "Irena", "Joyce", "Kwame", "Lowri", "Mariam", "Nuala", "Owen",
    "Pawel",
];
const LAST: &[&str] =
    &["Adeyemi", "Barlow", "Choudhury", "Dunne", "Evans", "Fofanah", "Gallagher", "Hughes", "Ionescu", "Jarvis", "Kowalska", "Lloyd"];
const STREET: &[&str] = &["Mill Lane", "Elder Close", "Harbour View", "Cedar House", "Tanners Court", "Station Road", "Chapel Street"];
const MATTER: &[&str] =
    &["the boiler", "the lift", "the front door", "my kitchen ceiling", "the damp in the bedroom", "the communal lights", "the fence"];
const GRIEF: &[&str] = &[
    "I reported it three weeks ago and nobody has come.",
    "Two appointments were missed and nobody rang to say why.",
    "I have rung five times and each time I am told it is being looked into.",
    "The operative left it worse than before and was rude to my mother.",
    "You promised a call back by Friday. I am still waiting.",
    "This is the third time it has been mended and it has failed again.",
];
const WISH: &[&str] = &[
    "Please send somebody this week.",
    "I want it put right and an apology.",
    "I would like compensation for the heaters I had to buy.",
    "Tell me when it will be done.",
];
const PLEASE: &[&str] =
    &["Could you send somebody to look at it please?", "Can you book a repair for any weekday?", "Who do I ask about this, please?"];

/// One mail of the run: six in ten complain (some twice), the rest ask, thank, or are robots. About one in three is multipart with HTML,
/// one in twenty has a photograph of 60 to 300 KB.
pub fn mail(seed: u64, number: u64) -> Vec<u8> {
    let mut d = Dice(seed ^ number.wrapping_mul(0xD134_2543_DE82_EF95));
    let (first, last, house) = (d.pick(FIRST), d.pick(LAST), d.roll(200) + 1);
    let (street, matter) = (d.pick(STREET), d.pick(MATTER));
    let address = format!("{}.{}{number}@customer.test", first.to_lowercase(), last.to_lowercase());
    let (subject, words, extra) = match d.roll(10) {
        0..=5 => {
            let (grief, more, wish) = (d.pick(GRIEF), d.pick(GRIEF), d.pick(WISH));
            (
                format!("{matter} at {house} {street}"),
                format!("Hello,\n\nI am writing about {matter}. {grief} {more}\n\n{wish}\n\n{first} {last}\n{house} {street}\n"),
                "",
            )
        }
        6 | 7 => (
            format!("repair: {matter}"),
            format!("Good morning, there is a problem with {matter}. {}\n\n{first} {last}\n{house} {street}\n", d.pick(PLEASE)),
            "",
        ),
        8 => ("thank you".into(), format!("Just to say thank you, the man who came about {matter} was excellent.\n\n{first} {last}\n"), ""),
        _ => ("Automatic reply: your letter".into(), "I am out of the office until Monday.\n".into(), "Auto-Submitted: auto-replied\r\n"),
    };
    let mut mail = format!(
        "Return-Path: <{address}>\r\nFrom: {first} {last} <{address}>\r\nTo: complaints@lab.test\r\nSubject: {subject}\r\n\
         Date: Mon, 16 Nov 2026 09:14:00 +0000\r\nMessage-ID: <{seed}.{number}@customer.test>\r\n{extra}MIME-Version: 1.0\r\n"
    );
    let plain = words.replace('\n', "\r\n");
    let text_part = "Content-Type: text/plain; charset=utf-8\r\n\r\n";
    match d.roll(20) {
        0 => {
            let bytes: Vec<u8> = (0..60_000 + d.roll(240_000)).map(|i| (i as u64).wrapping_mul(number | 1) as u8).collect();
            let photo = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes);
            let lines: Vec<&str> = photo.as_bytes().chunks(76).map(|c| std::str::from_utf8(c).expect("base64 is ASCII")).collect();
            mail += &format!(
                "Content-Type: multipart/mixed; boundary=\"m\"\r\n\r\n--m\r\n{text_part}{plain}\r\n--m\r\nContent-Type: image/jpeg; name=\"photo.jpg\"\r\n\
                 Content-Disposition: attachment; filename=\"photo.jpg\"\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n--m--\r\n",
                lines.join("\r\n")
            );
        }
        1..=6 => {
            let html: String =
                words.split("\n\n").map(|p| format!("<p style=\"margin:0 0 12px 0\">{}</p>\r\n", p.replace('\n', "<br>"))).collect();
            mail += &format!(
                "Content-Type: multipart/alternative; boundary=\"a\"\r\n\r\n--a\r\n{text_part}{plain}\r\n--a\r\nContent-Type: text/html; charset=utf-8\r\n\r\n\
                 <html><body><div dir=\"ltr\">\r\n{html}</div></body></html>\r\n--a--\r\n"
            );
        }
        _ => mail += &format!("{text_part}{plain}"),
    }
    mail.into_bytes()
}
