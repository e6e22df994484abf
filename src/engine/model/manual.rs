//! How a person removes an object that no state remembers.

/// The object, as the commands of its kind need it.
#[derive(Debug, Clone, Copy)]
pub struct Manual<'a> {
    /// Its name.
    pub name: &'a str,
    /// The value of its tag `drop:resource`.
    pub owner: &'a str,
    /// The names of the objects it lives in, the outermost first.
    pub within: &'a [String],
    /// The name of its place: a region, or a zone.
    pub place: &'a str,
    /// The id by which the place's cloud knows it: of a region its name, of a zone its id.
    pub place_id: &'a str,
}

/// The commands of a shell that remove an object, in order. What does not exist is skipped with an error.
pub type ManualCommands = fn(&Manual<'_>) -> Vec<String>;

/// An object that goes with another one, or that is never removed.
pub fn none(_: &Manual<'_>) -> Vec<String> {
    vec![]
}
