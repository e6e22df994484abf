//! Who a resource is in the cloud, and what its objects are called.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// (account, region, type, environment, name): one resource, whichever state or block speaks of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Identity {
    /// The cloud account.
    pub account: String,
    /// The region.
    pub region: String,
    /// The resource type, `drop_database`.
    pub resource: String,
    /// The environment it belongs to, if any.
    pub environment: Option<String>,
    /// The name the user gave.
    pub name: String,
}

impl Identity {
    /// The value of the tag `drop:resource`: `<type>/<environment or ->/<name>`.
    ///
    /// Account and region are not in it, since the tag lives inside both.
    pub fn tag(&self) -> String {
        format!("{}/{}/{}", self.resource, self.environment.as_deref().unwrap_or("-"), self.name)
    }

    /// The fixed name of one of its components, no longer than `limit`.
    pub fn object_name(&self, component: &str, limit: usize) -> String {
        object_name(self.environment.as_deref(), &self.name, component, limit)
    }

    /// The idempotency token of a create that has no unique name of its own: stable over every resume, new in every
    /// life of the resource (`start` is the anchor's `drop:start`).
    pub fn token(&self, component: &str, start: u64) -> String {
        let seed = format!("{}/{}/{}/{component}/{start}", self.account, self.region, self.tag());
        hex(&Sha256::digest(seed.as_bytes()))[..32].to_owned()
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.tag())
    }
}

/// `<environment>-<name>-<component>`, or `<name>-<component>` without an environment. Where the kind's limit is
/// shorter, the end is cut and replaced by a hash of the whole, so that two long names never meet.
pub fn object_name(environment: Option<&str>, name: &str, component: &str, limit: usize) -> String {
    let component = component.replace(['_', '.'], "-");
    let whole = match environment {
        Some(environment) => format!("{environment}-{name}-{component}"),
        None => format!("{name}-{component}"),
    };
    if whole.len() <= limit {
        return whole;
    }
    let hash = &hex(&Sha256::digest(whole.as_bytes()))[..8];
    let kept = whole[..limit.saturating_sub(hash.len() + 1)].trim_end_matches('-');
    format!("{kept}-{hash}")
}

/// Lower-case hexadecimal text.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_are_whole() {
        assert_eq!(object_name(None, "orders", "db_instance", 63), "orders-db-instance");
        assert_eq!(object_name(Some("prod"), "orders", "alarm.cpu", 63), "prod-orders-alarm-cpu");
    }

    #[test]
    fn long_names_are_cut_and_stay_apart() {
        let (a, b) = ("a".repeat(70), format!("{}b", "a".repeat(69)));
        let (a, b) = (object_name(None, &a, "db_instance", 63), object_name(None, &b, "db_instance", 63));
        assert_eq!((a.len(), b.len()), (63, 63));
        assert_ne!(a, b);
    }

    #[test]
    fn a_cut_never_doubles_a_hyphen() {
        let name = format!("{}-b", "a".repeat(22));
        assert!(!object_name(None, &name, "target_group", 32).contains("--"));
    }
}
