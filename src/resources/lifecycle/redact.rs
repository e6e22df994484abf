//! Takes the user's values out of what a cloud said.
//!
//! Terraform does not tell a provider which values of a configuration are marked sensitive: a variable marked so arrives
//! like any other. So each text that the user may have written counts as sensitive, except what cannot be a secret: the
//! value of an attribute that says what an object is, an ARN, a word from a fixed list, a default, a short number or version,
//! and an ordinary word. Only a cloud's words are searched, and only for whole tokens: our own sentences never hold a value.

use std::collections::BTreeSet;

use tf_plugin::{Block, Value};

/// Attributes that say what an object is and where it is: messages need them. None of them takes a secret: an image has no
/// login in its name, and the parameters of an engine are settings that RDS shows.
const SHOWN: [&str; 10] =
    ["name", "names", "region", "zone", "environment", "engine", "image", "version", "instance_class", "parameters"];
/// Texts with fewer bytes are found in many sentences.
const SHORTEST: usize = 4;
/// Words with fewer letters are no secrets.
const SHORTEST_WORD: usize = 8;
/// Numbers with so many digits are ports, sizes and times, and those with dots between them versions.
const LONGEST_NUMBER: usize = 5;

/// The texts that the user wrote in one configuration.
#[derive(Debug, Clone, Default)]
pub struct Redaction {
    /// Attribute and value, the longest value first.
    written: Vec<(String, String)>,
    block: Option<&'static Block>,
}

impl Redaction {
    /// The texts of an object whose schema is `block`.
    pub fn of(object: &Value, block: &'static Block) -> Self {
        let (mut written, mut shown) = (vec![], BTreeSet::new());
        for (name, value) in object.as_members().into_iter().flatten() {
            let attribute = block.attribute(name);
            let computed = attribute.is_some_and(|attribute| attribute.computed && !attribute.optional);
            // What another resource exports is no secret.
            let exported = attribute.is_some() && matches!(value, Value::Object(_));
            if SHOWN.contains(&name.as_str()) {
                value.walk(&mut |_, leaf| shown.extend(leaf.as_str().map(str::to_owned)));
                continue;
            }
            if computed || exported {
                continue;
            }
            value.walk(&mut |_, leaf| {
                let text = leaf.as_str().filter(|text| text.len() >= SHORTEST);
                written.extend(text.map(|text| (name.clone(), text.to_owned())));
            });
        }
        // The image may stand in the environment, too.
        written.retain(|(_, text)| !shown.contains(text));
        written.sort_by_key(|(_, text)| std::cmp::Reverse(text.len()));
        Self { written, block: Some(block) }
    }

    /// The text with the name of the attribute in place of each sensitive value.
    pub fn apply(&self, text: &str) -> String {
        let Some(block) = self.block.filter(|_| self.written.iter().any(|(_, value)| text.contains(value.as_str())))
        else {
            return text.to_owned();
        };
        let public = Public::of(block);
        let sensitive = self.written.iter().filter(|(_, value)| !public.holds(value));
        sensitive.fold(text.to_owned(), |text, (name, value)| replaced(&text, value, &format!("({name})")))
    }
}

/// Replaces whole tokens: the value must not continue on either side.
fn replaced(text: &str, value: &str, by: &str) -> String {
    let continues = |c: char| c.is_alphanumeric() || c == '_';
    let (mut result, mut rest) = (String::with_capacity(text.len()), text);
    let mut before = None;
    while let Some(at) = rest.find(value) {
        let (head, tail) = (&rest[..at], &rest[at + value.len()..]);
        let joined = |a: Option<char>, b: Option<char>| a.is_some_and(continues) && b.is_some_and(continues);
        let starts = !joined(head.chars().next_back().or(before), value.chars().next());
        let ends = !joined(value.chars().next_back(), tail.chars().next());
        result.push_str(head);
        result.push_str(if starts && ends { by } else { value });
        before = value.chars().next_back();
        rest = tail;
    }
    result.push_str(rest);
    result
}

/// What a schema makes public: its own words, the values it lists, its defaults.
struct Public {
    words: BTreeSet<String>,
    values: BTreeSet<String>,
}

impl Public {
    fn of(block: &Block) -> Self {
        let mut public = Self { words: BTreeSet::new(), values: BTreeSet::new() };
        public.add(block);
        public
    }

    fn add(&mut self, block: &Block) {
        self.read(&block.description);
        for attribute in &block.attributes {
            self.read(&attribute.name);
            self.read(&attribute.description);
            self.values.extend(attribute.one_of.iter().cloned());
            self.values.extend(attribute.default.as_ref().and_then(Value::as_str).map(str::to_owned));
        }
        for nested in &block.blocks {
            self.read(&nested.name);
            self.add(&nested.block);
        }
    }

    fn read(&mut self, text: &str) {
        let words = text.split(|c: char| !c.is_alphabetic()).filter(|word| word.len() >= SHORTEST_WORD);
        self.words.extend(words.map(str::to_lowercase));
    }

    /// Whether a value cannot be a secret.
    fn holds(&self, value: &str) -> bool {
        let is_word = value.chars().all(char::is_alphabetic);
        let digits = value.chars().filter(char::is_ascii_digit).count();
        let is_number = value.split('.').all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit()));
        self.values.contains(value)
            || is_arn(value)
            || (is_word && (value.chars().count() < SHORTEST_WORD || self.words.contains(&value.to_lowercase())))
            || (is_number && digits <= LONGEST_NUMBER)
    }
}

/// Whether a value names an object of AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>
fn is_arn(value: &str) -> bool {
    value.starts_with("arn:") && value.matches(':').count() >= 5
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::app_service::AppServiceResource;
    use crate::resources::lifecycle::Composite;
    use tf_plugin::Model;

    type App = <AppServiceResource as Composite>::Model;

    fn redaction(env: &[(&str, &str)], tags: &[(&str, &str)]) -> Redaction {
        let map = |entries: &[(&str, &str)]| {
            Value::Map(entries.iter().map(|(key, value)| ((*key).to_owned(), Value::from(*value))).collect())
        };
        let object = Value::object([("name", Value::from("web-2000")), ("env", map(env)), ("tags", map(tags))]);
        Redaction::of(&object, App::shared_block())
    }

    #[test]
    fn ordinary_words_stay_in_a_clouds_sentence() {
        let plain = redaction(
            &[("ROLE", "service"), ("MODE", "deployment"), ("PORT", "8080"), ("PLATFORM", "ecs")],
            &[("team", "task")],
        );
        let said = "(service web) ECS deployment circuit breaker: task failed container health checks on port 8080";
        assert_eq!(plain.apply(said), said);
    }

    #[test]
    fn a_version_is_no_secret() {
        let said = "Cannot upgrade postgres from 17.7 to 17.4 at 10.20.30.40";
        let shown = "Cannot upgrade postgres from 17.7 to 17.4 at (env)";
        assert_eq!(redaction(&[("PG", "17.4"), ("HOST", "10.20.30.40")], &[]).apply(said), shown);
    }

    #[test]
    fn what_an_object_is_is_shown() {
        let image = "registry.example/team-1/shop:missing";
        let env =
            Value::Map([("IMAGE".to_owned(), Value::from(image)), ("TOKEN".to_owned(), Value::from("hush-1"))].into());
        let uri = Value::object([("uri", Value::from(image))]);
        let object = Value::object([("name", Value::from("web")), ("image", uri), ("env", env)]);
        let said = format!("CannotPullContainerError: failed to resolve ref {image}: {image}: not found hush-1");
        let shown = said.replace("hush-1", "(env)");
        assert_eq!(Redaction::of(&object, App::shared_block()).apply(&said), shown);
        let parameters = Value::Map([("search_path".to_owned(), Value::from("shop_2,public"))].into());
        let object = Value::object([("version", Value::from("17.4.1-R1")), ("parameters", parameters)]);
        let said = "Cannot upgrade postgres to 17.4.1-R1; Invalid parameter value: shop_2,public for: search_path";
        assert_eq!(Redaction::of(&object, App::shared_block()).apply(said), said);
    }

    #[test]
    fn an_arn_names_an_object() {
        let arn = "arn:aws:acm:eu-north-1:123456789012:certificate/12345678-1234-1234-1234-123456789012";
        let said = format!("The certificate '{arn}' must have a fully-qualified domain name");
        assert_eq!(redaction(&[("CERTIFICATE", arn)], &[]).apply(&said), said);
        assert_eq!(redaction(&[("TOKEN", "arn:hush-value")], &[]).apply("'arn:hush-value'"), "'(env)'");
    }

    #[test]
    fn values_that_may_be_secret_go_as_whole_tokens() {
        let hidden = redaction(&[("TOKEN", "hush-env-value"), ("PIN", "867530")], &[("team", "hushword")]);
        for (said, shown) in [
            ("bad value 'hush-env-value'", "bad value '(env)'"),
            ("https://u:hush-env-value@host", "https://u:(env)@host"),
            ("8675309 is not 867530", "8675309 is not (env)"),
            ("tag team=hushword is refused", "tag team=(tags) is refused"),
            ("hushwords are not hushword", "hushwords are not (tags)"),
            ("web-2000 exists", "web-2000 exists"),
        ] {
            assert_eq!(hidden.apply(said), shown);
        }
    }

    #[test]
    fn a_value_that_begins_with_a_sign_is_found_behind_a_letter() {
        let hidden = redaction(&[("PATH_PREFIX", "/hush-path")], &[]);
        assert_eq!(hidden.apply("host/hush-path, host/hush-paths"), "host(env), host/hush-paths");
    }
}
