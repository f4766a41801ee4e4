//! The shapes that a note's particulars have: labels, telephone numbers, streets, names and what stands before them.

use regex::Regex;
use std::sync::LazyLock;

pub static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)^[\s*•·\-–]*(?:the\ )?(?:
          (?P<address>(?:(?:tenant|resident|customer|property|home|site|full|their|his|her)(?:'s|s)?\ )?(?:address|property|addr|premises)|lives\ at|location)
        | (?P<email>(?:(?:tenant|resident|customer|contact|their|his|her)(?:'s|s)?\ )?e-?mail(?:\ (?:address|addr|is))?)
        | (?P<phone>(?:(?:tenant|resident|customer|contact|their|his|her|best|call\s?back)(?:'s|s)?\ )?(?:tel|telephone|phone|mobile|mob|contact\ (?:no|number|details)|number|tel\.?\ no)(?:\ (?:no|number|num|is))?\.?)
        | (?P<name>(?:(?:tenant|resident|customer|contact|complainant|caller|full|client|their|his|her)(?:'s|s)?\ )?name|tenant|resident|customer|complainant|caller|occupier|leaseholder|householder|shared\ owner|enquirer|client|contact)
        )\s*(?:[:：=]|\s[-–—]\s)\s*(?P<value>.*)$",
    )
    .expect("a fixed pattern compiles")
});

/// UK numbers: 0 and nine or ten digits more, or +44 and the same less the 0, in any grouping.
pub static PHONE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?:\+44\s?(?:\(0\)\s?)?|\(?0)\d(?:[\s().-]{0,2}\d){7,10}").expect("a fixed pattern compiles"));

const POSTCODE: &str = r"[A-Za-z]{1,2}\d[A-Za-z\d]?\s?\d[A-Za-z]{2}";

/// A house number and a street, with a flat before and a place or postcode after.
pub static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    let kinds = "Street|St|Road|Rd|Lane|Ln|Avenue|Ave|Close|Cl|Court|Ct|Crescent|Cres|Drive|Dr|Gardens|Gdns|Grove|Gr|Hill|House|Mews|Park|Place|Pl|Rise|Row|Square|Sq|Terrace|Terr|Ter|Walk|Way|View|Yard|Green|Fold|Croft|Parade|Wharf|Quay|Buildings|Mansions|Towers?|Heights|Point|Lodge|Villas|Vale|Meadows?|Fields?|Bank|Gate|Garth|Mount|Side|End|Common|Cottages|Maisonettes|Circus|Chase|Copse|Dale|Spinney|Brow|Brae|Wynd|Boulevard|Broadway|Path|Passage|Reach|Ridge|Leys?|Orchard|Crossing|Drove|Approach|Hollow|Nook|Dene|Wood|Woods|Loan|Crofts|Flats|Estate|\\w+side|\\w+gate";
    Regex::new(&format!(
        r"(?:(?i:flat|apartment|apt|unit|room|plot)\s+\w{{1,4}},?\s+(?:(?:\d{{1,4}}[A-Za-z]?,?\s+)?(?:[A-Z][\w'’-]*\s+){{1,3}}(?:{kinds})(?-u:\b)|\d{{1,4}}[A-Za-z]?,?\s+(?:[A-Z][\w'’-]*\s*){{1,3}}(?i:{kinds})?(?-u:\b))|(?i:no\.?\s|number\s)?(?-u:\b)\d{{1,4}}(?:[A-Za-z](?-u:\b))?(?:/\d{{1,3}})?,?\s+(?:(?:[A-Z][\w'’.-]*|of|the|on)\s+){{1,4}}(?:{kinds})(?-u:\b)|(?-u:\b)\d{{1,4}}[A-Za-z]?\s+(?i:heol|ffordd|stryd|maes|clos|cwrt|lôn|rhodfa|parc)\s+(?:[\w'’-]+\s?){{1,3}})(?:,\s*[A-Z][a-z'’-]+(?:[\s-][A-Z][a-z'’-]+)?)?(?:,?\s+{POSTCODE}(?-u:\b))?"
    ))
    .expect("a fixed pattern compiles")
});

pub static TITLED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?-u:\b)(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Rev|Revd|Father|Sister|Sir|Lady|MR|MRS|MS|MISS)\.?(?:\s+(?:and|&)\s+(?:Mrs|Mr|Ms|Dr)\.?)?[^\S\t]+(?:[\p{Lu}][\p{L}'’-]+|[A-Z]\.?)(?: +(?:[\p{Lu}][\p{L}'’-]+|[A-Z]\.?)){0,3}").expect("a fixed pattern compiles")
});

/// "mrs patel at 14 elm court", or all of it in capitals: how far the name goes is for the words behind it to say. To miss is a verb.
pub static TITLED_LOW: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?-u:\b)(?:(?i:mr|mrs|ms|mx|dr)|MISS|Miss)\.?(?:[ \t]+[\p{L}][\p{L}'’-]*\.?){1,4}").expect("a fixed pattern compiles")
});

/// "a tenant called Jo Okoro", "tenant Jo Okoro", "spoke to Jo Okoro at 3 Mill Lane".
pub static CALLED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?-u:\b)(?i:(?:tenant|resident|customer|leaseholder|occupier|caller|lady|gentleman|gent|householder|complainant|neighbour)(?:\s+(?:is\s+)?(?:called|named|by\s+the\s+name\s+of|at\s+the\s+address|is|was))?|(?:call|visit|complaint|message|contacted|rung|phoned|email|e-mail|text|approached)\s+(?:from|by)|spoke\s+(?:to|with)|behalf\s+of|name\s+(?:is|was))[\s,:(-]+(?P<name>[\p{Lu}][\p{L}'’-]+(?: +(?:[\p{Lu}][\p{L}'’-]+|[A-Z]\.?)){1,3})").expect("a fixed pattern compiles")
});

/// "Jo Okoro of 14 Elm Court", "Jo Okoro (3 Mill Lane)", "Jo Okoro rang": a name that an address or a verb of telling follows.
pub static NAME_AT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?P<name>[\p{Lu}][\p{L}'’-]+(?: +(?:[\p{Lu}][\p{L}'’-]+|[A-Z]\.?)){1,3}),?\s+(?:(?:who\s+lives\s+)?(?:of|at|from|in)\s+(?:(?i:flat|apartment|number|no\.?)\s+)?\d|\(|(?:has\s+|just\s+)?(?:rang|called|phoned|telephoned|emailed|complained|stopped|approached|came|told|says|said|asked|wants|contacted|texted|reported|spoke)(?-u:\b))").expect("a fixed pattern compiles")
});

/// Words before a name that make it somebody of the landlord's or the contractor's own.
pub static STAFF: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?:(?-u:\b)(?:our|your|my)\s+(?:\w+\s+){0,2}|(?-u:\b)(?:dear|hi|hello|morning|afternoon|officer|engineer|operative|electrician|plumber|roofer|surveyor|manager|supervisor|colleague|foreman|councillor|cllr|regards|thanks|att|fao|attn|attended by|carried out by)[,:]?\s+)$").expect("a fixed pattern compiles")
});

/// The writer's clients are not the writer's people.
pub static CLIENTS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?-u:\b)(?:client|tenant|resident|customer|leaseholder|mutual\s+\w+)s?[,:]?\s+$").expect("a fixed pattern compiles")
});

/// "Our office is …", "call us on …": the writer's own particulars.
pub static OWN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?-u:\b)(?:(?:our|my)\s+(?:office|address|number|depot|phone|line|mobile|direct|email|yard|team|unit)|(?:ring|call|contact|reach|phone|email|text|get)\s+(?:us|me|our\s+\w+))(?-u:\b)[^.\n]{0,30}$")
        .expect("a fixed pattern compiles")
});

/// An address typed without capitals: only the plainest kinds of street, and no "2 days in court".
pub static LOWER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:(?-u:\b)(?i:flat|apartment)\s\w{1,4},?\s)?(?-u:\b)\d{1,4}[A-Za-z]?\s+(?P<street>\p{L}[\p{L}'’]+(?:\s\p{L}[\p{L}'’]+)?)\s(?i:street|road|lane|avenue|close|court|crescent|drive|gardens|terrace|grove|mews|house|walk|way|rise)(?-u:\b)")
        .expect("a fixed pattern compiles")
});
