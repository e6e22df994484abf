//! Structs in place of raw values: one struct, derived, is a block's schema and the way to and from its values.
//!
//! ```
//! use tf_plugin::{Attr, Model};
//!
//! /// How much disk there is.
//! #[derive(Model, Default)]
//! struct Storage {
//!     /// Size in GiB.
//!     #[attr(default = 20, validate = at_least_20)]
//!     gb: Attr<u32>,
//! }
//!
//! fn at_least_20(gb: &u32) -> Result<(), String> {
//!     if *gb < 20 { Err(format!("must be at least 20, is {gb}")) } else { Ok(()) }
//! }
//!
//! let block = Storage::block();
//! assert_eq!(block.attributes[0].description, "Size in GiB.");
//! ```

mod blocks;
mod keyed;
mod leaf;
mod problems;
#[doc(hidden)]
pub mod rt;
mod shared;

pub use blocks::Blocks;
pub use keyed::Keyed;
pub use leaf::Leaf;
pub use problems::Problems;

use crate::{Attr, Block, Diagnostics, Key, Path, Value};

/// A struct that stands for a block. Derived; every field is an [`Attr`](crate::Attr).
pub trait Model: Sized {
    /// The schema of the block: attributes and blocks in the order of the fields, doc comments as descriptions.
    fn block() -> Block;

    /// As [`Self::block`], made once: what looks into its schema with every call takes this one.
    fn shared_block() -> &'static Block
    where
        Self: 'static,
    {
        shared::block_of::<Self>()
    }

    /// What does not fit a field, such as a fraction in a whole number, is reported and leaves the field null.
    /// Everything in an unknown block is unknown.
    fn from_value(value: &Value, path: &Path, diagnostics: &mut Diagnostics) -> Self;

    /// The object that the block decodes to. Write-only values are in it: they are taken out of plans and states when
    /// those are answered.
    fn to_value(&self) -> Value;

    /// Fills in the defaults of null fields, also inside blocks that are present.
    fn apply_defaults(&mut self);

    /// Runs the validators of known fields.
    fn validate(&self, path: &Path, diagnostics: &mut Diagnostics);

    /// What identifies it among the others of its list: see [`Block::key_of`].
    fn key(&self) -> Attr<Key>
    where
        Self: 'static,
    {
        Self::shared_block().key_of(&self.to_value())
    }

    /// Reads a whole object.
    ///
    /// # Errors
    ///
    /// What does not fit its field, each with its path.
    fn read(value: &Value) -> Result<Self, Diagnostics> {
        let mut diagnostics = Diagnostics::new();
        let model = Self::from_value(value, &Path::root(), &mut diagnostics);
        if diagnostics.has_errors() { Err(diagnostics) } else { Ok(model) }
    }

    /// Reads a whole object, and runs the validators: some of what was unknown when it was validated may be wrong.
    ///
    /// # Errors
    ///
    /// What does not fit its field, or is refused there, each with its path.
    fn checked(value: &Value) -> Result<Self, Diagnostics> {
        let model = Self::read(value)?;
        let mut diagnostics = Diagnostics::new();
        model.validate(&Path::root(), &mut diagnostics);
        if diagnostics.has_errors() { Err(diagnostics) } else { Ok(model) }
    }
}

#[cfg(test)]
mod tests;
