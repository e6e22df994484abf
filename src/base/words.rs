//! Sentences of ours that quote a cloud: only what is quoted may repeat what a user wrote.

use std::fmt;

/// A text that is made of our own words and of a cloud's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Own(String),
    Quoted(String),
}

impl Words {
    /// A cloud's own words: a reason, a status, lines of a log.
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
            Part::Quoted(text) => show(text),
        });
        parts.collect()
    }
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
            Part::Own(text) | Part::Quoted(text) => f.write_str(text),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_quotation_is_shown_otherwise() {
        let words = Words::from("the task failed: ").then(Words::quoted("task gone")).then(", says the task");
        assert_eq!(words.to_string(), "the task failed: task gone, says the task");
        assert_eq!(words.shown(|text| text.replace("task", "x")), "the task failed: x gone, says the task");
    }
}
