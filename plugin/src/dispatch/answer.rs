//! Answers, checked and encoded.

use super::Shape;
use crate::{
    ApplyResponse, Diagnostics, Path, PlanResponse, Value,
    checks::{self, Violation},
    codec, modifiers,
};

/// A state with its identity and what is kept beside it. No state at all stands for null.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub state: Option<Vec<u8>>,
    pub identity: Option<Vec<u8>>,
    pub private: Vec<u8>,
    pub diagnostics: Diagnostics,
    /// What `state` encodes.
    pub(super) value: Value,
}

#[derive(Debug, Default)]
pub(crate) struct PlanAnswer {
    pub planned: Option<Vec<u8>>,
    pub identity: Option<Vec<u8>>,
    pub requires_replace: Vec<Path>,
    pub private: Vec<u8>,
    pub diagnostics: Diagnostics,
    /// What `planned` encodes.
    pub(super) value: Value,
}

/// What was imported, each with its type: first what was asked for, then what comes with it. Nothing with an error.
#[derive(Debug, Default)]
pub(crate) struct ImportAnswer {
    pub imported: Vec<(String, Answer)>,
    pub diagnostics: Diagnostics,
}

/// A value without anything beside it.
#[derive(Debug, Default)]
pub(crate) struct ValueAnswer {
    pub value: Option<Vec<u8>>,
    pub diagnostics: Diagnostics,
}

macro_rules! from_diagnostics {
    ($($answer:ident),*) => {$(
        impl From<Diagnostics> for $answer {
            fn from(diagnostics: Diagnostics) -> Self {
                Self { diagnostics, ..Self::default() }
            }
        }
    )*};
}

from_diagnostics!(Answer, PlanAnswer, ImportAnswer, ValueAnswer);

impl Answer {
    /// A state that was read, imported, moved or upgraded: all of it is known.
    pub fn known(shape: &Shape, what: &str, state: Value, private: Vec<u8>, diagnostics: Diagnostics) -> Self {
        let mut answer = Self { private, diagnostics, ..Self::default() };
        let mut conformed = checks::conform(&shape.schema.block, state);
        conformed.violations.extend(unknown_leaves(&conformed.value));
        if !answer.diagnostics.has_errors() {
            report(&mut answer.diagnostics, shape, what, conformed.violations);
        }
        answer.value = conformed.value.unknown_as_null();
        answer.state = encode(shape, what, &answer.value, &mut answer.diagnostics);
        answer
    }

    /// Whatever is wrong with it, a state is answered: an object without one would be lost.
    pub fn applied(shape: &Shape, planned: &Value, response: ApplyResponse) -> Self {
        let what = "new state";
        let block = &shape.schema.block;
        let ApplyResponse { state, private, mut diagnostics } = response;
        let checks::Conformed { mut value, mut violations } = checks::conform(block, state);
        if !diagnostics.has_errors() {
            violations.extend(unknown_leaves(&value));
            violations.extend(checks::compatible(block, planned, &value));
            if value.is_null() && !planned.is_null() {
                value = planned.clone();
            }
            report(&mut diagnostics, shape, what, violations);
        }
        let value = value.unknown_as_null();
        let state = encode(shape, what, &value, &mut diagnostics);
        Self { state, identity: None, private, diagnostics, value }
    }
}

impl PlanAnswer {
    pub fn checked(shape: &Shape, prior: &Value, config: &Value, response: PlanResponse) -> Self {
        let what = "plan";
        let block = &shape.schema.block;
        let PlanResponse { planned, requires_replace, private, mut diagnostics } = response;
        let checks::Conformed { value, mut violations } = checks::conform(block, planned);
        let planned = checks::restore_configured(block, config, modifiers::keep_state(block, prior, value));
        let planned = modifiers::keep_order(block, prior, config, planned);
        if !diagnostics.has_errors() {
            violations.extend(checks::plan_valid(block, prior, config, &planned));
            report(&mut diagnostics, shape, what, violations);
        }
        let requires_replace = requires_replace.unwrap_or_else(|| block.replacements(prior, &planned));
        let value = planned;
        let planned = encode(shape, what, &value, &mut diagnostics);
        Self { planned, identity: None, requires_replace, private, diagnostics, value }
    }
}

impl ImportAnswer {
    pub fn of(mut imported: Vec<(String, Answer)>) -> Self {
        let told = imported.iter_mut().map(|(_, answer)| std::mem::take(&mut answer.diagnostics));
        let diagnostics: Diagnostics = told.flatten().collect();
        if diagnostics.has_errors() { diagnostics.into() } else { Self { imported, diagnostics } }
    }
}

impl ValueAnswer {
    /// A value that is wholly known, or null.
    pub fn known(shape: &Shape, what: &str, value: Value, diagnostics: Diagnostics) -> Self {
        let Answer { state, diagnostics, .. } = Answer::known(shape, what, value, Vec::new(), diagnostics);
        Self { value: state, diagnostics }
    }

    /// A value that is wholly known, and present unless something went wrong.
    pub fn present(shape: &Shape, what: &str, value: Value, mut diagnostics: Diagnostics) -> Self {
        if value.is_null() && !diagnostics.has_errors() {
            report(&mut diagnostics, shape, what, vec![Violation::new(&Path::root(), "it is missing")]);
        }
        Self::known(shape, what, value, diagnostics)
    }
}

fn unknown_leaves(value: &Value) -> Vec<Violation> {
    let mut violations = Vec::new();
    value.walk(&mut |path, value| {
        if matches!(value, Value::Unknown(_)) {
            violations.push(Violation { path: path.clone(), problem: "it is still unknown".to_owned() });
        }
    });
    violations
}

pub(super) fn report(diagnostics: &mut Diagnostics, shape: &Shape, what: &str, violations: Vec<Violation>) {
    for Violation { path, problem } in violations {
        let place = if path.is_root() { "the object".to_owned() } else { path.to_string() };
        diagnostics.error_at(
            path,
            format!("The provider answered an invalid {what} for {}: {place}", shape.name),
            format!("Of {place}: {problem}. This is a bug in the provider: please report it."),
        );
    }
}

fn encode(shape: &Shape, what: &str, value: &Value, diagnostics: &mut Diagnostics) -> Option<Vec<u8>> {
    match codec::to_msgpack(value, &shape.ty) {
        Ok(bytes) => Some(bytes),
        Err(error) => {
            let violation = Violation { path: error.path, problem: error.problem };
            report(diagnostics, shape, what, vec![violation]);
            None
        }
    }
}
