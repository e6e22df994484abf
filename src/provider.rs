//! The provider block, and what it opens: the clouds, shared by all resources of the process.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::future::{BoxFuture, FutureExt};

use serde_json::Value as Json;
use tf_plugin::{
    Action, Attr, ConfigureRequest, DataSource, Diagnostics, EphemeralResource, Function, ListResource, Model, Path,
    Provider, Resource, Schema, ValidateRequest, async_trait,
};

use crate::base::Secret;
use crate::cloud::aws::{AssumeRole, Aws, SERVICES, Settings};
use crate::cloud::cloudflare::{self, Zones};
use crate::clouds::{Clouds, Runtime};
use crate::data::Existing;
use crate::engine::model::spec::Input;
use crate::lists::Listing;
use crate::lookup::asked::Asked;
use crate::lookup::search::{self, Looked};
use crate::resources::lifecycle::{Composite, Needs, Run};
use crate::resources::{app_service::AppServiceResource, database::DatabaseResource, edge::EdgeResource};

/// Running apps, their databases and the edge in front of them.
///
/// Everything is optional: what is left out comes from the ordinary environment (`AWS_*`, among them `AWS_ENDPOINT_URL`
/// and `AWS_ENDPOINT_URL_<SERVICE>`, and the shared configuration files; `CLOUDFLARE_API_TOKEN`,
/// `CLOUDFLARE_BASE_URL`).
#[derive(Debug, Clone, Default, Model)]
pub struct ProviderConfig {
    /// Where AWS calls go, and as whom.
    #[block]
    pub aws: Attr<AwsConfig>,
    /// How Cloudflare is reached. Nothing is asked of it before the first edge.
    #[block]
    pub cloudflare: Attr<CloudflareConfig>,
}

/// How Cloudflare is reached.
#[derive(Debug, Clone, Default, Model)]
pub struct CloudflareConfig {
    /// API token. Default: `CLOUDFLARE_API_TOKEN`. `terraform-provider-drop permissions` prints what it needs for a plan.
    #[attr(optional, sensitive)]
    pub api_token: Attr<Secret>,
    /// Where the API is, for test servers. Default: `CLOUDFLARE_BASE_URL`, then Cloudflare's own.
    #[attr(optional, validate = url)]
    pub base_url: Attr<String>,
}

fn url(text: &str) -> Result<(), String> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    if host.is_some_and(|host| !host.is_empty()) {
        Ok(())
    } else {
        Err("must begin with https:// or http://".to_owned())
    }
}

fn account_ids(ids: &[String]) -> Result<(), String> {
    match ids.iter().find(|id| id.len() != 12 || !id.chars().all(|c| c.is_ascii_digit())) {
        Some(id) => Err(format!("has \"{id}\", which is no account id: one has 12 digits")),
        None => Ok(()),
    }
}

/// The services that are called, as documentation names them.
fn services() -> String {
    SERVICES.iter().map(|service| format!("`{service}`")).collect::<Vec<_>>().join(", ")
}

/// A misspelt service would be called at AWS itself.
fn endpoints(given: &BTreeMap<String, String>) -> Result<(), String> {
    for (service, address) in given {
        if !SERVICES.contains(&service.as_str()) {
            return Err(format!(
                "names \"{service}\", of which nothing is called. Services are {}",
                SERVICES.join(", ")
            ));
        }
        url(address).map_err(|error| format!("has an address of {service} that {error}"))?;
    }
    Ok(())
}

/// Where AWS calls go, and as whom.
#[derive(Debug, Clone, Default, Model)]
pub struct AwsConfig {
    /// Region of resources that do not name their own. Default: `AWS_REGION`, then `AWS_DEFAULT_REGION`, then the profile's
    /// region.
    #[attr(optional, validate = crate::values::region::valid)]
    pub region: Attr<String>,
    /// Profile of the shared configuration and credentials files. One that is named here wins over credentials of the
    /// environment, such as `AWS_ACCESS_KEY_ID`. Default: `AWS_PROFILE`.
    #[attr(optional)]
    pub profile: Attr<String>,
    /// Ids of the accounts that may be worked on. With credentials of any other account nothing is planned, read or
    /// changed. Default: any account.
    #[attr(optional, validate = account_ids)]
    pub allowed_account_ids: Attr<Vec<String>>,
    /// How often a call that got no answer, or a server error, is tried again. A call that AWS throttles is repeated for as
    /// long as `timeouts` of the running operation allow, in a plan for a minute. Default: 2.
    #[attr(optional)]
    pub max_retries: Attr<u32>,
    /// Tags that every object in AWS gets, by the rules of `tags` of resources, which win over them. Changing them changes
    /// every resource in place: what is added, changed or removed here is so everywhere after one apply. Default: none.
    #[attr(optional, validate = crate::values::tags::valid)]
    pub default_tags: Attr<BTreeMap<String, Attr<String>>>,
    /// Endpoints by service, for emulators and private endpoints: {services}. Default: AWS's own.
    #[attr(optional, validate = endpoints)]
    pub endpoints: Attr<BTreeMap<String, String>>,
    /// A role to take on before anything else is called.
    #[block]
    pub assume_role: Attr<AssumeRoleConfig>,
}

/// A role to take on before anything else is called.
#[derive(Debug, Clone, Default, Model)]
pub struct AssumeRoleConfig {
    /// ARN of the role.
    #[attr(required)]
    pub role_arn: Attr<String>,
    /// What the role's trust policy asks for as external id. Default: none.
    #[attr(optional, sensitive)]
    pub external_id: Attr<String>,
    /// The name under which the calls appear in the account's trail. Default: `terraform-provider-drop`.
    #[attr(optional)]
    pub session_name: Attr<String>,
}

/// What one type of resource offers.
#[derive(Debug)]
pub struct Offer {
    /// The name of the type.
    pub name: &'static str,
    /// The heading in the registries under which its pages are.
    pub subcategory: &'static str,
    resource: fn(Arc<Runtime>) -> Arc<dyn Resource>,
    data_source: fn(Arc<Runtime>) -> Arc<dyn DataSource>,
    list: fn(Arc<Runtime>) -> Arc<dyn ListResource>,
    /// Looks for its resources: what interrupted creates left, and what is finished.
    pub search: for<'a> fn(&'a Clouds) -> BoxFuture<'a, Looked>,
    /// Permissions that a resource of it needs, by its object in a JSON plan and the marks of what is unknown there.
    pub needs: fn(&Arc<Runtime>, &Json, &Json) -> Result<Needs, String>,
}

impl Offer {
    const fn of<C: Composite<Place: Asked>>() -> Self {
        Self {
            name: C::TYPE,
            subcategory: C::SUBCATEGORY,
            resource: Run::<C>::resource,
            data_source: Existing::<C>::source,
            list: Listing::<C>::list,
            search: |clouds| search::search::<C>(clouds).boxed(),
            needs: Run::<C>::needs,
        }
    }
}

/// Every type of resource, a line each: with it come its data source, its list, its entry in `doctor` and its pages.
pub const OFFERS: [Offer; 3] =
    [Offer::of::<AppServiceResource>(), Offer::of::<DatabaseResource>(), Offer::of::<EdgeResource>()];

/// The provider.
#[derive(Debug)]
pub struct Drop {
    runtime: Arc<Runtime>,
}

impl Drop {
    /// A provider that shares nothing with any other.
    pub fn new(runtime: Arc<Runtime>) -> Self {
        Self { runtime }
    }

    /// One thing of every offer, by the name of its type.
    fn offered<T>(&self, part: impl Fn(&Offer) -> fn(Arc<Runtime>) -> T) -> BTreeMap<&'static str, T> {
        OFFERS.iter().map(|offer| (offer.name, part(offer)(Arc::clone(&self.runtime)))).collect()
    }
}

#[async_trait]
impl Provider for Drop {
    fn schema(&self) -> Schema {
        let mut block = ProviderConfig::block();
        let aws = block.blocks.iter_mut().filter(|nested| nested.name == "aws");
        for endpoints in aws.flat_map(|aws| &mut aws.block.attributes) {
            endpoints.description = endpoints.description.replace("{services}", &services());
        }
        Schema::new(0, block)
    }

    fn resources(&self) -> BTreeMap<&'static str, Arc<dyn Resource>> {
        self.offered(|offer| offer.resource)
    }

    fn data_sources(&self) -> BTreeMap<&'static str, Arc<dyn DataSource>> {
        let mut sources = crate::data::all(&self.runtime);
        sources.extend(self.offered(|offer| offer.data_source));
        sources
    }

    fn ephemeral_resources(&self) -> BTreeMap<&'static str, Arc<dyn EphemeralResource>> {
        crate::ephemeral::all(&self.runtime)
    }

    fn functions(&self) -> BTreeMap<&'static str, Function> {
        crate::functions::all()
    }

    fn list_resources(&self) -> BTreeMap<&'static str, Arc<dyn ListResource>> {
        self.offered(|offer| offer.list)
    }

    fn actions(&self) -> BTreeMap<&'static str, Arc<dyn Action>> {
        crate::actions::all(&self.runtime)
    }

    async fn validate(&self, request: ValidateRequest) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        ProviderConfig::from_value(&request.config, &Path::root(), &mut diagnostics)
            .validate(&Path::root(), &mut diagnostics);
        diagnostics
    }

    async fn configure(&self, request: ConfigureRequest) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let config = ProviderConfig::from_value(&request.config, &Path::root(), &mut diagnostics);
        // Some of what was unknown when it was validated may be wrong.
        config.validate(&Path::root(), &mut diagnostics);
        if diagnostics.has_errors() {
            return diagnostics;
        }
        let clouds = clouds(&config);
        if let Some(clouds) = &clouds
            && let Err(error) = clouds.aws.check_profile().await
        {
            let advice = "Correct `profile`, or the shared files: AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE say where they are.";
            diagnostics.error_at(
                Path::from("aws").attr("profile"),
                "The profile cannot be used",
                format!("{}. {advice}", error.message),
            );
        }
        self.runtime.open(clouds);
        diagnostics
    }
}

/// Opens nothing while anything that decides where calls go is unknown.
fn clouds(config: &ProviderConfig) -> Option<Clouds> {
    if config.aws.is_unknown() || config.cloudflare.is_unknown() {
        return None;
    }
    let cloudflare = config.cloudflare.clone().unwrap_or_default();
    if cloudflare.api_token.is_unknown() || cloudflare.base_url.is_unknown() {
        return None;
    }
    let cloudflare = cloudflare::Settings {
        api_token: cloudflare.api_token.into_known(),
        base_url: cloudflare.base_url.into_known(),
    };
    let aws = config.aws.clone().unwrap_or_default();
    let role = aws.assume_role.clone().into_known();
    let undecided = [&aws.region, &aws.profile].iter().any(|text| text.is_unknown())
        || aws.allowed_account_ids.is_unknown()
        || aws.endpoints.is_unknown()
        || aws.assume_role.is_unknown()
        || role.as_ref().is_some_and(|role| role.role_arn.is_unknown() || role.external_id.is_unknown());
    if undecided {
        return None;
    }
    let default_tags = match &aws.default_tags {
        Attr::Unknown => Input::Unknown,
        Attr::Null => Json::Object(serde_json::Map::new()).into(),
        Attr::Known(tags) if tags.values().any(Attr::is_unknown) => Input::Unknown,
        Attr::Known(tags) => {
            let known = tags.iter().filter_map(|(key, value)| Some((key.clone(), value.known()?.clone())));
            known.collect::<Json>().into()
        }
    };
    let settings = Settings {
        region: aws.region.into_known(),
        profile: aws.profile.into_known(),
        allowed_account_ids: aws.allowed_account_ids.unwrap_or_default(),
        max_retries: aws.max_retries.into_known(),
        endpoints: aws.endpoints.unwrap_or_default(),
        assume_role: role.map(|role| AssumeRole {
            role_arn: role.role_arn.unwrap_or_default(),
            external_id: role.external_id.into_known(),
            session_name: role.session_name.into_known(),
        }),
    };
    Some(Clouds { aws: Arc::new(Aws::new(settings)), cloudflare: Arc::new(Zones::new(cloudflare)), default_tags })
}

#[cfg(test)]
mod tests {
    use tf_plugin::harness;

    use super::*;
    use crate::engine::run::context::Pace;

    #[test]
    fn endpoints_are_of_services_that_are_called() {
        let given = |service: &str, address: &str| BTreeMap::from([(service.to_owned(), address.to_owned())]);
        assert_eq!(endpoints(&given("rds", "http://127.0.0.1:5100")), Ok(()));
        let told = endpoints(&given("elbv2", "http://127.0.0.1:5100")).unwrap_err();
        assert!(told.contains("\"elbv2\"") && told.contains("elasticloadbalancing"), "{told}");
        assert!(endpoints(&given("rds", "127.0.0.1")).is_err());
    }

    /// A new attribute cannot escape it: the configurations are made from the schemas.
    #[tokio::test]
    async fn null_is_refused_for_every_required_attribute() {
        let tried = harness::check_required(Drop::new(Runtime::new(Pace::default()))).await;
        for attribute in [
            "provider: aws.assume_role.role_arn",
            "drop_database: name",
            "drop_app_service: image.uri",
            "drop_app_service: scaling.schedule[0].cron",
            "drop_app_service: post_deploy.command",
            "drop_edge: zone",
            "drop_run_task: command",
        ] {
            assert!(tried.iter().any(|found| found == attribute), "{attribute} is not among {tried:#?}");
        }
    }

    #[test]
    fn accounts_have_twelve_digits() {
        assert_eq!(account_ids(&["123456789012".to_owned()]), Ok(()));
        assert!(account_ids(&["123456789012".to_owned(), "abc".to_owned()]).unwrap_err().contains("\"abc\""));
    }
}
