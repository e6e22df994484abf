//! An object that somebody else uses is not waited for: the destroy ends and names the user.

use std::time::Duration;

use tokio::time::Instant;

use crate::case::Case;
use crate::every::block_on;
use crate::pool::Pool;
use crate::subject::Subject;

/// Far less than a wait would take.
const EARLY: Duration = Duration::from_secs(60);

/// The destroy fails early and names the user; once that is gone, the next destroy removes all that is left.
pub fn is_named_and_not_waited_for(subject: &Subject, pool: &Pool, n: usize) {
    let row = &subject.in_use[n];
    pool.with_empty(|lab| {
        block_on(async {
            let mut case = Case::empty(lab, subject).await;
            let beside = case.births();
            case.apply(&subject.least).await;
            let user = (row.act)(lab, row.object);
            let begun = Instant::now();
            case.destroy_fails(&user).await;
            assert!(begun.elapsed() < EARLY, "it was waited for: {:?}", begun.elapsed());
            (row.undo)(lab);
            case.destroy().await;
            let left: Vec<String> = case.births().into_keys().filter(|thing| !beside.contains_key(thing)).collect();
            assert!(left.is_empty(), "not everything was destroyed: {left:?}");
        });
    });
}
