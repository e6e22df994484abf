//! Derive macro of the provider's engine. It names modules of the provider and is of no use outside of it.

mod fields;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes a struct the fields of a kind: `engine::model::fields::Fields`, and a constant with the name of every field.
///
/// Each field says its rule, a call of `engine::model::kind::Field` without the name, which is the struct field's own:
///
/// ```text
/// #[derive(Debug, Default, Fields)]
/// pub struct TargetGroupFields {
///     /// Path that is requested.
///     #[field(in_place(MODIFY))]
///     pub path: Option<String>,
///     /// Seconds that a removed target gets to finish its requests.
///     #[field(in_place(ATTRIBUTES).post_create())]
///     pub deregistration_delay: Option<i64>,
///     /// Tags.
///     #[field(tags(TAG, UNTAG))]
///     pub tags: Tags,
/// }
/// ```
#[proc_macro_derive(Fields, attributes(field))]
pub fn fields(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    fields::derive(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}
