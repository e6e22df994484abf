//! Which call is answered by what.

/// The service of `$adapter`: calls of its own protocol, and those that both have. State stores are in neither table:
/// the generated stubs answer that they are unimplemented.
macro_rules! service {
    ($adapter:ident: $($own:tt)*) => {
        $crate::serve::protocol::service! { @calls $adapter
            $($own)*
            get_metadata(get_metadata) => metadata;
            upgrade_resource_state(upgrade_resource_state) => upgrade;
            read_resource(read_resource) => read;
            plan_resource_change(plan_resource_change) => plan;
            apply_resource_change(apply_resource_change) => apply;
            import_resource_state(import_resource_state) => import;
            move_resource_state(move_resource_state) => move_state;
            generate_resource_config(generate_resource_config) => generate_config;
            get_resource_identity_schemas(get_resource_identity_schemas) => identity_schemas;
            upgrade_resource_identity(upgrade_resource_identity) => upgrade_identity;
            read_data_source(read_data_source) => read_data;
            validate_ephemeral_resource_config(validate_ephemeral_resource_config) => validate_ephemeral;
            open_ephemeral_resource(open_ephemeral_resource) => open;
            renew_ephemeral_resource(renew_ephemeral_resource) => renew;
            close_ephemeral_resource(close_ephemeral_resource) => close;
            get_functions(get_functions) => functions;
            call_function(call_function) => call;
            validate_list_resource_config(validate_list_resource_config) => validate_list;
            validate_action_config(validate_action_config) => validate_action;
            plan_action(plan_action) => plan_action;
        }
    };
    (@calls $adapter:ident $($rpc:ident($message:ident) => $method:ident;)*) => {
        #[tonic::async_trait]
        impl pb::provider_server::Provider for $adapter {
            $(
                async fn $rpc(
                    &self,
                    call: Request<pb::$message::Request>,
                ) -> Result<Response<pb::$message::Response>, Status> {
                    Ok(Response::new(self.$method(call.into_inner()).await))
                }
            )*

            async fn list_resource(
                &self,
                call: Request<pb::list_resource::Request>,
            ) -> Result<Response<BoxStream<pb::list_resource::Event>>, Status> {
                Ok(Response::new(self.list(call.into_inner())))
            }

            async fn invoke_action(
                &self,
                call: Request<pb::invoke_action::Request>,
            ) -> Result<Response<BoxStream<pb::invoke_action::Event>>, Status> {
                Ok(Response::new(self.invoke(call.into_inner())))
            }
        }
    };
}

pub(in crate::serve) use service;
