//! Where the CLI connects to: a Unix socket that only this user can reach, or a loopback port where there are none.

use std::{io, net::Ipv4Addr, path::PathBuf};

use tempfile::TempDir;
use tokio::net::TcpListener;

use super::environment::Environment;

#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    #[error("no directory for the socket can be made in {}", .1.display())]
    Directory(#[source] io::Error, PathBuf),
    #[error("the socket {} cannot be opened", .1.display())]
    Socket(#[source] io::Error, PathBuf),
    #[error("no port from {0} to {1} is free")]
    NoPort(u16, u16),
}

#[derive(Debug)]
pub enum Listener {
    #[cfg(unix)]
    Unix(tokio::net::UnixListener),
    Tcp(TcpListener),
}

/// An open listener, and how to reach it.
#[derive(Debug)]
pub struct Bound {
    pub listener: Listener,
    pub network: &'static str,
    pub address: String,
    /// Holds the socket; removed with it when dropped.
    pub directory: Option<TempDir>,
}

impl Bound {
    pub fn new(environment: &Environment) -> Result<Self, ListenError> {
        #[cfg(unix)]
        if environment.unix_sockets {
            return Self::socket(environment);
        }
        Self::loopback(environment.ports)
    }

    #[cfg(unix)]
    fn socket(environment: &Environment) -> Result<Self, ListenError> {
        use std::{fs, os::unix::fs::PermissionsExt};

        let parent = parent(environment);
        // A random name: process ids come again, and a leftover of their name would be in the way.
        let directory = tempfile::Builder::new()
            .prefix("plugin")
            .permissions(fs::Permissions::from_mode(0o700))
            .tempdir_in(&parent)
            .map_err(|error| ListenError::Directory(error, parent))?;
        let path = directory.path().join("socket");
        let failed = |error| ListenError::Socket(error, path.clone());
        let listener = tokio::net::UnixListener::bind(&path).map_err(failed)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).map_err(failed)?;
        let address = path.display().to_string();
        Ok(Self { listener: Listener::Unix(listener), network: "unix", address, directory: Some(directory) })
    }

    /// The first free port of the range.
    fn loopback((first, last): (u16, u16)) -> Result<Self, ListenError> {
        let open = |port| {
            let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
            listener.set_nonblocking(true)?;
            Ok::<_, io::Error>((TcpListener::from_std(listener)?, port))
        };
        let (listener, port) =
            (first..=last).find_map(|port| open(port).ok()).ok_or(ListenError::NoPort(first, last))?;
        let address = format!("{}:{port}", Ipv4Addr::LOCALHOST);
        Ok(Self { listener: Listener::Tcp(listener), network: "tcp", address, directory: None })
    }
}

/// Longest path of a socket that every Unix accepts, less the name that is added to the directory.
#[cfg(unix)]
const LONGEST_PARENT: usize = 100 - "/pluginXXXXXX/socket".len();

#[cfg(unix)]
fn parent(environment: &Environment) -> PathBuf {
    environment.socket_directory.clone().unwrap_or_else(|| {
        let usual = std::env::temp_dir();
        if usual.as_os_str().len() > LONGEST_PARENT { PathBuf::from("/tmp") } else { usual }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_port_of_the_range_is_taken_and_a_full_range_is_an_error() {
        let first = Bound::loopback((42_100, 42_180)).unwrap();
        let port: u16 = first.address.rsplit(':').next().unwrap().parse().unwrap();
        assert!(first.address.starts_with("127.0.0.1:"));
        assert!(matches!(Bound::loopback((port, port)), Err(ListenError::NoPort(..))));
    }
}
