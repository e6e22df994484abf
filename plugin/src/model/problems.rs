//! What a validator refuses, and where inside the value.

use crate::Path;

/// What a validator refuses: the whole value, or single parts of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems(Vec<(Path, String)>);

impl Problems {
    /// Adds a problem of the entry of a map.
    pub fn at_key(&mut self, key: &str, problem: impl Into<String>) {
        self.0.push((Path::root().key(key), problem.into()));
    }

    /// Adds a problem of the whole value, once.
    pub fn at_whole(&mut self, problem: impl Into<String>) {
        let problem = (Path::root(), problem.into());
        if !self.0.contains(&problem) {
            self.0.push(problem);
        }
    }

    /// Success if there is no problem.
    ///
    /// # Errors
    /// There are problems.
    pub fn into_result(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }

    /// The problems, each with its place inside the value.
    pub fn into_parts(self) -> impl Iterator<Item = (Path, String)> {
        self.0.into_iter()
    }
}

impl From<String> for Problems {
    fn from(problem: String) -> Self {
        Self(vec![(Path::root(), problem)])
    }
}

impl From<&str> for Problems {
    fn from(problem: &str) -> Self {
        problem.to_owned().into()
    }
}
