//! What one process remembers of the identities it worked on, between two Configures.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::engine::model::identity::Identity;
use crate::engine::run::error::EngineError;

/// Memory over all resources of the process; `S` is whatever the caller stores as a state.
#[derive(Debug)]
pub struct Memory<S> {
    entries: Mutex<BTreeMap<Identity, Entry<S>>>,
}

#[derive(Debug)]
struct Entry<S> {
    lock: Arc<tokio::sync::Mutex<()>>,
    released: Option<S>,
    creates: u32,
    wrote: Option<String>,
}

impl<S> Default for Entry<S> {
    fn default() -> Self {
        Self { lock: Arc::default(), released: None, creates: 0, wrote: None }
    }
}

impl<S> Default for Memory<S> {
    fn default() -> Self {
        Self { entries: Mutex::default() }
    }
}

impl<S: Clone> Memory<S> {
    /// A new walk begins: everything is forgotten but who holds a lock.
    pub fn configured(&self) {
        for entry in self.entries().values_mut() {
            *entry = Entry { lock: entry.lock.clone(), ..Entry::default() };
        }
    }

    /// The lock that lets one operation at a time work on an identity.
    pub fn lock(&self, identity: &Identity) -> Arc<tokio::sync::Mutex<()>> {
        self.entry(identity, |entry| entry.lock.clone())
    }

    /// Counts a create. A second one without a delete between is a name that is declared twice.
    pub fn note_create(&self, identity: &Identity) -> Result<(), EngineError> {
        let count = self.entry(identity, |entry| {
            entry.creates += 1;
            entry.creates
        });
        if count > 1 {
            return Err(EngineError::refused(
                format!("{identity} is declared twice"),
                "two resources of this configuration have this name (and environment and region): rename one",
            ));
        }
        Ok(())
    }

    /// A delete was asked for: another create may follow.
    pub fn note_delete(&self, identity: &Identity) {
        self.entry(identity, |entry| entry.creates = 0);
    }

    /// The creation id that this process last wrote to the anchor, reported failures included.
    pub fn last_written_creation_id(&self, identity: &Identity) -> Option<String> {
        self.entry(identity, |entry| entry.wrote.clone())
    }

    /// Remembers the creation id written.
    pub fn set_last_written_creation_id(&self, identity: &Identity, creation_id: Option<String>) {
        self.entry(identity, |entry| entry.wrote = creation_id);
    }

    /// The state that a release handed over.
    pub fn released(&self, identity: &Identity) -> Option<S> {
        self.entry(identity, |entry| entry.released.clone())
    }

    /// Remembers the state at a release, so that a create that fails before it learned anything can answer it.
    pub fn set_released(&self, identity: &Identity, state: Option<S>) {
        self.entry(identity, |entry| entry.released = state);
    }

    fn entry<T>(&self, identity: &Identity, with: impl FnOnce(&mut Entry<S>) -> T) -> T {
        with(self.entries().entry(identity.clone()).or_default())
    }

    fn entries(&self) -> MutexGuard<'_, BTreeMap<Identity, Entry<S>>> {
        // Every change of an entry is a single assignment: a panic elsewhere cannot leave one half made.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
