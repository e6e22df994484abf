//! Services under the request rates of ACM, and in an account with many certificates.

use std::sync::Arc;

use futures::future::join_all;
use serde_json::{Value as Json, json};
use tf_plugin::harness::Harness;

use super::given;
use crate::case::{Case, endpoints};
use crate::every::block_on;
use crate::lab::Lab;
use crate::libtest::Trial;
use crate::pool::Pool;
use crate::subject::{Subject, provider};

/// So many services come up at once.
const SERVICES: usize = 5;
/// So many certificates of others are there.
const OTHERS: usize = 30;

pub fn trials(subject: &Arc<Subject>, pool: &Arc<Pool>) -> Vec<Trial> {
    let trial = |name: &str, work: fn(&Subject, &Lab)| {
        let (subject, pool) = (Arc::clone(subject), Arc::clone(pool));
        Trial::new(format!("{}::rates::{name}", subject.key), move || pool.with_empty(|lab| work(&subject, lab)))
    };
    vec![
        trial("certificates_of_others_cost_no_calls", certificates_of_others_cost_no_calls),
        trial("throttles_are_waited_out", throttles_are_waited_out),
    ]
}

fn named(subject: &Subject, name: &str) -> Json {
    subject.with(subject.least.clone(), [("name", &json!(name))])
}

fn calls(lab: &Lab, operation: &str, since: usize) -> usize {
    lab.journal(since).iter().filter(|call| call.operation == operation && call.status < 400).count()
}

fn certificates_of_others_cost_no_calls(subject: &Subject, lab: &Lab) {
    for _ in 0..OTHERS {
        given::given(lab);
    }
    block_on(async {
        let mut case = Case::empty(lab, subject).await;
        let counted = |since| ["ListCertificates", "ListTagsForCertificate"].map(|call| calls(lab, call, since));
        let since = lab.now();
        case.apply(&subject.least).await;
        assert!(counted(since)[0] <= 1 && counted(since)[1] <= 2, "create and plan: {:?}", counted(since));
        let since = lab.now();
        case.destroy().await;
        assert!(counted(since)[0] <= 1 && counted(since)[1] <= 2, "destroy: {:?}", counted(since));
    });
}

/// <https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html>
fn throttles_are_waited_out(subject: &Subject, lab: &Lab) {
    let limited = |operation: &str, rate: usize| json!({"service": "acm", "operation": operation, "action": "throttle", "times": -1, "per_second": rate});
    lab.post("faults", &json!([limited("ImportCertificate", 1), limited("ListTagsForCertificate", 10)]));
    block_on(async {
        let applied = (0..SERVICES).map(async |n| {
            let mut harness = Harness::of(provider(), subject.resource, endpoints(lab)).await;
            harness.apply(named(subject, &format!("web-{n}"))).await.ok();
        });
        join_all(applied).await;
    });
    assert_eq!(calls(lab, "ImportCertificate", 0), SERVICES);
    let throttled = lab.journal(0).iter().any(|call| call.operation == "ImportCertificate" && call.status >= 400);
    assert!(throttled, "no import was throttled: the trial proves nothing");
}
