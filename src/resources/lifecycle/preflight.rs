//! The plan compared with the real world: names that are taken, and the resource's own preflight. It only tells.

use tf_plugin::{Diagnostic, Diagnostics, Severity, Value};

use super::messages::Operation;
use super::read::read_all;
use super::{Composite, Place, Run, Site};
use crate::base::Freshness;
use crate::clouds::Clouds;
use crate::engine::model::layout::Layout;
use crate::engine::plan::blueprint::Blueprint;
use crate::engine::run::mark::Marks;

impl<C: Composite> Run<C> {
    /// Objects of our names that are somebody else's. What cannot be read now is met again by the create itself.
    ///
    /// Answers whether the create goes on with an unfinished one of ours. Then nothing is refused: a destroy of it plans it
    /// as a create first, and must not meet an error there.
    pub(super) async fn check_name_conflicts(
        object: &Value,
        site: &Site,
        layout: &Layout,
        clouds: Option<&Clouds>,
        diagnostics: &mut Diagnostics,
    ) -> bool {
        let (Some(clouds), Some(place), true) = (clouds, Self::place_of(object), !site.owner.name.is_empty()) else {
            return false;
        };
        let Ok(place) = C::Place::open(clouds, place).await else { return false };
        let Ok(instance) = site.instance(clouds, &*place, layout).await else { return false };
        let Ok(seen) = read_all(&instance, Freshness::Snapshot).await else { return false };
        let anchor = instance.anchor().ok().and_then(|anchor| Some((anchor, seen.get(&anchor.spec.component)?)));
        if anchor.is_some_and(|(anchor, seen)| anchor.is_ours(seen) && !Marks::of(seen).mark.complete) {
            return true;
        }
        // What lives in another object is whose that is, and what shall not be there is in nobody's way.
        for part in instance.parts.iter().filter(|part| part.spec.within.is_none() && part.spec.is_wanted()) {
            let Some(found) = seen.get(&part.spec.component).filter(|found| !part.is_ours(found)) else { continue };
            let whose =
                found.owner().map_or("It carries no tag of drop".to_owned(), |owner| format!("It is `{owner}`'s"));
            diagnostics.error_at(
                "name",
                format!("{} \"{}\": {} {} exists already", C::TYPE, site.owner.name, part.spec.kind.name, found.id),
                format!("{whose} and is not touched. Choose another name, or import it."),
            );
        }
        false
    }

    /// Compares the plan with the plans of others, and runs the resource's preflight where there is something to do. Errors of
    /// repairs alone are told as warnings.
    pub(super) async fn run_preflight(
        &self,
        site: &Site,
        model: &C::Model,
        blueprint: &Blueprint,
        clouds: Option<&Clouds>,
        repairs_only: bool,
        diagnostics: &mut Diagnostics,
    ) {
        let known = Some(site.place.as_str()).filter(|place| !place.is_empty());
        let (Some(clouds), Some(place)) = (clouds, known) else {
            diagnostics.warn(
                format!("{} \"{}\": not compared with the account yet", C::TYPE, site.shown_name()),
                format!(
                    "The provider's configuration or the {} is not known yet: whether what is planned can be had is seen \
                     at apply.",
                    C::Place::ATTRIBUTE
                ),
            );
            return;
        };
        let mut told = Diagnostics::new();
        match C::Place::open(clouds, place).await {
            Ok(place) => {
                told.extend(C::agree(&place, model, site));
                let compared = match blueprint.steps.is_empty() {
                    true => Ok(Diagnostics::new()),
                    false => C::preflight(&place, model, site, blueprint).await,
                };
                match compared {
                    Ok(found) => told.extend(found),
                    Err(error) => Self::tell_cloud(&mut told, error, Operation::Plan, site),
                }
            }
            Err(error) => Self::tell_closed(&mut told, error, Operation::Plan, site),
        }
        // A repair that nobody asked for in the configuration must not stand in the way of a destroy, whose refresh plans.
        diagnostics.extend(told.into_iter().map(|note| match repairs_only {
            true => Diagnostic { severity: Severity::Warning, ..note },
            false => note,
        }));
    }
}
