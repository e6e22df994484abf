//! The desired form of components, as data, and what is known of how they stand.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::engine::model::kind::{Compare, Field, Kind, is_off};

/// One field of a spec.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Input {
    /// A value.
    Known(Json),
    /// A value of the configuration that is not known yet.
    Unknown,
    /// What another component answers once it exists.
    Output {
        /// The other component.
        component: String,
        /// Which of its outputs; `id` is every component's.
        output: String,
    },
    /// A text with what other components will answer inside, such as a policy that names them.
    Text {
        /// The text, with `${component.output}` where the answers go.
        template: String,
        /// The components and outputs in it.
        outputs: Vec<(String, String)>,
    },
}

impl Input {
    /// What another component will answer.
    pub fn output(component: &str, output: &str) -> Self {
        Self::Output { component: component.to_owned(), output: output.to_owned() }
    }

    /// A text with `${component.output}` in it for each of `outputs`.
    pub fn text(template: String, outputs: &[(&str, &str)]) -> Self {
        let owned = |(component, output): &(&str, &str)| ((*component).to_owned(), (*output).to_owned());
        Self::Text { template, outputs: outputs.iter().map(owned).collect() }
    }

    /// The same, but `other` where the value is known to be null.
    #[must_use]
    pub fn or(self, other: Json) -> Self {
        if self == Self::Known(Json::Null) { other.into() } else { self }
    }

    /// What of others it takes: components and their outputs.
    pub fn takes(&self) -> Vec<(&str, &str)> {
        match self {
            Self::Known(_) | Self::Unknown => vec![],
            Self::Output { component, output } => vec![(component, output)],
            Self::Text { outputs, .. } => {
                outputs.iter().map(|(component, output)| (component.as_str(), output.as_str())).collect()
            }
        }
    }

    /// The value, once `answer` tells what it takes of others; `None` while something of it is not known.
    pub fn value(&self, answer: impl Fn(&str, &str) -> Option<Json>) -> Option<Json> {
        match self {
            Self::Known(value) => Some(value.clone()),
            Self::Unknown => None,
            Self::Output { component, output } => answer(component, output),
            Self::Text { template, outputs } => outputs
                .iter()
                .try_fold(template.clone(), |text, (component, output)| {
                    let told = answer(component, output)?;
                    Some(text.replace(&format!("${{{component}.{output}}}"), told.as_str()?))
                })
                .map(Json::from),
        }
    }

    /// The value, if there is one.
    pub fn known(&self) -> Option<&Json> {
        match self {
            Self::Known(value) => Some(value),
            _ => None,
        }
    }
}

impl<T: Into<Json>> From<T> for Input {
    fn from(value: T) -> Self {
        Self::Known(value.into())
    }
}

/// The desired form of one component: pure data.
#[derive(Debug, Clone)]
pub struct Spec {
    /// The component's name inside its resource, `db_instance` or `alarm.error_rate`.
    pub component: String,
    /// What kind of object it is.
    pub kind: &'static Kind,
    /// Its fields.
    pub fields: BTreeMap<&'static str, Input>,
    /// It is somebody else's: read for what it tells, never made, changed or removed.
    pub shared: bool,
    /// It shall not be there: what an earlier configuration asked for, or what this one leaves out.
    pub absent: bool,
    /// The component that it lives in.
    pub within: Option<String>,
}

impl Spec {
    /// A spec without fields yet.
    pub fn new(component: &str, kind: &'static Kind) -> Self {
        Self {
            component: component.to_owned(),
            kind,
            fields: BTreeMap::new(),
            shared: false,
            absent: false,
            within: None,
        }
    }

    /// The same, of an object that is somebody else's if `shared` says so.
    #[must_use]
    pub fn shared(mut self, shared: bool) -> Self {
        self.shared = shared;
        self
    }

    /// The same, of an object that shall not be there if `absent` says so.
    #[must_use]
    pub fn absent(mut self, absent: bool) -> Self {
        self.absent = absent;
        self
    }

    /// The same, of an object that lives in another one.
    #[must_use]
    pub fn within(mut self, component: &str) -> Self {
        self.within = Some(component.to_owned());
        self
    }

    /// Whether it is ours to make: of a kind that is made at all, nobody else's, and wanted.
    pub fn is_made(&self) -> bool {
        self.kind.create.is_some() && !self.shared && !self.absent
    }

    /// What it needs of the credentials: IAM actions, or permissions of another name. What shall not be there is looked for
    /// too.
    pub fn permissions(&self) -> BTreeSet<&'static str> {
        let kind = self.kind;
        let mut needed = BTreeSet::from_iter(kind.reads.iter().copied());
        if !self.is_made() {
            return needed;
        }
        let is_wished = |field: &&Field| {
            let wish = self.fields.get(field.name);
            wish.is_some_and(|wish| !wish.known().is_some_and(is_off))
        };
        needed.extend(kind.also.iter().chain(kind.scopes));
        needed.extend(kind.fields.iter().filter(is_wished).flat_map(|field| field.also));
        if kind.scopes.is_empty() {
            let may_change = |field: &&Field| field.compare != Compare::IfAny || is_wished(field);
            needed.extend(kind.create.into_iter().chain(kind.delete));
            needed.extend(kind.fields.iter().filter(may_change).filter_map(|field| field.set.call()));
        }
        needed
    }

    /// Sets one field. Only fields of the kind's table count; a test of each kind holds that.
    #[must_use]
    pub fn with(mut self, field: &'static str, value: impl Into<Input>) -> Self {
        self.fields.insert(field, value.into());
        self
    }

    /// The components whose outputs this one takes.
    pub fn needs(&self) -> BTreeSet<&str> {
        self.fields.values().flat_map(Input::takes).map(|(component, _)| component).collect()
    }

    /// The fields of the kind's table that this spec sets, in the table's order.
    pub fn set_fields(&self) -> impl Iterator<Item = (&'static Field, &Input)> {
        self.kind.fields.iter().filter_map(|field| self.fields.get(field.name).map(|input| (field, input)))
    }
}

/// A spec whose every field is a value: what a create or an update is given.
#[derive(Debug, Clone, Default)]
pub struct Resolved(pub BTreeMap<String, Json>);

impl Resolved {
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
pub fn retire(earlier: &[Spec], wanted: &mut Vec<Spec>) {
    let names: BTreeSet<String> = wanted.iter().map(|spec| spec.component.clone()).collect();
    let dropped = earlier.iter().filter(|spec| !names.contains(&spec.component));
    wanted.extend(dropped.map(|spec| spec.clone().absent(true)));
    for spec in wanted {
        let before = earlier.iter().find(|other| other.component == spec.component);
        for field in spec.kind.fields {
            let Some(map) = field.removes else { continue };
            let keys = |spec: &Spec| text_map(spec.fields.get(map).and_then(Input::known)).into_keys().collect();
            let (before, now): (BTreeSet<String>, BTreeSet<String>) =
                (before.map(keys).unwrap_or_default(), keys(spec));
            let gone: Vec<String> = before.difference(&now).cloned().collect();
            if !gone.is_empty() && spec.fields.get(map) != Some(&Input::Unknown) {
                spec.fields.insert(field.name, gone.into());
            }
        }
    }
}

/// How a component stood when Read last looked: the planner's other half.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    /// Its fields, as the state tells them.
    pub fields: BTreeMap<&'static str, Input>,
    /// Fields that Read found different from what was last applied, and the calls that set them back.
    pub deviating: BTreeMap<String, Vec<String>>,
    /// It is somebody else's.
    pub shared: bool,
}

/// How all components stand. One that is missing is not in it.
pub type Standings = BTreeMap<String, Standing>;

/// The standing of components that are exactly as `specs` say.
pub fn as_specified(specs: &[Spec]) -> Standings {
    specs
        .iter()
        .filter(|spec| !spec.absent)
        .map(|spec| {
            let (fields, shared) = (spec.fields.clone(), spec.shared);
            (spec.component.clone(), Standing { fields, shared, ..Standing::default() })
        })
        .collect()
}
