//! What the CLI tells a plugin through its environment, and the line by which the plugin answers.

use std::path::PathBuf;

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use tracing::level_filters::LevelFilter;

use super::{Options, logs, tls::Identity};

/// Shows that the process was started as a plugin. It is no secret.
const COOKIE: (&str, &str) =
    ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2");

/// Versions served, best first.
const PROTOCOLS: [u32; 2] = [6, 5];

#[derive(Clone, Debug)]
pub struct Environment {
    pub is_plugin: bool,
    pub protocol: u32,
    /// PEM. Without one the CLI wants no TLS.
    pub client_certificate: Option<String>,
    pub unix_sockets: bool,
    pub socket_directory: Option<PathBuf>,
    /// For systems without Unix sockets.
    pub ports: (u16, u16),
    pub multiplex: bool,
    pub log_level: LevelFilter,
}

impl Environment {
    pub fn read(options: &Options, variable: impl Fn(&str) -> Option<String>) -> Self {
        let port = |name, default| variable(name).and_then(|port| port.parse().ok()).unwrap_or(default);
        Self {
            is_plugin: variable(COOKIE.0).as_deref() == Some(COOKIE.1),
            protocol: protocol(
                variable("PLUGIN_PROTOCOL_VERSIONS").as_deref(),
                options.protocol_variable.and_then(&variable).as_deref(),
            ),
            client_certificate: variable("PLUGIN_CLIENT_CERT"),
            unix_sockets: cfg!(unix),
            socket_directory: variable("PLUGIN_UNIX_SOCKET_DIR").map(PathBuf::from),
            ports: (port("PLUGIN_MIN_PORT", 10_000), port("PLUGIN_MAX_PORT", 25_000)),
            multiplex: variable("PLUGIN_MULTIPLEX_GRPC").is_some(),
            log_level: logs::level(variable("TF_LOG_PROVIDER").or_else(|| variable("TF_LOG")).as_deref()),
        }
    }

    /// The one line that tells the CLI how to connect: over this network (`unix` or `tcp`), to this address.
    pub fn handshake(&self, network: &str, address: &str, identity: Option<&Identity>) -> String {
        // Padding, which base64 usually has, is refused by the CLI.
        let certificate = identity.map(|identity| STANDARD_NO_PAD.encode(&identity.certificate)).unwrap_or_default();
        let multiplex = if self.multiplex { "|true" } else { "" };
        format!("1|{}|{network}|{address}|grpc|{certificate}{multiplex}", self.protocol)
    }
}

/// The highest version both sides know. The client lists its own in random order. When none fits, our lowest: the CLI
/// then tells the user about it.
fn protocol(client: Option<&str>, forced: Option<&str>) -> u32 {
    let lowest = PROTOCOLS[PROTOCOLS.len() - 1];
    let forced = forced.and_then(|version| version.trim().parse().ok()).filter(|version| PROTOCOLS.contains(version));
    if let Some(version) = forced {
        return version;
    }
    let Some(client) = client else { return PROTOCOLS[0] };
    let known: Vec<u32> = client.split(',').filter_map(|version| version.trim().parse().ok()).collect();
    PROTOCOLS.into_iter().find(|version| known.contains(version)).unwrap_or(lowest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_common_version_is_chosen() {
        for (client, forced, chosen) in [
            (Some("5,6"), None, 6),
            (Some("6,5"), None, 6),
            (Some("5"), None, 5),
            (Some("4"), None, 5),
            (Some("6, 7"), None, 6),
            (Some("5,6"), Some("5"), 5),
            (Some("5,6"), Some("9"), 6),
            (None, None, 6),
            (None, Some("5"), 5),
        ] {
            assert_eq!(protocol(client, forced), chosen, "{client:?} {forced:?}");
        }
    }
}
