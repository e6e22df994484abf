//! A cloud in memory with several places. It counts its calls, and fails the one it is told to.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value as Json, json};
use tokio::sync::Notify;

use super::kinds::{PREPARE, RECORD, SHIFT, SHIFT_BACK, UNPREPARE, VERIFY};
use crate::base::{CallError, ErrorClass, Freshness};
use crate::engine::model::kind::{Kind, Set};
use crate::engine::model::spec::Resolved;
use crate::engine::run::component::{Address, Answer, Change, Component, DeleteOptions, Phase, Seen};

/// How a call goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// An error, and nothing was done: another try may do it.
    Unavailable,
    /// An error for good, and nothing was done.
    Refused,
    /// An error, and it was done.
    Lost,
    /// The process ends before the call.
    KilledBefore,
    /// The process ends after the call was done.
    KilledAfter,
}

pub const FAULTS: [Fault; 5] =
    [Fault::Unavailable, Fault::Refused, Fault::Lost, Fault::KilledBefore, Fault::KilledAfter];

/// An object.
#[derive(Debug, Clone, Default)]
pub struct Object {
    pub kind: &'static str,
    pub fields: BTreeMap<String, Json>,
    pub tags: BTreeMap<String, String>,
    /// The password that it was last given.
    pub password: Option<String>,
    /// What a shift has come to, and how often it is read before it gets there.
    pub stage: &'static str,
    pub reads: u32,
    pub prepared: bool,
}

#[derive(Debug, Default)]
pub struct State {
    pub objects: BTreeMap<String, Object>,
    pub calls: Vec<String>,
    pub fault: Option<(usize, Fault)>,
    /// Whether probes fail.
    pub is_sick: bool,
    /// How many processes were killed.
    pub kills: u32,
}

/// The cloud.
#[derive(Debug, Clone, Default)]
pub struct Cloud {
    state: Arc<Mutex<State>>,
    killed: Arc<Notify>,
    /// How many processes had been killed when this one began: what a killed one has left running gets no answer.
    kills: u32,
}

impl Cloud {
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Fails the `call`-th call from now on that changes something.
    pub fn fail(&self, call: usize, fault: Fault) {
        let mut state = self.state();
        state.calls.clear();
        state.fault = Some((call, fault));
    }

    pub fn heal(&self) {
        let mut state = self.state();
        state.calls.clear();
        state.fault = None;
    }

    /// The cloud as a process meets it that begins now.
    pub fn met(&self) -> Self {
        let kills = self.state().kills;
        Self { kills, ..self.clone() }
    }

    async fn is_alive(&self) {
        let kills = self.state().kills;
        if kills != self.kills {
            std::future::pending::<()>().await;
        }
    }

    /// The objects: place, kind and name of each.
    pub fn names(&self) -> Vec<String> {
        self.state().objects.keys().cloned().collect()
    }

    /// Runs what a process does until it ends, or is killed by a call.
    pub async fn process<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            () = self.killed.notified() => None,
            done = work => Some(done),
        }
    }

    async fn change<T>(
        &self,
        call: &str,
        act: impl FnOnce(&mut State) -> Result<T, CallError>,
    ) -> Result<T, CallError> {
        tokio::time::sleep(Duration::from_millis(20)).await;
        self.is_alive().await;
        let (fault, result) = {
            let mut state = self.state();
            state.calls.push(call.to_owned());
            let count = state.calls.len();
            let fault = state.fault.filter(|(at, _)| *at == count).map(|(_, fault)| fault);
            let acts = matches!(fault, None | Some(Fault::Lost | Fault::KilledAfter));
            (fault, acts.then(|| act(&mut state)))
        };
        let failed = |class| Err(CallError::own(call, class, "a fault"));
        match (fault, result) {
            (None, Some(result)) => result,
            (Some(Fault::KilledBefore | Fault::KilledAfter), _) => {
                self.state().kills += 1;
                self.killed.notify_waiters();
                std::future::pending().await
            }
            (Some(Fault::Refused), _) => failed(ErrorClass::Invalid),
            _ => failed(ErrorClass::Unavailable),
        }
    }
}

/// The objects of one kind in one place.
#[derive(Debug)]
pub struct Objects {
    pub kind: &'static Kind,
    pub place: String,
    pub cloud: Cloud,
}

impl Objects {
    fn key(&self, at: &Address) -> String {
        format!("{}/{}/{}", self.place, self.kind.name, at.name)
    }

    fn seen(&self, at: &Address, object: &Object) -> Seen {
        let field = |name: &'static str| Some((name, object.fields.get(name)?.clone()));
        Seen {
            id: at.name.clone(),
            phase: if object.reads > 0 { Phase::Pending("SHIFTING".to_owned()) } else { Phase::Ready },
            fields: self.kind.fields.iter().filter_map(|entry| field(entry.name)).collect(),
            outputs: BTreeMap::from([("stage", json!(object.stage))]),
            tags: object.tags.clone(),
        }
    }
}

fn gone(call: &str) -> CallError {
    CallError::own(call, ErrorClass::NotFound, "gone")
}

#[async_trait]
impl Component for Objects {
    async fn read(&self, at: &Address, _: Freshness) -> Result<Option<Seen>, CallError> {
        tokio::time::sleep(Duration::from_millis(20)).await;
        self.cloud.is_alive().await;
        let key = self.key(at);
        let mut state = self.cloud.state();
        let Some(object) = state.objects.get_mut(&key) else { return Ok(None) };
        object.reads = object.reads.saturating_sub(1);
        if object.reads == 0 && object.stage == "SHIFTING" {
            object.stage = "SHIFTED";
        }
        let object = object.clone();
        drop(state);
        Ok(Some(self.seen(at, &object)))
    }

    async fn create(
        &self,
        at: &Address,
        spec: &Resolved,
        tags: &BTreeMap<String, String>,
    ) -> Result<Answer, CallError> {
        let (call, key) = (self.kind.create.unwrap(), self.key(at));
        let is_given = |name: &str| {
            self.kind.field(name).is_some_and(|field| matches!(field.set, Set::CreateOnly | Set::InPlace(_)))
        };
        let given = spec.0.iter().filter(|(name, _)| is_given(name));
        let object = Object {
            kind: self.kind.name,
            fields: given.map(|(name, value)| (name.clone(), value.clone())).collect(),
            tags: tags.clone(),
            password: spec.secret("password").map(|secret| secret.reveal().to_owned()),
            ..Object::default()
        };
        self.cloud
            .change(call, |state| {
                if state.objects.contains_key(&key) {
                    return Err(CallError::own(call, ErrorClass::Exists, "exists"));
                }
                state.objects.insert(key, object);
                Ok(())
            })
            .await?;
        Ok(Answer::Begun)
    }

    async fn update(&self, at: &Address, change: Change<'_>) -> Result<Answer, CallError> {
        let (call, key) = (change.call, self.key(at));
        let set: Vec<(String, Json)> =
            change.fields.iter().filter_map(|name| Some((name.clone(), change.spec.0.get(name)?.clone()))).collect();
        let password = change.spec.secret("password").map(|secret| secret.reveal().to_owned());
        self.cloud
            .change(call, |state| {
                let object = state.objects.get_mut(&key).ok_or_else(|| gone(call))?;
                match call {
                    PREPARE => object.prepared = true,
                    UNPREPARE => object.prepared = false,
                    SHIFT if !object.prepared => {
                        return Err(CallError::own(call, ErrorClass::Invalid, "it was not prepared"));
                    }
                    SHIFT => (object.stage, object.reads) = ("SHIFTING", 3),
                    SHIFT_BACK => (object.stage, object.reads) = ("", 0),
                    VERIFY => {}
                    RECORD => {
                        object.fields.extend(set);
                        (object.stage, object.prepared) = ("", false);
                    }
                    _ => {
                        object.fields.extend(set);
                        object.password = password.or(object.password.take());
                    }
                }
                Ok(())
            })
            .await?;
        Ok(Answer::Begun)
    }

    async fn delete(&self, at: &Address, _: &Seen, _: &DeleteOptions) -> Result<Answer, CallError> {
        let (call, key) = (self.kind.delete.unwrap(), self.key(at));
        self.cloud
            .change(call, |state| state.objects.remove(&key).map(|_| Answer::Done).ok_or_else(|| gone(call)))
            .await
    }

    async fn add_tags(&self, seen: &Seen, tags: &BTreeMap<String, String>) -> Result<(), CallError> {
        let (key, call) = (format!("{}/{}/{}", self.place, self.kind.name, seen.id), "x:Tag");
        self.cloud
            .change(call, |state| {
                state.objects.get_mut(&key).ok_or_else(|| gone(call))?.tags.extend(tags.clone());
                Ok(())
            })
            .await
    }

    async fn remove_tags(&self, seen: &Seen, keys: &[String]) -> Result<(), CallError> {
        let (key, call) = (format!("{}/{}/{}", self.place, self.kind.name, seen.id), "x:Untag");
        self.cloud
            .change(call, |state| {
                let object = state.objects.get_mut(&key).ok_or_else(|| gone(call))?;
                object.tags.retain(|key, _| !keys.contains(key));
                Ok(())
            })
            .await
    }

    async fn probe(&self, _: &Address, _: &Seen) -> Result<bool, CallError> {
        Ok(!self.cloud.state().is_sick)
    }
}
