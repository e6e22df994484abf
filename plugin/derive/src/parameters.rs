//! `#[derive(Parameters)]`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{DeriveInput, Error, GenericArgument, PathArguments, Result, Type};

use crate::field::{Attr, Field, Kind, description, fields};

pub fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let fields = fields(input)?;
    let ident = &input.ident;
    let (impl_generics, ty_generics, where_clause) = input.generics.split_for_impl();
    let description = description(&input.attrs);
    let summary = description.split("\n\n").next().unwrap_or_default().replace('\n', " ");
    let idents: Vec<_> = fields.iter().map(|field| &field.ident).collect();
    let (mut parameters, mut variadic, mut reads) = (Vec::new(), quote!(::std::option::Option::None), Vec::new());
    for (index, field) in fields.iter().enumerate() {
        let Field { ident, ty, name, description, kind } = field;
        let Kind::Attr(attr) = kind else {
            return Err(Error::new_spanned(ident, "a function takes values, and no blocks"));
        };
        if attr.variadic {
            if index + 1 != fields.len() {
                return Err(Error::new_spanned(ident, "only the last parameter can be variadic"));
            }
            let element = element(ty)?;
            let checks = checks(attr, name, &quote!(#index + nth));
            variadic = quote! {
                ::std::option::Option::Some(::tf_plugin::model::rt::parameter::<#element>(#name, #description))
            };
            reads.push(quote! {
                let #ident = ::tf_plugin::model::rt::variadic::<#element>(arguments, #index, #name)?;
                for (nth, value) in #ident.iter().enumerate() {
                    let _ = (nth, value);
                    #checks
                }
            });
        } else {
            let value = format_ident!("value");
            let checks = checks(attr, name, &quote!(#index));
            parameters.push(quote!(::tf_plugin::model::rt::parameter::<#ty>(#name, #description)));
            reads.push(quote! {
                let #ident: #ty = ::tf_plugin::model::rt::argument(arguments, #index, #name)?;
                { let #value = &#ident; let _ = #value; #checks }
            });
        }
    }
    Ok(quote! {
        #[automatically_derived]
        impl #impl_generics ::tf_plugin::Parameters for #ident #ty_generics #where_clause {
            fn signature() -> ::tf_plugin::Signature {
                ::tf_plugin::Signature {
                    summary: ::std::string::String::from(#summary),
                    description: ::std::string::String::from(#description),
                    deprecation: ::std::option::Option::None,
                    parameters: ::std::vec![#(#parameters),*],
                    variadic: #variadic,
                }
            }

            fn read(
                arguments: &[::tf_plugin::Value],
            ) -> ::std::result::Result<Self, ::tf_plugin::FunctionError> {
                #(#reads)*
                ::std::result::Result::Ok(Self { #(#idents),* })
            }
        }
    })
}

fn checks(attr: &Attr, name: &str, index: &TokenStream) -> TokenStream {
    let one_of = (!attr.one_of.is_empty()).then(|| {
        let values = &attr.one_of;
        quote!(::tf_plugin::model::rt::argument_one_of(value, &[#(#values),*], #index, #name)?;)
    });
    let validate = attr.validate.as_ref().map(
        |function| quote!(::tf_plugin::model::rt::check_argument(value, |value| #function(value), #index, #name)?;),
    );
    quote!(#one_of #validate)
}

/// The `T` of a `Vec<T>`.
fn element(ty: &Type) -> Result<&Type> {
    let inner = match ty {
        Type::Path(path) => path.path.segments.last().filter(|segment| segment.ident == "Vec"),
        _ => None,
    };
    let arguments = inner.and_then(|segment| match &segment.arguments {
        PathArguments::AngleBracketed(arguments) => arguments.args.first(),
        _ => None,
    });
    match arguments {
        Some(GenericArgument::Type(element)) => Ok(element),
        _ => Err(Error::new_spanned(ty, "the variadic parameter is a `Vec<T>`")),
    }
}
