//! The trials that every resource gets from its tables.

pub mod changes;
pub mod completeness;
pub mod drift;
pub mod imports;
pub mod in_use;
pub mod moved;
pub mod recreated;
pub mod refusals;
pub mod tags;
pub mod unknowns;

use std::sync::{Arc, LazyLock};

use libtest::Trial;
use tokio::runtime::Runtime;

use crate::app_service;
use crate::libtest;
use crate::pool::Pool;
use crate::subject::Subject;

/// All of them, named `<subject>::<what>::<row>`.
pub fn trials(subjects: &[Arc<Subject>], pool: &Arc<Pool>) -> Vec<Trial> {
    let mut trials = vec![Trial::new("every::resource_has_its_tables".to_owned(), {
        let offered: Vec<&str> = subjects.iter().map(|subject| subject.resource).collect();
        move || completeness::resource_has_its_tables(&offered)
    })];
    for subject in subjects {
        trials.extend(of(subject, pool));
    }
    let services = subjects.iter().filter(|subject| subject.resource == "drop_app_service");
    trials.extend(services.flat_map(|subject| app_service::rates::trials(subject, pool)));
    trials
}

fn of(subject: &Arc<Subject>, pool: &Arc<Pool>) -> Vec<Trial> {
    let trial = |name: String, work: fn(&Subject, &Pool)| {
        let (subject, pool) = (Arc::clone(subject), Arc::clone(pool));
        Trial::new(format!("{}::{name}", subject.key), move || work(&subject, &pool))
    };
    let nth = |name: String, n: usize, work: fn(&Subject, &Pool, usize)| {
        let (subject, pool) = (Arc::clone(subject), Arc::clone(pool));
        Trial::new(format!("{}::{name}", subject.key), move || work(&subject, &pool, n))
    };
    let mut trials = vec![trial("attributes_have_rows".to_owned(), |subject, _| {
        completeness::attributes_have_rows(subject);
    })];
    for (n, row) in subject.rows.iter().enumerate() {
        trials.extend(row.bad.iter().enumerate().map(|(index, (value, _))| {
            let (subject, value) = (Arc::clone(subject), format!("{}::bad::{}={value}", subject.key, row.attribute));
            Trial::new(value, move || refusals::bad_value(&subject, n, index))
        }));
    }
    for (n, refused) in subject.refused.iter().enumerate() {
        trials.push(nth(format!("refused::{}", refused.name), n, refusals::refused));
    }
    trials.push(trial("import::wrong_id".to_owned(), imports::an_id_of_the_wrong_form_is_refused));
    trials.push(trial("import::missing".to_owned(), imports::an_object_that_does_not_exist_is_not_found));
    trials.push(trial("recreated_elsewhere".to_owned(), recreated::is_left_alone));
    trials.push(trial("comes_and_goes".to_owned(), changes::comes_and_goes));
    for (n, row) in subject.rows.iter().enumerate() {
        trials.push(nth(format!("change::{}", row.attribute), n, changes::is_in_place_and_alone));
    }
    for (n, row) in subject.rows.iter().enumerate() {
        trials.push(nth(format!("unknown::{}", row.attribute), n, unknowns::attribute_turns_out));
    }
    for block in unknowns::blocks(subject) {
        let (subject, pool) = (Arc::clone(subject), Arc::clone(pool));
        let name = format!("{}::unknown_block::{block}", subject.key);
        trials.push(Trial::new(name, move || unknowns::block_turns_out(&subject, &pool, block)));
    }
    for (n, addition) in subject.additions.iter().enumerate() {
        trials.push(nth(format!("addition::{}", addition.name), n, changes::addition_comes_and_goes));
    }
    for (n, row) in subject.drift.iter().enumerate() {
        trials.push(nth(format!("drift::{}", row.name), n, drift::is_named_and_put_back));
    }
    for (n, row) in subject.moved.iter().enumerate() {
        trials.push(nth(format!("moved::{}", row.name), n, moved::is_left_alone));
    }
    for (n, row) in subject.in_use.iter().enumerate() {
        trials.push(nth(format!("in_use::{}", row.name), n, in_use::is_named_and_not_waited_for));
    }
    if subject.schema().attribute(tags::DEFAULT_TAGS).is_some() {
        trials.push(trial("tags::unrecorded".to_owned(), tags::are_found_where_no_state_recorded_them));
        for (n, change) in tags::changes().iter().enumerate() {
            trials.push(nth(format!("tags::{}", change.name()), n, tags::reach_every_object));
        }
    }
    trials
}

/// One for all trials: the connections of a case outlive the trial that opened them.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

pub fn block_on<T>(work: impl Future<Output = T>) -> T {
    RUNTIME.block_on(work)
}
