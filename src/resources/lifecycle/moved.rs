//! State of another provider's resource, taken over by a `moved` block: what it says of the object is what an import would
//! have found. No cloud is asked; the refresh that follows looks at the object itself. Where ours is another kind of object,
//! nothing of it is there yet: the next apply builds it beside the other's.

use tf_plugin::{MoveRequest, MoveResponse, Type, Value};

use super::import::{adopt, first_state, model_of};
use super::values::{put, texts};
use super::{AllSeen, Composite, Discovered, Run};
use crate::engine::plan::drift::Deviation;

/// A resource of another provider whose state can become one of ours.
#[derive(Debug)]
pub struct Move {
    /// Its provider, `hashicorp/aws`.
    pub provider: &'static str,
    /// Its type, `aws_db_instance`.
    pub resource: &'static str,
    /// Whether and how it does.
    pub how: Migration,
}

/// How another provider's state becomes one of ours.
#[derive(Debug)]
pub enum Migration {
    /// It says enough.
    Read {
        /// What is read of it; nothing else is looked at, secrets least of all.
        attributes: fn() -> Type,
        /// What that says of the object, or why it cannot be taken over.
        moved: fn(&Value) -> Result<MigratedState, String>,
    },
    /// Not in this version.
    NotYet {
        /// What is read of it.
        attributes: fn() -> Type,
        /// What comes, and what to do until then.
        why: fn(&Value) -> String,
    },
}

/// What another provider's state says of an object.
#[derive(Debug)]
pub struct MigratedState {
    /// Whether it is that object.
    pub taken: MigratedObject,
    /// Its place, by its name or by its id.
    pub place: String,
    /// Its name and components.
    pub found: Discovered,
    /// Its components as that state knows them.
    pub seen: AllSeen,
    /// What no cloud tells of it.
    pub given: Vec<(&'static str, Value)>,
}

/// What becomes of another provider's object.
#[derive(Debug)]
pub enum MigratedObject {
    /// It is ours from now on, with this id.
    Adopt(String),
    /// It is ours from now on. Only the cloud can tell its id: the next refresh looks for it by `found.name`, in any form in
    /// which an import takes it.
    ReadLater,
    /// It stays as it is, and ours is built beside it. Its id there.
    BuildBeside(String),
}

impl<C: Composite> Run<C> {
    pub(super) fn run_move(request: &MoveRequest) -> MoveResponse {
        let mut response = MoveResponse::default();
        let Some(of) = C::MOVES.iter().find(|of| request.is_from(of.provider, of.resource)) else {
            let taken = C::MOVES.iter().filter(|of| matches!(of.how, Migration::Read { .. }));
            let known: Vec<&str> = taken.map(|of| of.resource).collect();
            let others = if known.is_empty() { "no other type".to_owned() } else { known.join(", ") };
            response.diagnostics.error(
                format!("A {} cannot become a {}", request.source_type, C::TYPE),
                format!(
                    "It takes over the state of {others}. Import the object instead, and forget the old address with a \
                     `removed` block."
                ),
            );
            return response;
        };
        let (Migration::Read { attributes, .. } | Migration::NotYet { attributes, .. }) = of.how;
        let source = match request.source(&attributes()) {
            Ok(source) => source,
            Err(diagnostics) => return diagnostics.into(),
        };
        let moved = match of.how {
            Migration::Read { moved, .. } => moved(&source),
            Migration::NotYet { why, .. } => Err(why(&source)),
        };
        match moved {
            Ok(moved) => response.state = taken_over::<C>(moved),
            Err(why) => response.diagnostics.error(
                format!("This {} cannot become a {}", of.resource, C::TYPE),
                format!(
                    "{why} Nothing was changed and nothing is lost: take the `moved` block out again, and put the `{}` block \
                     back before you plan. Without both, a plan destroys the object.",
                    of.resource
                ),
            ),
        }
        response
    }
}

fn taken_over<C: Composite>(moved: MigratedState) -> Value {
    let mut object = first_state::<C>(&moved.place, &moved.found);
    let (id, deviation) = match moved.taken {
        MigratedObject::Adopt(id) => (Some(id), None),
        MigratedObject::ReadLater => (None, Some(Deviation::NotYetRead)),
        MigratedObject::BuildBeside(id) => (Some(id), Some(Deviation::NotYetCreated)),
    };
    put(&mut object, "id", id.as_deref().map_or(Value::Null, Value::from));
    put(&mut object, "drift", texts(deviation.iter().map(Deviation::line)));
    for (attribute, value) in moved.given {
        put(&mut object, attribute, value);
    }
    adopt::<C>(&mut object, &moved.seen, |_| true);
    for (attribute, value) in C::computed_from_config(&model_of::<C>(&object)) {
        put(&mut object, attribute, value);
    }
    object
}
