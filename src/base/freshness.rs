//! How new an answer must be.

/// How new an answer must be, and how whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// An answer of this walk's snapshot is good enough, without what no list returns: Read and preflight.
    Snapshot,
    /// An answer of this walk's snapshot is good enough, and nothing is left out: what is only shown.
    Shown,
    /// Ask now: every step and every wait.
    Now,
}

impl Freshness {
    /// Whether a snapshot will not do.
    pub fn is_now(self) -> bool {
        self == Self::Now
    }
}
