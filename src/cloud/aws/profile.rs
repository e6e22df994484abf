//! Profiles of the shared configuration and credentials files, and what of the environment they compete with.

use aws_config::Region;
use aws_config::imds::region::ImdsRegionProvider;
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::{ProfileFileCredentialsProvider, ProfileFileRegionProvider};
use aws_config::provider_config::ProviderConfig;
use aws_config::{ecs, imds, web_identity_token};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::os_shim_internal::{Env, Fs};

use crate::base::{CallError, ErrorClass, Result};

/// A variable of the environment. One that is set and empty says nothing.
pub fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The region: the given one, that of the environment, that of the profile, that of the EC2 instance.
pub async fn region(given: Option<Region>, profile: Option<&str>, http: SharedHttpClient) -> Option<Region> {
    let named = || environment("AWS_REGION").or_else(|| environment("AWS_DEFAULT_REGION")).map(Region::new);
    let mut of_profile = ProfileFileRegionProvider::builder();
    if let Some(profile) = profile {
        of_profile = of_profile.profile_name(profile);
    }
    let machine = ProviderConfig::without_region().with_http_client(http);
    RegionProviderChain::first_try(given.or_else(named))
        .or_else(of_profile.build())
        .or_else(ImdsRegionProvider::builder().configure(&machine).build())
        .region()
        .await
}

/// The credentials of a profile. Those of the environment are not its: two providers with two profiles must not work on one
/// account because of a variable. A profile without any gets those of the machine, as with the AWS CLI.
pub fn credentials(profile: &str, region: Option<Region>, http: SharedHttpClient) -> CredentialsProviderChain {
    let config = ProviderConfig::without_region().with_region(region).with_http_client(http);
    let own = ProfileFileCredentialsProvider::builder().configure(&config).profile_name(profile).build();
    let token = web_identity_token::Builder::default().configure(&config).build();
    let task = ecs::EcsCredentialsProvider::builder().configure(&config).build();
    let instance = imds::credentials::ImdsCredentialsProvider::builder().configure(&config).build();
    CredentialsProviderChain::first_try("Profile", own)
        .or_else("WebIdentityToken", token)
        .or_else("EcsContainer", task)
        .or_else("Ec2InstanceMetadata", instance)
}

/// Whether the profile that is named, by the configuration or else by the environment, is there.
///
/// # Errors
/// It is not, or the files cannot be read.
pub async fn check(named: Option<&str>) -> Result<()> {
    let of_environment = || environment("AWS_PROFILE").map(|profile| (profile, ", which AWS_PROFILE names"));
    let named = named.map(|profile| (profile.to_owned(), ""));
    let Some((profile, by)) = named.or_else(of_environment) else { return Ok(()) };
    let problem = match aws_config::profile::load(&Fs::real(), &Env::real(), &Default::default(), None).await {
        Ok(all) if all.get_profile(&profile).is_some() => return Ok(()),
        Ok(all) => {
            let known: Vec<&str> = all.profiles().collect();
            let known = if known.is_empty() { "no profiles".to_owned() } else { known.join(", ") };
            format!("there is no profile \"{profile}\"{by}: the shared files have {known}")
        }
        Err(error) => format!("the profile \"{profile}\"{by}, cannot be read: {error}"),
    };
    Err(CallError::own("profile", ErrorClass::Unauthenticated, problem))
}
