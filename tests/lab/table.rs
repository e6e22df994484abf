//! What the tables say: attributes with their values and the calls that a change of them takes, deeds of others, refusals.

use serde_json::{Value as Json, json};
use terraform_provider_drop::engine::plan::drift::Deviation;

use crate::lab::Lab;

/// One attribute. Its resource begins with `old`; then it is changed to `new`, left out, and set to `old` again.
pub struct Row {
    /// As the schema has it: `storage.gb`; of blocks that may be repeated it is the first.
    pub attribute: &'static str,
    pub old: Json,
    pub new: Json,
    /// What else a change to `new` sets: attributes that exclude each other.
    pub along: Vec<(&'static str, Json)>,
    pub change: Effect,
    pub removal: Effect,
    pub back: Effect,
    /// Where the lab shows it: as it is with `old`, with `new`, and left out. Nothing beside it may move.
    pub shows: Vec<(&'static str, [Json; 3])>,
    /// What moves with it, whatever it becomes: beginnings of facts.
    pub follows: Vec<&'static str>,
    /// Values that are refused, each with words that are said.
    pub bad: Vec<(Json, &'static [&'static str])>,
    /// Values that a plan refuses of what stands with `old`, each with words that are said.
    pub denied: Vec<(Json, &'static str)>,
    /// Any value of its type is good.
    pub takes_all: bool,
}

/// What comes of a change.
#[derive(Debug, Clone)]
pub enum Effect {
    /// These calls, which the plan names in this order.
    Calls(&'static [&'static str]),
    /// The plan would replace the resource, and says that it is for this attribute.
    Replaces,
    /// The plan fails in these words, and says that it is for this attribute.
    Refused(&'static str),
    /// There is no such change: it must be given.
    Impossible,
}

/// An attribute that is `old` at first and becomes `new`. An `old` of null is an attribute that is left out at first.
pub fn row(attribute: &'static str, old: impl Into<Json>, new: impl Into<Json>) -> Row {
    Row {
        attribute,
        old: old.into(),
        new: new.into(),
        along: vec![],
        change: Effect::Calls(&[]),
        removal: Effect::Calls(&[]),
        back: Effect::Calls(&[]),
        shows: vec![],
        follows: vec![],
        bad: vec![],
        denied: vec![],
        takes_all: false,
    }
}

impl Row {
    /// All three changes take these calls.
    pub fn by(self, calls: &'static [&'static str]) -> Self {
        Self { change: Effect::Calls(calls), removal: Effect::Calls(calls), back: Effect::Calls(calls), ..self }
    }

    /// To leave it out takes these calls.
    pub fn removed_by(self, calls: &'static [&'static str]) -> Self {
        Self { removal: Effect::Calls(calls), ..self }
    }

    /// To leave it out is refused in these words.
    pub fn removal_refused(self, words: &'static str) -> Self {
        Self { removal: Effect::Refused(words), ..self }
    }

    /// To set it to `old` again takes these calls.
    pub fn back_by(self, calls: &'static [&'static str]) -> Self {
        Self { back: Effect::Calls(calls), ..self }
    }

    /// To set it to `old` again is refused in these words.
    pub fn back_refused(self, words: &'static str) -> Self {
        Self { back: Effect::Refused(words), ..self }
    }

    /// Changing it from `old` to this is refused by the plan, in these words.
    pub fn denies(mut self, value: impl Into<Json>, words: &'static str) -> Self {
        self.denied.push((value.into(), words));
        self
    }

    /// Changing it replaces the resource.
    pub fn replaces(self) -> Self {
        Self { change: Effect::Replaces, ..self }
    }

    /// It must be given.
    pub fn required(self) -> Self {
        Self { removal: Effect::Impossible, ..self }
    }

    /// The lab shows it under this fact as it is written; left out, as `absent`.
    pub fn shown(self, fact: &'static str, absent: impl Into<Json>) -> Self {
        let shown = [self.old.clone(), self.new.clone(), absent.into()];
        self.shows(fact, shown)
    }

    /// The lab shows it under this fact: with `old`, with `new`, left out.
    pub fn shows<T: Into<Json>>(mut self, fact: &'static str, shown: [T; 3]) -> Self {
        self.shows.push((fact, shown.map(Into::into)));
        self
    }

    /// Facts that begin so move with it.
    pub fn follows(mut self, facts: &[&'static str]) -> Self {
        self.follows.extend(facts);
        self
    }

    /// A change to `new` sets this too.
    pub fn along(mut self, attribute: &'static str, value: impl Into<Json>) -> Self {
        self.along.push((attribute, value.into()));
        self
    }

    /// Such a value is refused before any cloud is asked, and these words are said.
    pub fn bad(mut self, value: impl Into<Json>, says: &'static [&'static str]) -> Self {
        self.bad.push((value.into(), says));
        self
    }

    /// No value of its type is refused.
    pub fn takes_all(self) -> Self {
        Self { takes_all: true, ..self }
    }
}

/// What somebody does beside Terraform, and where it is named.
pub struct Deed {
    pub name: &'static str,
    pub act: fn(&Lab),
    pub named: Named,
}

/// Where a plan names what is not as it was applied.
pub enum Named {
    /// The attribute that shows another value.
    Attribute(&'static str),
    /// A line of `drift` about a component and its field.
    Field(&'static str, &'static str),
    /// A line of `drift` about a component that is gone.
    Missing(&'static str),
}

/// Somebody changes what an attribute shows.
pub fn shown(name: &'static str, attribute: &'static str, act: fn(&Lab)) -> Deed {
    Deed { name, act, named: Named::Attribute(attribute) }
}

/// Somebody changes a field of a component that no attribute shows.
pub fn hidden(name: &'static str, component: &'static str, field: &'static str, act: fn(&Lab)) -> Deed {
    Deed { name, act, named: Named::Field(component, field) }
}

/// Somebody deletes a component.
pub fn gone(name: &'static str, component: &'static str, act: fn(&Lab)) -> Deed {
    Deed { name, act, named: Named::Missing(component) }
}

impl Named {
    /// Whether a line of `drift` names it.
    pub fn is(&self, line: &Deviation) -> bool {
        match (self, line) {
            (Self::Field(component, field), Deviation::Changed { component: found, field: other, .. }) => {
                (found.as_str(), other.as_str()) == (*component, *field)
            }
            (Self::Missing(component), Deviation::Missing(found)) => found == component,
            _ => false,
        }
    }
}

/// A configuration that is refused: what it sets beyond the least that is needed, where the message stands, and words
/// that it holds.
pub struct Refused {
    pub name: String,
    pub when: When,
    pub first: fn(&Lab),
    pub sets: Vec<(&'static str, Json)>,
    pub at: &'static str,
    pub says: &'static [&'static str],
}

/// When it is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Before any cloud is asked.
    Validated,
    /// By a plan that looks, and changes nothing.
    Planned,
}

/// What is wrong by itself.
pub fn wrong<const N: usize>(
    name: &str,
    sets: [(&'static str, Json); N],
    at: &'static str,
    says: &'static [&'static str],
) -> Refused {
    Refused { name: name.to_owned(), when: When::Validated, first: |_| {}, sets: sets.into(), at, says }
}

/// What does not fit to what is there.
pub fn unfit<const N: usize>(
    name: &str,
    sets: [(&'static str, Json); N],
    at: &'static str,
    says: &'static [&'static str],
) -> Refused {
    Refused { when: When::Planned, ..wrong(name, sets, at, says) }
}

impl Refused {
    /// The same, after somebody did this.
    pub fn after(self, first: fn(&Lab)) -> Self {
        Self { first, ..self }
    }
}

/// Stands for the ref of the resource beside.
pub fn beside() -> Json {
    given("ref")
}

/// Stands for something that was there before: one of [`crate::subject::Subject::given`].
pub fn given(name: &str) -> Json {
    json!(format!("{GIVEN}{name}"))
}

/// What a text begins with that stands for something else.
pub const GIVEN: &str = "\u{fffd}given ";
