//! The test resource, and the places it lives in.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value as Json, json};
use tf_plugin::model::Leaf;
use tf_plugin::{Attr, Diagnostics, Model, Value, async_trait};
use tokio::time::Instant;

use super::cloud::{Cloud, Objects};
use super::kinds::{self, FLAG, HOUSE, LAMP, ROOM, SIGN, SWITCH};
use crate::base::{Freshness, Result, Secret};
use crate::clouds::Clouds;
use crate::engine::model::kind::Kind;
use crate::engine::model::layout::Layout;
use crate::engine::model::name::ComponentName;
use crate::engine::model::spec::{At, AttributePath, Input, Spec, Stake};
use crate::engine::plan::blueprint::Blueprint;
use crate::engine::run::component::Component;
use crate::engine::run::context::Clock;
use crate::resources::common::Common;
use crate::resources::lifecycle::{Composite, Discovered, Place, Purpose, Site, Upgrade, input, secret};
use crate::resources::reference::Ref;
use crate::values::rules::Verdict;

/// A house.
#[derive(Debug, Clone, Default, Model)]
pub struct House {
    /// Name. Changing it replaces the house.
    #[attr(required, requires_replace)]
    pub name: Attr<String>,
    /// Region.
    #[attr(required, requires_replace)]
    pub region: Attr<String>,
    /// Version of the switch.
    #[attr(default = "v1")]
    pub version: Attr<String>,
    /// Password of the switch.
    #[attr(optional, write_only)]
    pub password: Attr<Secret>,
    /// Version of the password.
    #[attr(optional)]
    pub password_version: Attr<String>,
    /// Rooms.
    #[block]
    pub room: Attr<Vec<Room>>,
    /// Tags.
    #[attr(optional)]
    pub tags: Attr<BTreeMap<String, Attr<String>>>,
    /// Id.
    #[attr(computed)]
    pub id: Attr<String>,
    /// Ref.
    #[attr(computed)]
    pub r#ref: Attr<Ref>,
    /// What every resource has.
    #[flatten]
    pub common: Common,
}

/// A room.
#[derive(Debug, Clone, Default, Model)]
pub struct Room {
    /// Name.
    #[attr(required, key)]
    pub name: Attr<String>,
    /// Number of lamps.
    #[attr(default = 1)]
    pub lamps: Attr<i64>,
    /// Colour.
    #[attr(default = "white")]
    pub colour: Attr<String>,
}

/// A region of the test cloud.
#[derive(Debug)]
pub struct Region {
    cloud: Cloud,
    name: String,
}

/// The clouds of all tests that run, by the name of a region.
static CLOUDS: Mutex<BTreeMap<String, Cloud>> = Mutex::new(BTreeMap::new());

/// Makes a cloud known under the name of a region.
pub fn register(region: &str, cloud: &Cloud) {
    CLOUDS.lock().unwrap_or_else(PoisonError::into_inner).insert(region.to_owned(), cloud.clone());
}

#[async_trait]
impl Place for Region {
    const CLOUD: &'static str = "test";
    const NOT_OPEN: &'static str = "";
    const ATTRIBUTE: &'static str = "region";
    const MISSING_HINT: &'static str = "Set `region`.";
    const HAS_DEFAULT: bool = false;
    const CREDENTIALS: &'static str = "There are none.";
    const EVENTUALLY_CONSISTENT_LISTS: bool = false;

    fn check(_: &str) -> Verdict {
        Ok(())
    }

    async fn open(_: &Clouds, name: &str) -> Result<Arc<Self>> {
        let cloud = CLOUDS.lock().unwrap_or_else(PoisonError::into_inner).get(name).unwrap().met();
        Ok(Arc::new(Self { cloud, name: name.to_owned() }))
    }

    async fn default_name(_: &Clouds) -> Result<Option<String>> {
        Ok(None)
    }

    async fn all(_: &Clouds) -> Result<Vec<Arc<Self>>> {
        Ok(vec![])
    }

    async fn reach(&self, _: &Clouds, kind: &'static Kind, at: &At) -> Result<Arc<dyn Component>> {
        let place = match at {
            At::Region(name) => name.clone(),
            At::Home | At::Zone(_) => self.name.clone(),
        };
        Ok(Arc::new(Objects { kind, place, cloud: self.cloud.clone() }))
    }

    fn kind_of(name: &ComponentName) -> Option<(usize, &'static Kind)> {
        kinds::kind_of(name)
    }

    async fn owned(&self, owner: &str) -> Result<Vec<ComponentName>> {
        let state = self.cloud.state();
        let ours = state.objects.iter().filter(|(_, object)| {
            object.tags.get("drop:resource").map(String::as_str) == Some(owner)
                && [ROOM.name, LAMP.name].contains(&object.kind)
        });
        let house = owner.rsplit('/').next().unwrap_or_default();
        let names = ours.filter_map(|(key, object)| {
            let label = key.rsplit('/').next()?.strip_prefix(&format!("{house}-"))?;
            Some(ComponentName::labelled(object.kind, label))
        });
        Ok(names.collect())
    }

    fn fact(&self, name: &str) -> Option<Json> {
        (name == "name").then(|| json!(self.name))
    }

    fn account(&self) -> &str {
        "1"
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn account_of(_: &str) -> Option<&str> {
        None
    }
}

/// The house, as the lifecycle runs it.
#[derive(Debug)]
pub struct HouseResource;

#[async_trait]
impl Composite for HouseResource {
    type Model = House;
    type Place = Region;
    const TYPE: &'static str = "drop_house";
    const SUBCATEGORY: &'static str = "Tests";
    const FOUND: &'static str = "House that exists.";
    const UPGRADES: &'static [Upgrade] = &[];

    fn layout(house: &House, site: &Site) -> Layout {
        let mut components = vec![
            site.spec("house", &HOUSE),
            Spec::new("flag", &FLAG).stake(Stake::Hold).called("flag").after(["house"]),
            site.spec("sign", &SIGN).at(At::Region("far".to_owned())).after(["house"]),
        ];
        for room in house.room.known().into_iter().flatten() {
            let Some(label) = room.name.known() else { continue };
            let name = ComponentName::labelled("room", label);
            let path = |attribute: &str| AttributePath::from("room").block(&[("name", label)]).name(attribute);
            components.push(
                site.spec(&name, &ROOM)
                    .within("house")
                    .with("floor", 1)
                    .with("colour", input(&room.colour).set_by(path("colour"))),
            );
            for n in 0..room.lamps.known().copied().unwrap_or_default() {
                let lamp = ComponentName::labelled("lamp", &format!("{label}-{n}"));
                components.push(site.spec(&lamp, &LAMP).within(&name).with("watts", 40));
            }
        }
        components.push(
            site.spec("switch", &SWITCH)
                .within("house")
                .with("version", input(&house.version).set_by("version"))
                .with("password", secret(&house.password))
                .with("password_version", input(&house.password_version).set_by("password_version")),
        );
        Layout {
            anchor: "house".into(),
            mark: "x:Tag",
            primary: "switch".into(),
            id: Input::output("house", "id"),
            components,
            outcomes: vec![],
            dynamic: true,
            open: has_unknown_components(house),
            forgotten: std::collections::BTreeSet::new(),
        }
    }

    fn reference(object: &Value) -> Value {
        Ref::of(Self::TYPE, object).encode()
    }

    fn review(_: Option<&House>, _: &House, _: &mut Diagnostics) {}

    async fn preflight(_: &Region, _: &House, _: &Site, _: &Blueprint) -> Result<Diagnostics> {
        Ok(Diagnostics::new())
    }

    async fn anchors(_: &Region) -> Result<Vec<(String, BTreeMap<String, String>)>> {
        Ok(vec![])
    }

    async fn discover(_: &Region, _: &str, _: Purpose, _: Freshness) -> Result<Option<Discovered>> {
        Ok(None)
    }
}

/// Whether a room's name or the number of its lamps is unknown, or how many rooms there are.
fn has_unknown_components(house: &House) -> bool {
    let mut rooms = house.room.known().into_iter().flatten();
    house.room.is_unknown() || rooms.any(|room| room.name.is_unknown() || room.lamps.is_unknown())
}

/// A clock that moves with the paused time of a test, and counting chance.
#[derive(Debug)]
pub struct TestClock(pub Instant);

static DRAWN: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(1);

impl Clock for TestClock {
    fn unix_time(&self) -> u64 {
        1_700_000_000 + self.0.elapsed().as_secs()
    }

    fn random(&self) -> u32 {
        DRAWN.fetch_add(1, std::sync::atomic::Ordering::SeqCst).wrapping_mul(2_654_435_761)
    }
}
