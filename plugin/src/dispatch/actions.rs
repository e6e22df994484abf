//! Actions, as streams.

use std::sync::Arc;

use futures::Stream;
use tokio::sync::mpsc;
use tokio_stream::wrappers::UnboundedReceiverStream;

use super::{
    Dispatcher, Wire,
    offered::{Offered, find},
};
use crate::{Action, Diagnostics, InvokeRequest, PlanActionRequest, Progress, ValidateRequest, checks, provider::Told};

impl Dispatcher {
    pub async fn validate_action(&self, name: &str, config: Wire) -> Diagnostics {
        self.guarded(&format!("ValidateActionConfig of {name}"), async {
            let Offered { thing, shape } = self.action(name)?;
            let (config, mut diagnostics) = shape.config_to_validate(&config)?;
            diagnostics.extend(thing.validate(ValidateRequest { config, cx: self.cx() }).await);
            Ok(diagnostics)
        })
        .await
    }

    pub async fn plan_action(&self, name: &str, config: Wire) -> Diagnostics {
        self.guarded(&format!("PlanAction of {name}"), async {
            let Offered { thing, shape } = self.action(name)?;
            let config = shape.config(&config)?;
            Ok(thing.plan(PlanActionRequest { config, cx: self.cx() }).await)
        })
        .await
    }

    /// Runs in a task of its own, as an apply does. The last event is always the one that it completed.
    pub fn invoke(self: &Arc<Self>, name: &str, config: Wire) -> impl Stream<Item = Told> + Send + use<> {
        let (listener, told) = mpsc::unbounded_channel();
        let this = Arc::clone(self);
        let name = name.to_owned();
        self.applies.spawn(async move {
            let progress = Progress::new(listener.clone());
            let end = this.invoke_here(&name, &config, progress).await;
            listener.send(Told::Completed(end)).ok();
        });
        UnboundedReceiverStream::new(told)
    }

    async fn invoke_here(&self, name: &str, config: &Wire, progress: Progress) -> Diagnostics {
        self.guarded(&format!("InvokeAction of {name}"), async {
            let Offered { thing, shape } = self.action(name)?;
            let config = shape.config(config)?;
            if let Some(path) = checks::first_unknown(&config) {
                let mut diagnostics = Diagnostics::new();
                let detail = "An action runs once all of its configuration is known.";
                diagnostics.error_at(path.clone(), format!("{path} of {name} is not known"), detail);
                return Err(diagnostics);
            }
            Ok(thing.invoke(InvokeRequest { config, progress, cx: self.cx() }).await)
        })
        .await
    }

    fn action(&self, name: &str) -> Result<&Offered<dyn Action>, Diagnostics> {
        find(&self.actions, "action", name)
    }
}
