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

/// How long before a run begins its answers may have been asked for: Terraform plans again right before each apply, in the
/// same process.
const RECENT: Duration = Duration::from_secs(5);

impl Freshness {
    /// As new as a run needs it that begins now: what the plan has asked right before will do.
    pub fn recent() -> Self {
        let now = Instant::now();
        Self::Since(now.checked_sub(RECENT).unwrap_or(now))
    }

    /// As new as it is now.
    pub fn from_now() -> Self {
        Self::Since(Instant::now())
    }

    /// Whether a snapshot of the walk will not do.
    pub fn is_now(self) -> bool {
        matches!(self, Self::Since(_) | Self::Now)
    }

    /// Whether an answer can be no older than this moment.
    pub fn is_since(self, moment: Instant) -> bool {
        match self {
            Self::Since(since) => since >= moment,
            Self::Now => true,
            Self::Snapshot | Self::Shown => false,
        }
    }
}
