//! AWS errors in the clouds' one form.
//!
//! Codes are the wire codes; for the query protocols they differ from the names of the shapes.

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId;

use super::throttle;
use crate::base::{CallError, ErrorClass};

/// Maps what an SDK call returned, as an adapter for `map_err`.
pub fn failed<E>(call: &'static str) -> impl FnOnce(SdkError<E, HttpResponse>) -> CallError
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
        let class = match lacks_credentials(&error) {
            true => ErrorClass::Unauthenticated,
            false => class(code.as_deref(), &message, status),
        };
        CallError { call: call.to_owned(), code, message, request_id, class }
    }
}

/// Whether there were no credentials to sign the call with.
fn lacks_credentials(error: &dyn std::error::Error) -> bool {
    std::iter::successors(error.source(), |cause| cause.source()).any(|cause| cause.is::<CredentialsError>())
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

fn class(code: Option<&str>, message: &str, status: Option<u16>) -> ErrorClass {
    let Some(code) = code else {
        return match status {
            Some(401 | 403) => ErrorClass::Denied,
            Some(400..=499) => ErrorClass::Invalid,
            _ => ErrorClass::Unavailable,
        };
    };
    match code {
        // A security group that EC2 has just made: <https://github.com/hashicorp/terraform-provider-aws/issues/838>
        "InvalidParameterValue" if message.starts_with("Invalid security group") => ErrorClass::NotFound,
        // Not "not there" but "not allowed to be used with this": RDS uses the code for values too.
        "InvalidParameterValue" | "InvalidParameterCombination" => ErrorClass::Invalid,
        _ if let Some(class) = ecs_text(message) => class,
        "ServiceNotActiveException" => ErrorClass::NotFound,
        "NoSuchEntity" => ErrorClass::NotFound,
        _ if code.contains("NotFound") => ErrorClass::NotFound,
        "DuplicateLoadBalancerName" | "DuplicateTargetGroupName" | "DuplicateListener" => ErrorClass::Exists,
        _ if code.contains("AlreadyExists") || code.ends_with(".Duplicate") => ErrorClass::Exists,
        "DependencyViolation"
        | "InvalidGroup.InUse"
        // IAM sees a policy for seconds that was just taken away; `iam_role` says when it is somebody else's.
        | "DeleteConflict"
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
        | "ResourceInUseException" => ErrorClass::Busy,
        // These services use one code for everything, and only the text tells what is meant.
        "InvalidSecurityGroup" if message.contains("does not exist") => ErrorClass::NotFound,
        "InvalidConfigurationRequest" if message.contains("security groups are invalid") => ErrorClass::NotFound,
        "ExpiredToken"
        | "ExpiredTokenException"
        | "InvalidAccessKeyId"
        | "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "AuthFailure"
        | "IncompleteSignature"
        | "InvalidSignatureException"
        | "SignatureDoesNotMatch"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException"
        | "RequestExpired"
        | "RequestTimeTooSkewed" => ErrorClass::Unauthenticated,
        "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" | "OptInRequired" => ErrorClass::Denied,
        _ if throttle::is_throttle(code) => ErrorClass::Unavailable,
        "InternalFailure" | "InternalError" | "ServiceUnavailable" | "Unavailable" => ErrorClass::Unavailable,
        _ if status.is_some_and(|status| status >= 500) => ErrorClass::Unavailable,
        _ if message.contains("Try again later") => ErrorClass::Unavailable,
        _ => ErrorClass::Invalid,
    }
}

/// ECS says most things in one code, `InvalidParameterException` or `ClientException`: only the text tells them apart.
fn ecs_text(message: &str) -> Option<ErrorClass> {
    const TEXTS: &[(&str, ErrorClass)] = &[
        ("Unable to describe task definition", ErrorClass::NotFound),
        ("Creation of service was not idempotent", ErrorClass::Exists),
        ("that is still Draining", ErrorClass::Busy),
        ("cannot be stopped while deployments are active", ErrorClass::Busy),
        ("does not have an associated load balancer", ErrorClass::Busy),
        ("Unable to assume the service linked role", ErrorClass::Busy),
        ("ECS service doesn't exist", ErrorClass::NotFound),
        // Made a moment ago, and not seen by ECS yet.
        ("Error retrieving security group information", ErrorClass::NotFound),
        ("verify that the ECS service role being passed has the proper permissions", ErrorClass::NotFound),
    ];
    TEXTS.iter().find(|(text, _)| message.contains(text)).map(|(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_understood() {
        let cases = [
            ("DBInstanceNotFound", ErrorClass::NotFound),
            ("DBSubnetGroupNotFoundFault", ErrorClass::NotFound),
            ("InvalidGroup.NotFound", ErrorClass::NotFound),
            ("DBSubnetGroupAlreadyExists", ErrorClass::Exists),
            ("InvalidGroup.Duplicate", ErrorClass::Exists),
            ("NoSuchEntity", ErrorClass::NotFound),
            ("ObjectNotFoundException", ErrorClass::NotFound),
            ("ResourceAlreadyExistsException", ErrorClass::Exists),
            ("EntityAlreadyExists", ErrorClass::Exists),
            ("DuplicateListener", ErrorClass::Exists),
            ("InvalidPermission.Duplicate", ErrorClass::Exists),
            ("DependencyViolation", ErrorClass::Busy),
            ("ResourceInUse", ErrorClass::Busy),
            ("ResourceInUseException", ErrorClass::Busy),
            ("OperationAbortedException", ErrorClass::Busy),
            ("ConcurrentModification", ErrorClass::Busy),
            ("DeleteConflict", ErrorClass::Busy),
            ("InvalidGroup.InUse", ErrorClass::Busy),
            ("InvalidDBInstanceState", ErrorClass::Busy),
            ("InvalidParameterCombination", ErrorClass::Invalid),
            ("Throttling", ErrorClass::Unavailable),
            ("RequestLimitExceeded", ErrorClass::Unavailable),
            ("ExpiredToken", ErrorClass::Unauthenticated),
            ("RequestTimeTooSkewed", ErrorClass::Unauthenticated),
            ("AccessDenied", ErrorClass::Denied),
        ];
        for (code, expected) in cases {
            assert_eq!(class(Some(code), "", Some(400)), expected, "{code}");
        }
        let unseen = [
            ("ValidationException", "ECS service doesn't exist: service/main/web"),
            ("InvalidParameterValue", "Invalid security group , groupId= sg-1, groupName=."),
            ("InvalidConfigurationRequest", "One or more security groups are invalid"),
            (
                "InvalidParameterException",
                "Error retrieving security group information for [sg-1]: The security group 'sg-1' does not exist \
                 (ErrorCode: InvalidGroup.NotFound)",
            ),
            (
                "InvalidParameterException",
                "Unable to assume role and validate the listeners configured on your load balancer.  Please verify that \
                 the ECS service role being passed has the proper permissions.",
            ),
        ];
        for (code, message) in unseen {
            assert_eq!(class(Some(code), message, Some(400)), ErrorClass::NotFound, "{message}");
        }
        assert_eq!(class(Some("InvalidParameterValue"), "Invalid storage type", Some(400)), ErrorClass::Invalid);
        assert_eq!(class(Some("ValidationException"), "", Some(400)), ErrorClass::Invalid);
        assert_eq!(class(None, "", None), ErrorClass::Unavailable);
        assert_eq!(class(None, "", Some(502)), ErrorClass::Unavailable);
    }
}
