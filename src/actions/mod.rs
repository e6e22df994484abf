//! Actions: work on what drop made that is done on request and leaves nothing in a state. Each names the way that OpenTofu,
//! which has no actions, takes to the same end.

mod deploy;
mod failure;
mod purge_cache;
mod rollback;
mod run;
mod run_task;
mod service;
mod snapshot;

use std::collections::BTreeMap;
use std::sync::Arc;

use tf_plugin::Action;

use crate::clouds::Runtime;
use run::Run;

/// Every action, by name.
pub fn all(runtime: &Arc<Runtime>) -> BTreeMap<&'static str, Arc<dyn Action>> {
    let runtime = || Arc::clone(runtime);
    BTreeMap::from([
        ("drop_deploy", Run::<deploy::Deploy>::action(runtime())),
        ("drop_purge_cache", Run::<purge_cache::PurgeCache>::action(runtime())),
        ("drop_rollback", Run::<rollback::Rollback>::action(runtime())),
        ("drop_run_task", Run::<run_task::RunTask>::action(runtime())),
        ("drop_snapshot", Run::<snapshot::Snapshot>::action(runtime())),
    ])
}
