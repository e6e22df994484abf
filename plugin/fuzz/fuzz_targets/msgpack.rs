//! A type in JSON, a line end, and bytes to be read as it. What is read is written and read again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tf_plugin::{Type, codec};

fuzz_target!(|input: &[u8]| {
    let Some(end) = input.iter().position(|byte| *byte == b'\n') else { return };
    let Ok(ty) = Type::from_json(&input[..end]) else { return };
    let Ok(value) = codec::from_msgpack(&input[end + 1..], &ty) else { return };
    let bytes = codec::to_msgpack(&value, &ty).expect("what was read can be written");
    assert_eq!(codec::from_msgpack(&bytes, &ty).as_ref(), Ok(&value));
});
