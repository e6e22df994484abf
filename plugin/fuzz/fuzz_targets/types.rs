//! Types and numbers as text.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tf_plugin::{Number, Type};

fuzz_target!(|input: &[u8]| {
    if let Ok(ty) = Type::from_json(input) {
        assert_eq!(Type::from_json(&ty.to_json()).expect("what was read can be written"), ty);
    }
    if let Ok(number) = std::str::from_utf8(input).unwrap_or_default().parse::<Number>() {
        assert_eq!(number.to_string().parse::<Number>().as_ref(), Ok(&number));
    }
});
