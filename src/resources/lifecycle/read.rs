//! Read: what the clouds say goes into attributes where there is one, and into `drift` where there is none.

use std::collections::BTreeSet;

use futures::future::try_join_all;
use serde_json::Value as Json;
use tf_plugin::{Diagnostics, Model, Path, ReadRequest, ReadResponse, Type, Value};

use super::messages::During;
use super::values::{from_json, lines, put, set, texts, type_at};
use super::{AllSeen, Composite, Place, Run, Site};
use crate::base::{CallError, ErrorClass, Freshness};
use crate::engine::model::kind::Field;
use crate::engine::model::spec::Spec;
use crate::engine::plan::drift::{self, Deviation};
use crate::engine::run::assembly::Assembly;
use crate::engine::run::component::Seen;
use crate::engine::run::error::EngineError;
use crate::engine::run::mark::Marks;

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
        let site = Site::of::<C>(state, &clouds.default_tags);
        let place = match C::Place::open(&clouds, Self::place_of(state).unwrap_or_default()).await {
            Ok(place) => place,
            Err(error) => {
                Self::tell_cloud(diagnostics, error, During::Read, &site);
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
        if is_unread(state) {
            let advice = "It came from another provider by a `moved` block: take the block out again.";
            let found = self.existing(&clouds, &place, name, (During::Read, advice), Freshness::Now, diagnostics).await;
            return found.unwrap_or_else(|| state.clone());
        }
        if is_unbuilt(state) {
            // There is nothing to look at; what a killed apply may have begun is adopted by the next.
            return state.clone();
        }
        let model = match C::Model::read(state) {
            Ok(model) => model,
            Err(problems) => {
                diagnostics.extend(problems);
                return state.clone();
            }
        };
        let specs = C::design(&model, &site);
        let assembly = site.assembly::<C>(&place, specs.clone());
        let observed = |seen: &AllSeen| Self::observe(state, &site, &place, &specs, seen);
        let look = async || {
            let listed = read_all(&assembly, Freshness::Snapshot).await?;
            let object = observed(&listed);
            if !C::Place::LISTS_LAG || object == *state {
                return Ok::<_, CallError>(object);
            }
            // Lists that lag behind may say that all is well, and nothing else. The second look compares what the first
            // one did: how a deployment ended is no drift because something else is.
            let mut seen = read_all(&assembly, Freshness::Now).await?;
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
                Self::tell(diagnostics, &error, During::Read, &site, &AllSeen::new());
                state.clone()
            }
        }
    }

    /// The state with what was seen laid over it; null if nothing of the resource exists.
    pub(super) fn observe(state: &Value, site: &Site, place: &C::Place, specs: &[Spec], seen: &AllSeen) -> Value {
        let ours = |spec: &&Spec| spec.is_made();
        if !specs.iter().filter(ours).any(|spec| seen.contains_key(&spec.component)) {
            return Value::Null;
        }
        let ty = C::Model::shared_block().implied_type();
        let mut object = state.clone();
        let mut deviations = BTreeSet::new();
        let unfinished = is_unfinished::<C>(specs, seen);
        if unfinished {
            deviations.insert(Deviation::Unfinished);
        }
        // What nothing takes away is no left-over.
        let removable = |spec: &&Spec| spec.absent && !spec.shared && spec.kind.delete.is_some();
        for spec in specs.iter().filter(removable).filter(|_| !unfinished) {
            if seen.get(&spec.component).is_some_and(|live| live.owner() == Some(&site.owner.to_string())) {
                deviations.insert(Deviation::LeftOver(spec.component.clone()));
            }
        }
        for spec in specs.iter().filter(ours) {
            let Some(live) = seen.get(&spec.component) else {
                if !unfinished || site.recorded.contains_key(&spec.component) {
                    deviations.insert(Deviation::Missing(spec.component.clone()));
                }
                continue;
            };
            for (field, wanted, value) in differing(spec, live, seen) {
                if !Self::refresh(&mut object, &ty, &spec.component, field.name, &value) {
                    let calls = field.changes(Some(&value), Some(&wanted));
                    let told = calls.as_slice() != field.set.call().as_slice();
                    let calls = calls.into_iter().filter(|_| told).map(str::to_owned).collect();
                    let (component, field) = (spec.component.clone(), field.name.to_owned());
                    deviations.insert(Deviation::Changed { component, field, calls });
                }
            }
        }
        if let Some(live) = seen.get(C::PRIMARY) {
            // A finished object's id never changes; one that was never finished gets it here.
            let id = C::id(site, place);
            if object.get("id").is_null() && !live.id.is_empty() {
                put(&mut object, "id", Value::from(id.as_str()));
            }
        }
        put(&mut object, "components", recorded(site, specs, seen));
        for (name, json) in C::results(seen) {
            if let Some(ty) = type_at(&ty, &Path::from(name)) {
                put(&mut object, name, from_json(&json, &ty));
            }
        }
        put(&mut object, "drift", texts(deviations.iter().map(Deviation::line)));
        let reference = C::reference(&object);
        put(&mut object, "ref", reference);
        object
    }

    /// Puts a live value into the attribute that is bound to the field. False if there is none, or its block is absent.
    fn refresh(object: &mut Value, ty: &Type, component: &str, field: &str, live: &Json) -> bool {
        let Some(binding) = Self::binding(component, field) else { return false };
        let path = Path::from(binding.attribute);
        // No object of the user's follows from what is seen.
        let Some(ty) = type_at(ty, &path).filter(|ty| !matches!(ty, Type::Object { .. })) else { return false };
        let was_null = object.at(&path).is_none_or(Value::is_null);
        let value = match from_json(&binding.written(live), &ty) {
            // An empty collection and none at all are the same thing in the cloud.
            Value::Map(members) if members.is_empty() && was_null => Value::Null,
            // A state that says null is read as the default: what was taken away can only be told as drift.
            Value::Null if !was_null => return false,
            value => value,
        };
        set(object, &path, value)
    }
}

/// Whether a state was taken over from another provider and its object not looked at since.
pub(super) fn is_unread(state: &Value) -> bool {
    drift::parse(&lines(state.get("drift"))).contains(&Deviation::Unread)
}

/// Whether a state was taken over from another provider, whose object stays with nobody, and nothing was begun since.
pub(super) fn is_unbuilt(state: &Value) -> bool {
    drift::parse(&lines(state.get("drift"))).contains(&Deviation::Unbuilt)
}

/// The recorded ids, and those of objects of ours that a killed apply did not live to record.
fn recorded(site: &Site, specs: &[Spec], seen: &AllSeen) -> Value {
    let mut all = site.recorded.clone();
    for spec in specs.iter().filter(|spec| !spec.shared) {
        if let Some(live) = seen.get(&spec.component) {
            all.entry(spec.component.clone()).or_insert_with(|| live.id.clone());
        }
    }
    Value::Map(all.into_iter().map(|(component, id)| (component, Value::from(id.as_str()))).collect())
}

/// Reads every part, all at once; those too that shall not be there.
pub(super) async fn read_all(assembly: &Assembly, freshness: Freshness) -> Result<AllSeen, CallError> {
    let reads = assembly.parts.iter().filter(|part| part.spec.kind.create.is_some()).map(|part| async move {
        let seen = match part.component.read(&part.address, freshness).await {
            // Whoever may not look for it never made it either.
            Err(denied) if part.spec.absent && denied.class == ErrorClass::Denied => None,
            seen => seen?,
        };
        Ok::<_, CallError>(seen.map(|seen| (part.spec.component.clone(), seen)))
    });
    Ok(try_join_all(reads).await?.into_iter().flatten().collect())
}

/// The fields of a spec whose live values do not satisfy it, with the wish and those values.
fn differing(spec: &Spec, live: &Seen, seen: &AllSeen) -> Vec<(&'static Field, Json, Json)> {
    let mut found = vec![];
    for (field, input) in spec.set_fields() {
        let Some(value) = live.fields.get(field.name) else { continue };
        let told = |component: &str, output: &str| seen.get(component).and_then(|seen| seen.output(output));
        let Some(wanted) = input.value(told) else { continue };
        if field.repairs(&wanted, Some(value)) {
            found.push((field, wanted, value.clone()));
        }
    }
    found
}

fn is_unfinished<C: Composite>(specs: &[Spec], seen: &AllSeen) -> bool {
    let shared = specs.iter().any(|spec| spec.component == C::ANCHOR.component && spec.shared);
    !shared && seen.get(C::ANCHOR.component).is_some_and(|anchor| !Marks::of(anchor).mark.complete)
}
