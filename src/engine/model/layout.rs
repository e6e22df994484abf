//! Everything that one configuration becomes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::engine::model::kind::Kind;
use crate::engine::model::name::ComponentName;
use crate::engine::model::seen::Seen;
use crate::engine::model::spec::{AttributePath, Desired, Input, Spec, Wanted};

/// Everything seen of a resource's components.
pub type AllSeen = BTreeMap<ComponentName, Seen>;

/// The component whose outputs are facts of the place that a resource lives in: `account`, `name`, `partition`.
pub const PLACE: &str = "place";

/// The anchor of a resource: its first component, and the call that marks it.
#[derive(Debug, Clone, Copy)]
pub struct Anchor<'a> {
    /// The component.
    pub component: &'a str,
    /// The call that writes its tags.
    pub call: &'a str,
}

/// Everything that one configuration becomes. Which components there are, which of them carries the marks and which is the
/// resource's own object depends on the configuration, not on the type of resource.
#[derive(Debug, Clone)]
pub struct Layout {
    /// The first component made: it carries the marks.
    pub anchor: ComponentName,
    /// The call that writes the marks.
    pub mark: &'static str,
    /// The component that the resource is about.
    pub primary: ComponentName,
    /// The resource's id: what components answer, and facts of its [`PLACE`].
    pub id: Input,
    /// What it is made of.
    pub components: Vec<Spec>,
    /// The computed attributes that come from what was seen.
    pub outcomes: Vec<Outcome>,
    /// Whether blocks of the configuration decide how many components there are. What a killed apply left of them is looked
    /// for by the tag of its owner.
    pub dynamic: bool,
    /// Whether an unknown of the configuration leaves open which components there are.
    pub open: bool,
    /// Those of the components that no configuration names: a state recorded them, or their tags tell of them.
    pub forgotten: BTreeSet<ComponentName>,
}

impl Layout {
    /// The anchor and its call.
    pub fn anchor(&self) -> Anchor<'_> {
        Anchor { component: &self.anchor, call: self.mark }
    }

    /// The component of that name.
    pub fn spec(&self, component: &str) -> Option<&Spec> {
        self.components.iter().find(|spec| spec.component == *component)
    }

    /// Whether the component is there and somebody else's.
    pub fn is_borrowed(&self, component: &str) -> bool {
        self.spec(component).is_some_and(Spec::is_borrowed)
    }

    /// Every desired value that comes from an attribute, in the order of the components and of their kinds' tables.
    pub fn sourced(&self) -> impl Iterator<Item = (&Spec, &'static str, &Desired)> {
        self.components.iter().flat_map(|spec| {
            let sourced = spec.set_desired().filter(|(_, desired)| desired.source.is_some());
            sourced.map(move |(field, desired)| (spec, field.name, desired))
        })
    }

    /// The attributes that fields come from.
    pub fn sources(&self) -> Sources {
        let source = |(spec, field, desired): (&Spec, &'static str, &Desired)| {
            Some(((spec.component.clone(), field), desired.source.clone()?))
        };
        Sources(self.sourced().filter_map(source).collect())
    }

    /// Adds components that exist and that nothing names any more, as what shall not be there. `kind` gives the kind of a name
    /// and its position among the kinds, users behind what they use: they are removed from the end. Of what has no kind any
    /// more nothing is known.
    pub fn add_forgotten<'a>(
        &mut self,
        names: impl IntoIterator<Item = &'a str>,
        kind: impl Fn(&ComponentName) -> Option<(usize, &'static Kind)>,
    ) {
        let mut found = BTreeMap::new();
        for name in names.into_iter().filter_map(ComponentName::parse) {
            if let (None, Some((position, kind))) = (self.spec(&name), kind(&name)) {
                found.insert((position, name), kind);
            }
        }
        for ((_, name), kind) in found {
            self.forgotten.insert(name.clone());
            self.components.push(Spec::new(name, kind).wanted(Wanted::No));
        }
    }
}

/// The attributes that fields come from, by component and field.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sources(BTreeMap<(ComponentName, &'static str), AttributePath>);

impl Sources {
    /// The attribute that a field comes from, if it comes from one alone.
    pub fn of(&self, component: &str, field: &str) -> Option<&AttributePath> {
        self.0.iter().find(|((name, of), _)| *name == *component && *of == field).map(|(_, path)| path)
    }

    /// Component, field and attribute of each.
    pub fn iter(&self) -> impl Iterator<Item = (&ComponentName, &'static str, &AttributePath)> {
        self.0.iter().map(|((component, field), path)| (component, *field, path))
    }
}

/// A computed attribute that comes from what was seen, and when its value is up for change.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The attribute.
    pub attribute: &'static str,
    /// Where its value comes from.
    pub value: OutcomeValue,
    /// It may be another once one of these components is made.
    pub made: Vec<ComponentName>,
    /// It may be another after any step at one of these.
    pub touched: Touched,
}

/// Where the value of an [`Outcome`] comes from.
#[derive(Debug, Clone)]
pub enum OutcomeValue {
    /// What a component answers; null where it answers nothing.
    Output(ComponentName, &'static str),
    /// What several together say; `None` where they were not looked at.
    Computed(fn(&Layout, &AllSeen) -> Option<Json>),
}

/// The components at which a step puts an outcome up for change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Touched {
    /// These.
    These(Vec<ComponentName>),
    /// Every one.
    Every,
}

impl Touched {
    /// Whether steps at these components put the outcome up for change.
    pub fn by(&self, touched: &BTreeSet<ComponentName>) -> bool {
        match self {
            Self::These(components) => components.iter().any(|component| touched.contains(component)),
            Self::Every => !touched.is_empty(),
        }
    }
}

impl Outcome {
    /// What a component answers from its creation on.
    pub fn output(attribute: &'static str, component: impl Into<ComponentName>, output: &'static str) -> Self {
        let component = component.into();
        let made = vec![component.clone()];
        Self { attribute, value: OutcomeValue::Output(component, output), made, touched: Touched::These(vec![]) }
    }

    /// What several components together say.
    pub fn computed(attribute: &'static str, value: fn(&Layout, &AllSeen) -> Option<Json>) -> Self {
        Self { attribute, value: OutcomeValue::Computed(value), made: vec![], touched: Touched::These(vec![]) }
    }

    /// The same, of a value that may be another once one of these components is made.
    #[must_use]
    pub fn made<N: Into<ComponentName>>(self, components: impl IntoIterator<Item = N>) -> Self {
        Self { made: components.into_iter().map(Into::into).collect(), ..self }
    }

    /// The same, of a value that may be another after any step at one of these components.
    #[must_use]
    pub fn touched<N: Into<ComponentName>>(self, components: impl IntoIterator<Item = N>) -> Self {
        Self { touched: Touched::These(components.into_iter().map(Into::into).collect()), ..self }
    }

    /// The same, of a value that may be another after any step.
    #[must_use]
    pub fn touched_by_every_step(self) -> Self {
        Self { touched: Touched::Every, ..self }
    }

    /// Its value, if what it comes from was looked at.
    pub fn value(&self, layout: &Layout, seen: &AllSeen) -> Option<Json> {
        match &self.value {
            OutcomeValue::Output(component, output) => {
                seen.get(component).map(|seen| seen.output(output).unwrap_or_default())
            }
            OutcomeValue::Computed(value) => value(layout, seen),
        }
    }
}
