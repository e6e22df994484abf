//! The situations in which a resource is planned and applied.

use std::collections::BTreeSet;

use tf_plugin::{Path, Value};

use super::values::lines;
use crate::engine::plan::drift::{self, Deviation};

/// What a state says of the whole resource, and so what is to be done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Situation {
    /// There is no state: it is created.
    Create,
    /// Its create was interrupted, or failed: it is continued.
    Resume,
    /// Another provider's state was moved here, whose object stays with nobody: it is created beside that.
    BuildBeside,
    /// Another provider's state was moved here, and its object was not looked at since.
    Unread,
    /// Another state created it again: it is none of this one's.
    Recreated,
    /// It is there: it is changed, or replaced.
    Change,
}

impl Situation {
    /// The situation of a state.
    pub fn of(state: &Value) -> Self {
        if state.is_null() {
            return Self::Create;
        }
        let deviations = deviations(state);
        let is = |deviation| deviations.contains(&deviation);
        match () {
            () if is(Deviation::NotYetRead) => Self::Unread,
            () if is(Deviation::Recreated) => Self::Recreated,
            () if is(Deviation::NotYetCreated) => Self::BuildBeside,
            () if is(Deviation::Unfinished) => Self::Resume,
            () => Self::Change,
        }
    }

    /// Whether every component is ensured, whatever of it exists.
    pub fn creates(self) -> bool {
        matches!(self, Self::Create | Self::Resume | Self::BuildBeside)
    }

    /// Whether a change of an attribute that requires a replacement replaces the resource: what says who it is does so even while
    /// it is unfinished, but not before it is begun. `place` is the attribute that names where it lives.
    pub fn replaces(self, path: &Path, place: &str) -> bool {
        match self {
            Self::Change | Self::Unread | Self::Recreated => true,
            Self::Resume => ["name", "environment", place].iter().any(|name| *path == Path::from(*name)),
            Self::Create | Self::BuildBeside => false,
        }
    }
}

/// The deviations that a state holds.
pub fn deviations(state: &Value) -> BTreeSet<Deviation> {
    drift::parse(&lines(state.get("drift")))
}

/// The components of a state that the last refresh did not find.
pub fn missing(state: &Value) -> BTreeSet<String> {
    let gone = |deviation| match deviation {
        Deviation::Missing(component) => Some(component),
        _ => None,
    };
    deviations(state).into_iter().filter_map(gone).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(drift: &[&str]) -> Value {
        Value::object([("drift", Value::List(drift.iter().map(|line| Value::from(*line)).collect()))])
    }

    #[test]
    fn a_state_tells_its_situation() {
        for (drift, situation, creates) in [
            (&[][..], Situation::Change, false),
            (&["changed a.b", "missing c"], Situation::Change, false),
            (&["changed a.b", "unfinished"], Situation::Resume, true),
            (&["unbuilt"], Situation::BuildBeside, true),
            (&["unread"], Situation::Unread, false),
            (&["recreated"], Situation::Recreated, false),
        ] {
            assert_eq!((Situation::of(&state(drift)), situation.creates()), (situation, creates), "{drift:?}");
        }
        assert_eq!(Situation::of(&Value::Null), Situation::Create);
    }

    #[test]
    fn an_unfinished_resource_is_replaced_only_by_who_it_is() {
        let paths = ["name", "environment", "region", "engine"].map(Path::from);
        let replaced = |situation: Situation| paths.each_ref().map(|path| situation.replaces(path, "region"));
        assert_eq!(replaced(Situation::Change), [true; 4]);
        assert_eq!(replaced(Situation::Resume), [true, true, true, false]);
        assert_eq!(replaced(Situation::BuildBeside), [false; 4]);
    }
}
