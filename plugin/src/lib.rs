//! What any Terraform or OpenTofu provider written in Rust needs.
//!
//! | part | is |
//! |---|---|
//! | [`Value`], [`Type`], [`Number`], [`Path`] | values as the CLI has them: null, unknown, known |
//! | [`codec`] | values to bytes and back, bounded |
//! | [`Schema`], [`Block`], [`Attribute`] | what a resource looks like |
//! | [`Model`], [`Attr`], [`Object`] | a struct in place of schema and values |
//! | [`Provider`], [`Resource`] | what a provider implements |
//! | [`checks`] | the rules by which the CLI judges answers, applied before they are sent |
//! | [`serve`] | the process: handshake, TLS, gRPC, logs |
//! | [`harness`] | a resource driven in a unit test as the CLI would drive it |
//!
//! Only `serve` knows gRPC.

extern crate self as tf_plugin;

mod attr;
pub mod checks;
pub mod codec;
mod diagnostic;
mod dispatch;
pub mod harness;
pub mod model;
mod modifiers;
mod number;
mod panics;
mod path;
mod provider;
mod schema;
mod serve;
mod types;
mod value;

pub use async_trait::async_trait;
pub use attr::Attr;
pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use model::Model;
pub use number::{Number, NumberError};
pub use path::{Path, PathStep};
pub use provider::{
    Action, ApplyRequest, ApplyResponse, CloseRequest, ConfigureRequest, Cx, DataRequest, DataResponse, DataSource,
    EphemeralResource, Found, Function, FunctionError, GenerateRequest, GenerateResponse, IdentityAttribute,
    IdentitySchema, ImportRequest, ImportResponse, InvokeRequest, ListItem, ListRequest, ListResource, MoveRequest,
    MoveResponse, OpenRequest, OpenResponse, Parameter, Parameters, PlanActionRequest, PlanRequest, PlanResponse,
    Progress, Provider, ReadRequest, ReadResponse, RenewRequest, RenewResponse, Resource, Signature, StateUpgrader,
    UpgradeIdentityRequest, UpgradeIdentityResponse, UpgradeRequest, UpgradeResponse, ValidateListRequest,
    ValidateRequest,
};
pub use schema::{Attribute, Block, NestedBlock, Nesting, Schema};
pub use serve::{Options, serve};
pub use tf_plugin_derive::{Model, Object, Parameters};
pub use tokio_util::sync::CancellationToken;
pub use types::{Type, TypeError};
pub use value::{Refinement, Value};
