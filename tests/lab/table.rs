//! The types of the tables: attributes with their values and calls, changes outside Terraform, refusals.

use serde_json::{Value as Json, json};
use terraform_provider_drop::engine::plan::drift::Deviation;

use crate::lab::Lab;

/// One attribute. Its resource begins with `old`; then the attribute becomes `new`, is removed, and becomes `old` again.
pub struct Row {
    /// Its path in the schema, such as `storage.gb`. In a repeated block, the attribute of the first block.
    pub attribute: &'static str,
    pub old: Json,
    pub new: Json,
    /// Other attributes that a change to `new` sets, such as one that excludes it.
    pub along: Vec<(&'static str, Json)>,
    pub change: Effect,
    pub removal: Effect,
    pub back: Effect,
    /// The facts that show it: with `old`, with `new`, and removed. No other fact may change.
    pub shows: Vec<(&'static str, [Json; 3])>,
    /// Prefixes of facts that may change with it.
    pub follows: Vec<&'static str>,
    /// The kinds of objects that a change deletes and creates again.
    pub anew: Vec<&'static str>,
    /// Calls that a plan names, and that the apply leaves out where the cloud has the value already.
    pub spared: Vec<&'static str>,
    /// Computed attributes at the top that a plan of a change changes too.
    pub results: Vec<&'static str>,
    /// Values that validation refuses, each with words of the message.
    pub bad: Vec<(Json, &'static [&'static str])>,
    /// Values that a plan refuses for a resource with `old`, each with words of the message.
    pub denied: Vec<(Json, &'static str)>,
    /// Every value of its type is valid.
    pub takes_all: bool,
}

/// The outcome of a change.
#[derive(Debug, Clone)]
pub enum Effect {
    /// These calls, which the plan names in this order.
    Calls(Vec<&'static str>),
    /// The plan replaces the resource, and names this attribute as the reason.
    Replaces,
    /// The plan fails with these words, at this attribute or block.
    Refused { at: &'static str, says: &'static str },
    /// There is no such change: the attribute is required.
    Impossible,
}

/// An attribute that is `old` at first and becomes `new`. With an `old` of null, the attribute is not set at first.
pub fn row(attribute: &'static str, old: impl Into<Json>, new: impl Into<Json>) -> Row {
    Row {
        attribute,
        old: old.into(),
        new: new.into(),
        along: vec![],
        change: Effect::Calls(vec![]),
        removal: Effect::Calls(vec![]),
        back: Effect::Calls(vec![]),
        shows: vec![],
        follows: vec![],
        anew: vec![],
        spared: vec![],
        results: vec![],
        bad: vec![],
        denied: vec![],
        takes_all: false,
    }
}

impl Row {
    /// All three changes take these calls.
    pub fn by(self, calls: &[&'static str]) -> Self {
        let [change, removal, back] = [(); 3].map(|()| Effect::Calls(calls.to_vec()));
        Self { change, removal, back, ..self }
    }

    /// Each of these pairs adds tags to an object and removes tags from it, which a plan does first: `new` changes one tag and leaves out another.
    pub fn by_tagging(self, calls: &[(&'static str, &'static str)]) -> Self {
        let (tag, untag): (Vec<_>, Vec<_>) = calls.iter().copied().unzip();
        let both = calls.iter().flat_map(|(tag, untag)| [*untag, *tag]).collect();
        Self { change: Effect::Calls(both), removal: Effect::Calls(untag), back: Effect::Calls(tag), ..self }
    }

    /// Removing it takes these calls.
    pub fn removed_by(self, calls: &[&'static str]) -> Self {
        Self { removal: Effect::Calls(calls.to_vec()), ..self }
    }

    /// The plan refuses to remove it, with these words.
    pub fn removal_refused(self, says: &'static str) -> Self {
        Self { removal: Effect::Refused { at: self.attribute, says }, ..self }
    }

    /// The plan refuses to remove it, with these words at the block around it.
    pub fn removal_refused_at(self, at: &'static str, says: &'static str) -> Self {
        Self { removal: Effect::Refused { at, says }, ..self }
    }

    /// Setting it to `old` again takes these calls.
    pub fn back_by(self, calls: &[&'static str]) -> Self {
        Self { back: Effect::Calls(calls.to_vec()), ..self }
    }

    /// The plan refuses to set it to `old` again, with these words.
    pub fn back_refused(self, says: &'static str) -> Self {
        Self { back: Effect::Refused { at: self.attribute, says }, ..self }
    }

    /// The plan refuses to change it from `old` to this value, with these words.
    pub fn denies(mut self, value: impl Into<Json>, words: &'static str) -> Self {
        self.denied.push((value.into(), words));
        self
    }

    /// The plan refuses to change it to `new`, with these words.
    pub fn change_refused(self, says: &'static str) -> Self {
        Self { change: Effect::Refused { at: self.attribute, says }, ..self }
    }

    /// Changing it replaces the resource.
    pub fn replaces(self) -> Self {
        Self { change: Effect::Replaces, ..self }
    }

    /// It is required.
    pub fn required(self) -> Self {
        Self { removal: Effect::Impossible, ..self }
    }

    /// The lab shows its value in this fact; removed, `absent`.
    pub fn shown(self, fact: &'static str, absent: impl Into<Json>) -> Self {
        let shown = [self.old.clone(), self.new.clone(), absent.into()];
        self.shows(fact, shown)
    }

    /// The lab shows these values in this fact: with `old`, with `new`, removed.
    pub fn shows<T: Into<Json>>(mut self, fact: &'static str, shown: [T; 3]) -> Self {
        self.shows.push((fact, shown.map(Into::into)));
        self
    }

    /// Facts with these prefixes may change with it.
    pub fn follows(mut self, facts: &[&'static str]) -> Self {
        self.follows.extend(facts);
        self
    }

    /// A change deletes objects of these kinds and creates others.
    pub fn anew(self, kinds: &[&'static str]) -> Self {
        Self { anew: kinds.to_vec(), ..self }
    }

    /// Plans name these calls, and the apply leaves them out where the cloud has the value already.
    pub fn spares(self, calls: &[&'static str]) -> Self {
        Self { spared: calls.to_vec(), ..self }
    }

    /// These computed attributes change with it.
    pub fn tells(self, attributes: &[&'static str]) -> Self {
        Self { results: attributes.to_vec(), ..self }
    }

    /// A change to `new` sets this too.
    pub fn along(mut self, attribute: &'static str, value: impl Into<Json>) -> Self {
        self.along.push((attribute, value.into()));
        self
    }

    /// Validation refuses this value, with these words.
    pub fn bad(mut self, value: impl Into<Json>, says: &'static [&'static str]) -> Self {
        self.bad.push((value.into(), says));
        self
    }

    /// Every value of its type is valid.
    pub fn takes_all(self) -> Self {
        Self { takes_all: true, ..self }
    }
}

/// A change outside Terraform, and where the plan names it.
pub struct Drift {
    pub name: &'static str,
    pub act: fn(&Lab),
    pub named: Named,
    /// The kinds of objects that are created again to undo it.
    pub anew: &'static [&'static str],
}

impl Drift {
    /// Objects of these kinds are created again.
    pub fn anew(self, kinds: &'static [&'static str]) -> Self {
        Self { anew: kinds, ..self }
    }
}

/// Where a plan names a change outside Terraform.
pub enum Named {
    /// The attribute that shows another value.
    Attribute(&'static str),
    /// A line of `drift` about a component and its field.
    Field(&'static str, &'static str),
    /// A line of `drift` about a component that is gone.
    Missing(&'static str),
    /// Nowhere: it belongs to others.
    Nowhere,
}

/// Changes a value that an attribute shows.
pub fn shown(name: &'static str, attribute: &'static str, act: fn(&Lab)) -> Drift {
    Drift { name, act, named: Named::Attribute(attribute), anew: &[] }
}

/// Changes a field of a component that no attribute shows.
pub fn hidden(name: &'static str, component: &'static str, field: &'static str, act: fn(&Lab)) -> Drift {
    Drift { name, act, named: Named::Field(component, field), anew: &[] }
}

/// Deletes a component.
pub fn gone(name: &'static str, component: &'static str, act: fn(&Lab)) -> Drift {
    Drift { name, act, named: Named::Missing(component), anew: &[] }
}

/// Changes something that belongs to others: no plan sets it back.
pub fn foreign(name: &'static str, act: fn(&Lab)) -> Drift {
    Drift { name, act, named: Named::Nowhere, anew: &[] }
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

/// What the owner of a field does to it, which no plan undoes, and what the configuration may ask for afterwards.
pub struct Moved {
    pub name: &'static str,
    /// Attributes of the configuration beyond the least.
    pub sets: Vec<(&'static str, Json)>,
    pub act: fn(&Lab),
    /// Changes of the configuration afterwards, one after another, and their outcomes.
    pub then: Vec<(Vec<(&'static str, Json)>, Effect)>,
}

/// The owner of a field of a resource with these attributes moves it.
pub fn moved<const N: usize>(name: &'static str, sets: [(&'static str, Json); N], act: fn(&Lab)) -> Moved {
    Moved { name, sets: sets.into(), act, then: vec![] }
}

impl Moved {
    /// A change of the configuration is refused then, at this attribute, with these words.
    pub fn refuses<const N: usize>(
        mut self,
        sets: [(&'static str, Json); N],
        at: &'static str,
        says: &'static str,
    ) -> Self {
        self.then.push((sets.into(), Effect::Refused { at, says }));
        self
    }

    /// A change of the configuration takes these calls then.
    pub fn takes<const N: usize>(mut self, sets: [(&'static str, Json); N], calls: &[&'static str]) -> Self {
        self.then.push((sets.into(), Effect::Calls(calls.to_vec())));
        self
    }
}

/// An object of somebody else's that keeps one of the resource's from being deleted.
pub struct InUse {
    pub name: &'static str,
    /// The name of the resource's object.
    pub object: &'static str,
    /// Makes the other object that uses it, and returns its id.
    pub act: fn(&Lab, &str) -> String,
    /// Removes that.
    pub undo: fn(&Lab),
}

/// A configuration that is refused: the attributes that it sets beyond the least, the attribute of the message, and words
/// of it.
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
    /// By validation, before any call.
    Validated,
    /// By a plan, which only reads.
    Planned,
}

/// A configuration that validation refuses.
pub fn wrong<const N: usize>(
    name: &str,
    sets: [(&'static str, Json); N],
    at: &'static str,
    says: &'static [&'static str],
) -> Refused {
    Refused { name: name.to_owned(), when: When::Validated, first: |_| {}, sets: sets.into(), at, says }
}

/// A configuration that does not fit the account.
pub fn unfit<const N: usize>(
    name: &str,
    sets: [(&'static str, Json); N],
    at: &'static str,
    says: &'static [&'static str],
) -> Refused {
    Refused { when: When::Planned, ..wrong(name, sets, at, says) }
}

impl Refused {
    /// The same, after this change outside Terraform.
    pub fn after(self, first: fn(&Lab)) -> Self {
        Self { first, ..self }
    }
}

/// Blocks that are added beside those of the configuration that rows begin with, and removed again.
pub struct Addition {
    pub name: &'static str,
    pub sets: Vec<(&'static str, Json)>,
}

/// Stands for the ref of the resource beside.
pub fn beside() -> Json {
    given(REF)
}

/// Stands for a ref like [`beside`] of another type of resource.
pub fn beside_of_another_type() -> Json {
    given(REF_OF_ANOTHER_TYPE)
}

/// Stands for a ref like [`beside`] in another region.
pub fn beside_in_another_region() -> Json {
    given(REF_IN_ANOTHER_REGION)
}

/// Stands for an object that exists before: one of [`crate::subject::Subject::given`].
pub fn given(name: &str) -> Json {
    json!(format!("{GIVEN}{name}"))
}

pub const REF: &str = "ref";
pub const REF_OF_ANOTHER_TYPE: &str = "ref of another type";
pub const REF_IN_ANOTHER_REGION: &str = "ref in another region";
/// The prefix of a text that stands for something else.
pub const GIVEN: &str = "\u{fffd}given ";
