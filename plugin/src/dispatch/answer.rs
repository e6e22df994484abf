//! Answers, checked and encoded.

use super::{Offered, checks};
use crate::{ApplyResponse, Diagnostics, Path, PlanResponse, Value, checks::Violation, codec};

/// A state with what is kept beside it. No state at all stands for null.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub state: Option<Vec<u8>>,
    pub private: Vec<u8>,
    pub diagnostics: Diagnostics,
}

#[derive(Debug, Default)]
pub(crate) struct PlanAnswer {
    pub planned: Option<Vec<u8>>,
    pub requires_replace: Vec<Path>,
    pub private: Vec<u8>,
    pub diagnostics: Diagnostics,
}

impl From<Diagnostics> for Answer {
    fn from(diagnostics: Diagnostics) -> Self {
        Self { diagnostics, ..Self::default() }
    }
}

impl From<Diagnostics> for PlanAnswer {
    fn from(diagnostics: Diagnostics) -> Self {
        Self { diagnostics, ..Self::default() }
    }
}

impl Answer {
    /// A state that was read, imported, moved or upgraded: all of it is known.
    pub fn known(offered: &Offered, what: &str, state: Value, private: Vec<u8>, diagnostics: Diagnostics) -> Self {
        let mut answer = Self { state: None, private, diagnostics };
        let mut conformed = checks::conform(&offered.schema.block, state);
        conformed.violations.extend(unknown_leaves(&conformed.value));
        if !answer.diagnostics.has_errors() {
            report(&mut answer.diagnostics, offered, what, conformed.violations);
        }
        answer.state = encode(offered, what, &conformed.value.unknown_as_null(), &mut answer.diagnostics);
        answer
    }

    /// Whatever is wrong with it, a state is answered: an object without one would be lost.
    pub fn applied(offered: &Offered, planned: &Value, response: ApplyResponse) -> Self {
        let what = "new state";
        let block = &offered.schema.block;
        let ApplyResponse { state, private, mut diagnostics } = response;
        let checks::Conformed { mut value, mut violations } = checks::conform(block, state);
        if !diagnostics.has_errors() {
            violations.extend(unknown_leaves(&value));
            violations.extend(checks::compatible(block, planned, &value));
            if value.is_null() && !planned.is_null() {
                value = planned.clone();
            }
            report(&mut diagnostics, offered, what, violations);
        }
        let state = encode(offered, what, &value.unknown_as_null(), &mut diagnostics);
        Self { state, private, diagnostics }
    }
}

impl PlanAnswer {
    pub fn checked(offered: &Offered, prior: &Value, config: &Value, response: PlanResponse) -> Self {
        let what = "plan";
        let block = &offered.schema.block;
        let PlanResponse { planned, requires_replace, private, mut diagnostics } = response;
        let checks::Conformed { value, mut violations } = checks::conform(block, planned);
        let planned = checks::restore_configured(block, config, value);
        if !diagnostics.has_errors() {
            violations.extend(checks::plan_valid(block, prior, config, &planned));
            report(&mut diagnostics, offered, what, violations);
        }
        let requires_replace = requires_replace.unwrap_or_else(|| block.replacements(prior, &planned));
        let planned = encode(offered, what, &planned, &mut diagnostics);
        Self { planned, requires_replace, private, diagnostics }
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

fn report(diagnostics: &mut Diagnostics, offered: &Offered, what: &str, violations: Vec<Violation>) {
    for Violation { path, problem } in violations {
        let place = if path.is_root() { "the object".to_owned() } else { path.to_string() };
        diagnostics.error_at(
            path,
            format!("The provider answered an invalid {what} for {}: {place}", offered.name),
            format!("Of {place}: {problem}. This is a bug in the provider: please report it."),
        );
    }
}

fn encode(offered: &Offered, what: &str, value: &Value, diagnostics: &mut Diagnostics) -> Option<Vec<u8>> {
    match codec::to_msgpack(value, &offered.ty) {
        Ok(bytes) => Some(bytes),
        Err(error) => {
            let violation = Violation { path: error.path, problem: error.problem };
            report(diagnostics, offered, what, vec![violation]);
            None
        }
    }
}
