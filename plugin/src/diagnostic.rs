//! What a provider tells the user.

use std::fmt;

use crate::Path;

/// Whether what is told stops the run. Protocol: `Diagnostic.Severity`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The call failed. Core goes no further with this object.
    Error,
    /// The call succeeded, and the user should know something.
    Warning,
}

/// One message. The CLI folds warnings of equal summaries together, so a summary should name what it is about.
///
/// Protocol: `Diagnostic`. Source of the folding: core's `internal/tfdiags/consolidate_warnings.go`, which keeps the
/// first of a summary and counts the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// `Error` if the call failed.
    pub severity: Severity,
    /// One line: what is wrong with what. See [`Diagnostic`] for how it is shown.
    pub summary: String,
    /// Any number of lines: why, and what to do next. May be empty.
    pub detail: String,
    /// Root when the message is about the whole object.
    pub path: Path,
}

/// The messages of one call, in the order they were given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// No messages: the answer of what went well.
    pub const fn new() -> Self {
        Self { list: Vec::new() }
    }

    /// Nothing but one error.
    pub fn failure(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        let mut diagnostics = Self::new();
        diagnostics.error(summary, detail);
        diagnostics
    }

    /// An error about the object as a whole. `detail` may be empty.
    pub fn error(&mut self, summary: impl Into<String>, detail: impl Into<String>) {
        self.error_at(Path::root(), summary, detail);
    }

    /// An error about one attribute or block: the CLI shows the line of the configuration that it stands on. Where
    /// nothing of the configuration is at `path`, it shows the block around it.
    pub fn error_at(&mut self, path: impl Into<Path>, summary: impl Into<String>, detail: impl Into<String>) {
        self.add(Severity::Error, path.into(), summary.into(), detail.into());
    }

    /// A warning about the object as a whole.
    pub fn warn(&mut self, summary: impl Into<String>, detail: impl Into<String>) {
        self.warn_at(Path::root(), summary, detail);
    }

    /// A warning about one attribute or block, shown with its line as [`Self::error_at`] is.
    pub fn warn_at(&mut self, path: impl Into<Path>, summary: impl Into<String>, detail: impl Into<String>) {
        self.add(Severity::Warning, path.into(), summary.into(), detail.into());
    }

    /// Adds a message that was made elsewhere, as it is.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }

    /// Whether a call that answers these has failed. Warnings alone do not fail it.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Whether nothing is told, not even a warning.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many messages there are, of both severities.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// All messages, in the order in which they were given.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.list.iter()
    }

    /// What makes the call fail.
    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.iter().filter(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// What is told beside it.
    pub fn warnings(&self) -> impl Iterator<Item = &Diagnostic> {
        self.iter().filter(|diagnostic| diagnostic.severity == Severity::Warning)
    }

    fn add(&mut self, severity: Severity, path: Path, summary: String, detail: String) {
        self.list.push(Diagnostic { severity, summary, detail, path });
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self { list: vec![diagnostic] }
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: I) {
        self.list.extend(diagnostics);
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(diagnostics: I) -> Self {
        Self { list: diagnostics.into_iter().collect() }
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.severity {
            Severity::Error => "Error: ",
            Severity::Warning => "Warning: ",
        })?;
        f.write_str(&self.summary)?;
        if !self.path.is_root() {
            write!(f, " (at {})", self.path)?;
        }
        if !self.detail.is_empty() {
            write!(f, "\n  {}", self.detail)?;
        }
        Ok(())
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for diagnostic in &self.list {
            writeln!(f, "{diagnostic}")?;
        }
        Ok(())
    }
}
