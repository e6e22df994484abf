//! One token's way to the API: pace, envelope, and what is tried again.

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Method, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use tokio::time::Instant;
use tracing::debug;

use super::envelope::{self, Answer, Problem, Refusal};
use super::error::{refused, unanswered};
use super::limits::Limits;
use crate::base::{CallError, ErrorClass, Result, Secret};
use crate::cloud::http;

/// Where the API is.
const PUBLIC: &str = "https://api.cloudflare.com/client/v4";
/// How often a call is tried that gets no answer.
const ATTEMPTS: u32 = 4;
/// How long a call that is turned away for its frequency is tried: one shut-out is five minutes.
const PATIENCE: Duration = Duration::from_secs(330);
/// The pause where Cloudflare names none.
const PAUSE: Duration = Duration::from_millis(500);

/// The `cloudflare` block of the provider configuration. What is not set comes from the environment.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The token.
    pub api_token: Option<Secret>,
    /// Where the API is.
    pub base_url: Option<String>,
}

impl Settings {
    /// The token, if configuration or environment have one.
    pub fn token(&self) -> Option<Secret> {
        let token = self.api_token.clone().or_else(|| environment("CLOUDFLARE_API_TOKEN").map(Secret::from));
        token.filter(|token| !token.reveal().is_empty())
    }

    fn base(&self) -> String {
        let base = self.base_url.clone().or_else(|| environment("CLOUDFLARE_BASE_URL"));
        base.unwrap_or_else(|| PUBLIC.to_owned()).trim_end_matches('/').to_owned()
    }
}

fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// One call.
#[derive(Debug)]
pub struct Call<'a> {
    /// Its name, `cloudflare:CreateDnsRecord`.
    pub name: &'static str,
    pub method: Method,
    /// Below the base.
    pub path: String,
    pub query: &'a [(&'a str, &'a str)],
    pub body: Option<Json>,
}

/// One token's way to the API.
#[derive(Debug)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    authorization: HeaderValue,
    limits: Limits,
}

/// An attempt that failed, and what that means for the next one.
struct Failure {
    error: CallError,
    problems: Vec<Problem>,
    again: Retry,
}

/// How a call may be tried.
#[derive(Clone, Copy)]
struct RetryPolicy {
    /// Doing it twice is doing it once.
    repeatable: bool,
    /// It is counted apart from the token's other calls.
    apart: bool,
}

enum Retry {
    /// It was turned away unread, for this long.
    Later(Duration),
    /// It never reached Cloudflare.
    Unsent,
    /// Nobody knows whether it was done.
    Unanswered,
    Never,
}

impl Client {
    /// # Errors
    /// There is no token, or none that could be sent.
    pub fn open(settings: &Settings) -> Result<Self> {
        let Some(token) = settings.token() else {
            return Err(unusable(
                "there is no token: set cloudflare.api_token in the provider, or CLOUDFLARE_API_TOKEN",
            ));
        };
        let mut authorization = HeaderValue::from_str(&format!("Bearer {}", token.reveal()))
            .map_err(|_| unusable("the token has characters that no token has"))?;
        authorization.set_sensitive(true);
        let http = http::client().map_err(|why| unusable(&why))?;
        Ok(Self { http, base: settings.base(), authorization, limits: Limits::new() })
    }

    /// Makes a call, again where that is safe. A POST is repeated only if Cloudflare cannot have seen it.
    pub async fn call<T: DeserializeOwned>(&self, call: &Call<'_>) -> Result<Answer<T>> {
        let manner = RetryPolicy { repeatable: call.method != Method::POST, apart: false };
        self.tried(call, manner).await.map_err(|failure| failure.error)
    }

    /// Makes a call that may be made twice, and that has a limit of its own: who exceeds it may go on with all else, and is
    /// told to come again.
    pub async fn call_apart<T: DeserializeOwned>(&self, call: &Call<'_>) -> Result<Answer<T>> {
        self.tried(call, RetryPolicy { repeatable: true, apart: true }).await.map_err(|failure| failure.error)
    }

    /// Reads a list to its last page.
    pub async fn list<T: DeserializeOwned>(
        &self,
        name: &'static str,
        path: &str,
        filter: &[(&str, &str)],
        page: &str,
    ) -> Result<Vec<T>> {
        let mut found = vec![];
        for at in 1_u64.. {
            let number = at.to_string();
            let paging = [("page", number.as_str()), ("per_page", page)];
            let query: Vec<(&str, &str)> = filter.iter().copied().chain(paging).collect();
            let call = Call { name, method: Method::GET, path: path.to_owned(), query: &query, body: None };
            let answer = self.call::<Vec<T>>(&call).await?;
            found.extend(answer.result.unwrap_or_default());
            if at >= answer.pages {
                break;
            }
        }
        Ok(found)
    }

    /// Makes a call that changes nothing, to hear what would be wrong with it.
    pub async fn dry_run(&self, call: &Call<'_>) -> Result<Vec<Problem>> {
        let Err(failure) = self.tried::<Json>(call, RetryPolicy { repeatable: true, apart: false }).await else {
            return Ok(vec![]);
        };
        let of_the_request = match failure.error.class {
            ErrorClass::Invalid | ErrorClass::Exists => !failure.problems.is_empty(),
            // A plan that lacks a feature is not a token that lacks a permission.
            ErrorClass::Denied => failure.problems.iter().any(|problem| problem.pointer.is_some()),
            _ => false,
        };
        if of_the_request { Ok(failure.problems) } else { Err(failure.error) }
    }

    async fn tried<T: DeserializeOwned>(
        &self,
        call: &Call<'_>,
        manner: RetryPolicy,
    ) -> std::result::Result<Answer<T>, Failure> {
        let patience = Instant::now() + PATIENCE;
        let mut tried = 0;
        loop {
            self.limits.acquire().await;
            let failure = match self.attempt(call).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            tried += 1;
            if let Retry::Later(pause) = failure.again {
                if manner.apart {
                    let error = CallError { class: ErrorClass::Busy, ..failure.error };
                    return Err(Failure { error, ..failure });
                }
                self.limits.pause(pause);
            }
            let pause = match failure.again {
                Retry::Later(pause) if Instant::now() + pause < patience => pause,
                Retry::Unsent if tried < ATTEMPTS => PAUSE * tried,
                Retry::Unanswered if tried < ATTEMPTS && manner.repeatable => PAUSE * tried,
                _ => return Err(failure),
            };
            debug!(call = call.name, error = %failure.error, ?pause, "trying again");
            tokio::time::sleep(pause).await;
        }
    }

    async fn attempt<T: DeserializeOwned>(&self, call: &Call<'_>) -> std::result::Result<Answer<T>, Failure> {
        let url = format!("{}/{}", self.base, call.path);
        let mut request = self.http.request(call.method.clone(), url).query(call.query);
        request = request.header(AUTHORIZATION, self.authorization.clone());
        if let Some(body) = &call.body {
            request = request.json(body);
        }
        let response = request.send().await.map_err(|error| transport_error(call.name, &error))?;
        let (status, ray) = (response.status(), ray(response.headers()));
        let retry_after = retry_after(response.headers());
        let text = match response.text().await {
            Ok(text) => text,
            Err(error) => return Err(transport_error(call.name, &error)),
        };
        debug!(call = call.name, status = status.as_u16(), ray, "answered");
        let problems = match envelope::open(status.is_success(), &text) {
            Ok(answer) => return Ok(answer),
            Err(Refusal::Told(problems)) => problems,
            // A gateway's error page says nothing of use.
            Err(Refusal::Garbled(_)) if !status.is_success() => vec![],
            Err(Refusal::Garbled(why)) => {
                let error = unanswered(call.name, ray, format!("the answer cannot be read: {why}"));
                return Err(Failure { error, problems: vec![], again: Retry::Never });
            }
        };
        Err(classify(call.name, status, ray, retry_after, problems))
    }
}

fn classify(
    call: &str,
    status: StatusCode,
    ray: Option<String>,
    retry_after: Option<Duration>,
    problems: Vec<Problem>,
) -> Failure {
    let error = refused(call, status.as_u16(), ray, &problems);
    let again = if status == StatusCode::TOO_MANY_REQUESTS {
        Retry::Later(retry_after.unwrap_or(PAUSE * 10))
    } else if error.class == ErrorClass::Unavailable {
        Retry::Unanswered
    } else {
        Retry::Never
    };
    Failure { error, problems, again }
}

/// A client that cannot even ask.
fn unusable(message: &str) -> CallError {
    let call = "cloudflare:Authenticate".to_owned();
    CallError { call, code: None, message: message.to_owned(), request_id: None, class: ErrorClass::Unauthenticated }
}

/// A call without an answer.
fn transport_error(call: &str, error: &reqwest::Error) -> Failure {
    let again = match error {
        error if error.is_builder() => Retry::Never,
        error if error.is_connect() => Retry::Unsent,
        _ => Retry::Unanswered,
    };
    Failure { error: unanswered(call, None, http::unanswered(error)), problems: vec![], again }
}

fn ray(headers: &HeaderMap) -> Option<String> {
    headers.get("cf-ray").and_then(|value| value.to_str().ok()).map(str::to_owned)
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}
