//! One list for every resource: the anchors of a place say what there is, and a look-up as an import does it says the rest.

use std::sync::Arc;

use futures::stream::{self, StreamExt};
use tf_plugin::{
    Diagnostics, Found, ListItem, ListRequest, ListResource, Model, Schema, ValidateListRequest, Value, async_trait,
};

use crate::base::{ErrorClass, Result};
use crate::clouds::{Clouds, Runtime};
use crate::engine::run::mark::Marks;
use crate::lookup::asked::Asked;
use crate::lookup::place::{self, validated};
use crate::resources::lifecycle::{Composite, Place, Run};

/// How many objects are looked up at once.
const AT_ONCE: usize = 4;

/// The resources of a type that exist in a place.
#[derive(Debug)]
pub struct Listing<C> {
    runtime: Arc<Runtime>,
    run: Run<C>,
}

impl<C: Composite<Place: Asked>> Listing<C> {
    /// The list, for the provider's table.
    pub fn list(runtime: Arc<Runtime>) -> Arc<dyn ListResource> {
        Arc::new(Self { run: Run::over(Arc::clone(&runtime)), runtime })
    }

    /// The places to look in: the one that is named, the usual one, or all.
    async fn places(&self, config: &Value, told: &mut Diagnostics) -> Option<(Clouds, Vec<Arc<C::Place>>)> {
        let named = config.get(C::Place::ATTRIBUTE).as_str();
        if C::Place::HAS_DEFAULT || named.is_some() {
            let (clouds, place) = place::open::<C::Place>(&self.runtime, named, told).await?;
            return Some((clouds, vec![place]));
        }
        let clouds = place::clouds(&self.runtime, told)?;
        let what = C::Place::ATTRIBUTE;
        match C::Place::all(&clouds).await {
            Ok(places) if places.is_empty() => {
                told.error(
                    format!("There is no {what} to look in"),
                    format!("There are no credentials, or they see no {what}. {}", C::Place::CREDENTIALS),
                );
                None
            }
            Ok(places) => Some((clouds, places)),
            Err(error) => {
                place::tell::<C::Place>(&error, &format!("The {what}s"), told);
                None
            }
        }
    }

    async fn item(&self, clouds: &Clouds, place: &C::Place, path: String, whole: bool) -> ListItem {
        let mut diagnostics = Diagnostics::new();
        let object = if whole { self.run.find(clouds, place, &path, &mut diagnostics).await } else { None };
        ListItem {
            identity: Run::<C>::identity_in(place, &path),
            display_name: format!("{path} ({})", place.name()),
            object,
            diagnostics,
        }
    }
}

/// The paths of the finished resources in a place whose names begin with `prefix`, sorted.
async fn paths<C: Composite>(place: &C::Place, prefix: &str) -> Result<Vec<String>> {
    let anchors = C::anchors(place).await?;
    let finished = anchors.iter().map(|(_, tags)| Marks::from_tags(tags)).filter(|marks| marks.mark.complete);
    let all = finished.filter_map(|marks| C::path_in(&marks.owner?));
    let mut paths: Vec<String> = all.filter(|path| C::owner_of(path).name.starts_with(prefix)).collect();
    paths.sort();
    Ok(paths)
}

#[async_trait]
impl<C: Composite<Place: Asked>> ListResource for Listing<C> {
    fn schema(&self) -> Schema {
        Schema::new(0, <C::Place as Asked>::Many::block())
    }

    async fn validate(&self, request: ValidateListRequest) -> Diagnostics {
        validated::<<C::Place as Asked>::Many>(&request.config)
    }

    async fn list(&self, request: ListRequest, found: &mut Found) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let Some((clouds, places)) = self.places(&request.config, &mut diagnostics).await else { return diagnostics };
        let prefix = request.config.get("name_prefix").as_str().unwrap_or_default();
        // No more is looked up at once than is asked for.
        let at_once =
            request.limit.and_then(|limit| usize::try_from(limit).ok()).map_or(AT_ONCE, |most| most.min(AT_ONCE));
        let alone = places.len() == 1;
        for place in places {
            if request.cx.cancel.is_cancelled() {
                return diagnostics;
            }
            let paths = match paths::<C>(&place, prefix).await {
                Ok(paths) => paths,
                // The credentials may well be for some of the places only.
                Err(error) if error.class == ErrorClass::Denied && !alone => {
                    diagnostics.warn(
                        format!("What there is of {} in {} is left out", C::TYPE, place.name()),
                        format!("{error}. {}", C::Place::CREDENTIALS),
                    );
                    continue;
                }
                Err(error) => {
                    let what = format!("What there is of {} in {}", C::TYPE, place.name());
                    place::tell::<C::Place>(&error, &what, &mut diagnostics);
                    return diagnostics;
                }
            };
            let items = paths.into_iter().map(|path| self.item(&clouds, &place, path, request.include_resource));
            let mut items = stream::iter(items).buffered(at_once.max(1));
            while let Some(item) = items.next().await {
                if request.cx.cancel.is_cancelled() || found.push(item).await.is_break() {
                    return diagnostics;
                }
            }
        }
        diagnostics
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::database::DatabaseResource;
    use crate::resources::database::tests::cloud::{FakeCloud, State};
    use serde_json::json;
    use tf_plugin::harness::Harness;

    /// Makes `prod-orders` the `orders` of the environment `prod`.
    fn into_prod(state: &mut State) {
        let State { tags, instances, .. } = state;
        for tags in tags.values_mut().chain(instances.values_mut().map(|instance| &mut instance.tags)) {
            let owner = tags.get_mut("drop:resource").unwrap();
            *owner = owner.replace("/-/prod-orders", "/prod/orders");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn names_of_environments_are_listed_beside_each_other() {
        let cloud = FakeCloud::default();
        for name in ["orders", "prod-orders", "users"] {
            let mut made = Harness::new("drop_database", Run::<DatabaseResource>::over(cloud.runtime()));
            let _ = made.apply(json!({ "name": name, "region": "eu-north-1" })).await.ok();
        }
        into_prod(&mut cloud.state());
        assert_eq!(paths::<DatabaseResource>(&cloud.session(), "").await.unwrap(), ["orders", "prod/orders", "users"]);
        assert_eq!(paths::<DatabaseResource>(&cloud.session(), "or").await.unwrap(), ["orders", "prod/orders"]);
        let identity = Run::<DatabaseResource>::identity_in(&cloud.session(), "prod/orders");
        assert_eq!(
            (identity.get("environment").as_str(), identity.get("name").as_str()),
            (Some("prod"), Some("orders"))
        );
    }
}
