//! Debug mode: the provider runs under a debugger or in a test, and a CLI attaches to it.

use serde_json::{Map, Value, json};

use super::{Options, environment::Environment, listen::Bound};

/// The line to be pasted into the shell from which the CLI is run.
pub fn announcement(options: &Options, environment: &Environment, bound: &Bound) -> String {
    let config = json!({
        "Protocol": "grpc",
        "ProtocolVersion": environment.protocol,
        "Pid": std::process::id(),
        // Says that the CLI must neither shut the process down nor kill it.
        "Test": true,
        "Addr": { "Network": bound.network, "String": bound.address },
    });
    let providers: Map<String, Value> =
        options.addresses.iter().map(|address| ((*address).to_owned(), config.clone())).collect();
    format!("TF_REATTACH_PROVIDERS='{}'", Value::Object(providers))
}
