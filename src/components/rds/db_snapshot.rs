//! Manual snapshots of a DB instance: what they are called, whose they are, and how one is taken. RDS keeps them until
//! somebody deletes them.
//!
//! <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBSnapshot.html>

use std::collections::BTreeMap;

use crate::base::{CallError, ErrorClass, RESOURCE_TAG};
use crate::cloud::aws::rds::{Rds, Snapshot};
use crate::engine::run::component::Phase;

/// The call that takes one.
pub const CREATE: &str = "rds:CreateDBSnapshot";

/// The tag of an instance that remembers what its last snapshot was asked for with.
pub const RECORD: &str = "drop:snapshot_trigger";

/// The tag of a snapshot that says what it was asked for with. As a copy of the tags of its instance it has [`RECORD`] too,
/// which tells it from one that was taken earlier with the same words.
pub const TAKEN_FOR: &str = "drop:taken_for";

/// What a snapshot of an instance is called that is taken for something.
pub fn name(instance: &str, what: &str) -> String {
    let words = what.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let name: Vec<&str> = std::iter::once(instance).chain(words).collect();
    name.join("-").to_ascii_lowercase()
}

/// A snapshot that is to be taken.
#[derive(Debug)]
pub struct Order {
    /// Its name.
    pub name: String,
    /// The instance.
    pub instance: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// How far a snapshot is.
#[derive(Debug)]
pub enum Taken {
    /// It is being taken; RDS's own word, and how much of it is done.
    Underway(String),
    /// It can be used; its ARN.
    Available(String),
}

impl Order {
    /// A snapshot of that name, with the tags of its instance and of the resource that owns it.
    pub fn new(name: String, instance: &str, tags: &BTreeMap<String, String>, owner: &str) -> Self {
        let mut tags = tags.clone();
        tags.retain(|key, _| !key.starts_with("aws:"));
        tags.insert(RESOURCE_TAG.to_owned(), owner.to_owned());
        Self { name, instance: instance.to_owned(), tags }
    }

    /// The snapshot that a value asks for, called by it.
    pub fn asked(value: &str, instance: &str, tags: &BTreeMap<String, String>, owner: &str) -> Self {
        let mut order = Self::new(name(instance, value), instance, tags, owner);
        order.tags.insert(TAKEN_FOR.to_owned(), value.to_owned());
        order
    }

    /// How far the snapshot is that was found under its name.
    ///
    /// # Errors
    /// It was taken for something else, or it failed.
    pub fn judge(&self, found: &Snapshot) -> Result<Taken, CallError> {
        let refused = |why: &str| Err(CallError::own(CREATE, ErrorClass::Invalid, why));
        if marks(&found.tags) != marks(&self.tags) {
            return refused("a snapshot of this name exists already, and it was taken for something else, or earlier");
        }
        match found.status.as_str() {
            "available" => Ok(Taken::Available(found.arn.clone())),
            "failed" => refused("RDS says that the snapshot failed; it is still there"),
            status => Ok(Taken::Underway(format!("snapshot {status} {} %", found.percent))),
        }
    }
}

/// Takes the snapshot, or goes on with the one that was begun. It is taken once, however often it is asked for.
///
/// # Errors
/// Those of the calls, and of [`Order::judge`].
pub async fn take(rds: &dyn Rds, order: &Order) -> Result<Taken, CallError> {
    if let Some(found) = rds.snapshot(&order.name).await? {
        return order.judge(&found);
    }
    match rds.create_snapshot(&order.name, &order.instance, &order.tags).await {
        // An answer was lost, and the client's own retry met what it made: the next look judges it.
        Err(error) if error.class == ErrorClass::Exists => {}
        begun => begun?,
    }
    Ok(Taken::Underway("snapshot begun".to_owned()))
}

/// How far the snapshot of that name is.
///
/// # Errors
/// There is none, and those of the call.
pub async fn progress(rds: &dyn Rds, name: &str) -> Result<Phase, CallError> {
    let missing = || CallError::own(CREATE, ErrorClass::NotFound, format!("there is no snapshot {name}"));
    let found = rds.snapshot(name).await?.ok_or_else(missing)?;
    Ok(match found.status.as_str() {
        "available" => Phase::Ready,
        "failed" => Phase::Failed("RDS says that the snapshot failed; it is still there".into()),
        status => Phase::Pending(format!("snapshot {status} {} %", found.percent)),
    })
}

/// What we said of an object, as far as its tags tell.
fn marks(tags: &BTreeMap<String, String>) -> BTreeMap<&str, &str> {
    let all = tags.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    all.filter(|(key, _)| key.starts_with("drop:")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWNER: &str = "drop_database/-/orders";

    fn tags(record: Option<&str>) -> BTreeMap<String, String> {
        let record = record.map(|value| (RECORD.to_owned(), value.to_owned()));
        record.into_iter().chain([("team".to_owned(), "shop".to_owned())]).collect()
    }

    fn snapshot(order: &Order, status: &str) -> Snapshot {
        Snapshot { arn: "arn".to_owned(), status: status.to_owned(), percent: 40, tags: order.tags.clone() }
    }

    #[test]
    fn a_name_tells_what_it_is_for() {
        assert_eq!(name("orders-db-instance", "before-2.0"), "orders-db-instance-before-2-0");
        assert_eq!(
            name("orders-db-instance", "registry.example/Shop:1.4"),
            "orders-db-instance-registry-example-shop-1-4"
        );
        assert_eq!(name("orders-db-instance", "--a--"), "orders-db-instance-a");
    }

    #[test]
    fn one_that_was_begun_is_gone_on_with() {
        let order = Order::asked("v2", "orders-db-instance", &tags(Some("v1")), OWNER);
        assert!(
            matches!(order.judge(&snapshot(&order, "creating")), Ok(Taken::Underway(word)) if word == "snapshot creating 40 %")
        );
        assert!(matches!(order.judge(&snapshot(&order, "available")), Ok(Taken::Available(_))));
        let mut found = snapshot(&order, "available");
        found.tags.insert("team".to_owned(), "till".to_owned());
        assert!(order.judge(&found).is_ok(), "tags of others do not count");
        assert!(order.judge(&snapshot(&order, "failed")).unwrap_err().to_string().contains("failed"));
    }

    #[test]
    fn another_one_of_that_name_is_refused() {
        let order = Order::asked("v1", "orders-db-instance", &tags(Some("v2")), OWNER);
        let others = [
            Order::asked("V1", "orders-db-instance", &tags(Some("v2")), OWNER),
            Order::asked("v1", "orders-db-instance", &tags(Some("v2")), "drop_database/-/other"),
            Order::asked("v1", "orders-db-instance", &tags(Some("v0")), OWNER),
            Order::asked("v1", "orders-db-instance", &tags(None), OWNER),
            Order::new(order.name.clone(), "orders-db-instance", &tags(Some("v2")), OWNER),
        ];
        for other in others {
            assert_eq!(other.name, order.name);
            let refused = order.judge(&snapshot(&other, "available")).unwrap_err();
            assert_eq!(refused.class, ErrorClass::Invalid, "{other:?}");
        }
    }
}
