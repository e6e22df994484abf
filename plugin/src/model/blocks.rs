//! The three ways in which a model holds other models: one, many in order, many by label.

use std::collections::BTreeMap;

use crate::{Block, Diagnostics, Model, Nesting, Path, Value};

/// What a block field holds when it is known. `Kind` only keeps the three implementations apart.
pub trait Blocks<Kind>: Sized {
    /// How the schema nests them.
    const NESTING: Nesting;

    /// The schema of each.
    fn schema() -> Block;

    /// `None` when the value says that there is no such block.
    fn decode(value: &Value, path: &Path, diagnostics: &mut Diagnostics) -> Option<Self>;

    /// The value of all of them, in the collection that [`Self::NESTING`] asks for.
    fn encode(&self) -> Value;

    /// Calls `visit` with each of them and its path: `path` itself, or an index or label below it.
    fn for_each(&self, path: &Path, visit: &mut dyn FnMut(&dyn Validate, &Path));

    /// Fills in defaults in each of them.
    fn fill_in(&mut self);
}

/// The part of [`Model`] that can be called without knowing the type.
pub trait Validate {
    fn validate_at(&self, path: &Path, diagnostics: &mut Diagnostics);
}

impl<T: Model> Validate for T {
    fn validate_at(&self, path: &Path, diagnostics: &mut Diagnostics) {
        self.validate(path, diagnostics);
    }
}

#[derive(Debug)]
pub struct One;
#[derive(Debug)]
pub struct Ordered;
#[derive(Debug)]
pub struct Labelled;

impl<T: Model> Blocks<One> for T {
    const NESTING: Nesting = Nesting::Single;

    fn schema() -> Block {
        <T as Model>::block()
    }

    fn decode(value: &Value, path: &Path, diagnostics: &mut Diagnostics) -> Option<Self> {
        (!value.is_null()).then(|| T::from_value(value, path, diagnostics))
    }

    fn encode(&self) -> Value {
        self.to_value()
    }

    fn for_each(&self, path: &Path, visit: &mut dyn FnMut(&dyn Validate, &Path)) {
        visit(self, path);
    }

    fn fill_in(&mut self) {
        Model::apply_defaults(self);
    }
}

impl<T: Model> Blocks<Ordered> for Vec<T> {
    const NESTING: Nesting = Nesting::List;

    fn schema() -> Block {
        T::block()
    }

    fn decode(value: &Value, path: &Path, diagnostics: &mut Diagnostics) -> Option<Self> {
        let elements = value.as_elements().unwrap_or_default().iter().enumerate();
        Some(elements.map(|(index, value)| T::from_value(value, &path.index(index), diagnostics)).collect())
    }

    fn encode(&self) -> Value {
        Value::List(self.iter().map(Model::to_value).collect())
    }

    fn for_each(&self, path: &Path, visit: &mut dyn FnMut(&dyn Validate, &Path)) {
        self.iter().enumerate().for_each(|(index, model)| visit(model, &path.index(index)));
    }

    fn fill_in(&mut self) {
        self.iter_mut().for_each(Model::apply_defaults);
    }
}

impl<T: Model> Blocks<Labelled> for BTreeMap<String, T> {
    const NESTING: Nesting = Nesting::Map;

    fn schema() -> Block {
        T::block()
    }

    fn decode(value: &Value, path: &Path, diagnostics: &mut Diagnostics) -> Option<Self> {
        let members = value.as_members().into_iter().flatten();
        Some(
            members
                .map(|(label, value)| (label.clone(), T::from_value(value, &path.key(label), diagnostics)))
                .collect(),
        )
    }

    fn encode(&self) -> Value {
        Value::Map(self.iter().map(|(label, model)| (label.clone(), model.to_value())).collect())
    }

    fn for_each(&self, path: &Path, visit: &mut dyn FnMut(&dyn Validate, &Path)) {
        self.iter().for_each(|(label, model)| visit(model, &path.key(label)));
    }

    fn fill_in(&mut self) {
        self.values_mut().for_each(Model::apply_defaults);
    }
}
