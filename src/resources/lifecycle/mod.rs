//! The one place where Terraform's lifecycle meets the engine. Every resource is run by it.
//!
//! A resource is described by [`Composite`]: its model, and its layout, which says of one configuration what it becomes: the
//! components, which attribute each of their fields comes from, and how computed attributes follow from what was seen. From
//! that follow validate, plan, read, apply, import and destroy, the same for all.

mod apply;
mod find;
mod identity;
mod import;
mod messages;
mod moved;
mod names;
mod needs;
mod place;
mod plan;
mod preflight;
mod private;
mod read;
mod redact;
mod run;
mod site;
mod situation;
mod tags;
mod upgrade;
mod values;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use tf_plugin::{Diagnostics, Model, Value, async_trait};

use crate::base::{Freshness, Result};
use crate::engine::model::identity::Owner;
use crate::engine::plan::blueprint::Blueprint;

pub use moved::{MigratedObject, MigratedState, Migration, Move};
pub use needs::Needs;
pub use place::Place;
pub use run::Run;
pub use site::Site;
pub use upgrade::{Keyed, Rewritten, Upgrade};
pub use values::{input, present, secret};

pub use crate::engine::model::layout::{AllSeen, Layout, Outcome};

/// A resource as a description.
#[async_trait]
pub trait Composite: Send + Sync + 'static {
    /// What the user writes, and what is computed.
    type Model: Model + Default + Clone + Send + Sync + 'static;
    /// Where it lives.
    type Place: Place;
    /// The type's name.
    const TYPE: &'static str;
    /// The heading in the registries under which its pages are.
    const SUBCATEGORY: &'static str;
    /// Description of its data source.
    const FOUND: &'static str;
    /// The version of the schema. Raised with every release that calls something otherwise in states.
    const VERSION: i64 = 1;
    /// What earlier versions called otherwise, one entry a version.
    const UPGRADES: &'static [Upgrade];
    /// The resources of other providers whose state can become one of this type.
    const MOVES: &'static [Move] = &[];
    /// The attribute that protects it from being deleted, if it has one.
    const PROTECTION: Option<&'static str> = None;
    /// Whether several of one place have to agree: see [`Self::agree`].
    const SHARES_ITS_PLACE: bool = false;

    /// Turns a configuration, defaults included, into all that it becomes. Pure.
    fn layout(model: &Self::Model, site: &Site) -> Layout;

    /// Computed attributes that follow from the configuration alone.
    fn computed_from_config(_model: &Self::Model) -> Vec<(&'static str, Value)> {
        vec![]
    }

    /// Whose the objects of a resource are, by its path: `<environment>/<name>`, or the name alone.
    fn owner_of(path: &str) -> Owner {
        Owner::at(Self::TYPE, path)
    }

    /// The path of the resource of this type that a tag names.
    fn path_in(owner: &str) -> Option<String> {
        let owner = Owner::parse(owner)?;
        (owner.resource == Self::TYPE).then(|| owner.path())
    }

    /// What is told of another provider's object, by its id there, beside which one of this type is built: what becomes of
    /// it, and what to do about it. Only for types that are moved so.
    fn migration_notice(_former: &str) -> (String, String) {
        Default::default()
    }

    /// What an import reads back of what the user writes, beyond what fields are bound to.
    fn config_from_live(_seen: &AllSeen) -> Vec<(&'static str, Value)> {
        vec![]
    }

    /// The computed `ref`, from the whole object; leaves that are unknown there are unknown here.
    fn reference(object: &Value) -> Value;

    /// What is kept when it is deleted: the name of the last snapshot, by component. `stamp` makes it unique.
    fn final_snapshots(_model: &Self::Model, _site: &Site, _stamp: &str) -> BTreeMap<String, String> {
        BTreeMap::new()
    }

    /// Rules across attributes, and changes that are refused. Called by validate without a prior, and by plan.
    fn review(prior: Option<&Self::Model>, wanted: &Self::Model, diagnostics: &mut Diagnostics);

    /// Compares a plan with the real world. It only tells; the blueprint stands.
    async fn preflight(
        place: &Self::Place,
        wanted: &Self::Model,
        site: &Site,
        blueprint: &Blueprint,
    ) -> Result<Diagnostics>;

    /// Compares what is asked of a place that several share with what others of this walk ask of it. No cloud is asked.
    fn agree(_place: &Self::Place, _wanted: &Self::Model, _site: &Site) -> Diagnostics {
        Diagnostics::new()
    }

    /// The anchors of all resources of this type in a place: the object's name, and its tags. What was taken over without
    /// an anchor of its own is told by the object that it is about.
    async fn anchors(place: &Self::Place) -> Result<Vec<(String, BTreeMap<String, String>)>>;

    /// Finds the objects of an existing resource by the id that a person knows.
    async fn discover(
        place: &Self::Place,
        id: &str,
        purpose: Purpose,
        freshness: Freshness,
    ) -> Result<Option<Discovered>>;
}

/// What an existing resource is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To come under management: what cannot is unfit.
    TakeOver,
    /// To be shown as it is.
    Show,
}

/// What was found.
#[derive(Debug)]
pub struct Discovered {
    /// The resource's path: `<environment>/<name>`, or the name alone.
    pub path: String,
    /// The ids of its components; those of others as `shared:<id>`.
    pub components: BTreeMap<String, String>,
    /// What else the user would have written.
    pub given: Vec<(&'static str, Value)>,
    /// Why it cannot be taken over, and what to do about it.
    pub unfit: Option<String>,
}

impl Discovered {
    /// Something that can be taken over.
    pub fn of(path: &str, components: BTreeMap<String, String>) -> Self {
        Self { path: path.to_owned(), components, given: vec![], unfit: None }
    }
}
