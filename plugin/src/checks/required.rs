//! Required attributes in a configuration.

use super::blocks::{Present, each};
use crate::{Attribute, Block, Diagnostics, Nesting, Value};

/// Where a configuration has null for a required attribute of a block that is there. What is unknown may still turn out to be
/// a value.
///
/// The CLI refuses a required argument that is not written, and lets one through whose expression is null. It is checked for
/// every configuration that a provider is given, before the provider sees it.
///
/// Protocol source: core's `Block.DecoderSpec` (`internal/configs/configschema/decoder_spec.go`), whose `hcldec.AttrSpec` asks
/// of a required attribute only that it is written. That the provider refuses null follows terraform-plugin-framework
/// (`internal/fwserver/attribute_validation.go`, "Missing Configuration for Required Attribute").
pub fn missing_required(block: &Block, config: &Value) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    each(block, config, &mut |present| {
        let missing = |attribute: &&Attribute| attribute.required && present.value.get(&attribute.name).is_null();
        for Attribute { name, .. } in present.block.attributes.iter().filter(missing) {
            if !is_absent_group(present) {
                let path = present.at(name);
                let summary = format!("Missing value for {path}");
                diagnostics.error_at(
                    path,
                    summary,
                    format!("The argument \"{name}\" is required, and its value is null. {}", advice(present)),
                );
            }
        }
    });
    diagnostics
}

/// Core decodes a group that is not there to an empty one.
fn is_absent_group(present: &Present<'_>) -> bool {
    let is_group = present.nested.is_some_and(|nested| nested.nesting == Nesting::Group);
    is_group && *present.value == present.block.empty_value()
}

fn advice(present: &Present<'_>) -> String {
    match present.nested.filter(|nested| nested.min == 0) {
        Some(nested) => format!("Give it a value, or leave the block `{}` out.", nested.name),
        None => "Give it a value.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{NestedBlock, Type};

    const NESTINGS: [(&str, Nesting); 5] = [
        ("one", Nesting::Single),
        ("list", Nesting::List),
        ("map", Nesting::Map),
        ("set", Nesting::Set),
        ("group", Nesting::Group),
    ];

    fn inner() -> Block {
        let text = |name: &str| Attribute::new(name, Type::String);
        Block::default().with(text("must").required()).with(text("may").optional())
    }

    fn block() -> Block {
        NESTINGS
            .iter()
            .fold(inner(), |block, (name, nesting)| block.with_block(NestedBlock::new(*name, *nesting, inner())))
    }

    /// A configuration whose blocks all have `must`.
    fn config(must: &Value) -> Value {
        let element = || Value::object([("must", must.clone()), ("may", "x".into())]);
        Value::object([
            ("must", must.clone()),
            ("may", Value::Null),
            ("one", element()),
            ("list", Value::List(vec![element(), element()])),
            ("map", Value::Map([("k".to_owned(), element())].into())),
            ("set", Value::Set(vec![element()])),
            ("group", element()),
        ])
    }

    fn found(config: &Value) -> Vec<String> {
        missing_required(&block(), config).iter().map(|problem| problem.path.to_string()).collect()
    }

    #[test]
    fn null_is_found_in_every_nesting() {
        let everywhere = ["must", "one.must", "list[0].must", "list[1].must", r#"map["k"].must"#, "set", "group.must"];
        assert_eq!(found(&config(&Value::Null)), everywhere);
        assert!(found(&config(&"x".into())).is_empty());
        assert!(found(&config(&Value::UNKNOWN)).is_empty());
    }

    #[test]
    fn blocks_that_are_not_there_lack_nothing() {
        assert_eq!(found(&block().empty_value()), ["must"]);
        let unknown = NESTINGS.iter().map(|(name, _)| (*name, Value::UNKNOWN));
        assert!(found(&Value::object(unknown.chain([("must", "x".into())]))).is_empty());
        assert!(found(&Value::Null).is_empty() && found(&Value::UNKNOWN).is_empty());
    }

    #[test]
    fn a_block_that_may_be_left_out_is_named() {
        let told: Vec<_> = missing_required(&block(), &config(&Value::Null)).into_iter().collect();
        assert_eq!(told[0].summary, "Missing value for must");
        assert_eq!(told[0].detail, "The argument \"must\" is required, and its value is null. Give it a value.");
        assert!(told[1].detail.ends_with("Give it a value, or leave the block `one` out."), "{}", told[1]);
    }
}
