//! Everything around one operation that is not the resource itself: its deadline, its cancellation, clock and randomness.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::base::Patience;
use crate::engine::run::error::EngineError;

/// Clock and chance, which the planning half must never see.
pub trait Clock: fmt::Debug + Send + Sync {
    /// Seconds since the epoch.
    fn unix_time(&self) -> u64;
    /// Thirty-two random bits.
    fn random(&self) -> u32;
}

/// How long a lease is good.
#[derive(Debug, Clone, Copy)]
pub struct LeasePolicy {
    /// Its length; it is renewed at a third of it.
    pub length: Duration,
}

impl Default for LeasePolicy {
    fn default() -> Self {
        Self { length: Duration::from_secs(60) }
    }
}

/// How often a condition that is waited for is asked again.
#[derive(Debug, Clone, Copy)]
pub struct PollPolicy {
    /// The first pause. Those that follow grow, up to sixty times its length.
    pub first: Duration,
}

impl PollPolicy {
    /// The longest pause.
    pub fn longest(self) -> Duration {
        self.first * 60
    }
}

impl Default for PollPolicy {
    fn default() -> Self {
        Self { first: Duration::from_millis(250) }
    }
}

/// Lengths of time that the whole process goes by. Tests shorten them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pace {
    /// How long leases are good.
    pub lease: LeasePolicy,
    /// How often waits ask.
    pub poll: PollPolicy,
}

/// Who is told how a wait goes while it goes: nobody, unless somebody asks to be.
#[derive(Clone, Default)]
pub struct ProgressSink(Option<Arc<dyn Fn(String) + Send + Sync>>);

impl ProgressSink {
    /// Tells this one.
    pub fn new(told: impl Fn(String) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(told)))
    }

    /// Tells it.
    pub fn tell(&self, line: impl Into<String>) {
        if let Some(told) = &self.0 {
            told(line.into());
        }
    }
}

impl fmt::Debug for ProgressSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Listener({})", self.0.is_some())
    }
}

/// Everything around an operation that is not the resource itself.
#[derive(Debug, Clone)]
pub struct OpContext {
    /// Cancelled when the user asks to stop.
    pub cancel: CancellationToken,
    /// When the operation must have ended.
    pub deadline: Instant,
    /// How many steps may run at once.
    pub parallel: usize,
    /// How leases are kept.
    pub lease: LeasePolicy,
    /// How often waits ask.
    pub poll: PollPolicy,
    /// Clock and chance.
    pub clock: Arc<dyn Clock>,
    /// Who is told how it goes.
    pub sink: ProgressSink,
}

impl OpContext {
    /// Fails if the user asked to stop.
    pub fn check(&self, during: &str) -> Result<(), EngineError> {
        if self.cancel.is_cancelled() {
            return Err(EngineError::Interrupted { during: during.to_owned() });
        }
        Ok(())
    }

    /// Does the work of the operation: calls that a cloud throttles are repeated until the deadline.
    pub async fn patiently<T>(&self, work: impl Future<Output = T>) -> T {
        Patience { until: self.deadline, cancel: self.cancel.clone() }.during(work).await
    }

    /// Sleeps, unless the user asks to stop.
    pub async fn sleep(&self, time: Duration, during: &str) -> Result<(), EngineError> {
        tokio::select! {
            () = self.cancel.cancelled() => Err(EngineError::Interrupted { during: during.to_owned() }),
            () = tokio::time::sleep(time) => Ok(()),
        }
    }
}
