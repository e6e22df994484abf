//! Who a resource is in the cloud, and what its objects are called.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::base::hex;

/// Whose an object is. Written out it is the value of the tag `drop:resource`: `<type>/<environment or ->/<name>`.
///
/// Account and region are not in it, since the tag lives inside both.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Owner {
    /// The resource type, `drop_database`.
    pub resource: String,
    /// The environment it belongs to, if any.
    pub environment: Option<String>,
    /// The name the user gave.
    pub name: String,
}

/// Stands for no environment.
const NO_ENVIRONMENT: &str = "-";

impl Owner {
    /// The owner that a text names, if it is one.
    pub fn parse(text: &str) -> Option<Self> {
        let (resource, rest) = text.split_once('/')?;
        let (environment, name) = rest.split_once('/')?;
        let environment = Some(environment.to_owned()).filter(|name| name != NO_ENVIRONMENT);
        Some(Self { resource: resource.to_owned(), environment, name: name.to_owned() })
    }

    /// The owner of that type that a path names: `<environment>/<name>`, or the name alone.
    pub fn at(resource: &str, path: &str) -> Self {
        let (environment, name) = match path.split_once('/') {
            Some((environment, name)) => (Some(environment.to_owned()), name),
            None => (None, path),
        };
        Self { resource: resource.to_owned(), environment, name: name.to_owned() }
    }

    /// What a person calls it in its place: `<environment>/<name>`, or the name alone.
    pub fn path(&self) -> String {
        match &self.environment {
            Some(environment) => format!("{environment}/{}", self.name),
            None => self.name.clone(),
        }
    }

    /// What it is called among those of its type: its name, after its environment if it has one.
    pub fn label(&self) -> String {
        match &self.environment {
            Some(environment) => format!("{environment}-{}", self.name),
            None => self.name.clone(),
        }
    }

    /// The fixed name of one of its objects: its label, and a suffix where a resource has several objects of that kind.
    /// Where `limit` is shorter, the end is cut and replaced by a hash of the whole, so that two long names never meet.
    pub fn object_name(&self, suffix: Option<&str>, limit: usize) -> String {
        let whole = match suffix {
            Some(suffix) => format!("{}-{suffix}", self.label()),
            None => self.label(),
        };
        if whole.len() <= limit {
            return whole;
        }
        let hash = &hex(&Sha256::digest(whole.as_bytes()))[..8];
        let kept = whole[..limit.saturating_sub(hash.len() + 1)].trim_end_matches('-');
        format!("{kept}-{hash}")
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let environment = self.environment.as_deref().unwrap_or(NO_ENVIRONMENT);
        write!(f, "{}/{environment}/{}", self.resource, self.name)
    }
}

/// (account, region, type, environment, name): one resource, whichever state or block speaks of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Identity {
    /// The cloud account.
    pub account: String,
    /// The region.
    pub region: String,
    /// Whose its objects are.
    pub owner: Owner,
}

impl Identity {
    /// The idempotency token of a create that has no unique name of its own: stable over every resume, new in every
    /// life of the resource (`start` is the anchor's `drop:start`).
    pub fn token(&self, component: &str, start: u64) -> String {
        let seed = format!("{}/{}/{}/{component}/{start}", self.account, self.region, self.owner);
        hex(&Sha256::digest(seed.as_bytes()))[..32].to_owned()
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.owner.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(environment: Option<&str>, name: &str) -> Owner {
        Owner {
            resource: "drop_database".to_owned(),
            environment: environment.map(str::to_owned),
            name: name.to_owned(),
        }
    }

    #[test]
    fn an_owner_is_read_back() {
        for (owner, text) in [
            (owner(None, "orders"), "drop_database/-/orders"),
            (owner(Some("prod"), "orders"), "drop_database/prod/orders"),
        ] {
            assert_eq!(owner.to_string(), text);
            assert_eq!(Owner::at("drop_database", &owner.path()), owner);
            assert_eq!(Owner::parse(text), Some(owner));
        }
        for text in ["", "orders", "drop_database/orders"] {
            assert_eq!(Owner::parse(text), None, "{text}");
        }
    }

    #[test]
    fn short_names_are_whole() {
        assert_eq!(owner(None, "orders").object_name(None, 63), "orders");
        assert_eq!(owner(Some("prod"), "orders").object_name(None, 63), "prod-orders");
        assert_eq!(owner(Some("prod"), "orders").object_name(Some("cpu"), 63), "prod-orders-cpu");
    }

    #[test]
    fn long_names_are_cut_and_stay_apart() {
        let (a, b) = ("a".repeat(70), format!("{}b", "a".repeat(69)));
        let (a, b) = (owner(None, &a).object_name(None, 63), owner(None, &b).object_name(None, 63));
        assert_eq!((a.len(), b.len()), (63, 63));
        assert_ne!(a, b);
    }

    #[test]
    fn a_cut_never_doubles_a_hyphen() {
        let name = format!("{}-b", "a".repeat(22));
        assert!(!owner(None, &name).object_name(None, 24).contains("--"));
    }
}
