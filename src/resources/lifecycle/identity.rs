//! Who a resource is, wherever its state is: account, place and name.

use tf_plugin::{IdentityAttribute, IdentitySchema, Type, Value};

use super::read::{is_unbuilt, is_unread};
use super::{Composite, Place, Run};

const ACCOUNT: &str = "account";
const NAME: &str = "name";

/// What an import asks for.
#[derive(Debug, PartialEq, Eq)]
pub struct Asked {
    /// The account that it must be in, if it was named.
    pub account: Option<String>,
    /// The place; the usual one if none was named.
    pub place: Option<String>,
    /// The resource's name, or the id that a person knows.
    pub id: String,
}

impl Asked {
    /// By id: `<place>/<name>`, or the name alone.
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
        Self { account: text(ACCOUNT), place: text(C::Place::ATTRIBUTE), id: text(NAME).unwrap_or_default() }
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
        let usual = if C::Place::HAS_USUAL { "; for an import, the provider's if left out" } else { "" };
        let attributes = vec![
            attribute(ACCOUNT, "Account; for an import, that of the credentials if left out.".to_owned(), false),
            attribute(place, format!("The {place}{usual}."), !C::Place::HAS_USUAL),
            attribute(NAME, "Name of the resource.".to_owned(), true),
        ];
        IdentitySchema { attributes, ..IdentitySchema::default() }
    }

    pub(super) fn identity_of(state: &Value) -> Value {
        // What another provider's state calls it is not yet who it is here.
        if state.is_null() || is_unread(state) || is_unbuilt(state) {
            return Value::Null;
        }
        let account = match state.get("id") {
            Value::Unknown(_) => Value::UNKNOWN,
            id => id.as_str().and_then(C::Place::account_of).map(Value::from).unwrap_or_default(),
        };
        let place = C::Place::ATTRIBUTE;
        Value::object([(ACCOUNT, account), (place, state.get(place).clone()), (NAME, state.get(NAME).clone())])
    }

    /// The identity of the resource of that name in a place.
    pub fn identity_in(place: &C::Place, name: &str) -> Value {
        let texts = [(ACCOUNT, place.account()), (C::Place::ATTRIBUTE, place.name()), (NAME, name)];
        Value::object(texts.map(|(attribute, text)| (attribute, Value::from(text))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::database::DatabaseResource;
    use crate::resources::edge::EdgeResource;

    #[test]
    fn a_state_tells_who_it_is_of() {
        let id = Value::from("arn:aws:rds:eu-north-1:123456789012:db:orders-db-instance");
        let state = Value::object([("id", id), ("region", Value::from("eu-north-1")), ("name", Value::from("orders"))]);
        let identity = Run::<DatabaseResource>::identity_of(&state);
        let asked = Asked {
            account: Some("123456789012".to_owned()),
            place: Some("eu-north-1".to_owned()),
            id: "orders".to_owned(),
        };
        assert_eq!(Asked::by_identity::<DatabaseResource>(&identity), asked);
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
        assert_eq!(Asked::by_id("eu-north-1/orders").place.as_deref(), Some("eu-north-1"));
        assert_eq!(Asked::by_id("orders"), Asked { account: None, place: None, id: "orders".to_owned() });
    }
}
