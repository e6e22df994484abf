//! The executor: carries out a blueprint's steps, each as soon as those before it are done, some of them at once. It
//! decides nothing but create, adopt or converge inside one create step.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU32, Ordering};

use futures::future::join_all;
use futures::stream::{FuturesUnordered, StreamExt};
use serde_json::Value as Json;
use tokio::sync::Mutex;
use tokio::time::Instant;
use tracing::info;

use crate::base::{CallError, ErrorClass, HELD};
use crate::engine::model::judgement::OnFound;
use crate::engine::model::kind::{Compare, Field, TAGS, UNTAG};
use crate::engine::model::name::ComponentName;
use crate::engine::model::procedure::{Goal, Stage, Undo};
use crate::engine::model::spec::Resolved;
use crate::engine::plan::blueprint::{Blueprint, Step, Verb};
use crate::engine::plan::changes::Changes;
use crate::engine::run::component::{Answer, Change, DeleteOptions, Obstacle, Phase, Seen};
use crate::engine::run::context::OpContext;
use crate::engine::run::create::{self, Made};
use crate::engine::run::error::EngineError;
use crate::engine::run::instance::{BoundComponent, ResourceInstance};
use crate::engine::run::known::Known;
use crate::engine::run::lease::LeaseGuard;
use crate::engine::run::settle::{self, Target, unsatisfied};
use crate::engine::run::wait::{self, Poll};

/// What the executor has to know of the resource beyond its blueprint.
#[derive(Debug, Clone, Default)]
pub struct ExecuteOptions<'a> {
    /// The resource was never finished: a field that only a create can set may be mended by making the object anew, and
    /// objects go without their protection and without a last snapshot.
    pub unfinished: bool,
    /// This run has made the anchor: of all that comes behind it there can be nothing yet, and nothing is looked for.
    pub begun_here: bool,
    /// The last snapshot to take, by component.
    pub snapshots: BTreeMap<String, String>,
    /// The lease of an update that takes more than one call.
    pub held: Option<&'a LeaseGuard>,
}

/// What came of a run.
#[derive(Debug, Default)]
pub struct Execution {
    /// The steps that were done, by position.
    pub steps: BTreeSet<usize>,
    /// The components as they were last seen.
    pub seen: BTreeMap<ComponentName, Seen>,
    /// The components of which something was left in place, and what; `None` of an object that is not ours.
    pub left: BTreeMap<ComponentName, Option<String>>,
    /// Why it stopped short, if it did: the errors of all steps that failed.
    pub error: Option<EngineError>,
}

/// Carries out the blueprint, apart from [`Verb::Complete`], which belongs to the lease. `known` is what the run has seen of
/// the resource so far.
///
/// # Guarantees
/// A step starts only when all before it are done. After an error or a request to stop no further step starts; those
/// under way come to their own next poll. What was done is always returned.
/// A component is looked at once, unless a wait asks for it again or an answer was lost; all are looked at together, before
/// the first step.
pub async fn execute(
    cx: &OpContext,
    instance: &ResourceInstance,
    blueprint: &Blueprint,
    options: &ExecuteOptions<'_>,
    known: &Known,
) -> Execution {
    let work = Work { cx, instance, options, known, seen: Mutex::default(), left: Mutex::default() };
    if !options.begun_here {
        look_at(instance, blueprint, known, None).await;
    }
    let mut waiting: BTreeSet<usize> = (0..blueprint.steps.len()).collect();
    waiting.retain(|n| blueprint.steps[*n].verb != Verb::Complete);
    let mut done = Execution::default();
    let mut running = FuturesUnordered::new();
    loop {
        if done.error.is_none() && !waiting.is_empty() {
            done.error = cx.check("going from step to step").err();
        }
        while done.error.is_none() && running.len() < cx.parallel {
            let free = |n: &usize| blueprint.steps[*n].after.iter().all(|before| done.steps.contains(before));
            let Some(next) = waiting.iter().copied().find(free) else { break };
            waiting.remove(&next);
            let (step, work) = (&blueprint.steps[next], &work);
            running.push(async move { (next, work.step(step).await) });
        }
        match running.next().await {
            Some((n, Ok(()))) => {
                done.steps.insert(n);
            }
            Some((_, Err(error))) => {
                done.error = Some(match done.error.take() {
                    Some(earlier) => earlier.and(error),
                    None => error,
                });
            }
            None => break,
        }
    }
    drop(running);
    if let Some(error) = done.error.take() {
        done.error = Some(work.undo(blueprint, &mut done.steps, error).await);
    }
    done.seen = work.seen.into_inner();
    done.left = work.left.into_inner();
    done
}

/// Looks at the components of a blueprint that nothing is known of, all at once and `but` for one. What cannot be read now is
/// read by its own step, which tells of it.
pub async fn look_at(instance: &ResourceInstance, blueprint: &Blueprint, known: &Known, but: Option<&str>) {
    let concerned = |part: &&BoundComponent| {
        let component = part.spec.component.as_str();
        but != Some(component) && blueprint.steps.iter().any(|step| step.component == component)
    };
    let reads = instance.parts.iter().filter(concerned).map(|part| async move {
        let component = &part.spec.component;
        if known.of(component).await.is_none() {
            // A failure is met again, and reported, by the component's own step.
            let _ = known.look(part).await;
        }
    });
    join_all(reads).await;
}

struct Work<'a> {
    cx: &'a OpContext,
    instance: &'a ResourceInstance,
    options: &'a ExecuteOptions<'a>,
    known: &'a Known,
    seen: Mutex<BTreeMap<ComponentName, Seen>>,
    left: Mutex<BTreeMap<ComponentName, Option<String>>>,
}

impl Work<'_> {
    async fn step(&self, step: &Step) -> Result<(), EngineError> {
        let part = self.instance.part(&step.component)?;
        info!(step = %step, "step started");
        let worked = match step.verb {
            Verb::Create => self.create_or_adopt(part, step).await,
            Verb::Update => self.update(part, step).await,
            Verb::Delete => self.delete(part, step).await,
            Verb::Complete => Ok(()),
        };
        if worked.is_err() {
            self.known.forget(&step.component).await;
        }
        worked
    }

    /// Creates the object, adopts it, or converges it.
    async fn create_or_adopt(&self, part: &BoundComponent, step: &Step) -> Result<(), EngineError> {
        let resolved = self.resolve(part).await?;
        let found = self.until_not_going(part, step).await?;
        let live = match found {
            Some(seen) if part.spec.is_held() => self.join(part, step, seen).await?,
            Some(seen) => self.converge(part, step, seen, &resolved).await?,
            None => match self.create(part, step, &resolved).await? {
                // Another holder was faster.
                Made::Found(seen) if part.spec.is_held() => self.join(part, step, seen).await?,
                // Its answer was lost, and it may be half of what was asked for.
                Made::Found(seen) => self.converge(part, step, seen, &resolved).await?,
                Made::Answered(answer) => self.made(part, step, &resolved, answer).await?,
            },
        };
        self.remember(part, live).await;
        Ok(())
    }

    /// Makes the object. What is found there in place of an answer must be ours.
    async fn create(&self, part: &BoundComponent, step: &Step, resolved: &Resolved) -> Result<Made, EngineError> {
        let made = create::create(self.cx, part, step, resolved, &self.instance.created_tags(part)).await?;
        if let (Made::Found(seen), false) = (&made, part.spec.is_held()) {
            self.must_be_ours(part, seen)?;
        }
        Ok(made)
    }

    /// Becomes one of the holders of an object that is there.
    async fn join(&self, part: &BoundComponent, step: &Step, seen: Seen) -> Result<Seen, EngineError> {
        if seen.owner() != Some(HELD) {
            self.must_be_ours(part, &seen)?;
        }
        if part.is_ours(&seen) {
            return Ok(seen);
        }
        let tags = BTreeMap::from([part.holder()]);
        let joining = || part.component.add_tags(&seen, &tags);
        settle::retry_while_busy(self.cx, &part.spec.component, step, joining).await?;
        let all = seen.tags.clone().into_iter().chain(tags.clone());
        Ok(seen.tagged(all.collect()))
    }

    /// Lets go of an object that several hold. Answers whether nobody holds it any more.
    async fn leave(&self, part: &BoundComponent, step: &Step, seen: &Seen) -> Result<bool, EngineError> {
        if !part.is_ours(seen) {
            return Ok(seen.owner() == Some(HELD) && seen.holders().next().is_none());
        }
        let keys = [part.holder().0];
        let leaving = || part.component.remove_tags(seen, &keys);
        settle::retry_while_busy(self.cx, &part.spec.component, step, leaving).await?;
        // Another holder may be leaving too: who looks last finds nobody.
        let left = settle::read(part, step).await?;
        Ok(left.is_some_and(|seen| seen.holders().next().is_none()))
    }

    /// Waits until an object that was just made is ready.
    async fn made(
        &self,
        part: &BoundComponent,
        step: &Step,
        resolved: &Resolved,
        answer: Answer,
    ) -> Result<Seen, EngineError> {
        let known = match answer {
            Answer::Seen(seen) => Some(seen),
            Answer::Operation(operation) => {
                settle::ended(self.cx, part, step, &operation).await?;
                None
            }
            Answer::Done | Answer::Left(_) | Answer::Begun => None,
        };
        settle::wait_ready_after(self.cx, part, step, &Target::showing(resolved, &[]), known).await
    }

    /// Brings an object that was found to the desired form; one that cannot be brought there is made anew if it was
    /// never handed out.
    async fn converge(
        &self,
        part: &BoundComponent,
        step: &Step,
        seen: Seen,
        resolved: &Resolved,
    ) -> Result<Seen, EngineError> {
        self.must_be_ours(part, &seen)?;
        let (fixed, _) = differences(part, &seen, resolved);
        if !fixed.is_empty() {
            if !self.options.unfinished || part.spec.component == self.instance.anchor {
                return Err(EngineError::refused(
                    format!("{} {} exists with another {}", part.spec.kind.name, seen.id, fixed.join(", ")),
                    "it can only be set when the object is created: remove the object, or configure what it is",
                ));
            }
            info!(component = %part.spec.component, fields = fixed.join(", "), "recreated: nothing uses it yet");
            self.remove_users(part, step).await?;
            self.remove(part, step, &seen, &DeleteOptions { disable_protection: true, ..DeleteOptions::default() })
                .await?;
            return match self.create(part, step, resolved).await? {
                Made::Answered(answer) => self.made(part, step, resolved, answer).await,
                Made::Found(_) => settle::wait_ready(self.cx, part, step, resolved, &[]).await,
            };
        }
        let target = Target::showing(resolved, &[]);
        let mut live = settle::wait_ready_after(self.cx, part, step, &target, Some(seen)).await?;
        let (_, mut in_place) = differences(part, &live, resolved);
        let surplus = surplus(part, &live, resolved);
        let resolved = &surplus.iter().fold(resolved.clone(), |mut all, (field, entries)| {
            all.0.insert(field.name.to_owned(), entries.clone());
            all
        });
        surplus.into_iter().for_each(|(field, _)| in_place.enter(field, field.update_calls(None, None)));
        for (chosen, fields) in in_place.in_turn() {
            let call = Call { call: chosen.stage.call, stage: chosen.stage, interim: chosen.interim, fields: &fields };
            live = self.change(part, step, &call, live, resolved).await?;
        }
        Ok(live)
    }

    /// Makes one call, follows what it has begun, and waits until the goal of its stage is reached.
    async fn change(
        &self,
        part: &BoundComponent,
        step: &Step,
        call: &Call<'_>,
        live: Seen,
        resolved: &Resolved,
    ) -> Result<Seen, EngineError> {
        let component = &part.spec.component;
        let visible = self.cx.deadline.min(Instant::now() + settle::VISIBLE);
        let calling = async || settle::busy_until(visible, change(part, call, &live, resolved).await);
        let answer = settle::retry_while_busy(self.cx, component, step, calling).await?;
        let stage = if let Goal::Reports(stage) = call.stage.goal { Some(stage) } else { None };
        let shows = !call.interim && call.stage.goal == Goal::Fields;
        let target = Target { desired: resolved, fields: call.fields, shows, stage, before: &live.phase };
        let known = match answer {
            Answer::Operation(operation) => {
                settle::ended(self.cx, part, step, &operation).await?;
                None
            }
            answer => settle::changed(part, &live, answer, &target),
        };
        let seen = settle::wait_ready_after(self.cx, part, step, &target, known).await?;
        match call.stage.goal {
            Goal::Fields | Goal::Reports(_) => {}
            Goal::Passes(times) => settle::passes(self.cx, part, step, &seen, times).await?,
            Goal::Elapsed(time) => {
                let since = match self.options.held {
                    Some(held) => held.since(self.cx, self.instance, &stage_name(step)).await?,
                    None => self.cx.clock.unix_time(),
                };
                settle::elapsed(self.cx, part, since, time).await?;
            }
        }
        Ok(seen)
    }

    async fn update(&self, part: &BoundComponent, step: &Step) -> Result<(), EngineError> {
        // A new revision is written whole, and what is stale is what the whole desired value does not hold; everything
        // else is changed by what differs.
        let whole = part.spec.kind.creates_revision(&step.call) || part.spec.kind.has_cleanup();
        let setting = if whole { part.clone() } else { part.setting(&step.fields) };
        let resolved = self.resolve(&setting).await?;
        let Some(seen) = self.look(part, step).await? else {
            // It lived in an object that was replaced since the refresh: the call that was to change it creates it again.
            return match part.spec.kind.create == Some(step.call.as_str()) {
                true => self.create_or_adopt(part, step).await,
                false => Err(settle::gone(step)),
            };
        };
        self.must_be_ours(part, &seen)?;
        let mut live = settle::wait_idle(self.cx, part, step, seen, &resolved).await?;
        let mut open = step.fields.clone();
        open.retain(|field| unsatisfied(part, &live, &resolved, std::slice::from_ref(field)));
        live = if open.is_empty() {
            settle::wait_ready_after(self.cx, part, step, &Target::showing(&resolved, &[]), Some(live)).await?
        } else {
            let stage = step.stage.and_then(|number| part.spec.kind.stage(&step.fields, number));
            let stage = stage.unwrap_or_else(|| Stage::new(""));
            let call = Call { call: &step.call, stage, interim: step.interim, fields: &open };
            self.change(part, step, &call, live, &resolved).await?
        };
        self.remember(part, live).await;
        Ok(())
    }

    /// Undoes the stages before one that failed for good, the latest first. What cannot be undone is reported with it.
    async fn undo(&self, blueprint: &Blueprint, done: &mut BTreeSet<usize>, error: EngineError) -> EngineError {
        if self.cx.cancel.is_cancelled() {
            return error;
        }
        let mut error = error;
        for failed in error.failed_components() {
            let stages: Vec<usize> = done.iter().rev().copied().collect();
            for n in stages {
                let step = &blueprint.steps[n];
                let stage = step.stage.and_then(|number| {
                    let part = self.instance.part(&step.component).ok()?;
                    part.spec.kind.stage(&step.fields, number)
                });
                let Some(Undo::By(call)) = stage.map(|stage| stage.undo) else { continue };
                if !step.interim || step.component != *failed.as_str() {
                    continue;
                }
                match self.undo_one(step, call).await {
                    Ok(()) => {
                        info!(step = %step, "undone");
                        done.remove(&n);
                    }
                    Err(other) => error = error.and(other),
                }
            }
        }
        error
    }

    async fn undo_one(&self, step: &Step, call: &'static str) -> Result<(), EngineError> {
        let part = self.instance.part(&step.component)?;
        let resolved = self.resolve(&part.setting(&step.fields)).await?;
        self.known.forget(&step.component).await;
        let Some(live) = self.look(part, step).await? else { return Ok(()) };
        let call = Call { call, stage: Stage::new(call), interim: true, fields: &step.fields };
        let live = self.change(part, step, &call, live, &resolved).await?;
        self.remember(part, live).await;
        Ok(())
    }

    async fn delete(&self, part: &BoundComponent, step: &Step) -> Result<(), EngineError> {
        let component = &part.spec.component;
        let snapshots = self.options.snapshots.get(component.as_str()).filter(|_| !self.options.unfinished);
        let how = DeleteOptions { disable_protection: self.options.unfinished, snapshot: snapshots.cloned() };
        if let Some(seen) = self.look(part, step).await? {
            if !part.is_ours(&seen) && !part.spec.is_held() {
                info!(component = %component, id = seen.id, "left in place: it is not ours");
                self.left.lock().await.insert(component.clone(), None);
                return Ok(());
            }
            if part.spec.is_held() && !self.leave(part, step, &seen).await? {
                self.known.forget(component).await;
                return Ok(());
            }
            self.remove(part, step, &seen, &how).await?;
        }
        let swept = part.component.sweep(&part.address).await.map_err(|error| settle::failed(step, error))?;
        if let Answer::Left(what) = swept {
            self.left.lock().await.insert(component.clone(), Some(what));
        }
        Ok(())
    }

    /// Removes the unfinished objects that use one which is to be made anew; their own steps make them again.
    async fn remove_users(&self, part: &BoundComponent, step: &Step) -> Result<(), EngineError> {
        let uses = |other: &&BoundComponent| {
            other.spec.needs().contains(part.spec.component.as_str()) && !other.spec.is_borrowed()
        };
        for user in self.instance.parts.iter().filter(uses) {
            if let Some(seen) = settle::read(user, step).await? {
                self.must_be_ours(user, &seen)?;
                self.remove(user, step, &seen, &DeleteOptions { disable_protection: true, ..DeleteOptions::default() })
                    .await?;
            }
        }
        Ok(())
    }

    async fn remove(
        &self,
        part: &BoundComponent,
        step: &Step,
        seen: &Seen,
        how: &DeleteOptions,
    ) -> Result<(), EngineError> {
        let component = &part.spec.component;
        self.known.forget(component).await;
        if !matches!(seen.phase, Phase::Deleting(_)) {
            let sightings = AtomicU32::new(0);
            let deleting = || deleted(part, seen, how, &sightings);
            let gone = match settle::retry_while_busy(self.cx, component, step, deleting).await {
                Err(EngineError::Step { source, .. }) if source.class == ErrorClass::NotFound => true,
                deleted => match deleted? {
                    Answer::Left(what) => {
                        self.left.lock().await.insert(component.clone(), Some(what));
                        true
                    }
                    answer => matches!(answer, Answer::Done),
                },
            };
            if gone {
                self.known.learn(component, None).await;
                return Ok(());
            }
        }
        wait::until(self.cx, component, "gone", || async {
            Ok(match settle::read(part, step).await? {
                None => Poll::Done(()),
                Some(seen) => Poll::NotYet(settle::describe(&seen.phase)),
            })
        })
        .await?;
        self.known.learn(component, None).await;
        Ok(())
    }

    async fn until_not_going(&self, part: &BoundComponent, step: &Step) -> Result<Option<Seen>, EngineError> {
        let mut first = Some(self.look(part, step).await?);
        wait::until(self.cx, &part.spec.component, "gone", || {
            let first = first.take();
            async {
                let found = match first {
                    Some(found) => found,
                    None => settle::read(part, step).await?,
                };
                Ok(match found {
                    Some(Seen { phase: Phase::Deleting(word), .. }) => Poll::NotYet(word),
                    found => Poll::Done(found),
                })
            }
        })
        .await
    }

    /// The object as it is known, or as it is now if nothing is known of it.
    async fn look(&self, part: &BoundComponent, step: &Step) -> Result<Option<Seen>, EngineError> {
        let component = &part.spec.component;
        if let Some(known) = self.known.of(component).await {
            return Ok(known);
        }
        if self.options.begun_here && step.verb == Verb::Create && !part.spec.kind.create_is_blind {
            return Ok(None);
        }
        self.known.look(part).await.map_err(|error| settle::failed(step, error))
    }

    async fn resolve(&self, part: &BoundComponent) -> Result<Resolved, EngineError> {
        let needs = self.known.needs_of(part, self.instance).await?;
        let resolved = self.instance.resolve(part, &needs);
        self.seen.lock().await.extend(needs);
        resolved
    }

    async fn remember(&self, part: &BoundComponent, seen: Seen) {
        self.known.learn(&part.spec.component, Some(seen.clone())).await;
        self.seen.lock().await.insert(part.spec.component.clone(), seen);
    }

    fn must_be_ours(&self, part: &BoundComponent, seen: &Seen) -> Result<(), EngineError> {
        if part.is_ours(seen) {
            return Ok(());
        }
        let whose = seen.owner().map_or("nobody that it names".to_owned(), |owner| format!("`{owner}`"));
        Err(EngineError::refused(
            format!("{} {} exists already and belongs to {whose}", part.spec.kind.name, seen.id),
            format!(
                "it is not touched; choose another name, or remove it. Ours would carry drop:resource = `{}`",
                part.address.owner
            ),
        ))
    }
}

/// One call that sets fields.
struct Call<'a> {
    call: &'a str,
    stage: Stage,
    interim: bool,
    fields: &'a [String],
}

/// What the mark of an update calls the stage of a step.
fn stage_name(step: &Step) -> String {
    format!("{}/{}", step.component, step.stage.unwrap_or_default())
}

/// Sets fields by the call that the kind's table names for them.
async fn change(part: &BoundComponent, call: &Call<'_>, live: &Seen, resolved: &Resolved) -> Result<Answer, CallError> {
    let Call { call, stage, interim, fields } = *call;
    match fields {
        [one] if one == TAGS => {
            let added = resolved.map(TAGS);
            part.component.add_tags(live, &added).await?;
            let kept = live.tags.clone().into_iter();
            Ok(Answer::Seen(live.tagged(kept.chain(added).collect())))
        }
        [one] if one == UNTAG => {
            let taken = resolved.texts(UNTAG);
            part.component.remove_tags(live, &taken).await?;
            let kept = live.tags.clone().into_iter().filter(|(key, _)| !taken.contains(key));
            Ok(Answer::Seen(live.tagged(kept.collect())))
        }
        _ => {
            let change = Change { call, turn: stage.turn, interim, seen: live, spec: resolved, fields };
            part.component.update(&part.address, change).await
        }
    }
}

/// Removes the object. What the cloud calls in use is told by what uses it, and not waited for where that stays: a list may
/// still show for a moment what was removed, so it is looked at twice.
async fn deleted(
    part: &BoundComponent,
    seen: &Seen,
    how: &DeleteOptions,
    sightings: &AtomicU32,
) -> Result<Answer, CallError> {
    let in_use = match part.component.delete(&part.address, seen, how).await {
        Err(error) if error.class == ErrorClass::Busy => error,
        answer => return answer,
    };
    let (words, class) = match part.component.obstacle(&part.address, seen).await {
        None => return Err(in_use),
        Some(Obstacle::Passing(words)) => (words, ErrorClass::Busy),
        Some(Obstacle::Foreign(words)) => {
            let is_first = sightings.fetch_add(1, Ordering::Relaxed) == 0;
            (words, if is_first { ErrorClass::Busy } else { ErrorClass::Invalid })
        }
    };
    Err(CallError { message: format!("{}: {words}", in_use.message.trim_end_matches('.')), class, ..in_use })
}

/// What a create would set and the live object has otherwise: fields that only a create can set, and those that can be
/// changed in place. Tags of other owners, versions and sizes that grew are no difference.
fn differences(part: &BoundComponent, seen: &Seen, resolved: &Resolved) -> (Vec<&'static str>, Changes) {
    let (mut fixed, mut in_place) = (vec![], Changes::default());
    for (field, _) in part.spec.set_fields() {
        if !unsatisfied(part, seen, resolved, &[field.name.to_owned()]) {
            continue;
        }
        let wanted = resolved.0.get(field.name);
        match field.on_found(wanted) {
            OnFound::Replace => fixed.push(field.name),
            OnFound::Now => in_place.enter(field, field.update_calls(seen.fields.get(field.name), wanted)),
            OnFound::Later => {}
        }
    }
    (fixed, in_place)
}

/// Entries of whole maps that nobody wants: the field that takes them away, and the entries.
fn surplus(part: &BoundComponent, seen: &Seen, resolved: &Resolved) -> Vec<(&'static Field, Json)> {
    let mut found = vec![];
    for field in part.spec.kind.fields {
        let map = field.removes.and_then(|map| part.spec.kind.field(map));
        let Some(map) = map.filter(|map| map.compare == Compare::Exact) else { continue };
        let live = seen.fields.get(map.name).and_then(Json::as_object);
        let wanted = resolved.0.get(map.name).and_then(Json::as_object);
        let beyond = |key: &&String| wanted.is_none_or(|wanted| !wanted.contains_key(*key));
        let entries: Vec<Json> =
            live.into_iter().flat_map(|live| live.keys()).filter(beyond).map(|key| Json::from(key.as_str())).collect();
        if !entries.is_empty() {
            found.push((field, Json::from(entries)));
        }
    }
    found
}
