//! HTTP over ring, the one TLS provider of the binary, with the roots that the system trusts.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderValue, USER_AGENT};
use rustls_platform_verifier::BuilderVerifierExt;

/// How long one request may take.
const ATTEMPT: Duration = Duration::from_secs(45);

/// A client that follows no redirects: they would carry a token to wherever they point.
///
/// # Errors
/// Why there cannot be one.
pub fn client() -> Result<reqwest::Client, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(BuilderVerifierExt::with_platform_verifier)
        .map_err(|error| format!("TLS cannot be set up: {error}"))?
        .with_no_client_auth();
    let agent = HeaderValue::from_static(concat!("terraform-provider-drop/", env!("CARGO_PKG_VERSION")));
    reqwest::Client::builder()
        .tls_backend_preconfigured(config)
        .default_headers(HeaderMap::from_iter([(USER_AGENT, agent)]))
        .redirect(reqwest::redirect::Policy::none())
        .timeout(ATTEMPT)
        .build()
        .map_err(|error| format!("no connections can be made: {error}"))
}

/// Why there was no answer. The address, which may hold a secret or what the user wrote, is left out.
pub fn unanswered(error: &reqwest::Error) -> String {
    let mut said: Vec<String> = vec![];
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        let text = inner.to_string();
        if !said.iter().any(|earlier| earlier.contains(&text)) {
            said.push(text);
        }
        cause = inner.source();
    }
    let what = if error.is_timeout() { "no answer in time" } else { "no answer" };
    said.insert(0, what.to_owned());
    said.join(": ")
}
