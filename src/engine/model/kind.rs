//! Kinds of components as tables: which fields they have, when each is set, and who owns it afterwards.
//!
//! The planner, the refresh of attributes, drift and the list of permissions are all read off these tables; a component's
//! code holds only the calls.

use serde_json::Value as Json;

use crate::engine::model::manual::{self, ManualCommands};
use crate::engine::model::procedure::{Chosen, Procedure, Stage};

/// The field that holds an object's tags.
pub const TAGS: &str = "tags";
/// The field that lists the keys of tags to take away.
pub const UNTAG: &str = "untag";

/// What an object of one kind is, and which calls change it.
#[derive(Debug)]
pub struct Kind {
    /// The field's own word, `db_subnet_group`.
    pub name: &'static str,
    /// The longest name the cloud takes.
    pub name_limit: usize,
    /// What the cloud takes as its name; `None` where it has none that could be chosen.
    pub names: Option<NameRule>,
    /// What its name begins with if names of this kind are paths: the parts of the resource's own follow, each behind a `/`.
    pub path: Option<&'static str>,
    /// Whether its id is its name. If not, the cloud gives the id, and the name only helps to find it again.
    pub named: bool,
    /// The call that makes it. `None` for what is only looked up and never changed (the default VPC).
    pub create: Option<&'static str>,
    /// The call that removes it.
    pub delete: Option<&'static str>,
    /// Whether its create answers an object of that name, whoever's it is, as if it had made it, or makes a second one: what
    /// is there is looked for first then. All other creates refuse or find what is there.
    pub create_is_blind: bool,
    /// Whether losing it loses data: such a kind is never replaced or deleted by surprise.
    pub holds_data: bool,
    /// Whether its names are shared by all regions of an account: the region is then part of the name.
    pub global: bool,
    /// Whether a change in place makes a new revision with a new id, so that its users have to be told.
    pub versioned: bool,
    /// Its fields.
    pub fields: &'static [Field],
    /// The tags that it takes.
    pub tags: TagRule,
    /// ARNs of its objects from the service on, as IAM policies write them: `rds:{region}:{account}:db:{name}`. `{outer}` is
    /// the outermost object that it lives in; `*` stands for what AWS chooses. Source: the Service Authorization Reference,
    /// <https://docs.aws.amazon.com/service-authorization/latest/reference/>.
    pub arns: &'static [&'static str],
    /// What its calls need, where that is no permission of their own name.
    pub token_permissions: &'static [&'static str],
    /// IAM actions that reading it takes.
    pub read_permissions: &'static [&'static str],
    /// IAM actions that its create, its changes and its delete take beyond those named like their calls.
    pub extra_permissions: &'static [&'static str],
    /// How a person removes an object of it.
    pub manual: ManualCommands,
}

impl Kind {
    /// What most kinds are: named by us, of one region, without data. A table says what differs.
    pub const BASE: Self = Self {
        name: "",
        name_limit: 255,
        names: None,
        path: None,
        named: true,
        create: None,
        delete: None,
        create_is_blind: false,
        holds_data: false,
        global: false,
        versioned: false,
        fields: &[],
        tags: TagRule::USUAL,
        arns: &[],
        token_permissions: &[],
        read_permissions: &[],
        extra_permissions: &[],
        manual: manual::none,
    };

    /// Why a text cannot be the name of an object of this kind.
    pub fn refuses(&self, name: &str) -> Option<String> {
        let Some(rule) = self.names else { return Some(format!("a {} has no name to choose", self.name)) };
        rule.refuses(name, self.name_limit)
    }

    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The stage of a procedure that sets these fields.
    pub fn stage(&self, fields: &[String], number: usize) -> Option<Stage> {
        let procedure = self.field(fields.first()?)?.procedure?;
        procedure.0.get(number).copied()
    }

    /// Whether a change by this call gives the object a new id.
    pub fn creates_revision(&self, call: &str) -> bool {
        self.versioned && self.create == Some(call)
    }

    /// Whether something of an object's earlier form stays until all other changes are done.
    pub fn has_cleanup(&self) -> bool {
        self.fields.iter().any(|field| matches!(field.set, Set::Cleanup(_)))
    }
}

/// What a cloud takes as a name.
#[derive(Debug, Clone, Copy)]
pub struct NameRule {
    /// The signs it may hold beside ASCII letters and digits.
    pub signs: &'static str,
    /// Whether letters must be lower-case ones.
    pub lower: bool,
    /// Whether it must begin with a letter.
    pub letter_first: bool,
    /// Whether hyphens must stand alone, and neither first nor last.
    pub single_hyphens: bool,
    /// What it must not begin with.
    pub reserved: &'static [&'static str],
}

impl NameRule {
    /// Letters, digits, hyphens and underscores, in any order.
    pub const WORD: Self =
        Self { signs: "-_", lower: false, letter_first: false, single_hyphens: false, reserved: &[] };

    /// Why a text breaks the rule.
    fn refuses(&self, name: &str, limit: usize) -> Option<String> {
        let legal = |c: char| match c {
            'A'..='Z' => !self.lower,
            _ => c.is_ascii_lowercase() || c.is_ascii_digit() || self.signs.contains(c),
        };
        let hyphens = name.starts_with('-') || name.ends_with('-') || name.contains("--");
        if name.is_empty() || name.len() > limit {
            return Some(format!("it must have 1 to {limit} characters"));
        }
        if !name.chars().all(legal) {
            let letters = if self.lower { "lower-case letters" } else { "letters" };
            return Some(format!("it may have {letters}, digits and `{}` only", self.signs));
        }
        if self.letter_first && !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return Some("it must begin with a letter".to_owned());
        }
        if self.single_hyphens && hyphens {
            return Some("it must have no hyphen at either end and no two in a row".to_owned());
        }
        let reserved = self.reserved.iter().find(|start| name.starts_with(**start))?;
        Some(format!("AWS keeps names that begin with `{reserved}` for itself"))
    }
}

/// The tags that an object takes, beyond what holds for all of AWS.
#[derive(Debug, Clone, Copy)]
pub struct TagRule {
    /// The keys of tags that drop keeps on it, beside the one that names its owner.
    pub kept: &'static [&'static str],
    /// Whether keys that differ in case only are one key.
    pub ignores_case: bool,
    /// The beginnings of keys and values, in lower case, that its service keeps for itself.
    pub reserved: &'static [&'static str],
}

impl TagRule {
    /// What most services take.
    pub const USUAL: Self = Self { kept: &[], ignores_case: false, reserved: &[] };

    /// What RDS takes: <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_Tag.html>.
    pub const RDS: Self = Self { reserved: &["rds:"], ..Self::USUAL };
}

/// One field of a kind.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// When it is set, and by which call it can be changed.
    pub set: Set,
    /// When a live value is as good as the desired one.
    pub compare: Compare,
    /// The field lists entries to take away from this map, since the call that sets them cannot.
    pub removes: Option<&'static str>,
    /// The calls that a change takes, where it is not the one of `set`.
    pub procedure: Option<&'static Procedure>,
    /// IAM actions that a desired value for it takes beyond those named like its call.
    pub extra_permissions: &'static [&'static str],
    /// Not every read looks at it.
    pub not_always_read: bool,
    /// It is put back to what it was when the object goes, unless somebody else has changed it since: what it was set to is kept
    /// beside the state.
    pub put_back: bool,
}

impl Field {
    /// A field that must be equal and is changed by `call`.
    pub const fn in_place(name: &'static str, call: &'static str) -> Self {
        Self::new(name, Set::InPlace(call))
    }

    /// A field that only a create can set.
    pub const fn fixed(name: &'static str) -> Self {
        Self::new(name, Set::CreateOnly)
    }

    /// A field that only a create can set, and nobody asks about later.
    pub const fn once(name: &'static str) -> Self {
        Self::fixed(name).compared(Compare::Ignored)
    }

    /// A parameter of the kind's calls: it says how something is done, and is nothing that the object has.
    pub const fn parameter(name: &'static str) -> Self {
        Self::new(name, Set::Parameter).compared(Compare::Ignored)
    }

    /// A field that lists entries of the map `from` to take away by `call`.
    pub const fn removing(name: &'static str, from: &'static str, call: &'static str) -> Self {
        Self { removes: Some(from), ..Self::in_place(name, call).compared(Compare::Excludes) }
    }

    /// The object's tags, set by `call`; those of others are let be.
    pub const fn tags(call: &'static str) -> Self {
        Self::in_place(TAGS, call).compared(Compare::Contains)
    }

    /// The keys of tags to take away by `call`.
    pub const fn untag(call: &'static str) -> Self {
        Self::removing(UNTAG, TAGS, call)
    }

    /// The same field, set by a call of its own after the create.
    pub const fn post_create(mut self) -> Self {
        self.set = Set::PostCreate(self.call_in_place());
        self
    }

    /// The same field, set just before the last call of a create.
    pub const fn finally(mut self) -> Self {
        self.set = Set::Final(self.call_in_place());
        self
    }

    /// The same field, changed before anything else of the resource is.
    pub const fn pre_update(mut self) -> Self {
        self.set = Set::PreUpdate(self.call_in_place());
        self
    }

    /// The call of a field that is changed in place. Of any other field a table cannot be compiled.
    const fn call_in_place(&self) -> &'static str {
        match self.set {
            Set::InPlace(call) => call,
            _ => panic!("only the turn of a field that is changed in place can be chosen, and only once"),
        }
    }

    /// A mark that something of the object's earlier form is left, taken away by `call`: `false` is what is desired.
    pub const fn stale(name: &'static str, call: &'static str) -> Self {
        Self::new(name, Set::Cleanup(call))
    }

    const fn new(name: &'static str, set: Set) -> Self {
        Self {
            name,
            set,
            compare: Compare::Equal,
            removes: None,
            procedure: None,
            extra_permissions: &[],
            not_always_read: false,
            put_back: false,
        }
    }

    /// The same field, put back to what it was when the object goes.
    pub const fn put_back(mut self) -> Self {
        self.put_back = true;
        self
    }

    /// The same field, changed by a procedure.
    pub const fn by(mut self, procedure: &'static Procedure) -> Self {
        self.procedure = Some(procedure);
        self
    }

    /// The stages of a change: what they depend on may not be known.
    pub fn update_calls(&self, was: Option<&Json>, desired: Option<&Json>) -> Vec<Chosen> {
        let chosen =
            self.procedure.zip(was.zip(desired)).map(|(table, (was, desired))| table.choose(Some(was), desired));
        chosen.filter(|chosen| !chosen.is_empty()).unwrap_or_else(|| self.one_call())
    }

    /// The stages that set it on an object that has just been created. What is not known yet counts as a desired value.
    pub fn create_calls(&self, desired: Option<&Json>) -> Vec<Chosen> {
        let desired = desired.unwrap_or(&Json::Bool(true));
        match self.procedure {
            Some(table) => table.choose(None, desired),
            None if is_unset(desired) => vec![],
            None => self.one_call(),
        }
    }

    /// The stages that make these calls, as the refresh of a live value has named them.
    pub fn by_calls(&self, calls: &[String]) -> Vec<Chosen> {
        let chosen = self.procedure.map(|table| table.by_calls(calls)).unwrap_or_default();
        if chosen.is_empty() { self.one_call() } else { chosen }
    }

    fn one_call(&self) -> Vec<Chosen> {
        match (self.set.call(), self.procedure) {
            // What is not known may take any of them: the first that makes the call stands for all.
            (Some(call), Some(table)) => table.by_calls(&[call.to_owned()]),
            (Some(call), None) => vec![Chosen::only(call)],
            (None, _) => vec![],
        }
    }

    /// The same field; a desired value for it takes these IAM actions too.
    pub const fn extra_permissions(mut self, actions: &'static [&'static str]) -> Self {
        self.extra_permissions = actions;
        self
    }

    /// The same field; a read may leave it out, and then says nothing about it.
    pub const fn not_always_read(mut self) -> Self {
        self.not_always_read = true;
        self
    }

    /// Whether what is seen may be without it.
    pub fn may_be_unread(&self) -> bool {
        self.not_always_read || self.compare == Compare::Ignored
    }

    /// The same field, compared otherwise.
    pub const fn compared(mut self, compare: Compare) -> Self {
        self.compare = compare;
        self
    }
}

/// Whether a value is what an object has anyway before anything is set: off, empty, absent.
pub fn is_unset(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::Bool(on) => !on,
        Json::Array(items) => items.is_empty(),
        Json::Object(entries) => entries.is_empty(),
        Json::Number(_) | Json::String(_) => false,
    }
}

/// When a field is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Set {
    /// At create only; another value means another object.
    CreateOnly,
    /// At create, and changed in place by this call.
    InPlace(&'static str),
    /// At create, and changed in place by this call before anything else of the resource is changed.
    PreUpdate(&'static str),
    /// By this call after the create (the create does not take it).
    PostCreate(&'static str),
    /// By this call when all else stands (protection: until then the object may still be made anew).
    Final(&'static str),
    /// Never: it is handed to the calls that set others.
    Parameter,
    /// By this call behind all other changes, whenever the object was changed: it takes away what was used until then, and
    /// what is rolled back needs again.
    Cleanup(&'static str),
}

impl Set {
    /// The call that changes the field in place.
    pub fn call(self) -> Option<&'static str> {
        match self {
            Self::CreateOnly | Self::Parameter => None,
            Self::InPlace(call)
            | Self::PreUpdate(call)
            | Self::PostCreate(call)
            | Self::Final(call)
            | Self::Cleanup(call) => Some(call),
        }
    }
}

/// When a live value satisfies the desired one. This is field ownership: whatever a rule lets pass belongs to whoever
/// changed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    /// Equal.
    Equal,
    /// Given once; what became of it later is not asked.
    Ignored,
    /// Equal where anything is desired: nothing takes nothing back.
    WhenSet,
    /// The live version is the desired one, or a later one of the same major version: `16` is satisfied by `16.4`, and `16.4`
    /// by `16.10`, not by `160` or `17`.
    Version,
    /// The live number is at least the desired one.
    AtLeast,
    /// The live number limits the growth of this other field of the object to the same size. No number, or one that the
    /// field has reached, is a limit of just what there is.
    LimitOf(&'static str),
    /// The live number is one of the two that are desired, or between them. Which one of these it is belongs to somebody else,
    /// who also follows when the limits change.
    Between,
    /// The live map has every desired entry; other entries are somebody else's.
    Contains,
    /// The live map has the desired entries and no other; those beyond are taken away by the field that removes them.
    Exact,
    /// Equal without regard to case.
    IgnoreCase,
    /// None of the listed entries is there.
    Excludes,
    /// The live list has the desired entry; other entries are somebody else's.
    ContainsItem,
    /// The live value is one of the desired list, the first of which is set where it is none of them; or it is the desired
    /// value. Of an earlier list, the first is what was set.
    OneOf,
}

impl Compare {
    /// Whether `live` is all that is wanted and nothing beyond: what a refresh asks. It is [`Self::satisfied`], but for
    /// entries that another call has to take away.
    pub fn agrees(self, wanted: &Json, live: &Json) -> bool {
        if self == Self::Exact { wanted == live } else { self.satisfied(wanted, live) }
    }

    /// Whether `wanted` says less than the desired value before it, so that nothing has to be changed.
    pub fn relaxes(self, wanted: &Json, was: &Json) -> bool {
        match self {
            Self::Version => is_prefix(wanted, was),
            Self::Contains | Self::Exact | Self::WhenSet | Self::OneOf => self.satisfied(wanted, was),
            _ => false,
        }
    }

    /// Whether `live` is as good as `wanted`, as far as the call that sets it can see to that.
    pub fn satisfied(self, wanted: &Json, live: &Json) -> bool {
        match self {
            Self::Ignored => true,
            Self::Equal | Self::LimitOf(_) => wanted == live,
            Self::WhenSet => wanted.is_null() || wanted == live,
            Self::IgnoreCase => match (wanted.as_str(), live.as_str()) {
                (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
                _ => wanted == live,
            },
            Self::Version => match (version(wanted), version(live)) {
                (Some(wanted), Some(live)) => wanted.first() == live.first() && wanted <= live,
                _ => wanted == live,
            },
            Self::AtLeast => match (wanted.as_f64(), live.as_f64()) {
                (Some(floor), Some(number)) => number >= floor,
                _ => wanted == live,
            },
            Self::Between => match (wanted.as_array().map(Vec::as_slice), live.as_f64()) {
                (Some([least, most]), Some(live)) => {
                    least.as_f64().is_some_and(|least| least <= live) && most.as_f64().is_some_and(|most| live <= most)
                }
                _ => wanted == live,
            },
            Self::Excludes => match (wanted.as_array(), live.as_array()) {
                (Some(unwanted), Some(live)) => !live.iter().any(|entry| unwanted.contains(entry)),
                _ => wanted == live,
            },
            Self::OneOf => {
                let wanted = wanted.as_array().map_or(std::slice::from_ref(wanted), Vec::as_slice);
                wanted.contains(live.as_array().and_then(|values| values.first()).unwrap_or(live))
            }
            Self::ContainsItem => match live.as_array() {
                Some(live) => live.contains(wanted),
                None => wanted == live,
            },
            Self::Contains | Self::Exact => match (wanted.as_object(), live.as_object()) {
                (Some(wanted), Some(live)) => wanted.iter().all(|(key, value)| live.get(key) == Some(value)),
                _ => wanted == live,
            },
        }
    }
}

/// The numbers of a version; `None` where it is no text. What follows the digits of a part is no part of the order.
fn version(value: &Json) -> Option<Vec<u64>> {
    let number = |part: &str| {
        let digits = part.find(|c: char| !c.is_ascii_digit()).map_or(part, |end| &part[..end]);
        digits.parse().unwrap_or_default()
    };
    Some(value.as_str()?.split('.').map(number).collect())
}

/// Whether a version is another one without its last parts.
fn is_prefix(shorter: &Json, longer: &Json) -> bool {
    let (Some(shorter), Some(longer)) = (shorter.as_str(), longer.as_str()) else { return shorter == longer };
    longer.strip_prefix(shorter).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_version_is_satisfied_by_later_ones_of_its_major() {
        let runs = |live: &str, wanted: &str| Compare::Version.satisfied(&json!(wanted), &json!(live));
        assert!(runs("16.4", "16") && runs("16.4", "16.4") && runs("16.10", "16.4"));
        assert!(runs("11.22-rds.20240418", "11.22"));
        assert!(!runs("16.4", "16.40") && !runs("16.4", "1") && !runs("17.4", "16") && !runs("16", "16.1"));
    }

    #[test]
    fn a_shorter_version_says_less() {
        let relaxes = |was: &str, wanted: &str| Compare::Version.relaxes(&json!(wanted), &json!(was));
        assert!(relaxes("16.4", "16") && relaxes("16.4", "16.4"));
        assert!(!relaxes("16.40", "16.4") && !relaxes("16.4", "16.2") && !relaxes("16", "16.4"));
    }

    #[test]
    fn a_floor_lets_growth_pass() {
        assert!(Compare::AtLeast.satisfied(&json!(20), &json!(25)));
        assert!(!Compare::AtLeast.satisfied(&json!(20), &json!(19)));
    }

    #[test]
    fn entries_beyond_a_whole_map_are_seen_but_not_by_the_call_that_sets_it() {
        let (wanted, live) = (json!({"a": "1"}), json!({"a": "1", "b": "2"}));
        assert!(Compare::Exact.satisfied(&wanted, &live));
        assert!(!Compare::Exact.agrees(&wanted, &live));
    }

    #[test]
    fn a_name_is_refused_before_the_cloud_does() {
        let rule = NameRule { signs: "-", lower: true, letter_first: true, single_hyphens: true, reserved: &["sg-"] };
        let kind = Kind { name: "group", name_limit: 8, names: Some(rule), ..Kind::BASE };
        assert_eq!(kind.refuses("skafu-a1"), None);
        for name in ["", "too-long-a", "Upper", "a_b", "1a", "-a", "a-", "a--b", "sg-1"] {
            assert!(kind.refuses(name).is_some(), "{name}");
        }
        assert!(Kind { name: "listener", ..Kind::BASE }.refuses("web").is_some());
    }

    #[test]
    fn foreign_entries_of_a_map_are_let_be() {
        assert!(Compare::Contains.satisfied(&json!({"a": "1"}), &json!({"a": "1", "aws:x": "2"})));
        assert!(!Compare::Contains.satisfied(&json!({"a": "1"}), &json!({"a": "2"})));
    }
}
