//! Refusals: the message is at the attribute and says what to do, and no call changed anything.

use tf_plugin::harness::Harness;

use crate::case::{Case, must_refuse};
use crate::every::block_on;
use crate::pool::Pool;
use crate::subject::{Subject, provider};
use crate::table::When;

/// A value that validation refuses, without a configured provider.
pub fn bad_value(subject: &Subject, n: usize, index: usize) {
    let row = &subject.rows[n];
    let (value, says) = &row.bad[index];
    let config = subject.with(subject.whole(), row.along.iter().map(|(name, value)| (*name, value)));
    let config = subject.with(config, [(row.attribute, value)]);
    must_refuse(&block_on(validated(subject, config)), row.attribute, says);
}

async fn validated(subject: &Subject, config: serde_json::Value) -> tf_plugin::Diagnostics {
    let nowhere = serde_json::json!({});
    let harness = Harness::of(provider(), subject.resource, nowhere).await;
    harness.validate(crate::case::without_given(&config)).await
}

/// Attributes that contradict each other or the account.
pub fn refused(subject: &Subject, pool: &Pool, n: usize) {
    let refused = &subject.refused[n];
    let config = subject.with(subject.least.clone(), refused.sets.iter().map(|(name, value)| (*name, value)));
    if refused.when == When::Validated {
        return must_refuse(&block_on(validated(subject, config)), refused.at, refused.says);
    }
    pool.with_empty(|lab| {
        block_on(async {
            let mut case = Case::empty(lab, subject).await;
            (refused.first)(lab);
            let (since, births) = (lab.now(), case.births());
            let plan = case.try_plan(&config).await;
            must_refuse(&plan.diagnostics, refused.at, refused.says);
            assert_eq!((lab.mutations(since), case.births()), (vec![], births));
        });
    });
}
