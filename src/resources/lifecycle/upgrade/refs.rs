//! Refs as schema version 0 wrote them: one flat object, most of whose members were null.

use serde_json::{Value as Json, json};

/// The same ref in groups.
pub fn grouped(flat: &Json) -> Json {
    let member = |name: &str| flat.get(name).cloned().unwrap_or_default();
    let (http, access, secret, database) = match member("type").as_str() {
        Some("drop_app_service") => (
            json!({"hostname": member("hostname"), "port": member("port"), "certificate": member("certificate")}),
            json!({"security_group_id": member("security_group_id"), "port": null}),
            Json::Null,
            Json::Null,
        ),
        Some("drop_database") => (
            Json::Null,
            json!({"security_group_id": member("security_group_id"), "port": member("port")}),
            match member("secret_arn") {
                Json::Null => Json::Null,
                arn => json!({"arn": arn, "version": null}),
            },
            json!({"hostname": member("hostname"), "name": member("database")}),
        ),
        _ => Default::default(),
    };
    json!({
        "type": member("type"),
        "name": member("name"),
        "environment": null,
        "id": member("id"),
        "region": member("region"),
        "http": http,
        "access": access,
        "secret": secret,
        "database": database,
        "network": null,
        "grants": null,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_move_to_the_groups_of_their_type() {
        let flat = json!({"type": "drop_database", "name": "orders", "id": "arn", "region": "eu-north-1",
            "hostname": "h", "port": 5432, "secret_arn": null, "security_group_id": "sg-1", "certificate": null,
            "database": "shop", "deliver": null});
        let database = grouped(&flat);
        assert_eq!(database["database"], json!({"hostname": "h", "name": "shop"}));
        assert_eq!(database["access"], json!({"security_group_id": "sg-1", "port": 5432}));
        assert_eq!((&database["secret"], &database["http"]), (&Json::Null, &Json::Null));
        let service = json!({"type": "drop_app_service", "hostname": "h", "port": 443, "certificate": "public"});
        assert_eq!(grouped(&service)["http"], json!({"hostname": "h", "port": 443, "certificate": "public"}));
    }
}
