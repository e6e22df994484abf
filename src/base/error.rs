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
    /// The credentials are not allowed to do this.
    Denied,
    /// The credentials are missing, have ended or are not known. Nothing was allowed or refused yet.
    Unauthenticated,
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

    /// Why credentials were not accepted, and what to do about it. For errors that are [`ErrorClass::Unauthenticated`].
    pub fn credentials_advice(&self) -> &'static str {
        let text = self.to_string();
        let told = CREDENTIALS.iter().find(|(words, _)| words.iter().any(|word| text.contains(word)));
        told.map_or(
            "The cloud does not know these credentials: they were revoked, or do not belong together.",
            |told| told.1,
        )
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

/// Words of codes and messages about credentials, and what they mean. AWS:
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html>,
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html>.
const CREDENTIALS: [(&[&str], &str); 5] = [
    (
        &["RequestTimeTooSkewed", "RequestExpired", "Signature expired", "Signature not yet current"],
        "The clock of this machine differs from the cloud's by more than five minutes: set it.",
    ),
    (&["there is no profile", "the profile "], "Correct the name, or the shared configuration and credentials files."),
    (&["ExpiredToken", "is expired", "has expired"], "The session has ended: sign in again."),
    (
        &["MissingAuthenticationToken", "there is no token", "no providers in chain", "did not contain credential"],
        "There are no credentials.",
    ),
    (
        &["sts:AssumeRole"],
        "The credentials may not assume the role: its trust policy and their own policy decide that.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_that_are_not_accepted_have_their_own_words() {
        for (code, message, says) in [
            ("ExpiredToken", "The security token included in the request is expired", "sign in again"),
            ("SignatureDoesNotMatch", "Signature expired: 2026 is now earlier than 2027", "clock"),
            ("RequestTimeTooSkewed", "", "clock"),
            ("RequestExpired", "Request has expired.", "clock"),
            ("MissingAuthenticationToken", "Missing Authentication Token", "no credentials"),
            ("InvalidClientTokenId", "The security token included in the request is invalid", "does not know"),
            ("", "is not authorized to perform: sts:AssumeRole", "assume the role"),
        ] {
            let code = Some(code.to_owned()).filter(|code| !code.is_empty());
            let error = CallError { code, ..CallError::own("rds:X", ErrorClass::Unauthenticated, message) };
            assert!(error.credentials_advice().contains(says), "{error}");
        }
    }
}
