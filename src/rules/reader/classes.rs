//! Classes of words: who is spoken of, denial, time, wish, doubt. A run of classes holds for words that nobody wrote before.

pub const OTHER: &str = "_";

pub fn class(word: &str) -> &'static str {
    match word {
        "you" | "your" | "yours" | "council" | "landlord" | "housing" | "association" | "office" | "officer" | "manager" | "staff"
        | "team" => "YOU",
        "i" | "my" | "me" | "we" | "our" | "us" | "mine" => "ME",
        "he" | "she" | "they" | "him" | "her" | "them" | "his" | "their" | "somebody" | "someone" | "anybody" | "man" | "bloke" | "guy"
        | "lad" | "woman" => "THEY",
        "plumber" | "engineer" | "contractor" | "contractors" | "operative" | "electrician" | "workman" | "workmen" | "builder"
        | "builders" | "gasman" | "surveyor" | "roofer" | "cleaner" | "cleaners" => "TRADE",
        "neighbour" | "neighbours" | "neighbor" | "upstairs" | "downstairs" | "door" | "kids" | "youths" | "tenants" | "residents" => {
            "NEIGHBOUR"
        }
        "not" | "no" | "never" | "nothing" | "nobody" | "none" | "cannot" | "without" | "neither" => "NOT",
        "if" | "unless" | "whether" | "case" | "would" | "could" | "might" | "may" | "should" => "IF",
        "hope" | "afraid" | "worried" | "worry" | "fear" | "dread" | "expect" | "suppose" | "guess" => "FEAR",
        "said" | "told" | "says" | "heard" | "apparently" | "promised" | "assured" | "mentioned" | "tell" | "say" => "SAY",
        "will" | "shall" | "going" | "tomorrow" | "next" | "soon" => "WILL",
        "still" | "yet" | "again" | "since" | "already" | "another" | "twice" | "times" | "third" | "second" | "keep" | "keeps"
        | "kept" | "always" | "every" => "AGAIN",
        "was" | "were" | "had" | "did" | "came" | "went" | "got" | "been" | "rang" | "phoned" | "called" | "wrote" | "emailed"
        | "asked" | "reported" | "left" => "WAS",
        "is" | "are" | "am" | "has" | "have" | "do" | "does" | "be" => "IS",
        "please" | "can" | "need" | "want" | "like" => "ASK",
        "thank" | "thanks" | "grateful" | "appreciate" | "appreciated" | "lovely" | "brilliant" | "great" | "pleased" | "kind"
        | "happy" | "delighted" | "good" => "WARM",
        "how" | "what" | "when" | "where" | "who" | "why" | "which" => "WHAT",
        "?" => "?",
        "£" => "£",
        "day" | "days" | "week" | "weeks" | "month" | "months" | "year" | "years" | "hour" | "hours" | "monday" | "tuesday"
        | "wednesday" | "thursday" | "friday" | "saturday" | "sunday" | "january" | "february" | "march" | "april" | "june" | "july"
        | "august" | "september" | "october" | "november" | "december" | "yesterday" | "today" | "morning" | "afternoon" => "TIME",
        "but" | "however" | "although" | "though" | "despite" | "only" | "just" => "BUT",
        "and" | "or" | "so" | "because" | "as" | "that" => "AND",
        _ => OTHER,
    }
}
