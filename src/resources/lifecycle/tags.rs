//! Tags of a resource's objects: those that it names itself and the provider's `default_tags`, as one map.
//!
//! The state remembers both. So a plan sees what became of either, whether or not Read looked, and takes away what no
//! configuration names any more.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;
use tf_plugin::{Diagnostics, Path, Value};

use super::values::{put, to_json};
use crate::base::RESOURCE_TAG;
use crate::engine::model::identity::Owner;
use crate::engine::model::kind::TAGS;
use crate::engine::model::layout::{AllSeen, Layout};
use crate::engine::model::spec::{Input, Spec, text_map};
use crate::values::tags::{LIMIT, begins_with};

/// The computed attribute that holds the provider's default tags, as a plan or an apply had them.
pub const DEFAULT_TAGS: &str = "default_tags";

/// The tags that an object of a resource desires, and the one that names their owner.
pub fn desired(object: &Value, owner: &Owner) -> Input {
    let (Some(defaults), Some(own)) = (to_json(object.get(DEFAULT_TAGS)), to_json(object.get(TAGS))) else {
        return Input::Unknown;
    };
    let mut all = text_map(Some(&defaults));
    all.extend(text_map(Some(&own)));
    all.insert(RESOURCE_TAG.to_owned(), owner.to_string());
    Json::from_iter(all).into()
}

/// Enters the provider's default tags, where the resource has tags.
pub fn put_defaults(object: &mut Value, default_tags: &Input) {
    let tags = default_tags.known().map(|tags| text_map(Some(tags)));
    put(object, DEFAULT_TAGS, tags.map_or(Value::UNKNOWN, shown));
}

/// Enters those of the provider's default tags that all objects have, in a state of a version that did not record them or
/// of an import: no more is sure to have been applied.
pub fn put_found_defaults(object: &mut Value, default_tags: &Input, layout: &Layout, seen: &AllSeen) {
    let Some(defaults) = default_tags.known().filter(|_| object.get(DEFAULT_TAGS).is_null()) else { return };
    let objects: Vec<BTreeMap<String, String>> = taking_tags(layout)
        .filter_map(|spec| seen.get(&spec.component)?.fields.get(TAGS))
        .map(|tags| text_map(Some(tags)))
        .collect();
    let mut tags = text_map(Some(defaults));
    tags.retain(|key, value| !objects.is_empty() && objects.iter().all(|tags| tags.get(key) == Some(value)));
    put(object, DEFAULT_TAGS, shown(tags));
}

fn shown(tags: BTreeMap<String, String>) -> Value {
    Value::Map(tags.into_iter().map(|(key, value)| (key, Value::String(value))).collect())
}

/// The attributes whose change changes the tags of objects, as a person reads them.
pub fn changed_by(prior: &Value, planned: &Value) -> String {
    let entries = |object: &Value| {
        let mut all = text_map(to_json(object.get(DEFAULT_TAGS)).as_ref());
        all.extend(text_map(to_json(object.get(TAGS)).as_ref()));
        all
    };
    let (before, after) = (entries(prior), entries(planned));
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let own = |key: &str| [prior, planned].iter().any(|object| object.get(TAGS).get(key).as_str().is_some());
    let changed = keys.into_iter().filter(|key| before.get(*key) != after.get(*key));
    let by: BTreeSet<&str> = changed.map(|key| if own(key) { TAGS } else { DEFAULT_TAGS }).collect();
    // Otherwise they are set back, or one names the owner.
    if by.is_empty() { TAGS.to_owned() } else { by.into_iter().rev().collect::<Vec<_>>().join(", ") }
}

/// Refuses what single kinds of a layout do not take of all tags together, as far as their keys are known.
pub fn review(object: &Value, layout: &Layout, diagnostics: &mut Diagnostics) {
    let members = [DEFAULT_TAGS, TAGS].map(|name| object.get(name).as_members());
    let entries = members.into_iter().flatten().flatten().filter(|(_, value)| !value.is_null());
    let tags: BTreeMap<&str, &Value> = entries.map(|(key, value)| (key.as_str(), value)).collect();
    let own = |key: &str| !object.get(TAGS).get(key).is_null();
    let path_of = |key: &str| if own(key) { Path::from(TAGS).key(key) } else { Path::from(TAGS) };
    let origin = |key: &str| match own(key) {
        true => String::new(),
        false => format!(" \"{key}\" is one of the provider's default_tags."),
    };

    let room = |spec: &&Spec| LIMIT - kept(spec, layout);
    if let Some(spec) = taking_tags(layout).min_by_key(room).filter(|spec| tags.len() > room(spec)) {
        diagnostics.error_at(
            TAGS,
            format!("{} tags are too many", tags.len()),
            format!(
                "AWS takes {LIMIT} tags of the {} ({}), and drop needs {} of them: `tags` and the provider's default_tags \
                 can be {} together.",
                spec.component,
                spec.kind.name,
                kept(spec, layout),
                room(&spec)
            ),
        );
    }
    let mut lower: BTreeMap<String, &str> = BTreeMap::new();
    let twice = tags.keys().find_map(|key| Some((*key, lower.insert(key.to_lowercase(), key)?)));
    if let (Some((key, other)), Some(spec)) = (twice, taking_tags(layout).find(|spec| spec.kind.tags.ignores_case)) {
        let key = if own(key) { (key, other) } else { (other, key) };
        diagnostics.error_at(
            path_of(key.0),
            format!("The tags \"{}\" and \"{}\" are one for an {}", key.0, key.1, spec.kind.name),
            format!(
                "The keys differ in case only, and the {} cannot have both. Write one of them.{}",
                spec.component,
                origin(key.1)
            ),
        );
    }
    for (key, value) in tags {
        let taken = |spec: &Spec| {
            let is_taken = |prefix: &&&str| {
                begins_with(key, prefix) || value.as_str().is_some_and(|value| begins_with(value, prefix))
            };
            spec.kind.tags.reserved.iter().find(is_taken).copied()
        };
        if let Some((spec, prefix)) = taking_tags(layout).find_map(|spec| Some((spec, taken(spec)?))) {
            diagnostics.error_at(
                path_of(key),
                format!("The tag \"{key}\" is not for a {}", spec.kind.name),
                format!("Its key and value must not begin with `{prefix}`: AWS keeps that for itself.{}", origin(key)),
            );
        }
    }
}

/// The components whose objects get the tags.
fn taking_tags(layout: &Layout) -> impl Iterator<Item = &Spec> {
    layout.components.iter().filter(|spec| spec.is_made() && spec.kind.field(TAGS).is_some())
}

/// How many tags drop keeps on an object: the owner, what its kind keeps, and on an anchor the start and the mark.
fn kept(spec: &Spec, layout: &Layout) -> usize {
    let marks = if spec.component == layout.anchor { 2 } else { 0 };
    1 + spec.kind.tags.kept.len() + marks
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tf_plugin::Model;

    use super::*;
    use crate::resources::app_service::AppServiceResource;
    use crate::resources::database::DatabaseResource;
    use crate::resources::lifecycle::import::model_of;
    use crate::resources::lifecycle::{Composite, Site};

    fn object<C: Composite>(default_tags: &[(&str, &str)], tags: &[(&str, &str)]) -> Value {
        let mut object = C::Model::default().to_value();
        let map = |tags: &[(&str, &str)]| {
            Value::Map(tags.iter().map(|(key, value)| ((*key).to_owned(), Value::from(*value))).collect())
        };
        put(&mut object, "name", "web".into());
        put(&mut object, DEFAULT_TAGS, map(default_tags));
        put(&mut object, TAGS, map(tags));
        object
    }

    fn told<C: Composite>(default_tags: &[(&str, &str)], tags: &[(&str, &str)]) -> Vec<(String, String)> {
        let object = object::<C>(default_tags, tags);
        let layout = C::layout(&model_of::<C>(&object), &Site::of::<C>(&object));
        let mut diagnostics = Diagnostics::new();
        review(&object, &layout, &mut diagnostics);
        diagnostics
            .iter()
            .map(|problem| (problem.path.to_string(), format!("{}: {}", problem.summary, problem.detail)))
            .collect()
    }

    #[test]
    fn keys_that_differ_in_case_are_refused_where_a_role_gets_them() {
        let (defaults, tags) = (&[("Environment", "prod")], &[("environment", "production")]);
        let problems = told::<AppServiceResource>(defaults, tags);
        let (path, problem) = &problems[0];
        assert!(path == r#"tags["environment"]"# && problem.contains("default_tags"), "{problems:?}");
        assert_eq!(told::<DatabaseResource>(defaults, tags), []);
        assert_eq!(told::<AppServiceResource>(&[], &[("a", ""), ("A", "")]).len(), 1);
        assert_eq!(told::<AppServiceResource>(&[("a", "1")], &[("a", "2")]), []);
    }

    #[test]
    fn rds_keeps_a_prefix() {
        let problems = told::<DatabaseResource>(&[("RDS:x", "")], &[("note", "rds:x")]);
        let paths: Vec<&str> = problems.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(paths, ["tags", r#"tags["note"]"#], "{problems:?}");
        assert_eq!(told::<AppServiceResource>(&[("rds:x", "")], &[]), []);
    }

    #[test]
    fn all_tags_together_leave_room_for_those_of_drop() {
        let keys: Vec<String> = (0..50).map(|n| format!("k{n}")).collect();
        let count = |count: usize| {
            let tags: Vec<(&str, &str)> = keys[..count].iter().map(|key| (key.as_str(), "")).collect();
            let (defaults, own) = tags.split_at(count / 2);
            (told::<DatabaseResource>(defaults, own), told::<AppServiceResource>(defaults, own))
        };
        assert_eq!(count(47), (vec![], vec![]));
        let (database, service) = count(48);
        assert!(
            database[0].1.contains("needs 3 of them") && database[0].1.contains("can be 47 together"),
            "{database:?}"
        );
        assert!(service[0].1.contains("log_group"), "{service:?}");
    }

    #[test]
    fn the_attribute_that_a_change_comes_from_is_told() {
        let before = object::<DatabaseResource>(&[("owner", "a"), ("env", "x")], &[("team", "shop")]);
        for (defaults, tags, words) in [
            (&[("owner", "b"), ("env", "x")][..], &[("team", "shop")][..], "default_tags"),
            (&[("owner", "a")], &[("team", "shop")], "default_tags"),
            (&[("owner", "a"), ("env", "x")], &[("team", "till")], "tags"),
            (&[("owner", "a"), ("env", "x")], &[("team", "shop"), ("owner", "b")], "tags"),
            (&[("owner", "b"), ("env", "x")], &[], "tags, default_tags"),
            (&[("owner", "a"), ("env", "x")], &[("team", "shop")], "tags"),
            (&[("owner", "a"), ("env", "x"), ("team", "shop")], &[], "tags"),
        ] {
            assert_eq!(
                changed_by(&before, &object::<DatabaseResource>(defaults, tags)),
                words,
                "{defaults:?} {tags:?}"
            );
        }
    }

    #[test]
    fn what_is_not_known_makes_all_of_it_unknown() {
        let owner = Owner::at("drop_database", "web");
        let mut object = object::<DatabaseResource>(&[("owner", "a")], &[("owner", "b")]);
        let all = json!({"owner": "b", "drop:resource": owner.to_string()});
        assert_eq!(desired(&object, &owner), all.into());
        put_defaults(&mut object, &Input::Unknown);
        assert_eq!(desired(&object, &owner), Input::Unknown);
        put_defaults(&mut object, &json!({}).into());
        assert_eq!(object.get(DEFAULT_TAGS), &Value::Map(BTreeMap::new()));
    }
}
