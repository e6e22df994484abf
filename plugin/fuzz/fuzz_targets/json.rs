//! A type in JSON, a line end, and a state to be read as it. What is read is written and read again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tf_plugin::{Type, codec::json};

fuzz_target!(|input: &[u8]| {
    let Some(end) = input.iter().position(|byte| *byte == b'\n') else { return };
    let Ok(ty) = Type::from_json(&input[..end]) else { return };
    let _ = json::decode_leniently(&input[end + 1..], &ty);
    let Ok(value) = json::decode(&input[end + 1..], &ty) else { return };
    let text = json::encode(&value, &ty).expect("what was read can be written");
    assert_eq!(json::decode(&text, &ty).as_ref(), Ok(&value));
});
