//! The action `toy_paint`.

use tf_plugin::{Action, Attr, Diagnostics, InvokeRequest, Model, Path, PlanActionRequest, Schema, Value, async_trait};

use crate::cloud::Cloud;

/// Gives a thing another colour.
#[derive(Clone, Model)]
struct Job {
    /// The thing to paint.
    #[attr(required)]
    name: Attr<String>,
    #[attr(required)]
    colour: Attr<String>,
    /// Makes it misbehave, for tests: `panic`, `wait`.
    #[attr(optional)]
    mode: Attr<String>,
}

pub struct Paint {
    pub cloud: Cloud,
}

#[async_trait]
impl Action for Paint {
    fn schema(&self) -> Schema {
        Schema::new(0, Job::block())
    }

    async fn plan(&self, request: PlanActionRequest) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        if request.config.get("colour").as_str() == Some("plaid") {
            diagnostics.error_at(Path::from("colour"), "Plaid is not a colour", "Choose one that is.");
        }
        diagnostics
    }

    async fn invoke(&self, request: InvokeRequest) -> Diagnostics {
        let job = match Job::read(&request.config) {
            Ok(job) => job,
            Err(diagnostics) => return diagnostics,
        };
        let name = job.name.unwrap_or_default();
        request.progress.say(format!("Opening {name}"));
        match job.mode.known().map(String::as_str) {
            Some("panic") => panic!("the toy was told to panic"),
            Some("wait") => {
                request.cx.cancel.cancelled().await;
                self.cloud.note("painting was interrupted");
                return Diagnostics::failure("Interrupted", "The paint is still wet.");
            }
            _ => {}
        }
        let thing = match self.cloud.load(&name) {
            Ok(thing) => thing.unwrap_or_default(),
            Err(error) => return Diagnostics::failure("The thing cannot be read", error.to_string()),
        };
        let Value::Object(mut members) = thing else {
            return Diagnostics::failure(format!("There is no thing {name}"), "Nothing was painted.");
        };
        members.insert("colour".to_owned(), request.config.get("colour").clone());
        if let Err(error) = self.cloud.store(&name, &Value::Object(members)) {
            return Diagnostics::failure("The file cannot be written", error.to_string());
        }
        request.progress.say(format!("Painted {name}"));
        Diagnostics::new()
    }
}
