//! Schemas of models, made once.

use std::{
    any::TypeId,
    collections::BTreeMap,
    sync::{PoisonError, RwLock},
};

use crate::{Block, Model};

// By type, since a static inside a generic function would be one for all types.
static BLOCKS: RwLock<BTreeMap<TypeId, &'static Block>> = RwLock::new(BTreeMap::new());

/// The schema of `M`, which stays for the life of the process, as its doc comments do.
pub fn block_of<M: Model + 'static>() -> &'static Block {
    let of = TypeId::of::<M>();
    let made = BLOCKS.read().unwrap_or_else(PoisonError::into_inner).get(&of).copied();
    made.unwrap_or_else(|| {
        // Outside the lock: it may ask for the schemas of the models inside.
        let block = M::block();
        let mut blocks = BLOCKS.write().unwrap_or_else(PoisonError::into_inner);
        blocks.entry(of).or_insert_with(|| Box::leak(Box::new(block)))
    })
}
