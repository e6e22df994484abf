//! What can go wrong while a blueprint is carried out, in words that do not depend on any SDK.

use std::time::Duration;

use crate::base::{CallError, ErrorClass, Words};

/// Why an operation on a resource ended without reaching its goal.
#[derive(Debug, Clone, thiserror::Error)]
pub enum EngineError {
    /// A step's cloud call failed.
    #[error("{verb} {component}: {source}")]
    Step {
        /// What was being done.
        verb: &'static str,
        /// To which component.
        component: String,
        /// The fields that were being set, for the attribute path of the message.
        fields: Vec<String>,
        /// The call that failed.
        #[source]
        source: Box<CallError>,
    },
    /// A condition was not met before its deadline.
    #[error("{component} did not become {goal} within {} s; last seen: {last}", waited.as_secs())]
    Deadline {
        /// The component that was waited for.
        component: String,
        /// What it should have become.
        goal: &'static str,
        /// What it was when time ran out.
        last: String,
        /// How long was waited.
        waited: Duration,
    },
    /// The cloud says that the object will never become ready.
    #[error("the component {component} did not come up: {reason}")]
    Failed {
        /// The component.
        component: String,
        /// Why, as the cloud tells it.
        reason: Words,
    },
    /// The run was asked to stop.
    #[error("interrupted while {during}")]
    Interrupted {
        /// What was going on.
        during: String,
    },
    /// A rule of ownership or of safety forbids it.
    #[error("{summary}")]
    Refused {
        /// One sentence, with the name of what it is about.
        summary: String,
        /// What to do about it.
        advice: String,
    },
    /// Steps that ran at the same time failed, each for its own reason.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Several(Vec<EngineError>),
    /// The blueprint does not fit what it is to be applied to.
    #[error("the plan no longer fits ({0}): plan again")]
    PlanAgain(String),
}

impl EngineError {
    /// A call that failed while something was being done to a component.
    pub fn step(verb: &'static str, component: &str, fields: &[String], source: CallError) -> Self {
        Self::Step { verb, component: component.to_owned(), fields: fields.to_vec(), source: Box::new(source) }
    }

    /// A refusal with its way out.
    pub fn refused(summary: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::Refused { summary: summary.into(), advice: advice.into() }
    }

    /// The components whose steps failed for good: neither interrupted nor without an answer.
    pub fn failed_components(&self) -> Vec<String> {
        match self {
            Self::Failed { component, .. } | Self::Deadline { component, .. } => vec![component.clone()],
            Self::Step { component, source, .. } => match source.class {
                ErrorClass::Unavailable | ErrorClass::Busy | ErrorClass::Underway => vec![],
                _ => vec![component.clone()],
            },
            Self::Several(errors) => errors.iter().flat_map(Self::failed_components).collect(),
            Self::Interrupted { .. } | Self::Refused { .. } | Self::PlanAgain(_) => vec![],
        }
    }

    /// The error as text. `show` writes what it quotes of a cloud.
    pub fn shown(&self, show: &dyn Fn(&str) -> String) -> String {
        match self {
            Self::Step { verb, component, source, .. } => format!("{verb} {component}: {}", source.shown(show)),
            Self::Deadline { component, goal, last, waited } => {
                let (component, last) = (component.clone(), show(last));
                Self::Deadline { component, goal, last, waited: *waited }.to_string()
            }
            Self::Failed { component, reason } => {
                let reason = Words::from(reason.shown(show));
                Self::Failed { component: component.clone(), reason }.to_string()
            }
            Self::Several(errors) => errors.iter().map(|error| error.shown(show)).collect::<Vec<_>>().join("; "),
            Self::Interrupted { .. } | Self::Refused { .. } | Self::PlanAgain(_) => self.to_string(),
        }
    }

    /// This error and another one. That the user asked to stop is told once, and not beside what else went wrong.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let mut all: Vec<Self> = self.into_each().into_iter().chain(other.into_each()).collect();
        let is_stop = |error: &Self| matches!(error, Self::Interrupted { .. });
        if all.iter().any(|error| !is_stop(error)) {
            all.retain(|error| !is_stop(error));
        } else {
            all.truncate(1);
        }
        match (all.pop(), all.is_empty()) {
            (Some(only), true) => only,
            (last, _) => Self::Several(all.into_iter().chain(last).collect()),
        }
    }

    /// Every single error of which it consists.
    pub fn into_each(self) -> Vec<Self> {
        if let Self::Several(errors) = self { errors } else { vec![self] }
    }

    /// The component that the error is about, where it is about one.
    pub fn component(&self) -> Option<&str> {
        match self {
            Self::Step { component, .. } | Self::Deadline { component, .. } | Self::Failed { component, .. } => {
                Some(component)
            }
            _ => None,
        }
    }
}
