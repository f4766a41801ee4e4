//! format=flowed (RFC 3676): lines that a program broke for the wire are joined again.

/// Joins flowed lines of the same quote depth. `delsp` is the DelSp parameter: the blank before the break was added too.
pub fn unfold(text: &str, delsp: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut open: Option<usize> = None; // the depth of a paragraph that goes on
    for line in text.split('\n') {
        let line = line.strip_suffix('\r').unwrap_or(line);
        let depth = line.bytes().take_while(|b| *b == b'>').count();
        let words = &line[depth..];
        let words = words.strip_prefix(' ').unwrap_or(words); // space-stuffing, §4.4
        let signature = words == "-- ";
        match open {
            Some(d) if d == depth && !signature => {}
            previous => {
                if previous.is_some() {
                    out.push('\n');
                }
                out.extend(std::iter::repeat_n('>', depth));
                if depth > 0 {
                    out.push(' ');
                }
            }
        }
        if words.ends_with(' ') && !signature {
            out.push_str(if delsp { &words[..words.len() - 1] } else { words });
            open = Some(depth);
        } else {
            out.push_str(words);
            out.push('\n');
            open = None;
        }
    }
    out.pop();
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_flowed_lines_and_no_others() {
        assert_eq!(
            unfold("no heat \nfor days\nnew\n> old \n> words\n>> older\n-- \nJo\n", false),
            "no heat for days\nnew\n> old words\n>> older\n-- \nJo\n"
        );
        assert_eq!(unfold("un \nder", true), "under");
        assert_eq!(unfold(" >not a quote", false), ">not a quote");
        assert_eq!(unfold("> a \nb", false), "> a \nb");
    }
}
