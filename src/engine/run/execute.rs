//! The executor: carries out a blueprint's steps, each as soon as those before it are done, some of them at once. It
//! decides nothing but create, adopt or converge inside one ensure-step.

use std::collections::{BTreeMap, BTreeSet};

use futures::stream::{FuturesUnordered, StreamExt};
use serde_json::Value as Json;
use tokio::sync::Mutex;
use tokio::time::Instant;
use tracing::info;

use crate::base::{CallError, ErrorClass};
use crate::engine::model::kind::{Compare, Set, is_off};
use crate::engine::model::kind::{TAGS, UNTAG};
use crate::engine::model::name::ComponentName;
use crate::engine::model::spec::Resolved;
use crate::engine::plan::blueprint::{Blueprint, Step, Verb};
use crate::engine::run::assembly::{Assembly, Part};
use crate::engine::run::component::{Change, Phase, Removal, Seen};
use crate::engine::run::context::Cx;
use crate::engine::run::error::EngineError;
use crate::engine::run::settle::{self, unsatisfied};
use crate::engine::run::wait::{self, Poll};

/// What the executor has to know of the resource beyond its blueprint.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// The resource was never finished: a field that only a create can set may be mended by making the object anew, and
    /// objects go without their protection and without a last snapshot.
    pub unfinished: bool,
    /// Tags that only the anchor gets, in the call that creates it.
    pub anchor_tags: BTreeMap<String, String>,
    /// The last snapshot to take, by component.
    pub snapshots: BTreeMap<String, String>,
}

/// What came of a run.
#[derive(Debug, Default)]
pub struct Done {
    /// The steps that were done, by position.
    pub steps: BTreeSet<usize>,
    /// The components as they were last seen.
    pub seen: BTreeMap<ComponentName, Seen>,
    /// The components that were left in place because they are not ours.
    pub foreign: BTreeSet<ComponentName>,
    /// Why it stopped short, if it did.
    pub error: Option<EngineError>,
}

/// Carries out the blueprint, apart from [`Verb::Complete`], which belongs to the lease.
///
/// # Guarantees
/// A step starts only when all before it are done. After an error or a request to stop no further step starts; those
/// under way come to their own next poll. What was done is always returned.
pub async fn execute(cx: &Cx, assembly: &Assembly, blueprint: &Blueprint, terms: &Terms) -> Done {
    let work = Work { cx, assembly, terms, seen: Mutex::default(), foreign: Mutex::default() };
    let mut waiting: BTreeSet<usize> = (0..blueprint.steps.len()).collect();
    waiting.retain(|n| blueprint.steps[*n].verb != Verb::Complete);
    let mut done = Done::default();
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
                done.error.get_or_insert(error);
            }
            None => break,
        }
    }
    drop(running);
    done.seen = work.seen.into_inner();
    done.foreign = work.foreign.into_inner();
    done
}

struct Work<'a> {
    cx: &'a Cx,
    assembly: &'a Assembly,
    terms: &'a Terms,
    seen: Mutex<BTreeMap<ComponentName, Seen>>,
    foreign: Mutex<BTreeSet<ComponentName>>,
}

impl Work<'_> {
    async fn step(&self, step: &Step) -> Result<(), EngineError> {
        let part = self.assembly.part(&step.component)?;
        info!(step = %step, "step started");
        match step.verb {
            Verb::Ensure => self.ensure(part, step).await,
            Verb::Update => self.update(part, step).await,
            Verb::Delete => self.delete(part, step).await,
            Verb::Complete => Ok(()),
        }
    }

    /// Creates the object, adopts it, or converges it.
    async fn ensure(&self, part: &Part, step: &Step) -> Result<(), EngineError> {
        let resolved = self.resolve(part).await?;
        let found = self.until_not_going(part, step).await?;
        let live = match found {
            Some(seen) => self.converge(part, step, seen, &resolved).await?,
            None => match self.create(part, step, &resolved).await? {
                // Its answer was lost, and it may be half of what was asked for.
                Some(seen) => self.converge(part, step, seen, &resolved).await?,
                None => settle::rest(self.cx, part, step, &resolved, &[]).await?,
            },
        };
        self.remember(part, live).await;
        Ok(())
    }

    /// Makes the object. Answers it if it was found there in place of an answer.
    async fn create(&self, part: &Part, step: &Step, resolved: &Resolved) -> Result<Option<Seen>, EngineError> {
        let mut tags = self.assembly.created_tags();
        if part.spec.component == self.assembly.anchor {
            tags.extend(self.terms.anchor_tags.clone());
        }
        let visible = self.cx.deadline.min(Instant::now() + settle::VISIBLE);
        wait::until(self.cx, &part.spec.component, "created", || async {
            let Err(error) = part.component.create(&part.address, resolved, &tags).await else {
                return Ok(Poll::Done(None));
            };
            match error.class {
                ErrorClass::Busy => Ok(Poll::NotYet(error.to_string())),
                ErrorClass::Underway => Ok(Poll::NotYet(error.message)),
                // What it needs was made a moment ago and is not seen everywhere yet.
                ErrorClass::NotFound if Instant::now() < visible => Ok(Poll::NotYet(error.to_string())),
                // An answer may have been lost, and the client's own retry then meets what it made: what is there decides.
                ErrorClass::Exists | ErrorClass::Unavailable => match settle::read(part, step).await {
                    Ok(Some(seen)) => self.must_be_ours(part, &seen).map(|()| Poll::Done(Some(seen))),
                    Ok(None) if error.class == ErrorClass::Exists && Instant::now() < visible => {
                        Ok(Poll::NotYet("its name is taken, and nothing of that name can be seen yet".to_owned()))
                    }
                    _ => Err(settle::failed(step, error)),
                },
                _ => Err(settle::failed(step, error)),
            }
        })
        .await
    }

    /// Brings an object that was found to the desired form; one that cannot be brought there is made anew if it was
    /// never handed out.
    async fn converge(&self, part: &Part, step: &Step, seen: Seen, resolved: &Resolved) -> Result<Seen, EngineError> {
        self.must_be_ours(part, &seen)?;
        let (fixed, _) = differences(part, &seen, resolved);
        if !fixed.is_empty() {
            if !self.terms.unfinished || part.spec.component == self.assembly.anchor {
                return Err(EngineError::refused(
                    format!("{} {} exists with another {}", part.spec.kind.name, seen.id, fixed.join(", ")),
                    "it can only be set when the object is created: remove the object, or configure what it is",
                ));
            }
            info!(component = %part.spec.component, fields = fixed.join(", "), "made anew: it was never handed out");
            self.remove_users(part, step).await?;
            self.remove(part, step, &seen, &Removal { unprotect: true, snapshot: None }).await?;
            self.create(part, step, resolved).await?;
            return settle::rest(self.cx, part, step, resolved, &[]).await;
        }
        let mut live = settle::rest(self.cx, part, step, resolved, &[]).await?;
        let (_, in_place) = differences(part, &live, resolved);
        let surplus = surplus(part, &live, resolved);
        let resolved = &surplus.iter().fold(resolved.clone(), |mut all, (_, field, entries)| {
            all.0.insert((*field).to_owned(), entries.clone());
            all
        });
        let removals = surplus.into_iter().map(|(call, field, _)| (call, vec![field.to_owned()]));
        for (call, fields) in in_place.into_iter().chain(removals) {
            settle::patiently(self.cx, &part.spec.component, step, || change(part, call, &live, resolved, &fields))
                .await?;
            live = settle::rest(self.cx, part, step, resolved, &fields).await?;
        }
        Ok(live)
    }

    async fn update(&self, part: &Part, step: &Step) -> Result<(), EngineError> {
        // A new revision is written whole, and what is former is what the whole wish does not hold; everything else is
        // changed by what differs.
        let whole = part.spec.kind.renews(&step.call) || part.spec.kind.keeps_former();
        let setting = if whole { part.clone() } else { part.setting(&step.fields) };
        let resolved = self.resolve(&setting).await?;
        let Some(seen) = settle::read(part, step).await? else {
            return Err(settle::gone(step));
        };
        self.must_be_ours(part, &seen)?;
        let mut live = settle::at_rest(self.cx, part, step, seen, &resolved).await?;
        let mut open = step.fields.clone();
        open.retain(|field| unsatisfied(part, &live, &resolved, std::slice::from_ref(field)));
        if open.is_empty() {
            live = settle::rest(self.cx, part, step, &resolved, &[]).await?;
        } else {
            settle::patiently(self.cx, &part.spec.component, step, || {
                change(part, &step.call, &live, &resolved, &open)
            })
            .await?;
            live = settle::rest_after(self.cx, part, step, &resolved, &open, &live.phase).await?;
        }
        self.remember(part, live).await;
        Ok(())
    }

    async fn delete(&self, part: &Part, step: &Step) -> Result<(), EngineError> {
        if let Some(seen) = settle::read(part, step).await? {
            if !part.is_ours(&seen) {
                info!(component = %part.spec.component, id = seen.id, "left in place: it is not ours");
                self.foreign.lock().await.insert(part.spec.component.clone());
                return Ok(());
            }
            let snapshot =
                self.terms.snapshots.get(part.spec.component.as_str()).filter(|_| !self.terms.unfinished).cloned();
            self.remove(part, step, &seen, &Removal { unprotect: self.terms.unfinished, snapshot }).await?;
        }
        part.component.sweep(&part.address).await.map_err(|error| settle::failed(step, error))
    }

    /// Removes the unfinished objects that use one which is to be made anew; their own steps make them again.
    async fn remove_users(&self, part: &Part, step: &Step) -> Result<(), EngineError> {
        let uses =
            |other: &&Part| other.spec.needs().contains(part.spec.component.as_str()) && !other.spec.is_borrowed();
        for user in self.assembly.parts.iter().filter(uses) {
            if let Some(seen) = settle::read(user, step).await? {
                self.must_be_ours(user, &seen)?;
                self.remove(user, step, &seen, &Removal { unprotect: true, snapshot: None }).await?;
            }
        }
        Ok(())
    }

    async fn remove(&self, part: &Part, step: &Step, seen: &Seen, how: &Removal) -> Result<(), EngineError> {
        if !matches!(seen.phase, Phase::Going(_)) {
            let deleted = settle::patiently(self.cx, &part.spec.component, step, || {
                part.component.delete(&part.address, seen, how)
            });
            match deleted.await {
                Err(EngineError::Step { source, .. }) if source.class == ErrorClass::NotFound => {}
                other => other?,
            }
        }
        wait::until(self.cx, &part.spec.component, "gone", || async {
            Ok(match settle::read(part, step).await? {
                None => Poll::Done(()),
                Some(seen) => Poll::NotYet(settle::word(&seen.phase)),
            })
        })
        .await
    }

    async fn until_not_going(&self, part: &Part, step: &Step) -> Result<Option<Seen>, EngineError> {
        wait::until(self.cx, &part.spec.component, "gone", || async {
            Ok(match settle::read(part, step).await? {
                Some(Seen { phase: Phase::Going(word), .. }) => Poll::NotYet(word),
                found => Poll::Done(found),
            })
        })
        .await
    }

    async fn resolve(&self, part: &Part) -> Result<Resolved, EngineError> {
        for need in part.spec.takes() {
            if !self.seen.lock().await.contains_key(need) {
                let other = self.assembly.part(need)?;
                let found = other.read().await.map_err(|error| EngineError::step("read", need, &[], error))?;
                if let Some(found) = found {
                    self.seen.lock().await.insert(other.spec.component.clone(), found);
                }
            }
        }
        self.assembly.resolve(part, &*self.seen.lock().await)
    }

    async fn remember(&self, part: &Part, seen: Seen) {
        self.seen.lock().await.insert(part.spec.component.clone(), seen);
    }

    fn must_be_ours(&self, part: &Part, seen: &Seen) -> Result<(), EngineError> {
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

/// Sets fields by the call that the kind's table names for them.
async fn change(part: &Part, call: &str, live: &Seen, resolved: &Resolved, fields: &[String]) -> Result<(), CallError> {
    match fields {
        [one] if one == TAGS => part.component.add_tags(live, &resolved.map(TAGS)).await,
        [one] if one == UNTAG => part.component.remove_tags(live, &resolved.texts(UNTAG)).await,
        _ => part.component.update(&part.address, Change { call, seen: live, spec: resolved, fields }).await,
    }
}

type ByCall = Vec<(&'static str, Vec<String>)>;

/// What a create would set and the live object has otherwise: fields that only a create can set, and those that can be
/// changed in place, by call. Tags of other owners, versions and sizes that grew are no difference.
fn differences(part: &Part, seen: &Seen, resolved: &Resolved) -> (Vec<&'static str>, ByCall) {
    let (mut fixed, mut in_place): (Vec<&'static str>, ByCall) = (vec![], vec![]);
    for (field, _) in part.spec.set_fields() {
        if !unsatisfied(part, seen, resolved, &[field.name.to_owned()]) {
            continue;
        }
        match field.set {
            Set::AtCreate => fixed.push(field.name),
            Set::Parameter => {}
            Set::InPlace(call) | Set::First(call) | Set::Late(call) => {
                match in_place.iter_mut().find(|(other, _)| *other == call) {
                    Some((_, fields)) => fields.push(field.name.to_owned()),
                    None => in_place.push((call, vec![field.name.to_owned()])),
                }
            }
            // What comes later is switched on by a step of its own; switched off it may be found on, and has none.
            Set::After(call) | Set::Last(call) if resolved.0.get(field.name).is_none_or(is_off) => {
                in_place.push((call, vec![field.name.to_owned()]));
            }
            Set::After(_) | Set::Last(_) => {}
        }
    }
    (fixed, in_place)
}

/// Entries of whole maps that nobody wants: the call that takes them away, its field, and the entries.
fn surplus(part: &Part, seen: &Seen, resolved: &Resolved) -> Vec<(&'static str, &'static str, Json)> {
    let mut found = vec![];
    for field in part.spec.kind.fields {
        let map = field.removes.and_then(|map| part.spec.kind.field(map));
        let (Some(map), Some(call)) = (map.filter(|map| map.compare == Compare::Whole), field.set.call()) else {
            continue;
        };
        let live = seen.fields.get(map.name).and_then(Json::as_object);
        let wanted = resolved.0.get(map.name).and_then(Json::as_object);
        let beyond = |key: &&String| wanted.is_none_or(|wanted| !wanted.contains_key(*key));
        let entries: Vec<Json> =
            live.into_iter().flat_map(|live| live.keys()).filter(beyond).map(|key| Json::from(key.as_str())).collect();
        if !entries.is_empty() {
            found.push((call, field.name, Json::from(entries)));
        }
    }
    found
}
