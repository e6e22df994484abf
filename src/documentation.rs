//! `terraform-provider-drop docs`: the pages of the registries, from the schemas and from `examples/`. For developers:
//! `make docs`.

use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use tf_plugin::docs::{self, About, Files};

use crate::clouds::Runtime;
use crate::provider::{Drop, OFFERS};

/// Writes `docs` of the repository that this is run in.
pub fn run(runtime: &Arc<Runtime>) -> ExitCode {
    let told = match written(runtime, Path::new(".")) {
        Ok(count) => (ExitCode::SUCCESS, format!("{count} pages in docs\n")),
        Err(error) => (ExitCode::FAILURE, format!("docs: {error}\n")),
    };
    match io::stdout().write_all(told.1.as_bytes()) {
        Ok(()) => told.0,
        Err(_) => ExitCode::FAILURE,
    }
}

fn written(runtime: &Arc<Runtime>, repository: &Path) -> io::Result<usize> {
    let pages = pages(runtime, repository)?;
    docs::write(&repository.join("docs"), &pages)?;
    Ok(pages.len())
}

fn pages(runtime: &Arc<Runtime>, repository: &Path) -> io::Result<Files> {
    let about = About { name: "drop", subcategory };
    Ok(docs::pages(&Drop::new(Arc::clone(runtime)), &about, &docs::read(&repository.join("examples"))?))
}

/// The heading of a page: pages of one subject are together.
fn subcategory(name: &str) -> &'static str {
    let matters = [
        ("App", ["deploy", "rollback", "run_task", "image", "registry"].as_slice()),
        ("Database", ["database_login", "engine_versions", "snapshot"].as_slice()),
        ("Edge", ["purge_cache"].as_slice()),
        ("Account", ["inventory", "secret"].as_slice()),
    ];
    if let Some(offer) = OFFERS.iter().find(|offer| offer.name == name) {
        return offer.subcategory;
    }
    let name = name.strip_prefix("drop_").unwrap_or_default();
    let about = |words: &[&str]| words.iter().any(|word| name.starts_with(word));
    matters.iter().find(|(_, words)| about(words)).map_or("", |(matter, _)| matter)
}

#[cfg(test)]
mod tests {
    use tf_plugin::{Attribute, Block, Provider as _};

    use super::*;
    use crate::engine::run::context::Pace;

    fn repository() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR"))
    }

    #[test]
    fn the_pages_are_those_that_are_committed() {
        let pages = pages(&Runtime::new(Pace::default()), repository()).unwrap();
        let outdated = docs::outdated(&repository().join("docs"), &pages).unwrap();
        assert!(outdated.is_empty(), "run `make docs`: it would change {outdated:?}");
    }

    #[test]
    fn everything_is_described_in_whole_sentences() {
        let found = docs::undescribed(&Drop::new(Runtime::new(Pace::default())));
        assert!(found.is_empty(), "{found:#?}");
    }

    #[test]
    fn every_page_stands_under_a_heading() {
        let provider = Drop::new(Runtime::new(Pace::default()));
        let resources = provider.resources().into_keys();
        let names = resources.chain(provider.data_sources().into_keys()).chain(provider.actions().into_keys());
        let names = names.chain(provider.ephemeral_resources().into_keys());
        let found: Vec<_> = names.filter(|name| subcategory(name).is_empty()).collect();
        assert!(found.is_empty(), "documentation::subcategory does not know {found:?}");
    }

    #[test]
    fn what_can_be_set_says_its_default_and_what_changing_it_does() {
        let mut found = vec![];
        for (name, resource) in Drop::new(Runtime::new(Pace::default())).resources() {
            unclear(&resource.schema().block, name, false, &mut found);
        }
        // Of what leaves nothing behind, a change is no question.
        let drop = Drop::new(Runtime::new(Pace::default()));
        for (name, source) in drop.data_sources() {
            unclear(&source.schema().block, name, true, &mut found);
        }
        for (name, ephemeral) in drop.ephemeral_resources() {
            unclear(&ephemeral.schema().block, name, true, &mut found);
        }
        for (name, action) in drop.actions() {
            unclear(&action.schema().block, name, true, &mut found);
        }
        for (name, list) in drop.list_resources() {
            unclear(&list.schema().block, name, true, &mut found);
        }
        assert!(found.is_empty(), "{found:#?}");
    }

    /// What stands above a block holds for all in it.
    fn unclear(block: &Block, path: &str, told: bool, found: &mut Vec<String>) {
        let tells = |text: &str| text.contains("hanging") || text.contains("Changed");
        for attribute in block.attributes.iter().filter(|attribute| attribute.required || attribute.optional) {
            let Attribute { name, description, required, default, .. } = attribute;
            if !told && !tells(description) {
                found.push(format!("{path}.{name}: what does changing it do?"));
            }
            if !required && default.is_none() && !description.contains("Default:") && !description.contains("Either ") {
                found.push(format!("{path}.{name}: what is it when it is left out?"));
            }
        }
        for nested in &block.blocks {
            let told = told || tells(&nested.block.description);
            unclear(&nested.block, &format!("{path}.{}", nested.name), told, found);
        }
    }
}
