//! Texts that a terminal shows as what they are.

/// A text with its control characters escaped, such as `\u{1b}`: a message may quote somebody else's words, and a terminal
/// carries an escape sequence out. Line breaks and tabs stay. All that a provider tells the CLI is written so: diagnostics,
/// errors of functions, progress, names of what is listed, logs.
pub fn printable(text: String) -> String {
    let is_control = |c: char| c.is_control() && c != '\n' && c != '\t';
    if !text.contains(is_control) {
        return text;
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.replace("\r\n", "\n").chars() {
        if is_control(c) { shown.extend(c.escape_unicode()) } else { shown.push(c) }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_escaped() {
        for (text, shown) in [
            ("plain: ä\n\tb", "plain: ä\n\tb"),
            ("\u{1b}[31mRED\u{1b}]0;title\u{7}", r"\u{1b}[31mRED\u{1b}]0;title\u{7}"),
            ("a\0b\u{9b}c\u{7f}", r"a\u{0}b\u{9b}c\u{7f}"),
            ("one\r\ntwo\rthree", "one\ntwo\\u{d}three"),
        ] {
            assert_eq!(printable(text.to_owned()), shown);
        }
    }
}
