//! What stands at the foot or over the head of a message that its author did not write: clients' lines, legal notices, banners, particulars.

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use regex::Regex;
use std::sync::LazyLock;

const THINGS: &str = r"i ?phon|i ?pad|ipod|android|samsung|galaxy|huawei|honor|black ?berry|outlook|yahoo|gmail|e?-?mail\b|windows|proton|nokia|htc|sony|xperia|xiaomi|redmi|oneplus|pixel|smart ?phone|mobile|handy|phone|tablet|device|aol|vodafone|\bo2\b|\bee\b|\bbt\b|virgin|spark|airmail|mailbird|thunderbird|k-9|fairemail|blue ?mail|yandex|gmx|web\.de|t-mobile|orange|verizon|at&t|kindle|nexus|sparrow|hotmail|edison|canary|superhuman|missive|fastmail|zoho|talktalk|\bmac\b|macbook|motorola|moto|treo|palm|wireless|sprint|motorola|smartfon|téléphone|móvil|telefon|cell|téléphone|portable|iphone|айфон|آئی فون|فون";

/// A thing, or another word without which `CLIENT` matches nothing: a cheap look before the dear one.
pub static THING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(
        "(?i)(?:{THINGS}|(?:sent|posted) (?:from|with)|virus|viren|wirus|vírus|ukr\\.net|provenance|www\\.(?:avast|avg|eset|norton)|[发發]自|[从從來来]自?我的|寄自|나의 |내 |から送信|에서)"
    ))
    .expect("a fixed pattern compiles")
});

/// What an ASCII line must have of `THING`, in plain letters, and of `OUTSIDE`: one walk looks for all of them.
const THING_LETTERS: [&str; 85] = [
    "iphon",
    "i phon",
    "ipad",
    "i pad",
    "ipod",
    "android",
    "samsung",
    "galaxy",
    "huawei",
    "honor",
    "blackberry",
    "black berry",
    "outlook",
    "yahoo",
    "mail",
    "windows",
    "proton",
    "nokia",
    "htc",
    "sony",
    "xperia",
    "xiaomi",
    "redmi",
    "oneplus",
    "pixel",
    "smart",
    "mobile",
    "handy",
    "phone",
    "tablet",
    "device",
    "aol",
    "vodafone",
    " o2",
    " ee",
    " bt",
    "virgin",
    "spark",
    "thunderbird",
    "k-9",
    "yandex",
    "gmx",
    "web.de",
    "orange",
    "verizon",
    "at&t",
    "kindle",
    "nexus",
    "sparrow",
    "edison",
    "canary",
    "superhuman",
    "missive",
    "zoho",
    "talktalk",
    " mac",
    "motorola",
    "moto",
    "treo",
    "palm",
    "wireless",
    "sprint",
    "telefon",
    "cell",
    "portable",
    "virus",
    "viren",
    "wirus",
    "ukr.net",
    "provenance",
    "www.",
    "sent from",
    "sent with",
    "posted from",
    "posted with",
    "t-mobile",
    "extern",
    "outside",
    "esterno",
    "tu allan",
    "t often",
    "do not click",
    "zjqcm",
    "report suspicious",
    "zewn",
];
/// From here on the letters are those of banners.
const BANNER_LETTERS: usize = 76;

static LETTERS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let builder = AhoCorasick::builder().ascii_case_insensitive(true).kind(Some(AhoCorasickKind::DFA)).build(THING_LETTERS);
    builder.expect("a few words make an automaton")
});

/// Whether a line may be a client's, and whether it may be a banner.
pub fn may_be(line: &str) -> (bool, bool) {
    if !line.is_ascii() {
        return (THING.is_match(line), OUTSIDE.is_match(line));
    }
    LETTERS.find_iter(line).fold((false, false), |(thing, banner), found| {
        let at_banner = found.pattern().as_usize() >= BANNER_LETTERS;
        (thing || !at_banner, banner || at_banner)
    })
}

/// What phones, programs and virus scanners put beneath a message, in the languages they are sold in.
pub static CLIENT: LazyLock<Regex> = LazyLock::new(|| {
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
        r"(?:أُ?رسلت?|مُ?رسلة?|تم الإرسال|تم إرسالها?|נשלח)",
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
          | (?:ios|android)\b.{{0,30}}outlook.{{0,40}}
          | get\ \S+(?:\ \S+)?\ for\ (?:ios|android|mobile)\s*(?:[<(]\S+[>)])?
          | надіслано\ з\ .{{0,40}}ukr\.net
          | provenance\ ?:\ .{{0,60}}windows.{{0,30}}
          | <?(?:https?://)?www\.(?:avast|avg|eset|norton)\.\S+
          | yahoo\ mail:\ .{{0,60}}
          | via\ (?:mobile|phone|iphone|android)
          | virus-free.{{0,60}} | virusvrij.{{0,60}} | (?:livre\ de|sem)\ vírus.{{0,60}} | senza\ virus.{{0,60}} | virenfrei.{{0,60}} | (?:garanti\ )?sans\ virus.{{0,60}} | libre\ de\ virus.{{0,60}} | wolny\ od\ wirusów.{{0,60}}
          | this\ e?-?mail\ (?:message\ )?(?:has\ been|was)\ (?:checked|scanned|sent\ from).{{0,120}}
          | sent\ with\ .{{2,60}}(?:secure\ email|\(http\S+\)|<http\S+>)\.?
        )[\s*_)>]*$"
    ))
    .expect("a fixed pattern compiles")
});

/// Legal notices and advertisements of a firm's mail server. Strong wordings only: "this is confidential" is a resident's plea.
pub static NOTICE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)
          (?:this|the)\ (?:e-?mail|message|communication|information|transmission)[^.]{0,120}\b(?:intended|confidential|privileged|addressee|addressed)[^.]{0,160}
        | (?:not|n't)\ the\ (?:intended|named)\ (?:recipient|addressee)
        | if\ you\ (?:have\ )?received?\ (?:this|it)[^.]{0,60}\bin\ error
        | intended\ (?:solely|only|for\ the\ (?:sole|exclusive|use|designated|named|addressee|recipient))
        | ^\W*(?:legal\ )?(?:disclaimer|confidentiality(?:\ notice)?|privacy\ notice|important\ notice|haftungsausschluss|avis\ de\ confidentialité|aviso\ legal|klauzula\ (?:poufności|rodo|informacyjna))\b\W*(?:$|.*(?:e-?mail|message))
        | please\ (?:consider|think\ (?:of|about))\ the\ (?:environment|planet)\b
        | ^\W*(?:registered\ (?:in|office|charity|company|provider|society|number|no)|company\ (?:number|registration|no\.?)|vat\ (?:reg|no|number)|a\ company\ registered|.{0,60}\bis\ (?:an?\ )?(?:(?:[\w-]+\ ){0,3}registered\ (?:in\ (?:england|scotland|wales)|charity|society|provider|office)|authorised\ and\ regulated))
        | (?:diese\ (?:e-?mail|nachricht)[^.]{0,100}vertraulich) | (?:ce\ (?:message|courriel|mail|courrier)[^.]{0,120}confidentiel) | (?:este\ (?:mensaje|correo|e-?mail)[^.]{0,120}confidencial) | (?:esta\ mensagem[^.]{0,120}confidencia)
        | (?:questo\ messaggio[^.]{0,120}(?:riservat|confidenzial)) | (?:dit\ (?:e-?mail)?bericht[^.]{0,120}vertrouwelijk) | (?:(?:ta|niniejsza)\ wiadomość[^.]{0,120}(?:poufn|przeznaczon)) | (?:acest\ (?:mesaj|e-?mail)[^.]{0,120}confiden) | (?:(?:tento|tato)\ (?:e-?mail|zpráva|správa)[^.]{0,120}(?:důvěrn|dôvern))
        | (?:mae'?r\ (?:e-?bost|neges)\ (?:hwn|hon)[^.]{0,120}(?:gyfrinachol|cyfrinachol))
        | to\ unsubscribe\b | you\ received\ this\ (?:message|email)\ because | unsubscribe\ from\ this\ (?:group|list) | \bmailing\ list\b.{0,120}@ | mailman/listinfo
        | opinions\ expressed\ (?:in|are|herein) | accepts?\ no\ (?:liability|responsibility)\ for
        ",
    )
    .expect("a fixed pattern compiles")
});

/// What the landlord's own gateway writes over mail from outside, in its own words or a security product's. It speaks of mail and of where that
/// comes from: "Warning: the external drain has burst" is a resident's.
static BANNER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)
          ^\W*(?:caution|warning|external|attention|important|be\ careful|rhybudd)\b.{0,80}(?:e-?mail|message)\s+(?:has\s+|was\s+|is\s+)?(?:been\s+)?(?:originat|sent|came|comes|from|received).{0,60}(?:extern|outside).{0,300}$
        | ^\W*(?:caution|warning|attention|important|be\ careful)\b.{0,40}(?:external\s+(?:e-?mail|sender|source|message)|originat\w+\s+(?:from\s+)?outside).{0,300}$
        | ^\W*(?:attention\W+(?:ce|cet|le)|achtung|vorsicht|warnung|uwaga|atención|precaución|attenzione|atenção|atenție|let\ op|rhybudd)\b.{0,60}(?:mail|nachricht|message|courriel|correo|mensaje|wiadomo|messaggio|mensagem|mesaj|bericht|e-?bost).{0,80}(?:extern|esterno|zewnętrzn|tu\ allan).{0,300}$
        | ^\W*(?:this\ (?:e-?mail|message)\ (?:originated|was\ sent|came|is)\ from\ (?:outside|an\ external)|you\ don['’]t\ often\ get\ e?-?mail\ from|some\ people\ who\ received\ this\ message\ don['’]t\ often).{0,400}$
        | ^\W*do\ not\ click\ (?:on\ )?(?:any\ )?links\ or\ open\ attachments.{0,200}$
        | ^\W*external(?:\ e-?mail|\ sender|\ message)?\b\W+.{0,20}(?:do\ not\ click|be\ careful|(?:exercise|use)\ caution).{0,200}$
        | ^\W*(?:\[external(?:\ e-?mail|\ sender)?\]|external\ (?:e-?mail|sender|message))\W*$
        | ^zjqcmqryfpfptbanner(?:start|end)$ | ^report\ suspicious\W*$",
    )
    .expect("a fixed pattern compiles")
});

/// Without one of these `BANNER` matches nothing.
static OUTSIDE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("(?i)extern|outside|esterno|zewnętrzn|tu allan|t often|do not click|zjqcm").expect("a fixed pattern compiles")
});

pub fn is_banner(text: &str) -> bool {
    text.len() <= 500 && BANNER.is_match(text)
}

pub static CONTACT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?ix) [^\s@<>]+@[^\s@<>]+\.\w{2,} | \bwww\.\S+ | \bhttps?://\S+ | ^\W*(?:t|f|m|e|w|p|tel|mob|mobile|telephone|phone|fax|email|e-mail|web|website|skype|whatsapp|office|direct(?:\ (?:line|dial))?|switchboard|tél|telefon|ffôn|symudol)\s*[.:]\s*\S | (?:\+\d|\(?0\d|\(\d{3}\))[\d\s().-]{7,}\d | \b\d{3}[-.\s]\d{3}[-.\s]\d{4}\b")
        .expect("a fixed pattern compiles")
});
