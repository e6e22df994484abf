//! The rules around one resource's life: create, resume, update, and the deletes that Terraform asks for in so many
//! ways.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join;
use tracing::info;

use crate::engine::model::identity::Identity;
use crate::engine::model::name::ComponentName;
use crate::engine::model::spec::Spec;
use crate::engine::plan::blueprint::{Blueprint, Step, Verb};
use crate::engine::run::component::Seen;
use crate::engine::run::context::OpContext;
use crate::engine::run::error::EngineError;
use crate::engine::run::execute::{self, ExecuteOptions, Execution};
use crate::engine::run::instance::ResourceInstance;
use crate::engine::run::known::Known;
use crate::engine::run::lease::{self, Acquired, LeaseGuard};
use crate::engine::run::mark::{Mark, Marks};
use crate::engine::run::memory::Memory;

/// What came of a create, a resume or an update.
#[derive(Debug, Default)]
pub struct RunResult {
    /// The creation id to store. `None` where the write of the last mark is unconfirmed.
    pub creation_id: Option<String>,
    /// Whether the resource is finished.
    pub complete: bool,
    /// Whether anything was learned of the cloud. If not, an earlier state still stands.
    pub learned: bool,
    /// The steps that were done.
    pub steps: BTreeSet<usize>,
    /// The components as they were last seen.
    pub seen: BTreeMap<ComponentName, Seen>,
    /// The components that were removed.
    pub removed: BTreeSet<ComponentName>,
    /// Why it stopped short, if it did.
    pub error: Option<EngineError>,
}

impl RunResult {
    fn nothing(error: EngineError) -> Self {
        Self { error: Some(error), ..Self::default() }
    }
}

/// Why a create runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin<'a> {
    /// There is no prior state.
    New {
        /// It is the second half of a replacement of a healthy object.
        replacing: bool,
    },
    /// The state holds the unfinished object (after `untaint`), with this creation id.
    Resume(Option<&'a str>),
    /// The state holds an object that was never begun: it came from another provider, beside whose object it is built.
    Migrated,
}

/// Creates a resource, or goes on with a create that was interrupted.
pub async fn create<S: Clone>(
    cx: &OpContext,
    instance: &ResourceInstance,
    blueprint: &Blueprint,
    origin: Origin<'_>,
    memory: &Memory<S>,
) -> RunResult {
    let identity = &instance.identity;
    let lock = memory.lock(identity);
    let _alone = lock.lock().await;
    if !matches!(origin, Origin::Resume(_))
        && let Err(twice) = memory.note_create(identity)
    {
        return RunResult::nothing(twice);
    }
    let known = Known::default();
    let expected = matches!(origin, Origin::Resume(_));
    let mut held = match lease::take(cx, instance, expected, &known).await {
        Ok(Acquired::Lease(held)) => held,
        Ok(Acquired::Complete(seen)) => return RunResult::nothing(finished(instance, &seen, origin)),
        Err(error) => return RunResult::nothing(error),
    };
    let creation_id = match origin {
        Origin::Resume(Some(creation_id)) => creation_id.to_owned(),
        _ => format!("{:08x}", cx.clock.random()),
    };
    let working = OpContext { cancel: held.cancel(), ..cx.clone() };
    let options = ExecuteOptions { unfinished: true, begun_here: held.begun_here, ..ExecuteOptions::default() };
    if let Some(anchor) = &held.anchor {
        known.learn(&instance.anchor, Some(anchor.clone())).await;
    }
    let start = held.anchor.as_ref().and_then(|anchor| Marks::of(anchor).start);
    let instance = &instance.begun(start);
    // What was looked at while another apply held the lease is too old by now.
    let since_held;
    let instance = if held.begun_here {
        instance
    } else {
        since_held = instance.from_now();
        &since_held
    };
    let mut removed = BTreeSet::new();
    let done = match held.unconfirmed_create.take() {
        Some(error) => Execution { error: Some(error), ..Execution::default() },
        None => {
            let sweep = if held.adopted { leftovers(instance) } else { Blueprint::default() };
            let swept = execute::execute(&working, instance, &sweep, &options, &known).await;
            removed = deleted(&sweep, &swept.steps);
            match swept.error {
                Some(error) => Execution { error: Some(error), ..Execution::default() },
                None => execute::execute(&working, instance, blueprint, &options, &known).await,
            }
        }
    };
    // Whoever asked to stop may not be there to hear of a success: what is not marked finished can always be continued.
    let done = Execution { error: done.error.or_else(|| cx.check("finishing").err()), ..done };
    let report = RunResult { removed, ..end(cx, instance, held, &creation_id, blueprint, done).await };
    // An unconfirmed write is not remembered: the next delete must not take it for ours.
    memory.set_last_written_creation_id(identity, report.creation_id.clone());
    memory.set_released(identity, None);
    report
}

/// The removal of what an earlier configuration of an unfinished resource asked for, and this one does not.
fn leftovers(instance: &ResourceInstance) -> Blueprint {
    let unwanted = instance.parts.iter().map(|part| &part.spec).filter(|spec| spec.is_removed());
    let step = |spec: &Spec| Some(Step::new(Verb::Delete, &spec.component, spec.kind.delete?));
    Blueprint { steps: unwanted.filter_map(step).collect(), ..Blueprint::default() }
}

/// The components that these steps of a blueprint removed.
fn deleted(blueprint: &Blueprint, steps: &BTreeSet<usize>) -> BTreeSet<ComponentName> {
    let done = steps.iter().map(|n| &blueprint.steps[*n]);
    done.filter(|step| step.verb == Verb::Delete).map(|step| step.component.clone()).collect()
}

/// The last call: creation id and mark reach the anchor together, success or reported failure.
async fn end(
    cx: &OpContext,
    instance: &ResourceInstance,
    held: LeaseGuard,
    creation_id: &str,
    blueprint: &Blueprint,
    done: Execution,
) -> RunResult {
    let mut report =
        RunResult { learned: true, steps: done.steps, seen: done.seen, error: done.error, ..RunResult::default() };
    if held.was_lost() {
        held.release_lost().await;
        report.error = Some(lost(instance));
        return report;
    }
    let mark = if report.error.is_none() { Mark::complete(creation_id) } else { Mark::failed(creation_id) };
    let (known, error) = held.finish(cx, instance, mark).await;
    if let Some(mark) = known {
        report.complete = mark.complete;
        report.creation_id = mark.creation_id;
    }
    if report.complete {
        report.steps = (0..blueprint.steps.len()).collect();
    }
    if let Some(error) = error {
        info!(%error, "the last mark could not be written as it should");
        report.error.get_or_insert(error);
    }
    report
}

/// The one error for every create that meets a finished object.
fn finished(instance: &ResourceInstance, seen: &Seen, origin: Origin<'_>) -> EngineError {
    let identity = &instance.identity;
    match origin {
        Origin::Resume(_) => EngineError::PlanAgain(format!("{identity} was finished by another apply meanwhile")),
        Origin::New { replacing: true } => EngineError::refused(
            format!("{identity} cannot be created before the old one is destroyed"),
            "its name is fixed: take create_before_destroy out of its lifecycle block, and out of those of the \
             resources that depend on it",
        ),
        Origin::Migrated => EngineError::refused(
            format!("{identity} exists already and is complete ({} {})", instance.anchor, seen.id),
            "what came from another provider is built under a name that is free: choose another. To take over what exists \
             instead, `state rm` this address and import it",
        ),
        Origin::New { replacing: false } => EngineError::refused(
            format!("{identity} exists already and is complete ({} {})", instance.anchor, seen.id),
            format!(
                "to take it into this state, write\n\nimport {{\n  to = {}.<name>\n  id = \"{}/{}\"\n}}\n\nIf a state holds it \
                 already, drop create_before_destroy, or `state rm` it there and import it here.",
                identity.owner.resource, identity.region, identity.owner.name
            ),
        ),
    }
}

/// Changes a finished resource in place.
pub async fn update<S: Clone>(
    cx: &OpContext,
    instance: &ResourceInstance,
    blueprint: &Blueprint,
    creation_id: Option<&str>,
    memory: &Memory<S>,
) -> RunResult {
    let lock = memory.lock(&instance.identity);
    let _alone = lock.lock().await;
    let known = Known::default();
    let report = |done: Execution| RunResult {
        creation_id: creation_id.map(str::to_owned),
        complete: true,
        learned: true,
        removed: deleted(blueprint, &done.steps),
        steps: done.steps,
        seen: done.seen,
        error: done.error,
    };
    // One call is done or it is not: it needs no lease, but must not come between the calls of another.
    let marks = lease::marks(instance, &known).await;
    let start = marks.as_ref().ok().and_then(|marks| marks.as_ref()?.start);
    let instance = &instance.begun(start);
    let held = match marks {
        Ok(Some(marks)) if differs(creation_id, &marks.mark) => Err(recreated(&instance.identity)),
        Ok(Some(marks)) if blueprint.steps.len() > 1 || marks.mark.lease.is_some() => {
            lease::take_update(cx, instance, &known).await
        }
        marks => marks.map(|_| None),
    };
    let held = match held {
        Ok(held) => held,
        Err(error) => return report(Execution { error: Some(error), ..Execution::default() }),
    };
    let Some(held) = held else {
        return report(execute::execute(cx, instance, blueprint, &ExecuteOptions::default(), &known).await);
    };
    let working = OpContext { cancel: held.cancel(), ..cx.clone() };
    let options = ExecuteOptions { held: Some(&held), ..ExecuteOptions::default() };
    let mut done = execute::execute(&working, instance, blueprint, &options, &known).await;
    if held.was_lost() {
        done.error = Some(lost(instance));
        held.release_lost().await;
    } else {
        held.release(cx, instance).await;
    }
    report(done)
}

/// Whether a mark is of another create than the one that a state knows. Where either is not known, it is not.
fn differs(creation_id: Option<&str>, mark: &Mark) -> bool {
    matches!((creation_id, &mark.creation_id), (Some(known), Some(live)) if known != live)
}

/// The one error for every change of what this state does not know.
fn recreated(identity: &Identity) -> EngineError {
    EngineError::refused(
        format!("{identity} was created again by another state"),
        "nothing of it was changed; plan again, with a refresh: the plan says what to do",
    )
}

/// The one error for every apply whose lease another has taken.
fn lost(instance: &ResourceInstance) -> EngineError {
    EngineError::refused(
        format!("another apply took over {}", instance.identity),
        "this one was silent for longer than its lease; wait until the other has ended, then apply again",
    )
}

/// In which of Terraform's situations a delete is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeleteReason<'a> {
    /// A destroy, or the object that `create_before_destroy` left behind.
    Destroy,
    /// The first half of a replacement.
    Replace {
        /// Who the create that follows will be.
        by: &'a Identity,
        /// The prior object was tainted: nobody asked for a replacement in words.
        tainted: bool,
    },
}

/// What the state says of what is to be deleted.
#[derive(Debug)]
pub struct DeleteRequest<'a, S> {
    /// The whole prior state, remembered at a release.
    pub state: &'a S,
    /// Its creation id.
    pub creation_id: Option<&'a str>,
    /// Whether losing the object loses data.
    pub holds_data: bool,
    /// Whether it may not be deleted.
    pub protected: bool,
    /// Whether the state knows only of a failed create.
    pub unfinished: bool,
    /// Whether the state knows of no create at all: see [`Origin::Migrated`].
    pub unbuilt: bool,
    /// The last snapshots to take, by component.
    pub snapshots: &'a BTreeMap<String, String>,
}

/// How a delete ended.
#[derive(Debug)]
pub enum Deleted {
    /// Everything of ours is gone. Of these components something was left in place, and what; `None` of an object that is
    /// not ours.
    Gone(BTreeMap<ComponentName, Option<String>>),
    /// The state lets go of it, the cloud keeps it. A warning where the user must be told.
    Released(Option<String>),
    /// It failed, or was refused; the state is kept.
    Kept(EngineError),
}

/// Deletes a resource, or lets go of it where another create goes on with it or another state has it.
pub async fn delete<S: Clone>(
    cx: &OpContext,
    instance: &ResourceInstance,
    blueprint: &Blueprint,
    why: DeleteReason<'_>,
    delete_request: DeleteRequest<'_, S>,
    memory: &Memory<S>,
) -> Deleted {
    let lock = memory.lock(&instance.identity);
    let _alone = lock.lock().await;
    memory.note_delete(&instance.identity);
    let known = Known::default();
    let deciding = decide(cx, instance, why, &delete_request, memory, &known);
    let decision = if delete_request.unbuilt {
        deciding.await
    } else {
        // The anchor is looked at in order to judge.
        join(deciding, execute::look_at(instance, blueprint, &known, Some(&instance.anchor))).await.0
    };
    match decision {
        Ok(DeleteDecision::Release(warning)) => Deleted::Released(warning),
        Ok(DeleteDecision::Delete { unfinished }) => {
            let options =
                ExecuteOptions { unfinished, snapshots: delete_request.snapshots.clone(), ..ExecuteOptions::default() };
            let done = execute::execute(cx, instance, blueprint, &options, &known).await;
            match done.error {
                Some(error) => Deleted::Kept(error),
                None => {
                    memory.set_last_written_creation_id(&instance.identity, None);
                    Deleted::Gone(done.left)
                }
            }
        }
        Err(error) => Deleted::Kept(error),
    }
}

enum DeleteDecision {
    Delete { unfinished: bool },
    Release(Option<String>),
}

async fn decide<S: Clone>(
    cx: &OpContext,
    instance: &ResourceInstance,
    why: DeleteReason<'_>,
    delete_request: &DeleteRequest<'_, S>,
    memory: &Memory<S>,
    known: &Known,
) -> Result<DeleteDecision, EngineError> {
    let identity = &instance.identity;
    let owner = identity.owner.to_string();
    let hands_over = matches!(why, DeleteReason::Replace { by, .. } if by == identity);
    let marks =
        if hands_over { lease::marks(instance, known).await? } else { lease::wait_out(cx, instance, known).await? };
    // Of what was never finished here, only what is still unfinished can be ours.
    let begun = |marks: &Marks| !marks.mark.complete && marks.owner.as_ref() == Some(&owner);
    if delete_request.unbuilt && !marks.as_ref().is_some_and(begun) {
        memory.set_released(identity, Some(delete_request.state.clone()));
        return Ok(DeleteDecision::Release(None));
    }
    let Some(marks) = marks else { return Ok(DeleteDecision::Delete { unfinished: false }) };
    if marks.owner.as_ref().is_some_and(|other| *other != owner) {
        return Err(EngineError::refused(
            format!("{identity}: its {} belongs to `{}` now", instance.anchor, marks.owner.unwrap_or_default()),
            "nothing was deleted; `state rm` it",
        ));
    }
    let unfinished = !marks.mark.complete;
    let differs = differs(delete_request.creation_id, &marks.mark);
    let own =
        memory.last_written_creation_id(identity).is_some_and(|wrote| marks.mark.creation_id.as_ref() == Some(&wrote));
    match why {
        DeleteReason::Replace { .. } if unfinished && hands_over => {
            memory.set_released(identity, Some(delete_request.state.clone()));
            Ok(DeleteDecision::Release(None))
        }
        DeleteReason::Replace { .. } if unfinished && differs => {
            Ok(DeleteDecision::Release(Some(left_in_place(identity))))
        }
        DeleteReason::Replace { .. } if unfinished => Ok(DeleteDecision::Delete { unfinished }),
        DeleteReason::Replace { .. } if differs => Err(EngineError::refused(
            format!("{identity} was completed by another apply"),
            "this state is out of date: `state rm` it, then import it",
        )),
        DeleteReason::Replace { tainted: true, .. } if delete_request.holds_data => Err(EngineError::refused(
            format!("{identity} is tainted, complete, and holds data: it is not replaced for that"),
            "`untaint` it; to replace it, `untaint`, then apply with -replace",
        )),
        DeleteReason::Replace { .. } if delete_request.protected => Err(EngineError::refused(
            format!("{identity} has deletion_protection"),
            "set deletion_protection = false and apply, then replace",
        )),
        DeleteReason::Replace { .. } => Ok(DeleteDecision::Delete { unfinished: false }),
        // What this process has made or resumed itself is not what an older state speaks of, known creation id or not.
        DeleteReason::Destroy if own && delete_request.creation_id != marks.mark.creation_id.as_deref() => {
            Ok(DeleteDecision::Release(None))
        }
        // A state that knows only of a failure, and not which, has not seen this object finished: somebody else has.
        DeleteReason::Destroy if delete_request.unfinished && !unfinished && delete_request.creation_id.is_none() => {
            Ok(DeleteDecision::Release(Some(left_in_place(identity))))
        }
        DeleteReason::Destroy if !differs => Ok(DeleteDecision::Delete { unfinished }),
        DeleteReason::Destroy => Ok(DeleteDecision::Release((!unfinished).then(|| left_in_place(identity)))),
    }
}

fn left_in_place(identity: &Identity) -> String {
    format!("{identity} was left in place: another apply has made or resumed it since this state was written")
}
