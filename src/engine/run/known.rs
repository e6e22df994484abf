//! What a run knows of its components: what reading, making or changing them has answered.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::base::CallError;
use crate::engine::model::name::ComponentName;
use crate::engine::run::component::Seen;
use crate::engine::run::error::EngineError;
use crate::engine::run::instance::{BoundComponent, ResourceInstance};

/// How long what was seen may be acted upon without looking again.
const KEPT: Duration = Duration::from_secs(60);

/// What a run knows. `None` of a component means that it was looked for and is not there.
#[derive(Debug, Default)]
pub struct Known(Mutex<BTreeMap<String, (Instant, Option<Seen>)>>);

impl Known {
    /// What is known of a component, unless that is too old to act upon.
    pub async fn of(&self, component: &str) -> Option<Option<Seen>> {
        let known = self.0.lock().await;
        let (at, seen) = known.get(component)?;
        (at.elapsed() < KEPT).then(|| seen.clone())
    }

    /// The part as the run knows it: an object that has another id since a revision is found by that.
    pub async fn aware(&self, part: &BoundComponent) -> BoundComponent {
        let mut part = part.clone();
        let known = self.0.lock().await;
        if let Some((_, Some(seen))) = known.get(part.spec.component.as_str()).filter(|_| part.spec.kind.versioned) {
            part.address.recorded = Some(seen.id.clone());
        }
        part
    }

    /// Looks at a component, as new as the run needs it.
    ///
    /// # Errors
    /// Those of the call.
    pub async fn look(&self, part: &BoundComponent) -> Result<Option<Seen>, CallError> {
        let found = self.aware(part).await.look().await?;
        self.learn(&part.spec.component, found.clone()).await;
        Ok(found)
    }

    /// The components whose outputs a part takes. What is not known is looked at.
    ///
    /// # Errors
    /// One of them could not be read.
    pub async fn needs_of(
        &self,
        part: &BoundComponent,
        instance: &ResourceInstance,
    ) -> Result<BTreeMap<ComponentName, Seen>, EngineError> {
        let mut found = BTreeMap::new();
        for need in part.spec.takes() {
            if let Some(seen) = self.of(need).await.flatten() {
                found.insert(need.into(), seen);
                continue;
            }
            let looked = self.look(instance.part(need)?).await;
            if let Some(seen) = looked.map_err(|error| EngineError::step("read", need, &[], error))? {
                found.insert(need.into(), seen);
            }
        }
        Ok(found)
    }

    /// Remembers what was seen.
    pub async fn learn(&self, component: &str, seen: Option<Seen>) {
        self.0.lock().await.insert(component.to_owned(), (Instant::now(), seen));
    }

    /// Nothing is known any more: something was written, and what came of it is not certain.
    pub async fn forget(&self, component: &str) {
        self.0.lock().await.remove(component);
    }
}
