//! What a provider offers, with the schemas by which values are read.

use std::{collections::BTreeMap, sync::Arc};

use super::{Wire, decode};
use crate::{Diagnostics, IdentitySchema, Schema, Type, Value, checks};

/// How the values of something offered, or of the provider's own block, look.
pub(crate) struct Shape {
    pub name: String,
    pub schema: Schema,
    pub ty: Type,
    /// Of managed resources only.
    pub identity: Option<Identity>,
}

pub(crate) struct Identity {
    pub schema: IdentitySchema,
    pub ty: Type,
}

/// One thing offered.
pub(super) struct Offered<T: ?Sized> {
    pub thing: Arc<T>,
    pub shape: Shape,
}

pub(super) type Offers<T> = BTreeMap<String, Offered<T>>;

/// Looks at every schema once.
pub(super) fn offers<T: ?Sized>(
    things: BTreeMap<&'static str, Arc<T>>,
    schemas: impl Fn(&T) -> (Schema, Option<IdentitySchema>),
) -> Offers<T> {
    let offer = |(name, thing): (&str, Arc<T>)| {
        let (schema, identity) = schemas(&thing);
        (name.to_owned(), Offered { thing, shape: Shape::of(name, schema, identity) })
    };
    things.into_iter().map(offer).collect()
}

pub(super) fn find<'a, T: ?Sized>(
    offers: &'a Offers<T>,
    kind: &str,
    name: &str,
) -> Result<&'a Offered<T>, Diagnostics> {
    offers.get(name).ok_or_else(|| {
        let offered: Vec<_> = offers.keys().map(String::as_str).collect();
        let offered = if offered.is_empty() { "none".to_owned() } else { offered.join(", ") };
        Diagnostics::failure(format!("There is no {kind} {name}"), format!("This provider offers: {offered}."))
    })
}

impl Shape {
    pub fn of(name: &str, schema: Schema, identity: Option<IdentitySchema>) -> Self {
        let identity = identity.map(|schema| Identity { ty: schema.ty(), schema });
        Self { name: name.to_owned(), ty: schema.ty(), schema, identity }
    }

    pub fn named(&self) -> (&str, &Schema) {
        (&self.name, &self.schema)
    }

    pub fn decode(&self, what: &str, wire: &Wire) -> Result<Value, Diagnostics> {
        decode(&self.name, what, wire, &self.ty)
    }

    /// A configuration that is whole: its required arguments are there, and its blocks have one key each.
    pub fn config(&self, wire: &Wire) -> Result<Value, Diagnostics> {
        let (config, problems) = self.config_to_validate(wire)?;
        if problems.has_errors() { Err(problems) } else { Ok(config) }
    }

    /// A configuration whose required arguments are there, and what is wrong with the keys of its blocks. All other checks
    /// belong to the validation.
    pub fn config_to_validate(&self, wire: &Wire) -> Result<(Value, Diagnostics), Diagnostics> {
        let config = self.decode("configuration", wire)?;
        // Where nothing at all is written, core sends null.
        let missing = match config {
            Value::Null => checks::missing_required(&self.schema.block, &self.schema.block.empty_value()),
            _ => checks::missing_required(&self.schema.block, &config),
        };
        if missing.has_errors() {
            return Err(missing);
        }
        let problems = checks::key_problems(&self.schema.block, &config);
        Ok((config, problems))
    }

    /// The configuration of a change: null if that is a deletion. Where `ignore_changes` says so, core puts the prior value in
    /// place of what is written, and validates what is written: a required argument may then be null, as it is in the state.
    ///
    /// Protocol source: core's `processIgnoreChanges` (`internal/terraform/node_resource_abstract_instance.go`).
    pub fn config_of_change(&self, wire: &Wire, prior: &Value) -> Result<Value, Diagnostics> {
        let config = self.decode("configuration", wire)?;
        let block = &self.schema.block;
        let missing = checks::missing_required(block, &config).into_iter();
        let mut problems: Diagnostics =
            missing.filter(|problem| prior.at(&problem.path) != Some(&Value::Null)).collect();
        problems.extend(checks::key_problems(block, &config));
        if problems.has_errors() { Err(problems) } else { Ok(config) }
    }
}
