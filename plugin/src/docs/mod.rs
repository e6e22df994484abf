//! A provider's pages as the registries show them, written from its schemas and from examples.
//!
//! ```no_run
//! # use tf_plugin::{Provider, docs};
//! # fn pages(provider: &dyn Provider) -> std::io::Result<()> {
//! let about = docs::About { name: "demo", subcategory: |_| "" };
//! let pages = docs::pages(provider, &about, &docs::read("examples".as_ref())?);
//! docs::write("docs".as_ref(), &pages)?; // or `docs::outdated`, in a test
//! # Ok(())
//! # }
//! ```
//!
//! Names and places of pages and examples are those of HashiCorp's terraform-plugin-docs, whose `tfplugindocs validate`
//! finds nothing to say: `docs/resources/note.md` for `demo_note`, with `examples/resources/demo_note/resource.tf`.
//!
//! | page of | examples |
//! |---|---|
//! | the provider | `provider/provider*.tf` |
//! | a resource | `resources/<type>/resource*.tf`, `import.sh`, `import-by-string-id.tf`, `import-by-identity.tf` |
//! | a data source | `data-sources/<type>/data-source*.tf` |
//! | an ephemeral resource | `ephemeral-resources/<type>/ephemeral-resource*.tf` |
//! | a function | `functions/<name>/function*.tf` |
//! | a list | `list-resources/<type>/list-resource*.tfquery.hcl` |
//! | an action | `actions/<type>/action*.tf` |

mod folder;
mod function;
mod kind;
mod page;
mod review;
mod schema;
mod text;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use folder::{outdated, read, write};
pub use review::undescribed;

use crate::{Provider, Schema};
use kind::Kind;
use page::Page;

/// Texts by path, with `/` between its parts, below one folder.
pub type Files = BTreeMap<String, String>;

/// What no schema says of a provider.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The provider's own name, with which those of its types begin.
    pub name: &'a str,
    /// The heading under which a registry lists the page of a type; empty for none.
    pub subcategory: fn(&str) -> &'static str,
}

/// Every page, by its place below `docs`: what the provider's tables hold, and nothing else.
pub fn pages(provider: &dyn Provider, about: &About<'_>, examples: &Files) -> Files {
    let page = |kind: Kind, name: &str| Page { about, examples, kind, name: name.to_owned() };
    let mut pages = Files::new();
    let mut put = |page: Page<'_>, text: String| pages.insert(page.place(), text);

    let index = page(Kind::Provider, about.name);
    let text = index.of_block(&provider.schema().block);
    put(index, text);
    for (name, resource) in provider.resources() {
        let page = page(Kind::Resource, name);
        let text = page.of_resource(&resource.schema().block, resource.identity());
        put(page, text);
    }
    for (kind, name, schema) in others(provider) {
        let page = page(kind, name);
        let text = page.of_block(&schema.block);
        put(page, text);
    }
    for (name, function) in provider.functions() {
        let page = page(Kind::Function, name);
        let text = page.of_function(&function);
        put(page, text);
    }
    pages
}

/// What is neither a resource nor a function.
fn others(provider: &dyn Provider) -> Vec<(Kind, &'static str, Schema)> {
    let data = provider.data_sources().into_iter().map(|(name, of)| (Kind::Data, name, of.schema()));
    let ephemeral = provider.ephemeral_resources().into_iter().map(|(name, of)| (Kind::Ephemeral, name, of.schema()));
    let lists = provider.list_resources().into_iter().map(|(name, of)| (Kind::List, name, of.schema()));
    let actions = provider.actions().into_iter().map(|(name, of)| (Kind::Action, name, of.schema()));
    data.chain(ephemeral).chain(lists).chain(actions).collect()
}
