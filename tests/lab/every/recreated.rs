//! What another state created again under the same name is not this state's: nothing of it is changed.

use tf_plugin::harness::Action;

use crate::case::{Case, must_refuse};
use crate::every::block_on;
use crate::pool::Pool;
use crate::subject::Subject;

/// A state is put back to what it was before its resource was destroyed and created again elsewhere.
pub fn is_left_alone(subject: &Subject, pool: &Pool) {
    pool.with_empty(|lab| {
        block_on(async {
            let mut case = Case::empty(lab, subject).await;
            let (least, whole) = (subject.least.clone(), subject.whole());
            case.apply_sparing(&least, subject.found).await;
            let former = case.take_state();
            case.set_state(former.clone());
            case.destroy().await;
            case.apply_sparing(&least, subject.found).await;
            let (births, facts) = (case.births(), case.facts());
            let theirs = case.take_state();
            let since = lab.now();

            case.set_state(former.clone());
            let (known, words) = (case.shown("ref"), "was created again by another state");
            let plan = case.try_plan(&least).await;
            assert!(!plan.diagnostics.has_errors() && plan.diagnostics.to_string().contains(words));
            assert_eq!((plan.action, case.shown("ref")), (Action::NoOp, known));
            must_refuse(&case.try_plan(&whole).await.diagnostics, "", &[words]);

            // A destroy lets go of it.
            case.destroy().await;
            assert!(!case.exists());

            // Without a refresh the apply finds out, before its first call.
            case.set_state(former);
            case.set_refresh(false);
            case.try_apply(&whole).await.fails(words);
            case.set_refresh(true);
            assert_eq!((lab.mutations(since), case.births(), case.facts()), (vec![], births, facts));

            case.set_state(theirs);
            assert_eq!(case.plan(&least).await.action, Action::NoOp);
        });
    });
}
