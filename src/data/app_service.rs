//! The data source `drop_app_service`.

use tf_plugin::{Attr, Model};

use super::existing::Common;
use crate::resources::app_service::Deployment;

/// A service that drop made or took over, wherever its state is kept.
#[derive(Debug, Clone, Default, Model)]
pub struct AppService {
    /// Name of the service.
    #[attr(required, validate = crate::values::rules::name)]
    pub name: Attr<String>,
    /// Region. Default: the provider's.
    #[attr(optional, computed, validate = crate::values::region::valid)]
    pub region: Attr<String>,

    /// ARN of the ECS service.
    #[attr(computed)]
    pub id: Attr<String>,
    /// Where it answers: `https://` and the host name; `http://` if it was taken over so.
    #[attr(computed)]
    pub url: Attr<String>,
    /// Host name of its load balancer.
    #[attr(computed)]
    pub hostname: Attr<String>,
    /// Its last deployment. `drop_deployments` lists those before it.
    #[attr(computed)]
    pub deployment: Attr<Deployment>,
    /// What every one has.
    #[flatten]
    pub common: Common,
}
