//! Errors as the user reads them: the attribute, what was being done, the cloud's code and request id, what exists now,
//! and what to do next.

use tf_plugin::{Diagnostics, Path};

use super::{AllSeen, Composite, Place, Run, Site};
use crate::base::{CallError, ErrorClass};
use crate::engine::model::name::ComponentName;
use crate::engine::run::component::Seen;
use crate::engine::run::error::EngineError;

/// What the user was after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    Create,
    Update,
    Delete,
    Read,
    Plan,
    Import,
    Find,
}

impl Operation {
    fn noun(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Read => "refresh",
            Self::Plan => "comparison with the account",
            Self::Import => "import",
            Self::Find => "look-up",
        }
    }

    /// What to do after a failure that a repetition may mend.
    fn next(self) -> &'static str {
        match self {
            Self::Create => {
                "Nothing is lost: apply again, and the create is continued where it stopped. With prevent_destroy in its \
                 lifecycle block, run `untaint` on it first."
            }
            Self::Update => "What was done is in the state; apply again to do the rest.",
            Self::Delete => "What is left stays in the state; destroy again to go on.",
            Self::Read | Self::Plan | Self::Import | Self::Find => "Nothing was changed; try again.",
        }
    }
}

impl<C: Composite> Run<C> {
    /// Tells an engine's error: of several, each.
    pub(super) fn tell(
        diagnostics: &mut Diagnostics,
        error: &EngineError,
        operation: Operation,
        site: &Site,
        exists: &AllSeen,
    ) {
        if let EngineError::Several(errors) = error {
            errors.iter().for_each(|error| Self::tell(diagnostics, error, operation, site, exists));
            return;
        }
        let who = format!("{} \"{}\"", C::TYPE, site.owner.name);
        if let EngineError::Refused { summary, advice } = error {
            diagnostics.error(format!("{who}: {summary}"), sentence(advice));
            return;
        }
        let path = Self::path_of(error, site);
        let mut detail = format!("{}.", capital(&error.shown(&|words| site.redacted(words))));
        match operation {
            Operation::Create | Operation::Import => {
                detail.push_str(&format!("\n\nWhat exists now: {}.", inventory(exists.iter())));
            }
            // What the state recorded before is no news.
            Operation::Update => {
                let mut created =
                    exists.iter().filter(|(name, _)| !site.recorded.contains_key(name.as_str())).peekable();
                if created.peek().is_some() {
                    detail.push_str(&format!("\n\nCreated so far: {}.", inventory(created)));
                }
            }
            Operation::Read | Operation::Plan | Operation::Delete | Operation::Find => {}
        }
        let advice = match error {
            EngineError::Step { source, .. } if source.class == ErrorClass::Invalid => {
                format!("The cloud refused the request: correct the configuration. {}", operation.next())
            }
            EngineError::Step { source, .. } if source.class == ErrorClass::Denied => {
                format!(
                    "The credentials do not allow it. `terraform-provider-drop permissions` prints what a plan needs. {} {}",
                    C::Place::CREDENTIALS,
                    operation.next()
                )
            }
            EngineError::Step { source, .. } if source.class == ErrorClass::Unauthenticated => {
                format!("{} {} {}", source.credentials_advice(), C::Place::CREDENTIALS, operation.next())
            }
            EngineError::Deadline { .. } => {
                format!("More time can be given in its `timeouts` block. {}", operation.next())
            }
            _ => operation.next().to_owned(),
        };
        diagnostics.error_at(path, format!("{who}: the {} stopped", operation.noun()), format!("{detail}\n\n{advice}"));
    }

    /// Tells an error of a cloud call outside any step.
    pub(super) fn tell_cloud(diagnostics: &mut Diagnostics, error: CallError, operation: Operation, site: &Site) {
        let what = match operation {
            Operation::Read => "read",
            Operation::Plan => "compare",
            Operation::Import | Operation::Find => "look for",
            _ => "reach the account of",
        };
        let error = EngineError::step(what, C::TYPE, &[], error);
        Self::tell(diagnostics, &error, operation, site, &AllSeen::new());
    }

    /// Tells that what was asked for by one name is called by another.
    pub(super) fn tell_called(diagnostics: &mut Diagnostics, attribute: &str, asked: &str, called: &str) {
        diagnostics.error_at(
            attribute,
            format!("{} \"{asked}\" goes by another {attribute}", C::TYPE),
            format!("Write `{attribute} = \"{called}\"`: \"{asked}\" is only the id or another spelling of one of its objects."),
        );
    }

    /// Tells that a place could not be opened; one that is not there is the attribute's fault.
    pub(super) fn tell_closed(diagnostics: &mut Diagnostics, error: CallError, operation: Operation, site: &Site) {
        if error.class != ErrorClass::NotFound {
            return Self::tell_cloud(diagnostics, error, operation, site);
        }
        let attribute = C::Place::ATTRIBUTE;
        diagnostics.error_at(
            attribute,
            format!("{} \"{}\": no such {attribute}", C::TYPE, site.owner.name),
            format!(
                "{}. Nothing was changed: correct `{attribute}`, or use other credentials. {}",
                capital(&site.redacted(&error.message)),
                C::Place::CREDENTIALS
            ),
        );
    }

    /// The attribute to blame: that of a field which was being set, if it was one alone.
    fn path_of(error: &EngineError, site: &Site) -> Path {
        let EngineError::Step { component, fields, source, .. } = error else { return Path::root() };
        let named = |field: &&String| mentions(&source.message, field);
        let attribute = |field: &String| site.path_of(component, field);
        match fields.as_slice() {
            [only] => attribute(only),
            many => many.iter().find(named).and_then(attribute),
        }
        .unwrap_or_default()
    }
}

fn mentions(message: &str, field: &str) -> bool {
    message.to_ascii_lowercase().replace([' ', '_'], "").contains(&field.replace('_', ""))
}

fn inventory<'a>(objects: impl Iterator<Item = (&'a ComponentName, &'a Seen)>) -> String {
    let objects: Vec<String> = objects.map(|(component, seen)| format!("{component} ({})", seen.id)).collect();
    if objects.is_empty() { "nothing of it was seen".to_owned() } else { objects.join(", ") }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn sentence(text: &str) -> String {
    let text = capital(text);
    if text.ends_with(['.', '\n', '}']) { text } else { format!("{text}.") }
}
