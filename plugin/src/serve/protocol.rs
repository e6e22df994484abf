//! What protocols 5 and 6 have in common, which is nearly everything: the same messages in two packages.

mod convert;
mod service;

pub(super) use convert::convert;
pub(super) use service::service;

/// Defines `$adapter` over the generated package `$pb`: what answers the calls whose messages both protocols share.
macro_rules! adapter {
    ($adapter:ident, $package:literal) => {
        use std::{collections::HashMap, sync::Arc, time::SystemTime};

        use futures::StreamExt;
        use tonic::{Request, Response, Status, codegen::BoxStream};

        use $crate::{
            Attribute, Block, Diagnostics, Function, IdentitySchema, NestedBlock, Nesting, Parameter, Path, PathStep,
            Schema, Severity,
            dispatch::{ApplyCall, Dispatcher, ImportCall, ListCall, MoveCall, PlanCall, ReadCall, Wire},
            printable,
            provider::Told,
        };

        #[allow(dead_code, clippy::all, missing_debug_implementations, reason = "generated")]
        pub mod pb {
            tonic::include_proto!($package);
        }

        pub struct $adapter {
            dispatcher: Arc<Dispatcher>,
        }

        impl $adapter {
            pub fn new(dispatcher: Arc<Dispatcher>) -> Self {
                Self { dispatcher }
            }

            async fn metadata(&self, _: pb::get_metadata::Request) -> pb::get_metadata::Response {
                use pb::get_metadata::{
                    ActionMetadata, DataSourceMetadata, EphemeralMetadata, FunctionMetadata, ListResourceMetadata,
                    ResourceMetadata,
                };
                let all = &self.dispatcher;
                let typed = |(name, _): (&str, &Schema)| name.to_owned();
                pb::get_metadata::Response {
                    server_capabilities: Some(capabilities()),
                    resources: all
                        .resource_schemas()
                        .map(typed)
                        .map(|type_name| ResourceMetadata { type_name })
                        .collect(),
                    data_sources: all
                        .data_source_schemas()
                        .map(typed)
                        .map(|type_name| DataSourceMetadata { type_name })
                        .collect(),
                    ephemeral_resources: all
                        .ephemeral_schemas()
                        .map(typed)
                        .map(|type_name| EphemeralMetadata { type_name })
                        .collect(),
                    list_resources: all
                        .list_schemas()
                        .map(typed)
                        .map(|type_name| ListResourceMetadata { type_name })
                        .collect(),
                    actions: all.action_schemas().map(typed).map(|type_name| ActionMetadata { type_name }).collect(),
                    functions: all.functions().map(|(name, _)| FunctionMetadata { name: name.to_owned() }).collect(),
                    ..Default::default()
                }
            }

            async fn schemas(&self, _: pb::get_provider_schema::Request) -> pb::get_provider_schema::Response {
                let all = &self.dispatcher;
                // A released binary has the schemas that its tests have seen, and the CLI looks at them once more.
                let problems = if cfg!(debug_assertions) { all.schema_problems() } else { Diagnostics::new() };
                let action =
                    |(name, of): (&str, &Schema)| (name.to_owned(), pb::ActionSchema { schema: Some(schema(of)) });
                pb::get_provider_schema::Response {
                    provider: Some(schema(all.provider_schema())),
                    resource_schemas: schemas(all.resource_schemas()),
                    data_source_schemas: schemas(all.data_source_schemas()),
                    ephemeral_resource_schemas: schemas(all.ephemeral_schemas()),
                    list_resource_schemas: schemas(all.list_schemas()),
                    action_schemas: all.action_schemas().map(action).collect(),
                    functions: functions(all.functions()),
                    diagnostics: diagnostics(problems),
                    server_capabilities: Some(capabilities()),
                    ..Default::default()
                }
            }

            async fn identity_schemas(
                &self,
                _: pb::get_resource_identity_schemas::Request,
            ) -> pb::get_resource_identity_schemas::Response {
                let identities = self.dispatcher.identity_schemas();
                pb::get_resource_identity_schemas::Response {
                    identity_schemas: identities.map(|(name, of)| (name.to_owned(), identity_schema(of))).collect(),
                    diagnostics: Vec::new(),
                }
            }

            async fn upgrade_identity(
                &self,
                call: pb::upgrade_resource_identity::Request,
            ) -> pb::upgrade_resource_identity::Response {
                let json = raw(call.raw_identity);
                let answer = self.dispatcher.upgrade_identity(&call.type_name, call.version, json).await;
                pb::upgrade_resource_identity::Response {
                    upgraded_identity: identity(answer.value),
                    diagnostics: diagnostics(answer.diagnostics),
                }
            }

            async fn upgrade(&self, call: pb::upgrade_resource_state::Request) -> pb::upgrade_resource_state::Response {
                let answer = self.dispatcher.upgrade(&call.type_name, call.version, raw(call.raw_state)).await;
                pb::upgrade_resource_state::Response {
                    upgraded_state: value(answer.state),
                    diagnostics: diagnostics(answer.diagnostics),
                }
            }

            async fn read(&self, call: pb::read_resource::Request) -> pb::read_resource::Response {
                let read = ReadCall {
                    state: wire(call.current_state),
                    private: call.private,
                    identity: identity_wire(call.current_identity),
                };
                let answer = self.dispatcher.read(&call.type_name, read).await;
                pb::read_resource::Response {
                    new_state: value(answer.state),
                    private: answer.private,
                    diagnostics: diagnostics(answer.diagnostics),
                    new_identity: identity(answer.identity),
                    ..Default::default()
                }
            }

            async fn plan(&self, call: pb::plan_resource_change::Request) -> pb::plan_resource_change::Response {
                let planned_private = planned_private(&call);
                let plan = PlanCall {
                    prior: wire(call.prior_state),
                    proposed: wire(call.proposed_new_state),
                    config: wire(call.config),
                    prior_private: call.prior_private,
                    prior_identity: identity_wire(call.prior_identity),
                    planned_private,
                };
                let answer = self.dispatcher.plan(&call.type_name, plan).await;
                pb::plan_resource_change::Response {
                    planned_state: value(answer.planned),
                    requires_replace: answer.requires_replace.iter().map(path).collect(),
                    planned_private: answer.private,
                    diagnostics: diagnostics(answer.diagnostics),
                    planned_identity: identity(answer.identity),
                    ..Default::default()
                }
            }

            async fn apply(&self, call: pb::apply_resource_change::Request) -> pb::apply_resource_change::Response {
                let apply = ApplyCall {
                    prior: wire(call.prior_state),
                    planned: wire(call.planned_state),
                    config: wire(call.config),
                    planned_private: call.planned_private,
                    planned_identity: identity_wire(call.planned_identity),
                };
                let answer = self.dispatcher.apply(&call.type_name, apply).await;
                pb::apply_resource_change::Response {
                    new_state: value(answer.state),
                    private: answer.private,
                    diagnostics: diagnostics(answer.diagnostics),
                    new_identity: identity(answer.identity),
                    ..Default::default()
                }
            }

            async fn import(&self, call: pb::import_resource_state::Request) -> pb::import_resource_state::Response {
                let import = ImportCall { id: call.id, identity: identity_wire(call.identity) };
                let answer = self.dispatcher.import(&call.type_name, import).await;
                let imported = answer.imported.into_iter().map(|(type_name, object)| {
                    pb::import_resource_state::ImportedResource {
                        type_name,
                        state: value(object.state),
                        private: object.private,
                        identity: identity(object.identity),
                    }
                });
                pb::import_resource_state::Response {
                    imported_resources: imported.collect(),
                    diagnostics: diagnostics(answer.diagnostics),
                    ..Default::default()
                }
            }

            async fn move_state(&self, call: pb::move_resource_state::Request) -> pb::move_resource_state::Response {
                let moved = MoveCall {
                    source_provider: call.source_provider_address,
                    source_type: call.source_type_name,
                    source_version: call.source_schema_version,
                    source_json: raw(call.source_state),
                    source_private: call.source_private,
                    source_identity_json: raw(call.source_identity),
                    source_identity_version: call.source_identity_schema_version,
                };
                let answer = self.dispatcher.move_state(&call.target_type_name, moved).await;
                pb::move_resource_state::Response {
                    target_state: value(answer.state),
                    target_private: answer.private,
                    diagnostics: diagnostics(answer.diagnostics),
                    target_identity: identity(answer.identity),
                }
            }

            async fn generate_config(
                &self,
                call: pb::generate_resource_config::Request,
            ) -> pb::generate_resource_config::Response {
                let answer = self.dispatcher.generate_config(&call.type_name, wire(call.state)).await;
                pb::generate_resource_config::Response {
                    config: value(answer.value),
                    diagnostics: diagnostics(answer.diagnostics),
                }
            }

            async fn read_data(&self, call: pb::read_data_source::Request) -> pb::read_data_source::Response {
                let answer = self.dispatcher.read_data(&call.type_name, wire(call.config)).await;
                pb::read_data_source::Response {
                    state: value(answer.value),
                    diagnostics: diagnostics(answer.diagnostics),
                    ..Default::default()
                }
            }

            async fn validate_ephemeral(
                &self,
                call: pb::validate_ephemeral_resource_config::Request,
            ) -> pb::validate_ephemeral_resource_config::Response {
                let found = self.dispatcher.validate_ephemeral(&call.type_name, wire(call.config)).await;
                pb::validate_ephemeral_resource_config::Response { diagnostics: diagnostics(found) }
            }

            async fn open(&self, call: pb::open_ephemeral_resource::Request) -> pb::open_ephemeral_resource::Response {
                let answer = self.dispatcher.open(&call.type_name, wire(call.config)).await;
                pb::open_ephemeral_resource::Response {
                    result: value(answer.result),
                    private: Some(answer.private),
                    renew_at: time(answer.renew_at),
                    diagnostics: diagnostics(answer.diagnostics),
                    ..Default::default()
                }
            }

            async fn renew(
                &self,
                call: pb::renew_ephemeral_resource::Request,
            ) -> pb::renew_ephemeral_resource::Response {
                let answer = self.dispatcher.renew(&call.type_name, call.private.unwrap_or_default()).await;
                pb::renew_ephemeral_resource::Response {
                    private: Some(answer.private),
                    renew_at: time(answer.renew_at),
                    diagnostics: diagnostics(answer.diagnostics),
                }
            }

            async fn close(
                &self,
                call: pb::close_ephemeral_resource::Request,
            ) -> pb::close_ephemeral_resource::Response {
                let found = self.dispatcher.close(&call.type_name, call.private.unwrap_or_default()).await;
                pb::close_ephemeral_resource::Response { diagnostics: diagnostics(found) }
            }

            async fn functions(&self, _: pb::get_functions::Request) -> pb::get_functions::Response {
                pb::get_functions::Response {
                    functions: functions(self.dispatcher.functions()),
                    diagnostics: Vec::new(),
                }
            }

            async fn call(&self, call: pb::call_function::Request) -> pb::call_function::Response {
                let arguments = call.arguments.into_iter().map(|argument| wire(Some(argument))).collect();
                let answer = self.dispatcher.call(&call.name, arguments).await;
                let error = answer.error.map(|(text, blamed)| pb::FunctionError {
                    // The CLI ends its sentence with the text.
                    text: printable(text).trim_end_matches('.').to_owned(),
                    function_argument: blamed.and_then(|index| i64::try_from(index).ok()),
                });
                pb::call_function::Response { result: value(answer.result), error }
            }

            async fn validate_list(
                &self,
                call: pb::validate_list_resource_config::Request,
            ) -> pb::validate_list_resource_config::Response {
                let (config, include, limit) =
                    (wire(call.config), wire(call.include_resource_object), wire(call.limit));
                let found = self.dispatcher.validate_list(&call.type_name, config, include, limit).await;
                pb::validate_list_resource_config::Response { diagnostics: diagnostics(found) }
            }

            fn list(&self, call: pb::list_resource::Request) -> BoxStream<pb::list_resource::Event> {
                let list = ListCall {
                    name: call.type_name,
                    config: wire(call.config),
                    include_resource: call.include_resource_object,
                    limit: call.limit,
                };
                Box::pin(self.dispatcher.list(list).map(|event| {
                    Ok(pb::list_resource::Event {
                        identity: identity(event.identity),
                        display_name: printable(event.display_name),
                        resource_object: value(event.object),
                        diagnostic: diagnostics(event.diagnostics),
                    })
                }))
            }

            async fn validate_action(
                &self,
                call: pb::validate_action_config::Request,
            ) -> pb::validate_action_config::Response {
                let found = self.dispatcher.validate_action(&call.type_name, wire(call.config)).await;
                pb::validate_action_config::Response { diagnostics: diagnostics(found) }
            }

            async fn plan_action(&self, call: pb::plan_action::Request) -> pb::plan_action::Response {
                let found = self.dispatcher.plan_action(&call.action_type, wire(call.config)).await;
                pb::plan_action::Response { diagnostics: diagnostics(found), ..Default::default() }
            }

            fn invoke(&self, call: pb::invoke_action::Request) -> BoxStream<pb::invoke_action::Event> {
                use pb::invoke_action::{
                    Event,
                    event::{Completed, Progress, Type},
                };
                Box::pin(self.dispatcher.invoke(&call.action_type, wire(call.config)).map(|told| {
                    let told = match told {
                        Told::Progress(message) => Type::Progress(Progress { message: printable(message) }),
                        Told::Completed(found) => Type::Completed(Completed { diagnostics: diagnostics(found) }),
                    };
                    Ok(Event { r#type: Some(told) })
                }))
            }
        }

        $crate::serve::protocol::convert!();
    };
}

pub(super) use adapter;
