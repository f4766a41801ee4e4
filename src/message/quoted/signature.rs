//! Where the author's words end and the foot begins: `-- `, "Sent from my iPhone", contact blocks, legal notices. When in doubt it is words.

use super::Whose;
use super::separator::is_rule;
use crate::message::line::{Line, Mark};
use crate::message::words;
use regex::Regex;
use std::sync::LazyLock;

const THINGS: &str = r"i ?phon|i ?pad|ipod|android|samsung|galaxy|huawei|honor|black ?berry|outlook|yahoo|gmail|e?-?mail\b|windows|proton|nokia|htc|sony|xperia|xiaomi|redmi|oneplus|pixel|smart ?phone|mobile|handy|phone|tablet|device|aol|vodafone|\bo2\b|\bee\b|\bbt\b|virgin|spark|airmail|mailbird|thunderbird|k-9|fairemail|blue ?mail|yandex|gmx|web\.de|t-mobile|orange|verizon|at&t|kindle|nexus|sparrow|hotmail|edison|canary|superhuman|missive|fastmail|zoho|talktalk|\bmac\b|macbook|motorola|moto|treo|palm|wireless|sprint|motorola|smartfon|téléphone|móvil|telefon|cell|téléphone|portable|iphone|айфон|آئی فون|فون";

/// A thing, or another word without which `CLIENT` matches nothing: a cheap look before the dear one.
static THING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(
        "(?i)(?:{THINGS}|(?:sent|posted) (?:from|with)|virus|viren|wirus|[发發]自|[从從來来]自?我的|寄自|나의 |내 |から送信|에서)"
    ))
    .expect("a fixed pattern compiles")
});

/// What phones, programs and virus scanners put beneath a message, in the languages they are sold in.
static CLIENT: LazyLock<Regex> = LazyLock::new(|| {
    let sent = [
        r"(?:sent|posted|composed|written|typed|emailed)(?: securely)? (?:from|via|with|by|using|on|through)",
        r"(?:diese (?:nachricht|e-?mail) wurde )?(?:gesendet|gesandt|geschickt) (?:von|mit|vom|über)|von meine[mr]|mit (?:der )?(?:gmx|web\.de)",
        r"(?:envoy[ée]|transmis|exp[ée]di[ée])e?s?(?: à partir)? (?:de|depuis|avec|par|via)",
        r"(?:enviado|enviada|mandado)(?: a partir)? (?:desde|de|do|da|con|com|del|via)",
        r"inviato (?:da|dal|dall|con|tramite)",
        r"(?:verzonden|verstuurd|gestuurd) (?:vanaf|vanuit|via|met|door|van)",
        r"(?:wysłan[eoay]|wysyłane) (?:z|ze|za|przy|przez)",
        r"trimis(?:ă)? (?:de pe|din|de la|cu|prin)",
        r"(?:skickat|skickad) (?:från|via|med)|(?:sendt|sendt) (?:fra|via|med)",
        r"lähetetty",
        r"отправлено (?:с|из|со|от|через)|отправлен[оа]? с|послано с",
        r"(?:надіслано|відправлено|послано)(?: (?:з|із|зі|від|через))?",
        r"(?:odesláno|odesílám|poslané|odoslané|poslano|poslato|изпратено|отримано) (?:z|ze|zo|s|sa|iz|од|от|с|преко|putem|v)",
        r"(?:el)?küldve",
        r"anfonwyd (?:o|oddi|gan|gyda)",
        r"(?:στάλθηκε|εστάλη) (?:από|με)",
        r"(?:enviat|išsiųsta|nosūtīts|saadetud|dërguar|dikirim|được gửi|gửi từ|ipinadala|bidalia) ",
        r"(?:أُ?رسلت?|مرسلة?|تم الإرسال|تم إرسالها?|נשלח)",
    ]
    .join("|")
    .replace(' ', r"\ ");
    let things = THINGS.replace(' ', r"\ ");
    Regex::new(&format!(
        r"(?ix)^[\s*_\-–—~.<(]*(?:
            (?:{sent}).{{0,60}}?(?:{things}).{{0,70}}
          | (?:sent|posted)\ from\ (?:my|an?)\ \S+(?:\ \S+){{0,5}}
          | (?:.{{0,50}}(?:{things}).{{0,40}}\s?(?:gesendet|geschickt|gesandt|verstuurd|verzonden|gönderildi|küldve|lähetetty|发送|傳送|寄出|送信|보냄|بھیجا\ گیا|بھیجی\ گئی|بھیجا|भेजा\ गया|পাঠানো|ਭੇਜਿਆ|poslano|poslano|ile\ gönderildi|gönderilmiştir|gönderilmiş)\.?)
          | (?:发自|發自|从我的|從我的|來自我的|来自我的|寄自|나의\ |내\ ).{{0,60}}
          | .{{0,40}}から送信
          | .{{0,60}}(?:에서\ 보냄|에서\ 보냈습니다)
          | .{{0,40}}outlook\ \p{{L}}+\ (?:\p{{L}}+\ )?(?:ios|android|mac|windows)\b.{{0,60}}
          | .{{0,40}}outlook\p{{L}}*\ (?:für|til|til)?\ ?(?:ios|android)\b.{{0,60}}
          | yahoo\ mail:\ .{{0,60}}
          | via\ (?:mobile|phone|iphone|android)
          | virus-free.{{0,60}} | virenfrei.{{0,60}} | (?:garanti\ )?sans\ virus.{{0,60}} | libre\ de\ virus.{{0,60}} | wolny\ od\ wirusów.{{0,60}}
          | this\ e?-?mail\ (?:message\ )?(?:has\ been|was)\ (?:checked|scanned|sent\ from).{{0,120}}
          | sent\ with\ .{{2,60}}(?:secure\ email|\(http\S+\)|<http\S+>)\.?
        )[\s*_)>]*$"
    ))
    .expect("a fixed pattern compiles")
});

/// Legal notices and advertisements of a firm's mail server. Strong wordings only: "this is confidential" is a resident's plea.
static NOTICE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)
          (?:this|the)\ (?:e-?mail|message|communication|information|transmission)[^.]{0,120}\b(?:intended|confidential|privileged|addressee|addressed)[^.]{0,160}
        | (?:not|n't)\ the\ (?:intended|named)\ (?:recipient|addressee)
        | if\ you\ (?:have\ )?received?\ (?:this|it)[^.]{0,60}\bin\ error
        | intended\ (?:solely|only|for\ the\ (?:sole|exclusive|use|designated|named|addressee|recipient))
        | ^\W*(?:legal\ )?(?:disclaimer|confidentiality(?:\ notice)?|privacy\ notice|important\ notice|haftungsausschluss|avis\ de\ confidentialité|aviso\ legal|klauzula\ (?:poufności|rodo|informacyjna))\b\W*(?:$|.*(?:e-?mail|message))
        | please\ (?:consider|think\ (?:of|about))\ the\ (?:environment|planet)\b
        | ^\W*(?:registered\ (?:in|office|charity|company|provider|society|number|no)|company\ (?:number|registration|no\.?)|vat\ (?:reg|no|number)|a\ company\ registered|.{0,60}\bis\ (?:a\ )?(?:registered\ (?:in\ england|charity|society|provider|office)|authorised\ and\ regulated))
        | (?:diese\ (?:e-?mail|nachricht)[^.]{0,100}vertraulich) | (?:ce\ (?:message|courriel|mail|courrier)[^.]{0,120}confidentiel) | (?:este\ (?:mensaje|correo|e-?mail)[^.]{0,120}confidencial) | (?:esta\ mensagem[^.]{0,120}confidencia)
        | (?:questo\ messaggio[^.]{0,120}(?:riservat|confidenzial)) | (?:dit\ (?:e-?mail)?bericht[^.]{0,120}vertrouwelijk) | (?:(?:ta|niniejsza)\ wiadomość[^.]{0,120}(?:poufn|przeznaczon)) | (?:acest\ (?:mesaj|e-?mail)[^.]{0,120}confiden)
        | (?:mae'?r\ (?:e-?bost|neges)\ (?:hwn|hon)[^.]{0,120}(?:gyfrinachol|cyfrinachol))
        | to\ unsubscribe\b | you\ received\ this\ (?:message|email)\ because | unsubscribe\ from\ this\ (?:group|list) | \bmailing\ list\b.{0,120}@ | mailman/listinfo
        | opinions\ expressed\ (?:in|are|herein) | accepts?\ no\ (?:liability|responsibility)\ for
        ",
    )
    .expect("a fixed pattern compiles")
});

/// What the landlord's own gateway writes over mail from outside.
static BANNER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^\W*(?:caution|warning|external(?: email| sender| message)?|attention|important|be careful|\[external\])\b.{0,40}(?:originat|external|outside|sent from|came from).{0,400}$|^\W*(?:this (?:e-?mail|message) (?:originated|was sent|came|is) from (?:outside|an external)|you don['’]t often get e?-?mail from|some people who received this message don['’]t often).{0,400}$|^\W*do not click (?:on )?(?:any )?links or open attachments.{0,200}$")
        .expect("a fixed pattern compiles")
});

/// Without one of these `BANNER` matches nothing.
static OUTSIDE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("(?i)originat|external|outside|sent from|came from|t often|do not click").expect("a fixed pattern compiles")
});

static CONTACT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?ix) [^\s@<>]+@[^\s@<>]+\.\w{2,} | \bwww\.\S+ | \bhttps?://\S+ | ^\W*(?:t|f|m|e|w|p|tel|mob|mobile|telephone|phone|fax|email|e-mail|web|website|skype|whatsapp|office|direct(?:\ (?:line|dial))?|switchboard|tél|telefon|ffôn|symudol)\s*[.:]\s*\S | (?:\+\d|\(?0\d|\(\d{3}\))[\d\s().-]{7,}\d | \b\d{3}[-.\s]\d{3}[-.\s]\d{4}\b")
        .expect("a fixed pattern compiles")
});

/// Marks the signature lines of every stretch of new words.
pub fn mark(lines: &[Line], whose: &mut [Whose]) {
    let (mut at, mut later) = (0, false);
    while at < lines.len() {
        if whose[at] != Whose::New {
            at += 1;
            continue;
        }
        let end = (at..lines.len()).find(|i| whose[*i] != Whose::New).unwrap_or(lines.len());
        stretch(&lines[at..end], &mut whose[at..end], later);
        later = later || (at..end).any(|i| whose[i] == Whose::New && !lines[i].is_blank());
        at = end;
    }
}

/// Marked by the client; but people do type into its signature's element, and a long sentence is theirs.
fn marked(line: &Line) -> bool {
    line.mark == Mark::Signature && (line.text.len() <= 160 || NOTICE.is_match(&line.text) || CONTACT.is_match(&line.text))
}

/// `later`: new words stand further up, so that this stretch may be all foot.
fn stretch(lines: &[Line], whose: &mut [Whose], later: bool) {
    // One look at the whole for what most mail has nowhere; only then line by line.
    let whole = lines.iter().filter(|l| l.text.len() <= 500).fold(String::new(), |all, l| all + &l.text + "\n");
    let (things, banners) = (THING.is_match(&whole), OUTSIDE.is_match(&whole));
    for (line, w) in lines.iter().zip(whose.iter_mut()) {
        if marked(line) || things && is_client(&line.text) || banners && line.text.len() <= 500 && BANNER.is_match(&line.text) {
            *w = Whose::Signature;
        }
    }
    if things {
        name_above_client(lines, whose, later);
    }
    let mut end = lines.len();
    if let Some(from) = delimited(lines, later) {
        whose[from..].fill(Whose::Signature);
        end = from;
    }
    // Notices, contact blocks and rules lie on one another at the foot: take them off from below.
    for _ in 0..12 {
        while end > 0 && (lines[end - 1].is_blank() || whose[end - 1] == Whose::Signature) {
            end -= 1;
        }
        let Some(from) = foot(&lines[..end], later) else { break };
        whose[from..end].fill(Whose::Signature);
        end = from;
    }
}

/// The line that opens a signature by convention: `-- ` (RFC 3676 §4.3), or the same less its space if what follows looks like a foot.
fn delimited(lines: &[Line], later: bool) -> Option<usize> {
    let first = lines.iter().position(|l| !l.is_blank())?;
    let at = (first + usize::from(!later)..lines.len())
        .rev()
        .find(|i| matches!(lines[*i].text.trim(), "--" | "—" | "–" | "-- " | "__" | "---"))?;
    let foot: Vec<&Line> = lines[at + 1..].iter().filter(|l| !l.is_blank()).collect();
    let prose = foot.iter().filter(|l| l.text.len() > 160 && !NOTICE.is_match(&l.text)).count();
    (foot.len() <= 25 && prose == 0).then_some(at)
}

/// What a phone or program put there. People go on from it, "Sent from my desk, as the phone is broken": a sentence is theirs, unless it
/// is the usual apology for the phone's spelling.
fn is_client(text: &str) -> bool {
    const SENTENCE: [&str; 12] = ["is", "was", "are", "were", "i", "i'm", "because", "as", "has", "have", "not", "can't"];
    const APOLOGY: [&str; 7] = ["typo", "brevity", "excuse", "sorry", "apolog", "spelling", "autocorrect"];
    if text.len() > 200 || !THING.is_match(text) || !CLIENT.is_match(text) {
        return false;
    }
    let lower = text.to_lowercase().replace('’', "'");
    let words = || lower.split(|c: char| c.is_whitespace() || ",.;".contains(c));
    let begun = lower.trim_start_matches(|c: char| !c.is_alphabetic());
    let english = ["sent ", "posted ", "written ", "typed ", "composed "].iter().any(|w| begun.starts_with(w));
    !english || !words().any(|w| SENTENCE.contains(&w)) || APOLOGY.iter().any(|a| lower.contains(a))
}

/// `Jo Bloggs` on the line above "Sent from my iPhone", apart from the words: the phone signs so. One word there may be a plea.
fn name_above_client(lines: &[Line], whose: &mut [Whose], later: bool) {
    let mut words_above = later;
    for at in 1..lines.len() {
        let name = lines[at - 1].text.trim();
        if whose[at] == Whose::Signature
            && whose[at - 1] == Whose::New
            && words_above
            && (at == 1 || lines[at - 2].is_blank())
            && name.split_whitespace().count() >= 2
            && is_name(name)
            && !is_closing(name)
            && is_client(&lines[at].text)
        {
            whose[at - 1] = Whose::Signature;
        }
        words_above |= whose[at - 1] == Whose::New && name.split_whitespace().count() >= 4;
    }
}

/// Where the last piece of foot in these lines begins: their last paragraph, if it is one.
fn foot(lines: &[Line], later: bool) -> Option<usize> {
    let start = (0..lines.len()).rev().find(|i| lines[*i].is_blank()).map_or(0, |i| i + 1);
    let paragraph = &lines[start..];
    let first = paragraph.first()?;
    if is_rule(&first.text) && paragraph.len() == 1 {
        return Some(start);
    }
    let whole = paragraph.iter().take(30).map(|l| l.text.trim()).collect::<Vec<_>>().join(" ");
    if whole.len() <= 6000 && NOTICE.is_match(&whole) && (start > 0 || later) {
        return Some(notice_start(paragraph).map_or(start, |i| start + i));
    }
    ruled(lines).or_else(|| contact(lines, start)).or_else(|| dashed_name(lines))
}

/// A notice may follow words without a blank line: it begins where its own first line does.
fn notice_start(paragraph: &[Line]) -> Option<usize> {
    let first = paragraph.iter().position(|l| is_rule(&l.text) || NOTICE.is_match(&l.text))?;
    (paragraph.len() > 1).then_some(first)
}

/// `----------------` or `________` over short lines with a way to reach somebody among them.
fn ruled(lines: &[Line]) -> Option<usize> {
    let at = (1..lines.len()).rev().take(30).find(|i| is_rule(&lines[*i].text))?;
    let below: Vec<&str> = lines[at + 1..].iter().map(|l| l.text.trim()).filter(|t| !t.is_empty()).collect();
    let contact = below.iter().any(|t| CONTACT.is_match(t));
    let listed = below.iter().any(|t| NOTICE.is_match(t));
    (!below.is_empty()
        && below.len() <= 14
        && (contact || listed)
        && below.iter().all(|t| t.len() <= 90 || NOTICE.is_match(t))
        && lines[..at].iter().any(|l| !l.is_blank()))
    .then_some(at)
}

/// A last paragraph of short lines that begins with a name and holds a telephone number, address or site of the writer's.
fn contact(lines: &[Line], mut start: usize) -> Option<usize> {
    // A contact block may have gaps: name, blank, numbers.
    let looks = |l: &Line| is_foot_line(l.text.trim());
    while start > 1 && lines.len() - start <= 14 && lines[start..].iter().all(|l| l.is_blank() || looks(l)) {
        let above = (0..start - 1).rev().find(|i| lines[*i].is_blank()).map_or(0, |i| i + 1);
        let paragraph = &lines[above..start - 1];
        if paragraph.is_empty()
            || above == 0
            || !paragraph.iter().all(looks)
            || start - above > 8
            || paragraph.iter().any(|l| is_closing(&l.text))
        {
            break;
        }
        start = above;
    }
    if lines.len() - start > 30 {
        return None;
    }
    let mut paragraph = &lines[start..];
    if let Some(closing) = paragraph.iter().position(|l| is_closing(&l.text)) {
        start += closing + 1;
        paragraph = &lines[start..];
    }
    let words: Vec<&str> = paragraph.iter().map(|l| l.text.trim()).filter(|t| !t.is_empty()).collect();
    let name = words.first().is_some_and(|t| is_name(t));
    let reach = words.iter().filter(|t| CONTACT.is_match(t)).count();
    let kept = lines[..start].iter().any(|l| !l.is_blank());
    (kept && (name || reach >= 2) && reach >= 1 && words.len() >= 2 && words.len() <= 14 && words.iter().all(|t| is_foot_line(t)))
        .then_some(start)
}

/// `-Abhishek Kona`, `- Jo`: a name behind a dash, last of all.
fn dashed_name(lines: &[Line]) -> Option<usize> {
    let at = lines.len().checked_sub(1)?;
    let name = lines[at].text.trim();
    let bare = name.strip_prefix(['-', '–', '—', '~'])?.trim_start_matches(['-', '–', '—']).trim();
    let above = at.checked_sub(1).is_some_and(|i| lines[i].is_blank());
    (above && is_name(bare) && bare.split_whitespace().count() <= 3 && lines[..at].iter().any(|l| !l.is_blank())).then_some(at)
}

/// Short, no sentence: what a line of a signature looks like.
fn is_foot_line(t: &str) -> bool {
    if t.len() > 110 {
        return false;
    }
    let words = t.split_whitespace().count();
    let sentence = || t.ends_with(['?', '!', ':']) || (t.ends_with('.') && words > 5 && !CONTACT.is_match(t));
    words <= 12
        && !sentence()
        && !t.starts_with(['"', '“', '-', '*', '>'])
        && !t.split_whitespace().any(|w| {
            matches!(
                w.to_lowercase().as_str(),
                "i" | "my"
                    | "me"
                    | "you"
                    | "your"
                    | "please"
                    | "is"
                    | "was"
                    | "have"
                    | "has"
                    | "will"
                    | "need"
                    | "call"
                    | "ring"
                    | "i'm"
                    | "i’ve"
                    | "i've"
                    | "they"
                    | "we"
                    | "or"
                    | "if"
                    | "not"
            )
        })
}

/// One to five words, each with a capital or an initial, and no number among them.
fn is_name(t: &str) -> bool {
    let t = t.trim_matches(['*', '_', ' ']);
    let words: Vec<&str> = t.split([' ', ',']).filter(|w| !w.is_empty()).collect();
    !words.is_empty()
        && words.len() <= 6
        && t.len() <= 60
        && !t.chars().any(|c| c.is_numeric() || matches!(c, '@' | ':' | '/' | '?' | '!'))
        && words.iter().all(|w| {
            w.chars().next().is_some_and(|c| c.is_uppercase() || (c.is_alphabetic() && !c.is_lowercase()) || c == '(')
                || matches!(*w, "de" | "van" | "der" | "von" | "al" | "el" | "bin" | "and" | "&" | "da" | "di" | "la")
        })
}

static CLOSINGS: LazyLock<Vec<&str>> = LazyLock::new(|| words::list("closing"));

pub fn is_closing(t: &str) -> bool {
    let lower = t.to_lowercase();
    CLOSINGS.contains(&lower.trim_matches(|c: char| !c.is_alphanumeric()))
}
