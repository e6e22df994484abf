//! What one operation on one resource works with: its parts, its deadline, its way to be stopped.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::component::{Address, Component, Freshness, RESOURCE_TAG, Seen};
use super::error::{CallError, EngineError, ErrorClass};
use super::identity::Identity;
use super::spec::{Input, Resolved, Spec};

/// Clock and chance, which the planning half must never see.
pub trait Ambient: fmt::Debug + Send + Sync {
    /// Seconds since the epoch.
    fn unix_time(&self) -> u64;
    /// Thirty-two random bits.
    fn random(&self) -> u32;
}

/// One component of a resource: what it shall be, and how it is spoken to.
#[derive(Debug, Clone)]
pub struct Part {
    /// The desired form.
    pub spec: Spec,
    /// Its calls.
    pub component: Arc<dyn Component>,
    /// Where it is to be found.
    pub address: Address,
}

impl Part {
    /// The part with no output of others but those that set `fields`: an update looks up nothing else.
    pub fn setting(&self, fields: &[String]) -> Self {
        let mut part = self.clone();
        let asked = |name: &str| fields.iter().any(|field| field == name);
        part.spec.fields.retain(|name, input| input.takes().is_empty() || asked(name));
        part
    }

    /// Reads the component now.
    pub async fn read(&self) -> Result<Option<Seen>, CallError> {
        self.component.read(&self.address, Freshness::Now).await
    }

    /// Whether the object may be changed and removed by us: it says so itself, or the state recorded it and it names no
    /// other owner (what was imported and not yet tagged).
    pub fn is_ours(&self, seen: &Seen) -> bool {
        match seen.owner() {
            Some(owner) => owner == self.address.owner,
            None => self.address.recorded.as_deref() == Some(seen.id.as_str()),
        }
    }
}

/// All parts of a resource.
#[derive(Debug, Clone)]
pub struct Assembly {
    /// Who the resource is.
    pub identity: Identity,
    /// Its parts, in the order the design names them.
    pub parts: Vec<Part>,
    /// The component that carries the marks.
    pub anchor: String,
    /// Tags that every created object gets beside [`RESOURCE_TAG`].
    pub tags: BTreeMap<String, String>,
}

impl Assembly {
    /// The part of that name.
    pub fn part(&self, component: &str) -> Result<&Part, EngineError> {
        self.parts.iter().find(|part| part.spec.component == component).ok_or_else(|| {
            EngineError::PlanAgain(format!("the plan speaks of {component}, the configuration does not"))
        })
    }

    /// The part that carries the marks.
    pub fn anchor(&self) -> Result<&Part, EngineError> {
        self.part(&self.anchor)
    }

    /// The tags of a new object.
    pub fn created_tags(&self) -> BTreeMap<String, String> {
        let mut tags = self.tags.clone();
        tags.insert(RESOURCE_TAG.to_owned(), self.identity.owner.to_string());
        tags
    }

    /// A part's spec with every output of others filled in from what was seen of them.
    pub fn resolve(&self, part: &Part, seen: &BTreeMap<String, Seen>) -> Result<Resolved, EngineError> {
        let mut fields = BTreeMap::new();
        for (name, input) in &part.spec.fields {
            if *input == Input::Unknown {
                return Err(EngineError::PlanAgain(format!("{}.{name} is still unknown", part.spec.component)));
            }
            let answer = |component: &str, output: &str| seen.get(component).and_then(|seen| seen.output(output));
            let value = input.value(answer).ok_or_else(|| {
                let asked: Vec<String> =
                    input.takes().iter().map(|(component, output)| format!("{component} its {output}")).collect();
                let missing = format!("not told yet: {}", asked.join(", "));
                let source = CallError::own(part.spec.kind.name, ErrorClass::NotFound, missing);
                EngineError::step("resolve", &part.spec.component, &[(*name).to_owned()], source)
            })?;
            fields.insert((*name).to_owned(), value);
        }
        Ok(Resolved(fields))
    }
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

/// Who is told how a wait goes while it goes: nobody, unless somebody asks to be.
#[derive(Clone, Default)]
pub struct Listener(Option<Arc<dyn Fn(String) + Send + Sync>>);

impl Listener {
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

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Listener({})", self.0.is_some())
    }
}

/// Everything around an operation that is not the resource itself.
#[derive(Debug, Clone)]
pub struct Cx {
    /// Cancelled when the user asks to stop.
    pub cancel: CancellationToken,
    /// When the operation must have ended.
    pub deadline: Instant,
    /// How many steps may run at once.
    pub parallel: usize,
    /// How leases are kept.
    pub lease: LeasePolicy,
    /// Clock and chance.
    pub ambient: Arc<dyn Ambient>,
    /// Who is told how it goes.
    pub listener: Listener,
}

impl Cx {
    /// Fails if the user asked to stop.
    pub fn check(&self, during: &str) -> Result<(), EngineError> {
        if self.cancel.is_cancelled() {
            return Err(EngineError::Interrupted { during: during.to_owned() });
        }
        Ok(())
    }

    /// Sleeps, unless the user asks to stop.
    pub async fn sleep(&self, time: Duration, during: &str) -> Result<(), EngineError> {
        tokio::select! {
            () = self.cancel.cancelled() => Err(EngineError::Interrupted { during: during.to_owned() }),
            () = tokio::time::sleep(time) => Ok(()),
        }
    }
}
