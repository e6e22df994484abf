//! Ephemeral resources: logins and secrets for the time of a run. Neither plan nor state nor log ever holds them.

mod database_login;
mod opened;
mod registry_login;
mod secret;

use std::collections::BTreeMap;
use std::sync::Arc;

use tf_plugin::EphemeralResource;

use crate::provider::Shared;
use opened::Ephemeral;

/// Every ephemeral resource, by name.
pub fn all(shared: &Arc<Shared>) -> BTreeMap<&'static str, Arc<dyn EphemeralResource>> {
    let shared = || Arc::clone(shared);
    BTreeMap::from([
        ("drop_database_login", Ephemeral::<database_login::DatabaseLogin>::over(shared())),
        ("drop_registry_login", Ephemeral::<registry_login::RegistryLogin>::over(shared())),
        ("drop_secret", Ephemeral::<secret::SecretValue>::over(shared())),
    ])
}
