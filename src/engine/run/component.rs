//! The one door between the engine and the clouds: what an object of some kind can be asked and told.

use std::collections::BTreeMap;
use std::fmt::Debug;

use async_trait::async_trait;
use serde_json::Value as Json;

use crate::base::{CallError, ErrorClass, Freshness, Words};
use crate::engine::model::procedure::{Operation, Turn};
use crate::engine::model::spec::Resolved;

pub use crate::engine::model::seen::{Phase, Seen};

/// Where a component is to be found, and whose it must be.
#[derive(Debug, Clone)]
pub struct Address {
    /// Its fixed name. A name recorded in the state wins over a recomputed one.
    pub name: String,
    /// Its id, as the state recorded it.
    pub recorded: Option<String>,
    /// The value of the tag `drop:resource` that makes it ours.
    pub owner: String,
    /// The names of the objects it lives in, the outermost first: where a kind has no name of its own to be found by.
    pub within: Vec<String>,
    /// What tells a create that is sent once more from another one, where the cloud knows such tokens: the same in every process
    /// that continues the resource, and another in its next life. Empty while the beginning of that is not known.
    pub token: String,
    /// What was last applied of the fields that are put back: what is otherwise now, somebody else has changed. Empty where that
    /// is not known.
    pub applied: BTreeMap<String, Json>,
    /// How new what it is decided from must be: of one run, whatever was asked since it began.
    pub fresh: Freshness,
}

/// What a call has answered that makes, changes or removes an object.
#[derive(Debug, Clone)]
pub enum Answer {
    /// The object as the call left it.
    Seen(Seen),
    /// What was asked for is in force.
    Done,
    /// The same, but for what is somebody else's by now: what stays as it is, as a sentence.
    Left(String),
    /// What was asked for has begun: the object is read until it shows.
    Begun,
    /// The same, and the cloud has a name for what began: it is followed to its end first.
    Operation(Operation),
}

impl From<()> for Answer {
    /// An answer that says nothing.
    fn from((): ()) -> Self {
        Self::Begun
    }
}

/// What keeps an object from being removed that its cloud calls in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// It goes by itself, or with other objects that are being removed: it is waited for.
    Passing(String),
    /// It is somebody else's, and stays until they remove it.
    Foreign(String),
}

/// What is to be changed of an object in place.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// By which call: one of those that the kind's table names for the fields.
    pub call: &'a str,
    /// When its turn is among the calls of the change.
    pub turn: Turn,
    /// Whether further calls of the same change follow: what they do is left to them. The last one does all that is left to do.
    pub interim: bool,
    /// The object as it is.
    pub seen: &'a Seen,
    /// What is desired.
    pub spec: &'a Resolved,
    /// The fields to set.
    pub fields: &'a [String],
}

/// How an object is to be removed.
#[derive(Debug, Clone, Default)]
pub struct DeleteOptions {
    /// Switch its protection off first. Only ever set for objects that were never finished.
    pub disable_protection: bool,
    /// Take this last snapshot, where the kind holds data.
    pub snapshot: Option<String>,
}

/// What a kind answers to a call that its table names and it does not know: a defect of the kind.
pub const UNKNOWN: &str = "this kind has no such call";

/// The calls of one kind of object.
///
/// # Guarantees an implementation gives
/// Every method may be called again after it was interrupted and then does the rest of the work, once.
/// `create` refuses a name that is taken ([`ErrorClass::Exists`]) or finds its own earlier object by
/// [`RESOURCE_TAG`]; it never makes a second one.
#[async_trait]
pub trait Component: Debug + Send + Sync {
    /// The object as it is, or `None` if there is none.
    async fn read(&self, at: &Address, freshness: Freshness) -> Result<Option<Seen>, CallError>;

    /// Makes the object, with `tags` in the same call.
    async fn create(&self, at: &Address, spec: &Resolved, tags: &BTreeMap<String, String>)
    -> Result<Answer, CallError>;

    /// Changes the object in place, tags apart. What takes long is answered with [`ErrorClass::Underway`], and asked for again
    /// until it is done.
    async fn update(&self, _at: &Address, change: Change<'_>) -> Result<Answer, CallError> {
        Err(CallError::own(change.call, ErrorClass::Invalid, UNKNOWN))
    }

    /// Adds or changes tags. An anchor's marks are written by it.
    async fn add_tags(&self, _seen: &Seen, _tags: &BTreeMap<String, String>) -> Result<(), CallError> {
        Err(CallError::own("tag", ErrorClass::Invalid, UNKNOWN))
    }

    /// Takes tags away.
    async fn remove_tags(&self, _seen: &Seen, _keys: &[String]) -> Result<(), CallError> {
        Err(CallError::own("untag", ErrorClass::Invalid, UNKNOWN))
    }

    /// Removes the object.
    async fn delete(&self, at: &Address, seen: &Seen, how: &DeleteOptions) -> Result<Answer, CallError>;

    /// What keeps the object from being removed, once the cloud has called it in use; `None` where that cannot be told.
    async fn obstacle(&self, _at: &Address, _seen: &Seen) -> Option<Obstacle> {
        None
    }

    /// Removes what an interrupted delete may have left where no read shows it, and tells what stays.
    async fn sweep(&self, _at: &Address) -> Result<Answer, CallError> {
        Ok(Answer::Done)
    }

    /// What else can be told of why the object is broken.
    async fn diagnose(&self, _at: &Address, _seen: &Seen) -> Option<Words> {
        None
    }

    /// How far an operation is that one of the calls has begun.
    async fn progress(&self, _at: &Address, _operation: &Operation) -> Result<Phase, CallError> {
        Ok(Phase::Ready)
    }

    /// Whether the object passes the test of a stage, such as a request that has to be answered.
    async fn probe(&self, _at: &Address, _seen: &Seen) -> Result<bool, CallError> {
        Ok(true)
    }

    /// Whether the object has come to rest after `fields` were set to these values.
    fn settled(&self, seen: &Seen, _spec: &Resolved, _fields: &[String]) -> Phase {
        seen.phase.clone()
    }
}
