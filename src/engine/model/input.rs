//! What fields are set to: values, and what takes their place until they are known.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::base::Secret;
use crate::engine::model::kind::{Compare, Field};
use crate::engine::model::name::ComponentName;

/// What one field of a component is set to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Input {
    /// A value.
    Known(Json),
    /// A value of the configuration that is not known yet.
    Unknown,
    /// What another component answers once it exists.
    Output {
        /// The other component.
        component: ComponentName,
        /// Which of its outputs; `id` is every component's.
        output: String,
    },
    /// A text with what other components will answer inside, such as a policy that names them.
    Text {
        /// The text, with `${component.output}` where the answers go.
        template: String,
        /// The components and outputs in it.
        outputs: Vec<(ComponentName, String)>,
    },
    /// A list with what other components will answer inside, such as the subnets of three zones.
    List(Vec<Input>),
    /// A secret, which only an apply knows: it is handed to the call that takes it, as a parameter, and is never compared, stored
    /// or shown. What has changed of it is told by the version beside it, an ordinary field.
    Secret(#[serde(skip)] Option<Secret>),
}

impl Input {
    /// What another component will answer.
    pub fn output(component: impl Into<ComponentName>, output: &str) -> Self {
        Self::Output { component: component.into(), output: output.to_owned() }
    }

    /// A text with `${component.output}` in it for each of `outputs`.
    pub fn text(template: String, outputs: &[(&str, &str)]) -> Self {
        let owned = |(component, output): &(&str, &str)| (ComponentName::from(*component), (*output).to_owned());
        Self::Text { template, outputs: outputs.iter().map(owned).collect() }
    }

    /// A list; a value as soon as all its items are.
    pub fn list(items: impl IntoIterator<Item = Self>) -> Self {
        let items: Vec<Self> = items.into_iter().collect();
        match items.iter().map(|item| item.known().cloned()).collect::<Option<Vec<Json>>>() {
            Some(values) => Self::Known(values.into()),
            None if items.contains(&Self::Unknown) => Self::Unknown,
            None => Self::List(items),
        }
    }

    /// The same, but `other` where the value is known to be null.
    #[must_use]
    pub fn or(self, other: Json) -> Self {
        if self == Self::Known(Json::Null) { other.into() } else { self }
    }

    /// What of others it takes: components and their outputs.
    pub fn takes(&self) -> Vec<(&str, &str)> {
        match self {
            Self::Known(_) | Self::Unknown | Self::Secret(_) => vec![],
            Self::Output { component, output } => vec![(component, output)],
            Self::Text { outputs, .. } => {
                outputs.iter().map(|(component, output)| (component.as_str(), output.as_str())).collect()
            }
            Self::List(items) => items.iter().flat_map(Self::takes).collect(),
        }
    }

    /// The value, once `answer` tells what it takes of others; `None` while something of it is not known.
    pub fn value(&self, answer: impl Fn(&str, &str) -> Option<Json>) -> Option<Json> {
        self.resolved(&answer)
    }

    fn resolved(&self, answer: &dyn Fn(&str, &str) -> Option<Json>) -> Option<Json> {
        match self {
            Self::Known(value) => Some(value.clone()),
            Self::Unknown | Self::Secret(_) => None,
            Self::Output { component, output } => answer(component, output),
            Self::Text { template, outputs } => outputs
                .iter()
                .try_fold(template.clone(), |text, (component, output)| {
                    let told = answer(component, output)?;
                    Some(text.replace(&format!("${{{component}.{output}}}"), told.as_str()?))
                })
                .map(Json::from),
            Self::List(items) => {
                items.iter().map(|item| item.resolved(answer)).collect::<Option<Vec<Json>>>().map(Json::from)
            }
        }
    }

    /// The value, if there is one.
    pub fn known(&self) -> Option<&Json> {
        match self {
            Self::Known(value) => Some(value),
            _ => None,
        }
    }

    /// The desired value for this that comes from an attribute.
    pub fn set_by(self, source: impl Into<AttributePath>) -> Desired {
        Desired { source: Some(source.into()), ..Desired::from(self) }
    }
}

impl<T: Into<Json>> From<T> for Input {
    fn from(value: T) -> Self {
        Self::Known(value.into())
    }
}

/// Where in the configuration a desired value comes from. The engine hands it on and never looks inside.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AttributePath(Vec<PathSegment>);

/// One step of an [`AttributePath`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum PathSegment {
    /// Into an attribute or a block.
    Name(String),
    /// To the entry of a map.
    Key(String),
    /// To the repeated block that these key attributes identify, each with its value.
    Block(Vec<(String, String)>),
}

impl AttributePath {
    /// The same path, one attribute or block further.
    #[must_use]
    pub fn name(mut self, name: &str) -> Self {
        self.0.push(PathSegment::Name(name.to_owned()));
        self
    }

    /// The same path, at the entry of a map.
    #[must_use]
    pub fn key(mut self, key: &str) -> Self {
        self.0.push(PathSegment::Key(key.to_owned()));
        self
    }

    /// The same path, at the repeated block that these key attributes identify.
    #[must_use]
    pub fn block(mut self, keys: &[(&str, &str)]) -> Self {
        let owned = |(attribute, value): &(&str, &str)| ((*attribute).to_owned(), (*value).to_owned());
        self.0.push(PathSegment::Block(keys.iter().map(owned).collect()));
        self
    }

    /// The attribute or block of the resource that it begins with.
    pub fn attribute(&self) -> Option<&str> {
        match self.0.first()? {
            PathSegment::Name(name) => Some(name),
            PathSegment::Key(_) | PathSegment::Block(_) => None,
        }
    }

    /// The path up to the first repeated block on the way; the whole path where there is none.
    #[must_use]
    pub fn outermost_block(&self) -> Self {
        let end = self.0.iter().position(|segment| matches!(segment, PathSegment::Block(_)));
        Self(self.0[..end.map_or(self.0.len(), |end| end + 1)].to_vec())
    }

    /// Its steps, the outermost first.
    pub fn segments(&self) -> &[PathSegment] {
        &self.0
    }
}

/// Names of attributes and single blocks, separated by dots.
impl From<&str> for AttributePath {
    fn from(names: &str) -> Self {
        Self(names.split('.').map(|name| PathSegment::Name(name.to_owned())).collect())
    }
}

impl fmt::Display for AttributePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, segment) in self.0.iter().enumerate() {
            match segment {
                PathSegment::Name(name) if n == 0 => write!(f, "{name}")?,
                PathSegment::Name(name) => write!(f, ".{name}")?,
                PathSegment::Key(key) => write!(f, "[{key:?}]")?,
                PathSegment::Block(keys) => {
                    let values: Vec<&str> = keys.iter().map(|(_, value)| value.as_str()).collect();
                    write!(f, "[{:?}]", values.join(" "))?;
                }
            }
        }
        Ok(())
    }
}

/// How an attribute writes what the field holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Form {
    /// As the field does.
    #[default]
    Plain,
    /// As a duration such as `"30s"`, where the field is a number of seconds.
    Duration,
    /// As the field does, a map, without these entries: other attributes give them.
    Without(&'static [&'static str]),
}

/// Who decides on a field once the object exists.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FieldOwner {
    /// The configuration: what differs is set back.
    #[default]
    Ours,
    /// Somebody else, such as CI or autoscaling: the configuration gives the first value, and a change is no drift.
    Theirs,
}

/// What a configuration wants of one field, where it says so, and who owns the field afterwards.
#[derive(Debug, Clone, PartialEq)]
pub struct Desired {
    /// The value, or what will give it.
    pub input: Input,
    /// The attribute that it comes from, where it is one alone: it is refreshed from the field, named in its place, and
    /// blamed for it.
    pub source: Option<AttributePath>,
    /// How that attribute writes it.
    pub form: Form,
    /// Who owns the field.
    pub owner: FieldOwner,
}

impl Desired {
    /// The same value; the attribute is a duration, the field a number of seconds.
    #[must_use]
    pub fn as_duration(self) -> Self {
        Self { form: Form::Duration, ..self }
    }

    /// The same value, a map; these of its entries come from other attributes.
    #[must_use]
    pub fn without(self, entries: &'static [&'static str]) -> Self {
        Self { form: Form::Without(entries), ..self }
    }

    /// The same value, of a field that belongs to `owner` in this configuration.
    #[must_use]
    pub fn owned_by(self, owner: FieldOwner) -> Self {
        Self { owner, ..self }
    }

    /// How the field is compared in this configuration: what is somebody else's is given once.
    pub fn compare(&self, field: &Field) -> Compare {
        match self.owner {
            FieldOwner::Ours => field.compare,
            FieldOwner::Theirs => Compare::Ignored,
        }
    }

    /// A live value as the attribute writes it.
    pub fn written(&self, live: &Json) -> Json {
        match (self.form, live) {
            (Form::Duration, Json::Number(seconds)) => Json::from(format!("{seconds}s")),
            (Form::Without(others), Json::Object(entries)) => {
                let own = entries.iter().filter(|(name, _)| !others.contains(&name.as_str()));
                own.map(|(name, value)| (name.clone(), value.clone())).collect()
            }
            _ => live.clone(),
        }
    }
}

impl<T: Into<Input>> From<T> for Desired {
    fn from(input: T) -> Self {
        Self { input: input.into(), source: None, form: Form::default(), owner: FieldOwner::default() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_list_holds_what_others_will_answer() {
        let subnets =
            Input::list([Input::output("subnet_a", "id"), Input::from("subnet-0"), Input::output("subnet_b", "id")]);
        assert_eq!(subnets.takes(), [("subnet_a", "id"), ("subnet_b", "id")]);
        assert_eq!(subnets.value(|_, _| None), None);
        let told = subnets.value(|component, _| Some(json!(component)));
        assert_eq!(told, Some(json!(["subnet_a", "subnet-0", "subnet_b"])));
        assert_eq!(Input::list(["a", "b"].map(Input::from)), json!(["a", "b"]).into());
        assert_eq!(Input::list([Input::Unknown, Input::output("subnet_a", "id")]), Input::Unknown);
    }

    #[test]
    fn a_secret_is_neither_shown_nor_written_down() {
        let secret = Input::Secret(Some(Secret::from("hunter2".to_owned())));
        assert!(!format!("{secret:?}").contains("hunter2"));
        let written = serde_json::to_string(&secret).unwrap();
        assert_eq!(
            written,
            serde_json::to_string(&Input::Secret(None)).unwrap(),
            "one that is not known yet is no other"
        );
        assert!(secret.known().is_none() && secret.value(|_, _| Some(json!("x"))).is_none());
    }

    #[test]
    fn an_attribute_is_written_in_its_form() {
        let written = |desired: Desired, live: Json| desired.written(&live);
        let of = || Desired::from(Input::Unknown);
        assert_eq!(written(of().as_duration(), json!(30)), json!("30s"));
        assert_eq!(written(of().as_duration(), Json::Null), Json::Null);
        assert_eq!(written(of().without(&["HOST"]), json!({"HOST": "h", "COLOUR": "red"})), json!({"COLOUR": "red"}));
        assert_eq!(written(of(), json!({"HOST": "h"})), json!({"HOST": "h"}));
    }

    #[test]
    fn a_path_leads_into_repeated_blocks() {
        let path = AttributePath::from("alarm").block(&[("name", "error rate")]).name("above");
        assert_eq!(path.to_string(), "alarm[\"error rate\"].above");
        assert_eq!(AttributePath::from("http.health.path").segments().len(), 3);
    }
}
