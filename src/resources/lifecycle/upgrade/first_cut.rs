//! What every resource of schema version 0 wrote otherwise.

use serde_json::Value as Json;

use super::{drift, rewrite};

/// Rewrites a state of any resource of version 0: coded lines of `drift`, the verb `create` in `steps`, `creation_id`, and
/// no list of permissions.
pub fn rewrite_common(state: &mut Json) {
    rewrite(&mut state["drift"], drift::coded);
    rewrite(&mut state["steps"], created);
    if let Some(members) = state.as_object_mut() {
        members.remove("permissions");
        if let Some(id) = members.remove("generation") {
            members.insert("creation_id".to_owned(), id);
        }
    }
}

/// A step that created an object, with the verb of this version: `<run>.<n> create <component> …`.
fn created(line: &str) -> Option<String> {
    let (number, rest) = line.split_once(' ')?;
    Some(format!("{number} create {}", rest.strip_prefix("ensure ")?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn common_attributes_are_rewritten() {
        let mut state = json!({
            "generation": "6753a849",
            "permissions": ["ecs:CreateService"],
            "steps": ["1.1 ensure cluster via ecs:CreateCluster", "1.2 update cluster via ecs:TagResource — ensure x"],
            "drift": ["db_instance: missing; drop owns it, the next apply makes it again"],
        });
        rewrite_common(&mut state);
        let drift = state["drift"][0].as_str().unwrap();
        assert!(drift.starts_with("missing db_instance — "), "{drift}");
        assert_eq!(
            state["steps"],
            json!(["1.1 create cluster via ecs:CreateCluster", "1.2 update cluster via ecs:TagResource — ensure x"])
        );
        assert_eq!((&state["creation_id"], state.get("permissions")), (&json!("6753a849"), None));
    }
}
