//! The desired form of components, as data, and what is known of how they stand.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::base::Secret;
use crate::engine::model::kind::{Compare, Field, Kind, is_unset};
use crate::engine::model::name::ComponentName;

pub use crate::engine::model::input::{AttributePath, Desired, FieldOwner, Form, Input, PathSegment};

/// What a resource has to do with an object.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Stake {
    /// It is ours: made, changed and removed.
    #[default]
    Own,
    /// It is somebody else's: read for what it tells, never made, changed or removed.
    Borrow,
    /// It is held by several: made by the first holder, let go by each, and removed or given back when the last one goes.
    Hold,
}

/// Whether a component is to be there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Wanted {
    /// It is.
    #[default]
    Yes,
    /// It shall not be there: an earlier configuration asked for it, or this one leaves it out.
    No,
}

impl From<bool> for Wanted {
    fn from(wanted: bool) -> Self {
        if wanted { Self::Yes } else { Self::No }
    }
}

/// Where an object lives.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum At {
    /// Where its resource does.
    #[default]
    Home,
    /// In this region of AWS.
    Region(String),
    /// In this zone at Cloudflare.
    Zone(String),
}

/// What was applied of the fields that are put back when their object goes, by component and field.
pub type Applied = BTreeMap<ComponentName, BTreeMap<String, Json>>;

/// The desired form of one component: pure data.
#[derive(Debug, Clone)]
pub struct Spec {
    /// The component's name inside its resource.
    pub component: ComponentName,
    /// What kind of object it is.
    pub kind: &'static Kind,
    /// What its fields are set to.
    pub desired: BTreeMap<&'static str, Desired>,
    /// What the resource has to do with it.
    pub stake: Stake,
    /// Whether it is to be there.
    pub wanted: Wanted,
    /// Where it lives.
    pub at: At,
    /// Its name, where that does not follow from the resource: that of an object which several hold.
    pub name: Option<String>,
    /// The component that it lives in. It comes after that one.
    pub within: Option<ComponentName>,
    /// The components that it comes after, beside those whose outputs it takes.
    pub after: BTreeSet<ComponentName>,
}

impl Spec {
    /// A spec without fields yet.
    pub fn new(component: impl Into<ComponentName>, kind: &'static Kind) -> Self {
        Self {
            component: component.into(),
            kind,
            desired: BTreeMap::new(),
            stake: Stake::default(),
            wanted: Wanted::default(),
            at: At::default(),
            name: None,
            within: None,
            after: BTreeSet::new(),
        }
    }

    /// The same, with another stake in the object.
    #[must_use]
    pub fn stake(self, stake: Stake) -> Self {
        Self { stake, ..self }
    }

    /// The same, of an object that is to be there or not.
    #[must_use]
    pub fn wanted(self, wanted: impl Into<Wanted>) -> Self {
        Self { wanted: wanted.into(), ..self }
    }

    /// The same, of an object of this name.
    #[must_use]
    pub fn called(self, name: &str) -> Self {
        Self { name: Some(name.to_owned()), ..self }
    }

    /// The same, of an object that lives somewhere else than its resource.
    #[must_use]
    pub fn at(self, at: At) -> Self {
        Self { at, ..self }
    }

    /// The same, of an object that lives in another one, and so comes after it.
    #[must_use]
    pub fn within(self, component: impl Into<ComponentName>) -> Self {
        Self { within: Some(component.into()), ..self }
    }

    /// The same, of an object that is made after others and removed before them, though it takes nothing of them.
    #[must_use]
    pub fn after<N: Into<ComponentName>>(mut self, components: impl IntoIterator<Item = N>) -> Self {
        self.after.extend(components.into_iter().map(Into::into));
        self
    }

    /// Sets one field. Only fields of the kind's table count; a test of each layout holds that.
    #[must_use]
    pub fn with(mut self, field: &'static str, value: impl Into<Desired>) -> Self {
        self.desired.insert(field, value.into());
        self
    }

    /// Whether it is to be there.
    pub fn is_wanted(&self) -> bool {
        self.wanted == Wanted::Yes
    }

    /// Whether it is somebody else's.
    pub fn is_borrowed(&self) -> bool {
        self.stake == Stake::Borrow
    }

    /// Whether it is held together with others.
    pub fn is_held(&self) -> bool {
        self.stake == Stake::Hold
    }

    /// Whether it is ours to make: of a kind that is made at all, nobody else's, and wanted.
    pub fn is_made(&self) -> bool {
        self.kind.create.is_some() && !self.is_borrowed() && self.is_wanted()
    }

    /// Whether it is removed wherever it is found: not wanted, of a kind that can be removed, and nobody else's.
    pub fn is_removed(&self) -> bool {
        self.kind.delete.is_some() && !self.is_borrowed() && !self.is_wanted()
    }

    /// Permissions that reading it takes: IAM actions, or permissions of a token. What shall not be there is looked for too.
    pub fn reads(&self) -> &'static [&'static str] {
        self.kind.read_permissions
    }

    /// Permissions that its create, its changes and its delete take.
    pub fn writes(&self) -> BTreeSet<&'static str> {
        let kind = self.kind;
        let mut needed = BTreeSet::new();
        if !self.is_made() {
            return needed;
        }
        let is_wished = |field: &&Field| {
            let desired = self.input(field.name);
            desired.is_some_and(|desired| !desired.known().is_some_and(is_unset))
        };
        needed.extend(kind.extra_permissions.iter().chain(kind.token_permissions));
        needed.extend(kind.fields.iter().filter(is_wished).flat_map(|field| field.extra_permissions));
        if kind.token_permissions.is_empty() {
            let may_change = |field: &&Field| field.compare != Compare::WhenSet || is_wished(field);
            needed.extend(kind.create.into_iter().chain(kind.delete));
            needed.extend(kind.fields.iter().filter(may_change).filter_map(|field| field.set.call()));
        }
        needed
    }

    /// What a field is set to.
    pub fn input(&self, field: &str) -> Option<&Input> {
        self.desired.get(field).map(|desired| &desired.input)
    }

    /// A field of the kind's table with the owner that it has in this configuration.
    pub fn judged(&self, field: &Field) -> Field {
        let compare = self.desired.get(field.name).map_or(field.compare, |desired| desired.compare(field));
        Field { compare, ..*field }
    }

    /// The components whose outputs this one takes.
    pub fn takes(&self) -> BTreeSet<&str> {
        self.desired.values().flat_map(|desired| desired.input.takes()).map(|(component, _)| component).collect()
    }

    /// The components that it comes after: those whose outputs it takes, the one that it lives in, and those it names.
    pub fn needs(&self) -> BTreeSet<&str> {
        let mut needs = self.takes();
        needs.extend(self.within.iter().chain(&self.after).map(ComponentName::as_str));
        needs
    }

    /// The fields of the kind's table that this spec sets, in the table's order.
    pub fn set_fields(&self) -> impl Iterator<Item = (&'static Field, &Input)> {
        self.set_desired().map(|(field, desired)| (field, &desired.input))
    }

    /// The same, with where each desired value comes from.
    pub fn set_desired(&self) -> impl Iterator<Item = (&'static Field, &Desired)> {
        self.kind.fields.iter().filter_map(|field| self.desired.get(field.name).map(|desired| (field, desired)))
    }
}

/// A spec whose every field is a value: what a create or an update is given. Secrets are apart from what is compared.
#[derive(Debug, Clone, Default)]
pub struct Resolved(pub BTreeMap<String, Json>, BTreeMap<String, Secret>);

impl From<BTreeMap<String, Json>> for Resolved {
    fn from(fields: BTreeMap<String, Json>) -> Self {
        Self(fields, BTreeMap::new())
    }
}

impl Resolved {
    /// The same, with these secrets.
    #[must_use]
    pub fn with_secrets(self, secrets: BTreeMap<String, Secret>) -> Self {
        Self(self.0, secrets)
    }

    /// A secret, if one was given.
    pub fn secret(&self, field: &str) -> Option<&Secret> {
        self.1.get(field)
    }

    /// A text field; empty where it is not set.
    pub fn text(&self, field: &str) -> &str {
        self.0.get(field).and_then(Json::as_str).unwrap_or_default()
    }

    /// A text field that may be left out.
    pub fn maybe_text(&self, field: &str) -> Option<String> {
        self.0.get(field).and_then(Json::as_str).map(str::to_owned)
    }

    /// A whole number that may be left out.
    pub fn maybe_int(&self, field: &str) -> Option<i64> {
        self.0.get(field).and_then(Json::as_i64)
    }

    /// A flag; off where it is not set.
    pub fn flag(&self, field: &str) -> bool {
        self.0.get(field).and_then(Json::as_bool).unwrap_or_default()
    }

    /// A list of texts.
    pub fn texts(&self, field: &str) -> Vec<String> {
        let items = self.0.get(field).and_then(Json::as_array);
        items.into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect()
    }

    /// A map of texts.
    pub fn map(&self, field: &str) -> BTreeMap<String, String> {
        text_map(self.0.get(field))
    }
}

/// A JSON object of texts as a map; anything else in it is left out.
pub fn text_map(value: Option<&Json>) -> BTreeMap<String, String> {
    let entries = value.and_then(Json::as_object);
    entries.into_iter().flatten().filter_map(|(k, v)| Some((k.clone(), v.as_str()?.to_owned()))).collect()
}

/// Adds to `wanted` what `earlier` set and nobody wants any more: whole components, and entries of maps. Others may have
/// added entries too (tags, say): only what we once set is ever taken away.
pub fn mark_removed(earlier: &[Spec], wanted: &mut Vec<Spec>) {
    let names: BTreeSet<ComponentName> = wanted.iter().map(|spec| spec.component.clone()).collect();
    let dropped = earlier.iter().filter(|spec| !names.contains(&spec.component));
    wanted.extend(dropped.map(|spec| spec.clone().wanted(Wanted::No)));
    for spec in wanted {
        let before = earlier.iter().find(|other| other.component == spec.component);
        for field in spec.kind.fields {
            let Some(map) = field.removes else { continue };
            let keys = |spec: &Spec| text_map(spec.input(map).and_then(Input::known)).into_keys().collect();
            let (before, now): (BTreeSet<String>, BTreeSet<String>) =
                (before.map(keys).unwrap_or_default(), keys(spec));
            let gone: Vec<String> = before.difference(&now).cloned().collect();
            if !gone.is_empty() && spec.input(map) != Some(&Input::Unknown) {
                spec.desired.insert(field.name, gone.into());
            }
        }
    }
}

/// How a component stood when Read last looked: the planner's other half.
#[derive(Debug, Clone, Default)]
pub struct CurrentState {
    /// Its fields, as the state tells them.
    pub fields: BTreeMap<&'static str, Input>,
    /// Fields that Read found different from what was last applied, and the calls that set them back.
    pub deviating: BTreeMap<String, Vec<String>>,
    /// It is somebody else's.
    pub borrowed: bool,
    /// It is ours and no applied configuration named it, so that nothing is known of it but that it is there.
    pub left_over: bool,
}

/// How all components stand. One that is missing is not in it.
pub type CurrentStates = BTreeMap<String, CurrentState>;

/// The current state of components that are exactly as `specs` say.
pub fn matching(specs: &[Spec]) -> CurrentStates {
    specs
        .iter()
        .filter(|spec| spec.is_wanted())
        .map(|spec| {
            let fields = spec.desired.iter().map(|(field, desired)| (*field, desired.input.clone())).collect();
            (
                spec.component.to_string(),
                CurrentState { fields, borrowed: spec.is_borrowed(), ..CurrentState::default() },
            )
        })
        .collect()
}
