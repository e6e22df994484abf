//! Waiting until a component has come to rest, and how that is judged: the same for a step and for an action.

use std::time::Duration;

use tokio::time::Instant;

use crate::base::{CallError, ErrorClass};
use crate::engine::model::spec::Resolved;
use crate::engine::plan::blueprint::Step;
use crate::engine::run::assembly::Part;
use crate::engine::run::component::{Answer, Phase, Seen};
use crate::engine::run::context::Cx;
use crate::engine::run::error::EngineError;
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
pub async fn patiently<T, Called>(
    cx: &Cx,
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

/// Waits until what somebody asked for earlier has ended, well or not: what broke may be mended by what is asked next.
pub async fn at_rest(cx: &Cx, part: &Part, step: &Step, seen: Seen, wish: &Resolved) -> Result<Seen, EngineError> {
    if !matches!(part.component.settled(&seen, wish, &[]), Phase::Working(_)) {
        return Ok(seen);
    }
    wait::until(cx, &part.spec.component, "at rest", || async {
        let Some(seen) = read(part, step).await? else { return Err(gone(step)) };
        Ok(match part.component.settled(&seen, wish, &[]) {
            Phase::Working(word) => Poll::NotYet(word),
            _ => Poll::Done(seen),
        })
    })
    .await
}

/// Waits until the object has come to rest and `fields` are as wished.
///
/// # Errors
/// The object is broken, with all that can be told of why; and those of [`wait::until`].
pub async fn rest(cx: &Cx, part: &Part, step: &Step, wish: &Resolved, fields: &[String]) -> Result<Seen, EngineError> {
    rest_after(cx, part, step, wish, fields, &Phase::Ready, None).await
}

/// The same, of an object that was in the phase `before` when `fields` were set: what was broken may be told so for a while.
/// `known` is the object as it is known already: it is read only if that is not at rest.
///
/// # Errors
/// Those of [`rest`].
pub async fn rest_after(
    cx: &Cx,
    part: &Part,
    step: &Step,
    wish: &Resolved,
    fields: &[String],
    before: &Phase,
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
            Ok(match part.component.settled(&seen, wish, fields) {
                Phase::Ready if unsatisfied(part, &seen, wish, fields) => {
                    Poll::NotYet(format!("{} not shown yet", fields.join(", ")))
                }
                Phase::Ready => Poll::Done(seen),
                Phase::Broken(reason) if *before == Phase::Broken(reason.clone()) && Instant::now() < shown => {
                    Poll::NotYet(reason.to_string())
                }
                Phase::Broken(reason) => {
                    let more = part.component.explain(&part.address, &seen).await;
                    let reason = match more {
                        Some(more) => reason.then(". ").then(more),
                        None => reason,
                    };
                    return Err(EngineError::Failed { component: part.spec.component.to_string(), reason });
                }
                phase => Poll::NotYet(word(&phase)),
            })
        }
    })
    .await
}

/// What a change has left of an object that was `live`, if its answer tells.
pub fn changed(part: &Part, live: &Seen, answer: Answer, wish: &Resolved, fields: &[String]) -> Option<Seen> {
    match answer {
        Answer::Seen(seen) => Some(seen),
        Answer::Begun => None,
        Answer::Done => {
            let mut seen = live.clone();
            for (name, value) in seen.fields.iter_mut().filter(|(name, _)| fields.iter().any(|field| field == *name)) {
                if let Some(wanted) = wish.0.get(*name) {
                    value.clone_from(wanted);
                }
            }
            // A field that is not seen as it is set tells of itself only when it is read.
            (!unsatisfied(part, &seen, wish, fields)).then_some(seen)
        }
    }
}

/// Whether one of these fields is not as wished.
pub fn unsatisfied(part: &Part, seen: &Seen, wish: &Resolved, fields: &[String]) -> bool {
    fields.iter().any(|name| {
        let Some(field) = part.spec.kind.field(name) else { return false };
        wish.0.get(name).is_some_and(|wanted| !field.is_satisfied(wanted, seen.fields.get(name.as_str())))
    })
}

/// Reads the component for a step.
pub async fn read(part: &Part, step: &Step) -> Result<Option<Seen>, EngineError> {
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
pub fn word(phase: &Phase) -> String {
    match phase {
        Phase::Ready => "ready".to_owned(),
        Phase::Working(word) | Phase::Going(word) => word.clone(),
        Phase::Broken(reason) => reason.to_string(),
    }
}
