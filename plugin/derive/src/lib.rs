//! Derive macros of `tf-plugin`.
//!
//! `#[derive(Model)]` turns a struct into a block, `#[derive(Object)]` into the type of an attribute,
//! `#[derive(Parameters)]` into what a function takes. Doc comments become descriptions. What a field is stands in
//! `#[attr(…)]` or `#[block]`:
//!
//! | in `#[attr(…)]` | |
//! |---|---|
//! | `required`, `optional`, `computed` | who gives the value; `optional, computed`: the user may, or else the provider does |
//! | `default = expr` | optional and computed, with this value when left out |
//! | `requires_replace` | a change replaces the resource (the framework's `RequiresReplace`) |
//! | `use_state_for_unknown` | computed once: what is there stays, where a plan says "unknown" (`UseNonNullStateForUnknown`) |
//! | `key` | identifies a block among the others of its list (`Attr<Vec<T>>`), whose order then means nothing; several make one key together |
//! | `sensitive`, `write_only` | not shown; not kept either |
//! | `one_of("a", "b")`, `validate = path` | `path` is a `fn(&T) -> Result<(), impl Into<Problems>>` |
//! | `rename = "type"` | the attribute's name, where it cannot be a field's |
//! | `deprecated = "…"` | warns whoever gives it: what to use instead |
//!
//! `#[block]` is for fields `Attr<T>`, `Attr<Vec<T>>` and `Attr<BTreeMap<String, T>>` of other models: one block, repeated
//! ones, labelled ones. Labels take no expressions, only literals; repeated blocks with `key` attributes do.
//! `#[block(required)]` asks for at least one. `#[flatten]` is for a field that is a model itself, whose members stand beside
//! the others: what several resources have in common.

#![warn(missing_docs)]

mod field;
mod model;
mod object;
mod parameters;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// A struct that is a block: its schema, and the way to and from its values.
#[proc_macro_derive(Model, attributes(attr, block, flatten))]
pub fn derive_model(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    model::expand(&input).unwrap_or_else(|error| error.to_compile_error()).into()
}

/// A struct that is the type of an attribute. Of `#[attr(…)]` it knows `optional` and `rename`.
#[proc_macro_derive(Object, attributes(attr))]
pub fn derive_object(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    object::expand(&input).unwrap_or_else(|error| error.to_compile_error()).into()
}

/// A struct that is what a function takes, in the order of its fields. Of `#[attr(…)]` it knows `rename`, `validate`,
/// `one_of` and, for a last field `Vec<T>`, `variadic`.
#[proc_macro_derive(Parameters, attributes(attr))]
pub fn derive_parameters(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    parameters::expand(&input).unwrap_or_else(|error| error.to_compile_error()).into()
}
