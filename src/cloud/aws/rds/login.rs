//! A password for a database that is signed here instead of kept there: valid for new connections during a quarter of an
//! hour, over TLS only, for users of the database that have the role `rds_iam`. No call is made for it.
//!
//! <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html>

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_rds::auth_token::{AuthTokenGenerator, Config};
use aws_sdk_rds::primitives::DateTime;
use aws_smithy_runtime_api::box_error::BoxError;

use super::LoginToken;
use crate::base::{CallError, ErrorClass, Result, Secret};
use crate::cloud::aws::moment;
use crate::cloud::percent;

const VALID: Duration = Duration::from_secs(900);

/// The token of a user of the database at an address.
pub async fn token(config: &SdkConfig, host: &str, port: u16, username: &str) -> Result<LoginToken> {
    signed(config, host, port, username).await.map_err(|error| CallError {
        call: "rds-db:connect".to_owned(),
        code: None,
        message: format!("no token could be signed: {error}"),
        request_id: None,
        class: ErrorClass::Denied,
    })
}

async fn signed(
    config: &SdkConfig,
    host: &str,
    port: u16,
    username: &str,
) -> std::result::Result<LoginToken, BoxError> {
    let now = config.time_source().ok_or("there is no clock")?.now();
    // The generator puts the name into an address as it is.
    let login = Config::builder().hostname(host).port(port.into()).username(percent(username));
    let token = AuthTokenGenerator::new(login.expires_in(VALID.as_secs()).build()?).auth_token(config).await?;
    Ok(LoginToken {
        token: Secret::from(token.as_str().to_owned()),
        expires_at: moment(&DateTime::from(now + VALID)).unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use std::time::{SystemTime, UNIX_EPOCH};

    use aws_config::{BehaviorVersion, Region};
    use aws_credential_types::Credentials;
    use aws_types::sdk_config::{SharedCredentialsProvider, TimeSource};

    use super::*;

    #[derive(Debug)]
    struct Stopped;

    impl TimeSource for Stopped {
        fn now(&self) -> SystemTime {
            UNIX_EPOCH + Duration::from_secs(1_700_000_000)
        }
    }

    fn config() -> aws_types::sdk_config::Builder {
        let builder = SdkConfig::builder().behavior_version(BehaviorVersion::latest()).time_source(Stopped);
        builder.region(Region::new("eu-north-1"))
    }

    fn keys() -> SharedCredentialsProvider {
        SharedCredentialsProvider::new(Credentials::new("AKID", "key", None, None, "test"))
    }

    #[tokio::test]
    async fn it_is_signed_for_one_user_of_one_database_and_ends_in_a_quarter_of_an_hour() {
        let config = config().credentials_provider(keys()).build();
        let made = token(&config, "orders.example", 5432, "o'neil & co").await.unwrap();
        let text = made.token.reveal();
        assert!(text.starts_with("orders.example:5432/?Action=connect&DBUser=o%27neil%20%26%20co&"), "{text}");
        assert!(text.contains("X-Amz-Expires=900") && text.contains("20231114%2Feu-north-1%2Frds-db"), "{text}");
        assert_eq!(made.expires_at, "2023-11-14T22:28:20Z");
        let other = token(&config, "orders.example", 5432, "shop").await.unwrap();
        assert_ne!(made.token, other.token);
        assert_eq!(format!("{made:?}").matches("Signature").count(), 0);
    }

    #[tokio::test]
    async fn without_credentials_there_is_none() {
        let error = token(&config().build(), "orders.example", 5432, "shop").await.unwrap_err();
        assert!(error.to_string().contains("credentials"), "{error}");
    }
}
