//! One form for the failed calls of every cloud: what engine, clouds and everything above speak of.

/// The result of a cloud call.
pub type Result<T> = std::result::Result<T, CallError>;

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
    /// The error as text. `show` writes the message of a cloud; an error that the provider itself raises has neither a code
    /// nor a request id, and is written as it is.
    pub fn shown(&self, show: impl Fn(&str) -> String) -> String {
        let of_the_cloud = self.code.is_some() || self.request_id.is_some();
        let message = if of_the_cloud { show(&self.message) } else { self.message.clone() };
        Self { message, ..self.clone() }.to_string()
    }

    /// An error that the provider itself raises in place of a call (an answer that makes no sense, say).
    pub fn own(call: &str, class: ErrorClass, message: impl Into<String>) -> Self {
        Self { call: call.to_owned(), code: None, message: message.into(), request_id: None, class }
    }

    /// An answer that lacks what it must have.
    pub fn incomplete(call: &str, missing: &str) -> Self {
        Self::own(call, ErrorClass::Unavailable, format!("the answer has no {missing}"))
    }

    /// Turns "not there" into `None`.
    pub fn found<T>(result: Result<T>) -> Result<Option<T>> {
        match result {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.class == ErrorClass::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}
