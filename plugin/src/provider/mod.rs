//! What a provider implements. Nothing here knows which version of the protocol asks.

mod action;
mod data;
mod ephemeral;
mod function;
mod identity;
mod list;
mod moved;
mod resource;
mod upgrade;

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use crate::{Diagnostics, Schema, Value};

pub(crate) use action::Told;
pub use action::{Action, InvokeRequest, PlanActionRequest, Progress};
pub use data::{DataRequest, DataResponse, DataSource};
pub use ephemeral::{CloseRequest, EphemeralResource, OpenRequest, OpenResponse, RenewRequest, RenewResponse};
pub use function::{Function, FunctionError, Parameter, Parameters, Signature};
pub use identity::{IdentityAttribute, IdentitySchema, UpgradeIdentityRequest, UpgradeIdentityResponse};
pub(crate) use list::Sent;
pub use list::{Found, ListItem, ListRequest, ListResource, ValidateListRequest};
pub use moved::{MoveRequest, MoveResponse};
pub use resource::{
    ApplyRequest, ApplyResponse, GenerateRequest, GenerateResponse, ImportRequest, ImportResponse, PlanRequest,
    PlanResponse, ReadRequest, ReadResponse, Resource,
};
pub use upgrade::{StateUpgrader, UpgradeRequest, UpgradeResponse};

/// A provider: its configuration and what it offers, each kind in a table by full type name.
///
/// Protocol: `GetProviderSchema`, `ValidateProviderConfig`, `ConfigureProvider` (in version 5 `GetSchema`,
/// `PrepareProviderConfig`, `Configure`).
#[async_trait]
pub trait Provider: Send + Sync + 'static {
    /// The schema of the provider block.
    fn schema(&self) -> Schema;

    /// Managed resources: `resource` blocks.
    fn resources(&self) -> BTreeMap<&'static str, Arc<dyn Resource>> {
        BTreeMap::new()
    }

    /// Data sources: `data` blocks.
    fn data_sources(&self) -> BTreeMap<&'static str, Arc<dyn DataSource>> {
        BTreeMap::new()
    }

    /// Ephemeral resources: `ephemeral` blocks. Terraform from 1.10, OpenTofu from 1.11.
    fn ephemeral_resources(&self) -> BTreeMap<&'static str, Arc<dyn EphemeralResource>> {
        BTreeMap::new()
    }

    /// Functions, called as `provider::<provider>::<name>(…)`: the names have no prefix. Terraform from 1.8, OpenTofu
    /// from 1.7.
    fn functions(&self) -> BTreeMap<&'static str, Function> {
        BTreeMap::new()
    }

    /// Lists, under the name of the managed resource that they list, which must have an identity. Terraform from 1.14.
    fn list_resources(&self) -> BTreeMap<&'static str, Arc<dyn ListResource>> {
        BTreeMap::new()
    }

    /// Actions: `action` blocks. Terraform from 1.14.
    fn actions(&self) -> BTreeMap<&'static str, Arc<dyn Action>> {
        BTreeMap::new()
    }

    /// Called before the provider is configured; values may be unknown.
    async fn validate(&self, _request: ValidateRequest) -> Diagnostics {
        Diagnostics::new()
    }

    /// May be called again in one process (reattach mode), and with unknown values while planning.
    async fn configure(&self, request: ConfigureRequest) -> Diagnostics;
}

/// What every request carries.
#[derive(Clone, Debug, Default)]
pub struct Cx {
    /// Cancelled when the user interrupts the run. Work should end at the next safe point and answer what exists.
    pub cancel: CancellationToken,
}

/// The provider block of one run.
#[derive(Clone, Debug)]
pub struct ConfigureRequest {
    /// The block's values; of an absent block, all null.
    pub config: Value,
    /// For the user agent; never to decide anything by.
    pub terraform_version: String,
    /// Says when the user interrupts.
    pub cx: Cx,
}

/// A configuration to look at before anything is configured. Whatever comes from other resources is unknown in it.
#[derive(Clone, Debug)]
pub struct ValidateRequest {
    /// The block's values. Computed attributes are null.
    pub config: Value,
    /// Says when the user interrupts.
    pub cx: Cx,
}
