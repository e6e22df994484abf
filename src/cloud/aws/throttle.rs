//! Throttled calls: they are repeated for as long as the running operation has time, whatever `max_retries` says.

use std::time::Duration;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::FinalizerInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, Metadata};
use aws_smithy_runtime_api::client::retries::RequestAttempts;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use aws_smithy_types::retry::RetryConfig;
use serde_json::Value as Json;
use tokio::time::Instant;
use tracing::info;

use crate::base::Patience;

/// How long a throttled call is repeated outside of an operation that has a time of its own: in a plan, in a data source.
const READING: Duration = Duration::from_secs(60);

/// The pauses: the SDK doubles them from the first to the longest, and takes a random part of each.
const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(8);

/// The codes of requests that came too fast. Codes of quotas, such as `LimitExceededException`, are none: no wait helps.
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>
const CODES: [&str; 10] = [
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
];

/// Whether a code says that requests came too fast.
pub fn is_throttle(code: &str) -> bool {
    CODES.contains(&code)
}

/// Decides after each attempt how many more there may be.
#[derive(Debug)]
pub struct Throttles;

#[dyn_dispatch_hint]
impl Intercept for Throttles {
    fn name(&self) -> &'static str {
        "Throttles"
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let throttled = context.response().and_then(code).is_some_and(|code| is_throttle(&code));
        let (seen, given) = (cfg.load::<Wait>().cloned(), cfg.load::<RetryConfig>().cloned());
        if !throttled && seen.is_none() {
            return Ok(());
        }
        let mut wait = seen.unwrap_or_else(|| Wait::beginning(given.unwrap_or_else(RetryConfig::standard)));
        wait.throttled += u32::from(throttled);
        if throttled && let Some(call) = cfg.load::<Metadata>() {
            let waited_seconds = wait.begun.elapsed().as_secs();
            info!(service = call.service(), operation = call.name(), waited_seconds, "throttled; trying again");
        }
        let made = cfg.load::<RequestAttempts>().map_or(1, RequestAttempts::attempts);
        let next = wait.next(throttled.then_some(made), Patience::current().as_ref());
        cfg.interceptor_state().store_put(next).store_put(wait);
        Ok(())
    }
}

/// A call that was throttled before.
#[derive(Debug, Clone)]
struct Wait {
    begun: Instant,
    throttled: u32,
    /// How the call is repeated where it is not throttled.
    given: RetryConfig,
}

impl Storable for Wait {
    type Storer = StoreReplace<Self>;
}

impl Wait {
    fn beginning(given: RetryConfig) -> Self {
        Self { begun: Instant::now(), throttled: 0, given }
    }

    /// How the call is repeated after this attempt; `throttled` is its number if it was throttled. Such attempts do not count
    /// among those that `max_retries` limits.
    fn next(&self, throttled: Option<u32>, patience: Option<&Patience>) -> RetryConfig {
        let Some(made) = throttled else {
            let attempts = self.given.max_attempts().saturating_add(self.throttled);
            return self.given.clone().with_max_attempts(attempts);
        };
        let is_left = patience.map_or(self.begun.elapsed() < READING, Patience::is_left);
        // One more at a time: the SDK adds up the pauses of all that are allowed.
        let attempts = if is_left { made.saturating_add(1) } else { self.given.max_attempts() };
        self.given.clone().with_max_attempts(attempts).with_initial_backoff(FIRST).with_max_backoff(LONGEST)
    }
}

/// The code of a refusal: in a header, in JSON or in XML.
fn code(response: &HttpResponse) -> Option<String> {
    if response.status().is_success() {
        return None;
    }
    if let Some(named) = response.headers().get("x-amzn-errortype") {
        return Some(plain(named).to_owned());
    }
    let body = std::str::from_utf8(response.body().bytes()?).ok()?;
    if let Ok(json) = serde_json::from_str::<Json>(body) {
        return json["__type"].as_str().or(json["code"].as_str()).map(|named| plain(named).to_owned());
    }
    let (_, after) = body.split_once("<Code>")?;
    Some(after.split_once("</Code>")?.0.trim().to_owned())
}

/// `com.amazonaws.acm#ThrottlingException:http://…` is `ThrottlingException`.
fn plain(named: &str) -> &str {
    let named = named.rsplit('#').next().unwrap_or(named);
    named.split(':').next().unwrap_or(named).trim()
}

#[cfg(test)]
mod tests {
    use aws_smithy_types::body::SdkBody;
    use tokio_util::sync::CancellationToken;

    use super::*;

    fn refused(body: &str, header: Option<&'static str>) -> Option<String> {
        let mut response = HttpResponse::new(400.try_into().unwrap(), SdkBody::from(body));
        if let Some(header) = header {
            response.headers_mut().insert("x-amzn-errortype", header);
        }
        code(&response)
    }

    #[test]
    fn the_code_is_read_in_every_form() {
        let throttling = |found: Option<String>| found.is_some_and(|code| is_throttle(&code));
        assert!(throttling(refused(r#"{"__type": "com.amazonaws.acm#ThrottlingException", "message": "no"}"#, None)));
        assert!(throttling(refused("{}", Some("ThrottlingException:http://internal.amazon.com/"))));
        let xml = "<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code></Error></ErrorResponse>";
        assert!(throttling(refused(xml, None)));
        assert!(throttling(refused("<Response><Errors><Error><Code>RequestLimitExceeded</Code>", None)));
        assert!(!throttling(refused(r#"{"__type": "LimitExceededException"}"#, None)));
        assert!(!throttling(refused(r#"{"message": "Throttling"}"#, None)));
        assert!(!throttling(refused("Throttling", None)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_throttle_is_waited_out_while_there_is_time() {
        let given = RetryConfig::standard().with_max_attempts(3);
        let wait = Wait { throttled: 5, ..Wait::beginning(given) };
        let cancel = CancellationToken::new();
        let patience = Patience { until: Instant::now() + Duration::from_secs(600), cancel: cancel.clone() };
        let attempts = |patience: Option<&Patience>| wait.next(Some(5), patience).max_attempts();
        assert_eq!((attempts(None), attempts(Some(&patience))), (6, 6));
        assert_eq!(wait.next(None, Some(&patience)).max_attempts(), 8);
        tokio::time::advance(Duration::from_secs(61)).await;
        // Then it is as often as any other call.
        assert_eq!((attempts(None), attempts(Some(&patience))), (3, 6));
        tokio::time::advance(Duration::from_secs(540)).await;
        assert_eq!(attempts(Some(&patience)), 3);
        let patience = Patience { until: Instant::now() + Duration::from_secs(600), cancel: cancel.clone() };
        cancel.cancel();
        assert_eq!(attempts(Some(&patience)), 3);
    }
}
