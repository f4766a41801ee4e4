//! The lists of `words.txt`: what clients write, in many languages, kept apart from the code that looks for it.

const TEXT: &str = include_str!("words.txt");

/// The words of one section, in the order of the file. A name that the file has not is a fault of the program's own, and an empty list.
pub fn list(section: &str) -> Vec<&'static str> {
    TEXT.lines()
        .skip_while(|l| l.strip_prefix('[').and_then(|l| l.strip_suffix(']')) != Some(section))
        .skip(1)
        .take_while(|l| !l.starts_with('['))
        .filter(|l| !l.starts_with('#'))
        .flat_map(|l| l.split(','))
        .map(str::trim)
        .filter(|w| !w.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_hold_lower_case_words() {
        let sections = TEXT.lines().filter_map(|l| l.strip_prefix('[')?.strip_suffix(']'));
        for section in sections {
            let words = list(section);
            assert!(!words.is_empty(), "{section}");
            for word in words {
                assert_eq!(word, word.to_lowercase(), "{section}");
            }
        }
        assert!(list("no such section").is_empty());
    }
}
