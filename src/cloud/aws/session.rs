//! Sessions: credentials, endpoints and retries, opened on first use, one for every (account, region).

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use aws_config::sts::AssumeRoleProvider;
use aws_config::{BehaviorVersion, Region, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_smithy_http_client::tls::{Provider as Tls, rustls_provider::CryptoMode};
use tokio::sync::{Mutex, OnceCell};

use super::acm::{Acm, AcmClient};
use super::autoscaling::{Autoscaling, AutoscalingClient};
use super::connection::Connection;
use super::ec2::{Ec2, Ec2Client};
use super::ecr::{Ecr, EcrClient};
use super::ecs::{Ecs, EcsClient};
use super::elb::{Elb, ElbClient};
use super::error::failed;
use super::iam::{Iam, IamClient};
use super::logs::{Logs, LogsClient};
use super::profile;
use super::rds::{Rds, RdsClient};
use super::secrets::{Secrets, SecretsClient};
use super::snapshot::SnapshotWindow;
use crate::base::{Arn, CallError, ErrorClass, Result};

/// How long one attempt of a call may take. How many there are is a question of `max_retries`, and of throttles.
const ATTEMPT: Duration = Duration::from_secs(45);

/// The `aws` block of the provider configuration. What is not set comes from the ordinary environment.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Region for resources that do not name their own.
    pub region: Option<String>,
    /// Profile of the shared configuration files.
    pub profile: Option<String>,
    /// The accounts that may be worked on; empty allows all.
    pub allowed_account_ids: Vec<String>,
    /// How often a call that got no answer, or a server error, is tried again.
    pub max_retries: Option<u32>,
    /// Endpoints by service id, `rds`.
    pub endpoints: Endpoints,
    /// A role to take on.
    pub assume_role: Option<AssumeRole>,
}

/// Endpoints by service id.
pub type Endpoints = BTreeMap<String, String>;

/// A role to take on before anything else is called.
#[derive(Debug, Clone)]
pub struct AssumeRole {
    /// Its ARN.
    pub role_arn: String,
    /// What its trust policy may ask for.
    pub external_id: Option<String>,
    /// The name under which the calls appear in the account's trail.
    pub session_name: Option<String>,
}

/// One account through one set of credentials, in as many regions as are asked for.
#[derive(Debug)]
pub struct Aws {
    settings: Settings,
    base: OnceCell<SdkConfig>,
    account: OnceCell<Account>,
    sessions: Mutex<BTreeMap<String, Arc<Session>>>,
    window: SnapshotWindow,
}

#[derive(Debug, Clone)]
struct Account {
    id: String,
    partition: String,
}

/// The client of one service, opened when it is first called.
pub type Client<T> = LazyLock<Arc<T>, Box<dyn FnOnce() -> Arc<T> + Send>>;

/// A client that is already there: a scripted one, in tests.
#[cfg(test)]
pub fn ready<T: ?Sized + Send + Sync + 'static>(client: Arc<T>) -> Client<T> {
    LazyLock::new(Box::new(move || client))
}

/// Says which services are called: the field of a session, the calls, their client, and the name that the service's
/// endpoint goes by.
macro_rules! services {
    ($($(#[$doc:meta])* $field:ident: $calls:ident => $client:ident, $name:literal;)*) => {
        /// The services that are called, by the names that endpoints go by.
        pub const SERVICES: &[&str] = &[$($name,)* "sts", "tagging"];

        /// The clients of one region.
        #[derive(Debug)]
        pub struct Session {
            /// The account, as STS names it.
            pub account: String,
            /// `aws`, `aws-cn` or `aws-us-gov`.
            pub partition: String,
            /// The region.
            pub region: String,
            $($(#[$doc])* pub $field: Client<dyn $calls>,)*
        }

        impl Session {
            /// Clients of the official SDK, at the endpoints that are named by service and AWS's own otherwise.
            fn new(account: &Account, region: &str, config: &SdkConfig, endpoints: &Endpoints, window: &SnapshotWindow) -> Self {
                let at = |service: &str| Connection {
                    config: config.clone(),
                    endpoint: endpoints.get(service).cloned(),
                    tagging: endpoints.get("tagging").cloned(),
                    window: window.clone(),
                };
                $(
                    let connection = at($name);
                    let $field: Client<dyn $calls> =
                        LazyLock::new(Box::new(move || Arc::new($client::new(&connection))));
                )*
                Self {
                    account: account.id.clone(),
                    partition: account.partition.clone(),
                    region: region.to_owned(),
                    $($field,)*
                }
            }
        }
    };
}

services! {
    /// Certificates.
    acm: Acm => AcmClient, "acm";
    /// Numbers of tasks.
    autoscaling: Autoscaling => AutoscalingClient, "application-autoscaling";
    /// Networks.
    ec2: Ec2 => Ec2Client, "ec2";
    /// Images.
    ecr: Ecr => EcrClient, "ecr";
    /// Containers.
    ecs: Ecs => EcsClient, "ecs";
    /// Load balancers.
    elb: Elb => ElbClient, "elasticloadbalancing";
    /// Roles.
    iam: Iam => IamClient, "iam";
    /// Log groups.
    logs: Logs => LogsClient, "logs";
    /// Relational databases.
    rds: Rds => RdsClient, "rds";
    /// Values of secrets.
    secrets: Secrets => SecretsClient, "secretsmanager";
}

impl Session {
    /// A session whose every call fails: tests put scripted clients in its place.
    #[cfg(test)]
    pub fn unreachable(account: &str, region: &str) -> Self {
        let account = Account { id: account.to_owned(), partition: "aws".to_owned() };
        let config = SdkConfig::builder().behavior_version(BehaviorVersion::latest());
        let config = config.region(Region::new(region.to_owned())).build();
        Self::new(&account, region, &config, &Endpoints::new(), &SnapshotWindow::default())
    }
}

impl Aws {
    /// Nothing is read or called yet.
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            base: OnceCell::new(),
            account: OnceCell::new(),
            sessions: Mutex::default(),
            window: SnapshotWindow::default(),
        }
    }

    /// A cloud that is already there: a scripted one, in tests.
    #[cfg(test)]
    pub fn fixed(session: Session) -> Self {
        let aws = Self::new(Settings { region: Some(session.region.clone()), ..Settings::default() });
        let account = Account { id: session.account.clone(), partition: session.partition.clone() };
        Self {
            account: OnceCell::new_with(Some(account)),
            base: OnceCell::new_with(Some(SdkConfig::builder().region(Region::new(session.region.clone())).build())),
            sessions: Mutex::new(BTreeMap::from([(session.region.clone(), Arc::new(session))])),
            ..aws
        }
    }

    /// Ends the time in which answers may come from snapshots.
    pub fn end_snapshots(&self) {
        self.window.end();
    }

    /// The region for resources that do not name their own, if configuration or environment name one.
    ///
    /// # Errors
    /// The profile that may name one is not there.
    pub async fn default_region(&self) -> Result<Option<String>> {
        let region = self.base().await.region().map(ToString::to_string).filter(|region| !region.is_empty());
        match region {
            Some(region) => Ok(Some(region)),
            None => profile::check(self.settings.profile.as_deref()).await.map(|()| None),
        }
    }

    /// Whether the profile that the configuration names is there.
    ///
    /// # Errors
    /// It is not.
    pub async fn check_profile(&self) -> Result<()> {
        match &self.settings.profile {
            Some(named) => profile::check(Some(named)).await,
            None => Ok(()),
        }
    }

    /// The session of a region.
    ///
    /// # Errors
    /// There are no credentials, or the account is not one of those allowed.
    pub async fn session(&self, region: &str) -> Result<Arc<Session>> {
        let account = self.account.get_or_try_init(|| self.identify(region)).await?;
        let mut sessions = self.sessions.lock().await;
        if let Some(session) = sessions.get(region) {
            return Ok(Arc::clone(session));
        }
        let config = self.base().await.to_builder().region(Region::new(region.to_owned())).build();
        let session = Arc::new(Session::new(account, region, &config, &self.settings.endpoints, &self.window));
        sessions.insert(region.to_owned(), Arc::clone(&session));
        Ok(session)
    }

    async fn base(&self) -> &SdkConfig {
        self.base.get_or_init(|| load(&self.settings)).await
    }

    async fn identify(&self, region: &str) -> Result<Account> {
        let call = "sts:GetCallerIdentity";
        // Credentials of the environment need no profile.
        if self.settings.profile.is_some() || profile::environment("AWS_ACCESS_KEY_ID").is_none() {
            profile::check(self.settings.profile.as_deref()).await?;
        }
        let config = self.base().await.to_builder().region(Region::new(region.to_owned())).build();
        let client = client!(aws_sdk_sts, &config, self.settings.endpoints.get("sts"));
        let answer = client.get_caller_identity().send().await.map_err(failed(call))?;
        let id = answer.account.ok_or_else(|| CallError::incomplete(call, "Account"))?;
        let partition = answer.arn.as_deref().and_then(Arn::parse).map_or("aws", |arn| arn.partition).to_owned();
        let allowed = &self.settings.allowed_account_ids;
        if !allowed.is_empty() && !allowed.contains(&id) {
            return Err(CallError {
                call: call.to_owned(),
                code: None,
                message: format!(
                    "the credentials are of account {id}, and allowed_account_ids names only {}",
                    allowed.join(", ")
                ),
                request_id: None,
                class: ErrorClass::Denied,
            });
        }
        Ok(Account { id, partition })
    }
}

async fn load(settings: &Settings) -> SdkConfig {
    let http = aws_smithy_http_client::Builder::new().tls_provider(Tls::Rustls(CryptoMode::Ring)).build_https();
    // A connection that answers nothing must not outlive the user's own timeouts.
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT).build();
    let given = settings.region.clone().map(Region::new);
    let region = profile::region(given, settings.profile.as_deref(), http.clone()).await;
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).http_client(http.clone()).timeout_config(timeouts);
    if let Some(profile) = &settings.profile {
        let credentials = profile::credentials(profile, region.clone(), http);
        loader = loader.profile_name(profile).credentials_provider(credentials);
    }
    if let Some(retries) = settings.max_retries {
        loader = loader.retry_config(RetryConfig::standard().with_max_attempts(retries.saturating_add(1)));
    }
    let config = loader.region(region).load().await;
    let Some(role) = &settings.assume_role else { return config };
    let mut provider = AssumeRoleProvider::builder(&role.role_arn)
        .session_name(role.session_name.as_deref().unwrap_or("terraform-provider-drop"))
        .configure(&config);
    if let Some(external_id) = &role.external_id {
        provider = provider.external_id(external_id);
    }
    let credentials = aws_credential_types::provider::SharedCredentialsProvider::new(provider.build().await);
    config.to_builder().credentials_provider(credentials).build()
}
