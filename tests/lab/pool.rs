//! The labs that trials share: a trial takes one, empty or with the resource that the last trial left.

use std::sync::{Condvar, Mutex, PoisonError};

use crate::case::Case;
use crate::lab::Lab;
use crate::subject::Subject;

/// The free labs.
#[derive(Default)]
pub struct Pool {
    free: Mutex<Vec<Place>>,
    freed: Condvar,
}

/// A lab, and the resource in it.
struct Place {
    lab: Lab,
    standing: Option<Case>,
}

impl Pool {
    pub fn of(labs: Vec<Lab>) -> Self {
        let free = labs.into_iter().map(|lab| Place { lab, standing: None }).collect();
        Self { free: Mutex::new(free), freed: Condvar::new() }
    }

    /// Works in an empty lab.
    pub fn with_empty<T>(&self, work: impl FnOnce(&Lab) -> T) -> T {
        let mut taken = Taken::of(self, |place| place.standing.is_none());
        taken.standing();
        taken.lab().reset();
        work(taken.lab())
    }

    /// Works on a resource that exists as rows of `subject` begin. Another trial goes on with it if it is so again; a
    /// failed trial leaves nothing to others.
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

/// How a trial leaves its resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    AsItWas,
    Changed,
}

/// A place that goes back to the pool, also after a panic.
struct Taken<'a> {
    pool: &'a Pool,
    place: Option<Place>,
}

impl<'a> Taken<'a> {
    /// Takes a preferred place, or else any.
    fn of(pool: &'a Pool, preferred: impl Fn(&Place) -> bool) -> Self {
        let mut free = pool.free.lock().unwrap_or_else(PoisonError::into_inner);
        while free.is_empty() {
            free = pool.freed.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
        let chosen = free.iter().position(preferred).unwrap_or(0);
        Self { pool, place: Some(free.swap_remove(chosen)) }
    }

    /// Takes the resource out of it.
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
