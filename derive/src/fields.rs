//! The expansion of `#[derive(Fields)]`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Attribute, Data, DeriveInput, Error, Expr, Field, Ident, Result, Type};

/// The implementation, and the constants.
pub fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new_spanned(&input.ident, "only a struct has fields"));
    };
    let entries: Vec<Entry> = data.fields.iter().map(Entry::of).collect::<Result<_>>()?;
    let name = &input.ident;
    let constants = entries.iter().map(Entry::constant);
    let rules = entries.iter().flat_map(|entry| &entry.rules);
    let decoded = entries.iter().map(Entry::decoded);
    let encoded = entries.iter().map(Entry::encoded);
    Ok(quote! {
        impl #name {
            #(#constants)*
        }

        impl crate::engine::model::fields::Fields for #name {
            const FIELDS: &'static [crate::engine::model::kind::Field] = &[#(#rules),*];

            fn decode(
                values: &dyn crate::engine::model::fields::Values,
            ) -> crate::base::Result<Self> {
                Ok(Self { #(#decoded),* })
            }

            fn encode(&self) -> ::std::collections::BTreeMap<&'static str, ::serde_json::Value> {
                let mut values = ::std::collections::BTreeMap::new();
                #(#encoded)*
                values
            }
        }
    })
}

/// One field of the struct.
struct Entry<'a> {
    ident: &'a Ident,
    ty: &'a Type,
    docs: Vec<&'a Attribute>,
    /// Its entries in the table: tags have two.
    rules: Vec<TokenStream>,
}

impl<'a> Entry<'a> {
    fn of(field: &'a Field) -> Result<Self> {
        let Some(ident) = &field.ident else { return Err(Error::new_spanned(field, "a field needs a name")) };
        let Some(rule) = field.attrs.iter().find(|attribute| attribute.path().is_ident("field")) else {
            return Err(Error::new_spanned(field, "say how the field is set: #[field(in_place(CALL))]"));
        };
        let rules = rules(rule.parse_args()?, &ident.to_string())?;
        let docs = field.attrs.iter().filter(|attribute| attribute.path().is_ident("doc")).collect();
        Ok(Self { ident, ty: &field.ty, docs, rules })
    }

    fn name(&self) -> String {
        self.ident.to_string()
    }

    fn constant(&self) -> TokenStream {
        let (name, docs, ty) = (self.name(), &self.docs, self.ty);
        let constant = format_ident!("{}", name.to_uppercase());
        quote! {
            #(#docs)*
            pub const #constant: crate::engine::model::fields::FieldName<#ty> =
                crate::engine::model::fields::FieldName::new(#name);
        }
    }

    fn decoded(&self) -> TokenStream {
        let (ident, name) = (self.ident, self.name());
        quote! { #ident: crate::engine::model::fields::decode(values, #name)? }
    }

    fn encoded(&self) -> TokenStream {
        let (ident, name) = (self.ident, self.name());
        quote! {
            crate::engine::model::fields::encode(&mut values, Self::FIELDS, #name, &self.#ident);
        }
    }
}

/// The table's entries that a rule stands for: `in_place(CALL).finally()` of `path` is `Field::in_place("path", CALL).finally()`.
fn rules(rule: Expr, name: &str) -> Result<Vec<TokenStream>> {
    if let Expr::Call(call) = &rule
        && is_named(&call.func, "tags")
    {
        let mut calls = call.args.iter();
        let (Some(tag), Some(untag), None) = (calls.next(), calls.next(), calls.next()) else {
            return Err(Error::new_spanned(call, "tags are set by one call and removed by another: tags(TAG, UNTAG)"));
        };
        // An object with the most tags it can have has no room for new ones before the former ones are removed.
        return Ok(vec![
            quote! { crate::engine::model::kind::Field::untag(#untag) },
            quote! { crate::engine::model::kind::Field::tags(#tag) },
        ]);
    }
    let mut rule = rule;
    complete(&mut rule, name)?;
    Ok(vec![quote! { #rule }])
}

/// Puts the type before the innermost call of a chain, and the name before its arguments.
fn complete(rule: &mut Expr, name: &str) -> Result<()> {
    match rule {
        Expr::MethodCall(call) => complete(&mut call.receiver, name),
        Expr::Call(call) => {
            let builder = &call.func;
            let builder = syn::parse_quote! { crate::engine::model::kind::Field::#builder };
            *call.func = builder;
            call.args.insert(0, syn::parse_quote! { #name });
            Ok(())
        }
        other => Err(Error::new_spanned(other, "a rule is a call such as in_place(CALL), with more behind it")),
    }
}

fn is_named(path: &Expr, name: &str) -> bool {
    matches!(path, Expr::Path(path) if path.path.is_ident(name))
}
