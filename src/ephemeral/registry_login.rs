//! The ephemeral resource `drop_registry_login`.

use tf_plugin::{Attr, Diagnostics, Model, async_trait};

use crate::base::Secret;
use crate::cloud::aws::Session;
use crate::clouds::Runtime;
use crate::lookup::Lookup;
use crate::lookup::place;

/// A login to the private registries of Amazon ECR, as `docker login` takes it, for the time of a run. Nothing of it is
/// kept in plan or state.
///
/// It is good for every registry of the region that the credentials may use, and for twelve hours. Needs
/// `ecr:GetAuthorizationToken`.
#[derive(Debug, Clone, Default, Model)]
pub struct RegistryLogin {
    /// Region. Default: the provider's.
    #[attr(optional, computed, validate = crate::values::region::valid)]
    pub region: Attr<String>,

    /// Host name of the account's own registry, such as `123456789012.dkr.ecr.eu-north-1.amazonaws.com`.
    #[attr(computed)]
    pub registry: Attr<String>,
    /// User: always `AWS`.
    #[attr(computed)]
    pub username: Attr<String>,
    /// Password.
    #[attr(computed, sensitive)]
    pub password: Attr<Secret>,
    /// When the password ends, such as `"2026-01-31T12:00:00Z"`.
    #[attr(computed)]
    pub expires_at: Attr<String>,
}

#[async_trait]
impl Lookup for RegistryLogin {
    async fn found(self, runtime: &Runtime, diagnostics: &mut Diagnostics) -> Option<Self> {
        let region = self.region.as_str();
        let (_, session) = place::open::<Session>(runtime, region, diagnostics).await?;
        match session.ecr.login().await {
            Ok(login) => Some(Self {
                region: session.region.as_str().into(),
                registry: login.registry.into(),
                username: login.username.into(),
                password: login.password.into(),
                expires_at: login.expires_at.into(),
            }),
            Err(error) => {
                place::tell::<Session>(&error, "A login to the registries", diagnostics);
                None
            }
        }
    }
}
