//! What can go wrong while a blueprint is carried out, in words that do not depend on any SDK.

use std::time::Duration;

/// How a refused or failed cloud call is to be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorClass {
    /// The object is not there.
    NotFound,
    /// An object of this name is there already.
    Exists,
    /// The object is in use, or another change of it is under way: the same call may succeed later.
    Busy,
    /// What was asked for is under way: the same call, repeated, does not ask again and says when it is done.
    Underway,
    /// The request was understood and will never be accepted as it is.
    Invalid,
    /// Credentials are missing, expired, or not allowed to do this.
    Denied,
    /// Throttling, a server error, or no answer at all, after the client's own retries.
    Unavailable,
}

/// A cloud call that failed, with all a person needs to find it again in the cloud's own logs.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{call}: {}{message}{}", code.as_ref().map(|c| format!("{c}: ")).unwrap_or_default(),
    request_id.as_ref().map(|r| format!(" (request id {r})")).unwrap_or_default())]
pub struct CallError {
    /// `<service>:<Operation>`.
    pub call: String,
    /// The cloud's own code, as it stood on the wire.
    pub code: Option<String>,
    /// The cloud's own text.
    pub message: String,
    /// The cloud's request id.
    pub request_id: Option<String>,
    /// What kind of failure it is.
    pub class: ErrorClass,
}

impl CallError {
    /// An error that the provider itself raises in place of a call (an answer that makes no sense, say).
    pub fn own(call: &str, class: ErrorClass, message: impl Into<String>) -> Self {
        Self { call: call.to_owned(), code: None, message: message.into(), request_id: None, class }
    }
}

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
        /// The cloud's reason.
        reason: String,
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
