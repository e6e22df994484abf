//! What a run works on: the parts of one resource, each with its spec, its calls and its address.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::{CallError, ErrorClass, Freshness, HELD, HOLDER_PREFIX, RESOURCE_TAG};
use crate::engine::model::identity::Identity;
use crate::engine::model::name::ComponentName;
use crate::engine::model::spec::{Desired, Input, Resolved, Spec};
use crate::engine::run::component::{Address, Component, Seen};
use crate::engine::run::error::EngineError;

/// One component of a resource: what it shall be, and how it is spoken to.
#[derive(Debug, Clone)]
pub struct BoundComponent {
    /// The desired form.
    pub spec: Spec,
    /// Its calls.
    pub component: Arc<dyn Component>,
    /// Where it is to be found.
    pub address: Address,
}

impl BoundComponent {
    /// The part with no output of others but those that set `fields`: an update looks up nothing else.
    pub fn setting(&self, fields: &[String]) -> Self {
        let mut part = self.clone();
        let asked = |name: &str| fields.iter().any(|field| field == name);
        part.spec.desired.retain(|name, desired| desired.input.takes().is_empty() || asked(name));
        part
    }

    /// The tag by which a shared object names this resource among its holders.
    pub fn holder(&self) -> (String, String) {
        (format!("{HOLDER_PREFIX}{}", self.address.owner), "held".to_owned())
    }

    /// Looks at the component, as new as the run needs it.
    pub async fn look(&self) -> Result<Option<Seen>, CallError> {
        self.component.read(&self.address, self.address.fresh).await
    }

    /// Reads the component now.
    pub async fn read(&self) -> Result<Option<Seen>, CallError> {
        self.component.read(&self.address, Freshness::Now).await
    }

    /// Whether the object may be changed and removed by us: it says so itself, or the state recorded it and it names no
    /// other owner (what was imported and not yet tagged).
    pub fn is_ours(&self, seen: &Seen) -> bool {
        if self.spec.is_held() {
            return seen.is_held_by(&self.address.owner);
        }
        match seen.owner() {
            Some(owner) => owner == self.address.owner,
            None => self.address.recorded.as_deref() == Some(seen.id.as_str()),
        }
    }
}

/// All parts of a resource.
#[derive(Debug, Clone)]
pub struct ResourceInstance {
    /// Who the resource is.
    pub identity: Identity,
    /// Its parts, in the order the design names them.
    pub parts: Vec<BoundComponent>,
    /// The component that carries the marks.
    pub anchor: ComponentName,
    /// Tags that every created object gets beside [`RESOURCE_TAG`].
    pub tags: BTreeMap<String, String>,
}

impl ResourceInstance {
    /// The part of that name.
    pub fn part(&self, component: &str) -> Result<&BoundComponent, EngineError> {
        self.parts.iter().find(|part| part.spec.component == *component).ok_or_else(|| {
            EngineError::PlanAgain(format!("the plan speaks of {component}, the configuration does not"))
        })
    }

    /// The same, of a run that begins now: what was asked before is too old for it.
    #[must_use]
    pub fn from_now(&self) -> Self {
        let mut instance = self.clone();
        for part in &mut instance.parts {
            part.address.fresh = Freshness::from_now();
        }
        instance
    }

    /// The same, of a resource whose life began then, as its anchor says.
    #[must_use]
    pub fn begun(&self, start: Option<u64>) -> Self {
        let mut instance = self.clone();
        for part in &mut instance.parts {
            let token = start.map(|start| self.identity.token(&part.spec.component, start));
            part.address.token = token.unwrap_or_default();
        }
        instance
    }

    /// The part that carries the marks.
    pub fn anchor(&self) -> Result<&BoundComponent, EngineError> {
        self.part(&self.anchor)
    }

    /// The tags of a new object. One that several hold names its holders, and no owner.
    pub fn created_tags(&self, part: &BoundComponent) -> BTreeMap<String, String> {
        let mut tags = self.tags.clone();
        let owner = if part.spec.is_held() { HELD.to_owned() } else { self.identity.owner.to_string() };
        tags.insert(RESOURCE_TAG.to_owned(), owner);
        tags.extend(part.spec.is_held().then(|| part.holder()));
        tags
    }

    /// A part's spec with every output of others filled in from what was seen of them.
    pub fn resolve(
        &self,
        part: &BoundComponent,
        seen: &BTreeMap<ComponentName, Seen>,
    ) -> Result<Resolved, EngineError> {
        let (mut fields, mut secrets) = (BTreeMap::new(), BTreeMap::new());
        for (name, Desired { input, .. }) in &part.spec.desired {
            if let Input::Secret(secret) = input {
                secrets.extend(secret.clone().map(|secret| ((*name).to_owned(), secret)));
                continue;
            }
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
        Ok(Resolved::from(fields).with_secrets(secrets))
    }
}
