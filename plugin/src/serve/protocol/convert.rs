//! From what a provider offers and answers to the messages of a protocol.

/// Conversions over the generated package `pb`.
macro_rules! convert {
    () => {
        fn capabilities() -> pb::ServerCapabilities {
            pb::ServerCapabilities {
                plan_destroy: true,
                get_provider_schema_optional: true,
                move_resource_state: true,
                generate_resource_config: true,
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
                    summary: printable(diagnostic.summary),
                    detail: printable(diagnostic.detail),
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

        fn identity(msgpack: Option<Vec<u8>>) -> Option<pb::ResourceIdentityData> {
            value(msgpack).map(|value| pb::ResourceIdentityData { identity_data: Some(value) })
        }

        fn identity_wire(identity: Option<pb::ResourceIdentityData>) -> Wire {
            wire(identity.and_then(|identity| identity.identity_data))
        }

        fn raw(state: Option<pb::RawState>) -> Vec<u8> {
            state.unwrap_or_default().json
        }

        fn time(at: Option<SystemTime>) -> Option<prost_types::Timestamp> {
            at.map(prost_types::Timestamp::from)
        }

        fn schemas<'a>(schemas: impl Iterator<Item = (&'a str, &'a Schema)>) -> HashMap<String, pb::Schema> {
            schemas.map(|(name, of)| (name.to_owned(), schema(of))).collect()
        }

        fn functions<'a>(functions: impl Iterator<Item = (&'a str, &'a Function)>) -> HashMap<String, pb::Function> {
            functions.map(|(name, of)| (name.to_owned(), function(of))).collect()
        }

        fn function(function: &Function) -> pb::Function {
            let signature = &function.signature;
            pb::Function {
                parameters: signature.parameters.iter().map(parameter).collect(),
                variadic_parameter: signature.variadic.as_ref().map(parameter),
                r#return: Some(pb::function::Return { r#type: function.returns.to_json() }),
                summary: signature.summary.clone(),
                description: signature.description.clone(),
                description_kind: pb::StringKind::Markdown.into(),
                deprecation_message: signature.deprecation.clone().unwrap_or_default(),
            }
        }

        fn parameter(parameter: &Parameter) -> pb::function::Parameter {
            pb::function::Parameter {
                name: parameter.name.clone(),
                r#type: parameter.ty.to_json(),
                allow_null_value: parameter.allow_null,
                allow_unknown_values: parameter.allow_unknown,
                description: parameter.description.clone(),
                description_kind: pb::StringKind::Markdown.into(),
            }
        }

        fn identity_schema(schema: &IdentitySchema) -> pb::ResourceIdentitySchema {
            use pb::resource_identity_schema::IdentityAttribute;
            let attribute = |attribute: &tf_plugin::IdentityAttribute| IdentityAttribute {
                name: attribute.name.clone(),
                r#type: attribute.ty.to_json(),
                required_for_import: attribute.required_for_import,
                optional_for_import: !attribute.required_for_import,
                description: attribute.description.clone(),
            };
            let identity_attributes = schema.attributes.iter().map(attribute).collect();
            pb::ResourceIdentitySchema { version: schema.version, identity_attributes }
        }
    };
}

pub(in crate::serve) use convert;
