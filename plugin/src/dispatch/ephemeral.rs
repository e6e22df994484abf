//! Ephemeral resources.

use std::time::SystemTime;

use super::{
    Dispatcher, ValueAnswer, Wire,
    answer::report,
    offered::{Offered, find},
};
use crate::{
    CloseRequest, Diagnostics, EphemeralResource, OpenRequest, RenewRequest, RenewResponse, ValidateRequest, Value,
    checks,
};

#[derive(Debug, Default)]
pub(crate) struct OpenAnswer {
    pub result: Option<Vec<u8>>,
    pub private: Vec<u8>,
    pub renew_at: Option<SystemTime>,
    pub diagnostics: Diagnostics,
}

impl From<Diagnostics> for OpenAnswer {
    fn from(diagnostics: Diagnostics) -> Self {
        Self { diagnostics, ..Self::default() }
    }
}

impl Dispatcher {
    pub async fn validate_ephemeral(&self, name: &str, config: Wire) -> Diagnostics {
        self.guarded(&format!("ValidateEphemeralResourceConfig of {name}"), async {
            let Offered { thing, shape } = self.ephemeral(name)?;
            let (config, mut diagnostics) = shape.config_to_validate(&config)?;
            diagnostics.extend(thing.validate(ValidateRequest { config, cx: self.cx() }).await);
            Ok(diagnostics)
        })
        .await
    }

    pub async fn open(&self, name: &str, config: Wire) -> OpenAnswer {
        self.guarded(&format!("OpenEphemeralResource of {name}"), async {
            let Offered { thing, shape } = self.ephemeral(name)?;
            let config = shape.config(&config)?;
            let mut response = thing.open(OpenRequest { config: config.clone(), cx: self.cx() }).await;
            if !response.diagnostics.has_errors() && !response.result.is_null() {
                // Core holds the result to the rules of a plan without a past.
                let violations = checks::plan_valid(&shape.schema.block, &Value::Null, &config, &response.result);
                let secret = violations.into_iter().map(|mut violation| {
                    violation.problem = "it differs from what is configured, or is not computed".to_owned();
                    violation
                });
                report(&mut response.diagnostics, shape, "result", secret.collect());
            }
            let answer = ValueAnswer::present(shape, "result", response.result, response.diagnostics);
            Ok(OpenAnswer {
                result: answer.value,
                private: response.private,
                renew_at: response.renew_at,
                diagnostics: answer.diagnostics,
            })
        })
        .await
    }

    pub async fn renew(&self, name: &str, private: Vec<u8>) -> RenewResponse {
        self.guarded(&format!("RenewEphemeralResource of {name}"), async {
            let Offered { thing, .. } = self.ephemeral(name)?;
            Ok(thing.renew(RenewRequest { private, cx: self.cx() }).await)
        })
        .await
    }

    pub async fn close(&self, name: &str, private: Vec<u8>) -> Diagnostics {
        self.guarded(&format!("CloseEphemeralResource of {name}"), async {
            let Offered { thing, .. } = self.ephemeral(name)?;
            Ok(thing.close(CloseRequest { private, cx: self.cx() }).await)
        })
        .await
    }

    fn ephemeral(&self, name: &str) -> Result<&Offered<dyn EphemeralResource>, Diagnostics> {
        find(&self.ephemerals, "ephemeral resource", name)
    }
}
