//! State of another provider's resource, taken over by a `moved` block: what it says of the object is what an import would
//! have found. No cloud is asked; the refresh that follows looks at the object itself.

use tf_plugin::{MoveRequest, MoveResponse, Type, Value};

use super::import::{adopt, first_state, model_of};
use super::values::put;
use super::{AllSeen, Composite, Discovered, Run};

/// A resource of another provider whose state can become one of ours.
#[derive(Debug)]
pub struct Move {
    /// Its provider, `hashicorp/aws`.
    pub provider: &'static str,
    /// Its type, `aws_db_instance`.
    pub resource: &'static str,
    /// What is read of its state; nothing else is looked at, secrets least of all.
    pub attributes: fn() -> Type,
    /// What that says of the object, or why it cannot be taken over.
    pub moved: fn(&Value) -> Result<Moved, String>,
}

/// What another provider's state says of an object.
#[derive(Debug)]
pub struct Moved {
    /// Its id here.
    pub id: String,
    /// Its place.
    pub place: String,
    /// Its name and components.
    pub found: Discovered,
    /// Its components as that state knows them.
    pub seen: AllSeen,
    /// What no cloud tells of it.
    pub given: Vec<(&'static str, Value)>,
}

impl<C: Composite> Run<C> {
    pub(super) fn run_move(request: &MoveRequest) -> MoveResponse {
        let mut response = MoveResponse::default();
        let Some(of) = C::MOVES.iter().find(|of| request.is_from(of.provider, of.resource)) else {
            let known: Vec<&str> = C::MOVES.iter().map(|of| of.resource).collect();
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
        let source = match request.source(&(of.attributes)()) {
            Ok(source) => source,
            Err(diagnostics) => return diagnostics.into(),
        };
        match (of.moved)(&source) {
            Ok(moved) => response.state = taken_over::<C>(moved),
            Err(why) => response.diagnostics.error(
                format!("This {} cannot become a {}", of.resource, C::TYPE),
                format!("{why} Nothing was changed: take the `moved` block out again."),
            ),
        }
        response
    }
}

fn taken_over<C: Composite>(moved: Moved) -> Value {
    let mut object = first_state::<C>(&moved.place, &moved.found);
    put(&mut object, "id", Value::from(moved.id.as_str()));
    for (attribute, value) in moved.given {
        put(&mut object, attribute, value);
    }
    for binding in C::BINDINGS {
        adopt::<C>(&mut object, binding, &moved.seen);
    }
    for (attribute, value) in C::derived(&model_of::<C>(&object)) {
        put(&mut object, attribute, value);
    }
    object
}
