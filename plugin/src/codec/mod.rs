//! Values to bytes and back, led by their type.
//!
//! What arrives may be anything: a decoder never panics, recurses no deeper than [`MAX_DEPTH`], and allocates in
//! proportion to the bytes it was really given, never to a length they claim.

pub mod json;
mod msgpack_read;
mod msgpack_write;

pub use msgpack_read::decode as from_msgpack;
pub use msgpack_write::encode as to_msgpack;

use crate::{Path, PathStep};

/// Deepest nesting of a value. The types of HCL are written by hand, and nobody nests lists a hundred times.
pub const MAX_DEPTH: usize = 128;

/// What is wrong with a value or with its bytes, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{problem}", location(path))]
pub struct CodecError {
    pub path: Path,
    pub problem: String,
}

fn location(path: &Path) -> String {
    if path.is_root() { String::new() } else { format!("{path}: ") }
}

/// A problem on its way out of the recursion: the path is collected innermost step first, and only when needed.
#[derive(Debug)]
struct Problem {
    steps: Vec<PathStep>,
    text: String,
}

impl Problem {
    fn new(text: impl Into<String>) -> Self {
        Self { steps: Vec::new(), text: text.into() }
    }

    fn within(mut self, step: PathStep) -> Self {
        self.steps.push(step);
        self
    }
}

impl From<Problem> for CodecError {
    fn from(problem: Problem) -> Self {
        Self { path: problem.steps.into_iter().rev().collect(), problem: problem.text }
    }
}

fn too_deep() -> Problem {
    Problem::new(format!("nested deeper than {MAX_DEPTH} levels"))
}

#[cfg(test)]
mod tests;
