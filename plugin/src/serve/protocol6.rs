//! Protocol 6.

super::protocol::adapter!(Protocol6, "tfplugin6");

super::protocol::service! { Protocol6:
    get_provider_schema(get_provider_schema) => schemas;
    validate_provider_config(validate_provider_config) => validate_provider;
    configure_provider(configure_provider) => configure;
    validate_resource_config(validate_resource_config) => validate;
    validate_data_resource_config(validate_data_resource_config) => validate_data;
    stop_provider(stop_provider) => stop;
}

impl Protocol6 {
    async fn validate_provider(
        &self,
        call: pb::validate_provider_config::Request,
    ) -> pb::validate_provider_config::Response {
        let found = self.dispatcher.validate_provider(wire(call.config)).await;
        pb::validate_provider_config::Response { diagnostics: diagnostics(found) }
    }

    async fn configure(&self, call: pb::configure_provider::Request) -> pb::configure_provider::Response {
        let found = self.dispatcher.configure(wire(call.config), call.terraform_version).await;
        pb::configure_provider::Response { diagnostics: diagnostics(found) }
    }

    async fn validate(&self, call: pb::validate_resource_config::Request) -> pb::validate_resource_config::Response {
        let write_only = call.client_capabilities.unwrap_or_default().write_only_attributes_allowed;
        let found = self.dispatcher.validate(&call.type_name, wire(call.config), write_only).await;
        pb::validate_resource_config::Response { diagnostics: diagnostics(found) }
    }

    async fn validate_data(
        &self,
        call: pb::validate_data_resource_config::Request,
    ) -> pb::validate_data_resource_config::Response {
        let found = self.dispatcher.validate_data(&call.type_name, wire(call.config)).await;
        pb::validate_data_resource_config::Response { diagnostics: diagnostics(found) }
    }

    async fn stop(&self, _: pb::stop_provider::Request) -> pb::stop_provider::Response {
        self.dispatcher.stop();
        pb::stop_provider::Response::default()
    }
}

fn planned_private(call: &pb::plan_resource_change::Request) -> Vec<u8> {
    call.planned_private.clone()
}
