//! The time of the running operation, for calls that a cloud throttles: they are repeated for as long as it lasts.

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

tokio::task_local! {
    static PATIENCE: Patience;
}

/// The time that an operation has.
#[derive(Debug, Clone)]
pub struct Patience {
    /// When the operation must have ended.
    pub until: Instant,
    /// Cancelled when the user asks to stop.
    pub cancel: CancellationToken,
}

impl Patience {
    /// Gives this time to all calls that `work` makes in its own task.
    pub async fn during<T>(self, work: impl Future<Output = T>) -> T {
        PATIENCE.scope(self, work).await
    }

    /// The time of the running operation; `None` outside of one, such as in a plan.
    pub fn current() -> Option<Self> {
        PATIENCE.try_with(Self::clone).ok()
    }

    /// Whether there is time left.
    pub fn is_left(&self) -> bool {
        !self.cancel.is_cancelled() && Instant::now() < self.until
    }
}
