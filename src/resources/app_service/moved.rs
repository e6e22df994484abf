//! `moved` from the official provider: `aws_apprunner_service`. App Runner cannot be run from here, and ECS is something
//! else: the service is built there beside the other one, which is left as it is.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use tf_plugin::{Type, Value};

use super::rules;
use crate::base::Arn;
use crate::engine::run::component::{Phase, Seen};
use crate::resources::lifecycle::{Discovered, MigratedObject, MigratedState, Migration, Move};
use crate::values::fargate;

/// What can become a service.
/// <https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/r/apprunner_service.html.markdown>
pub const MOVES: &[Move] = &[Move {
    provider: "hashicorp/aws",
    resource: "aws_apprunner_service",
    how: Migration::Read { attributes, moved },
}];

/// What is told of the App Runner service of this ARN.
pub fn migration_notice(arn: &str) -> (String, String) {
    let region = Arn::of(arn).region.unwrap_or_default();
    (
        "its App Runner service is left as it is".to_owned(),
        format!(
            "{arn} leaves Terraform's care. It goes on serving, and costs, until you delete it. Lead its visitors to the \
             service on ECS first: by `origin` of a drop_edge, or by a DNS record to `hostname`. Then:\n\n  \
             aws apprunner delete-service --region {region} --service-arn {arn}"
        ),
    )
}

/// Environment variables are not read: they may be passwords.
fn attributes() -> Type {
    let text = |name: &'static str| (name, Type::String);
    let block = |name: &'static str, members: Vec<(&'static str, Type)>| (name, Type::list(Type::object(members)));
    let image = vec![text("image_identifier"), block("image_configuration", vec![text("port")])];
    Type::object([
        text("arn"),
        text("service_name"),
        block("source_configuration", vec![block("image_repository", image)]),
        block("instance_configuration", vec![text("cpu"), text("memory")]),
        block("health_check_configuration", vec![text("protocol"), text("path")]),
    ])
}

/// What a service on ECS says in the same words. The rest is the configuration's to say, and the plan's to show.
fn moved(source: &Value) -> Result<MigratedState, String> {
    let (Some(arn), Some(name)) = (text(source, "arn"), text(source, "service_name")) else {
        return Err("Its state has no arn or no service_name: refresh it with its own provider first.".to_owned());
    };
    let Some(region) = Arn::of(arn).region else { return Err("Its arn names no region.".to_owned()) };
    let seen = |fields: Vec<(&'static str, Json)>| Seen {
        id: String::new(),
        phase: Phase::Ready,
        fields: fields.into_iter().collect(),
        outputs: BTreeMap::new(),
        tags: BTreeMap::new(),
    };
    Ok(MigratedState {
        taken: MigratedObject::BuildBeside(arn.to_owned()),
        place: region.to_owned(),
        found: Discovered::of(name, BTreeMap::new()),
        seen: BTreeMap::from([
            ("task_definition".into(), seen(task(source))),
            ("target_group".into(), seen(health(source))),
        ]),
        given: vec![("platform", Value::from("app_runner"))],
    })
}

fn task(source: &Value) -> Vec<(&'static str, Json)> {
    let mut fields = vec![];
    let repository = only(only(source, "source_configuration"), "image_repository");
    let image = text(repository, "image_identifier").filter(|uri| rules::image(uri).is_ok());
    fields.extend(image.map(|uri| ("image", json!(uri))));
    let port = text(only(repository, "image_configuration"), "port").and_then(|port| port.parse::<u16>().ok());
    fields.extend(port.map(|port| ("port", json!(port))));
    let instance = only(source, "instance_configuration");
    let units = |name: &str| text(instance, name).and_then(units);
    if let (Some(cpu), Some(memory)) = (units("cpu"), units("memory"))
        && fargate::memories(cpu).contains(&memory)
    {
        fields.extend([("cpu", json!(cpu)), ("memory", json!(memory))]);
    }
    fields
}

/// A check of TCP alone has no path that tells anything.
fn health(source: &Value) -> Vec<(&'static str, Json)> {
    let check = only(source, "health_check_configuration");
    let by_http = text(check, "protocol") == Some("HTTP");
    let path = text(check, "path").filter(|path| by_http && rules::path(path).is_ok());
    path.map(|path| ("path", json!(path))).into_iter().collect()
}

/// `1 vCPU` are 1024 units, `2 GB` are 2048 MiB; a number alone is in units or MiB.
/// <https://docs.aws.amazon.com/apprunner/latest/api/API_InstanceConfiguration.html>
fn units(text: &str) -> Option<i64> {
    match text.strip_suffix(" vCPU").or_else(|| text.strip_suffix(" GB")) {
        None => text.parse().ok(),
        Some("0.25") => Some(256),
        Some("0.5") => Some(512),
        Some(whole) => whole.parse::<i64>().ok().map(|whole| whole * 1024),
    }
}

/// A block that there is at most one of.
fn only<'a>(value: &'a Value, block: &str) -> &'a Value {
    value.get(block).as_elements().and_then(<[Value]>::first).unwrap_or(&Value::Null)
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).as_str().filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(members: &[(&str, Value)]) -> Value {
        Value::List(vec![Value::object(members.iter().map(|(name, value)| ((*name).to_owned(), value.clone())))])
    }

    fn instance(cpu: &str, memory: &str) -> Value {
        Value::object([("instance_configuration", block(&[("cpu", cpu.into()), ("memory", memory.into())]))])
    }

    #[test]
    fn every_size_of_app_runner_is_sold_by_fargate() {
        let sizes = [("0.25", "0.5"), ("0.25", "1"), ("0.5", "1"), ("1", "2"), ("1", "3"), ("1", "4"), ("2", "4")];
        for (cpu, memory) in sizes.into_iter().chain([("2", "6"), ("4", "8"), ("4", "10"), ("4", "12")]) {
            let in_words = task(&instance(&format!("{cpu} vCPU"), &format!("{memory} GB")));
            let told = |n: usize| in_words[n].1.to_string();
            assert_eq!(in_words, task(&instance(&told(0), &told(1))), "{cpu} {memory}");
        }
        assert_eq!(task(&instance("1 vCPU", "2 GB")), [("cpu", json!(1024)), ("memory", json!(2048))]);
    }

    #[test]
    fn what_a_service_cannot_have_is_left_out() {
        assert_eq!(task(&instance("1024", "512")), []);
        assert_eq!(task(&instance("many", "2 GB")), []);
        let image = |uri: &str, port: &str| {
            let configuration = block(&[("port", port.into())]);
            let repository = block(&[("image_identifier", uri.into()), ("image_configuration", configuration)]);
            task(&Value::object([("source_configuration", block(&[("image_repository", repository)]))]))
        };
        assert_eq!(image("registry.example/web", "$PORT"), []);
        assert_eq!(
            image("registry.example/web:1", "3000"),
            [("image", json!("registry.example/web:1")), ("port", json!(3000))]
        );
        let check = |protocol: &str, path: &str| {
            let check = block(&[("protocol", protocol.into()), ("path", path.into())]);
            health(&Value::object([("health_check_configuration", check)]))
        };
        assert_eq!(check("HTTP", "/ready"), [("path", json!("/ready"))]);
        assert_eq!((check("TCP", "/"), check("HTTP", "ready")), (vec![], vec![]));
    }
}
