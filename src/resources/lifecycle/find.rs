//! Looks up by name what exists already, for those who only want to know of it.

use tf_plugin::{Diagnostics, Value};

use super::messages::Operation;
use super::values::lines;
use super::{Composite, Place, Run};
use crate::base::Freshness;
use crate::clouds::Clouds;

impl<C: Composite> Run<C> {
    /// The object of that path in a place, read as an import reads it, but for the lists of a walk serving all who look.
    /// What is missing is told, and `None`.
    pub async fn find(
        &self,
        clouds: &Clouds,
        place: &C::Place,
        name: &str,
        diagnostics: &mut Diagnostics,
    ) -> Option<Value> {
        let mut told = Diagnostics::new();
        let shown = self.found(clouds, place, name, Freshness::Shown, &mut told).await;
        // Lists that lag behind may say that all is well, and nothing else.
        if C::Place::EVENTUALLY_CONSISTENT_LISTS
            && !shown.as_ref().is_some_and(|object| lines(object.get("drift")).is_empty())
        {
            return self.found(clouds, place, name, Freshness::Now, diagnostics).await;
        }
        diagnostics.extend(told);
        shown
    }

    async fn found(
        &self,
        clouds: &Clouds,
        place: &C::Place,
        name: &str,
        freshness: Freshness,
        diagnostics: &mut Diagnostics,
    ) -> Option<Value> {
        let what = C::Place::ATTRIBUTE;
        let advice = format!("Mend `name` or `{what}`, or use other credentials. {}", C::Place::CREDENTIALS);
        let object = self.existing(clouds, place, name, (Operation::Find, &advice), freshness, diagnostics).await?;
        let called = object.get("name").as_str().unwrap_or(name);
        if called != C::owner_of(name).name {
            Self::tell_called(diagnostics, "name", name, called);
            return None;
        }
        let primary = Self::layout_of(&object)?.primary;
        if object.get("components").get(&primary).is_null() {
            diagnostics.error(
                format!("{} \"{name}\" is not whole", C::TYPE),
                format!(
                    "There is something of it in {} of account {}, but no {}: its create is under way, or was interrupted, or \
                     somebody else removed it. Try again when its own configuration is applied.",
                    place.name(),
                    place.account(),
                    primary
                ),
            );
            return None;
        }
        Some(object)
    }
}
