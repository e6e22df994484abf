//! Identity: the few values that tell an object from all others of its type, wherever its state is.

use crate::{Diagnostics, Model, Type, Value, codec};

use super::Cx;

/// What an identity consists of. Protocol: `GetResourceIdentitySchemas`. Terraform from 1.12.
///
/// Identities hold scalars and lists of them, are known as soon as the object exists, and are never secret.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IdentitySchema {
    /// Stored beside every identity; raise it when old ones must be upgraded.
    pub version: i64,
    /// In the order in which documentation shows them.
    pub attributes: Vec<IdentityAttribute>,
    /// Whether an object may change its identity and stay the same object. Hardly ever.
    pub mutable: bool,
}

/// One value of an identity.
#[derive(Clone, Debug, PartialEq)]
pub struct IdentityAttribute {
    /// As an `import` block writes it. By default the attribute of this name in the state is its value.
    pub name: String,
    /// String, number, bool, or a list of one of these.
    pub ty: Type,
    /// Plain text: the protocol has no kind for it.
    pub description: String,
    /// An `import` block must give it; otherwise it may.
    pub required_for_import: bool,
}

impl IdentitySchema {
    /// The identity that a model describes: its required attributes are required for import, its optional ones may be
    /// left out.
    pub fn of<M: Model>(version: i64) -> Self {
        let attributes = M::block().attributes.into_iter().map(|attribute| IdentityAttribute {
            name: attribute.name,
            ty: attribute.ty,
            description: attribute.description,
            required_for_import: attribute.required,
        });
        Self { version, attributes: attributes.collect(), mutable: false }
    }

    /// Marks it as one that may change: see the field.
    pub fn mutable(mut self) -> Self {
        self.mutable = true;
        self
    }

    /// The object that holds an identity's values.
    pub fn ty(&self) -> Type {
        Type::object(self.attributes.iter().map(|attribute| (attribute.name.clone(), attribute.ty.clone())))
    }

    /// The attributes that a state has under the same names.
    pub fn pick(&self, state: &Value) -> Value {
        let member = |attribute: &IdentityAttribute| (attribute.name.clone(), state.get(&attribute.name).clone());
        if state.is_null() { Value::Null } else { Value::object(self.attributes.iter().map(member)) }
    }

    /// What Terraform would refuse about it.
    pub(crate) fn problems(&self) -> Vec<String> {
        let scalar = |ty: &Type| matches!(ty, Type::String | Type::Number | Type::Bool);
        let allowed = |ty: &Type| scalar(ty) || matches!(ty, Type::List(element) if scalar(element));
        let wrong = self.attributes.iter().filter(|attribute| !allowed(&attribute.ty));
        let mut problems: Vec<_> = wrong
            .map(|attribute| format!("{}: an identity holds scalars and lists of scalars", attribute.name))
            .collect();
        if !self.attributes.iter().any(|attribute| attribute.required_for_import) {
            problems.push("an identity needs an attribute that is required for import".to_owned());
        }
        problems
    }
}

/// An identity that another version stored. Protocol: `UpgradeResourceIdentity`. Terraform 1.16 and OpenTofu 1.12 call it
/// only where the versions differ; nothing in the protocol keeps a CLI from calling it at the current one too.
#[derive(Clone, Debug)]
pub struct UpgradeIdentityRequest {
    /// The version of the identity's schema that wrote it.
    pub version: i64,
    /// The identity in JSON, in the shape of that version.
    pub json: Vec<u8>,
    /// Says when the user interrupts.
    pub cx: Cx,
}

/// An identity in the shape of the current schema. Protocol: `UpgradeResourceIdentity.Response`.
#[derive(Clone, Debug, Default)]
pub struct UpgradeIdentityResponse {
    /// Whole and known, unless there are errors.
    pub identity: Value,
    /// An error stops the run.
    pub diagnostics: Diagnostics,
}

impl UpgradeIdentityRequest {
    /// Reads the identity by the current schema: attributes it lacks are null, those that are gone are dropped.
    pub fn decode(&self, schema: &IdentitySchema) -> UpgradeIdentityResponse {
        let mut response = UpgradeIdentityResponse::default();
        if self.version > schema.version {
            response.diagnostics.error(
                "The identity was written by a newer version of this provider",
                format!(
                    "It has version {}, and this provider knows version {}. Use the newer provider.",
                    self.version, schema.version
                ),
            );
            return response;
        }
        match codec::json::decode_leniently(&self.json, &schema.ty()) {
            Ok(identity) => response.identity = identity,
            Err(error) => response.diagnostics.error_at(
                error.path,
                "The stored identity cannot be read",
                format!("{}. It was written by version {} of its schema.", error.problem, self.version),
            ),
        }
        response
    }
}
