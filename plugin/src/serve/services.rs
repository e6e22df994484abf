//! Everything that answers on the socket: the provider in both protocols, and what the go-plugin library expects.

use std::sync::Arc;

use futures::StreamExt;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, Streaming, codegen::BoxStream, service::Routes};
use tonic_health::ServingStatus;

use super::{
    protocol5::{Protocol5, pb::provider_server::ProviderServer as Provider5Server},
    protocol6::{Protocol6, pb::provider_server::ProviderServer as Provider6Server},
};
use crate::dispatch::Dispatcher;
use pb::{
    grpc_broker_server::{GrpcBroker, GrpcBrokerServer},
    grpc_controller_server::{GrpcController, GrpcControllerServer},
    grpc_stdio_server::{GrpcStdio, GrpcStdioServer},
};

#[allow(dead_code, clippy::all, missing_debug_implementations, reason = "generated")]
mod pb {
    tonic::include_proto!("plugin");
}

/// Attributes may hold whole files.
const LARGEST_MESSAGE: usize = 256 << 20;

/// `shutdown` is cancelled when the CLI calls Shutdown; `closing` ends the streams that would otherwise stay open.
pub async fn routes(
    dispatcher: &Arc<Dispatcher>,
    protocol: u32,
    shutdown: &CancellationToken,
    closing: &CancellationToken,
) -> Routes {
    let (health, health_server) = tonic_health::server::health_reporter();
    health.set_service_status("plugin", ServingStatus::Serving).await;
    let dispatcher = Arc::clone(dispatcher);
    let mut routes = Routes::builder();
    // The one that was agreed on.
    if protocol == 5 {
        let provider = Provider5Server::new(Protocol5::new(dispatcher));
        routes.add_service(
            provider.max_decoding_message_size(LARGEST_MESSAGE).max_encoding_message_size(LARGEST_MESSAGE),
        );
    } else {
        let provider = Provider6Server::new(Protocol6::new(dispatcher));
        routes.add_service(
            provider.max_decoding_message_size(LARGEST_MESSAGE).max_encoding_message_size(LARGEST_MESSAGE),
        );
    }
    routes
        .add_service(health_server)
        .add_service(GrpcControllerServer::new(Controller { shutdown: shutdown.clone() }))
        .add_service(GrpcStdioServer::new(Silent { closing: closing.clone() }))
        .add_service(GrpcBrokerServer::new(Silent { closing: closing.clone() }));
    routes.routes()
}

struct Controller {
    shutdown: CancellationToken,
}

#[tonic::async_trait]
impl GrpcController for Controller {
    async fn shutdown(&self, _: Request<pb::Empty>) -> Result<Response<pb::Empty>, Status> {
        self.shutdown.cancel();
        Ok(Response::new(pb::Empty {}))
    }
}

/// Streams that clients open at once, that must stay open, and that carry nothing.
struct Silent {
    closing: CancellationToken,
}

impl Silent {
    fn stream<T: Send + 'static>(&self) -> Response<BoxStream<T>> {
        let silence = futures::stream::pending().take_until(self.closing.clone().cancelled_owned());
        Response::new(Box::pin(silence))
    }
}

#[tonic::async_trait]
impl GrpcStdio for Silent {
    async fn stream_stdio(&self, _: Request<()>) -> Result<Response<BoxStream<pb::StdioData>>, Status> {
        Ok(self.stream())
    }
}

#[tonic::async_trait]
impl GrpcBroker for Silent {
    async fn start_stream(
        &self,
        request: Request<Streaming<pb::ConnInfo>>,
    ) -> Result<Response<BoxStream<pb::ConnInfo>>, Status> {
        let mut offers = request.into_inner();
        tokio::spawn(async move { while let Ok(Some(_)) = offers.message().await {} });
        Ok(self.stream())
    }
}
