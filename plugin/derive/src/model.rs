//! `#[derive(Model)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, Error, Expr, Lit, Result};

use crate::field::{Attr, Field, Kind, description, fields};

pub fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let fields = fields(input)?;
    let ident = &input.ident;
    let (impl_generics, ty_generics, where_clause) = input.generics.split_for_impl();
    let description = description(&input.attrs);
    let members = fields.iter().map(schema).collect::<Result<Vec<_>>>()?;
    let reads = fields.iter().map(read);
    let writes = fields.iter().filter(|field| !matches!(field.kind, Kind::Flatten)).map(write);
    let flat = fields.iter().filter(|field| matches!(field.kind, Kind::Flatten)).map(|field| &field.ident);
    let defaults = fields.iter().map(default);
    let checks = fields.iter().map(check);
    Ok(quote! {
        #[automatically_derived]
        impl #impl_generics ::tf_plugin::Model for #ident #ty_generics #where_clause {
            fn block() -> ::tf_plugin::Block {
                ::tf_plugin::Block::new(#description) #(#members)*
            }

            fn from_value(
                value: &::tf_plugin::Value,
                path: &::tf_plugin::Path,
                diagnostics: &mut ::tf_plugin::Diagnostics,
            ) -> Self {
                Self { #(#reads),* }
            }

            fn to_value(&self) -> ::tf_plugin::Value {
                let mut object = ::tf_plugin::Value::object::<&str>([#(#writes),*]);
                #(::tf_plugin::model::rt::merge(&mut object, ::tf_plugin::Model::to_value(&self.#flat));)*
                object
            }

            fn apply_defaults(&mut self) {
                #(#defaults)*
            }

            fn validate(&self, path: &::tf_plugin::Path, diagnostics: &mut ::tf_plugin::Diagnostics) {
                #(#checks)*
            }
        }
    })
}

fn schema(field: &Field) -> Result<TokenStream> {
    let Field { ident, ty, name, description, kind } = field;
    let attr = match kind {
        Kind::Attr(attr) => attr,
        Kind::Block { required } => {
            return Ok(quote! {
                .with_block(::tf_plugin::model::rt::nested(|_: &#ty| (), #name, #description, #required))
            });
        }
        Kind::Flatten => return Ok(quote!(.with_all(<#ty as ::tf_plugin::Model>::block()))),
    };
    if attr.variadic {
        return Err(Error::new_spanned(ident, "only the parameters of a function can be variadic"));
    }
    if !(attr.required || attr.optional || attr.computed) {
        let message = "say who gives the value: `#[attr(required)]`, `#[attr(optional)]`, `#[attr(computed)]` or \
                       `#[attr(default = …)]`; for a block, `#[block]`";
        return Err(Error::new_spanned(ident, message));
    }
    let mut chain = quote! {};
    for (set, method) in [
        (attr.required, quote!(.required())),
        (attr.optional, quote!(.optional())),
        (attr.computed, quote!(.computed())),
        (attr.sensitive, quote!(.sensitive())),
        (attr.write_only, quote!(.write_only())),
        (attr.requires_replace, quote!(.requires_replace())),
        (attr.use_state_for_unknown, quote!(.use_state_for_unknown())),
        (attr.key, quote!(.key())),
    ] {
        if set {
            chain.extend(method);
        }
    }
    if let Some(message) = &attr.deprecated {
        chain.extend(quote!(.deprecated(#message)));
    }
    if !attr.one_of.is_empty() {
        let values = &attr.one_of;
        chain.extend(quote!(.one_of([#(#values),*])));
    }
    if let Some(value) = default_expr(attr) {
        // The field's type tells integer literals what they are.
        chain.extend(quote! {
            .default_value({
                let value: #ty = ::tf_plugin::Attr::Known(#value);
                ::tf_plugin::model::rt::default_value(&value)
            })
        });
    }
    Ok(quote! {
        .with(::tf_plugin::Attribute::new(#name, ::tf_plugin::model::rt::ty(|_: &#ty| ())).description(#description)
            .members(::tf_plugin::model::rt::members(|_: &#ty| ())) #chain)
    })
}

fn read(field: &Field) -> TokenStream {
    let Field { ident, name, .. } = field;
    let function = match field.kind {
        Kind::Attr(_) => quote!(read),
        Kind::Block { .. } => quote!(read_blocks),
        Kind::Flatten => return quote!(#ident: ::tf_plugin::Model::from_value(value, path, diagnostics)),
    };
    quote!(#ident: ::tf_plugin::model::rt::#function(value, #name, path, diagnostics))
}

fn write(field: &Field) -> TokenStream {
    let Field { ident, name, .. } = field;
    match field.kind {
        Kind::Attr(_) => quote!((#name, ::tf_plugin::model::Leaf::encode(&self.#ident))),
        Kind::Block { .. } => quote!((#name, ::tf_plugin::model::rt::write_blocks(&self.#ident))),
        Kind::Flatten => quote!(),
    }
}

fn default(field: &Field) -> TokenStream {
    let ident = &field.ident;
    match &field.kind {
        Kind::Block { .. } => quote!(::tf_plugin::model::rt::default_blocks(&mut self.#ident);),
        Kind::Flatten => quote!(::tf_plugin::Model::apply_defaults(&mut self.#ident);),
        Kind::Attr(attr) => match default_expr(attr) {
            None => quote!(),
            Some(value) => quote! {
                if self.#ident.is_null() {
                    self.#ident = ::tf_plugin::Attr::Known(#value);
                }
            },
        },
    }
}

fn check(field: &Field) -> TokenStream {
    let Field { ident, name, .. } = field;
    match &field.kind {
        Kind::Flatten => quote!(::tf_plugin::Model::validate(&self.#ident, path, diagnostics);),
        Kind::Block { .. } => quote! {
            ::tf_plugin::model::rt::validate_blocks(&self.#ident, &path.attr(#name), diagnostics);
        },
        Kind::Attr(attr) => {
            let secret = attr.sensitive || attr.write_only;
            let one_of = (!attr.one_of.is_empty()).then(|| {
                let values = &attr.one_of;
                quote! {
                    ::tf_plugin::model::rt::check_one_of(
                        &self.#ident, &[#(#values),*], #secret, &path.attr(#name), diagnostics,
                    );
                }
            });
            let validate = attr.validate.as_ref().map(|function| {
                quote! {
                    ::tf_plugin::model::rt::check(&self.#ident, |value| #function(value), &path.attr(#name), diagnostics);
                }
            });
            quote!(#one_of #validate)
        }
    }
}

/// String literals are the one kind of default that needs a conversion.
fn default_expr(attr: &Attr) -> Option<TokenStream> {
    let value = attr.default.as_ref()?;
    Some(match value {
        Expr::Lit(literal) if matches!(literal.lit, Lit::Str(_)) => quote!(::std::string::String::from(#value)),
        _ => quote!(#value),
    })
}
