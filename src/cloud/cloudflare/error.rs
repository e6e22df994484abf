//! Cloudflare's errors in the clouds' one form. Codes are nowhere listed as a whole; these are documented for a single
//! call each, or reported by users.

use super::envelope::Problem;
use crate::base::{CallError, ErrorClass};

/// A refused call. `ray` is what Cloudflare's support finds it by.
pub fn refused(call: &str, status: u16, ray: Option<String>, problems: &[Problem]) -> CallError {
    let code = problems.first().map(|problem| problem.cause().code);
    let message = match problems {
        [] => format!("HTTP {status} without a word of why"),
        told => told.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
    };
    // The code of a token that is none is also that of a permission which a token lacks.
    let no_token = matches!(code, Some(6003 | 6103 | 6111)) || message.contains("Invalid access token");
    CallError {
        call: call.to_owned(),
        code: code.map(|code| code.to_string()),
        message,
        request_id: ray,
        class: if no_token { ErrorClass::Unauthenticated } else { class(status, code) },
    }
}

/// A call that got no answer, or none that can be read.
pub fn unanswered(call: &str, ray: Option<String>, message: String) -> CallError {
    CallError { call: call.to_owned(), code: None, message, request_id: ray, class: ErrorClass::Unavailable }
}

/// A ruleset of the phase exists already.
pub const RULESET_EXISTS: i64 = 20217;

fn class(status: u16, code: Option<i64>) -> ErrorClass {
    match code {
        // Records of this host that exclude one another (a CNAME, NS records), an identical record.
        Some(81053..=81058 | RULESET_EXISTS) => ErrorClass::Exists,
        Some(81044) => ErrorClass::NotFound,
        // Too many requests, in its old and its new form.
        Some(10100 | 971) => ErrorClass::Unavailable,
        Some(9109 | 10000) => ErrorClass::Denied,
        _ => match status {
            401 | 403 => ErrorClass::Denied,
            404 => ErrorClass::NotFound,
            409 => ErrorClass::Busy,
            429 | 500.. => ErrorClass::Unavailable,
            _ => ErrorClass::Invalid,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_say_more_than_the_status() {
        let cases = [
            (400, Some(81053), ErrorClass::Exists),
            (400, Some(81054), ErrorClass::Exists),
            (400, Some(81055), ErrorClass::Exists),
            (400, Some(81056), ErrorClass::Exists),
            (400, Some(81058), ErrorClass::Exists),
            (400, Some(9005), ErrorClass::Invalid),
            (400, Some(RULESET_EXISTS), ErrorClass::Exists),
            (404, Some(81044), ErrorClass::NotFound),
            (404, Some(10003), ErrorClass::NotFound),
            (403, Some(10000), ErrorClass::Denied),
            (429, Some(971), ErrorClass::Unavailable),
            (503, None, ErrorClass::Unavailable),
            (200, Some(1007), ErrorClass::Invalid),
        ];
        for (status, code, expected) in cases {
            assert_eq!(class(status, code), expected, "{status} {code:?}");
        }
    }
}
