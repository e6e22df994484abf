//! AWS: sessions, errors, and one file a service.

/// The client of a service, which waits out throttles. An endpoint that was configured for it wins over all that the
/// environment says.
macro_rules! client {
    ($sdk:ident, $config:expr, $endpoint:expr) => {{
        let mut builder = $sdk::config::Builder::from($config);
        if let Some(endpoint) = $endpoint {
            builder.set_endpoint_url(Some(endpoint.clone()));
        }
        // How often a call is tried again is a question of time and of `max_retries`, not of a quota that all calls share.
        let quota = $sdk::config::retry::TokenBucket::unlimited();
        let partition = $sdk::config::retry::RetryPartition::custom(stringify!($sdk)).token_bucket(quota).build();
        builder.set_retry_partition(Some(partition));
        builder.push_interceptor($sdk::config::SharedInterceptor::new(crate::cloud::aws::throttle::Throttles));
        $sdk::Client::from_conf(builder.build())
    }};
}

pub mod acm;
pub mod autoscaling;
mod connection;
pub mod ec2;
pub mod ecr;
pub mod ecs;
pub mod elb;
mod error;
pub mod iam;
pub mod logs;
mod profile;
pub mod rds;
pub mod secrets;
mod session;
mod tagging;
mod throttle;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use super::snapshot;
#[cfg(test)]
pub use session::ready;
pub use session::{AssumeRole, Aws, SERVICES, Session, Settings};

/// A moment as RFC 3339 writes it, to the second.
fn moment(at: &DateTime) -> Option<String> {
    DateTime::from_secs(at.secs()).fmt(Format::DateTime).ok()
}
