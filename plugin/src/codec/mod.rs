//! Values to bytes and back, led by their type.
//!
//! What arrives may be anything: a decoder never panics, recurses no deeper than [`MAX_DEPTH`], and allocates in
//! proportion to the bytes it was really given, never to a length they claim.
//!
//! Protocol source: Terraform's `docs/plugin-protocol/object-wire-format.md`; what it leaves open is as go-cty does it
//! (`cty/msgpack`, `cty/json`): numbers that are no 64-bit integers or exact floats are texts, refinements of unknown
//! values are the extension 12, values of any type carry their type.
//!
//! # Errors
//!
//! Every function answers a [`CodecError`] with the place of what is wrong: bytes that are cut off or too many, a value
//! of another type, an attribute that is missing or that the schema lacks, text that is not UTF-8, nesting beyond
//! [`MAX_DEPTH`]. Values are never repeated in it.

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
    /// Where the value is wrong. Root for the bytes as a whole.
    pub path: Path,
    /// What is wrong there, without the value.
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
