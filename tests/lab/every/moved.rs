//! A field that its owner moves is left alone, and what the configuration asks for later is judged by the live value.

use tf_plugin::harness::Action;

use crate::case::{Case, must_refuse};
use crate::every::block_on;
use crate::pool::Pool;
use crate::subject::Subject;
use crate::table::Effect;

/// Moves the field; the next plan is empty, and later changes of the configuration have their outcomes.
pub fn is_left_alone(subject: &Subject, pool: &Pool, n: usize) {
    let row = &subject.moved[n];
    let with = |sets: &[(&'static str, serde_json::Value)]| {
        let all = row.sets.iter().chain(sets).map(|(name, value)| (*name, value));
        subject.with(subject.least.clone(), all)
    };
    pool.with_empty(|lab| {
        block_on(async {
            let mut case = Case::empty(lab, subject).await;
            case.apply(&with(&[])).await;
            let births = case.births();
            (row.act)(lab);
            // The change has ended before the plan.
            case.facts();
            let planned = case.plan(&with(&[])).await;
            assert_eq!((planned.action, planned.calls, planned.drift), (Action::NoOp, vec![], vec![]));
            for (sets, effect) in &row.then {
                let (config, since) = (with(sets), lab.now());
                match effect {
                    Effect::Refused { at, says } => {
                        let plan = case.try_plan(&config).await;
                        must_refuse(&plan.diagnostics, at, &[says]);
                        assert_eq!(lab.mutations(since), Vec::<String>::new());
                    }
                    Effect::Calls(calls) => {
                        let applied = case.apply(&config).await;
                        assert_eq!(applied.calls, *calls, "the plan on the left: {config}");
                        case.facts();
                    }
                    other => panic!("{other:?} is no outcome of a table of moved fields"),
                }
            }
            assert_eq!(case.births(), births, "something was created again");
        });
    });
}
