//! Protocol 5.

super::protocol::adapter!(Protocol5, "tfplugin5");

super::protocol::service! { Protocol5:
    get_schema(get_provider_schema) => schemas;
    prepare_provider_config(prepare_provider_config) => prepare;
    configure(configure) => configure;
    validate_resource_type_config(validate_resource_type_config) => validate;
    validate_data_source_config(validate_data_source_config) => validate_data;
    stop(stop) => stop;
}

impl Protocol5 {
    async fn prepare(&self, call: pb::prepare_provider_config::Request) -> pb::prepare_provider_config::Response {
        // Once meant for defaults; the CLI ignores what is changed here.
        let prepared_config = call.config.clone();
        let found = self.dispatcher.validate_provider(wire(call.config)).await;
        pb::prepare_provider_config::Response { prepared_config, diagnostics: diagnostics(found) }
    }

    async fn configure(&self, call: pb::configure::Request) -> pb::configure::Response {
        let found = self.dispatcher.configure(wire(call.config), call.terraform_version).await;
        pb::configure::Response { diagnostics: diagnostics(found) }
    }

    async fn validate(
        &self,
        call: pb::validate_resource_type_config::Request,
    ) -> pb::validate_resource_type_config::Response {
        let write_only = call.client_capabilities.unwrap_or_default().write_only_attributes_allowed;
        let found = self.dispatcher.validate(&call.type_name, wire(call.config), write_only).await;
        pb::validate_resource_type_config::Response { diagnostics: diagnostics(found) }
    }

    async fn validate_data(
        &self,
        call: pb::validate_data_source_config::Request,
    ) -> pb::validate_data_source_config::Response {
        let found = self.dispatcher.validate_data(&call.type_name, wire(call.config)).await;
        pb::validate_data_source_config::Response { diagnostics: diagnostics(found) }
    }

    async fn stop(&self, _: pb::stop::Request) -> pb::stop::Response {
        self.dispatcher.stop();
        pb::stop::Response::default()
    }
}

/// Protocol 5 does not carry it.
fn planned_private(_: &pb::plan_resource_change::Request) -> Vec<u8> {
    Vec::new()
}
