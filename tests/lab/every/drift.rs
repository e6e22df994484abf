//! What is changed outside Terraform is named, and put back by the calls that the plan names.

use serde_json::Value as Json;
use tf_plugin::harness::Action;

use crate::describe;
use crate::pool::{Left, Pool};
use crate::subject::Subject;
use crate::table::Named;

/// Somebody does something; the next plan says so, and the next apply undoes it.
pub fn deed(subject: &Subject, pool: &Pool, n: usize) {
    let deed = &subject.deeds[n];
    pool.with_standing(subject, async |case| {
        let whole = subject.whole();
        let (births, before) = (case.births(), case.facts());
        let shown = |name: &str, case: &crate::case::Case| -> Json { case.shown(name) };
        let was = match deed.named {
            Named::Attribute(name) => shown(name, case),
            Named::Field(..) | Named::Missing(_) => Json::Null,
        };
        (deed.act)(&case.lab);
        // It is over before anybody looks.
        case.facts();
        let applied = case.apply_after(&whole, |case, planned| match deed.named {
            Named::Attribute(name) => {
                assert_ne!(case.shown(name), was, "the refresh does not show that {name} is another");
                assert!(planned.changed.contains(name), "the plan does not change {name} back");
            }
            Named::Field(..) | Named::Missing(_) => {
                let told = planned.drift.iter().any(|line| deed.named.is(line));
                assert!(told, "no line of drift names it: {:?}", planned.drift);
                assert!(planned.changed.contains("drift"), "the plan does not take the line away");
            }
        });
        let applied = applied.await;
        assert_eq!(applied.action, Action::Update);
        assert_eq!(case.shown("drift"), Json::Array(vec![]));
        let moved = describe::moved(&before, &case.facts());
        assert!(moved.is_empty(), "it was not put back: {moved:#?}");
        if !matches!(deed.named, Named::Missing(_)) {
            assert_eq!(case.births(), births, "it was made anew");
        }
        Left::AsItWas
    });
}
