//! Imports that cannot succeed say so, and leave the state empty.

use serde_json::Value as Json;

use crate::case::Case;
use crate::every::block_on;
use crate::lab::{Lab, REGION};
use crate::pool::Pool;
use crate::subject::Subject;

/// Ids without a place, with an address in its stead, and without a name. None of them makes a call.
pub fn an_id_of_the_wrong_form_is_refused(subject: &Subject, pool: &Pool) {
    let (kind, place) = place(subject);
    let wrong = [
        ("Some Where/a".to_owned(), "must be"),
        ("https://a.example".to_owned(), "must be"),
        (format!("{place}/"), "The name is missing"),
    ];
    pool.with_empty(|lab| {
        block_on(async {
            let mut case = Case::empty(lab, subject).await;
            let since = lab.now();
            for (id, problem) in wrong {
                let told =
                    case.import(&id).await.fails(&format!("This is no id of a {}", subject.resource)).to_string();
                for words in [problem, &format!("Write the id as `<{kind}>/<name>`")] {
                    assert!(told.contains(words), "{words:?} is not said of {id}:\n{told}");
                }
                must_be_empty(lab, &case, since);
            }
        });
    });
}

pub fn an_object_that_does_not_exist_is_not_found(subject: &Subject, pool: &Pool) {
    let (_, place) = place(subject);
    pool.with_empty(|lab| {
        block_on(async {
            let mut case = Case::empty(lab, subject).await;
            let name = subject.least["name"].as_str().unwrap();
            let words = format!("{} \"{name}\" was not found", subject.resource);
            case.import(&format!("{place}/{name}")).await.fails(&words);
            assert!(!case.exists(), "the state holds an object");
        });
    });
}

fn must_be_empty(lab: &Lab, case: &Case, since: usize) {
    assert!(!case.exists(), "the state holds an object");
    assert_eq!(lab.now(), since, "the clouds were called");
}

/// What the first part of an id is called, and its value.
fn place(subject: &Subject) -> (&'static str, &str) {
    match &subject.least["zone"] {
        Json::String(zone) => ("zone", zone),
        _ => ("region", REGION),
    }
}
