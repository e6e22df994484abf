use proptest::prelude::*;

use super::*;
use crate::{Bound, Number, Refinement, Type, Value};

fn number(text: &str) -> Value {
    Value::Number(text.parse().unwrap())
}

fn refined(refinement: Refinement) -> Value {
    Value::Unknown(Some(Box::new(refinement)))
}

/// As captured from Terraform 1.11.4 (see the research notes on the protocol).
#[test]
fn what_the_cli_sends_is_read() {
    let prefix = Refinement { not_null: true, prefix: Some("prefix-".into()), ..Refinement::default() };
    for (bytes, ty, value) in [
        (&b"\xc0"[..], Type::String, Value::Null),
        (b"\xd4\x00\x00", Type::String, Value::UNKNOWN),
        (b"\xa30.1", Type::Number, number("0.1")),
        (b"\xcb\x3f\xf8\0\0\0\0\0\0", Type::Number, number("1.5")),
        (b"\xb39223372036854775808", Type::Number, number("9223372036854775808")),
        (b"\xcd\x01\x00", Type::Number, number("256")),
        (b"\xe0", Type::Number, number("-32")),
        (b"\xd1\xff\x00", Type::Number, number("-256")),
        (b"\xca\x3f\x80\0\0", Type::Number, number("1")),
        (b"\xc7\x0c\x0c\x82\x01\xc2\x02\xa7prefix-", Type::String, refined(prefix)),
        (b"\xc7\x02\x63\xc0\xc0", Type::Bool, Value::UNKNOWN),
        (b"\x92\xc4\x08\"string\"\xd4\0\0", Type::Dynamic, {
            Value::Dynamic(Box::new((Type::String, Value::UNKNOWN)))
        }),
        (b"\x92\xc4\x09\"dynamic\"\xc0", Type::Dynamic, Value::Null),
        (b"\xd4\0\0", Type::Dynamic, Value::UNKNOWN),
    ] {
        assert_eq!(from_msgpack(bytes, &ty), Ok(value), "{bytes:x?}");
    }
}

#[test]
fn numbers_are_sent_without_rounding() {
    for (text, bytes) in [
        ("0.1", &b"\xa30.1"[..]),
        ("5", b"\x05"),
        ("-1", b"\xff"),
        ("300", b"\xd3\0\0\0\0\0\0\x01\x2c"),
        ("9223372036854775808", b"\xb39223372036854775808"),
    ] {
        assert_eq!(to_msgpack(&number(text), &Type::Number).unwrap(), bytes, "{text}");
    }
}

#[test]
fn an_object_has_every_attribute_and_no_other() {
    let ty = Type::object([("a", Type::String), ("b", Type::Bool)]);
    let missing = from_msgpack(b"\x81\xa1a\xc0", &ty).unwrap_err();
    assert_eq!(missing.to_string(), r#"the attribute "b" is missing"#);
    let extra = from_msgpack(b"\x83\xa1a\xc0\xa1b\xc0\xa1c\xc0", &ty).unwrap_err();
    assert_eq!(extra.to_string(), r#"there is no attribute "c""#);
    assert!(to_msgpack(&Value::object([("a", Value::Null)]), &ty).is_err());
    assert!(json::decode(br#"{"a":null}"#, &ty).is_err());
    let lenient = json::decode_leniently(br#"{"a":"x","old":[1]}"#, &ty).unwrap();
    assert_eq!(lenient, Value::object([("a", "x".into()), ("b", Value::Null)]));
}

#[test]
fn an_error_names_the_place() {
    let ty = Type::object([("route", Type::map(Type::list(Type::Number)))]);
    let error = from_msgpack(b"\x81\xa5route\x81\xa1/\x92\x01\xc3", &ty).unwrap_err();
    assert_eq!(error.to_string(), r#"route["/"][1]: a number is required, a bool given"#);
    let error = json::decode(br#"{"route":{"/":[1,true]}}"#, &ty).unwrap_err();
    assert!(error.to_string().starts_with(r#"route["/"][1]: "#), "{error}");
}

#[test]
fn a_claimed_length_allocates_nothing() {
    for bytes in
        [&b"\xdd\xff\xff\xff\xff"[..], b"\xdf\xff\xff\xff\xff", b"\xdb\xff\xff\xff\xff", b"\xc9\xff\xff\xff\xff\x0c"]
    {
        for ty in [Type::list(Type::String), Type::map(Type::String), Type::String, Type::Dynamic] {
            assert!(from_msgpack(bytes, &ty).is_err());
        }
    }
    // A refinement under a key that means nothing to us, nested as deep as its bytes allow.
    let mut content = vec![0x81, 0x63];
    content.extend([0x91].repeat(100_000));
    content.push(0xc0);
    let mut bytes = vec![0xc9];
    bytes.extend((content.len() as u32).to_be_bytes());
    bytes.push(12);
    bytes.extend(content);
    assert_eq!(from_msgpack(&bytes, &Type::String), Ok(Value::UNKNOWN));
}

#[test]
fn nesting_is_bounded() {
    // Values of any type inside one another: the one way to nest without a type that says so.
    let pair = b"\x92\xc4\x12[\"list\",\"dynamic\"]\x91";
    let nested = |levels: usize| [pair.repeat(levels), b"\xc0".to_vec()].concat();
    assert!(from_msgpack(&nested(20), &Type::Dynamic).is_ok());
    let error = from_msgpack(&nested(100_000), &Type::Dynamic).unwrap_err();
    assert!(error.problem.contains("deeper"), "{error}");
    let open = "[".repeat(100_000);
    assert!(json::decode(format!("{open}{}", "]".repeat(100_000)).as_bytes(), &Type::list(Type::String)).is_err());
    let pair = r#"{"type":["list","dynamic"],"value":["#;
    let deep = format!("{}null{}", pair.repeat(1_000), "]}".repeat(1_000));
    assert!(json::decode(deep.as_bytes(), &Type::Dynamic).is_err());
    // And on the way out.
    let mut value = Value::Null;
    for _ in 0..300 {
        value = Value::Dynamic(Box::new((Type::list(Type::Dynamic), Value::List(vec![value]))));
    }
    assert!(to_msgpack(&value, &Type::Dynamic).is_err());
}

fn types() -> impl Strategy<Value = Type> {
    types_over(prop_oneof![Just(Type::Bool), Just(Type::Number), Just(Type::String), Just(Type::Dynamic)])
}

/// Types that a value of any type turns out to have. Without further ones of any type inside, or it would never end.
fn static_types() -> impl Strategy<Value = Type> {
    types_over(prop_oneof![Just(Type::Bool), Just(Type::Number), Just(Type::String)])
}

fn types_over(leaf: impl Strategy<Value = Type> + 'static) -> impl Strategy<Value = Type> {
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(Type::list),
            inner.clone().prop_map(Type::set),
            inner.clone().prop_map(Type::map),
            prop::collection::vec(inner.clone(), 0..3).prop_map(Type::Tuple),
            prop::collection::btree_map("[a-c]", inner, 0..3).prop_map(Type::object),
        ]
    })
}

fn refinements() -> impl Strategy<Value = Refinement> {
    let bound = || {
        let bound = (any::<i64>(), any::<bool>());
        prop::option::of(bound.prop_map(|(number, inclusive)| Bound { number: number.into(), inclusive }))
    };
    let length = || prop::option::of(0..1_000_u64);
    (any::<bool>(), prop::option::of("\\PC{0,40}"), bound(), bound(), length(), length()).prop_map(
        |(not_null, prefix, lower, upper, min_length, max_length)| Refinement {
            not_null,
            prefix,
            lower,
            upper,
            min_length,
            max_length,
        },
    )
}

fn numbers() -> impl Strategy<Value = Number> {
    prop_oneof![
        any::<i64>().prop_map(Number::from),
        any::<f64>().prop_filter_map("finite", Number::from_f64),
        "-?[0-9]{1,30}(\\.[0-9]{1,30})?".prop_map(|text| text.parse().unwrap()),
    ]
}

/// A value of the type; unknown ones too if the format can hold them.
fn values(ty: &Type, unknowns: bool) -> BoxedStrategy<Value> {
    let many = |element: &Type| prop::collection::vec(values(element, unknowns), 0..20);
    let known = match ty {
        Type::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Type::Number => numbers().prop_map(Value::Number).boxed(),
        Type::String => "\\PC{0,40}".prop_map(Value::String).boxed(),
        Type::Dynamic => static_types()
            .prop_flat_map(move |ty| (Just(ty.clone()), values(&ty, unknowns)))
            .prop_map(|typed| Value::Dynamic(Box::new(typed)))
            .boxed(),
        Type::List(element) => many(element).prop_map(Value::List).boxed(),
        Type::Set(element) => many(element).prop_map(Value::Set).boxed(),
        Type::Map(element) => {
            prop::collection::btree_map("\\PC{0,5}", values(element, unknowns), 0..20).prop_map(Value::Map).boxed()
        }
        Type::Tuple(types) => {
            types.iter().map(|ty| values(ty, unknowns)).collect::<Vec<_>>().prop_map(Value::Tuple).boxed()
        }
        Type::Object { attributes, .. } => {
            let members = attributes.iter().map(|(name, ty)| (Just(name.clone()), values(ty, unknowns)));
            members.collect::<Vec<_>>().prop_map(Value::object).boxed()
        }
    };
    let unknown = refinements()
        .prop_map(|refinement| Value::Unknown((refinement != Refinement::default()).then(|| Box::new(refinement))));
    match unknowns {
        true => prop_oneof![6 => known, 1 => Just(Value::Null), 1 => unknown, 1 => Just(Value::UNKNOWN)].boxed(),
        false => prop_oneof![6 => known, 1 => Just(Value::Null)].boxed(),
    }
}

fn typed_values(unknowns: bool) -> impl Strategy<Value = (Type, Value)> {
    types().prop_flat_map(move |ty| (Just(ty.clone()), values(&ty, unknowns)))
}

proptest! {
    #[test]
    fn msgpack_gives_back_what_it_was_given((ty, value) in typed_values(true)) {
        let bytes = to_msgpack(&value, &ty).unwrap();
        prop_assert_eq!(from_msgpack(&bytes, &ty).unwrap(), value);
    }

    #[test]
    fn json_gives_back_what_it_was_given((ty, value) in typed_values(false)) {
        let text = json::encode(&value, &ty).unwrap();
        prop_assert_eq!(json::decode(&text, &ty).unwrap(), value);
    }

    #[test]
    fn types_give_back_what_they_were_given(ty in types()) {
        prop_assert_eq!(Type::from_json(&ty.to_json()).unwrap(), ty);
    }

    #[test]
    fn random_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), ty in types()) {
        let _ = from_msgpack(&bytes, &ty);
        let _ = json::decode(&bytes, &ty);
        let _ = json::decode_leniently(&bytes, &ty);
    }

    #[test]
    fn damaged_bytes_are_read_or_refused(
        (ty, value) in typed_values(true),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = to_msgpack(&value, &ty).unwrap();
        let place = at.index(bytes.len());
        bytes[place] = byte;
        let _ = from_msgpack(&bytes, &ty);
        bytes.truncate(cut.index(bytes.len()));
        let _ = from_msgpack(&bytes, &ty);
    }
}
