//! The process: from the CLI's first look at the binary to its last call.
//!
//! The CLI starts the binary with a cookie in the environment, reads one line from its output that says where to
//! connect, and talks gRPC over a socket that only the two can use. When it is done it calls Shutdown.
//!
//! Protocol source: go-plugin's `docs/internals.md` and what its `client.go` accepts; the messages are those of
//! Terraform's `docs/plugin-protocol`, versions 5.11 and 6.11.

mod connection;
mod debug;
mod environment;
mod listen;
mod logs;
mod protocol;
#[allow(clippy::needless_update, reason = "where protocol 6 has more fields than protocol 5")]
mod protocol5;
mod protocol6;
mod services;
mod tls;

use std::{io, process::ExitCode, sync::Arc, time::Duration};

use tokio::{runtime::Runtime, task::JoinError, time::timeout};
use tokio_util::sync::CancellationToken;

use crate::{Provider, dispatch::Dispatcher, panics};
use connection::Connections;
use environment::Environment;
use listen::Bound;
use tls::Identity;

/// What the process must know about the provider it serves.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The provider's own, shown to whoever runs the binary by hand. The CLI takes it from the name of the file.
    pub version: &'static str,
    /// Printed when somebody runs the binary by hand: what it is, and how it is installed. The version follows.
    pub about: &'static str,
    /// The source addresses under which configurations name the provider, host included. Printed by `-debug`, which
    /// must list one for every CLI, since their default hosts differ.
    pub addresses: &'static [&'static str],
    /// An environment variable that forces the protocol version when set to `5` or `6`.
    pub protocol_variable: Option<&'static str>,
    /// Crates whose log events are forwarded, beside this one. Others stay silent: at trace level, HTTP libraries log
    /// request bodies, and those hold secrets.
    pub log_targets: &'static [&'static str],
}

/// Why the process could not serve.
#[derive(Debug, thiserror::Error)]
enum ServeError {
    #[error("cannot start the runtime")]
    Runtime(#[source] io::Error),
    #[error("cannot listen")]
    Listen(#[from] listen::ListenError),
    #[error("cannot prepare TLS")]
    Tls(#[from] tls::TlsError),
    #[error("cannot announce the address on stdout")]
    Announce(#[source] io::Error),
    #[error("gRPC failed")]
    Grpc(#[from] tonic::transport::Error),
    #[error("the gRPC server panicked")]
    Panicked,
    #[error("the gRPC server ended without being asked to")]
    Ended,
}

/// How long open calls may take to end after Shutdown. The CLI kills the process after two seconds.
const DRAIN: Duration = Duration::from_millis(100);

/// How long cancelled work may take to end when the CLI is gone and nobody waits for the answer.
const LAST_WORK: Duration = Duration::from_secs(30);

/// Serves the provider until the CLI says that it is done. The whole body of `main`.
///
/// With the argument `-debug` it serves until interrupted instead, and prints what a CLI needs to attach to it.
pub fn serve(provider: impl Provider, options: &Options) -> ExitCode {
    let debug = std::env::args().skip(1).any(|argument| argument == "-debug" || argument == "--debug");
    let environment = Environment::read(options, |name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    if !debug && !environment.is_plugin {
        explain(options);
        return ExitCode::FAILURE;
    }
    logs::install(options, environment.log_level);
    panics::install_hook();
    let outcome = start(Arc::new(provider), options, &environment, debug);
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the provider could not go on");
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

fn start(
    provider: Arc<dyn Provider>,
    options: &Options,
    environment: &Environment,
    debug: bool,
) -> Result<(), ServeError> {
    let runtime = Runtime::new().map_err(ServeError::Runtime)?;
    let dispatcher = Dispatcher::new(provider);
    let outcome = runtime.block_on(async {
        let bound = Bound::new(environment)?;
        if debug {
            let announcement = debug::announcement(options, environment, &bound);
            run(dispatcher, bound, None, &announcement, environment.protocol, Until::Interrupted).await
        } else {
            let identity = environment.client_certificate.as_deref().map(Identity::new).transpose()?;
            let announcement = environment.handshake(bound.network, &bound.address, identity.as_ref());
            run(dispatcher, bound, identity, &announcement, environment.protocol, Until::Shutdown).await
        }
    });
    // Work that ignores its cancellation must not hold the process.
    runtime.shutdown_background();
    outcome
}

/// What ends the process.
#[derive(Clone, Copy, PartialEq)]
enum Until {
    /// The CLI: by the call, or by going away.
    Shutdown,
    /// The user at the keyboard.
    Interrupted,
}

async fn run(
    dispatcher: Arc<Dispatcher>,
    bound: Bound,
    identity: Option<Identity>,
    announcement: &str,
    protocol: u32,
    until: Until,
) -> Result<(), ServeError> {
    let shutdown = CancellationToken::new();
    let closing = CancellationToken::new();
    let connections = Connections::default();
    let signals = Signals::new();
    let Bound { listener, directory, .. } = bound;
    let incoming = connection::accept(listener, identity, connections.clone());
    let routes = services::routes(&dispatcher, protocol, &shutdown, &closing).await;
    announce(announcement).map_err(ServeError::Announce)?;
    let server = tonic::transport::Server::builder()
        .add_routes(routes)
        .serve_with_incoming_shutdown(incoming, closing.clone().cancelled_owned());
    let mut server = tokio::spawn(server);
    let graceful = tokio::select! {
        () = shutdown.cancelled() => true,
        () = signals.terminated(until == Until::Interrupted) => false,
        () = connections.abandoned(), if until == Until::Shutdown => false,
        early = &mut server => return served(early).and(Err(ServeError::Ended)),
    };
    if !graceful {
        // Nobody will hear the answers: what runs is told to stop, and gets the time to leave things in order.
        dispatcher.stop();
        timeout(LAST_WORK, dispatcher.idle()).await.ok();
    }
    closing.cancel();
    let outcome = timeout(DRAIN, server).await;
    drop(directory);
    outcome.map_or_else(
        |_| {
            tracing::debug!("calls were still open at the end of the process");
            Ok(())
        },
        served,
    )
}

/// What became of the server's task. What it panicked with may hold values: the hook has told what can be told.
fn served(ended: Result<Result<(), tonic::transport::Error>, JoinError>) -> Result<(), ServeError> {
    ended.map_err(|_| ServeError::Panicked)?.map_err(ServeError::Grpc)
}

/// Caught from the start, so that none takes its default course.
///
/// Ctrl-C reaches the whole process group. The CLI acts on it and calls Stop; this process must live on.
#[cfg(unix)]
struct Signals {
    interrupt: Option<tokio::signal::unix::Signal>,
    terminate: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Signals {
    fn new() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        Self { interrupt: signal(SignalKind::interrupt()).ok(), terminate: signal(SignalKind::terminate()).ok() }
    }

    /// Ends when the process is asked to.
    async fn terminated(self, by_interrupt: bool) {
        async fn received(signal: Option<tokio::signal::unix::Signal>) {
            match signal {
                Some(mut signal) => drop(signal.recv().await),
                None => std::future::pending().await,
            }
        }
        tokio::select! {
            () = received(self.interrupt), if by_interrupt => {}
            () = received(self.terminate) => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> Self {
        tokio::spawn(async { while tokio::signal::ctrl_c().await.is_ok() {} });
        Self
    }

    async fn terminated(self, by_interrupt: bool) {
        if by_interrupt {
            tokio::signal::ctrl_c().await.ok();
        } else {
            std::future::pending().await
        }
    }
}

fn announce(line: &str) -> io::Result<()> {
    use io::Write;
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{line}")?;
    stdout.flush()
}

#[expect(clippy::print_stderr, reason = "run by hand, there is nobody else to tell")]
fn explain(options: &Options) {
    eprintln!("{}\n\nVersion {}.", options.about.trim_end(), options.version);
}

#[expect(clippy::print_stderr, reason = "the CLI shows what a plugin that does not start has to say")]
fn complain(error: &ServeError) {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    eprintln!("{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_server_that_panicked_is_told_from_one_that_ended() {
        let secret = String::from("hunter2");
        let panicked = tokio::spawn(async move { panic!("bad password {secret}") }).await;
        let error = served(panicked).unwrap_err();
        assert_eq!(error.to_string(), "the gRPC server panicked");
        assert!(std::error::Error::source(&error).is_none(), "what it panicked with is not told");
        assert!(served(tokio::spawn(async { Ok(()) }).await).is_ok());
    }
}
