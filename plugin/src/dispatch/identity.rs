//! Identities: decoded, derived from states, held to what they were.

use super::{
    Answer, Dispatcher, PlanAnswer, ValueAnswer, Wire,
    answer::report,
    decode,
    offered::{Identity, Offered, Shape},
};
use crate::{Diagnostics, IdentitySchema, Path, Resource, UpgradeIdentityRequest, Value, checks::Violation, codec};

impl Dispatcher {
    pub fn identity_schemas(&self) -> impl Iterator<Item = (&str, &IdentitySchema)> {
        self.resources.values().filter_map(|offered| {
            let identity = offered.shape.identity.as_ref()?;
            Some((offered.shape.name.as_str(), &identity.schema))
        })
    }

    pub async fn upgrade_identity(&self, name: &str, version: i64, json: Vec<u8>) -> ValueAnswer {
        self.guarded(&format!("UpgradeResourceIdentity of {name}"), async {
            let Offered { thing, shape } = self.resource(name)?;
            let identity = shape.identity.as_ref().ok_or_else(|| without_identity(name))?;
            let response = thing.upgrade_identity(UpgradeIdentityRequest { version, json, cx: self.cx() }).await;
            let mut diagnostics = response.diagnostics;
            let value = if diagnostics.has_errors() {
                None
            } else {
                shape.settle("upgraded identity", identity, response.identity, &mut diagnostics)
            };
            Ok(ValueAnswer { value, diagnostics })
        })
        .await
    }
}

impl Shape {
    /// An identity as the CLI keeps it; null where there is none.
    pub(super) fn identity(&self, wire: &Wire) -> Result<Value, Diagnostics> {
        match &self.identity {
            Some(identity) => decode(&self.name, "identity", wire, &identity.ty),
            None => Ok(Value::Null),
        }
    }

    /// An identity that a user wrote.
    pub(super) fn identity_to_import(&self, wire: &Wire) -> Result<Value, Diagnostics> {
        if wire.msgpack.is_empty() && wire.json.is_empty() {
            return Ok(Value::Null);
        }
        let Some(Identity { schema, .. }) = &self.identity else { return Err(without_identity(&self.name)) };
        let given = self.identity(wire)?;
        let mut diagnostics = Diagnostics::new();
        for attribute in schema.attributes.iter().filter(|attribute| attribute.required_for_import) {
            if !given.is_null() && given.get(&attribute.name).is_null() {
                diagnostics.error_at(
                    attribute.name.as_str(),
                    format!("The identity of {} lacks {}", self.name, attribute.name),
                    "An import by identity needs it.",
                );
            }
        }
        if diagnostics.has_errors() { Err(diagnostics) } else { Ok(given) }
    }

    /// The identity of a listed object: as given, or else as its state says.
    pub(super) fn identity_listed(
        &self,
        given: &Value,
        derived: &Value,
        diagnostics: &mut Diagnostics,
    ) -> Option<Vec<u8>> {
        let identity = self.identity.as_ref()?;
        if given.is_null() && derived.is_null() {
            if diagnostics.is_empty() {
                let violation = Violation::new(&Path::root(), "it has neither an identity nor an object");
                report(diagnostics, self, "list item", vec![violation]);
            }
            return None;
        }
        self.settle("identity", identity, filled(identity, given.clone(), derived), diagnostics)
    }

    /// Encodes an identity that must be whole.
    fn settle(&self, what: &str, identity: &Identity, value: Value, diagnostics: &mut Diagnostics) -> Option<Vec<u8>> {
        if value.is_null() {
            return None;
        }
        let lacking = |attribute: &&crate::IdentityAttribute| {
            let member = value.get(&attribute.name);
            !member.is_wholly_known() || (attribute.required_for_import && member.is_null())
        };
        let lacking = identity.schema.attributes.iter().filter(lacking);
        let violations: Vec<_> =
            lacking.map(|attribute| Violation::new(&attribute.name.as_str().into(), "it is not known")).collect();
        if !violations.is_empty() {
            report(diagnostics, self, what, violations);
            return None;
        }
        match codec::to_msgpack(&value, &identity.ty) {
            Ok(bytes) => Some(bytes),
            Err(error) => {
                report(diagnostics, self, what, vec![Violation { path: error.path, problem: error.problem }]);
                None
            }
        }
    }
}

impl Answer {
    /// Adds the identity of the answered state. `known` is what it was before, or is asked to be.
    pub(super) fn identified(mut self, shape: &Shape, resource: &dyn Resource, known: &Value) -> Self {
        let Some(identity) = &shape.identity else { return self };
        if self.value.is_null() {
            return self;
        }
        let found = filled(identity, resource.identify(&self.value), known);
        if self.diagnostics.has_errors() {
            // The state of something that failed may know less than it will; what is known is told.
            let whole = whole(identity, &found).then_some(found);
            self.identity = whole.and_then(|found| codec::to_msgpack(&found, &identity.ty).ok());
            return self;
        }
        if !identity.schema.mutable {
            report(&mut self.diagnostics, shape, "identity", changes(identity, known, &found));
        }
        self.identity = shape.settle("identity", identity, found, &mut self.diagnostics);
        self
    }
}

impl PlanAnswer {
    /// Adds the planned identity: that of the prior object, or of a new one as far as that is known.
    pub(super) fn identified(
        mut self,
        shape: &Shape,
        resource: &dyn Resource,
        prior: &Value,
        prior_identity: Value,
    ) -> Self {
        let Some(identity) = &shape.identity else { return self };
        let planned = match &self.value {
            Value::Null => prior_identity.clone(),
            value => filled(identity, resource.identify(value), &prior_identity),
        };
        let stays = !prior.is_null() && !prior_identity.is_null() && !identity.schema.mutable;
        let answered = if stays { &prior_identity } else { &planned };
        if stays && self.requires_replace.is_empty() && !self.diagnostics.has_errors() {
            let changes = changes(identity, &prior_identity, &planned);
            report(&mut self.diagnostics, shape, "planned identity", changes);
        }
        if whole(identity, answered) {
            self.identity = codec::to_msgpack(answered, &identity.ty).ok();
        }
        self
    }
}

/// What is null takes the known value.
fn filled(identity: &Identity, mut value: Value, known: &Value) -> Value {
    if value.is_null() {
        return known.clone();
    }
    if let Some(members) = value.as_members_mut() {
        for attribute in &identity.schema.attributes {
            let member = members.entry(attribute.name.clone()).or_default();
            if member.is_null() {
                *member = known.get(&attribute.name).clone();
            }
        }
    }
    value
}

fn whole(identity: &Identity, value: &Value) -> bool {
    let has = |attribute: &crate::IdentityAttribute| {
        let member = value.get(&attribute.name);
        member.is_wholly_known() && !(attribute.required_for_import && member.is_null())
    };
    !value.is_null() && identity.schema.attributes.iter().all(has)
}

/// An object that changes its identity is another object.
fn changes(identity: &Identity, known: &Value, found: &Value) -> Vec<Violation> {
    let changed = |attribute: &crate::IdentityAttribute| {
        let (before, after) = (known.get(&attribute.name), found.get(&attribute.name));
        let comparable = !before.is_null() && before.is_wholly_known() && after.is_wholly_known();
        (comparable && before != after).then(|| {
            let problem = format!("an object keeps its identity, and this was {before} and is {after}");
            Violation::new(&attribute.name.as_str().into(), problem)
        })
    };
    identity.schema.attributes.iter().filter_map(changed).collect()
}

fn without_identity(name: &str) -> Diagnostics {
    Diagnostics::failure(format!("A {name} has no identity"), "Name the object by its id instead.")
}
