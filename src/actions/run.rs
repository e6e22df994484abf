//! Runs an action: opens the place, looks while planning, works with a deadline and tells how it goes.

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use tf_plugin::{
    Action, Diagnostics, InvokeRequest, Model, Path, PlanActionRequest, Schema, ValidateRequest, Value, async_trait,
};

use super::failure::Failure;
use crate::clouds::Runtime;
use crate::engine::run::context::{OpContext, ProgressSink};
use crate::lookup::place::{self, validated};
use crate::resources::lifecycle::{Composite, Place};
use crate::values::duration;

/// Something that drop made, as an action finds it.
#[async_trait]
pub trait Subject: Sized + Send {
    /// Whose it is.
    type Of: Composite;

    /// That of the resource of this name, if there is one.
    async fn find(place: &PlaceOf<Self>, name: &str) -> Result<Option<Self>, Failure>;
}

/// Where a subject is.
pub type PlaceOf<S> = <<S as Subject>::Of as Composite>::Place;

/// An action as a description.
#[async_trait]
pub trait ActionImpl: Send + Sync + 'static {
    /// What the user writes. It has a `name`, that of what is worked on, and the place's attribute.
    type Config: Model + Send + Sync;
    /// What it works on.
    type Target: Subject + Sync;
    /// The action's name.
    const TYPE: &'static str;
    /// How long it may take where the user says nothing.
    const DEFAULT_TIMEOUT: Duration;
    /// What is left behind when it stops short after something began, and what to do next.
    const AFTER_FAILURE: &'static str;

    /// Looks whether it could be done as things are.
    async fn precheck(_: &PlaceOf<Self::Target>, _: &Self::Target, _: &Self::Config) -> Result<(), Failure> {
        Ok(())
    }

    /// Does it, and says in a sentence what is now.
    async fn work(
        place: &PlaceOf<Self::Target>,
        on: Self::Target,
        config: &Self::Config,
        cx: &OpContext,
    ) -> Result<String, Failure>;
}

/// Runs a [`ActionImpl`] as a Terraform action.
pub struct Run<W> {
    runtime: Arc<Runtime>,
    work: PhantomData<fn() -> W>,
}

impl<W: ActionImpl> Run<W> {
    /// The action, for the provider's table.
    pub fn action(runtime: Arc<Runtime>) -> Arc<dyn Action> {
        Arc::new(Self { runtime, work: PhantomData })
    }

    /// Who does what to whom, as messages begin.
    fn who(config: &Value) -> String {
        format!("{} \"{}\"", W::TYPE, config.get("name").as_str().unwrap_or_default())
    }

    /// The surroundings of one invocation.
    fn cx(&self, request: &InvokeRequest) -> OpContext {
        let time = request.config.get("timeout").as_str().and_then(duration::parse).unwrap_or(W::DEFAULT_TIMEOUT);
        let progress = request.progress.clone();
        OpContext { sink: ProgressSink::new(move |line| progress.say(line)), ..self.runtime.cx(&request.cx, time) }
    }

    /// What it works on.
    async fn found(place: &PlaceOf<W::Target>, config: &Value) -> Result<W::Target, Failure> {
        let name = config.get("name").as_str().unwrap_or_default();
        let found = <W::Target as Subject>::find(place, name).await?;
        found.ok_or_else(|| Failure::missing::<<W::Target as Subject>::Of>(place, name))
    }

    async fn done(
        place: &PlaceOf<W::Target>,
        given: &Value,
        config: &W::Config,
        cx: &OpContext,
    ) -> Result<String, Failure> {
        W::work(place, Self::found(place, given).await?, config, cx).await
    }

    async fn worked(&self, request: &InvokeRequest, diagnostics: &mut Diagnostics) -> Option<()> {
        let (_, place) = place::open::<PlaceOf<W::Target>>(
            &self.runtime,
            request.config.get(PlaceOf::<W::Target>::ATTRIBUTE).as_str(),
            diagnostics,
        )
        .await?;
        let config = W::Config::checked(&request.config).map_err(|problems| diagnostics.extend(problems)).ok()?;
        self.runtime.end_snapshots();
        let cx = self.cx(request);
        match cx.patiently(Self::done(&place, &request.config, &config, &cx)).await {
            Ok(now) => request.progress.say(now),
            Err(failure) => {
                let at = failure.attribute().map_or_else(Path::root, Path::from);
                diagnostics.error_at(
                    at,
                    format!("{} failed", Self::who(&request.config)),
                    detail(&failure, W::AFTER_FAILURE),
                );
            }
        }
        Some(())
    }

    /// What an apply changes before the action runs is not known here: all that is found is a warning.
    async fn planned(&self, config: &Value) -> Result<(), Failure> {
        let Some(clouds) = self.runtime.clouds() else { return Ok(()) };
        let name =
            place::name::<PlaceOf<W::Target>>(&clouds, config.get(PlaceOf::<W::Target>::ATTRIBUTE).as_str()).await?;
        let (Some(name), Ok(model)) = (name, W::Config::checked(config)) else { return Ok(()) };
        let place = PlaceOf::<W::Target>::open(&clouds, &name).await?;
        W::precheck(&place, &Self::found(&place, config).await?, &model).await
    }
}

#[async_trait]
impl<W: ActionImpl> Action for Run<W> {
    fn schema(&self) -> Schema {
        Schema::new(0, W::Config::block())
    }

    async fn validate(&self, request: ValidateRequest) -> Diagnostics {
        validated::<W::Config>(&request.config)
    }

    async fn plan(&self, request: PlanActionRequest) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        if request.config.is_wholly_known()
            && let Err(failure) = self.planned(&request.config).await
        {
            let advice = failure.advice().unwrap_or_default();
            diagnostics.warn(
                format!("{} would fail as things are", Self::who(&request.config)),
                format!("{} {advice}\n\nIt is looked at again when the action runs.", sentence(&failure.to_string())),
            );
        }
        diagnostics
    }

    async fn invoke(&self, request: InvokeRequest) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        self.worked(&request, &mut diagnostics).await;
        diagnostics
    }
}

/// Why it failed, and what to do: `next` only where something was left behind.
fn detail(failure: &Failure, next: &str) -> String {
    let next = failure.has_begun().then_some(next);
    let advice: Vec<&str> = failure.advice().into_iter().chain(next).filter(|advice| !advice.is_empty()).collect();
    let why = sentence(&failure.to_string());
    if advice.is_empty() { why } else { format!("{why}\n\n{}", advice.join(" ")) }
}

/// A message as a sentence, or as the log that it ends with.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let capital = letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>());
    let text = capital.unwrap_or_default();
    if text.contains('\n') || text.ends_with('.') { text } else { format!("{text}.") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_next_is_said_of_what_began() {
        let refused = || Failure::refused("name", "there is no such thing", "Make it.");
        assert_eq!(detail(&refused(), "It goes on."), "There is no such thing.\n\nMake it.");
        assert_eq!(
            detail(&Failure::started(refused()), "It goes on."),
            "There is no such thing.\n\nMake it. It goes on."
        );
    }
}
