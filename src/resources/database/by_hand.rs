//! Instances that drop did not make: what a database can take over.

use crate::cloud::aws::rds::Instance;
use crate::engine::component::RESOURCE_TAG;
use crate::resources::rules;

/// The name of the database of drop's that an instance is of already.
pub fn database_of(instance: &Instance) -> Option<&str> {
    instance.tags.get(RESOURCE_TAG)?.strip_prefix("drop_database/-/")
}

/// Why an instance that is nobody's cannot be taken over, and what to do about it.
pub fn unfit(instance: &Instance) -> Option<String> {
    let shape = &instance.shape;
    let storage = shape.storage_type.as_deref().filter(|kind| !["gp2", "gp3"].contains(kind));
    if let Some(owner) = instance.tags.get(RESOURCE_TAG) {
        return Some(format!("It belongs to `{owner}`."));
    }
    if instance.engine != "postgres" {
        return Some(format!("Its engine is {}, and a drop_database is RDS for PostgreSQL.", instance.engine));
    }
    if instance.status == "deleting" {
        return Some("It is being deleted.".to_owned());
    }
    if shape.public == Some(true) {
        return Some("It is publicly accessible, and a drop_database never is: make it private first.".to_owned());
    }
    if let Some(kind) = storage {
        return Some(format!("Its storage is {kind}, and a drop_database has gp2 or gp3: change it first."));
    }
    let misnamed = rules::name(&instance.id).err();
    misnamed.map(|problem| format!("Its identifier would be the database's name, which {problem}: rename it first."))
}
