//! Changes of `tags` and of the provider's `default_tags` reach every object of a resource in one apply.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use tf_plugin::harness::{Action, unknown};

use crate::case::Case;
use crate::lab::Object;
use crate::pool::{Left, Pool};
use crate::subject::Subject;

pub const DEFAULT_TAGS: &str = "default_tags";
const TAGS: &str = "tags";
/// Kinds whose objects keep the tags that they were made with: tasks that ran to their end, and copies of what a database was.
const PAST: [&str; 2] = ["task", "db_snapshot"];
/// The keys that changes are about.
const KEYS: [&str; 2] = ["owner", "env"];

/// One change of tags.
pub struct Change {
    what: &'static str,
    /// Where it is made, and what it is called there.
    attribute: &'static str,
    before: Json,
    after: Json,
    /// Whether the plan does not know the new values.
    unknown: bool,
    /// Whether the plan refreshes.
    refreshes: bool,
}

impl Change {
    pub fn name(&self) -> String {
        let refresh = if self.refreshes { "" } else { "::unrefreshed" };
        format!("{}::{}{refresh}", self.attribute, self.what)
    }
}

/// Every change, of either attribute, with and without a refresh.
pub fn changes() -> Vec<Change> {
    let mut all = vec![];
    for refreshes in [true, false] {
        for attribute in [TAGS, DEFAULT_TAGS] {
            for (what, before, after, unknown) in [
                ("added", json!({}), json!({"owner": "a"}), false),
                ("changed", json!({"owner": "a", "env": "x"}), json!({"owner": "b", "env": "x"}), false),
                ("removed", json!({"owner": "a", "env": "x"}), json!({"owner": "a"}), false),
                ("all_removed", json!({"owner": "a", "env": "x"}), json!({}), false),
                ("unknown", json!({"owner": "a", "env": "x"}), json!({"owner": "b"}), true),
            ] {
                all.push(Change { what, attribute, before, after, unknown, refreshes });
            }
        }
    }
    all
}

/// Makes the change. The plan says where it comes from, and that nothing was changed elsewhere; the next plan is empty.
pub fn reach_every_object(subject: &Subject, pool: &Pool, n: usize) {
    let change = &changes()[n];
    pool.with_standing(subject, async |case| {
        let whole = subject.whole();
        let own = |tags: &Json| match change.attribute {
            TAGS => subject.with(whole.clone(), [(TAGS, tags)]),
            _ => whole.clone(),
        };
        let (before, after) = (own(&change.before), own(&change.after));
        provide(case, change, &change.before, &change.before).await;
        case.apply(&before).await;
        must_have(case, subject, &change.before);

        case.set_refresh(change.refreshes);
        match change.unknown {
            true => {
                // The keys of a resource's own map would be known, and then be the same afterwards.
                let values = change.before.as_object().into_iter().flatten();
                let not_known = match change.attribute {
                    TAGS => unknown(),
                    _ => values.map(|(key, _)| (key.clone(), unknown())).collect(),
                };
                provide(case, change, &not_known, &change.after).await;
                let planned = case.plan(&own(&not_known)).await;
                assert!(planned.action == Action::Update && planned.changed.contains(change.attribute));
                case.apply_known_later(&own(&not_known), &after).await;
            }
            false => {
                provide(case, change, &change.after, &change.after).await;
                let planned = case.apply(&after).await;
                assert_eq!(planned.action, Action::Update);
                assert!(planned.changed.contains(change.attribute), "{:?}", planned.changed);
                assert_eq!((planned.drift, planned.why), (vec![], [change.attribute.to_owned()].into()));
            }
        }
        case.set_refresh(true);
        must_have(case, subject, &change.after);

        provide(case, change, &json!({}), &json!({})).await;
        case.apply(&whole).await;
        Left::AsItWas
    });
}

/// A state of a version that did not record default tags gets those that all objects have, and its plan is empty.
pub fn are_found_where_no_state_recorded_them(subject: &Subject, pool: &Pool) {
    pool.with_standing(subject, async |case| {
        let (whole, tags) = (subject.whole(), json!({"owner": "a"}));
        case.default_tags(&tags, &tags).await;
        case.apply(&whole).await;
        let mut object = case.take_state();
        let members = object.as_mut().and_then(|object| object.state.as_members_mut());
        members.and_then(|members| members.insert(DEFAULT_TAGS.to_owned(), tf_plugin::Value::Null));
        case.set_state(object);
        // What some or all objects lack was never applied.
        let more = json!({"owner": "a", "env": "x"});
        case.default_tags(&more, &more).await;
        let planned = case.plan(&whole).await;
        assert_eq!((planned.action, case.shown(DEFAULT_TAGS)), (Action::Update, tags.clone()));
        case.default_tags(&tags, &tags).await;
        assert_eq!(case.plan(&whole).await.action, Action::NoOp);
        Left::Changed
    });
}

async fn provide(case: &mut Case, change: &Change, planned_with: &Json, applied_with: &Json) {
    if change.attribute == DEFAULT_TAGS {
        case.default_tags(planned_with, applied_with).await;
    }
}

/// All objects have these tags of [`KEYS`], and no others of them.
fn must_have(case: &Case, subject: &Subject, tags: &Json) {
    let expected: BTreeMap<String, String> = serde_json::from_value(tags.clone()).unwrap();
    let ours = |object: &Object| {
        let owner = object.tags.get("drop:resource").and_then(|owner| owner.split('/').next());
        owner == Some(subject.resource) && !PAST.contains(&object.kind.as_str())
    };
    let mut objects: Vec<Object> = case.lab.tagged().into_iter().filter(ours).collect();
    // Earlier revisions are past too.
    let revisions = |object: &&Object| object.kind == "task_definition";
    let newest = objects.iter().filter(revisions).map(|revision| revision.birth).max();
    objects.retain(|object| object.kind != "task_definition" || Some(object.birth) == newest);
    assert!(objects.len() >= 3, "{objects:?}");
    for Object { kind, id, tags, .. } in objects {
        let mut found = tags.clone();
        found.retain(|key, _| KEYS.contains(&key.as_str()));
        assert_eq!(found, expected, "the tags of {kind} {id} on the left");
    }
}
