//! Instances that drop did not make: what a database can take over, and what it took over.

use std::collections::{BTreeMap, BTreeSet};

use super::{Composite, DatabaseResource};
use crate::base::RESOURCE_TAG;
use crate::cloud::aws::rds::{Instance, SubnetGroup};
use crate::values::rules;

/// The path of the database of drop's that an instance is of already.
pub fn database_of(instance: &Instance) -> Option<String> {
    DatabaseResource::path_in(instance.tags.get(RESOURCE_TAG)?)
}

/// The subnet groups of databases, and for a database whose group is somebody else's the instance itself.
pub fn with_anchors_of_others(
    groups: Vec<(SubnetGroup, BTreeMap<String, String>)>,
    instances: &[Instance],
) -> Vec<(String, BTreeMap<String, String>)> {
    let mut all: Vec<_> = groups.into_iter().map(|(group, tags)| (group.name, tags)).collect();
    let anchored: BTreeSet<String> = all.iter().filter_map(|(_, tags)| tags.get(RESOURCE_TAG).cloned()).collect();
    let alone = |instance: &&Instance| {
        database_of(instance).is_some()
            && instance.tags.get(RESOURCE_TAG).is_some_and(|owner| !anchored.contains(owner))
    };
    all.extend(instances.iter().filter(alone).map(|instance| (instance.id.clone(), instance.tags.clone())));
    all
}

/// An instance that may come under management, as far as whoever knows it can tell.
#[derive(Debug)]
pub struct Candidate<'a> {
    /// Its identifier.
    pub identifier: &'a str,
    /// Its engine.
    pub engine: &'a str,
    /// Its storage type.
    pub storage: Option<&'a str>,
    /// Whether it has a public address.
    pub public: bool,
    /// Whether it is being deleted.
    pub leaving: bool,
    /// Whose it says that it is.
    pub owner: Option<&'a str>,
}

impl<'a> From<&'a Instance> for Candidate<'a> {
    fn from(instance: &'a Instance) -> Self {
        Self {
            identifier: &instance.id,
            engine: &instance.engine,
            storage: instance.shape.storage_type.as_deref(),
            public: instance.shape.public == Some(true),
            leaving: instance.status == "deleting",
            owner: instance.tags.get(RESOURCE_TAG).map(String::as_str),
        }
    }
}

impl Candidate<'_> {
    /// Why it cannot be taken over, and what to do about it.
    pub fn unfit(&self) -> Option<String> {
        if let Some(owner) = self.owner {
            return Some(format!("It belongs to `{owner}`."));
        }
        if self.engine != "postgres" {
            return Some(format!("Its engine is {}, and a drop_database is RDS for PostgreSQL.", self.engine));
        }
        if self.leaving {
            return Some("It is being deleted.".to_owned());
        }
        if self.public {
            return Some("It is publicly accessible, and a drop_database never is: make it private first.".to_owned());
        }
        if let Some(kind) = self.storage.filter(|kind| !["gp2", "gp3"].contains(kind)) {
            return Some(format!("Its storage is {kind}, and a drop_database has gp2 or gp3: change it first."));
        }
        let misnamed = rules::name(self.identifier).err();
        misnamed
            .map(|problem| format!("Its identifier would be the database's name, which {problem}: rename it first."))
    }
}
