//! Managed resources.

use async_trait::async_trait;

use super::{
    Cx, IdentitySchema, MoveRequest, MoveResponse, StateUpgrader, UpgradeIdentityRequest, UpgradeIdentityResponse,
    UpgradeRequest, UpgradeResponse, ValidateRequest,
};
use crate::{Diagnostics, Path, Schema, Value, modifiers};

/// A type of managed resource. Every answer is checked by core's rules before it is sent.
///
/// Protocol: `ValidateResourceConfig` (in version 5 `ValidateResourceTypeConfig`), `UpgradeResourceState`,
/// `ReadResource`, `PlanResourceChange`, `ApplyResourceChange`, `ImportResourceState`, `MoveResourceState`,
/// `GenerateResourceConfig`, `GetResourceIdentitySchemas`, `UpgradeResourceIdentity`.
#[async_trait]
pub trait Resource: Send + Sync + 'static {
    /// What the `resource` block takes, and what the state holds.
    fn schema(&self) -> Schema;

    /// Called without configuration of the provider; values may be unknown.
    async fn validate(&self, _request: ValidateRequest) -> Diagnostics {
        Diagnostics::new()
    }

    /// How states of older schema versions are brought up to date.
    fn upgraders(&self) -> Vec<StateUpgrader> {
        Vec::new()
    }

    /// Turns a stored state into one of the current schema. Called on every run, also when nothing has changed.
    async fn upgrade(&self, request: UpgradeRequest) -> UpgradeResponse {
        request.upgrade(&self.schema(), &self.upgraders())
    }

    /// What tells objects of this type apart, if that can be said. It is answered with every state.
    fn identity(&self) -> Option<IdentitySchema> {
        None
    }

    /// The identity of an object, from its state. What is null in it stays as it was, or as it was given for import.
    fn identify(&self, state: &Value) -> Value {
        self.identity().map(|identity| identity.pick(state)).unwrap_or_default()
    }

    /// Turns a stored identity into one of the current schema.
    async fn upgrade_identity(&self, request: UpgradeIdentityRequest) -> UpgradeIdentityResponse {
        request.decode(&self.identity().unwrap_or_default())
    }

    /// A null state in the answer says that the object is gone.
    async fn read(&self, request: ReadRequest) -> ReadResponse;

    /// Must not depend on time or chance: it is called again during apply and has to agree with itself.
    ///
    /// Unless it is written out, the plan is what the schema says: defaults are filled in; as soon as anything changes,
    /// computed attributes become unknown, but for those marked `use_state_for_unknown`.
    async fn plan(&self, request: PlanRequest) -> PlanResponse {
        request.by_schema(&self.schema())
    }

    /// Creates (null prior), updates, or deletes (null planned). Runs to its end even if the caller goes away.
    async fn apply(&self, request: ApplyRequest) -> ApplyResponse;

    /// The state answered here is read next, so it needs no more than what `read` starts from: see
    /// [`ImportResponse::pass_through`].
    async fn import(&self, _request: ImportRequest) -> ImportResponse {
        let mut diagnostics = Diagnostics::new();
        diagnostics.error("This resource cannot be imported", "Its type offers no import.");
        diagnostics.into()
    }

    /// Takes over the state of another type, named by a `moved` block.
    async fn move_state(&self, request: MoveRequest) -> MoveResponse {
        let mut diagnostics = Diagnostics::new();
        diagnostics.error(
            format!("A {} cannot be moved here", request.source_type),
            "This type takes over no other type's state. Import the object instead, and forget the old address with a \
             `removed` block.",
        );
        diagnostics.into()
    }

    /// The configuration that describes an object which was imported without one. Unless it is written out, it is the
    /// state without what the user cannot or need not write: computed, write-only and deprecated attributes, defaults.
    async fn generate_config(&self, request: GenerateRequest) -> GenerateResponse {
        let config = modifiers::configuration_of(&self.schema().block, request.state);
        GenerateResponse { config, diagnostics: Diagnostics::new() }
    }
}

/// An object to look at. Protocol: `ReadResource.Request`.
#[derive(Clone, Debug)]
pub struct ReadRequest {
    /// The state as it was stored, or as import, move or upgrade answered it: then much of it may be null. Write-only
    /// attributes always are.
    pub state: Value,
    /// What the last answer kept beside the state. Empty where none did, and after an update whose process was killed.
    pub private: Vec<u8>,
    /// The identity as it was last answered or given for import; null where there is none.
    pub identity: Value,
    /// Says when the user interrupts.
    pub cx: Cx,
}

/// An object as it is. Protocol: `ReadResource.Response`.
#[derive(Clone, Debug, Default)]
pub struct ReadResponse {
    /// Wholly known; null when the object is gone. What still means the same keeps its prior words, so that the next
    /// plan is empty.
    pub state: Value,
    /// Replaces what was kept; echo it to keep it.
    pub private: Vec<u8>,
    /// With an error, the stored state stays what it was.
    pub diagnostics: Diagnostics,
}

/// A change to be planned. Protocol: `PlanResourceChange.Request`.
#[derive(Clone, Debug)]
pub struct PlanRequest {
    /// Null when the object is to be created.
    pub prior: Value,
    /// The configuration, with computed attributes filled in from the prior state: of blocks with a [`Key`](crate::Key) from
    /// the one of the same key, where core goes by position. Null when it is to be deleted.
    pub proposed: Value,
    /// What the user wrote. Unknown values are possible while planning, and none are left while applying. Null when the
    /// object is to be deleted.
    pub config: Value,
    /// What was kept beside the prior state; of the delete half of a replacement, see [`PlanResponse::private`].
    pub prior_private: Vec<u8>,
    /// The identity of the prior object; null where there is none.
    pub prior_identity: Value,
    /// While applying, what the plan of the plan phase answered as [`PlanResponse::private`]. Empty in the plan phase
    /// and where the CLI does not offer it: Terraform from 1.16, protocol 6 only.
    pub planned_private: Vec<u8>,
    /// Says when the user interrupts.
    pub cx: Cx,
}

/// What is going to be. Protocol: `PlanResourceChange.Response`; the rules are those of [`checks::plan_valid`].
///
/// [`checks::plan_valid`]: crate::checks::plan_valid
#[derive(Clone, Debug, Default)]
pub struct PlanResponse {
    /// The configuration with computed attributes filled in, unknown where they are only known after apply. Null for a
    /// deletion.
    pub planned: Value,
    /// Paths whose change needs a new object. Core keeps only those that do change. Left out, they are the attributes
    /// that the schema marks `requires_replace` and that do.
    pub requires_replace: Option<Vec<Path>>,
    /// Handed to apply. In a replacement the deletion receives what the plan of the *creation* answered, which in its
    /// turn received the update's as its prior one.
    pub private: Vec<u8>,
    /// An error stops the run before anything is changed, and a warning is the one way to show something of a deletion.
    pub diagnostics: Diagnostics,
}

/// A change to be made. Protocol: `ApplyResourceChange.Request`.
#[derive(Clone, Debug)]
pub struct ApplyRequest {
    /// The object as it is; null when it is to be created.
    pub prior: Value,
    /// What the plan answered, and nothing else, is to be made true; null when the object is to be deleted.
    pub planned: Value,
    /// The only place where write-only values are found.
    pub config: Value,
    /// What the plan answered as [`PlanResponse::private`]. Of the delete half of a replacement, see there.
    pub planned_private: Vec<u8>,
    /// What the plan said the identity will be; null where that was not known.
    pub planned_identity: Value,
    /// Says when the user interrupts: the work should end at the next safe point and answer what exists.
    pub cx: Cx,
}

/// State and diagnostics together, so that no early return can lose an object that was created.
///
/// With an error, a null state keeps the prior one, and any other is stored as it is (a failed create as tainted).
#[derive(Clone, Debug, Default)]
pub struct ApplyResponse {
    /// What exists now: as planned, with the unknown filled in ([`checks::compatible`]). Null when nothing does.
    ///
    /// [`checks::compatible`]: crate::checks::compatible
    pub state: Value,
    /// Replaces what was kept; echo it to keep it.
    pub private: Vec<u8>,
    /// With an error, a created object is stored as tainted, and anything else as answered.
    pub diagnostics: Diagnostics,
}

/// An object to take over, named by id or by identity. Protocol: `ImportResourceState.Request`.
#[derive(Clone, Debug)]
pub struct ImportRequest {
    /// Empty when the object is named by its identity.
    pub id: String,
    /// Null when the object is named by its id. Otherwise everything that the identity's schema requires is there.
    pub identity: Value,
    /// Says when the user interrupts.
    pub cx: Cx,
}

/// The object to take over. Protocol: `ImportResourceState.Response`.
#[derive(Clone, Debug, Default)]
pub struct ImportResponse {
    /// Null with an error when there is nothing to import.
    pub state: Value,
    /// Kept beside the state.
    pub private: Vec<u8>,
    /// What the user imports along with it: objects without which it makes no sense in Terraform. Hardly ever: the
    /// command `terraform import` takes them under addresses of its own making, and an `import` block refuses them
    /// ("Multiple import states not supported", core's `node_resource_plan_instance.go`).
    pub others: Vec<ImportedResource>,
    /// An error imports nothing.
    pub diagnostics: Diagnostics,
}

/// An object that is imported along with the one that was named. Protocol: `ImportResourceState.ImportedResource`.
#[derive(Clone, Debug, Default)]
pub struct ImportedResource {
    /// A managed resource of this provider. It may be the type that was asked for, or another.
    pub type_name: String,
    /// Never null. It is read next, as that of [`ImportResponse::state`] is.
    pub state: Value,
    /// Kept beside the state.
    pub private: Vec<u8>,
}

/// An object that was imported without a configuration. Protocol: `GenerateResourceConfig.Request`.
#[derive(Clone, Debug)]
pub struct GenerateRequest {
    /// As it was read.
    pub state: Value,
    /// Says when the user interrupts.
    pub cx: Cx,
}

/// The configuration to write into a file. Protocol: `GenerateResourceConfig.Response`.
#[derive(Clone, Debug, Default)]
pub struct GenerateResponse {
    /// Wholly known. What is null is not written; computed attributes must be null.
    pub config: Value,
    /// With an error, no configuration is generated.
    pub diagnostics: Diagnostics,
}

impl PlanRequest {
    /// The plan that follows from the schema alone: see [`Resource::plan`].
    pub fn by_schema(self, schema: &Schema) -> PlanResponse {
        let planned = modifiers::plan(&schema.block, &self.prior, &self.config, self.proposed);
        PlanResponse { planned, private: self.prior_private, ..PlanResponse::default() }
    }
}

impl ImportResponse {
    /// A state that knows nothing but how the object was named: the attribute `attribute` is the id, or the attributes
    /// called like those of the identity have its values.
    pub fn pass_through(schema: &Schema, attribute: &str, request: &ImportRequest) -> Self {
        let mut state = schema.block.empty_value();
        if let Some(members) = state.as_members_mut() {
            if request.identity.is_null() {
                members.insert(attribute.to_owned(), request.id.as_str().into());
            }
            for (name, value) in request.identity.as_members().into_iter().flatten() {
                if let Some(member) = members.get_mut(name) {
                    *member = value.clone();
                }
            }
        }
        Self { state, ..Self::default() }
    }
}

macro_rules! from_diagnostics {
    ($($response:ty),*) => {$(
        /// An answer of nothing but messages.
        impl From<Diagnostics> for $response {
            fn from(diagnostics: Diagnostics) -> Self {
                Self { diagnostics, ..Self::default() }
            }
        }
    )*};
}

from_diagnostics!(ReadResponse, PlanResponse, ApplyResponse, ImportResponse, GenerateResponse);
