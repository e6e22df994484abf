//! How new an answer must be.

use std::time::Duration;

use tokio::time::Instant;

/// How new an answer must be, and how whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// An answer of this walk's snapshot is good enough, without what no list returns: Read and preflight.
    Snapshot,
    /// An answer of this walk's snapshot is good enough, and nothing is left out: what is only shown.
    Shown,
    /// An answer that was asked for at this moment or later will do, with everything that this process has written since:
    /// the steps of one run share what one of them asked.
    Since(Instant),
    /// Ask now: every wait, and whatever has to be certain.
    Now,
}

impl Freshness {
    /// Whether a snapshot of the walk will not do.
    pub fn is_now(self) -> bool {
        matches!(self, Self::Since(_) | Self::Now)
    }

    /// Whether an answer can be no older than this.
    pub fn is_within(self, age: Duration) -> bool {
        match self {
            Self::Since(moment) => moment.elapsed() < age,
            Self::Now => true,
            Self::Snapshot | Self::Shown => false,
        }
    }
}
