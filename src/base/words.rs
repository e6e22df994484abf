//! Sentences of ours that quote a cloud: only what is quoted may repeat what a user wrote.

use std::fmt;

/// The most characters of a line that is quoted.
const LONGEST_LINE: usize = 1000;

/// A text that is made of our own words and of a cloud's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Own(String),
    Quoted(String),
}

impl Words {
    /// A cloud's own words: a reason, a status, lines of a log. Of a line beyond 1000 characters only the beginning is shown.
    pub fn quoted(text: impl Into<String>) -> Self {
        Self(vec![Part::Quoted(text.into())])
    }

    /// The same with more behind it.
    #[must_use]
    pub fn then(mut self, more: impl Into<Self>) -> Self {
        self.0.extend(more.into().0);
        self
    }

    /// The text, with every quotation as `show` writes it.
    pub fn shown(&self, show: impl Fn(&str) -> String) -> String {
        let parts = self.0.iter().map(|part| match part {
            Part::Own(text) => text.clone(),
            // Cut after it: half a sensitive value would not be recognised.
            Part::Quoted(text) => cut(show(text)),
        });
        parts.collect()
    }
}

/// Each line with so many characters at the most.
fn cut(text: String) -> String {
    if text.len() <= LONGEST_LINE {
        return text;
    }
    let short = |line: &str| match line.char_indices().nth(LONGEST_LINE) {
        Some((end, _)) => format!("{}… ({} more characters)", &line[..end], line[end..].chars().count()),
        None => line.to_owned(),
    };
    text.split('\n').map(short).collect::<Vec<_>>().join("\n")
}

impl From<String> for Words {
    fn from(own: String) -> Self {
        Self(vec![Part::Own(own)])
    }
}

impl From<&str> for Words {
    fn from(own: &str) -> Self {
        Self::from(own.to_owned())
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Own(text) => f.write_str(text),
            Part::Quoted(text) => f.write_str(&cut(text.clone())),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_cut() {
        let long = format!("{}é{}", "a".repeat(999), "b".repeat(19_000));
        let told = Words::quoted(format!("short\n{long}\nlast")).to_string();
        assert_eq!(told, format!("short\n{}é… (19000 more characters)\nlast", "a".repeat(999)));
        let split = Words::quoted(format!("{}hush-value{}", "a".repeat(995), "b".repeat(50)));
        let hidden = split.shown(|text| text.replace("hush-value", "(env)"));
        assert!(hidden.contains("a(env)… (50 more") && !hidden.contains("hush"), "{hidden}");
        assert_eq!(Words::from(long.clone()).to_string(), long, "our own words are not");
    }

    #[test]
    fn only_a_quotation_is_shown_otherwise() {
        let words = Words::from("the task failed: ").then(Words::quoted("task gone")).then(", says the task");
        assert_eq!(words.to_string(), "the task failed: task gone, says the task");
        assert_eq!(words.shown(|text| text.replace("task", "x")), "the task failed: x gone, says the task");
    }
}
