//! What the members of an object mean.

use crate::Type;

/// A member of the objects that an attribute holds, or that a function answers.
///
/// The protocol has no place for what is said of it: it is for documentation alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// As the type of the object has it.
    pub name: String,
    /// The type of this member, as in the type of the object.
    pub ty: Type,
    /// Markdown.
    pub description: String,
    /// Its own members, if it is made of objects too.
    pub members: Vec<Member>,
}
