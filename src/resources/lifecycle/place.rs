//! Where a resource lives: an AWS account and region, or a zone of a Cloudflare account.

use std::fmt::Debug;
use std::sync::Arc;

use serde_json::Value as Json;
use tf_plugin::async_trait;

use crate::base::{Arn, CallError, ErrorClass, Result};
use crate::cloud::aws::Session;
use crate::cloud::cloudflare;
use crate::clouds::Clouds;
use crate::components::{self, Scope};
use crate::engine::model::kind::Kind;
use crate::engine::model::name::ComponentName;
use crate::engine::model::spec::At;
use crate::engine::run::component::Component;
use crate::values::rules::Verdict;
use crate::values::{host, region};

/// A place that is open: what its components are reached through.
#[async_trait]
pub trait Place: Debug + Send + Sync + 'static {
    /// The name of its cloud.
    const CLOUD: &'static str;
    /// Why the environment opens no place, and what to do about it.
    const NOT_OPEN: &'static str;
    /// The attribute that names it. It is part of who the resource is.
    const ATTRIBUTE: &'static str;
    /// What to do when nothing names it.
    const MISSING_HINT: &'static str;

    /// Whether the provider or its environment may name the place of resources that name none.
    const HAS_DEFAULT: bool;
    /// Where the credentials come from.
    const CREDENTIALS: &'static str;
    /// Whether its lists and indexes tell of a change later than a look at the object itself does.
    const EVENTUALLY_CONSISTENT_LISTS: bool;

    /// Whether a text can be its name, or its id where it has one; what a name must be otherwise.
    fn check(name: &str) -> Verdict;

    /// Opens the place of that name.
    async fn open(clouds: &Clouds, name: &str) -> Result<Arc<Self>>;

    /// The place of resources that name none.
    ///
    /// # Errors
    /// What would name it is not there.
    async fn default_name(clouds: &Clouds) -> Result<Option<String>>;

    /// The places that the ordinary environment opens: what a person looks through by hand.
    async fn all(clouds: &Clouds) -> Result<Vec<Arc<Self>>>;

    /// The calls of a kind of object that lives here or, as `at` says, elsewhere.
    async fn reach(&self, clouds: &Clouds, kind: &'static Kind, at: &At) -> Result<Arc<dyn Component>>;

    /// The kind of a component by its name, and its position among the kinds: users behind what they use.
    fn kind_of(name: &ComponentName) -> Option<(usize, &'static Kind)> {
        components::kind_of(name)
    }

    /// The components of an owner that its tags tell of, whether a state knows them or not.
    async fn owned(&self, _owner: &str) -> Result<Vec<ComponentName>> {
        Ok(vec![])
    }

    /// What a layout's id may take of it: `account`, `name`, `partition`.
    fn fact(&self, name: &str) -> Option<Json>;

    /// The account it belongs to.
    fn account(&self) -> &str;

    /// Its name.
    fn name(&self) -> &str;

    /// The id by which its cloud knows it.
    fn id(&self) -> &str {
        self.name()
    }

    /// The account in the id of a resource.
    fn account_of(id: &str) -> Option<&str>;
}

/// The calls of a kind of object in a place that is named.
async fn reach_elsewhere(clouds: &Clouds, kind: &'static Kind, at: &At) -> Result<Arc<dyn Component>> {
    match at {
        At::Region(region) => components::open(kind, Scope::Aws(&*clouds.aws.session(region).await?)),
        At::Zone(zone) => components::open(kind, Scope::Zone(&*clouds.cloudflare.session(zone).await?)),
        At::Home => Err(CallError::own(kind.name, ErrorClass::Invalid, "no place is named")),
    }
}

#[async_trait]
impl Place for Session {
    const CLOUD: &'static str = "AWS";
    const NOT_OPEN: &'static str = "no region is given; use --region, or set AWS_REGION";
    const ATTRIBUTE: &'static str = "region";
    const MISSING_HINT: &'static str =
        "Set `region` here or in the provider's `aws` block, or AWS_REGION in the environment.";
    const CREDENTIALS: &'static str =
        "They come from the provider's `aws` block, then from the environment (AWS_PROFILE, AWS_ACCESS_KEY_ID …).";
    const HAS_DEFAULT: bool = true;
    const EVENTUALLY_CONSISTENT_LISTS: bool = true;

    fn check(name: &str) -> Verdict {
        region::valid(name)
    }

    async fn open(clouds: &Clouds, name: &str) -> Result<Arc<Self>> {
        clouds.aws.session(name).await
    }

    async fn default_name(clouds: &Clouds) -> Result<Option<String>> {
        clouds.aws.default_region().await
    }

    async fn all(clouds: &Clouds) -> Result<Vec<Arc<Self>>> {
        match Self::default_name(clouds).await? {
            Some(region) => Ok(vec![Self::open(clouds, &region).await?]),
            None => Ok(vec![]),
        }
    }

    async fn reach(&self, clouds: &Clouds, kind: &'static Kind, at: &At) -> Result<Arc<dyn Component>> {
        match at {
            At::Home => components::open(kind, Scope::Aws(self)),
            elsewhere => reach_elsewhere(clouds, kind, elsewhere).await,
        }
    }

    fn fact(&self, name: &str) -> Option<Json> {
        match name {
            "account" => Some(self.account.as_str().into()),
            "name" => Some(self.region.as_str().into()),
            "partition" => Some(self.partition.as_str().into()),
            _ => None,
        }
    }

    fn account(&self) -> &str {
        &self.account
    }

    fn name(&self) -> &str {
        &self.region
    }

    /// An id is an ARN.
    fn account_of(id: &str) -> Option<&str> {
        Arn::of(id).account
    }
}

#[async_trait]
impl Place for cloudflare::Session {
    const CLOUD: &'static str = "Cloudflare";
    const NOT_OPEN: &'static str = "there is no token, or it sees no zone; set CLOUDFLARE_API_TOKEN";
    const ATTRIBUTE: &'static str = "zone";
    const MISSING_HINT: &'static str = "Set `zone` to the domain, as Cloudflare lists it.";
    const CREDENTIALS: &'static str =
        "The token is `api_token` of the provider's `cloudflare` block, or CLOUDFLARE_API_TOKEN in the environment.";
    const HAS_DEFAULT: bool = false;
    const EVENTUALLY_CONSISTENT_LISTS: bool = false;

    fn check(name: &str) -> Verdict {
        if cloudflare::is_id(name) { Ok(()) } else { host::domain(name) }
    }

    async fn open(clouds: &Clouds, name: &str) -> Result<Arc<Self>> {
        clouds.cloudflare.session(name).await
    }

    /// A token sees many zones, and none of them is meant more than another.
    async fn default_name(_: &Clouds) -> Result<Option<String>> {
        Ok(None)
    }

    async fn all(clouds: &Clouds) -> Result<Vec<Arc<Self>>> {
        clouds.cloudflare.all().await
    }

    async fn reach(&self, clouds: &Clouds, kind: &'static Kind, at: &At) -> Result<Arc<dyn Component>> {
        match at {
            At::Home => components::open(kind, Scope::Zone(self)),
            elsewhere => reach_elsewhere(clouds, kind, elsewhere).await,
        }
    }

    fn fact(&self, name: &str) -> Option<Json> {
        match name {
            "account" => Some(self.zone.account.as_str().into()),
            "name" => Some(self.zone.name.as_str().into()),
            _ => None,
        }
    }

    fn account(&self) -> &str {
        &self.zone.account
    }

    fn name(&self) -> &str {
        &self.zone.name
    }

    fn id(&self) -> &str {
        &self.zone.id
    }

    /// An id is `<zone>/<name>/<account>`, with `<environment>/` before the name if there is one.
    fn account_of(id: &str) -> Option<&str> {
        let parts: Vec<&str> = id.split('/').collect();
        parts.get(2..)?.last().copied().filter(|account| !account.is_empty())
    }
}
