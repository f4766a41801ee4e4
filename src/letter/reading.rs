//! How hard the fixed words of the letters are to read. Many residents read as a nine-year-old does, as the country's adults do on
//! average: the Flesch–Kincaid grade of each text is held to that, with a year or two for the words that cannot be had shorter.

use regex::Regex;

/// Years of school that a text asks for (Kincaid 1975): four or so is an age of nine.
pub fn grade(text: &str) -> f64 {
    let sentences: Vec<Vec<&str>> = text
        .split(['.', '!', '?', '\n'])
        .map(|s| s.split(|c: char| !c.is_alphabetic() && c != '\'').filter(|w| w.chars().any(char::is_alphabetic)).collect::<Vec<_>>())
        // Headings and labels are no sentences, and would flatter the text.
        .filter(|words| words.len() >= 4)
        .collect();
    let words = sentences.iter().map(Vec::len).sum::<usize>().max(1) as f64;
    let syllables = sentences.iter().flatten().map(|w| syllables(w)).sum::<usize>() as f64;
    0.39 * words / sentences.len().max(1) as f64 + 11.8 * syllables / words - 15.59
}

/// Groups of vowels, without the silent e at the end; `-ed` counts after t and d alone, `-le` counts.
pub fn syllables(word: &str) -> usize {
    let word: Vec<char> = word.to_lowercase().chars().filter(|c| c.is_alphabetic()).collect();
    let vowel = |c: &char| "aeiouy".contains(*c);
    let mut count = 0;
    let mut before = false;
    for c in &word {
        let now = vowel(c);
        count += usize::from(now && !before);
        before = now;
    }
    let text: String = word.iter().collect();
    let silent = text.ends_with('e') && !text.ends_with("le") || text.ends_with("ed") && !text.ends_with("ted") && !text.ends_with("ded");
    let es = text.ends_with("es") && !["ses", "zes", "ches", "shes", "ges", "xes", "ces"].iter().any(|e| text.ends_with(e));
    if count > 1 && (silent || es) { count - 1 } else { count.max(1) }
}

/// What a template says by itself: tags gone, values replaced by a word, a full stop after each line.
pub fn fixed_words(template: &str) -> String {
    let tags = Regex::new(r"(?s)\{%.*?%\}|\{#.*?#\}").unwrap();
    let values = Regex::new(r"\{\{.*?\}\}").unwrap();
    let text = values.replace_all(template, "it");
    tags.replace_all(&text, " ").into_owned()
}

#[test]
fn syllables_are_counted() {
    for (word, count) in [
        ("cat", 1),
        ("home", 1),
        ("repair", 2),
        ("complaint", 2),
        ("table", 2),
        ("asked", 1),
        ("wanted", 2),
        ("unhappy", 3),
        ("understanding", 4),
        ("the", 1),
        ("dates", 1),
        ("houses", 2),
        ("a", 1),
        ("Ombudsman", 3),
        ("repairs", 2),
    ] {
        assert_eq!(syllables(word), count, "{word}");
    }
    assert!(grade("The cat sat on the mat. It was very fat.") < 1.0);
    assert!(
        grade(
            "Pursuant to the aforementioned provisions, the organisation's determination regarding eligibility constitutes a definitive resolution."
        ) > 15.0
    );
}

#[test]
fn every_letter_can_be_read_at_nine_or_ten() {
    for (name, source) in super::templates::shipped() {
        let staff = ["pass_on", "contractor_thanks", "reminder", "alarm", "trouble", "_duty"].iter().any(|s| name.starts_with(s));
        // The measure counts English syllables.
        if !name.ends_with(".txt") || staff || name.ends_with(".cy.txt") {
            continue;
        }
        let grade = grade(&fixed_words(&source));
        println!("{name}: {grade:.1}");
        assert!(grade < 4.0, "{name} asks for {grade:.1} years of school");
    }
}

/// The texts that policies put into letters: a little harder, for the names of what they speak of.
#[test]
fn what_policies_say_can_be_read_too() {
    let links = Regex::new(r"https\S+").unwrap();
    for name in ["code", "thrive", "together"] {
        let text = std::fs::read_to_string(format!("{}/rules/policies/{name}.toml", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let table: toml::Table = text.parse().unwrap();
        for list in ["signposts", "topics"] {
            for entry in table.get(list).and_then(|l| l.as_array()).into_iter().flatten() {
                let says = entry["says"].as_str().unwrap();
                let grade = grade(&links.replace_all(says, "it."));
                println!("{grade:.1} {says}");
                assert!(grade < 7.5, "{grade:.1}: {says}");
            }
        }
    }
}
