//! `#[derive(Object)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, Error, Result};

use crate::field::{Field, Kind, fields};

pub fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let fields = fields(input)?;
    let ident = &input.ident;
    let (impl_generics, ty_generics, where_clause) = input.generics.split_for_impl();
    let mut optional = Vec::new();
    for field in &fields {
        match &field.kind {
            Kind::Attr(attr) if attr.optional => optional.push(&field.name),
            Kind::Attr(_) => {}
            Kind::Block { .. } | Kind::Flatten => {
                return Err(Error::new_spanned(&field.ident, "an attribute's object has no blocks inside"));
            }
        }
    }
    let idents: Vec<_> = fields.iter().map(|field| &field.ident).collect();
    let names: Vec<_> = fields.iter().map(|field| &field.name).collect();
    let types: Vec<_> = fields.iter().map(|Field { ty, .. }| ty).collect();
    let descriptions: Vec<_> = fields.iter().map(|field| &field.description).collect();
    Ok(quote! {
        #[automatically_derived]
        impl #impl_generics ::tf_plugin::model::Leaf for #ident #ty_generics #where_clause {
            fn ty() -> ::tf_plugin::Type {
                ::tf_plugin::Type::Object {
                    attributes: [#((#names.to_string(), <#types as ::tf_plugin::model::Leaf>::ty())),*].into(),
                    optional: <[&str]>::iter(&[#(#optional),*]).map(|name| name.to_string()).collect(),
                }
            }

            fn members() -> ::std::vec::Vec<::tf_plugin::Member> {
                ::std::vec![#(::tf_plugin::model::rt::member_of::<#types>(#names, #descriptions)),*]
            }

            fn decode(
                value: &::tf_plugin::Value,
                path: &::tf_plugin::Path,
                diagnostics: &mut ::tf_plugin::Diagnostics,
            ) -> ::tf_plugin::Attr<Self> {
                if value.is_null() {
                    return ::tf_plugin::Attr::Null;
                }
                if !value.is_known() {
                    return ::tf_plugin::Attr::Unknown;
                }
                #(
                    let #idents: ::tf_plugin::Attr<#types> =
                        ::tf_plugin::model::rt::read_member(value, #names, path, diagnostics);
                )*
                // A member that is no `Attr` cannot be null or unknown, so the object as a whole is.
                #(
                    let #idents = match #idents {
                        ::tf_plugin::Attr::Known(member) => member,
                        ::tf_plugin::Attr::Null => return ::tf_plugin::Attr::Null,
                        ::tf_plugin::Attr::Unknown => return ::tf_plugin::Attr::Unknown,
                    };
                )*
                ::tf_plugin::Attr::Known(Self { #(#idents),* })
            }

            fn encode(&self) -> ::tf_plugin::Value {
                ::tf_plugin::Value::object::<&str>([
                    #((#names, ::tf_plugin::model::Leaf::encode(&self.#idents))),*
                ])
            }
        }
    })
}
