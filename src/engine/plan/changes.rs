//! The changes of one component: its fields, grouped by the calls that set them.

use crate::engine::model::kind::{Field, Kind, TAGS, UNTAG};
use crate::engine::model::procedure::Chosen;

/// Fields by the stages that set them.
#[derive(Debug, Default)]
pub struct Changes(Vec<(Chosen, Vec<String>)>);

impl Changes {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether anything but tags is changed: only that can leave something of an earlier form.
    pub fn moves_form(&self) -> bool {
        self.0.iter().flat_map(|(_, fields)| fields).any(|field| field != TAGS && field != UNTAG)
    }

    /// Enters a field with the stages of its change. One call sets all fields that name it for the same turn.
    pub fn enter(&mut self, field: &Field, stages: Vec<Chosen>) {
        for chosen in stages {
            match self.0.iter_mut().find(|(other, _)| other.is_one_with(&chosen)) {
                Some((other, fields)) => {
                    other.interim |= chosen.interim;
                    if fields.iter().all(|name| name != field.name) {
                        fields.push(field.name.to_owned());
                    }
                }
                None => self.0.push((chosen, vec![field.name.to_owned()])),
            }
        }
    }

    /// All of it as one call, if one of the calls gives the object a new id: a new revision is written whole.
    pub fn renewing(&self, kind: &Kind) -> Option<Self> {
        let (renewing, _) = self.0.iter().find(|(chosen, _)| kind.creates_revision(chosen.stage.call))?;
        Some(Self(vec![(*renewing, self.0.iter().flat_map(|(_, fields)| fields.clone()).collect())]))
    }

    /// The stages in the order of their turns and of their procedures, each with the fields that it sets.
    pub fn in_turn(mut self) -> Vec<(Chosen, Vec<String>)> {
        self.0.sort_by_key(|(chosen, _)| (chosen.stage.turn, chosen.number));
        self.0
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::engine::model::procedure::{Procedure, Stage, Turn};

    static HELD: Procedure = Procedure(&[
        Stage::new("x:Keep").at(Turn::Before).when(|was, _| was.is_some_and(serde_json::Value::is_null)),
        Stage::new("x:Set"),
        Stage::new("x:Keep").at(Turn::After).when(|_, desired| desired.is_null()),
    ]);

    #[test]
    fn what_is_written_down_is_written_once_before_and_once_after() {
        let (a, b) = (Field::in_place("a", "x:Set").by(&HELD), Field::in_place("b", "x:Set").by(&HELD));
        let mut changes = Changes::default();
        changes.enter(&a, a.update_calls(Some(&json!(1)), Some(&json!(null))));
        changes.enter(&b, b.update_calls(Some(&json!(null)), Some(&json!(2))));
        let steps = changes.in_turn();
        let steps: Vec<(&str, Vec<&str>, bool)> = steps
            .iter()
            .map(|(chosen, fields)| (chosen.stage.call, fields.iter().map(String::as_str).collect(), chosen.interim))
            .collect();
        let expected = [("x:Keep", vec!["b"], true), ("x:Set", vec!["a", "b"], true), ("x:Keep", vec!["a"], false)];
        assert_eq!(steps, expected);
    }
}
