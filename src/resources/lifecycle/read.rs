//! Read: what the clouds say goes into attributes where there is one, and into `drift` where there is none.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::future::try_join_all;
use serde_json::Value as Json;
use tf_plugin::{Diagnostics, Model, Path, ReadRequest, ReadResponse, Type, Value};

use super::messages::Operation;
use super::situation::Situation;
use super::values::{from_json, located, put, set, texts, type_at};
use super::{AllSeen, Composite, Place, Run, Site, tags};
use crate::base::{CallError, ErrorClass, Freshness};
use crate::engine::model::kind::{Field, TAGS, UNTAG};
use crate::engine::model::layout::Layout;
use crate::engine::model::name::ComponentName;
use crate::engine::model::spec::{Desired, Input, Spec};
use crate::engine::plan::drift::Deviation;
use crate::engine::run::component::{Address, Seen};
use crate::engine::run::error::EngineError;
use crate::engine::run::instance::ResourceInstance;
use crate::engine::run::mark::Marks;

/// How long a list is given to show what the state knows of and the list lacks.
const APPEARING: Duration = Duration::from_secs(1);

impl<C: Composite> Run<C> {
    pub(super) async fn run_read(&self, request: ReadRequest) -> ReadResponse {
        let mut diagnostics = Diagnostics::new();
        let state = self.refreshed(&request.state, &mut diagnostics).await;
        ReadResponse { state, private: request.private, diagnostics }
    }

    async fn refreshed(&self, state: &Value, diagnostics: &mut Diagnostics) -> Value {
        let name = state.get("name").as_str().unwrap_or_default();
        let Some(clouds) = self.runtime.clouds() else {
            diagnostics.warn(
                format!("{} \"{name}\" was not refreshed", C::TYPE),
                "The provider's configuration is not known yet, so what the state says is taken as it is.",
            );
            return state.clone();
        };
        let mut site = Site::of::<C>(state);
        let place = match C::Place::open(&clouds, Self::place_of(state).unwrap_or_default()).await {
            Ok(place) => place,
            Err(error) => {
                Self::tell_cloud(diagnostics, error, Operation::Read, &site);
                return state.clone();
            }
        };
        let account = C::Place::account_of(state.get("id").as_str().unwrap_or_default());
        if let Some(account) = account.filter(|account| *account != place.account()) {
            diagnostics.error(
                format!("{} \"{name}\" is in another account", C::TYPE),
                format!(
                    "The state says account {account}, the credentials are of {}. Nothing was read or changed: use the \
                     credentials of {account}.",
                    place.account()
                ),
            );
            return state.clone();
        }
        match Situation::of(state) {
            Situation::Unread => {
                let advice = "It came from another provider by a `moved` block: take the block out again.";
                let sought = (Operation::Read, advice);
                let found = self.existing(&clouds, &place, name, sought, Freshness::Now, diagnostics).await;
                return found.unwrap_or_else(|| state.clone());
            }
            // There is nothing to look at; what a killed apply may have begun is adopted by the next.
            Situation::BuildBeside => return state.clone(),
            Situation::Create | Situation::Resume | Situation::Recreated | Situation::Change => {}
        }
        let model = match C::Model::read(state) {
            Ok(model) => model,
            Err(problems) => {
                diagnostics.extend(problems);
                return state.clone();
            }
        };
        let mut layout = Self::with_recorded(C::layout(&model, &site), &site);
        site.remember(&layout, state);
        let instance = match Self::with_forgotten(&mut layout, &site, &*place).await {
            Ok(()) => site.instance(&clouds, &*place, &layout).await,
            Err(error) => Err(error),
        };
        let instance = match instance {
            Ok(instance) => instance,
            Err(error) => {
                Self::tell_cloud(diagnostics, error, Operation::Read, &site);
                return state.clone();
            }
        };
        let observed = |seen: &AllSeen| {
            let mut object = Self::observe(state, &site, &place, &layout, seen);
            tags::put_found_defaults(&mut object, &clouds.default_tags, &layout, seen);
            object
        };
        let look = async || {
            let listed = read_all(&instance, Freshness::Snapshot).await?;
            let object = observed(&listed);
            if object == *state {
                return Ok::<_, CallError>(object);
            }
            if !C::Place::EVENTUALLY_CONSISTENT_LISTS {
                let is_lacked = |spec: &&Spec| {
                    !listed.contains_key(&spec.component) && site.recorded.contains_key(spec.component.as_str())
                };
                if listed.is_empty() || !layout.components.iter().any(|spec| is_lacked(&spec)) {
                    return Ok(object);
                }
                // Even there a list may not show for a moment what was just made.
                tokio::time::sleep(APPEARING).await;
            }
            // Lists that lag behind may say that all is well, and nothing else. The second look compares what the first
            // one did: how a deployment ended is no drift because something else is.
            let mut seen = read_all(&instance, Freshness::Now).await?;
            for (component, live) in &mut seen {
                if let Some(first) = listed.get(component) {
                    live.fields.retain(|field, _| first.fields.contains_key(field));
                }
            }
            Ok(observed(&seen))
        };
        let refreshed = look().await;
        match refreshed {
            Ok(object) => object,
            Err(error) => {
                let error = EngineError::step("read", C::TYPE, &[], error);
                Self::tell(diagnostics, &error, Operation::Read, &site, &AllSeen::new());
                state.clone()
            }
        }
    }

    /// Adds what a killed apply left that no state knows, where blocks decide which components there are.
    async fn with_forgotten(layout: &mut Layout, site: &Site, place: &C::Place) -> Result<(), CallError> {
        if layout.dynamic {
            let owned = place.owned(&site.owner.to_string()).await?;
            layout.add_forgotten(owned.iter().map(ComponentName::as_str), C::Place::kind_of);
        }
        Ok(())
    }

    /// The state with what was seen laid over it; null if nothing of the resource exists.
    pub(super) fn observe(state: &Value, site: &Site, place: &C::Place, layout: &Layout, seen: &AllSeen) -> Value {
        let specs = &layout.components;
        let ours = |spec: &&Spec| spec.is_made();
        if !specs.iter().filter(ours).any(|spec| seen.contains_key(&spec.component)) {
            return Value::Null;
        }
        let ty = C::Model::shared_block().implied_type();
        let mut object = state.clone();
        if was_recreated(state, layout, seen) {
            put(&mut object, "drift", texts([Deviation::Recreated.line()]));
            return object;
        }
        let mut deviations = BTreeSet::new();
        let unfinished = is_unfinished(layout, seen);
        if unfinished {
            deviations.insert(Deviation::Unfinished);
        }
        // What nothing takes away is no left-over.
        for spec in specs.iter().filter(|spec| spec.is_removed() && !unfinished) {
            if seen.get(&spec.component).is_some_and(|live| is_left_over(spec, live, layout, site)) {
                deviations.insert(Deviation::Orphaned(spec.component.to_string()));
            }
        }
        for spec in specs.iter().filter(ours) {
            let Some(live) = seen.get(&spec.component) else {
                if !unfinished || site.recorded.contains_key(spec.component.as_str()) {
                    deviations.insert(Deviation::Missing(spec.component.to_string()));
                }
                continue;
            };
            for (field, wanted, value) in differing(spec, live, seen) {
                let desired = spec.desired.get(field.name);
                if !desired.is_some_and(|desired| refresh(&mut object, &ty, desired, &value)) {
                    let stages = field.update_calls(Some(&value), Some(&wanted));
                    let calls: Vec<&str> = stages.iter().map(|chosen| chosen.stage.call).collect();
                    let told = calls.as_slice() != field.set.call().as_slice();
                    let calls = calls.into_iter().filter(|_| told).map(str::to_owned).collect();
                    let (component, field) = (spec.component.to_string(), field.name.to_owned());
                    deviations.insert(Deviation::Changed { component, field, calls });
                }
            }
        }
        if let (Some(live), Some(id)) = (seen.get(&layout.primary), Self::id_of(layout, place, seen)) {
            // A finished object's id never changes; one that was never finished gets it here.
            if object.get("id").is_null() && !live.id.is_empty() {
                put(&mut object, "id", Value::from(id.as_str()));
            }
        }
        put(&mut object, "components", recorded(site, layout, seen, unfinished));
        put_outcomes::<C>(&mut object, layout, seen);
        put(&mut object, "drift", texts(deviations.iter().map(Deviation::line)));
        let reference = C::reference(&object);
        put(&mut object, "ref", reference);
        object
    }
}

/// Puts a live value into the attribute that a desired value comes from. False if there is none, or its block is absent.
fn refresh(object: &mut Value, ty: &Type, desired: &Desired, live: &Json) -> bool {
    let Some(source) = &desired.source else { return false };
    let path = located(object, source);
    // No object of the user's follows from what is seen.
    let Some(ty) = type_at(ty, &path).filter(|ty| !matches!(ty, Type::Object { .. })) else { return false };
    let was_null = object.at(&path).is_none_or(Value::is_null);
    let value = match from_json(&desired.written(live), &ty) {
        // An empty collection and none at all are the same thing in the cloud.
        Value::Map(members) if members.is_empty() && was_null => Value::Null,
        // A state that says null is read as the default: what was taken away can only be told as drift.
        Value::Null if !was_null => return false,
        value => value,
    };
    set(object, &path, value)
}

/// Whether an object that nobody wants is ours: its tag says so, or it has none and is the one that the state recorded of a
/// component that no configuration names.
fn is_left_over(spec: &Spec, live: &Seen, layout: &Layout, site: &Site) -> bool {
    if spec.is_held() || live.holders().next().is_some() {
        return live.is_held_by(&site.owner.to_string());
    }
    match live.owner() {
        Some(owner) => owner == site.owner.to_string(),
        None => {
            layout.forgotten.contains(&spec.component) && site.recorded.get(spec.component.as_str()) == Some(&live.id)
        }
    }
}

/// Fills in the computed attributes that come from what was seen; of what was not looked at they stay as they are.
pub(super) fn put_outcomes<C: Composite>(object: &mut Value, layout: &Layout, seen: &AllSeen) {
    let ty = C::Model::shared_block().implied_type();
    for outcome in &layout.outcomes {
        let found = outcome.value(layout, seen).zip(type_at(&ty, &Path::from(outcome.attribute)));
        if let Some((json, ty)) = found {
            put(object, outcome.attribute, from_json(&json, &ty));
        }
    }
}

/// The recorded ids, and those of objects of ours that a killed apply did not live to record. What no configuration names and
/// is not there any more is forgotten.
fn recorded(site: &Site, layout: &Layout, seen: &AllSeen, unfinished: bool) -> Value {
    let mut all = site.recorded.clone();
    for spec in layout.components.iter().filter(|spec| !spec.is_borrowed()) {
        let forgotten = layout.forgotten.contains(&spec.component);
        match seen.get(&spec.component) {
            // Of several revisions it is the one that is used.
            Some(live) if spec.kind.versioned && !forgotten => {
                all.insert(spec.component.to_string(), live.id.clone());
            }
            Some(live) if !forgotten || is_left_over(spec, live, layout, site) => {
                all.entry(spec.component.to_string()).or_insert_with(|| live.id.clone());
            }
            _ if forgotten && !unfinished => {
                all.remove(spec.component.as_str());
            }
            _ => {}
        }
    }
    Value::Map(all.into_iter().map(|(component, id)| (component, Value::from(id.as_str()))).collect())
}

/// Reads every part, as [`read_parts`] does, and of what has revisions the one that is used: others may have deployed another
/// than the recorded one.
pub(super) async fn read_all(instance: &ResourceInstance, freshness: Freshness) -> Result<AllSeen, CallError> {
    let mut seen = read_parts(instance, freshness).await?;
    for part in instance.parts.iter().filter(|part| part.spec.kind.versioned) {
        let component = &part.spec.component;
        let recorded = seen.get(component).map(|seen| seen.id.as_str());
        let Some(used) = recorded.and_then(|recorded| another_revision(instance, &seen, component, recorded)) else {
            continue;
        };
        let at = Address { recorded: Some(used.clone()), ..part.address.clone() };
        let Some(mut found) = part.component.read(&at, Freshness::Now).await?.filter(|found| found.id == used) else {
            continue;
        };
        // The tags of a revision of somebody else's are theirs.
        if found.owner().is_none() {
            found.fields.retain(|field, _| ![TAGS, UNTAG].contains(field));
        }
        seen.insert(component.clone(), found);
    }
    Ok(seen)
}

/// The id of another revision of a component that one of its users has in place of the recorded one. Ids of revisions differ
/// behind their last colon.
fn another_revision(
    instance: &ResourceInstance,
    seen: &AllSeen,
    component: &ComponentName,
    recorded: &str,
) -> Option<String> {
    let id = Input::output(component.clone(), "id");
    let used = instance.parts.iter().find_map(|user| {
        let live = &seen.get(&user.spec.component)?.fields;
        let (field, _) = user.spec.desired.iter().find(|(_, desired)| desired.input == id)?;
        live.get(field)?.as_str()
    })?;
    let of_one = used.rsplit_once(':')?.0 == recorded.rsplit_once(':')?.0;
    (of_one && used != recorded).then(|| used.to_owned())
}

/// Reads every part, all at once; those too that shall not be there.
async fn read_parts(instance: &ResourceInstance, freshness: Freshness) -> Result<AllSeen, CallError> {
    let reads = instance.parts.iter().filter(|part| part.spec.kind.create.is_some()).map(|part| async move {
        let seen = match part.component.read(&part.address, freshness).await {
            // Whoever may not look for it never made it either.
            Err(denied) if !part.spec.is_wanted() && denied.class == ErrorClass::Denied => None,
            // What others hold is not there for this resource yet.
            seen => seen?.filter(|seen| !part.spec.is_held() || part.is_ours(seen)),
        };
        Ok::<_, CallError>(seen.map(|seen| (part.spec.component.clone(), seen)))
    });
    Ok(try_join_all(reads).await?.into_iter().flatten().collect())
}

/// The fields of a spec whose live values do not satisfy it, with the desired value and those values.
fn differing(spec: &Spec, live: &Seen, seen: &AllSeen) -> Vec<(&'static Field, Json, Json)> {
    let mut found = vec![];
    for (field, input) in spec.set_fields() {
        let Some(value) = live.fields.get(field.name) else { continue };
        let told = |component: &str, output: &str| seen.get(component).and_then(|seen| seen.output(output));
        let Some(wanted) = input.value(told) else { continue };
        if spec.judged(field).repairs(&wanted, &live.fields) {
            found.push((field, wanted, value.clone()));
        }
    }
    found
}

/// Whether the anchor is that of a finished create which this state does not know.
fn was_recreated(state: &Value, layout: &Layout, seen: &AllSeen) -> bool {
    let anchor = seen.get(&layout.anchor).filter(|_| !layout.is_borrowed(&layout.anchor));
    let mark = anchor.map(|anchor| Marks::of(anchor).mark).filter(|mark| mark.complete);
    let creation_id = mark.and_then(|mark| mark.creation_id);
    creation_id.is_some_and(|live| state.get("creation_id").as_str().is_some_and(|known| known != live))
}

fn is_unfinished(layout: &Layout, seen: &AllSeen) -> bool {
    !layout.is_borrowed(&layout.anchor)
        && seen.get(&layout.anchor).is_some_and(|anchor| !Marks::of(anchor).mark.complete)
}
