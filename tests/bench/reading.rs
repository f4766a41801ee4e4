//! `cargo bench --bench reading`: what whole reading costs, beside what mail-parser alone costs for the same octets in the same sitting.
//! Ratios outlive machines; microseconds do not. Ends with 1 when a ratio is over its limit.

mod hostile;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use postroom::message::{Hint, read};
use std::fmt::Write;
use std::hint::black_box;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

fn main() {
    let mut within = true;
    let mut row = |what: &str, bytes: usize, ours: Duration, base: Duration, spare: Duration, limit: f64| {
        let ratio = ours.saturating_sub(spare).as_secs_f64() / base.as_secs_f64();
        within &= ratio <= limit;
        println!("{what:<44} {bytes:>9} bytes  {ours:>10.1?}  against {base:>10.1?}  ratio {ratio:>5.1}, at most {limit}");
    };

    let plain = plain();
    row("plain, 2.4 KB", plain.len(), median(|| whole(&plain)), median(|| alone(&plain)), Duration::ZERO, 5.0);

    let typical = typical();
    row("multipart complaint, 20 KB", typical.len(), median(|| whole(&typical)), median(|| alone(&typical)), Duration::ZERO, 20.0);

    // mail-parser decodes attachments as it parses; that much again is given to the reader, for it decodes them too.
    let heavy = with_photographs();
    let encoded = photographs_encoded(&heavy);
    let decoding = median(|| decode(&encoded));
    row("photographs, 25 MB, less their decoding", heavy.len(), median(|| whole(&heavy)), median(|| alone(&heavy)), decoding, 2.0);

    let (short, long) = (chain(100_000), chain(1_000_000));
    row("quoted chain, 1 MB against 100 KB", long.len(), median(|| whole(&long)), median(|| whole(&short)), Duration::ZERO, 12.0);

    for (name, shape) in hostile::SHAPES {
        let (small, large) = (shape(15).into_bytes(), shape(150).into_bytes());
        row(&format!("hostile, ten times: {name}"), large.len(), median(|| whole(&large)), median(|| whole(&small)), Duration::ZERO, 12.0);
    }

    std::process::exit(i32::from(!within));
}

fn whole(raw: &[u8]) {
    black_box(read(black_box(raw), &Hint::default()));
}

/// Parsed, and its bodies decoded: what any reader must do first.
fn alone(raw: &[u8]) {
    let mail = mail_parser::MessageParser::default().parse(black_box(raw));
    black_box(mail.as_ref().map(|m| (m.body_text(0), m.body_html(0))));
}

/// The median of five rounds, in time of this thread on the processor: what else the machine does meanwhile is no cost of reading.
fn median(run: impl Fn()) -> Duration {
    run();
    let mut rounds: Vec<Duration> = (0..5)
        .map(|_| {
            let (begun, before, mut runs) = (Instant::now(), on_processor(), 0);
            while runs < 5 || begun.elapsed() < Duration::from_millis(300) {
                run();
                runs += 1;
            }
            (on_processor() - before) / runs
        })
        .collect();
    rounds.sort_unstable();
    rounds[2]
}

/// Linux tells it in nanoseconds; elsewhere the clock on the wall must do.
fn on_processor() -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = told.and_then(|t| t.split_whitespace().next().and_then(|n| n.parse().ok()));
    nanoseconds.map_or_else(|| START.elapsed(), Duration::from_nanos)
}

/// A header as mail has it when it has crossed two servers.
fn header(kind: &str) -> String {
    format!(
        "Return-Path: <rosa.lindqvist@home.example>\r\nDelivered-To: complaints@landlord.example\r\n\
         Received: from mx.landlord.example (mx.landlord.example [192.0.2.10])\r\n\tby store.landlord.example with LMTP id 6F2A1\r\n\tfor <complaints@landlord.example>; Mon, 02 Mar 2026 08:55:03 +0000\r\n\
         Received: from out.home.example (out.home.example [198.51.100.7])\r\n\tby mx.landlord.example with ESMTPS id 9B3C2\r\n\t(version=TLS1_3 cipher=TLS_AES_256_GCM_SHA384); Mon, 02 Mar 2026 08:55:02 +0000\r\n\
         Authentication-Results: mx.landlord.example; dkim=pass header.d=home.example; spf=pass smtp.mailfrom=home.example; dmarc=pass header.from=home.example\r\n\
         From: Rosa Lindqvist <rosa.lindqvist@home.example>\r\nTo: Complaints <complaints@landlord.example>\r\n\
         Subject: Re: Your complaint about damp at 14 Elder Close [HX-2043]\r\nDate: Mon, 2 Mar 2026 08:55:00 +0000\r\n\
         Message-ID: <CAF0x1@home.example>\r\nIn-Reply-To: <ack.2043@landlord.example>\r\nReferences: <CAE9@home.example> <ack.2043@landlord.example>\r\n\
         MIME-Version: 1.0\r\n{kind}\r\n\r\n"
    )
}

const SENTENCES: &[&str] = &[
    "I reported the damp in the back bedroom in November and nobody has been to look at it since.",
    "My son has asthma and the doctor says that the mould is making it worse.",
    "Two appointments were made and both were missed, and no one rang me to say why.",
    "The operative who came in January said that it needed a new extractor fan and a survey.",
    "I have rung five times and each time I am told that it is being looked into.",
    "The wallpaper has come away and the carpet by the window is wet through.",
];

fn words(bytes: usize) -> String {
    let mut out = String::new();
    for (i, sentence) in SENTENCES.iter().cycle().enumerate() {
        if out.len() >= bytes {
            break;
        }
        out.push_str(sentence);
        out.push_str(if i % 3 == 2 { "\r\n\r\n" } else { "\r\n" });
    }
    out
}

fn plain() -> Vec<u8> {
    let head = header("Content-Type: text/plain; charset=utf-8");
    let foot = "Regards\r\nRosa Lindqvist\r\n14 Elder Close\r\n";
    let body = words(2400 - head.len() - foot.len() - 90);
    format!("{head}{body}\r\n{foot}").into_bytes()
}

/// An answer to an acknowledgement as Outlook sends it: plain text and HTML, our letter below.
fn typical() -> Vec<u8> {
    let letter = "--- Please write above this line ---\r\n\r\nDear Rosa Lindqvist\r\n\r\nThank you for your complaint, which we received on 27 February 2026. Our reference is HX-2043.\r\n";
    let (said, ours) = (words(2100), words(1700));
    let plain = format!(
        "{said}\r\nRegards\r\nRosa\r\n\r\n________________________________\r\nFrom: Complaints <complaints@landlord.example>\r\nSent: 27 February 2026 16:10\r\nTo: Rosa Lindqvist <rosa.lindqvist@home.example>\r\nSubject: Your complaint about damp [HX-2043]\r\n\r\n{letter}\r\n{ours}"
    );
    let paragraphs = |text: &str| {
        text.lines().fold(String::new(), |mut out, line| {
            let line = if line.is_empty() { "&nbsp;" } else { line };
            let _ = write!(out, "<p class=\"MsoNormal\"><span lang=\"EN-GB\" style=\"font-size:11.0pt;font-family:&quot;Calibri&quot;,sans-serif;color:black\">{line}<o:p></o:p></span></p>\r\n");
            out
        })
    };
    let html = format!(
        "<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\"><style><!-- p.MsoNormal {{margin:0cm; font-size:11.0pt}} --></style></head><body lang=\"EN-GB\"><div class=\"WordSection1\">{}<div style=\"border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm\"><p class=\"MsoNormal\"><b>From:</b> Complaints &lt;complaints@landlord.example&gt;<br><b>Sent:</b> 27 February 2026 16:10<br><b>To:</b> Rosa Lindqvist &lt;rosa.lindqvist@home.example&gt;<br><b>Subject:</b> Your complaint about damp [HX-2043]</p></div>{}{}</div></body></html>\r\n",
        paragraphs(&said),
        paragraphs(letter),
        paragraphs(&ours)
    );
    let head = header("Content-Type: multipart/alternative; boundary=\"b1_2043\"");
    format!("{head}--b1_2043\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{plain}\r\n--b1_2043\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{html}\r\n--b1_2043--\r\n").into_bytes()
}

/// Six photographs, 25 MB as they travel.
fn with_photographs() -> Vec<u8> {
    let mut mail = header("Content-Type: multipart/mixed; boundary=\"b2_2043\"");
    let _ = write!(mail, "--b2_2043\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{}", words(1200));
    for number in 1..=6u32 {
        let photograph: Vec<u8> = [0xff, 0xd8, 0xff, 0xe0]
            .into_iter()
            .chain((0..3_030_000u32).map(|i| (i.wrapping_mul(2_654_435_761 + number) >> 13) as u8))
            .collect();
        let _ = write!(
            mail,
            "\r\n--b2_2043\r\nContent-Type: image/jpeg; name=\"IMG_{number}.jpg\"\r\nContent-Disposition: attachment; filename=\"IMG_{number}.jpg\"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        );
        let encoded = STANDARD.encode(&photograph);
        for line in encoded.as_bytes().chunks(76) {
            mail.push_str(std::str::from_utf8(line).expect("base64 is ASCII"));
            mail.push_str("\r\n");
        }
    }
    mail.push_str("--b2_2043--\r\n");
    mail.into_bytes()
}

fn photographs_encoded(mail: &[u8]) -> Vec<Vec<u8>> {
    let text = std::str::from_utf8(mail).expect("this mail is ASCII");
    text.split("base64\r\n\r\n").skip(1).filter_map(|p| p.split("\r\n--").next()).map(|p| p.as_bytes().to_vec()).collect()
}

fn decode(encoded: &[Vec<u8>]) {
    for one in encoded {
        let joined: Vec<u8> = one.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
        black_box(STANDARD.decode(&joined).expect("what was encoded decodes"));
    }
}

/// An exchange that quotes all that went before, ever deeper.
fn chain(bytes: usize) -> Vec<u8> {
    let mut mail = header("Content-Type: text/plain; charset=utf-8");
    let mut depth = 0;
    while mail.len() < bytes {
        let marks = "> ".repeat(depth % 40);
        for line in words(700).lines() {
            let _ = write!(mail, "{marks}{line}\r\n");
        }
        let _ = write!(mail, "{marks}On Mon, 2 Mar 2026 at 08:55, Complaints <complaints@landlord.example> wrote:\r\n");
        depth += 1;
    }
    mail.into_bytes()
}
