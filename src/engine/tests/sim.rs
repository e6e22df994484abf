//! A cloud of three kinds in memory: an anchor, a group that takes part in it, and a store that holds data. It counts its
//! calls and fails the one it is told to.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value as Json, json};
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::base::{CallError, ErrorClass, Freshness};
use crate::engine::model::identity::{Identity, Owner};
use crate::engine::model::kind::{Compare, Field, Kind};
use crate::engine::model::spec::{Input, Resolved, Spec};
use crate::engine::plan::planner::Anchor;
use crate::engine::run::component::{Address, Answer, Change, Component, DeleteOptions, Phase, Seen};
use crate::engine::run::context::{Clock, LeasePolicy, OpContext, PollPolicy, ProgressSink};
use crate::engine::run::instance::{BoundComponent, ResourceInstance};

pub static HOOK: Kind = Kind {
    name: "hook",
    name_limit: 63,
    create: Some("sim:CreateHook"),
    delete: Some("sim:DeleteHook"),
    fields: &[Field::in_place("tags", "sim:TagHook").compared(Compare::Contains)],
    ..Kind::BASE
};
pub static GROUP: Kind = Kind {
    name: "group",
    name_limit: 63,
    create: Some("sim:CreateGroup"),
    delete: Some("sim:DeleteGroup"),
    fields: &[Field::fixed("family"), Field::in_place("settings", "sim:SetGroup").post_create()],
    ..Kind::BASE
};
pub static STORE: Kind = Kind {
    name: "store",
    name_limit: 63,
    create: Some("sim:CreateStore"),
    delete: Some("sim:DeleteStore"),
    holds_data: true,
    fields: &[
        Field::fixed("key"),
        Field::fixed("hook"),
        Field::in_place("group", "sim:ModifyStore"),
        Field::in_place("size", "sim:ModifyStore"),
        Field::in_place("protected", "sim:ProtectStore").finally(),
    ],
    ..Kind::BASE
};
pub const ANCHOR: Anchor<'_> = Anchor { component: "hook", call: "sim:TagHook" };

/// What the user wants of the toy resource.
#[derive(Debug, Clone)]
pub struct Desired {
    pub name: &'static str,
    pub size: &'static str,
    pub key: &'static str,
    pub setting: &'static str,
    pub protected: bool,
}

pub const DESIRED: Desired = Desired { name: "a", size: "small", key: "k", setting: "on", protected: true };

impl Desired {
    pub fn specs(&self) -> Vec<Spec> {
        vec![
            Spec::new("hook", &HOOK).with("tags", json!({})),
            Spec::new("group", &GROUP).with("family", "f").with("settings", json!({"mode": self.setting})),
            Spec::new("store", &STORE)
                .with("key", self.key)
                .with("hook", Input::output("hook", "id"))
                .with("group", Input::output("group", "id"))
                .with("size", self.size)
                .with("protected", self.protected),
        ]
    }

    pub fn identity(&self) -> Identity {
        Identity {
            account: "1".to_owned(),
            region: "r".to_owned(),
            owner: Owner { resource: "toy".to_owned(), environment: None, name: self.name.to_owned() },
        }
    }

    pub fn instance(&self, cloud: &Cloud) -> ResourceInstance {
        let identity = self.identity();
        let part = |spec: Spec| BoundComponent {
            address: Address {
                applied: BTreeMap::new(),
                name: identity.owner.object_name(Some(&spec.component.replace(['_', '.'], "-")), 63),
                recorded: None,
                owner: identity.owner.to_string(),
                within: vec![],
                token: String::new(),
                fresh: Freshness::Now,
            },
            component: Arc::new(Sim { kind: spec.kind, cloud: cloud.clone() }),
            spec,
        };
        let parts = self.specs().into_iter().map(part).collect();
        ResourceInstance { identity: identity.clone(), parts, anchor: "hook".into(), tags: BTreeMap::new() }
    }
}

/// How a call goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// An error, and nothing was done.
    Refused,
    /// An error, and it was done.
    Lost,
    /// The process dies before the call.
    KilledBefore,
    /// The process dies after the call was done.
    KilledAfter,
}

pub const FAULTS: [Fault; 4] = [Fault::Refused, Fault::Lost, Fault::KilledBefore, Fault::KilledAfter];

#[derive(Debug, Clone, Default)]
struct Object {
    born: u32,
    fields: BTreeMap<String, Json>,
    tags: BTreeMap<String, String>,
    /// Reads until it is ready.
    young: u32,
    /// Why it does not work, and for how many reads it goes on saying so once it is changed.
    broken: Option<(&'static str, u32)>,
    changed: bool,
}

impl Object {
    fn phase(&mut self) -> Phase {
        if let Some((reason, reads)) = self.broken {
            self.broken = match (self.changed, reads) {
                (false, _) => Some((reason, reads)),
                (true, 0) => None,
                (true, more) => Some((reason, more - 1)),
            };
            return Phase::Failed(reason.into());
        }
        let phase = if self.young > 0 { Phase::Pending("creating".to_owned()) } else { Phase::Ready };
        self.young = self.young.saturating_sub(1);
        phase
    }
}

#[derive(Debug, Default)]
struct State {
    objects: BTreeMap<String, Object>,
    snapshots: Vec<String>,
    births: u32,
    calls: u32,
    fault: Option<(u32, Fault)>,
    slow: bool,
    prompt: bool,
}

/// The simulated cloud.
#[derive(Debug, Clone, Default)]
pub struct Cloud {
    state: Arc<Mutex<State>>,
    killed: Arc<Notify>,
}

impl Cloud {
    /// Fails the `call`-th call from now on.
    pub fn fail(&self, call: u32, fault: Fault) {
        let mut state = self.state.lock().unwrap();
        state.calls = 0;
        state.fault = Some((call, fault));
    }

    /// From now on objects take minutes to become ready.
    pub fn slow(&self) {
        self.state.lock().unwrap().slow = true;
    }

    /// From now on objects are ready at once, and calls answer them.
    pub fn prompt(&self) {
        self.state.lock().unwrap().prompt = true;
    }

    pub fn heal(&self) {
        self.state.lock().unwrap().fault = None;
    }

    /// How many calls were made since [`Self::fail`].
    pub fn calls(&self) -> u32 {
        self.state.lock().unwrap().calls
    }

    /// Every object with the number of its birth.
    pub fn objects(&self) -> BTreeMap<String, u32> {
        self.state.lock().unwrap().objects.iter().map(|(name, object)| (name.clone(), object.born)).collect()
    }

    pub fn snapshots(&self) -> Vec<String> {
        self.state.lock().unwrap().snapshots.clone()
    }

    /// Somebody else's object that uses one of ours.
    pub fn use_elsewhere(&self, object: &str) {
        let fields = BTreeMap::from([("group".to_owned(), json!(object))]);
        let foreign = Object { fields, ..Object::default() };
        self.state.lock().unwrap().objects.insert("foreign".to_owned(), foreign);
    }

    /// The object stops working until it is changed, and says so for some reads more.
    pub fn break_object(&self, object: &str, reason: &'static str, reads: u32) {
        let mut state = self.state.lock().unwrap();
        let object = state.objects.get_mut(object).unwrap();
        (object.broken, object.changed) = (Some((reason, reads)), false);
    }

    pub fn tag_of(&self, object: &str, key: &str) -> Option<String> {
        self.state.lock().unwrap().objects.get(object)?.tags.get(key).cloned()
    }

    pub fn field_of(&self, object: &str, key: &str) -> Option<Json> {
        self.state.lock().unwrap().objects.get(object)?.fields.get(key).cloned()
    }

    pub fn set_tag(&self, object: &str, key: &str, value: &str) {
        let mut state = self.state.lock().unwrap();
        state.objects.get_mut(object).unwrap().tags.insert(key.to_owned(), value.to_owned());
    }

    /// Runs an operation until it ends, or until the cloud kills the process it runs in.
    pub async fn process<T>(&self, operation: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            () = self.killed.notified() => None,
            result = operation => Some(result),
        }
    }

    async fn call<T>(&self, name: &str, act: impl FnOnce(&mut State) -> Result<T, CallError>) -> Result<T, CallError> {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let (result, fault) = {
            let mut state = self.state.lock().unwrap();
            state.calls += 1;
            let fault = state.fault.filter(|(at, _)| *at == state.calls).map(|(_, fault)| fault);
            let result = match fault {
                Some(Fault::Refused | Fault::KilledBefore) => None,
                _ => Some(act(&mut state)),
            };
            (result, fault)
        };
        match (fault, result) {
            (None, Some(result)) => result,
            (Some(Fault::KilledBefore | Fault::KilledAfter), _) => {
                self.killed.notify_waiters();
                std::future::pending().await
            }
            _ => Err(CallError::own(name, ErrorClass::Unavailable, "500 InternalFailure")),
        }
    }
}

#[derive(Debug)]
struct Sim {
    kind: &'static Kind,
    cloud: Cloud,
}

impl Sim {
    fn seen(&self, at: &Address, object: &mut Object) -> Seen {
        let phase = object.phase();
        let field = |name: &'static str| Some((name, object.fields.get(name)?.clone()));
        Seen {
            id: at.name.clone(),
            phase,
            fields: self.kind.fields.iter().filter_map(|f| field(f.name)).collect(),
            outputs: BTreeMap::new(),
            tags: object.tags.clone(),
        }
    }
}

#[async_trait]
impl Component for Sim {
    async fn read(&self, at: &Address, _: Freshness) -> Result<Option<Seen>, CallError> {
        self.cloud
            .call(&format!("Read {}", self.kind.name), |state| {
                Ok(state.objects.get_mut(&at.name).map(|object| self.seen(at, object)))
            })
            .await
    }

    async fn create(
        &self,
        at: &Address,
        spec: &Resolved,
        tags: &BTreeMap<String, String>,
    ) -> Result<Answer, CallError> {
        let call = self.kind.create.unwrap();
        self.cloud
            .call(call, |state| {
                if state.objects.contains_key(&at.name) {
                    return Err(CallError::own(call, ErrorClass::Exists, "exists"));
                }
                state.births += 1;
                let late = |field: &Field| {
                    field.set.call().is_some() && !matches!(field.set, crate::engine::model::kind::Set::InPlace(_))
                };
                let mut fields = spec.0.clone();
                fields.retain(|name, _| self.kind.field(name).is_some_and(|field| !late(field)));
                let young = if state.slow { 20 } else { 2 };
                let young = if state.prompt { 0 } else { young };
                let mut object = Object { born: state.births, fields, tags: tags.clone(), young, ..Object::default() };
                let answer = if state.prompt { Answer::Seen(self.seen(at, &mut object)) } else { Answer::Begun };
                state.objects.insert(at.name.clone(), object);
                Ok(answer)
            })
            .await
    }

    async fn update(&self, at: &Address, Change { call, spec, fields, .. }: Change<'_>) -> Result<Answer, CallError> {
        self.cloud
            .call(call, |state| {
                let object = state.objects.get_mut(&at.name).unwrap();
                for field in fields {
                    object.fields.insert(field.clone(), spec.0[field].clone());
                }
                (object.young, object.changed) = (u32::from(!state.prompt), true);
                Ok(if state.prompt { Answer::Seen(self.seen(at, object)) } else { Answer::Begun })
            })
            .await
    }

    async fn delete(&self, at: &Address, seen: &Seen, how: &DeleteOptions) -> Result<Answer, CallError> {
        let call = self.kind.delete.unwrap();
        self.cloud
            .call(call, |state| {
                if seen.fields.get("protected") == Some(&json!(true)) && !how.disable_protection {
                    return Err(CallError::own(call, ErrorClass::Invalid, "protected"));
                }
                let in_use = state.objects.values().any(|o| o.fields.values().any(|v| *v == json!(at.name)));
                if in_use {
                    return Err(CallError::own(call, ErrorClass::Busy, "in use"));
                }
                state.snapshots.extend(how.snapshot.clone());
                match state.objects.remove(&at.name) {
                    Some(_) if state.prompt => Ok(Answer::Done),
                    Some(_) => Ok(Answer::Begun),
                    None => Err(CallError::own(call, ErrorClass::NotFound, "gone")),
                }
            })
            .await
    }

    async fn add_tags(&self, seen: &Seen, tags: &BTreeMap<String, String>) -> Result<(), CallError> {
        self.cloud
            .call("sim:TagHook", |state| match state.objects.get_mut(&seen.id) {
                Some(object) => {
                    object.tags.extend(tags.clone());
                    Ok(())
                }
                None => Err(CallError::own("sim:TagHook", ErrorClass::NotFound, "gone")),
            })
            .await
    }
}

/// A clock that moves with the paused time of a test, and counting chance.
#[derive(Debug)]
pub struct TestAmbient {
    start: Instant,
    drawn: AtomicU32,
}

impl Clock for TestAmbient {
    fn unix_time(&self) -> u64 {
        1_700_000_000 + self.start.elapsed().as_secs()
    }

    fn random(&self) -> u32 {
        self.drawn.fetch_add(1, Ordering::SeqCst).wrapping_mul(2_654_435_761)
    }
}

thread_local! {
    // Drawn anew for every test, since each runs in a thread and a runtime of its own.
    static AMBIENT: Arc<TestAmbient> = Arc::new(TestAmbient { start: Instant::now(), drawn: AtomicU32::new(1) });
}

pub fn cx() -> OpContext {
    OpContext {
        cancel: CancellationToken::new(),
        deadline: Instant::now() + Duration::from_secs(3600),
        parallel: 4,
        lease: LeasePolicy::default(),
        poll: PollPolicy::default(),
        clock: AMBIENT.with(Arc::clone),
        sink: ProgressSink::default(),
    }
}
