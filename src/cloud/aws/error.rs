//! AWS errors in the clouds' one form.
//!
//! Codes are the wire codes; for the query protocols they differ from the names of the shapes.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId;

use crate::cloud::{Error, ErrorKind};

/// Maps what an SDK call returned, as an adapter for `map_err`.
pub fn failed<E>(call: &'static str) -> impl FnOnce(SdkError<E, HttpResponse>) -> Error
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    move |error| {
        let code = error.code().map(str::to_owned);
        let status = error.raw_response().map(|response| response.status().as_u16());
        let request_id = error.request_id().map(str::to_owned);
        let message = match error.message() {
            Some(message) => message.to_owned(),
            None => causes(&error),
        };
        let kind = kind(code.as_deref(), &message, status);
        Error { call: call.to_owned(), code, message, request_id, kind }
    }
}

/// An error with its causes, each said once.
fn causes(error: &dyn std::error::Error) -> String {
    let mut said = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if !said.iter().any(|earlier| earlier.contains(&text)) {
            said.push(text);
        }
        cause = error.source();
    }
    said.join(": ")
}

fn kind(code: Option<&str>, message: &str, status: Option<u16>) -> ErrorKind {
    let Some(code) = code else {
        return match status {
            Some(401 | 403) => ErrorKind::Denied,
            Some(400..=499) => ErrorKind::Invalid,
            _ => ErrorKind::Unavailable,
        };
    };
    match code {
        // Not "not there" but "not allowed to be used with this": RDS uses the code for values too.
        "InvalidParameterValue" | "InvalidParameterCombination" => ErrorKind::Invalid,
        _ if let Some(kind) = ecs_text(message) => kind,
        "ServiceNotActiveException" => ErrorKind::NotFound,
        "NoSuchEntity" => ErrorKind::NotFound,
        _ if code.contains("NotFound") => ErrorKind::NotFound,
        "DuplicateLoadBalancerName" | "DuplicateTargetGroupName" | "DuplicateListener" => ErrorKind::Exists,
        _ if code.contains("AlreadyExists") || code.ends_with(".Duplicate") => ErrorKind::Exists,
        "DependencyViolation"
        | "InvalidDBInstanceState"
        | "InvalidDBSubnetGroupStateFault"
        | "InvalidDBParameterGroupState"
        | "ConcurrentModification"
        | "ConcurrentUpdateException"
        | "OperationAborted"
        | "OperationAbortedException"
        | "ResourceInUse"
        | "ClusterContainsServicesException"
        | "ClusterContainsTasksException"
        | "UpdateInProgressException"
        | "ResourceInUseException" => ErrorKind::Busy,
        // These services use one code for everything, and only the text tells what is meant.
        "InvalidSecurityGroup" if message.contains("does not exist") => ErrorKind::NotFound,
        "ExpiredToken"
        | "ExpiredTokenException"
        | "InvalidClientTokenId"
        | "AuthFailure"
        | "SignatureDoesNotMatch"
        | "AccessDenied"
        | "AccessDeniedException"
        | "UnauthorizedOperation"
        | "OptInRequired" => ErrorKind::Denied,
        _ if code.contains("Throttl") || code == "RequestLimitExceeded" || code == "SlowDown" => ErrorKind::Unavailable,
        "InternalFailure" | "InternalError" | "ServiceUnavailable" | "Unavailable" => ErrorKind::Unavailable,
        _ if status.is_some_and(|status| status >= 500) => ErrorKind::Unavailable,
        _ if message.contains("Try again later") => ErrorKind::Unavailable,
        _ => ErrorKind::Invalid,
    }
}

/// ECS says most things in one code, `InvalidParameterException` or `ClientException`: only the text tells them apart.
fn ecs_text(message: &str) -> Option<ErrorKind> {
    const TEXTS: &[(&str, ErrorKind)] = &[
        ("Unable to describe task definition", ErrorKind::NotFound),
        ("Creation of service was not idempotent", ErrorKind::Exists),
        ("that is still Draining", ErrorKind::Busy),
        ("cannot be stopped while deployments are active", ErrorKind::Busy),
        ("does not have an associated load balancer", ErrorKind::Busy),
        ("Unable to assume the service linked role", ErrorKind::Busy),
        ("ECS service doesn't exist", ErrorKind::NotFound),
    ];
    TEXTS.iter().find(|(text, _)| message.contains(text)).map(|(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_understood() {
        let cases = [
            ("DBInstanceNotFound", ErrorKind::NotFound),
            ("DBSubnetGroupNotFoundFault", ErrorKind::NotFound),
            ("InvalidGroup.NotFound", ErrorKind::NotFound),
            ("DBSubnetGroupAlreadyExists", ErrorKind::Exists),
            ("InvalidGroup.Duplicate", ErrorKind::Exists),
            ("NoSuchEntity", ErrorKind::NotFound),
            ("ObjectNotFoundException", ErrorKind::NotFound),
            ("ResourceAlreadyExistsException", ErrorKind::Exists),
            ("EntityAlreadyExists", ErrorKind::Exists),
            ("DuplicateListener", ErrorKind::Exists),
            ("InvalidPermission.Duplicate", ErrorKind::Exists),
            ("DependencyViolation", ErrorKind::Busy),
            ("ResourceInUse", ErrorKind::Busy),
            ("ResourceInUseException", ErrorKind::Busy),
            ("OperationAbortedException", ErrorKind::Busy),
            ("ConcurrentModification", ErrorKind::Busy),
            ("DeleteConflict", ErrorKind::Invalid),
            ("InvalidDBInstanceState", ErrorKind::Busy),
            ("InvalidParameterCombination", ErrorKind::Invalid),
            ("Throttling", ErrorKind::Unavailable),
            ("RequestLimitExceeded", ErrorKind::Unavailable),
            ("ExpiredToken", ErrorKind::Denied),
        ];
        for (code, expected) in cases {
            assert_eq!(kind(Some(code), "", Some(400)), expected, "{code}");
        }
        let unseen = "ECS service doesn't exist: service/main/web";
        assert_eq!(kind(Some("ValidationException"), unseen, Some(400)), ErrorKind::NotFound);
        assert_eq!(kind(Some("ValidationException"), "", Some(400)), ErrorKind::Invalid);
        assert_eq!(kind(None, "", None), ErrorKind::Unavailable);
        assert_eq!(kind(None, "", Some(502)), ErrorKind::Unavailable);
    }
}
