//! How fast may be asked: 1200 calls in five minutes for a token, whoever else uses it. Who exceeds that is shut out of
//! everything for five minutes, so the calls are spread from the start.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Calls that may be made at once, after a pause.
const BURST: f64 = 100.0;
/// Calls a second that are gained back: a little under what Cloudflare allows, since others use the token too.
const RATE: f64 = 3.5;

/// The pace of one token.
#[derive(Debug)]
pub struct Limits(Mutex<Bucket>);

#[derive(Debug)]
struct Bucket {
    /// Calls left; below zero are calls that wait.
    left: f64,
    at: Instant,
    closed_until: Instant,
}

impl Limits {
    pub fn new() -> Self {
        let now = Instant::now();
        Self(Mutex::new(Bucket { left: BURST, at: now, closed_until: now }))
    }

    /// Waits until it is this call's turn: in the order of asking.
    pub async fn acquire(&self) {
        let now = Instant::now();
        let own = {
            let mut bucket = self.bucket();
            bucket.left = (bucket.left + (now - bucket.at).as_secs_f64() * RATE).min(BURST) - 1.0;
            bucket.at = now;
            now + Duration::from_secs_f64((-bucket.left / RATE).max(0.0))
        };
        let mut until = own.max(self.bucket().closed_until);
        while Instant::now() < until {
            tokio::time::sleep_until(until).await;
            until = self.bucket().closed_until;
        }
    }

    /// Cloudflare has shut us out for this time: nobody need try.
    pub fn pause(&self, time: Duration) {
        let mut bucket = self.bucket();
        bucket.closed_until = bucket.closed_until.max(Instant::now() + time);
    }

    fn bucket(&self) -> MutexGuard<'_, Bucket> {
        // Every change is a single assignment: a panic elsewhere leaves none half made.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn turns(limits: &Limits, count: usize) -> Duration {
        let start = Instant::now();
        futures::future::join_all((0..count).map(|_| limits.acquire())).await;
        start.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_is_free_and_the_rest_is_spread() {
        let limits = Limits::new();
        assert_eq!(turns(&limits, 100).await, Duration::ZERO);
        let rest = turns(&limits, 35).await;
        assert!((9.9..10.1).contains(&rest.as_secs_f64()), "{rest:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_shut_opens_for_all_at_once() {
        let limits = Limits::new();
        limits.pause(Duration::from_secs(30));
        limits.pause(Duration::from_secs(10));
        let shut = turns(&limits, 3).await.as_secs_f64();
        assert!((29.9..30.1).contains(&shut), "{shut}");
    }
}
