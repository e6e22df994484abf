//! What travels beside state and plan. Nothing essential lives here alone: a crash during an update loses it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::base::hex;
use crate::engine::model::identity::{Identity, Owner};
use crate::engine::model::kind::{Compare, Field};
use crate::engine::model::spec::{Applied, Input, Spec};
use crate::engine::plan::blueprint::Blueprint;

/// Raised when what is stored changes its meaning.
const FORMAT: u32 = 1;

/// The private data of a resource instance.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Private {
    /// There is none: a new object, a tainted one, or one whose update was killed.
    #[default]
    Empty,
    /// Stored with a finished resource.
    Done {
        /// A digest of the specs that were last applied whole.
        #[serde(default)]
        applied: String,
        /// What they hold of the fields that are put back.
        #[serde(default, skip_serializing_if = "Applied::is_empty")]
        put_back: Applied,
    },
    /// Stored with an unfinished one.
    Incomplete,
    /// A planned create. Also what the delete half of its replacement is given.
    Create {
        /// Name, environment and region of what will be created.
        identity: PlannedIdentity,
        /// What the plan of the replacement carried, without its blueprint.
        of: Box<Private>,
        /// What to do. Boxed away when the delete half reads it.
        work: Work,
    },
    /// A planned update.
    Update {
        /// Whether the object was protected.
        protected: bool,
        /// Whose objects it changes; if it becomes a replacement, whose objects go.
        #[serde(default)]
        owner: String,
        /// What the state carried.
        of: Box<Private>,
        /// What to do.
        work: Work,
    },
    /// A planned destroy.
    Destroy {
        /// What the state carried.
        of: Box<Private>,
    },
}

/// Who a planned create will be, as far as the plan knows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedIdentity {
    /// Its name; `None` while unknown.
    pub name: Option<String>,
    /// Its environment.
    pub environment: Option<String>,
    /// Its region; `None` while unknown.
    pub region: Option<String>,
}

/// A blueprint with the conditions under which it holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// The version of the format.
    pub format: u32,
    /// The steps.
    pub blueprint: Blueprint,
    /// What the specs were that it was made for.
    pub specs: String,
    /// The creation id it was made for.
    pub creation_id: Option<String>,
}

impl Work {
    /// A blueprint for these specs and this creation id.
    pub fn new(blueprint: Blueprint, specs: &[Spec], creation_id: Option<String>) -> Self {
        Self { format: FORMAT, blueprint, specs: fingerprint(specs), creation_id }
    }

    /// What no longer fits, if anything.
    pub fn mismatch(&self, specs: &[Spec], creation_id: Option<&str>) -> Option<&'static str> {
        if self.format != FORMAT {
            Some("it was made by another version of the provider")
        } else if self.specs != fingerprint(specs) {
            Some("the configuration is not what it was made for")
        } else if self.creation_id.as_deref() != creation_id {
            Some("the object was made anew since")
        } else {
            None
        }
    }
}

impl Private {
    /// Reads stored bytes. What cannot be read counts as lost.
    pub fn read(bytes: &[u8]) -> Self {
        serde_json::from_slice(bytes).unwrap_or_default()
    }

    /// The bytes to store.
    pub fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// The same without blueprints, to be carried inside another.
    pub fn bare(self) -> Self {
        match self {
            Self::Create { identity, of, .. } => {
                Self::Create { identity, of: Box::new(of.bare()), work: Work::default() }
            }
            Self::Update { protected, owner, of, .. } => {
                Self::Update { protected, owner, of: Box::new(of.bare()), work: Work::default() }
            }
            other => other,
        }
    }

    /// Stored when these specs were applied whole.
    pub fn done(specs: &[Spec]) -> Self {
        Self::Done { applied: fingerprint(specs), put_back: put_back(specs) }
    }

    /// Stored when an update stopped short: what was last applied whole is what it was.
    pub fn not_done(&self) -> Self {
        match self {
            // What was set before the update stopped is not known here: then nobody else is blamed for it.
            Self::Update { of, .. } => match of.not_done() {
                Self::Done { applied, .. } => Self::Done { applied, put_back: Applied::new() },
                other => other,
            },
            Self::Destroy { of } => of.not_done(),
            Self::Incomplete => Self::Incomplete,
            Self::Done { .. } => self.clone(),
            Self::Empty | Self::Create { .. } => Self::Done { applied: String::new(), put_back: Applied::new() },
        }
    }

    /// The work of an update.
    pub fn work(self) -> Work {
        match self {
            Self::Update { work, .. } => work,
            _ => Work::default(),
        }
    }

    /// Who replaces a resource whose delete this is a half of, and whether it was tainted. `None` for a destroy.
    pub fn replacement(&self, own: &Identity) -> Option<(Identity, bool)> {
        let Self::Create { identity, of, .. } = self else { return None };
        let by = Identity {
            // What the plan could not know cannot be another: then the safe reading is that nothing moved.
            owner: Owner {
                name: identity.name.clone().unwrap_or_else(|| own.owner.name.clone()),
                environment: identity.environment.clone(),
                ..own.owner.clone()
            },
            region: identity.region.clone().unwrap_or_else(|| own.region.clone()),
            ..own.clone()
        };
        Some((by, **of == Self::Empty))
    }

    /// Whether these specs were the last to be applied: what differs then, differs because somebody else changed it.
    pub fn was_applied(&self, specs: &[Spec]) -> bool {
        matches!(self, Self::Done { applied, .. } if *applied == fingerprint(specs))
    }

    /// What was last applied of the fields that are put back when the object goes.
    pub fn applied(&self) -> Applied {
        match self {
            Self::Done { put_back, .. } => put_back.clone(),
            Self::Create { of, .. } | Self::Update { of, .. } | Self::Destroy { of } => of.applied(),
            Self::Empty | Self::Incomplete => Applied::new(),
        }
    }

    /// Whether the object it stands beside was not finished.
    pub fn is_incomplete(&self) -> bool {
        match self {
            Self::Incomplete => true,
            Self::Update { of, .. } | Self::Destroy { of } => of.is_incomplete(),
            Self::Empty | Self::Done { .. } | Self::Create { .. } => false,
        }
    }
}

/// A digest of specs: equal where the same objects in the same form are wanted. No value can be read from it.
fn fingerprint(specs: &[Spec]) -> String {
    let mut digest = Sha256::new();
    for spec in specs {
        // What is to be taken away follows from what was there; it is no desired value of its own.
        let desired = spec.set_fields().filter(|(field, _)| field.removes.is_none());
        let desired: Vec<_> = desired.map(|(field, input)| (field.name, unordered(field, input))).collect();
        let fields = serde_json::to_string(&desired).unwrap_or_default();
        digest.update(format!("{}\n{}\n{}\n{fields}\n", spec.component, spec.kind.name, spec.is_borrowed()));
    }
    hex(&digest.finalize())
}

/// Of several good values, which one it is says nothing of what is wanted.
fn unordered<'a>(field: &Field, input: &'a Input) -> Cow<'a, Input> {
    match input {
        Input::Known(Json::Array(values)) if field.compare == Compare::OneOf => {
            let mut values = values.clone();
            values.sort_by_key(ToString::to_string);
            Cow::Owned(Input::Known(Json::Array(values)))
        }
        input => Cow::Borrowed(input),
    }
}

/// What specs hold of the fields that are put back.
fn put_back(specs: &[Spec]) -> Applied {
    let of = |spec: &Spec| {
        let kept = spec.set_fields().filter(|(field, _)| field.put_back);
        let known = kept.filter_map(|(field, input)| Some((field.name.to_owned(), input.known()?.clone())));
        (spec.component.clone(), known.collect::<BTreeMap<String, Json>>())
    };
    specs.iter().map(of).filter(|(_, fields)| !fields.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_counts_as_lost() {
        assert_eq!(Private::read(b""), Private::Empty);
        assert_eq!(Private::read(b"{\"kind\":\"of a later version\"}"), Private::Empty);
    }

    #[test]
    fn it_is_read_back_and_stays_small_when_carried() {
        let work = Work { specs: "x".repeat(1000), ..Work::default() };
        let update = Private::Update {
            protected: true,
            owner: "drop_toy/-/a".to_owned(),
            of: Box::new(Private::Incomplete),
            work,
        };
        assert_eq!(Private::read(&update.bytes()), update);
        assert!(update.bare().bytes().len() < 200);
    }
}
