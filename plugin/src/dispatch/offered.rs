//! What a provider offers, with the schemas by which values are read.

use std::{collections::BTreeMap, sync::Arc};

use super::{Wire, decode};
use crate::{Diagnostics, IdentitySchema, Schema, Type, Value, checks};

/// How the values of something offered look.
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
        let identity = identity.map(|schema| Identity { ty: schema.ty(), schema });
        let shape = Shape { name: name.to_owned(), ty: schema.ty(), schema, identity };
        (name.to_owned(), Offered { thing, shape })
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
    pub fn named(&self) -> (&str, &Schema) {
        (&self.name, &self.schema)
    }

    pub fn decode(&self, what: &str, wire: &Wire) -> Result<Value, Diagnostics> {
        decode(&self.name, what, wire, &self.ty)
    }

    /// A configuration whose blocks have one key each.
    pub fn config(&self, wire: &Wire) -> Result<Value, Diagnostics> {
        let (config, problems) = self.config_to_validate(wire)?;
        if problems.has_errors() { Err(problems) } else { Ok(config) }
    }

    /// A configuration, and what is wrong with the keys of its blocks. All other checks belong to the validation.
    pub fn config_to_validate(&self, wire: &Wire) -> Result<(Value, Diagnostics), Diagnostics> {
        let config = self.decode("configuration", wire)?;
        let problems = checks::key_problems(&self.schema.block, &config);
        Ok((config, problems))
    }
}
