//! The immutable, ordered list of steps that takes what is seen to what is specified.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::engine::model::name::ComponentName;
use crate::engine::model::procedure::Chosen;

/// What a step does to its component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verb {
    /// Create it, adopt it after an interruption, or converge it: the executor finds out which.
    Create,
    /// Change it in place.
    Update,
    /// Mark the resource as finished.
    Complete,
    /// Remove it.
    Delete,
}

impl Verb {
    /// Every verb.
    pub const ALL: [Self; 4] = [Self::Create, Self::Update, Self::Complete, Self::Delete];

    /// The word that `steps` shows.
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Complete => "complete",
            Self::Delete => "delete",
        }
    }
}

/// What stands before the reason of a step, where it is written out.
pub const BECAUSE: &str = " — ";
/// How a step ends that cannot be undone.
pub const IRREVERSIBLE: &str = " — irreversible";

/// One entry of a blueprint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What is done.
    pub verb: Verb,
    /// To which component.
    pub component: ComponentName,
    /// By which call, `<service>:<Operation>`.
    pub call: String,
    /// The fields it sets. Names, never values: marks of sensitivity do not reach a provider.
    pub fields: Vec<String>,
    /// Which stage of the fields' procedure it is, if they have one.
    pub stage: Option<usize>,
    /// Whether further steps of the same change follow: the fields need not be as desired yet.
    pub interim: bool,
    /// Why, where the fields do not say it.
    pub why: Option<String>,
    /// Whether it cannot be undone.
    pub irreversible: bool,
    /// The steps that must be done before it, by position.
    pub after: Vec<usize>,
}

impl Step {
    /// A step that sets no fields and can be undone.
    pub fn new(verb: Verb, component: impl Into<ComponentName>, call: &str) -> Self {
        Self {
            verb,
            component: component.into(),
            call: call.to_owned(),
            fields: vec![],
            stage: None,
            interim: false,
            why: None,
            irreversible: false,
            after: vec![],
        }
    }

    /// A change of fields.
    pub fn update(component: impl Into<ComponentName>, call: &str, fields: Vec<String>) -> Self {
        Self { fields, ..Self::new(Verb::Update, component, call) }
    }

    /// A stage of a change of fields.
    pub fn of_change(component: impl Into<ComponentName>, chosen: Chosen, fields: Vec<String>) -> Self {
        let Chosen { stage, number, interim } = chosen;
        Self { stage: number, interim, ..Self::update(component, stage.call, fields) }
    }

    /// The same step, and why.
    pub fn because(self, why: impl Into<Option<String>>) -> Self {
        Self { why: why.into(), ..self }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} via {}", self.verb.word(), self.component, self.call)?;
        if let Some(why) = &self.why {
            write!(f, "{BECAUSE}{why}")?;
        }
        if self.irreversible {
            write!(f, "{IRREVERSIBLE}")?;
        }
        Ok(())
    }
}

/// A field of a component, as planner and messages speak of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FieldRef {
    /// The component.
    pub component: String,
    /// Its field.
    pub field: String,
}

/// All steps of one plan.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blueprint {
    /// The steps, in an order that satisfies every `after`.
    pub steps: Vec<Step>,
    /// Fields that only a create can set and that differ: the resource has to be replaced, or the change refused.
    pub fixed: Vec<FieldRef>,
    /// Whether an unknown of the configuration leaves open which steps there will be.
    pub open: bool,
}

impl Blueprint {
    /// Whether nothing is to be done.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty() && self.fixed.is_empty()
    }

    /// The steps that cannot be undone.
    pub fn irreversible(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| step.irreversible)
    }
}
