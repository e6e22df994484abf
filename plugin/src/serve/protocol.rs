//! What protocols 5 and 6 have in common, which is nearly everything: the same messages in two packages.

/// Defines `$adapter` over the generated package `$pb`: conversions, and the calls that both protocols name alike.
macro_rules! adapter {
    ($adapter:ident, $package:literal) => {
        use std::sync::Arc;

        use tonic::{Request, Response, Status};

        use $crate::{
            Attribute, Block, Diagnostics, NestedBlock, Nesting, Path, PathStep, Schema, Severity,
            dispatch::{ApplyCall, Dispatcher, MoveCall, PlanCall, Wire},
        };

        #[allow(dead_code, clippy::all, missing_debug_implementations, reason = "generated")]
        pub mod pb {
            tonic::include_proto!($package);
        }

        pub struct $adapter {
            dispatcher: Arc<Dispatcher>,
        }

        type Reply<T> = Result<Response<T>, Status>;

        impl $adapter {
            pub fn new(dispatcher: Arc<Dispatcher>) -> Self {
                Self { dispatcher }
            }

            fn metadata(&self) -> pb::get_metadata::Response {
                let resources = self.dispatcher.resource_schemas();
                pb::get_metadata::Response {
                    server_capabilities: Some(capabilities()),
                    resources: resources
                        .map(|(name, _)| pb::get_metadata::ResourceMetadata { type_name: name.to_owned() })
                        .collect(),
                    ..Default::default()
                }
            }

            fn schemas(&self) -> pb::get_provider_schema::Response {
                let resources = self.dispatcher.resource_schemas();
                pb::get_provider_schema::Response {
                    provider: Some(schema(self.dispatcher.provider_schema())),
                    resource_schemas: resources.map(|(name, of)| (name.to_owned(), schema(of))).collect(),
                    diagnostics: diagnostics(self.dispatcher.schema_problems()),
                    server_capabilities: Some(capabilities()),
                    ..Default::default()
                }
            }

            async fn upgrade(&self, call: pb::upgrade_resource_state::Request) -> pb::upgrade_resource_state::Response {
                let json = call.raw_state.unwrap_or_default().json;
                let answer = self.dispatcher.upgrade(&call.type_name, call.version, json).await;
                pb::upgrade_resource_state::Response {
                    upgraded_state: value(answer.state),
                    diagnostics: diagnostics(answer.diagnostics),
                }
            }

            async fn read(&self, call: pb::read_resource::Request) -> pb::read_resource::Response {
                let answer = self.dispatcher.read(&call.type_name, wire(call.current_state), call.private).await;
                pb::read_resource::Response {
                    new_state: value(answer.state),
                    private: answer.private,
                    diagnostics: diagnostics(answer.diagnostics),
                    ..Default::default()
                }
            }

            async fn plan(&self, call: pb::plan_resource_change::Request) -> pb::plan_resource_change::Response {
                let plan = PlanCall {
                    prior: wire(call.prior_state),
                    proposed: wire(call.proposed_new_state),
                    config: wire(call.config),
                    prior_private: call.prior_private,
                };
                let answer = self.dispatcher.plan(&call.type_name, plan).await;
                pb::plan_resource_change::Response {
                    planned_state: value(answer.planned),
                    requires_replace: answer.requires_replace.iter().map(path).collect(),
                    planned_private: answer.private,
                    diagnostics: diagnostics(answer.diagnostics),
                    ..Default::default()
                }
            }

            async fn apply(&self, call: pb::apply_resource_change::Request) -> pb::apply_resource_change::Response {
                let apply = ApplyCall {
                    prior: wire(call.prior_state),
                    planned: wire(call.planned_state),
                    config: wire(call.config),
                    planned_private: call.planned_private,
                };
                let answer = self.dispatcher.apply(&call.type_name, apply).await;
                pb::apply_resource_change::Response {
                    new_state: value(answer.state),
                    private: answer.private,
                    diagnostics: diagnostics(answer.diagnostics),
                    ..Default::default()
                }
            }

            async fn import(&self, call: pb::import_resource_state::Request) -> pb::import_resource_state::Response {
                let answer = self.dispatcher.import(&call.type_name, call.id).await;
                let imported = value(answer.state).filter(|_| !answer.diagnostics.has_errors());
                let imported = imported.map(|state| pb::import_resource_state::ImportedResource {
                    type_name: call.type_name,
                    state: Some(state),
                    private: answer.private,
                    ..Default::default()
                });
                pb::import_resource_state::Response {
                    imported_resources: imported.into_iter().collect(),
                    diagnostics: diagnostics(answer.diagnostics),
                    ..Default::default()
                }
            }

            async fn move_state(&self, call: pb::move_resource_state::Request) -> pb::move_resource_state::Response {
                let moved = MoveCall {
                    source_provider: call.source_provider_address,
                    source_type: call.source_type_name,
                    source_version: call.source_schema_version,
                    source_json: call.source_state.unwrap_or_default().json,
                    source_private: call.source_private,
                };
                let answer = self.dispatcher.move_state(&call.target_type_name, moved).await;
                pb::move_resource_state::Response {
                    target_state: value(answer.state),
                    target_private: answer.private,
                    diagnostics: diagnostics(answer.diagnostics),
                    ..Default::default()
                }
            }
        }

        fn capabilities() -> pb::ServerCapabilities {
            pb::ServerCapabilities {
                plan_destroy: true,
                get_provider_schema_optional: true,
                move_resource_state: true,
                generate_resource_config: false,
            }
        }

        fn wire(value: Option<pb::DynamicValue>) -> Wire {
            let pb::DynamicValue { msgpack, json } = value.unwrap_or_default();
            Wire { msgpack, json }
        }

        fn value(msgpack: Option<Vec<u8>>) -> Option<pb::DynamicValue> {
            msgpack.map(|msgpack| pb::DynamicValue { msgpack, json: Vec::new() })
        }

        fn diagnostics(diagnostics: Diagnostics) -> Vec<pb::Diagnostic> {
            let severity = |severity| match severity {
                Severity::Error => pb::diagnostic::Severity::Error,
                Severity::Warning => pb::diagnostic::Severity::Warning,
            };
            diagnostics
                .into_iter()
                .map(|diagnostic| pb::Diagnostic {
                    severity: severity(diagnostic.severity).into(),
                    summary: diagnostic.summary,
                    detail: diagnostic.detail,
                    attribute: (!diagnostic.path.is_root()).then(|| path(&diagnostic.path)),
                })
                .collect()
        }

        fn path(path: &Path) -> pb::AttributePath {
            use pb::attribute_path::{Step, step::Selector};
            let selector = |step: &PathStep| match step {
                PathStep::Attribute(name) => Selector::AttributeName(name.clone()),
                PathStep::Key(key) => Selector::ElementKeyString(key.clone()),
                PathStep::Index(index) => Selector::ElementKeyInt(i64::try_from(*index).unwrap_or(i64::MAX)),
            };
            let steps = path.steps().iter().map(|step| Step { selector: Some(selector(step)) }).collect();
            pb::AttributePath { steps }
        }

        fn schema(schema: &Schema) -> pb::Schema {
            pb::Schema { version: schema.version, block: Some(block(&schema.block)) }
        }

        fn block(block: &Block) -> pb::schema::Block {
            pb::schema::Block {
                attributes: block.attributes.iter().map(attribute).collect(),
                block_types: block.blocks.iter().map(nested).collect(),
                description: block.description.clone(),
                description_kind: pb::StringKind::Markdown.into(),
                deprecated: block.deprecation.is_some(),
                deprecation_message: block.deprecation.clone().unwrap_or_default(),
                ..Default::default()
            }
        }

        fn attribute(attribute: &Attribute) -> pb::schema::Attribute {
            pb::schema::Attribute {
                name: attribute.name.clone(),
                r#type: attribute.ty.to_json(),
                description: attribute.description.clone(),
                description_kind: pb::StringKind::Markdown.into(),
                required: attribute.required,
                optional: attribute.optional,
                computed: attribute.computed,
                sensitive: attribute.sensitive,
                write_only: attribute.write_only,
                deprecated: attribute.deprecation.is_some(),
                deprecation_message: attribute.deprecation.clone().unwrap_or_default(),
                ..Default::default()
            }
        }

        fn nested(nested: &NestedBlock) -> pb::schema::NestedBlock {
            use pb::schema::nested_block::NestingMode;
            let nesting = match nested.nesting {
                Nesting::Single => NestingMode::Single,
                Nesting::List => NestingMode::List,
                Nesting::Map => NestingMode::Map,
                Nesting::Set => NestingMode::Set,
                Nesting::Group => NestingMode::Group,
            };
            pb::schema::NestedBlock {
                type_name: nested.name.clone(),
                block: Some(block(&nested.block)),
                nesting: nesting.into(),
                min_items: nested.min.into(),
                max_items: nested.max.into(),
            }
        }
    };
}

pub(super) use adapter;
