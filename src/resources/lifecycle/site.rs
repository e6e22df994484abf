//! Where a resource is built: its names, its tags, and what the state recorded of it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;
use tf_plugin::{Block, Model, Path, Value};

use super::values::located;
use super::{Composite, Place};
use crate::base::{RESOURCE_TAG, Result};
use crate::clouds::Clouds;
use crate::engine::model::identity::{Identity, Owner};
use crate::engine::model::kind::Kind;
use crate::engine::model::kind::TAGS;
use crate::engine::model::layout::{Layout, Sources};
use crate::engine::model::name::ComponentName;
use crate::engine::model::spec::{Input, Spec, Stake, text_map};
use crate::engine::run::assembly::{Assembly, Part};
use crate::engine::run::component::Address;

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
    /// The tags of all its objects, the provider's default tags among them.
    pub tags: Input,
    /// The owner whose objects go when this one comes, if it replaces another.
    pub replaces: Option<String>,
    /// What the user wrote, by path, the longest first: a cloud's message may repeat it, and any of it may be a secret.
    written: Vec<(String, String)>,
    /// Which attribute each field comes from.
    sources: Sources,
    /// Where those attributes are in the object that the site was read off.
    paths: BTreeMap<(String, String), Path>,
}

impl Site {
    /// That of a resource of which only the name is known.
    pub fn named<C: Composite>(name: &str, place: &str) -> Self {
        Self::owned_by(C::owner_of(name), place)
    }

    /// That of a resource of which only is known who it is.
    pub fn owned_by(owner: Owner, place: &str) -> Self {
        Self {
            owner,
            place: place.to_owned(),
            recorded: BTreeMap::new(),
            tags: Json::Null.into(),
            replaces: None,
            written: vec![],
            sources: Sources::default(),
            paths: BTreeMap::new(),
        }
    }

    /// Reads it off an object of the resource.
    pub fn of<C: Composite>(object: &Value, default_tags: &Input) -> Self {
        let text = |name: &str| object.get(name).as_str().map(str::to_owned);
        // Some of them may not be known before an apply.
        let recorded = object.get("components").as_members().into_iter().flatten();
        let recorded =
            recorded.filter_map(|(component, id)| Some((renamed::<C>(component), id.as_str()?.to_owned()))).collect();
        let name = text("name").unwrap_or_default();
        let mut site = Self {
            owner: Owner { environment: text("environment"), ..C::owner_of(&name) },
            place: text(C::Place::ATTRIBUTE).unwrap_or_default(),
            recorded,
            tags: Json::Null.into(),
            replaces: None,
            written: written::<C>(object),
            sources: Sources::default(),
            paths: BTreeMap::new(),
        };
        let own = super::values::to_json(object.get(TAGS));
        site.tags = match (default_tags, own) {
            (Input::Known(defaults), Some(own)) => {
                let mut all = text_map(Some(defaults));
                all.extend(text_map(Some(&own)));
                all.insert(RESOURCE_TAG.to_owned(), site.owner.to_string());
                Json::from_iter(all).into()
            }
            _ => Input::Unknown,
        };
        site
    }

    /// Its name, as messages say it.
    pub fn shown_name(&self) -> &str {
        if self.owner.name.is_empty() { UNNAMED } else { &self.owner.name }
    }

    /// A cloud's message without the user's values: each gives way to its path.
    pub fn without_values(&self, message: &str) -> String {
        let replace = |text: String, (path, value): &(String, String)| text.replace(value, &format!("({path})"));
        self.written.iter().fold(message.to_owned(), replace)
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

    /// The name of a component's object. Where the name is the id, the recorded one wins over the computed one.
    pub fn object_name(&self, component: &str, kind: &Kind, shared: bool) -> String {
        match self.recorded(component, shared).filter(|_| kind.named) {
            Some(name) => name.to_owned(),
            None => {
                let slug = ComponentName::from(component).slug();
                let slug = if kind.global { format!("{slug}-{}", self.place) } else { slug };
                self.owner.object_name(&slug, kind.name_limit)
            }
        }
    }

    /// The layout as parts that can be worked on.
    pub async fn assembly<P: Place>(&self, clouds: &Clouds, place: &P, layout: &Layout) -> Result<Assembly> {
        let specs = &layout.components;
        let mut parts = Vec::with_capacity(specs.len());
        for spec in specs {
            parts.push(Part {
                address: self.address(spec, specs),
                component: place.reach(clouds, spec.kind, &spec.at).await?,
                spec: spec.clone(),
            });
        }
        Ok(Assembly {
            identity: self.identity(place.account(), place.name()),
            parts,
            anchor: layout.anchor.clone(),
            tags: text_map(self.tags.known()),
        })
    }

    /// Where the object of a spec is to be found.
    pub fn address(&self, spec: &Spec, specs: &[Spec]) -> Address {
        Address {
            name: self.object_name(&spec.component, spec.kind, spec.is_borrowed()),
            recorded: self.recorded(&spec.component, spec.is_borrowed()).map(str::to_owned),
            owner: self.owner.to_string(),
            within: self.around(spec, specs),
        }
    }

    /// The names of the objects that one lives in, the outermost first.
    fn around(&self, spec: &Spec, specs: &[Spec]) -> Vec<String> {
        let outer = spec.within.as_ref().and_then(|outer| specs.iter().find(|spec| spec.component == *outer));
        let Some(outer) = outer else { return vec![] };
        let mut names = self.around(outer, specs);
        names.push(self.object_name(&outer.component, outer.kind, outer.is_borrowed()));
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

/// The name of a component since its last renaming.
pub fn renamed<C: Composite>(component: &str) -> String {
    let renamed = C::RENAMED.iter().find(|(former, _)| *former == component);
    renamed.map_or(component, |(_, name)| *name).to_owned()
}

/// The words that a schema gives to choose from: nobody's secret, and many of them stand in every message.
fn vocabulary(block: &Block) -> BTreeSet<String> {
    let own = block.attributes.iter().flat_map(|attribute| attribute.one_of.iter().cloned());
    own.chain(block.blocks.iter().flat_map(|nested| vocabulary(&nested.block))).collect()
}

/// The texts of an object that the user may have written, but for those that every message needs.
fn written<C: Composite>(object: &Value) -> Vec<(String, String)> {
    const SHOWN: [&str; 5] = ["name", "region", "zone", "environment", "engine"];
    /// Shorter ones stand in every sentence by chance.
    const SHORTEST: usize = 4;
    let block = C::Model::shared_block();
    let computed =
        |name: &str| block.attribute(name).is_some_and(|attribute| attribute.computed && !attribute.optional);
    let words = vocabulary(block);
    let mut found = vec![];
    for (name, value) in object.as_members().into_iter().flatten() {
        // What another resource exports is no secret, and much of it stands in every message.
        let exported = matches!(value, Value::Object(_)) && block.attribute(name).is_some();
        if SHOWN.contains(&name.as_str()) || computed(name) || exported {
            continue;
        }
        value.walk(&mut |_, leaf| {
            let text = leaf.as_str().filter(|text| text.len() >= SHORTEST && !words.contains(*text));
            found.extend(text.map(|text| (name.clone(), text.to_owned())));
        });
    }
    found.sort_by_key(|(_, text)| std::cmp::Reverse(text.len()));
    found
}
