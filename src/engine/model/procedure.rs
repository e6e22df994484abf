//! Procedures: the calls that one change takes, as a table of stages with their goals and how they are undone.

use std::time::Duration;

use serde_json::Value as Json;

/// The calls that a change of a field can take, in order.
#[derive(Debug)]
pub struct Procedure(pub &'static [Stage]);

/// Whether a change from one value to another takes a stage. Of an object that has just been created, nothing `was`.
pub type Condition = fn(was: Option<&Json>, desired: &Json) -> bool;

/// One call of a procedure.
#[derive(Debug, Clone, Copy)]
pub struct Stage {
    /// The call, `<service>:<Operation>`.
    pub call: &'static str,
    /// When its turn is among the calls of the component.
    pub turn: Turn,
    /// Which changes take it.
    pub when: Condition,
    /// What must be reached before the next step.
    pub goal: Goal,
    /// How it is undone when a later stage fails.
    pub undo: Undo,
}

/// When the turn of a call is among those of one component.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// Before what brings fields to their values: what they were is written down.
    Before,
    /// It brings fields to their values.
    #[default]
    Main,
    /// Behind it: what was done is written down, or what was written down before is forgotten.
    After,
}

/// What must be reached before the step behind a call may start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Goal {
    /// The object is at rest, and the fields of the step are as desired. Before the last stage of a change: at rest.
    #[default]
    Fields,
    /// The object reports this under the output `stage`, such as `PAUSED` or `IN_SYNC`.
    Reports(&'static str),
    /// The component's probe passes so many times in a row.
    Passes(u32),
    /// This time has passed since the stage began, also if the process that began it has ended: the mark of the update says
    /// when that was.
    Elapsed(Duration),
}

/// How a call is undone when a later stage of its procedure fails.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Undo {
    /// It is kept: the next apply continues from there.
    #[default]
    Keep,
    /// By this call of the component.
    By(&'static str),
}

impl Stage {
    /// The call that brings the field to the desired value, in every change. It is kept whatever follows.
    pub const fn new(call: &'static str) -> Self {
        Self { call, turn: Turn::Main, when: |_, _| true, goal: Goal::Fields, undo: Undo::Keep }
    }

    /// The same call, in another turn.
    pub const fn at(self, turn: Turn) -> Self {
        Self { turn, ..self }
    }

    /// The same call, in some changes.
    pub const fn when(self, when: Condition) -> Self {
        Self { when, ..self }
    }

    /// The same call, with another goal.
    pub const fn until(self, goal: Goal) -> Self {
        Self { goal, ..self }
    }

    /// The same call, undone by another.
    pub const fn undone_by(self, call: &'static str) -> Self {
        Self { undo: Undo::By(call), ..self }
    }
}

/// A stage that a change takes.
#[derive(Debug, Clone, Copy)]
pub struct Chosen {
    /// The stage.
    pub stage: Stage,
    /// Its position in the procedure; `None` for the one call of a field without a procedure.
    pub number: Option<usize>,
    /// Whether further stages of the change follow.
    pub interim: bool,
}

impl Chosen {
    /// The one call of a field without a procedure.
    pub const fn only(call: &'static str) -> Self {
        Self { stage: Stage::new(call), number: None, interim: false }
    }

    /// Whether one call does this and the other.
    pub fn is_one_with(&self, other: &Self) -> bool {
        let key = |chosen: &Self| (chosen.stage.call, chosen.stage.turn, chosen.number);
        key(self) == key(other)
    }
}

impl Procedure {
    /// The stages that a change takes.
    pub fn choose(&self, was: Option<&Json>, desired: &Json) -> Vec<Chosen> {
        self.chosen(|_, stage| (stage.when)(was, desired))
    }

    /// The stages that make these calls, in this order: each is the next one of the table that makes it.
    pub fn by_calls(&self, calls: &[String]) -> Vec<Chosen> {
        let mut calls = calls.iter().peekable();
        self.chosen(|_, stage| calls.next_if(|call| *call == stage.call).is_some())
    }

    fn chosen(&self, mut takes: impl FnMut(usize, &Stage) -> bool) -> Vec<Chosen> {
        let stages = self.0.iter().enumerate().filter(|(n, stage)| takes(*n, stage));
        let mut chosen: Vec<Chosen> =
            stages.map(|(n, stage)| Chosen { stage: *stage, number: Some(n), interim: true }).collect();
        if let Some(last) = chosen.last_mut() {
            last.interim = false;
        }
        chosen
    }
}

/// What a call began, as the cloud names it: a task, a deployment, a snapshot. It is handed back to the wait of its step.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation(pub Json);

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TABLE: Procedure = Procedure(&[
        Stage::new("x:Write").at(Turn::Before).when(|was, desired| was.is_none() && !desired.is_null()),
        Stage::new("x:Set"),
        Stage::new("x:Write").at(Turn::After).when(|_, desired| desired.is_null()),
    ]);

    fn numbers(chosen: &[Chosen]) -> Vec<(usize, bool)> {
        chosen.iter().map(|chosen| (chosen.number.unwrap(), chosen.interim)).collect()
    }

    #[test]
    fn a_change_takes_the_stages_that_it_meets() {
        assert_eq!(numbers(&TABLE.choose(None, &json!(1))), [(0, true), (1, false)]);
        assert_eq!(numbers(&TABLE.choose(Some(&json!(1)), &json!(2))), [(1, false)]);
        assert_eq!(numbers(&TABLE.choose(Some(&json!(1)), &Json::Null)), [(1, true), (2, false)]);
    }

    #[test]
    fn calls_name_their_stages_by_their_order() {
        let by_calls = |calls: &[&str]| {
            let calls: Vec<String> = calls.iter().map(|call| (*call).to_owned()).collect();
            numbers(&TABLE.by_calls(&calls))
        };
        assert_eq!(by_calls(&["x:Write", "x:Set"]), [(0, true), (1, false)]);
        assert_eq!(by_calls(&["x:Set", "x:Write"]), [(1, true), (2, false)]);
        assert_eq!(by_calls(&["x:Other"]), []);
    }
}
