//! Cloudflare's errors in the clouds' one form. Codes are nowhere listed as a whole; these are documented for a single
//! call each, or reported by users.

use super::envelope::Problem;
use crate::cloud::{Error, ErrorKind};

/// A refused call. `ray` is what Cloudflare's support finds it by.
pub fn refused(call: &str, status: u16, ray: Option<String>, problems: &[Problem]) -> Error {
    let code = problems.first().map(|problem| problem.cause().code);
    let message = match problems {
        [] => format!("HTTP {status} without a word of why"),
        told => told.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
    };
    Error {
        call: call.to_owned(),
        code: code.map(|code| code.to_string()),
        message,
        request_id: ray,
        kind: kind(status, code),
    }
}

/// A call that got no answer, or none that can be read.
pub fn unanswered(call: &str, ray: Option<String>, message: String) -> Error {
    Error { call: call.to_owned(), code: None, message, request_id: ray, kind: ErrorKind::Unavailable }
}

/// A ruleset of the phase exists already.
pub const RULESET_EXISTS: i64 = 20217;

fn kind(status: u16, code: Option<i64>) -> ErrorKind {
    match code {
        // A record of this host, an identical record, an identical record of another type's set.
        Some(81053 | 81057 | 81058 | RULESET_EXISTS) => ErrorKind::Exists,
        Some(81044) => ErrorKind::NotFound,
        // Too many requests, in its old and its new form.
        Some(10100 | 971) => ErrorKind::Unavailable,
        // A token that is none, has ended, or lacks a permission. 6003 and those behind it: no token's form.
        Some(9109 | 10000 | 6003 | 6103 | 6111) => ErrorKind::Denied,
        _ => match status {
            401 | 403 => ErrorKind::Denied,
            404 => ErrorKind::NotFound,
            409 => ErrorKind::Busy,
            429 | 500.. => ErrorKind::Unavailable,
            _ => ErrorKind::Invalid,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_say_more_than_the_status() {
        let cases = [
            (400, Some(81053), ErrorKind::Exists),
            (400, Some(81058), ErrorKind::Exists),
            (400, Some(RULESET_EXISTS), ErrorKind::Exists),
            (404, Some(81044), ErrorKind::NotFound),
            (404, Some(10003), ErrorKind::NotFound),
            (400, Some(6111), ErrorKind::Denied),
            (403, Some(10000), ErrorKind::Denied),
            (429, Some(971), ErrorKind::Unavailable),
            (503, None, ErrorKind::Unavailable),
            (200, Some(1007), ErrorKind::Invalid),
        ];
        for (status, code, expected) in cases {
            assert_eq!(kind(status, code), expected, "{status} {code:?}");
        }
    }
}
