//! What the table says of a field, as answers to the questions that plan, refresh and execution ask.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::kind::{Compare, Field, Set, is_unset};
use super::spec::Input;

/// The fields of an object as they are.
pub type LiveFields = BTreeMap<&'static str, Json>;

/// How one desired value follows another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// There is nothing to do.
    None,
    /// The new value has to be set.
    Some,
    /// One of the two is not known.
    Open,
}

/// Which step of a create sets a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnCreate {
    /// The create itself.
    Create,
    /// A step right behind it.
    Behind,
    /// A step behind those of all components.
    Last,
    /// None: a new object has nothing of the kind, or it is a parameter of the calls that set others.
    Never,
}

/// How an object that was found where one was to be created gets the desired value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnFound {
    /// Only by making the object anew.
    Replace,
    /// At once, by its own stages.
    Now,
    /// Not here: by a step of its own that is still to come, or as a parameter of another.
    Later,
}

impl Field {
    /// How the new desired value follows the earlier one. Compares two desired values, not a desired value with a live one:
    /// Read has filtered out growth by the field's owner. So this lets pass only what is never asked again, limits that their
    /// owner follows, a version that merely became shorter, a list of good values that became longer, what is not desired any
    /// more where that takes nothing back, and entries that were taken out of a map, which are another field's to remove.
    pub fn wants(&self, was: Option<&Input>, wanted: &Input) -> Difference {
        if matches!(self.compare, Compare::Ignored | Compare::Between) {
            return Difference::None;
        }
        match (wanted, was) {
            (Input::Unknown, _) | (_, Some(Input::Unknown)) => Difference::Open,
            (Input::Known(wanted), None) if is_unset(wanted) => Difference::None,
            (wanted, Some(was)) if wanted == was => Difference::None,
            (Input::Known(wanted), Some(Input::Known(was))) if self.compare.relaxes(wanted, was) => Difference::None,
            _ => Difference::Some,
        }
    }

    /// Whether the live value, one of these of an object, has to be set back, as a refresh sees it. A value that was not
    /// looked at is in order.
    pub fn repairs(&self, wanted: &Json, live: &LiveFields) -> bool {
        self.beside(wanted, live).is_some_and(|(wanted, value)| !self.compare.agrees(&wanted, &value))
    }

    /// Whether the live value, one of these of an object, is as desired, as far as the call that sets it can see to that. A
    /// value that is not there is good enough for no desired value at all.
    pub fn is_satisfied(&self, wanted: &Json, live: &LiveFields) -> bool {
        match self.beside(wanted, live) {
            Some((wanted, value)) => self.compare.satisfied(&wanted, &value),
            None => self.compare == Compare::Ignored || wanted.is_null(),
        }
    }

    /// The desired and the live value, as they compare beside the object's other fields.
    fn beside(&self, wanted: &Json, live: &LiveFields) -> Option<(Json, Json)> {
        let value = live.get(self.name)?;
        let size = match self.compare {
            Compare::LimitOf(other) => live.get(other).and_then(Json::as_i64),
            _ => None,
        };
        Some(match size {
            Some(size) => {
                let limit = |most: &Json| Json::from(most.as_i64().unwrap_or(size).max(size));
                (limit(wanted), limit(value))
            }
            None => (wanted.clone(), value.clone()),
        })
    }

    /// Which step of a create sets it.
    pub fn on_create(&self) -> OnCreate {
        match self.set {
            Set::CreateOnly | Set::InPlace(_) | Set::PreUpdate(_) => OnCreate::Create,
            Set::PostCreate(_) => OnCreate::Behind,
            Set::Final(_) => OnCreate::Last,
            Set::Cleanup(_) | Set::Parameter => OnCreate::Never,
        }
    }

    /// How an object that was found with another value is brought to the desired one. What comes later is switched on by a
    /// step of its own; switched off it may be found on, and has none.
    pub fn on_found(&self, wanted: Option<&Json>) -> OnFound {
        match self.set {
            Set::CreateOnly => OnFound::Replace,
            Set::InPlace(_) | Set::PreUpdate(_) | Set::Cleanup(_) => OnFound::Now,
            Set::PostCreate(_) | Set::Final(_) if wanted.is_none_or(is_unset) => OnFound::Now,
            Set::PostCreate(_) | Set::Final(_) | Set::Parameter => OnFound::Later,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const IN_PLACE: Field = Field::in_place("f", "x:Set");

    #[test]
    fn every_rule_of_setting_has_its_answers() {
        let (on, off) = (json!(true), json!(false));
        for (field, on_create, found_on, found_off) in [
            (Field::fixed("f"), OnCreate::Create, OnFound::Replace, OnFound::Replace),
            (IN_PLACE, OnCreate::Create, OnFound::Now, OnFound::Now),
            (IN_PLACE.pre_update(), OnCreate::Create, OnFound::Now, OnFound::Now),
            (IN_PLACE.post_create(), OnCreate::Behind, OnFound::Later, OnFound::Now),
            (IN_PLACE.finally(), OnCreate::Last, OnFound::Later, OnFound::Now),
            (Field::parameter("f"), OnCreate::Never, OnFound::Later, OnFound::Later),
            (Field::stale("f", "x:Set"), OnCreate::Never, OnFound::Now, OnFound::Now),
        ] {
            let set = field.set;
            assert_eq!(field.on_create(), on_create, "{set:?}");
            assert_eq!((field.on_found(Some(&on)), field.on_found(Some(&off))), (found_on, found_off), "{set:?}");
            assert_eq!(field.on_found(None), found_off, "{set:?}");
        }
    }

    #[test]
    fn every_rule_of_comparing_has_its_answers() {
        // What follows from `was` to `wanted`, whether that live value is repaired, and whether a call has anything to do.
        let (some, none) = (Difference::Some, Difference::None);
        for (compare, was, wanted, follows, repairs, satisfied) in [
            (Compare::Equal, json!("a"), json!("a"), none, false, true),
            (Compare::Equal, json!("a"), json!("b"), some, true, false),
            (Compare::Equal, json!("a"), Json::Null, some, true, false),
            (Compare::Ignored, json!("a"), json!("b"), none, false, true),
            (Compare::WhenSet, json!("a"), json!("b"), some, true, false),
            (Compare::WhenSet, json!("a"), Json::Null, none, false, true),
            (Compare::Version, json!("16.4"), json!("16"), none, false, true),
            (Compare::Version, json!("16"), json!("16.4"), some, true, false),
            (Compare::Version, json!("16.7"), json!("16.4"), some, false, true),
            (Compare::Version, json!("17.1"), json!("16.4"), some, true, false),
            (Compare::AtLeast, json!(30), json!(20), some, false, true),
            (Compare::AtLeast, json!(20), json!(30), some, true, false),
            (Compare::Between, json!(0), json!([1, 3]), none, true, false),
            (Compare::Between, json!(2), json!([1, 3]), none, false, true),
            (Compare::Between, json!(4), json!([1, 3]), none, true, false),
            (Compare::IgnoreCase, json!("Mon"), json!("mon"), some, false, true),
            (Compare::Contains, json!({"a": 1, "b": 2}), json!({"a": 1}), none, false, true),
            (Compare::Contains, json!({"a": 1}), json!({"a": 2}), some, true, false),
            (Compare::Exact, json!({"a": 1, "b": 2}), json!({"a": 1}), none, true, true),
            (Compare::Exact, json!({"a": 1}), json!({"a": 2}), some, true, false),
            (Compare::Excludes, json!(["a"]), json!(["b"]), some, false, true),
            (Compare::Excludes, json!(["a"]), json!(["a", "b"]), some, true, false),
            (Compare::ContainsItem, json!(["a", "b"]), json!("a"), some, false, true),
            (Compare::ContainsItem, json!(["a"]), json!("b"), some, true, false),
            (Compare::OneOf, json!("a"), json!(["b", "a"]), none, false, true),
            (Compare::OneOf, json!("a"), json!(["b", "c"]), some, true, false),
            (Compare::OneOf, json!("a"), json!("b"), some, true, false),
            (Compare::OneOf, json!(["b", "a"]), json!("a"), some, true, false),
            (Compare::OneOf, json!(["b", "a"]), json!("b"), none, false, true),
            (Compare::OneOf, json!(["b", "a"]), json!(["c", "b"]), none, false, true),
        ] {
            let field = IN_PLACE.compared(compare);
            let case = format!("{compare:?}: {was} -> {wanted}");
            assert_eq!(field.wants(Some(&Input::Known(was.clone())), &Input::Known(wanted.clone())), follows, "{case}");
            let live = BTreeMap::from([("f", was)]);
            assert_eq!(field.repairs(&wanted, &live), repairs, "{case}");
            assert_eq!(field.is_satisfied(&wanted, &live), satisfied, "{case}");
        }
    }

    #[test]
    fn a_limit_is_what_the_size_may_still_become() {
        let field = IN_PLACE.compared(Compare::LimitOf("size"));
        for (wanted, size, live, satisfied) in [
            (json!(100), json!(20), json!(100), true),
            (json!(100), json!(20), Json::Null, false),
            (json!(100), json!(20), json!(200), false),
            (Json::Null, json!(20), Json::Null, true),
            (Json::Null, json!(20), json!(20), true),
            (Json::Null, json!(20), json!(100), false),
            // It has grown as far as it may, or beyond.
            (json!(100), json!(100), json!(100), true),
            (json!(100), json!(100), Json::Null, true),
            (json!(100), json!(150), Json::Null, true),
            (json!(100), json!(150), json!(200), false),
            (json!(100), Json::Null, json!(100), true),
            (json!(100), Json::Null, json!(200), false),
        ] {
            let case = format!("{wanted} of {size}: {live}");
            let live = BTreeMap::from([("size", size), ("f", live)]);
            assert_eq!(field.is_satisfied(&wanted, &live), satisfied, "{case}");
            assert_eq!(field.repairs(&wanted, &live), !satisfied, "{case}");
        }
    }

    #[test]
    fn what_is_not_there_or_not_known_has_its_answers() {
        let known = |value: Json| Input::Known(value);
        assert_eq!(IN_PLACE.wants(None, &known(json!(false))), Difference::None);
        assert_eq!(IN_PLACE.wants(None, &known(json!("a"))), Difference::Some);
        assert_eq!(IN_PLACE.wants(None, &Input::Unknown), Difference::Open);
        assert_eq!(IN_PLACE.wants(Some(&Input::Unknown), &known(json!("a"))), Difference::Open);
        let output = Input::output("other", "id");
        assert_eq!(IN_PLACE.wants(Some(&output), &output), Difference::None);
        assert_eq!(IN_PLACE.wants(Some(&known(json!("a"))), &output), Difference::Some);
        assert_eq!(Field::once("f").wants(None, &Input::Unknown), Difference::None);
        let none = BTreeMap::new();
        assert!(!IN_PLACE.repairs(&json!("a"), &none));
        assert!(!IN_PLACE.is_satisfied(&json!("a"), &none) && IN_PLACE.is_satisfied(&Json::Null, &none));
        assert!(Field::once("f").is_satisfied(&json!("a"), &none));
    }
}
