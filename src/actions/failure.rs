//! Why an action came to nothing, or would.

use crate::base::{CallError, ErrorClass};
use crate::engine::run::error::EngineError;
use crate::resources::lifecycle::{Composite, Place};

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
    /// Something had begun by then.
    #[error(transparent)]
    Begun(Box<Failure>),
}

impl Failure {
    /// A refusal with its way out.
    pub fn refused(attribute: &'static str, summary: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::Refused { attribute, summary: summary.into(), advice: advice.into() }
    }

    /// Nothing of that name is there.
    pub fn missing<C: Composite>(place: &C::Place, name: &str) -> Self {
        let (what, at) = (C::TYPE, place.name());
        Self::refused(
            "name",
            format!("there is no {what} \"{name}\" in {at} of account {}", place.account()),
            format!("Mend `name` or `{}`, use other credentials, or create it first.", C::Place::ATTRIBUTE),
        )
    }

    /// The failure of something that had begun.
    pub fn started(failure: impl Into<Self>) -> Self {
        Self::Begun(Box::new(failure.into()))
    }

    /// The failure of what something begins with: without an answer it may have begun.
    pub fn beginning(error: EngineError) -> Self {
        match &error {
            EngineError::Step { source, .. } if source.class == ErrorClass::Unavailable => Self::started(error),
            _ => error.into(),
        }
    }

    /// Whether something had begun.
    pub fn has_begun(&self) -> bool {
        matches!(self, Self::Begun(_))
    }

    /// The attribute to blame.
    pub fn attribute(&self) -> Option<&'static str> {
        match self {
            Self::Refused { attribute, .. } => Some(attribute),
            Self::Begun(failure) => failure.attribute(),
            Self::Engine(_) | Self::Call(_) => None,
        }
    }

    /// What there is to do, where the failure itself tells.
    pub fn advice(&self) -> Option<&str> {
        match self {
            Self::Refused { advice, .. } => Some(advice),
            Self::Engine(EngineError::Refused { advice, .. }) => Some(advice),
            Self::Engine(EngineError::Deadline { .. }) => Some("More time can be given by `timeout`."),
            Self::Engine(EngineError::Step { source, .. }) => denied(source),
            Self::Call(error) => denied(error),
            Self::Begun(failure) => failure.advice(),
            Self::Engine(_) => None,
        }
    }
}

fn denied(error: &CallError) -> Option<&'static str> {
    match error.class {
        ErrorClass::Denied => Some("The credentials do not allow it; the page of this action lists what it needs."),
        ErrorClass::Unauthenticated => Some(error.credentials_advice()),
        _ => None,
    }
}
