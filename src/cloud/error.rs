//! One form for the errors of every cloud.

/// What kind of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The object is not there.
    NotFound,
    /// An object of this name is there already.
    Exists,
    /// The object is in use or being changed: later the same call may succeed.
    Busy,
    /// The request will never be accepted as it is.
    Invalid,
    /// Credentials are missing, expired, or not allowed to do this.
    Denied,
    /// Throttled, a server error, or no answer.
    Unavailable,
}

/// A cloud call that failed.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{call}: {}{message}{}", code.as_ref().map(|code| format!("{code}: ")).unwrap_or_default(),
    request_id.as_ref().map(|id| format!(" (request id {id})")).unwrap_or_default())]
pub struct Error {
    /// `<service>:<Operation>`.
    pub call: String,
    /// The cloud's code, as it stood on the wire.
    pub code: Option<String>,
    /// The cloud's text.
    pub message: String,
    /// The cloud's request id.
    pub request_id: Option<String>,
    /// What kind of failure it is.
    pub kind: ErrorKind,
}

/// The result of a cloud call.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An answer that lacks what it must have.
    pub fn incomplete(call: &str, missing: &str) -> Self {
        Self {
            call: call.to_owned(),
            code: None,
            message: format!("the answer has no {missing}"),
            request_id: None,
            kind: ErrorKind::Unavailable,
        }
    }

    /// Turns "not there" into `None`.
    pub fn found<T>(result: Result<T>) -> Result<Option<T>> {
        match result {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}
