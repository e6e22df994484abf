//! Elements of a list, by key.

use crate::{Attr, Key, Model};

/// A list of models with key attributes, whose order in the file means nothing.
pub trait Keyed<T> {
    /// All elements in the order of their keys, each with its position, which is its step in a [`Path`](crate::Path).
    /// Those whose keys are not known come first, as they were written.
    fn in_key_order(&self) -> Vec<(usize, &T)>;

    /// The element of this key, with its position.
    fn with_key(&self, key: &Key) -> Option<(usize, &T)>;
}

impl<T: Model + 'static> Keyed<T> for [T] {
    fn in_key_order(&self) -> Vec<(usize, &T)> {
        let mut elements: Vec<(usize, &T)> = self.iter().enumerate().collect();
        elements.sort_by_cached_key(|(_, element)| element.key().into_known());
        elements
    }

    fn with_key(&self, key: &Key) -> Option<(usize, &T)> {
        self.iter().enumerate().find(|(_, element)| matches!(element.key(), Attr::Known(found) if found == *key))
    }
}
