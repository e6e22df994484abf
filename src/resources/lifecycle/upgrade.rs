//! States that earlier schema versions wrote, brought to the current one as data: tables say what was called otherwise.
//!
//! Each version has one [`Upgrade`] a resource. A state goes through all of them from its own version on, as JSON in the
//! shape of its time; then it is read by the current schema. Whatever objects it records keep their names.

mod drift;
mod first_cut;
mod refs;

use serde_json::{Map, Value as Json};
use tf_plugin::{UpgradeRequest, UpgradeResponse};

use super::values::put;
use super::{Composite, Run};

/// What one schema version called otherwise than the next.
#[derive(Debug, Clone, Copy)]
pub struct Upgrade {
    /// The version whose states it takes.
    pub from: i64,
    /// Former names of components, and the present ones.
    pub components: &'static [(&'static str, &'static str)],
    /// Former paths of attributes, and the present ones inside the same block. `*` stands for each element.
    pub attributes: &'static [(&'static str, &'static str)],
    /// Where refs of the first, flat form stand. `*` stands for each element.
    pub refs: &'static [&'static str],
    /// Blocks that had labels and have keys now.
    pub keyed: &'static [Keyed],
    /// Values that are written otherwise, by the present path of their attribute.
    pub values: &'static [Rewritten],
    /// Whether it is a state of the first cut: lines of `drift` are sentences, steps create by the verb `ensure`,
    /// `creation_id` is called `generation`, and permissions are listed.
    pub first_cut: bool,
}

/// An attribute whose values were written otherwise.
#[derive(Debug, Clone, Copy)]
pub struct Rewritten {
    /// Its path.
    pub attribute: &'static str,
    /// A former value as it is written now.
    pub value: fn(former: &Json) -> Json,
}

/// A block that had a label and has a key in its place.
#[derive(Debug, Clone, Copy)]
pub struct Keyed {
    /// Its path.
    pub block: &'static str,
    /// The key attributes that a label stands for.
    pub key: fn(label: &str) -> Vec<(&'static str, String)>,
}

impl Upgrade {
    /// Nothing is called otherwise than it was in that version. A table says what is.
    pub const fn from(version: i64) -> Self {
        Self { from: version, components: &[], attributes: &[], refs: &[], keyed: &[], values: &[], first_cut: false }
    }

    /// The state of the next version.
    fn apply(&self, state: &mut Json) {
        if self.first_cut {
            first_cut::rewrite_common(state);
        }
        for (former, present) in self.components {
            rename(state, former, present);
        }
        for (former, present) in self.attributes {
            let (former, present) = (steps_of(former), steps_of(present));
            each_parent(state, &former, &mut |parent, name| {
                if let Some(value) = parent.remove(name) {
                    let inside = &present[former.len() - 1..];
                    insert(parent, inside, value);
                }
            });
        }
        for path in self.refs {
            each_parent(state, &steps_of(path), &mut |parent, name| {
                if let Some(flat) = parent.get_mut(name).filter(|flat| flat.is_object()) {
                    *flat = refs::grouped(flat);
                }
            });
        }
        for Keyed { block, key } in self.keyed {
            each_parent(state, &steps_of(block), &mut |parent, name| {
                if let Some(Json::Object(labelled)) = parent.get_mut(name).map(Json::take) {
                    parent.insert(name.to_owned(), labelled.into_iter().map(|entry| with_key(entry, *key)).collect());
                }
            });
        }
        for Rewritten { attribute, value } in self.values {
            each_parent(state, &steps_of(attribute), &mut |parent, name| {
                if let Some(former) = parent.get_mut(name) {
                    *former = value(former);
                }
            });
        }
    }
}

impl<C: Composite> Run<C> {
    /// The state as this version writes it. What follows from it is said anew.
    pub(super) fn run_upgrade(&self, request: &UpgradeRequest) -> UpgradeResponse {
        let schema = tf_plugin::Resource::schema(self);
        let mut pending = C::UPGRADES.iter().filter(|upgrade| upgrade.from >= request.version).peekable();
        let parsed = serde_json::from_slice::<Json>(&request.json);
        let (Some(_), Ok(mut state @ Json::Object(_))) = (pending.peek(), parsed) else {
            return request.decode(&schema);
        };
        pending.for_each(|upgrade| upgrade.apply(&mut state));
        let upgraded = UpgradeRequest { json: state.to_string().into_bytes(), ..request.clone() };
        let mut response = upgraded.decode(&schema);
        if !response.diagnostics.has_errors() && !response.state.is_null() {
            let reference = C::reference(&response.state);
            put(&mut response.state, "ref", reference);
        }
        response
    }
}

/// Renames a component wherever a state speaks of it.
fn rename(state: &mut Json, former: &str, present: &str) {
    for attribute in ["components", "names"] {
        let Some(map) = state[attribute].as_object_mut() else { continue };
        if let Some(id) = map.remove(former) {
            map.insert(present.to_owned(), id);
        }
    }
    rewrite(&mut state["drift"], |line| renamed(line, former, present));
    rewrite(&mut state["steps"], |line| renamed(line, former, present));
}

/// The line with the component under its present name. The name is a word of its own, or stands before a field's.
fn renamed(line: &str, former: &str, present: &str) -> Option<String> {
    let (head, prose) = line.split_once(" — ").map_or((line, None), |(head, prose)| (head, Some(prose)));
    let word = |word: &str| match word.strip_prefix(former) {
        Some(rest) if rest.is_empty() || rest.starts_with('.') => format!("{present}{rest}"),
        _ => word.to_owned(),
    };
    let head = head.split(' ').map(word).collect::<Vec<_>>().join(" ");
    Some(prose.map_or_else(|| head.clone(), |prose| format!("{head} — {prose}")))
}

/// Rewrites the lines of a list; those for which there is nothing to write stay.
fn rewrite(lines: &mut Json, new: impl Fn(&str) -> Option<String>) {
    for line in lines.as_array_mut().into_iter().flatten() {
        if let Some(text) = line.as_str().and_then(&new) {
            *line = text.into();
        }
    }
}

fn steps_of(path: &str) -> Vec<&str> {
    path.split('.').collect()
}

/// Calls `act` with every object that holds the last member of a path.
fn each_parent(value: &mut Json, path: &[&str], act: &mut impl FnMut(&mut Map<String, Json>, &str)) {
    match (path, value) {
        ([last], Json::Object(members)) => act(members, last),
        (["*", rest @ ..], Json::Object(members)) => members.values_mut().for_each(|v| each_parent(v, rest, act)),
        (["*", rest @ ..], Json::Array(items)) => items.iter_mut().for_each(|item| each_parent(item, rest, act)),
        ([first, rest @ ..], Json::Object(members)) => {
            if let Some(next) = members.get_mut(*first) {
                each_parent(next, rest, act);
            }
        }
        _ => {}
    }
}

/// Inserts a value below the names of a path, whose objects are made where they are missing.
fn insert(parent: &mut Map<String, Json>, path: &[&str], value: Json) {
    match path {
        [] => {}
        [last] => {
            parent.insert((*last).to_owned(), value);
        }
        [first, rest @ ..] => {
            let next = parent.entry((*first).to_owned()).or_insert_with(|| Json::Object(Map::new()));
            if !next.is_object() {
                *next = Json::Object(Map::new());
            }
            if let Json::Object(next) = next {
                insert(next, rest, value);
            }
        }
    }
}

fn with_key((label, mut block): (String, Json), key: fn(&str) -> Vec<(&'static str, String)>) -> Json {
    if let Some(members) = block.as_object_mut() {
        members.extend(key(&label).into_iter().map(|(name, value)| (name.to_owned(), value.into())));
    }
    block
}

#[cfg(test)]
mod tests;
