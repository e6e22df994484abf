//! What the client of a service is opened with.

use aws_config::SdkConfig;

use super::snapshot::SnapshotWindow;

/// Where the client of a service calls.
#[derive(Debug, Clone)]
pub(super) struct Connection {
    /// Credentials, region and retries.
    pub config: SdkConfig,
    /// The address of the service, where it is not AWS's own.
    pub endpoint: Option<String>,
    /// The address of the tag index, where it is not AWS's own.
    pub tagging: Option<String>,
    /// The time in which answers may come from snapshots.
    pub window: SnapshotWindow,
}
