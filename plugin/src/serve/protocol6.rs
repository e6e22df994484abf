//! Protocol 6.

super::protocol::adapter!(Protocol6, "tfplugin6");

#[tonic::async_trait]
impl pb::provider_server::Provider for Protocol6 {
    async fn get_metadata(&self, _: Request<pb::get_metadata::Request>) -> Reply<pb::get_metadata::Response> {
        Ok(Response::new(self.metadata()))
    }

    async fn get_provider_schema(
        &self,
        _: Request<pb::get_provider_schema::Request>,
    ) -> Reply<pb::get_provider_schema::Response> {
        Ok(Response::new(self.schemas()))
    }

    async fn validate_provider_config(
        &self,
        call: Request<pb::validate_provider_config::Request>,
    ) -> Reply<pb::validate_provider_config::Response> {
        let call = call.into_inner();
        let found = self.dispatcher.validate_provider(wire(call.config)).await;
        Ok(Response::new(pb::validate_provider_config::Response { diagnostics: diagnostics(found) }))
    }

    async fn configure_provider(
        &self,
        call: Request<pb::configure_provider::Request>,
    ) -> Reply<pb::configure_provider::Response> {
        let call = call.into_inner();
        let found = self.dispatcher.configure(wire(call.config), call.terraform_version).await;
        Ok(Response::new(pb::configure_provider::Response { diagnostics: diagnostics(found) }))
    }

    async fn validate_resource_config(
        &self,
        call: Request<pb::validate_resource_config::Request>,
    ) -> Reply<pb::validate_resource_config::Response> {
        let call = call.into_inner();
        let found = self.dispatcher.validate(&call.type_name, wire(call.config)).await;
        Ok(Response::new(pb::validate_resource_config::Response { diagnostics: diagnostics(found) }))
    }

    async fn stop_provider(&self, _: Request<pb::stop_provider::Request>) -> Reply<pb::stop_provider::Response> {
        self.dispatcher.stop();
        Ok(Response::new(Default::default()))
    }

    async fn get_resource_identity_schemas(
        &self,
        _: Request<pb::get_resource_identity_schemas::Request>,
    ) -> Reply<pb::get_resource_identity_schemas::Response> {
        Ok(Response::new(Default::default()))
    }

    async fn upgrade_resource_state(
        &self,
        call: Request<pb::upgrade_resource_state::Request>,
    ) -> Reply<pb::upgrade_resource_state::Response> {
        Ok(Response::new(self.upgrade(call.into_inner()).await))
    }

    async fn read_resource(&self, call: Request<pb::read_resource::Request>) -> Reply<pb::read_resource::Response> {
        Ok(Response::new(self.read(call.into_inner()).await))
    }

    async fn plan_resource_change(
        &self,
        call: Request<pb::plan_resource_change::Request>,
    ) -> Reply<pb::plan_resource_change::Response> {
        Ok(Response::new(self.plan(call.into_inner()).await))
    }

    async fn apply_resource_change(
        &self,
        call: Request<pb::apply_resource_change::Request>,
    ) -> Reply<pb::apply_resource_change::Response> {
        Ok(Response::new(self.apply(call.into_inner()).await))
    }

    async fn import_resource_state(
        &self,
        call: Request<pb::import_resource_state::Request>,
    ) -> Reply<pb::import_resource_state::Response> {
        Ok(Response::new(self.import(call.into_inner()).await))
    }

    async fn move_resource_state(
        &self,
        call: Request<pb::move_resource_state::Request>,
    ) -> Reply<pb::move_resource_state::Response> {
        Ok(Response::new(self.move_state(call.into_inner()).await))
    }

    async fn get_functions(&self, _: Request<pb::get_functions::Request>) -> Reply<pb::get_functions::Response> {
        Ok(Response::new(Default::default()))
    }
}
