//! `parse_step`.

use tf_plugin::{Attr, FunctionError, Object, Parameters};

use crate::engine::plan::steps;

/// Takes a line of `steps` apart.
///
/// For policies over a plan: `[for line in drop_database.main.steps : provider::drop::parse_step(line).operation]`.
#[derive(Parameters)]
pub struct Line {
    /// A line of the attribute `steps`, such as `"3.1 update db_instance via rds:ModifyDBInstance — size"`.
    step: String,
}

#[derive(Debug, PartialEq, Object)]
pub struct Step {
    /// The plan that it stands in, from 1.
    run: i64,
    /// Its number there, from 1.
    number: i64,
    /// `create`, `update`, `delete` or `complete`.
    verb: String,
    /// What it is done to, such as `db_instance`.
    component: String,
    /// Whose call it is: `rds`, `cloudflare` and so on.
    service: String,
    /// The call, such as `ModifyDBInstance`.
    operation: String,
    /// Why, in the plan's own words; null if it does not say.
    why: Attr<String>,
    /// Whether it cannot be undone.
    irreversible: bool,
}

pub fn parse_step(line: Line) -> Result<Step, FunctionError> {
    let wrong = || {
        FunctionError::argument(
            "step",
            "is no line of `steps`: `<run>.<n> <verb> <component> via <service>:<Operation>`",
        )
    };
    let found = steps::parse(&line.step).ok_or_else(wrong)?;
    Ok(Step {
        run: i64::try_from(found.run).map_err(|_| wrong())?,
        number: i64::try_from(found.number).map_err(|_| wrong())?,
        verb: found.verb.to_owned(),
        component: found.component.to_owned(),
        service: found.service.to_owned(),
        operation: found.operation.to_owned(),
        why: Attr::from(found.why.map(str::to_owned)),
        irreversible: found.irreversible,
    })
}
