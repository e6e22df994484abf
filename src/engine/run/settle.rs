//! Waiting until a component has come to rest, and how that is judged: the same for a step and for an action.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use crate::base::{CallError, ErrorClass, Words};
use crate::engine::model::procedure::Operation;
use crate::engine::model::spec::Resolved;
use crate::engine::plan::blueprint::Step;
use crate::engine::run::component::{Answer, Phase, Seen};
use crate::engine::run::context::OpContext;
use crate::engine::run::error::EngineError;
use crate::engine::run::instance::BoundComponent;
use crate::engine::run::wait::{self, Poll};

/// How long something that was just made or changed may stay unseen elsewhere.
pub const VISIBLE: Duration = Duration::from_secs(60);

/// How long a call is repeated that the cloud answers with "not now".
const PATIENCE: Duration = Duration::from_secs(20 * 60);

/// Repeats a call about a component that the cloud answers with "not now". What is still in use after 20 minutes is in
/// use by somebody else, and the cloud's own words say so better than a deadline. What is under way takes the time it takes.
///
/// # Errors
/// The cloud's last answer, and those of [`wait::until`].
pub async fn retry_while_busy<T, Called>(
    cx: &OpContext,
    component: &str,
    step: &Step,
    mut call: impl FnMut() -> Called,
) -> Result<T, EngineError>
where
    Called: Future<Output = Result<T, CallError>>,
{
    let give_up = cx.deadline.min(Instant::now() + PATIENCE);
    wait::until(cx, component, "free to be changed", || {
        let called = call();
        async {
            match called.await {
                Ok(answer) => Ok(Poll::Done(answer)),
                Err(error) if error.class == ErrorClass::Underway => Ok(Poll::NotYet(error.message)),
                Err(busy) if busy.class == ErrorClass::Busy && Instant::now() < give_up => {
                    Ok(Poll::NotYet(busy.to_string()))
                }
                Err(error) => Err(failed(step, error)),
            }
        }
    })
    .await
}

/// The answer to a call that names other objects. What it does not find may have been made a moment ago and not be seen
/// everywhere yet: until `visible` that is "not now".
pub fn busy_until<T>(visible: Instant, answer: Result<T, CallError>) -> Result<T, CallError> {
    answer.map_err(|error| match error.class {
        ErrorClass::NotFound if Instant::now() < visible => CallError { class: ErrorClass::Busy, ..error },
        _ => error,
    })
}

/// Waits until what somebody asked for earlier has ended, well or not: what broke may be mended by what is asked next.
pub async fn wait_idle(
    cx: &OpContext,
    part: &BoundComponent,
    step: &Step,
    seen: Seen,
    desired: &Resolved,
) -> Result<Seen, EngineError> {
    if !matches!(part.component.settled(&seen, desired, &[]), Phase::Pending(_)) {
        return Ok(seen);
    }
    wait::until(cx, &part.spec.component, "at rest", || async {
        let Some(seen) = read(part, step).await? else { return Err(gone(step)) };
        Ok(match part.component.settled(&seen, desired, &[]) {
            Phase::Pending(word) => Poll::NotYet(word),
            _ => Poll::Done(seen),
        })
    })
    .await
}

/// What a wait is for.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// What is desired.
    pub desired: &'a Resolved,
    /// The fields that were set.
    pub fields: &'a [String],
    /// Whether they must be as desired. Before the last call of a change they need not.
    pub shows: bool,
    /// What the object must report under `stage`, if anything.
    pub stage: Option<&'static str>,
    /// The phase in which the object was when they were set: what was broken may be reported so for a while.
    pub before: &'a Phase,
}

impl<'a> Target<'a> {
    /// An object at rest, with these fields as desired.
    pub fn showing(desired: &'a Resolved, fields: &'a [String]) -> Self {
        Self { desired, fields, shows: true, stage: None, before: &Phase::Ready }
    }

    /// What is still missing of an object at rest.
    fn missing(&self, part: &BoundComponent, seen: &Seen) -> Option<String> {
        if self.shows && unsatisfied(part, seen, self.desired, self.fields) {
            return Some(format!("{} not shown yet", self.fields.join(", ")));
        }
        let stage = self.stage?;
        let reported = seen.output("stage").and_then(|stage| stage.as_str().map(str::to_owned)).unwrap_or_default();
        (reported != stage).then(|| if reported.is_empty() { format!("not {stage} yet") } else { reported })
    }
}

/// Waits until the object has come to rest and `fields` are as desired.
///
/// # Errors
/// The object is broken, with all that can be told of why; and those of [`wait::until`].
pub async fn wait_ready(
    cx: &OpContext,
    part: &BoundComponent,
    step: &Step,
    desired: &Resolved,
    fields: &[String],
) -> Result<Seen, EngineError> {
    wait_ready_after(cx, part, step, &Target::showing(desired, fields), None).await
}

/// Waits until the object has come to rest and the target is reached. `known` is the object as it is known already: it is
/// read only if that is not at rest.
///
/// # Errors
/// Those of [`rest`].
pub async fn wait_ready_after(
    cx: &OpContext,
    part: &BoundComponent,
    step: &Step,
    target: &Target<'_>,
    mut known: Option<Seen>,
) -> Result<Seen, EngineError> {
    let shown = cx.deadline.min(Instant::now() + VISIBLE);
    wait::until(cx, &part.spec.component, "ready", || {
        let known = known.take();
        async {
            let found = if known.is_some() { known } else { read(part, step).await? };
            let Some(seen) = found else {
                return Ok(Poll::NotYet("not visible yet".to_owned()));
            };
            Ok(match part.component.settled(&seen, target.desired, target.fields) {
                Phase::Ready => match target.missing(part, &seen) {
                    Some(missing) => Poll::NotYet(missing),
                    None => Poll::Done(seen),
                },
                Phase::Failed(reason) if *target.before == Phase::Failed(reason.clone()) && Instant::now() < shown => {
                    Poll::NotYet(reason.to_string())
                }
                Phase::Failed(reason) => return Err(broken(part, Some(&seen), reason).await),
                phase => Poll::NotYet(describe(&phase)),
            })
        }
    })
    .await
}

/// Follows what a call has begun to its end.
///
/// # Errors
/// It failed, with all that can be told of why; and those of [`wait::until`].
pub async fn ended(
    cx: &OpContext,
    part: &BoundComponent,
    step: &Step,
    operation: &Operation,
) -> Result<(), EngineError> {
    let visible = cx.deadline.min(Instant::now() + VISIBLE);
    wait::until(cx, &part.spec.component, "ready", || async {
        let phase = match part.component.progress(&part.address, operation).await {
            Ok(phase) => phase,
            // What was begun a moment ago is not seen everywhere yet.
            Err(error) if error.class == ErrorClass::NotFound && Instant::now() < visible => {
                return Ok(Poll::NotYet("not visible yet".to_owned()));
            }
            Err(error) => return Err(failed(step, error)),
        };
        match phase {
            Phase::Ready => Ok(Poll::Done(())),
            Phase::Failed(reason) => {
                let seen = part.read().await.ok().flatten();
                Err(broken(part, seen.as_ref(), reason).await)
            }
            phase => Ok(Poll::NotYet(describe(&phase))),
        }
    })
    .await
}

/// Tests an object until it has passed so many times in a row.
///
/// # Errors
/// The test could not be made, and those of [`wait::until`].
pub async fn passes(
    cx: &OpContext,
    part: &BoundComponent,
    step: &Step,
    seen: &Seen,
    times: u32,
) -> Result<(), EngineError> {
    let passed = AtomicU32::new(0);
    wait::until(cx, &part.spec.component, "healthy", || async {
        let passes = part.component.probe(&part.address, seen).await.map_err(|error| failed(step, error))?;
        passed.store(if passes { passed.load(Ordering::Relaxed) + 1 } else { 0 }, Ordering::Relaxed);
        let count = passed.load(Ordering::Relaxed);
        Ok(if count >= times {
            Poll::Done(())
        } else {
            Poll::NotYet(format!("{count} of {times} tests passed in a row"))
        })
    })
    .await
}

/// Waits until this time has passed since a Unix time.
///
/// # Errors
/// Those of [`wait::until`].
pub async fn elapsed(cx: &OpContext, part: &BoundComponent, since: u64, time: Duration) -> Result<(), EngineError> {
    wait::until(cx, &part.spec.component, "proven over time", || async {
        let passed = Duration::from_secs(cx.clock.unix_time().saturating_sub(since));
        Ok(match time.checked_sub(passed).filter(|left| !left.is_zero()) {
            Some(left) => Poll::NotYet(format!("{} s left", left.as_secs())),
            None => Poll::Done(()),
        })
    })
    .await
}

/// The error of an object that will not become ready, with what else can be told of it.
async fn broken(part: &BoundComponent, seen: Option<&Seen>, reason: Words) -> EngineError {
    let more = match seen {
        Some(seen) => part.component.diagnose(&part.address, seen).await,
        None => None,
    };
    let reason = match more {
        Some(more) => reason.then(". ").then(more),
        None => reason,
    };
    EngineError::Failed { component: part.spec.component.to_string(), reason }
}

/// What a change has left of an object that was `live`, if its answer tells.
pub fn changed(part: &BoundComponent, live: &Seen, answer: Answer, target: &Target<'_>) -> Option<Seen> {
    let Target { desired, fields, .. } = *target;
    match answer {
        Answer::Seen(seen) => Some(seen),
        Answer::Begun | Answer::Operation(_) => None,
        // What it has changed is seen when the last call of the change is done.
        Answer::Done | Answer::Left(_) if !target.shows => Some(live.clone()),
        Answer::Done | Answer::Left(_) => {
            let mut seen = live.clone();
            for (name, value) in seen.fields.iter_mut().filter(|(name, _)| fields.iter().any(|field| field == *name)) {
                if let Some(wanted) = desired.0.get(*name) {
                    value.clone_from(wanted);
                }
            }
            // A field that is not seen as it is set tells of itself only when it is read.
            (!unsatisfied(part, &seen, desired, fields)).then_some(seen)
        }
    }
}

/// Whether one of these fields is not as desired.
pub fn unsatisfied(part: &BoundComponent, seen: &Seen, desired: &Resolved, fields: &[String]) -> bool {
    fields.iter().any(|name| {
        let Some(field) = part.spec.kind.field(name) else { return false };
        desired.0.get(name).is_some_and(|wanted| !field.is_satisfied(wanted, &seen.fields))
    })
}

/// Reads the component for a step.
pub async fn read(part: &BoundComponent, step: &Step) -> Result<Option<Seen>, EngineError> {
    part.read().await.map_err(|error| failed(step, error))
}

/// A call that failed in a step.
pub fn failed(step: &Step, source: CallError) -> EngineError {
    EngineError::step(step.verb.word(), &step.component, &step.fields, source)
}

/// The object that a step is about is not there.
pub fn gone(step: &Step) -> EngineError {
    failed(step, CallError::own(&step.call, ErrorClass::NotFound, "the object is gone"))
}

/// A phase in a word.
pub fn describe(phase: &Phase) -> String {
    match phase {
        Phase::Ready => "ready".to_owned(),
        Phase::Pending(word) | Phase::Deleting(word) => word.clone(),
        Phase::Failed(reason) => reason.to_string(),
    }
}
