//! Connections, with or without TLS, and whether there are any left.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::{mpsc, watch},
};
use tokio_rustls::TlsAcceptor;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::server::Connected;

use super::{listen::Listener, tls::Identity};

/// A client that has not reconnected for this long is gone. The CLI keeps one connection for its whole life.
const GONE_AFTER: Duration = Duration::from_secs(1);

/// Takes connections as they come. One that fails its TLS handshake is dropped and holds up no other.
pub fn accept(
    listener: Listener,
    identity: Option<Identity>,
    connections: Connections,
) -> ReceiverStream<io::Result<Connection>> {
    let (sender, receiver) = mpsc::channel(8);
    let acceptor = identity.map(|identity| TlsAcceptor::from(identity.config));
    tokio::spawn(async move {
        while !sender.is_closed() {
            let stream = match listener.accept().await {
                Ok(stream) => stream,
                Err(error) => {
                    // Out of file descriptors, most likely: give those in use the time to be closed.
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            };
            let (sender, acceptor, connections) = (sender.clone(), acceptor.clone(), connections.clone());
            tokio::spawn(async move {
                let stream = match acceptor {
                    None => stream,
                    Some(acceptor) => match acceptor.accept(stream).await {
                        Ok(stream) => Box::new(stream),
                        Err(error) => return tracing::warn!(%error, "a client was refused"),
                    },
                };
                let connection = Connection { stream, _open: connections.open() };
                sender.send(Ok(connection)).await.ok();
            });
        }
    });
    ReceiverStream::new(receiver)
}

impl Listener {
    async fn accept(&self) -> io::Result<Box<dyn Duplex>> {
        Ok(match self {
            #[cfg(unix)]
            Self::Unix(listener) => Box::new(listener.accept().await?.0),
            Self::Tcp(listener) => Box::new(listener.accept().await?.0),
        })
    }
}

/// How many connections there have been, and how many are open.
#[derive(Clone, Debug)]
pub struct Connections {
    counts: Arc<watch::Sender<Counts>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    ever: usize,
    open: usize,
}

impl Default for Connections {
    fn default() -> Self {
        Self { counts: Arc::new(watch::Sender::new(Counts::default())) }
    }
}

impl Connections {
    /// Ends once there was a client, and it is gone: killed, that is, for otherwise it would have said so.
    pub async fn abandoned(&self) {
        let mut counts = self.counts.subscribe();
        loop {
            if counts.wait_for(|counts| counts.ever > 0 && counts.open == 0).await.is_err() {
                return std::future::pending().await;
            }
            let back = counts.wait_for(|counts| counts.open > 0);
            if tokio::time::timeout(GONE_AFTER, back).await.is_err() {
                return;
            }
        }
    }

    fn open(&self) -> OpenConnection {
        self.counts.send_modify(|counts| {
            counts.ever += 1;
            counts.open += 1;
        });
        OpenConnection(self.clone())
    }
}

#[derive(Debug)]
struct OpenConnection(Connections);

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.counts.send_modify(|counts| counts.open -= 1);
    }
}

/// Anything that bytes go in and out of.
trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

pub struct Connection {
    stream: Box<dyn Duplex>,
    _open: OpenConnection,
}

impl Connected for Connection {
    type ConnectInfo = ();

    fn connect_info(&self) {}
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
