//! What is not known at plan may turn out to be anything: a value, none, an empty one, a block or no block.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use tf_plugin::harness::unknown;

use super::block_on;
use crate::case::Case;
use crate::pool::Pool;
use crate::subject::Subject;
use crate::table::Effect;

/// An attribute.
pub fn attribute_turns_out(subject: &Subject, pool: &Pool, n: usize) {
    let row = &subject.rows[n];
    let whole = subject.whole();
    let with = |value: &Json| {
        // Where there is none at first, what it needs around it comes along.
        let along = row.along.iter().filter(|_| *value == row.new || row.old.is_null());
        subject.with(subject.with(whole.clone(), along.map(|(name, value)| (*name, value))), [(row.attribute, value)])
    };
    let mut values = vec![Json::Null, row.old.clone(), row.new.clone()];
    let is_needed = subject.requires(row.attribute) || matches!(row.removal, Effect::Impossible);
    values.retain(|value| !value.is_null() || !is_needed);
    values.extend([&row.old, &row.new].into_iter().find_map(empty));
    turns_out(subject, pool, row.attribute, values.iter().map(with).collect());
}

/// The blocks that the rows of a subject are in.
pub fn blocks(subject: &Subject) -> BTreeSet<&'static str> {
    let inner = |attribute: &'static str| attribute.rsplit_once('.').map(|(block, _)| block);
    let mut found = BTreeSet::new();
    for row in &subject.rows {
        let mut at = inner(row.attribute);
        while let Some(block) = at {
            found.insert(block);
            at = inner(block);
        }
    }
    found
}

/// A block: it is there, or it is not.
pub fn block_turns_out(subject: &Subject, pool: &Pool, block: &'static str) {
    let whole = subject.whole();
    let mut configs = vec![subject.with(whole.clone(), [(block, &Json::Null)]), whole];
    if subject.requires(block) {
        configs.remove(0);
    }
    turns_out(subject, pool, block, configs);
}

/// Plans a create and updates with something unknown, and applies what it turns out to be. The next plan is empty.
fn turns_out(subject: &Subject, pool: &Pool, attribute: &'static str, configs: Vec<Json>) {
    pool.with_empty(|lab| {
        block_on(async {
            let mut case = Case::empty(lab, subject).await;
            let mut valid = vec![];
            for config in configs {
                if !valid.contains(&config) && case.is_valid(&config).await {
                    valid.push(config);
                }
            }
            // The first and the last are created.
            let again = valid.last();
            for (n, config) in valid.iter().chain(again).enumerate() {
                let mut planned = case.try_plan(config).await;
                let is_no_update = planned.diagnostics.has_errors() || !planned.requires_replace.is_empty();
                if case.stands() && (n == valid.len() || is_no_update) {
                    case.unprotect(&valid[n - 1]).await;
                    case.destroy().await;
                    planned = case.try_plan(config).await;
                }
                // Some are no values of a new resource.
                if planned.diagnostics.has_errors() {
                    continue;
                }
                let open = subject.with(config.clone(), [(attribute, &unknown())]);
                case.apply_open(&open, config).await;
            }
        });
    });
}

/// The empty value of a type that has one.
fn empty(value: &Json) -> Option<Json> {
    match value {
        Json::Object(_) => Some(json!({})),
        Json::Array(_) => Some(json!([])),
        Json::Bool(value) => Some(json!(!value)),
        _ => None,
    }
}
