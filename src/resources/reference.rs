//! `ref`: what one resource exports for others to take.

use tf_plugin::{Attr, Number, Object, Value};

/// What one resource exports for others to take. One shape for all kinds.
#[derive(Debug, Clone, Default, Object)]
pub struct Ref {
    /// The resource's type, such as `drop_database`.
    #[attr(rename = "type")]
    pub kind: Attr<String>,
    /// Its name.
    pub name: Attr<String>,
    /// Its id.
    pub id: Attr<String>,
    /// Its region; null for an edge.
    pub region: Attr<String>,
    /// Host name at which it answers; null if it answers at none.
    pub hostname: Attr<String>,
    /// Port at which it answers; null if it has none of its own.
    pub port: Attr<i64>,
    /// ARN of the secret that holds its user and password; null if it has none.
    pub secret_arn: Attr<String>,
    /// Id of the security group in which a path to it can be opened; null if it has none.
    pub security_group_id: Attr<String>,
    /// `public` if its certificate is one that everybody trusts, `self-signed` if not; null where it serves no TLS.
    pub certificate: Attr<String>,
    /// Name of the database inside it; null if it is none.
    pub database: Attr<String>,
    /// How a secret is to be handed over, for what takes refs of secrets; null unless merged in. A database and an origin
    /// are taken as they are.
    #[attr(optional)]
    pub deliver: Attr<String>,
}

/// Refuses what nothing would come of.
pub fn as_it_is(reference: &Ref) -> Result<(), String> {
    match &reference.deliver {
        Attr::Known(_) => Err("has `deliver` merged in, and is taken as it is: leave that out".to_owned()),
        Attr::Null | Attr::Unknown => Ok(()),
    }
}

impl Ref {
    /// What every resource tells of itself, from its object; leaves that are unknown there are unknown here.
    pub fn of(kind: &str, object: &Value) -> Self {
        Self {
            kind: kind.into(),
            name: text(object, "name"),
            id: text(object, "id"),
            region: text(object, "region"),
            ..Self::default()
        }
    }
}

/// A text of an object, as a leaf of its ref.
pub fn text(object: &Value, name: &str) -> Attr<String> {
    match object.get(name) {
        Value::Unknown(_) => Attr::Unknown,
        value => Attr::from(value.as_str().map(str::to_owned)),
    }
}

/// A whole number of an object, as a leaf of its ref.
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

    #[test]
    fn nothing_that_nobody_reads_is_merged_in() {
        assert_eq!(as_it_is(&Ref::default()), Ok(()));
        let merged = Ref { deliver: "arn".into(), ..Ref::default() };
        assert!(as_it_is(&merged).unwrap_err().contains("`deliver`"));
    }

    #[test]
    fn what_is_made_anew_has_an_id_that_nobody_knows_yet() {
        let object =
            |id: Value| Value::object([("components".to_owned(), Value::Map([("group".to_owned(), id)].into()))]);
        assert_eq!(component(&object(Value::UNKNOWN), "group"), Attr::Unknown);
        assert_eq!(component(&object(Value::from("shared:sg-1")), "group"), Attr::Known("sg-1".to_owned()));
        assert_eq!(component(&object(Value::from("sg-1")), "other"), Attr::Null);
    }
}
