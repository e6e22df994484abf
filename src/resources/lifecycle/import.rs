//! Import: finds the objects of an existing resource and writes the state that a plan of the same configuration leaves
//! alone.

use tf_plugin::{Block, Diagnostics, ImportRequest, ImportResponse, Model, Nesting, Path, PathStep, Type, Value};

use super::identity::ImportTarget;
use super::messages::Operation;
use super::private::Private;
use super::read::read_all;
use super::values::{from_json, located, put, set, texts, type_at};
use super::{AllSeen, Composite, Discovered, Place, Purpose, Run, Site, tags};
use crate::base::Freshness;
use crate::clouds::Clouds;
use crate::engine::model::kind::Compare;
use crate::engine::model::layout::Layout;
use crate::engine::model::name::ComponentName;
use crate::engine::model::spec::Wanted;
use crate::engine::run::error::EngineError;
use crate::engine::run::mark::Marks;

impl<C: Composite> Run<C> {
    pub(super) async fn run_import(&self, request: ImportRequest) -> ImportResponse {
        let mut diagnostics = Diagnostics::new();
        let asked = match request.identity.is_null() {
            true => ImportTarget::by_id(&request.id),
            false => ImportTarget::by_identity::<C>(&request.identity),
        };
        let mut state = self.imported(asked, &mut diagnostics).await.unwrap_or_default();
        if !Self::is_called(&request.identity, &state, &mut diagnostics) {
            state = Value::Null;
        }
        let private = Private::done(&Self::specs_of(&state)).bytes();
        ImportResponse { state, private, diagnostics, ..ImportResponse::default() }
    }

    /// Whether an object has the identity that it was asked for by; an id finds it by more names than one.
    fn is_called(asked: &Value, state: &Value, diagnostics: &mut Diagnostics) -> bool {
        let found = Self::identity_of(state);
        let differs = asked.as_members().into_iter().flatten().find_map(|(attribute, asked)| {
            let (asked, found) = (asked.as_str()?, found.get(attribute).as_str()?);
            (asked != found).then_some((attribute, asked, found))
        });
        if let Some((attribute, asked, found)) = differs {
            Self::tell_called(diagnostics, attribute, asked, found);
        }
        differs.is_none()
    }

    async fn imported(&self, asked: ImportTarget, diagnostics: &mut Diagnostics) -> Option<Value> {
        let id = asked.id.as_str();
        let Some(clouds) = self.runtime.clouds() else {
            diagnostics.error(
                format!("{} \"{id}\" cannot be imported yet", C::TYPE),
                "The provider's configuration is not known: import needs one without values that only an apply gives.",
            );
            return None;
        };
        let what = C::Place::ATTRIBUTE;
        let place = match asked.place {
            None => C::Place::default_name(&clouds).await,
            named => Ok(named),
        };
        let place = match place {
            Ok(place) => place,
            Err(error) => {
                Self::tell_cloud(diagnostics, error, Operation::Import, &Site::named::<C>(id, ""));
                return None;
            }
        };
        let Some(name) = place else {
            diagnostics.error(format!("{} \"{id}\": no {what}", C::TYPE), format!("Write the id as {}.", form::<C>()));
            return None;
        };
        let problem = match C::Place::check(&name) {
            Err(problem) => Some(format!("The {what} {problem}.")),
            Ok(()) => id.is_empty().then(|| "The name is missing.".to_owned()),
        };
        if let Some(problem) = problem {
            diagnostics.error(
                format!("This is no id of a {}", C::TYPE),
                format!("{problem} Write the id as {}. Nothing was looked for.", form::<C>()),
            );
            return None;
        }
        let place = match C::Place::open(&clouds, &name).await {
            Ok(place) => place,
            Err(error) => {
                Self::tell_cloud(diagnostics, error, Operation::Import, &Site::named::<C>(id, &name));
                return None;
            }
        };
        if asked.account.as_deref().is_some_and(|account| account != place.account()) {
            diagnostics.error(
                format!("{} \"{id}\" is in another account", C::TYPE),
                format!("The credentials are of {}. {}", place.account(), C::Place::CREDENTIALS),
            );
            return None;
        }
        let advice = format!("The id is {}; the {what} may be left out where the provider has one.", form::<C>());
        self.existing(&clouds, &place, id, (Operation::Import, &advice), Freshness::Now, diagnostics).await
    }

    /// What exists in a place under the id that a person knows, as the state that its import leaves. `sought` is what for,
    /// and the advice if it is not found.
    pub(super) async fn existing(
        &self,
        clouds: &Clouds,
        place: &C::Place,
        id: &str,
        sought: (Operation, &str),
        freshness: Freshness,
        diagnostics: &mut Diagnostics,
    ) -> Option<Value> {
        let (operation, advice) = sought;
        let name = place.name();
        let mut site = Site::named::<C>(id, name);
        let purpose = if operation == Operation::Find { Purpose::Show } else { Purpose::TakeOver };
        let found = match C::discover(place, id, purpose, freshness).await {
            Ok(Some(found)) => found,
            Ok(None) => {
                diagnostics.error(
                    format!("{} \"{id}\" was not found", C::TYPE),
                    format!(
                        "Neither a resource of that name nor an object of that id exists in {name} of account {}. {advice}",
                        place.account()
                    ),
                );
                return None;
            }
            Err(error) => {
                Self::tell_cloud(diagnostics, error, operation, &site);
                return None;
            }
        };
        if let Some(unfit) = &found.unfit {
            diagnostics
                .error(format!("{} \"{id}\" cannot be taken over", C::TYPE), format!("{unfit} Nothing was changed."));
            return None;
        }
        let owner = C::owner_of(&found.path);
        if let (Some(environment), Purpose::TakeOver, None) =
            (&owner.environment, purpose, C::Model::shared_block().attribute("environment"))
        {
            diagnostics.error(
                format!("{} \"{id}\" belongs to environment \"{environment}\"", C::TYPE),
                "This version has no attribute `environment` for it. Nothing was changed: use a later version.",
            );
            return None;
        }
        let mut object = first_state::<C>(name, &found);
        site = Site::of::<C>(&object).of_owner(owner);
        let seen = match self.look(clouds, &object, &site, place, freshness).await {
            Ok(seen) => seen,
            Err(error) => {
                Self::tell(diagnostics, &error, operation, &site, &AllSeen::new());
                return None;
            }
        };
        for (attribute, value) in C::config_from_live(&seen).into_iter().chain(found.given) {
            put(&mut object, attribute, value);
        }
        adopt::<C>(&mut object, &seen, |component| !site.is_shared(component));
        for (attribute, value) in C::computed_from_config(&model_of::<C>(&object)) {
            put(&mut object, attribute, value);
        }
        let layout = Self::layout_at(&object, &site)?;
        put(&mut object, "id", Self::id_of(&layout, place, &seen).as_deref().map_or(Value::Null, Value::from));
        if !site.is_shared(&layout.anchor) {
            let creation_id = seen.get(&layout.anchor).and_then(|anchor| Marks::of(anchor).mark.creation_id);
            put(&mut object, "creation_id", creation_id.as_deref().map_or(Value::Null, Value::from));
        }
        tags::put_found_defaults(&mut object, &clouds.default_tags, &layout, &seen);
        Some(Self::observe(&object, &site, place, &layout, &seen))
    }

    async fn look(
        &self,
        clouds: &Clouds,
        object: &Value,
        site: &Site,
        place: &C::Place,
        freshness: Freshness,
    ) -> Result<AllSeen, EngineError> {
        // What a bare configuration leaves out may be there all the same.
        let mut layout = C::layout(&model_of::<C>(object), site);
        layout.components.iter_mut().for_each(|spec| spec.wanted = Wanted::Yes);
        let failed = |source| EngineError::step("read", C::TYPE, &[], source);
        let instance = site.instance(clouds, place, &layout).await.map_err(failed)?;
        read_all(&instance, freshness).await.map_err(failed)
    }
}

/// How an id is written, for messages.
fn form<C: Composite>() -> String {
    let what = C::Place::ATTRIBUTE;
    format!("`<{what}>/<name>`, or `<{what}>/<environment>/<name>`")
}

/// Everything at its default, with what identifies the objects.
pub(super) fn first_state<C: Composite>(place: &str, found: &Discovered) -> Value {
    let mut diagnostics = Diagnostics::new();
    let mut model = C::Model::from_value(&C::Model::shared_block().empty_value(), &Path::root(), &mut diagnostics);
    model.apply_defaults();
    let mut object = model.to_value();
    let owner = C::owner_of(&found.path);
    put(&mut object, "name", Value::from(owner.name.as_str()));
    put(&mut object, "environment", owner.environment.as_deref().map(Value::from).unwrap_or_default());
    put(&mut object, C::Place::ATTRIBUTE, Value::from(place));
    let ids = found.components.iter().map(|(component, id)| (component.clone(), Value::from(id.as_str())));
    put(&mut object, "components", Value::Map(ids.collect()));
    put(&mut object, "steps", texts([]));
    put(&mut object, "drift", texts([]));
    object
}

/// Takes the live values of the components that `ours` picks over into the attributes that they come from.
pub(super) fn adopt<C: Composite>(object: &mut Value, seen: &AllSeen, ours: impl Fn(&str) -> bool) {
    let fields: Vec<(ComponentName, &'static str)> = layout_over::<C>(object)
        .sourced()
        .filter(|(spec, ..)| ours(&spec.component))
        .map(|(spec, field, _)| (spec.component.clone(), field))
        .collect();
    for (component, field) in fields {
        adopt_field::<C>(object, &component, field, seen);
    }
}

/// Takes a live value over into its attribute. A block is written only where its values are not the defaults: then the
/// configuration must have one too.
fn adopt_field<C: Composite>(object: &mut Value, component: &ComponentName, field: &str, seen: &AllSeen) {
    let block = C::Model::shared_block();
    let Some(live) = seen.get(component).and_then(|seen| seen.fields.get(field)) else { return };
    // What was taken over before may have changed what the configuration asks for.
    let layout = layout_over::<C>(object);
    let Some(spec) = layout.spec(component) else { return };
    let Some((desired, source)) = spec.desired.get(field).and_then(|desired| Some((desired, desired.source.as_ref()?)))
    else {
        return;
    };
    let path = located(object, source);
    let Some(ty) = type_at(&block.implied_type(), &path) else { return };
    let told = |component: &str, output: &str| seen.get(component).and_then(|seen| seen.output(output));
    let asked = if spec.is_wanted() { desired.input.value(told) } else { None };
    // It is what the configuration as it stands asks for, or nothing that a value could be made of.
    if asked.as_ref() == Some(live) || matches!(ty, Type::Object { .. }) {
        return;
    }
    let compare = spec.kind.field(field).map(|field| field.compare);
    let value = match from_json(&desired.written(live), &ty) {
        Value::Map(members) if members.is_empty() => Value::Null,
        // The part behind the first dot belongs to the cloud.
        Value::String(text) if compare == Some(Compare::Version) => {
            Value::from(text.split('.').next().unwrap_or_default())
        }
        value => value,
    };
    if !is_open(object, path.steps()) && value == default_at(block, path.steps()) {
        return;
    }
    open_blocks(object, block, path.steps());
    set(object, &path, value);
}

/// What an object becomes as it stands.
fn layout_over<C: Composite>(object: &Value) -> Layout {
    C::layout(&model_of::<C>(object), &Site::of::<C>(object))
}

/// Whether the blocks on the way to an attribute are there.
fn is_open(object: &Value, steps: &[PathStep]) -> bool {
    match steps {
        [outer, inner @ ..] if !inner.is_empty() => {
            let next = object.at(&Path::root().step(outer.clone()));
            next.is_some_and(|next| !next.is_null() && is_open(next, inner))
        }
        _ => true,
    }
}

/// The default of an attribute, whether or not its blocks are there.
fn default_at(block: &Block, steps: &[PathStep]) -> Value {
    match steps {
        [PathStep::Attribute(name)] => {
            block.attribute(name).and_then(|found| found.default.clone()).unwrap_or_default()
        }
        [PathStep::Attribute(outer), PathStep::Index(_) | PathStep::Key(_), inner @ ..]
        | [PathStep::Attribute(outer), inner @ ..] => {
            block.nested(outer).map(|nested| default_at(&nested.block, inner)).unwrap_or_default()
        }
        _ => Value::Null,
    }
}

/// Puts the single blocks on the way to an attribute there, with their defaults.
fn open_blocks(object: &mut Value, block: &Block, steps: &[PathStep]) {
    let [PathStep::Attribute(outer), inner @ ..] = steps else { return };
    let Some(nested) = block.nested(outer).filter(|nested| nested.nesting == Nesting::Single && !inner.is_empty())
    else {
        return;
    };
    if object.get(outer).is_null() {
        let mut empty = nested.block.empty_value();
        for attribute in &nested.block.attributes {
            if let Some(default) = &attribute.default {
                put(&mut empty, &attribute.name, default.clone());
            }
        }
        put(object, outer, empty);
    }
    if let Some(next) = object.as_members_mut().and_then(|members| members.get_mut(outer)) {
        open_blocks(next, &nested.block, inner);
    }
}

pub(super) fn model_of<C: Composite>(object: &Value) -> C::Model {
    C::Model::from_value(object, &Path::root(), &mut Diagnostics::new())
}
