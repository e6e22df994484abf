//! Who a resource is, wherever its state is: account, place, environment and name.

use tf_plugin::{IdentityAttribute, IdentitySchema, Type, Value};

use super::situation::Situation;
use super::{Composite, Place, Run};
use crate::engine::model::identity::Owner;

const ACCOUNT: &str = "account";
const ENVIRONMENT: &str = "environment";
const NAME: &str = "name";

/// What an import asks for.
#[derive(Debug, PartialEq, Eq)]
pub struct ImportTarget {
    /// The account that it must be in, if it was named.
    pub account: Option<String>,
    /// The place; the usual one if none was named.
    pub place: Option<String>,
    /// The resource's path, `<environment>/<name>` or the name alone; or the id that a person knows.
    pub id: String,
}

impl ImportTarget {
    /// By id: `<place>/<environment>/<name>`, `<place>/<name>`, or the name alone.
    pub fn by_id(id: &str) -> Self {
        let (place, id) = match id.split_once('/') {
            Some((place, id)) => (Some(place.to_owned()), id),
            None => (None, id),
        };
        Self { account: None, place, id: id.to_owned() }
    }

    /// By identity.
    pub fn by_identity<C: Composite>(identity: &Value) -> Self {
        let text = |name: &str| identity.get(name).as_str().map(str::to_owned);
        let owner = Owner { environment: text(ENVIRONMENT), ..C::owner_of(&text(NAME).unwrap_or_default()) };
        Self { account: text(ACCOUNT), place: text(C::Place::ATTRIBUTE), id: owner.path() }
    }
}

impl<C: Composite> Run<C> {
    pub(super) fn identity_schema() -> IdentitySchema {
        let attribute = |name: &str, description: String, required_for_import: bool| IdentityAttribute {
            name: name.to_owned(),
            ty: Type::String,
            description,
            required_for_import,
        };
        let place = C::Place::ATTRIBUTE;
        let usual = if C::Place::HAS_DEFAULT { "; for an import, the provider's if left out" } else { "" };
        let attributes = vec![
            attribute(ACCOUNT, "Account; for an import, that of the credentials if left out.".to_owned(), false),
            attribute(place, format!("The {place}{usual}."), !C::Place::HAS_DEFAULT),
            attribute(ENVIRONMENT, "Environment it belongs to; left out without one.".to_owned(), false),
            attribute(NAME, "Name of the resource.".to_owned(), true),
        ];
        IdentitySchema { attributes, ..IdentitySchema::default() }
    }

    pub(super) fn identity_of(state: &Value) -> Value {
        // What another provider's state calls it is not yet who it is here.
        if matches!(Situation::of(state), Situation::Create | Situation::Unread | Situation::BuildBeside) {
            return Value::Null;
        }
        let account = match state.get("id") {
            Value::Unknown(_) => Value::UNKNOWN,
            id => id.as_str().and_then(C::Place::account_of).map(Value::from).unwrap_or_default(),
        };
        let place = C::Place::ATTRIBUTE;
        let member = |name: &'static str| (name, state.get(name).clone());
        Value::object([(ACCOUNT, account), member(place), member(ENVIRONMENT), member(NAME)])
    }

    /// The identity of the resource of that path in a place.
    pub fn identity_in(place: &C::Place, path: &str) -> Value {
        let Owner { environment, name, .. } = C::owner_of(path);
        Value::object([
            (ACCOUNT, Value::from(place.account())),
            (C::Place::ATTRIBUTE, Value::from(place.name())),
            (ENVIRONMENT, environment.as_deref().map(Value::from).unwrap_or_default()),
            (NAME, Value::from(name.as_str())),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::database::DatabaseResource;
    use crate::resources::edge::EdgeResource;

    #[test]
    fn a_state_tells_who_it_is_of() {
        let id = Value::from("arn:aws:rds:eu-north-1:123456789012:db:orders");
        for (environment, path) in [(Value::Null, "orders"), (Value::from("prod"), "prod/orders")] {
            let state = Value::object([
                ("id", id.clone()),
                ("region", Value::from("eu-north-1")),
                ("environment", environment.clone()),
                ("name", Value::from("orders")),
            ]);
            let identity = Run::<DatabaseResource>::identity_of(&state);
            assert_eq!((identity.get("environment"), identity.get("name").as_str()), (&environment, Some("orders")));
            let asked = ImportTarget {
                account: Some("123456789012".to_owned()),
                place: Some("eu-north-1".to_owned()),
                id: path.to_owned(),
            };
            assert_eq!(ImportTarget::by_identity::<DatabaseResource>(&identity), asked);
            assert_eq!(ImportTarget::by_id(&format!("eu-north-1/{path}")), ImportTarget { account: None, ..asked });
        }
        assert_eq!(Run::<DatabaseResource>::identity_of(&Value::Null), Value::Null);
    }

    #[test]
    fn a_zone_must_be_named_and_a_region_may_be() {
        let required = |schema: IdentitySchema| {
            let names = schema.attributes.into_iter().filter(|attribute| attribute.required_for_import);
            names.map(|attribute| attribute.name).collect::<Vec<_>>()
        };
        assert_eq!(required(Run::<DatabaseResource>::identity_schema()), ["name"]);
        assert_eq!(required(Run::<EdgeResource>::identity_schema()), ["zone", "name"]);
    }

    #[test]
    fn an_id_names_a_place_or_none() {
        assert_eq!(ImportTarget::by_id("eu-north-1/orders").place.as_deref(), Some("eu-north-1"));
        assert_eq!(ImportTarget::by_id("orders"), ImportTarget { account: None, place: None, id: "orders".to_owned() });
    }
}
