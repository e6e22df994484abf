//! `ref`: the object that one resource exports for others to take.
//!
//! It is one shape for all resources, grouped by what a consumer may do with it. A consumer asks for the group that it
//! needs: [`Ref::http`] of an origin, [`Ref::access`] of a database. A group that does not apply is null.

use tf_plugin::model::Leaf;
use tf_plugin::{Attr, Block, Number, Object, Type, Value};

/// The resource as other resources take it. One shape for all types; a group that does not apply is null.
#[derive(Debug, Clone, Default, Object)]
pub struct Ref {
    /// Type of the resource, such as `drop_database`.
    #[attr(rename = "type")]
    pub kind: Attr<String>,
    /// Its name.
    pub name: Attr<String>,
    /// Environment it belongs to; null without one.
    pub environment: Attr<String>,
    /// Its id.
    pub id: Attr<String>,
    /// Its region; null for an edge.
    pub region: Attr<String>,
    /// How it serves HTTP, for an edge in front of it.
    pub http: Attr<Http>,
    /// How it is reached over the network, for a service that connects to it.
    pub access: Attr<Access>,
    /// Secret with its login, for a service that reads it.
    pub secret: Attr<SecretRef>,
    /// Where a database client finds it.
    pub database: Attr<DatabaseRef>,
    /// Network for other resources to live in.
    pub network: Attr<Network>,
    /// Permissions that a consumer needs to use it.
    pub grants: Attr<Vec<Grant>>,
}

/// How a resource serves HTTP.
#[derive(Debug, Clone, Default, Object)]
pub struct Http {
    /// Host name.
    pub hostname: Attr<String>,
    /// Port.
    pub port: Attr<i64>,
    /// Certificate: `public` if browsers trust it, `self-signed` if not; null without TLS.
    pub certificate: Attr<String>,
}

/// How a resource is reached over the network.
#[derive(Debug, Clone, Default, Object)]
pub struct Access {
    /// Id of the security group in which a rule for the consumer can be added.
    pub security_group_id: Attr<String>,
    /// Port.
    pub port: Attr<i64>,
}

/// Secret in AWS Secrets Manager.
#[derive(Debug, Clone, Default, Object)]
pub struct SecretRef {
    /// ARN.
    pub arn: Attr<String>,
    /// Version that consumers should read; null where the current one is always read.
    pub version: Attr<String>,
}

/// Database behind a host name.
#[derive(Debug, Clone, Default, Object)]
pub struct DatabaseRef {
    /// Host name.
    pub hostname: Attr<String>,
    /// Name of the first database inside the instance.
    pub name: Attr<String>,
}

/// Network for other resources to live in.
#[derive(Debug, Clone, Default, Object)]
pub struct Network {
    /// Id of the VPC.
    pub vpc_id: Attr<String>,
    /// Ids of the subnets.
    pub subnet_ids: Attr<Vec<String>>,
}

/// Permission that a consumer needs.
#[derive(Debug, Clone, Default, Object)]
pub struct Grant {
    /// IAM actions.
    pub actions: Attr<Vec<String>>,
    /// ARN of the resource on which they are needed.
    pub resource: Attr<String>,
}

impl Ref {
    /// The members that every resource has, from its object. Members that are unknown there are unknown here.
    pub fn of(kind: &str, object: &Value) -> Self {
        Self {
            kind: kind.into(),
            name: text(object, "name"),
            environment: text(object, "environment"),
            id: text(object, "id"),
            region: text(object, "region"),
            ..Self::default()
        }
    }
}

impl SecretRef {
    /// The secret of an ARN, of which the current version is read; null where there is none.
    pub fn current(arn: Attr<String>) -> Attr<Self> {
        match arn {
            Attr::Null => Attr::Null,
            Attr::Unknown => Attr::Unknown,
            known => Attr::Known(Self { arn: known, version: Attr::Null }),
        }
    }
}

/// A configuration with every ref in it unknown, as it is validated: a mocked provider (`mock_provider` of `terraform test` and
/// `tofu test`) makes up the values of what a resource exports, and the configuration that takes them is still validated. What
/// a ref says is looked at by the plan.
pub fn without_refs(block: &Block, mut config: Value) -> Value {
    let Some(members) = config.as_members_mut() else { return config };
    for attribute in block.attributes.iter().filter(|attribute| holds_refs(&attribute.ty)) {
        if let Some(slot) = members.get_mut(&attribute.name).filter(|value| !value.is_null()) {
            *slot = Value::UNKNOWN;
        }
    }
    for nested in &block.blocks {
        let Some(slot) = members.get_mut(&nested.name) else { continue };
        *slot = match std::mem::take(slot) {
            Value::List(blocks) => {
                Value::List(blocks.into_iter().map(|value| without_refs(&nested.block, value)).collect())
            }
            one => without_refs(&nested.block, one),
        };
    }
    config
}

fn holds_refs(ty: &Type) -> bool {
    match ty {
        Type::List(element) | Type::Set(element) | Type::Map(element) => holds_refs(element),
        ty => *ty == Ref::ty(),
    }
}

/// A group as a plan shows it: unknown as a whole while a member is. For groups of which no plan reads a single member; it
/// keeps plans short.
pub fn whole<G: Leaf>(group: G) -> Attr<G> {
    if group.encode().is_wholly_known() { Attr::Known(group) } else { Attr::Unknown }
}

/// A member of a group: unknown while the group is, null where the group does not apply.
pub fn member<G, T: Clone>(group: &Attr<G>, of: impl Fn(&G) -> &Attr<T>) -> Attr<T> {
    match group {
        Attr::Known(group) => of(group).clone(),
        Attr::Null => Attr::Null,
        Attr::Unknown => Attr::Unknown,
    }
}

/// A text of an object, as a member of its ref.
pub fn text(object: &Value, name: &str) -> Attr<String> {
    match object.get(name) {
        Value::Unknown(_) => Attr::Unknown,
        value => Attr::from(value.as_str().map(str::to_owned)),
    }
}

/// A whole number of an object, as a member of its ref.
pub fn number(object: &Value, name: &str) -> Attr<i64> {
    match object.get(name) {
        Value::Unknown(_) => Attr::Unknown,
        value => Attr::from(value.as_number().and_then(Number::as_i64)),
    }
}

/// The id of one of an object's components, whoever owns it.
pub fn component(object: &Value, name: &str) -> Attr<String> {
    let components = object.get("components");
    match (components, components.get(name)) {
        (Value::Unknown(_), _) | (_, Value::Unknown(_)) => Attr::Unknown,
        (_, id) => Attr::from(id.as_str().map(|id| id.trim_start_matches("shared:").to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::app_service::AppServiceResource;
    use crate::resources::edge::EdgeResource;
    use crate::resources::lifecycle::Composite;
    use tf_plugin::Model;

    #[test]
    fn what_is_made_anew_has_an_id_that_nobody_knows_yet() {
        let object =
            |id: Value| Value::object([("components".to_owned(), Value::Map([("group".to_owned(), id)].into()))]);
        assert_eq!(component(&object(Value::UNKNOWN), "group"), Attr::Unknown);
        assert_eq!(component(&object(Value::from("shared:sg-1")), "group"), Attr::Known("sg-1".to_owned()));
        assert_eq!(component(&object(Value::from("sg-1")), "other"), Attr::Null);
    }

    #[test]
    fn a_configuration_is_validated_without_what_refs_say() {
        let mocked = || Ref { kind: "a1b2c3d4".into(), ..Ref::default() }.encode();
        let route = |origin| Value::object([("host", "a.example".into()), ("origin", origin)]);
        let config = |origin| Value::object([("name", "site".into()), ("route", Value::List(vec![route(origin)]))]);
        let of = |block: Block, config| without_refs(&block, config);
        let edge = <EdgeResource as Composite>::Model::block;
        assert_eq!(of(edge(), config(mocked())), config(Value::UNKNOWN));
        assert_eq!(of(edge(), config(Value::Null)), config(Value::Null));
        let app = of(
            <AppServiceResource as Composite>::Model::block(),
            Value::object([("database", mocked()), ("env", Value::Null)]),
        );
        assert_eq!(app, Value::object([("database", Value::UNKNOWN), ("env", Value::Null)]));
    }

    #[test]
    fn a_member_is_as_known_as_its_group() {
        let group = |group: Attr<Http>| member(&group, |http| &http.port);
        assert_eq!(group(Attr::Null), Attr::Null);
        assert_eq!(group(Attr::Unknown), Attr::Unknown);
        assert_eq!(group(Attr::Known(Http { port: 443.into(), ..Http::default() })), Attr::Known(443));
    }

    #[test]
    fn a_database_without_a_secret_has_no_group_for_one() {
        assert!(SecretRef::current(Attr::Null).is_null());
        assert!(SecretRef::current(Attr::Unknown).is_unknown());
        assert!(SecretRef::current("arn".into()).is_known());
    }
}
