//! Who works with which lab: a trial takes one, empty or as the last trial of its kind left it.

use std::sync::{Condvar, Mutex, PoisonError};

use crate::case::Case;
use crate::lab::Lab;
use crate::subject::Subject;

/// The labs that nobody works with.
#[derive(Default)]
pub struct Pool {
    free: Mutex<Vec<Place>>,
    freed: Condvar,
}

/// A lab, and what stands in it.
struct Place {
    lab: Lab,
    standing: Option<Case>,
}

impl Pool {
    pub fn of(labs: Vec<Lab>) -> Self {
        let free = labs.into_iter().map(|lab| Place { lab, standing: None }).collect();
        Self { free: Mutex::new(free), freed: Condvar::new() }
    }

    /// Does some work in a lab that is empty.
    pub fn with_empty<T>(&self, work: impl FnOnce(&Lab) -> T) -> T {
        let mut taken = Taken::of(self, |place| place.standing.is_none());
        taken.standing();
        taken.lab().reset();
        work(taken.lab())
    }

    /// Does some work on a resource that stands as `subject` begins with. It stands so again behind the work, or it is
    /// made afresh for the next: a trial that fails leaves nothing to others.
    pub fn with_standing(&self, subject: &Subject, work: impl AsyncFnOnce(&mut Case) -> Left) {
        let mut taken = Taken::of(self, |place| place.standing.as_ref().is_some_and(|case| case.is_of(subject)));
        let standing = taken.standing();
        crate::every::block_on(async {
            let mut case = match standing {
                Some(case) if case.is_of(subject) => case,
                _ => {
                    taken.lab().reset();
                    Case::standing(taken.lab(), subject).await
                }
            };
            if work(&mut case).await == Left::AsItWas
                && let Some(place) = &mut taken.place
            {
                place.standing = Some(case);
            }
        });
    }
}

/// How a trial leaves what it worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    AsItWas,
    Changed,
}

/// A place that is given back whatever happens.
struct Taken<'a> {
    pool: &'a Pool,
    place: Option<Place>,
}

impl<'a> Taken<'a> {
    /// One that is preferred, or else any.
    fn of(pool: &'a Pool, preferred: impl Fn(&Place) -> bool) -> Self {
        let mut free = pool.free.lock().unwrap_or_else(PoisonError::into_inner);
        while free.is_empty() {
            free = pool.freed.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
        let chosen = free.iter().position(preferred).unwrap_or(0);
        Self { pool, place: Some(free.swap_remove(chosen)) }
    }

    /// What stands there, which is then nobody's.
    fn standing(&mut self) -> Option<Case> {
        self.place.as_mut().and_then(|place| place.standing.take())
    }

    fn lab(&self) -> &Lab {
        self.place.as_ref().map_or_else(|| unreachable!("a place is given back once"), |place| &place.lab)
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        if let Some(place) = self.place.take() {
            self.pool.free.lock().unwrap_or_else(PoisonError::into_inner).push(place);
            self.pool.freed.notify_one();
        }
    }
}
