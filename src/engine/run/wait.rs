//! Waiting as a condition that is asked again and again. The deadline is the caller's.

use std::time::Duration;

use tokio::time::Instant;
use tracing::info;

use crate::engine::run::context::OpContext;
use crate::engine::run::error::EngineError;

/// How often a long wait says that it is still there.
const REPORT_EVERY: Duration = Duration::from_secs(30);

/// What a condition answered.
#[derive(Debug)]
pub enum Poll<T> {
    /// It holds.
    Done(T),
    /// Not yet; the cloud's own word for how things are.
    NotYet(String),
}

/// Asks `condition` until it holds.
///
/// # Expected flow
/// The first question comes at once; pauses grow as [`PollPolicy`](crate::engine::run::context::PollPolicy) says, from a
/// quarter of a second to fifteen, with a jitter of a fifth so that many waits do not ask in step. Progress is logged at
/// info with the elapsed time; a listener hears of it, and of every other word that the condition answers.
///
/// # Errors
/// What the condition itself returns, [`EngineError::Deadline`] when the deadline passes, and
/// [`EngineError::Interrupted`] as soon as the user asks to stop, also in the middle of a pause.
pub async fn until<T, Asked>(
    cx: &OpContext,
    component: &str,
    goal: &'static str,
    mut condition: impl FnMut() -> Asked,
) -> Result<T, EngineError>
where
    Asked: Future<Output = Result<Poll<T>, EngineError>>,
{
    let start = Instant::now();
    let mut reported = start;
    let mut pause = cx.poll.first;
    let waiting = format!("waiting for {component} to become {goal}");
    let mut during = waiting.clone();
    let mut told = String::new();
    loop {
        cx.check(&during)?;
        let last = match condition().await? {
            Poll::Done(value) => return Ok(value),
            Poll::NotYet(last) => last,
        };
        let now = Instant::now();
        if now >= cx.deadline {
            return Err(EngineError::Deadline { component: component.to_owned(), goal, last, waited: now - start });
        }
        if now - reported >= REPORT_EVERY || reported == start {
            info!(component, goal, last, elapsed_seconds = (now - start).as_secs(), "still waiting");
            reported = now.max(start + Duration::from_nanos(1));
            told.clear();
        }
        if told != last {
            cx.sink.tell(format!("{component}: {last} ({} s)", (now - start).as_secs()));
            told = last;
        }
        during = format!("{waiting} ({told})");
        cx.sleep(jittered(pause, cx.clock.random()).min(cx.deadline - now), &during).await?;
        pause = (pause * 3 / 2).min(cx.poll.longest());
    }
}

fn jittered(pause: Duration, random: u32) -> Duration {
    pause.mul_f64(0.9 + 0.2 * f64::from(random) / f64::from(u32::MAX))
}
