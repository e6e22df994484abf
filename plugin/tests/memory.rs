//! A decoder allocates in proportion to what it was given, never to what that claims. One test: others in the same
//! process would be counted with it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use peak_alloc::PeakAlloc;
use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, TestRunner},
};
use tf_plugin::{Type, codec};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// A value in memory is larger than its encoding: a null takes one byte there. Vectors double as they grow.
const PER_BYTE: usize = 256;
const ANYWAY: usize = 16 << 10;

fn types() -> Vec<Type> {
    let object = Type::object([("a", Type::String), ("b", Type::list(Type::Dynamic))]);
    vec![Type::String, Type::Number, Type::Dynamic, Type::map(Type::String), Type::list(object.clone()), object]
}

/// What decoding took at its peak, over what there was before.
fn peak(bytes: &[u8], ty: &Type) -> usize {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let read = codec::from_msgpack(bytes, ty);
    let peak = MEMORY.peak_usage().saturating_sub(before);
    drop(read);
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let read = codec::json::decode_leniently(bytes, ty);
    let other = MEMORY.peak_usage().saturating_sub(before);
    drop(read);
    peak.max(other)
}

#[test]
fn memory_follows_the_input() {
    let types = types();
    let allowed = |bytes: &[u8]| ANYWAY + PER_BYTE * bytes.len();
    let claims: Vec<Vec<u8>> = [0xdd, 0xdf, 0xdb, 0xc6, 0xc9]
        .into_iter()
        .flat_map(|marker| [vec![marker, 0xff, 0xff, 0xff, 0xff], vec![0x92, marker, 0x7f, 0xff, 0xff, 0xff]])
        .chain([vec![0x91; 10_000], b"\xa91e9999999".to_vec(), b"1e999999999".to_vec(), vec![b'['; 10_000]])
        .collect();
    for bytes in &claims {
        for ty in &types {
            let took = peak(bytes, ty);
            assert!(took <= allowed(bytes), "{took} bytes for {} of {ty}: {bytes:.20x?}", bytes.len());
        }
    }
    let mut runner = TestRunner::new(Config { cases: 5_000, failure_persistence: None, ..Config::default() });
    let input = (vec(any::<u8>(), 0..2_000), 0..types.len());
    runner
        .run(&input, |(bytes, ty)| {
            let took = peak(&bytes, &types[ty]);
            prop_assert!(took <= allowed(&bytes), "{} bytes for {}", took, bytes.len());
            Ok(())
        })
        .unwrap();
    // The bound means something: it is not so wide that honest values never come near it.
    let nulls = [vec![0xdc, 0x4e, 0x20], vec![0xc0; 20_000]].concat();
    assert!(peak(&nulls, &Type::list(Type::String)) > 20 * nulls.len());
}
