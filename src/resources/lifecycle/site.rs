//! Where a resource is built: its names, its tags, and what the state recorded of it.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use tf_plugin::{Model, Path, Value};

use super::redact::Redaction;
use super::values::located;
use super::{Composite, Place, tags};
use crate::base::{Freshness, RESOURCE_TAG, Result};
use crate::clouds::Clouds;
use crate::engine::model::identity::{Identity, Owner};
use crate::engine::model::kind::Kind;
use crate::engine::model::kind::TAGS;
use crate::engine::model::layout::{Layout, Sources};
use crate::engine::model::name::ComponentName;
use crate::engine::model::spec::{Applied, Input, Spec, Stake, text_map};
use crate::engine::run::component::Address;
use crate::engine::run::instance::{BoundComponent, ResourceInstance};

/// How the state names a component that is somebody else's.
const SHARED: &str = "shared:";

/// Said in place of a name that is not known yet.
pub const UNNAMED: &str = "(name not known yet)";

/// What design needs beside the configuration.
#[derive(Debug, Clone)]
pub struct Site {
    /// Whose its objects are; the name is empty while unknown.
    pub owner: Owner,
    /// The name of its place; empty while unknown.
    pub place: String,
    /// The ids of its components, as the state recorded them.
    pub recorded: BTreeMap<String, String>,
    /// The tags of all its objects, the provider's default tags and the owner's among them.
    pub tags: Input,
    /// The names that the user gives to single objects, by component.
    pub names: BTreeMap<String, String>,
    /// The owner whose objects go when this one comes, if it replaces another.
    pub replaces: Option<String>,
    /// What was last applied of the fields that are put back.
    pub applied: Applied,
    /// The user's values, which a cloud's words may repeat.
    redaction: Redaction,
    /// Which attribute each field comes from.
    sources: Sources,
    /// Where those attributes are in the object that the site was read off.
    paths: BTreeMap<(String, String), Path>,
}

impl Site {
    /// That of a resource of which only the path is known.
    pub fn named<C: Composite>(path: &str, place: &str) -> Self {
        Self::owned_by(C::owner_of(path), place)
    }

    /// That of a resource of which only is known who it is.
    pub fn owned_by(owner: Owner, place: &str) -> Self {
        Self {
            owner,
            place: place.to_owned(),
            recorded: BTreeMap::new(),
            tags: Json::Null.into(),
            names: BTreeMap::new(),
            replaces: None,
            applied: Applied::new(),
            redaction: Redaction::default(),
            sources: Sources::default(),
            paths: BTreeMap::new(),
        }
    }

    /// The same, of another owner: what a state without the attribute cannot say.
    #[must_use]
    pub fn of_owner(mut self, owner: Owner) -> Self {
        if let Input::Known(Json::Object(tags)) = &mut self.tags {
            tags.insert(RESOURCE_TAG.to_owned(), owner.to_string().into());
        }
        self.owner = owner;
        self
    }

    /// Reads it off an object of the resource.
    pub fn of<C: Composite>(object: &Value) -> Self {
        let text = |name: &str| object.get(name).as_str().map(str::to_owned);
        let recorded = texts(object.get("components"));
        let name = text("name").unwrap_or_default();
        let owner = Owner { environment: text("environment"), ..C::owner_of(&name) };
        Self {
            place: text(C::Place::ATTRIBUTE).unwrap_or_default(),
            recorded,
            tags: tags::desired(object, &owner),
            names: texts(object.get("names")),
            replaces: None,
            applied: Applied::new(),
            redaction: Redaction::of(object, C::Model::shared_block()),
            sources: Sources::default(),
            paths: BTreeMap::new(),
            owner,
        }
    }

    /// Its name, as messages say it.
    pub fn shown_name(&self) -> &str {
        if self.owner.name.is_empty() { UNNAMED } else { &self.owner.name }
    }

    /// A cloud's words without the user's values: each gives way to the name of its attribute.
    pub fn redacted(&self, words: &str) -> String {
        self.redaction.apply(words)
    }

    /// Who the resource is.
    pub fn identity(&self, account: &str, region: &str) -> Identity {
        Identity { account: account.to_owned(), region: region.to_owned(), owner: self.owner.clone() }
    }

    /// A spec of one of our objects: described, tagged, and left alone if it is somebody else's.
    pub fn spec(&self, component: impl Into<ComponentName>, kind: &'static Kind) -> Spec {
        let component = component.into();
        let stake = self.stake(&component);
        Spec::new(component, kind)
            .with("description", format!("Part of {}", self.owner))
            .with(TAGS, self.tags.clone())
            .stake(stake)
    }

    /// What the resource has to do with a component, as the state recorded it.
    pub fn stake(&self, component: &str) -> Stake {
        if self.is_shared(component) { Stake::Borrow } else { Stake::Own }
    }

    /// Remembers which attribute each field of a layout comes from, as an object of the resource holds them.
    pub fn remember(&mut self, layout: &Layout, object: &Value) {
        self.sources = layout.sources();
        let place = |(component, field, source): (&ComponentName, &str, _)| {
            ((component.to_string(), field.to_owned()), located(object, source))
        };
        self.paths = self.sources.iter().map(place).collect();
    }

    /// The attribute that a field comes from, if it comes from one alone.
    pub fn path_of(&self, component: &str, field: &str) -> Option<Path> {
        self.paths.get(&(component.to_owned(), field.to_owned())).cloned()
    }

    /// The same as a person writes it.
    pub fn word_for(&self, component: &str, field: &str) -> Option<String> {
        self.sources.of(component, field).map(ToString::to_string)
    }

    /// Whether the component is somebody else's.
    pub fn is_shared(&self, component: &str) -> bool {
        self.recorded.get(component).is_some_and(|id| Self::is_shared_id(id))
    }

    /// The id that the state recorded of a component: of somebody else's, or of our own.
    fn recorded(&self, component: &str, shared: bool) -> Option<&str> {
        match (self.recorded.get(component)?.strip_prefix(SHARED), shared) {
            (Some(id), true) => Some(id),
            (None, false) => self.recorded.get(component).map(String::as_str),
            _ => None,
        }
    }

    /// The name of a component's object: the recorded one, where the name is the id; the one that the user gives; or the
    /// computed one.
    pub fn object_name(&self, component: &str, kind: &Kind, shared: bool) -> String {
        let recorded = self.recorded(component, shared).filter(|_| kind.named);
        let given = self.names.get(component).map(String::as_str).filter(|_| kind.names.is_some());
        match recorded.or(given) {
            Some(name) => name.to_owned(),
            None => self.computed_name(component, kind),
        }
    }

    fn computed_name(&self, component: &str, kind: &Kind) -> String {
        let suffix = suffix(component);
        if let Some(path) = kind.path {
            let own = self.owner.path();
            return suffix.map_or_else(|| format!("{path}/{own}"), |suffix| format!("{path}/{own}/{suffix}"));
        }
        let place = Some(self.place.as_str()).filter(|_| kind.global);
        let suffix: Vec<&str> = suffix.as_deref().into_iter().chain(place).collect();
        let suffix = (!suffix.is_empty()).then(|| suffix.join("-"));
        self.owner.object_name(suffix.as_deref(), kind.name_limit)
    }

    /// The layout as parts that can be worked on.
    ///
    /// # Errors
    /// A place that a component lives in could not be opened.
    pub async fn instance<P: Place>(&self, clouds: &Clouds, place: &P, layout: &Layout) -> Result<ResourceInstance> {
        let specs = &layout.components;
        let mut parts = Vec::with_capacity(specs.len());
        for spec in specs {
            // What another apply is doing is never taken from an earlier answer.
            let fresh = if layout.anchor == spec.component { Freshness::from_now() } else { Freshness::recent() };
            parts.push(BoundComponent {
                address: Address { fresh, ..self.address(spec, specs) },
                component: place.reach(clouds, spec.kind, &spec.at).await?,
                spec: spec.clone(),
            });
        }
        Ok(ResourceInstance {
            identity: self.identity(place.account(), place.name()),
            parts,
            anchor: layout.anchor.clone(),
            tags: text_map(self.tags.known()),
        })
    }

    /// Where the object of a spec is to be found, as new as a run needs it that begins now.
    pub fn address(&self, spec: &Spec, specs: &[Spec]) -> Address {
        Address {
            name: self.name_of(spec),
            recorded: self.recorded(&spec.component, spec.is_borrowed()).map(str::to_owned),
            owner: self.owner.to_string(),
            within: self.around(spec, specs),
            token: String::new(),
            applied: self.applied.get(&spec.component).cloned().unwrap_or_default(),
            fresh: Freshness::recent(),
        }
    }

    fn name_of(&self, spec: &Spec) -> String {
        let given = spec.name.clone();
        given.unwrap_or_else(|| self.object_name(&spec.component, spec.kind, spec.is_borrowed()))
    }

    /// The names of the objects that one lives in, the outermost first.
    fn around(&self, spec: &Spec, specs: &[Spec]) -> Vec<String> {
        let outer = spec.within.as_ref().and_then(|outer| specs.iter().find(|spec| spec.component == *outer));
        let Some(outer) = outer else { return vec![] };
        let mut names = self.around(outer, specs);
        names.push(self.name_of(outer));
        names
    }

    /// Whether a recorded id is of somebody else's component.
    pub fn is_shared_id(id: &str) -> bool {
        id.starts_with(SHARED)
    }

    /// The recorded form of a component that is somebody else's.
    pub fn shared_id(id: &str) -> String {
        format!("{SHARED}{id}")
    }
}

/// Components of a kind that a resource has more than once, with what tells their names apart.
const ROLES: [(&str, &str); 7] = [
    ("execution_role", "execution"),
    ("task_role", "task"),
    ("alb_security_group", "alb"),
    ("task_security_group", "task"),
    ("task_path", "task-path"),
    ("database_path", "database-path"),
    ("image_grant", "image"),
];

/// What a component's name ends with: nothing where its kind occurs once in a resource.
fn suffix(component: &str) -> Option<String> {
    let role = ROLES.iter().find(|(role, _)| *role == component).map(|(_, suffix)| (*suffix).to_owned());
    role.or_else(|| ComponentName::from(component).slug())
}

/// The texts of a map; some of them may not be known before an apply.
fn texts(map: &Value) -> BTreeMap<String, String> {
    let entries = map.as_members().into_iter().flatten();
    entries.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::components::ecs::cluster;
    use crate::components::iam::iam_role;
    use crate::components::logs::log_group;
    use crate::resources::app_service::AppServiceResource;

    fn site(path: &str) -> Site {
        Site::named::<AppServiceResource>(path, "eu-north-1")
    }

    #[test]
    fn only_a_kind_that_occurs_twice_has_a_suffix() {
        let names = |path: &str| {
            let site = site(path);
            [
                site.object_name("cluster", &cluster::KIND, false),
                site.object_name("task_role", &iam_role::KIND, false),
                site.object_name("log_group", &log_group::KIND, false),
            ]
        };
        assert_eq!(names("web"), ["web", "web-task-eu-north-1", "/drop/web"]);
        assert_eq!(names("prod/web"), ["prod-web", "prod-web-task-eu-north-1", "/drop/prod/web"]);
    }

    #[test]
    fn what_is_recorded_wins_over_what_is_given() {
        let mut site = site("web");
        site.names = [("cluster".to_owned(), "skafu".to_owned())].into();
        assert_eq!(site.object_name("cluster", &cluster::KIND, false), "skafu");
        site.recorded = [("cluster".to_owned(), "web-cluster".to_owned())].into();
        assert_eq!(site.object_name("cluster", &cluster::KIND, false), "web-cluster");
    }
}
