//! Making one object, whatever becomes of the answer.

use std::collections::BTreeMap;

use tokio::time::Instant;

use crate::base::ErrorClass;
use crate::engine::model::spec::Resolved;
use crate::engine::plan::blueprint::Step;
use crate::engine::run::component::{Answer, Seen};
use crate::engine::run::context::OpContext;
use crate::engine::run::error::EngineError;
use crate::engine::run::instance::BoundComponent;
use crate::engine::run::settle;
use crate::engine::run::wait::{self, Poll};

/// How a create ended.
#[derive(Debug)]
pub enum Made {
    /// The object was made.
    Answered(Answer),
    /// The call was refused or got no answer, and this is there. Whose it is, is not judged here.
    Found(Seen),
}

/// Makes the object.
///
/// # Expected flow
/// A cloud that is busy is asked again, and so is one that does not see yet what the object needs. Where the name is taken,
/// or no answer comes, what is there is looked for: the client's own retry may have met what it made.
///
/// # Errors
/// The call's own, and those of [`wait::until`].
pub async fn create(
    cx: &OpContext,
    part: &BoundComponent,
    step: &Step,
    desired: &Resolved,
    tags: &BTreeMap<String, String>,
) -> Result<Made, EngineError> {
    let visible = cx.deadline.min(Instant::now() + settle::VISIBLE);
    wait::until(cx, &part.spec.component, "created", || async {
        let error = match part.component.create(&part.address, desired, tags).await {
            Ok(answer) => return Ok(Poll::Done(Made::Answered(answer))),
            Err(error) => error,
        };
        match error.class {
            ErrorClass::Busy => Ok(Poll::NotYet(error.to_string())),
            ErrorClass::Underway => Ok(Poll::NotYet(error.message)),
            // What it needs was made a moment ago and is not seen everywhere yet.
            ErrorClass::NotFound if Instant::now() < visible => Ok(Poll::NotYet(error.to_string())),
            // An answer may have been lost, and the client's own retry then meets what it made: what is there decides.
            ErrorClass::Exists | ErrorClass::Unavailable => match settle::read(part, step).await {
                Ok(Some(seen)) => Ok(Poll::Done(Made::Found(seen))),
                Ok(None) if error.class == ErrorClass::Exists && Instant::now() < visible => {
                    Ok(Poll::NotYet("its name is taken, and nothing of that name can be seen yet".to_owned()))
                }
                _ => Err(settle::failed(step, error)),
            },
            _ => Err(settle::failed(step, error)),
        }
    })
    .await
}
