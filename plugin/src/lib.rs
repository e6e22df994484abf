//! What any Terraform or OpenTofu provider written in Rust needs. A whole provider:
//!
//! ```no_run
//! use std::{collections::BTreeMap, fs, process::ExitCode, sync::Arc};
//!
//! use tf_plugin::{
//!     ApplyRequest, ApplyResponse, Attr, ConfigureRequest, Diagnostics, ImportRequest, ImportResponse, Model, Options,
//!     Provider, ReadRequest, ReadResponse, Resource, Schema, Value, async_trait, serve,
//! };
//!
//! /// A file with a line in it.
//! #[derive(Model)]
//! struct Note {
//!     /// Where it is. Another path is another note.
//!     #[attr(required, requires_replace)]
//!     path: Attr<String>,
//!     /// What it says. Default: `hello`.
//!     #[attr(default = "hello")]
//!     text: Attr<String>,
//! }
//!
//! struct Notes;
//!
//! #[async_trait]
//! impl Resource for Notes {
//!     fn schema(&self) -> Schema {
//!         Schema::new(0, Note::block())
//!     }
//!     async fn read(&self, request: ReadRequest) -> ReadResponse {
//!         let path = request.state.get("path").as_str().unwrap_or_default();
//!         let note = fs::read_to_string(path).map(|text| Note { path: path.into(), text: text.into() }.to_value());
//!         ReadResponse { state: note.unwrap_or(Value::Null), ..Default::default() }
//!     }
//!     async fn apply(&self, request: ApplyRequest) -> ApplyResponse {
//!         let path = |note: &Value| note.get("path").as_str().unwrap_or_default().to_owned();
//!         let done = match request.planned.get("text").as_str() {
//!             Some(text) => fs::write(path(&request.planned), text),
//!             None => fs::remove_file(path(&request.prior)),
//!         };
//!         match done {
//!             Ok(()) => ApplyResponse { state: request.planned, ..Default::default() },
//!             Err(error) => Diagnostics::failure("The note cannot be written", error.to_string()).into(),
//!         }
//!     }
//!     async fn import(&self, request: ImportRequest) -> ImportResponse {
//!         ImportResponse::pass_through(&self.schema(), "path", &request)
//!     }
//! }
//!
//! struct Demo;
//!
//! #[async_trait]
//! impl Provider for Demo {
//!     fn schema(&self) -> Schema { Schema::default() }
//!     fn resources(&self) -> BTreeMap<&'static str, Arc<dyn Resource>> {
//!         [("demo_note", Arc::new(Notes) as Arc<dyn Resource>)].into()
//!     }
//!     async fn configure(&self, _: ConfigureRequest) -> Diagnostics { Diagnostics::new() }
//! }
//!
//! fn main() -> ExitCode {
//!     serve(Demo, &Options { version: "0.1.0", about: "Notes in files.", ..Options::default() })
//! }
//! ```
//!
//! # Parts
//!
//! | part | is |
//! |---|---|
//! | [`Provider`], [`Resource`], [`DataSource`], [`EphemeralResource`], [`Function`], [`ListResource`], [`Action`] | what a provider implements |
//! | [`Model`], [`Attr`], [`Object`], [`Parameters`] | structs in place of schemas, values and signatures |
//! | [`Schema`], [`Block`], [`Attribute`], [`IdentitySchema`] | what things look like |
//! | [`Value`], [`Type`], [`Number`], [`Path`], [`Diagnostics`] | values as the CLI has them: null, unknown, known; and what is said of them |
//! | [`codec`] | values to bytes and back, bounded |
//! | [`checks`] | the rules by which the CLI judges answers, applied before they are sent |
//! | [`serve`] | the process: handshake, TLS, gRPC, logs |
//! | [`harness`] | a provider driven in a unit test as the CLI would drive it |
//! | [`docs`] | its pages for the registries, from schemas and examples |
//!
//! Only `serve` knows gRPC. Protocols 5.11 and 6.11 are served from one binary; the highest that the CLI offers is taken.
//! What of them is left out, and why, stands in the README.
//!
//! # Errors
//!
//! Nothing here panics, and no call fails as a call: whatever is wrong ends as a diagnostic, with the path of the
//! attribute where there is one. Three kinds are told apart by their summary. *"The … of … cannot be read"*: the CLI
//! sent bytes that the schema does not allow. *"The provider answered an invalid …"*: an answer broke a rule that the
//! CLI would hold against it; what can be mended is mended, so that no object is lost. *"The provider crashed in …"*: a
//! panic, whose message is shown only if it is a literal, since a formatted one may hold a secret.
//!
//! # Where the rules come from
//!
//! What a CLI expects of a provider is written down in few places. Each rule here names the one it follows, as
//! "Protocol" (the call or message) or "Protocol source" (the document, or the code where none says it):
//!
//! | rules of | are in |
//! |---|---|
//! | calls and messages | [tfplugin6.proto], [tfplugin5.proto], the latter with the older names of some calls |
//! | values as bytes | [object wire format]; what it leaves open, as [go-cty] does it |
//! | states and plans | [resource instance change lifecycle]; what it leaves open, as core's `internal/plans/objchange` does it |
//! | null, unknown, refinements | go-cty's [concepts] and [refinements] |
//! | the process: handshake, TLS, streams | go-plugin's [internals] and its `client.go` |
//! | plans that follow from the schema | terraform-plugin-framework's [plan modification] |
//! | pages | terraform-plugin-docs and the registries' [provider documentation] |
//!
//! [tfplugin6.proto]: https://github.com/hashicorp/terraform/blob/main/docs/plugin-protocol/tfplugin6.proto
//! [tfplugin5.proto]: https://github.com/hashicorp/terraform/blob/main/docs/plugin-protocol/tfplugin5.proto
//! [object wire format]: https://github.com/hashicorp/terraform/blob/main/docs/plugin-protocol/object-wire-format.md
//! [resource instance change lifecycle]: https://github.com/hashicorp/terraform/blob/main/docs/resource-instance-change-lifecycle.md
//! [go-cty]: https://github.com/zclconf/go-cty/tree/main/cty
//! [concepts]: https://github.com/zclconf/go-cty/blob/main/docs/concepts.md
//! [refinements]: https://github.com/zclconf/go-cty/blob/main/docs/refinements.md
//! [internals]: https://github.com/hashicorp/go-plugin/blob/main/docs/internals.md
//! [plan modification]: https://developer.hashicorp.com/terraform/plugin/framework/resources/plan-modification
//! [provider documentation]: https://developer.hashicorp.com/terraform/registry/providers/docs
//!
//! # For those who know terraform-plugin-framework
//!
//! | there | here |
//! |---|---|
//! | `RequiresReplace` | `#[attr(requires_replace)]`, [`Attribute::requires_replace`] |
//! | `UseStateForUnknown`, `UseNonNullStateForUnknown` | `#[attr(use_state_for_unknown)]`, which never keeps a null |
//! | `Default`, `Validators`, `WriteOnly`, `Sensitive` | `#[attr(default = …)]`, `#[attr(validate = …)]`, `#[attr(write_only)]`, `#[attr(sensitive)]` |
//! | `ListNestedBlock` with a validator for unique elements; `SetNestedBlock` | `#[attr(key)]` in the elements of a list: [`Key`] |
//! | `ModifyPlan` | [`Resource::plan`]; what is left out follows from the schema |
//! | `ImportStatePassthroughID`, `…WithIdentity` | [`ImportResponse::pass_through`] |
//! | `UpgradeState` | [`Resource::upgraders`] and [`StateUpgrader`] |
//! | `MoveState` | [`Resource::move_state`], [`MoveRequest::is_from`], [`MoveRequest::source`] |
//! | `IdentitySchema`, `resp.Identity` | [`Resource::identity`]; values follow from the state by [`Resource::identify`] |
//! | `resp.Private` | `private`, bytes |
//! | `function.NewArgumentFuncError` | [`FunctionError::argument`], [`FunctionError::at`] |
//! | `list.ListResultsStream`, `action.SendProgress` | [`Found::push`], [`Progress::say`] |
//! | `resource.Test` | [`harness`], and the real CLIs |
//! | `tfplugindocs generate` | [`docs`] |

#![warn(missing_docs)]

extern crate self as tf_plugin;

mod attr;
pub mod checks;
pub mod codec;
mod diagnostic;
mod dispatch;
pub mod docs;
pub mod harness;
mod key;
mod member;
pub mod model;
mod modifiers;
mod number;
mod panics;
mod path;
mod printable;
mod provider;
mod schema;
mod serve;
mod types;
mod value;

pub use async_trait::async_trait;
pub use attr::Attr;
pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use key::Key;
pub use member::Member;
pub use model::{Keyed, Model, Problems};
pub use number::{Number, NumberError};
pub use path::{Path, PathStep};
pub use printable::printable;
pub use provider::{
    Action, ApplyRequest, ApplyResponse, CloseRequest, ConfigureRequest, Cx, DataRequest, DataResponse, DataSource,
    EphemeralResource, Found, Function, FunctionError, GenerateRequest, GenerateResponse, IdentityAttribute,
    IdentitySchema, ImportRequest, ImportResponse, ImportedResource, InvokeRequest, ListItem, ListRequest,
    ListResource, MoveRequest, MoveResponse, OpenRequest, OpenResponse, Parameter, Parameters, PlanActionRequest,
    PlanRequest, PlanResponse, Progress, Provider, ReadRequest, ReadResponse, RenewRequest, RenewResponse, Resource,
    Signature, StateUpgrader, UpgradeIdentityRequest, UpgradeIdentityResponse, UpgradeRequest, UpgradeResponse,
    ValidateListRequest, ValidateRequest,
};
pub use schema::{Attribute, Block, NestedBlock, Nesting, Schema};
pub use serve::{Options, serve};
pub use tf_plugin_derive::{Model, Object, Parameters};
pub use tokio_util::sync::CancellationToken;
pub use types::{Type, TypeError};
pub use value::{Bound, Refinement, Value};
