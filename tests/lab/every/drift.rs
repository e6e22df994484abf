//! A plan names each change outside Terraform, and its calls set it back.

use serde_json::Value as Json;
use tf_plugin::harness::Action;

use crate::describe;
use crate::pool::{Left, Pool};
use crate::subject::Subject;
use crate::table::{Drift, Named};

/// Makes the change; the next plan names it, and the next apply sets it back.
pub fn is_named_and_put_back(subject: &Subject, pool: &Pool, n: usize) {
    let row = &subject.drift[n];
    if matches!(row.named, Named::Nowhere) {
        return is_left_alone(subject, pool, row);
    }
    pool.with_standing(subject, async |case| {
        let whole = subject.whole();
        let (births, before) = (case.births(), case.facts());
        let shown = |name: &str, case: &crate::case::Case| -> Json { case.shown(name) };
        let was = match row.named {
            Named::Attribute(name) => shown(name, case),
            Named::Field(..) | Named::Missing(_) | Named::Nowhere => Json::Null,
        };
        (row.act)(&case.lab);
        // The change has ended before the plan.
        case.facts();
        let applied = case.apply_after(&whole, |case, planned| match row.named {
            Named::Attribute(name) => {
                assert_ne!(case.shown(name), was, "the refresh does not show that {name} is another");
                assert!(planned.changed.contains(name), "the plan does not change {name} back");
            }
            Named::Field(..) | Named::Missing(_) | Named::Nowhere => {
                let told = planned.drift.iter().any(|line| row.named.is(line));
                assert!(told, "no line of drift names it: {:?}", planned.drift);
                assert!(planned.changed.contains("drift"), "the plan does not take the line away");
            }
        });
        let applied = applied.await;
        assert_eq!(applied.action, Action::Update);
        assert_eq!(case.shown("drift"), Json::Array(vec![]));
        let moved = describe::moved(&before, &case.facts());
        assert!(moved.is_empty(), "it was not put back: {moved:#?}");
        let now = case.births();
        let lost = births.iter().filter(|(thing, birth)| now.get(*thing) != Some(birth));
        let lost: Vec<&String> =
            lost.map(|(thing, _)| thing).filter(|thing| !describe::is_one_of(thing, row.anew)).collect();
        assert!(lost.is_empty(), "these were created again: {lost:?}");
        Left::AsItWas
    });
}

/// Makes the change; the next plan is empty, and no update undoes it.
fn is_left_alone(subject: &Subject, pool: &Pool, row: &Drift) {
    pool.with_standing(subject, async |case| {
        let before = case.facts();
        (row.act)(&case.lab);
        let after = case.facts();
        let theirs = describe::moved(&before, &after);
        assert!(!theirs.is_empty(), "the lab shows no change");
        let planned = case.plan(&subject.whole()).await;
        assert_eq!((planned.action, planned.calls), (Action::NoOp, vec![]));
        case.apply(&subject.least).await;
        let now = case.facts();
        let undone: Vec<&String> = theirs.iter().filter(|place| now.get(*place) != after.get(*place)).collect();
        assert!(undone.is_empty(), "an update undid {undone:?}");
        Left::Changed
    });
}
