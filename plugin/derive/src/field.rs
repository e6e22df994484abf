//! Reads a struct's fields and what stands above them.

use syn::{
    Attribute, Data, DeriveInput, Error, Expr, Fields, Ident, Lit, LitStr, Meta, Path, Result, Token, Type,
    ext::IdentExt, punctuated::Punctuated, spanned::Spanned,
};

/// A field of the struct, as its attributes describe it.
pub struct Field {
    pub ident: Ident,
    pub ty: Type,
    pub name: String,
    pub description: String,
    pub kind: Kind,
}

pub enum Kind {
    Attr(Box<Attr>),
    Block {
        required: bool,
    },
    /// A model whose members are members of this one.
    Flatten,
}

#[derive(Default)]
pub struct Attr {
    pub required: bool,
    pub optional: bool,
    pub computed: bool,
    pub sensitive: bool,
    pub write_only: bool,
    pub requires_replace: bool,
    pub use_state_for_unknown: bool,
    pub key: bool,
    pub variadic: bool,
    pub default: Option<Expr>,
    pub validate: Option<Path>,
    pub one_of: Vec<LitStr>,
    pub deprecated: Option<LitStr>,
}

pub fn fields(input: &DeriveInput) -> Result<Vec<Field>> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new_spanned(&input.ident, "only a struct can stand for a block or an object"));
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(Error::new_spanned(&input.ident, "the fields need names: they are the names of the attributes"));
    };
    fields.named.iter().map(field).collect()
}

/// Doc comments, as Markdown.
pub fn description(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Some(text.value()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    });
    let lines: Vec<_> = lines.map(|line| line.strip_prefix(' ').unwrap_or(&line).trim_end().to_owned()).collect();
    lines.join("\n").trim().to_owned()
}

fn field(field: &syn::Field) -> Result<Field> {
    let ident = field.ident.clone().ok_or_else(|| Error::new(field.span(), "the field needs a name"))?;
    let mut name = ident.unraw().to_string();
    let mut kind = None;
    for attribute in &field.attrs {
        let found = if attribute.path().is_ident("attr") {
            Kind::Attr(Box::new(attr(attribute, &mut name)?))
        } else if attribute.path().is_ident("block") {
            Kind::Block { required: block(attribute, &mut name)? }
        } else if attribute.path().is_ident("flatten") {
            Kind::Flatten
        } else {
            continue;
        };
        if kind.replace(found).is_some() {
            return Err(Error::new_spanned(attribute, "a field has one of `#[attr(…)]`, `#[block]` and `#[flatten]`"));
        }
    }
    Ok(Field {
        name,
        ty: field.ty.clone(),
        description: description(&field.attrs),
        kind: kind.unwrap_or_else(|| Kind::Attr(Box::default())),
        ident,
    })
}

fn attr(attribute: &Attribute, name: &mut String) -> Result<Attr> {
    let mut attr = Attr::default();
    attribute.parse_nested_meta(|meta| {
        let key = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
        match key.as_str() {
            "required" => attr.required = true,
            "optional" => attr.optional = true,
            "computed" => attr.computed = true,
            "sensitive" => attr.sensitive = true,
            "write_only" => attr.write_only = true,
            "requires_replace" => attr.requires_replace = true,
            "use_state_for_unknown" => attr.use_state_for_unknown = true,
            "key" => attr.key = true,
            "variadic" => attr.variadic = true,
            "default" => attr.default = Some(meta.value()?.parse()?),
            "validate" => attr.validate = Some(meta.value()?.parse()?),
            "rename" => *name = meta.value()?.parse::<LitStr>()?.value(),
            "deprecated" => attr.deprecated = Some(meta.value()?.parse()?),
            "one_of" => {
                let content;
                syn::parenthesized!(content in meta.input);
                attr.one_of = Punctuated::<LitStr, Token![,]>::parse_terminated(&content)?.into_iter().collect();
            }
            _ => return Err(meta.error("not known here; see the documentation of the derive macros")),
        }
        Ok(())
    })?;
    if attr.default.is_some() {
        if attr.required {
            return Err(Error::new_spanned(attribute, "a required attribute has no use for a default"));
        }
        attr.optional = true;
        attr.computed = true;
    }
    Ok(attr)
}

fn block(attribute: &Attribute, name: &mut String) -> Result<bool> {
    let mut required = false;
    if matches!(attribute.meta, Meta::Path(_)) {
        return Ok(required);
    }
    attribute.parse_nested_meta(|meta| {
        if meta.path.is_ident("required") {
            required = true;
        } else if meta.path.is_ident("rename") {
            *name = meta.value()?.parse::<LitStr>()?.value();
        } else {
            return Err(meta.error("a block is `required` or has a `rename`"));
        }
        Ok(())
    })?;
    Ok(required)
}
