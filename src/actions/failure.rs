//! Why an action came to nothing, or would.

use crate::cloud;
use crate::engine::error::{CallError, EngineError, ErrorClass};

/// Why an action came to nothing, or would.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// What is there does not allow it.
    #[error("{summary}")]
    Refused {
        /// The attribute to blame.
        attribute: &'static str,
        /// One sentence.
        summary: String,
        /// What to do about it.
        advice: String,
    },
    /// Waiting or judging ended badly.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A call failed.
    #[error(transparent)]
    Call(#[from] CallError),
}

impl From<cloud::Error> for Failure {
    fn from(error: cloud::Error) -> Self {
        Self::Call(error.into())
    }
}

impl Failure {
    /// A refusal with its way out.
    pub fn refused(attribute: &'static str, summary: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::Refused { attribute, summary: summary.into(), advice: advice.into() }
    }

    /// What there is to do, where the failure itself tells.
    pub fn advice(&self) -> Option<&str> {
        match self {
            Self::Refused { advice, .. } => Some(advice),
            Self::Engine(EngineError::Refused { advice, .. }) => Some(advice),
            Self::Engine(EngineError::Deadline { .. }) => Some("More time can be given by `timeout`."),
            Self::Engine(EngineError::Step { source, .. }) => denied(source),
            Self::Call(error) => denied(error),
            Self::Engine(_) => None,
        }
    }
}

fn denied(error: &CallError) -> Option<&'static str> {
    let advice = "The credentials do not allow it; the page of this action lists what it needs.";
    (error.class == ErrorClass::Denied).then_some(advice)
}
