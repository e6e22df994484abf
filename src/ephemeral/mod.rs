//! Ephemeral resources: logins and secrets for the time of a run. Neither plan nor state nor log ever holds them.

mod database_login;
mod opened;
mod registry_login;
mod secret;

use std::collections::BTreeMap;
use std::sync::Arc;

use tf_plugin::EphemeralResource;

use crate::clouds::Runtime;
use opened::Ephemeral;

/// Every ephemeral resource, by name.
pub fn all(runtime: &Arc<Runtime>) -> BTreeMap<&'static str, Arc<dyn EphemeralResource>> {
    let runtime = || Arc::clone(runtime);
    BTreeMap::from([
        ("drop_database_login", Ephemeral::<database_login::DatabaseLogin>::over(runtime())),
        ("drop_registry_login", Ephemeral::<registry_login::RegistryLogin>::over(runtime())),
        ("drop_secret", Ephemeral::<secret::SecretValue>::over(runtime())),
    ])
}
