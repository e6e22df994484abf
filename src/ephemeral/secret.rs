//! The ephemeral resource `drop_secret`.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use tf_plugin::{Attr, Diagnostics, Model, async_trait};

use crate::base::{Arn, ErrorClass, Secret};
use crate::cloud::aws::Session;
use crate::clouds::Runtime;
use crate::lookup::Lookup;
use crate::lookup::place;

/// The value of a secret in AWS Secrets Manager, for the time of a run. Nothing of it is kept in plan or state: it can be
/// given to a provider's configuration, to a write-only argument, or to another ephemeral resource.
///
/// Needs `secretsmanager:GetSecretValue`, and `kms:Decrypt` where the secret is encrypted with a key of your own.
#[derive(Debug, Clone, Default, Model)]
pub struct SecretValue {
    /// Name of the secret, or its ARN. A secret of another account goes by its ARN only.
    #[attr(required, validate = named)]
    pub name: Attr<String>,
    /// Region. Default: that of the ARN, then the provider's.
    #[attr(optional, computed, validate = crate::values::region::valid)]
    pub region: Attr<String>,
    /// Staging label of the version, such as `AWSPREVIOUS`. Default: `AWSCURRENT`, unless there is a `version_id`.
    #[attr(optional)]
    pub version_stage: Attr<String>,
    /// Id of the version. Default: that of the version with the staging label.
    #[attr(optional, computed)]
    pub version_id: Attr<String>,
    /// Key of the one value to take from a secret that is a JSON object. Default: none; `value` is the whole secret, for
    /// `jsondecode` if it is JSON.
    #[attr(optional)]
    pub key: Attr<String>,

    /// ARN of the secret.
    #[attr(computed)]
    pub arn: Attr<String>,
    /// The secret, or the value of its `key`: a text as it is, anything else as JSON.
    #[attr(computed, sensitive)]
    pub value: Attr<Secret>,
}

fn named(name: &str) -> Result<(), String> {
    if name.is_empty() { Err("must not be empty".to_owned()) } else { Ok(()) }
}

#[async_trait]
impl Lookup for SecretValue {
    fn validate_config(&self, diagnostics: &mut Diagnostics) {
        if let (Some(region), Some(of_arn)) = (self.region.known(), self.name.known().and_then(|name| region_of(name)))
            && region != of_arn
        {
            diagnostics.error_at(
                "region",
                "The secret is in another region",
                format!("Its ARN says {of_arn}. Leave `region` out: the ARN decides."),
            );
        }
    }

    async fn found(mut self, runtime: &Runtime, diagnostics: &mut Diagnostics) -> Option<Self> {
        let name = self.name.known().cloned().unwrap_or_default();
        let region = self.region.as_str().or_else(|| region_of(&name));
        let (_, session) = place::open::<Session>(runtime, region, diagnostics).await?;
        let (id, stage) = (self.version_id.as_str(), self.version_stage.as_str());
        let version = match session.secrets.version(&name, id, stage).await {
            Ok(version) => version,
            Err(error) if error.class == ErrorClass::NotFound => {
                let (attribute, what) = match (id, stage) {
                    (Some(_), _) => ("version_id", "no such version of the secret, or no such secret"),
                    (None, Some(_)) => ("version_stage", "no version with that staging label, or no such secret"),
                    (None, None) => ("name", "no such secret"),
                };
                diagnostics.error_at(
                    attribute,
                    format!("Secret \"{name}\" was not found"),
                    format!(
                        "{error}.\n\nIn {} of account {} there is {what}. Mend `{attribute}` or `region`, or make the \
                         secret first.",
                        session.region, session.account
                    ),
                );
                return None;
            }
            Err(error) => {
                place::tell::<Session>(&error, &format!("Secret \"{name}\""), diagnostics);
                return None;
            }
        };
        let Some(text) = version.text else {
            diagnostics.error_at(
                "name",
                format!("Secret \"{name}\" holds bytes, not text"),
                "Only text can be handed on here. Store it as text, in base64 if need be.",
            );
            return None;
        };
        let value = match self.key.known() {
            None => text,
            Some(key) => match member(&text, key) {
                Ok(value) => value,
                Err(why) => {
                    let summary = format!("Secret \"{name}\" has no key \"{key}\"");
                    let detail = format!(
                        "{why} Its content is not shown. Mend `key`, or leave it out and take the whole `value`."
                    );
                    diagnostics.error_at("key", summary, detail);
                    return None;
                }
            },
        };
        self.region = session.region.as_str().into();
        self.arn = version.arn.into();
        self.version_id = version.id.into();
        self.value = value.into();
        Some(self)
    }
}

/// The region of an ARN; a name has none.
fn region_of(name: &str) -> Option<&str> {
    Arn::parse(name)?.region
}

/// The value of one key. Why there is none is said without a word of the secret.
fn member(text: &Secret, key: &str) -> Result<Secret, String> {
    let Ok(members) = serde_json::from_str::<BTreeMap<String, &RawValue>>(text.reveal()) else {
        let is_json = serde_json::from_str::<IgnoredAny>(text.reveal()).is_ok();
        let why = if is_json { "The secret is JSON, but no object." } else { "The secret is not JSON." };
        return Err(why.to_owned());
    };
    // A number keeps its own digits: more of them may stand there than a float has.
    match members.get(key).map(|value| value.get()) {
        Some(value) => Ok(serde_json::from_str::<String>(value).unwrap_or_else(|_| value.to_owned()).into()),
        None => Err(format!("The secret is a JSON object with {} keys, and this is none of them.", members.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_gives_text_as_it_is_and_anything_else_as_json() {
        let secret = Secret::from(
            r#"{"a":"b\"c","port":5432,"on":true,"list":[1],"big":1234567890123456789012,"rate":1.10}"#.to_owned(),
        );
        let of = |key: &str| member(&secret, key).map(|value| value.reveal().to_owned());
        let numbers = [("port", "5432"), ("big", "1234567890123456789012"), ("rate", "1.10")];
        for (key, value) in [("a", "b\"c"), ("on", "true"), ("list", "[1]")].into_iter().chain(numbers) {
            assert_eq!(of(key).unwrap(), value, "{key}");
        }
    }

    #[test]
    fn what_is_wrong_with_it_is_said_without_a_word_of_it() {
        for (text, why) in [(r#"{"hunter2":"x"}"#, "1 keys"), ("hunter2", "not JSON"), (r#"["hunter2"]"#, "no object")]
        {
            let said = member(&Secret::from(text.to_owned()), "k").unwrap_err();
            assert!(said.contains(why) && !said.contains("hunter2"), "{said}");
        }
    }

    #[test]
    fn an_arn_says_its_region() {
        assert_eq!(region_of("arn:aws:secretsmanager:eu-north-1:123456789012:secret:a-b"), Some("eu-north-1"));
        assert_eq!(region_of("shop/token"), None);
    }
}
