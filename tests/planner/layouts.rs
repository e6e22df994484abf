//! Random layouts: components of a few kinds that take each other's ids, in several editions of one configuration.
//!
//! All that the properties know of the types of specs stands here.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use terraform_provider_drop::engine::model::kind::{Field, Kind};
use terraform_provider_drop::engine::model::spec::{Input, Spec};
use terraform_provider_drop::engine::plan::planner::Anchor;

static HOOK: Kind =
    Kind { name: "hook", create: Some("m:CreateHook"), delete: Some("m:DeleteHook"), fields: &[], ..Kind::BASE };
/// Set in the create, after it, and as its very last.
static PLAIN: Kind = Kind {
    name: "plain",
    create: Some("m:CreatePlain"),
    delete: Some("m:DeletePlain"),
    fields: &[
        Field::fixed("key"),
        Field::in_place("uses", "m:ModifyPlain"),
        Field::in_place("size", "m:ModifyPlain"),
        Field::in_place("also", "m:SetPlain").post_create(),
        Field::in_place("guard", "m:GuardPlain").finally(),
        Field::tags("m:TagPlain"),
        Field::untag("m:UntagPlain"),
    ],
    ..Kind::BASE
};
/// A change gives it another id.
static REVISED: Kind = Kind {
    name: "revised",
    create: Some("m:WriteRevision"),
    delete: Some("m:DropRevision"),
    versioned: true,
    fields: &[Field::in_place("uses", "m:WriteRevision"), Field::in_place("size", "m:WriteRevision")],
    ..Kind::BASE
};
/// Holds data; one of its fields is changed before all others of the resource.
static STORE: Kind = Kind {
    name: "store",
    create: Some("m:CreateStore"),
    delete: Some("m:DeleteStore"),
    holds_data: true,
    fields: &[
        Field::fixed("key"),
        Field::in_place("uses", "m:ModifyStore"),
        Field::in_place("size", "m:ModifyStore"),
        Field::in_place("also", "m:CopyStore").pre_update(),
    ],
    ..Kind::BASE
};
/// Whatever it is called, its kind is this one, so that editions agree.
static KINDS: [&Kind; 3] = [&PLAIN, &REVISED, &STORE];

pub const ANCHOR: Anchor<'_> = Anchor { component: "hook", call: "m:TagHook" };

/// One component of an edition.
#[derive(Debug, Clone)]
struct Desired {
    present: bool,
    size: u8,
    also: Option<u8>,
    tags: BTreeMap<String, String>,
    /// Which of the components in front of it it uses.
    uses: Vec<bool>,
}

/// One edition of a configuration: the anchor, and up to so many components behind it.
#[derive(Debug, Clone)]
pub struct Edition(Vec<Desired>);

/// How many components there are at most.
const MOST: usize = 7;

/// Editions of one configuration, one after another.
pub fn editions(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Edition>> {
    let tags = prop::collection::btree_map("[ab]", "[xy]", 0..3);
    let desired = (
        prop::bool::weighted(0.8),
        0..3_u8,
        prop::option::of(0..2_u8),
        tags,
        prop::collection::vec(any::<bool>(), MOST),
    );
    let desired = desired.prop_map(|(present, size, also, tags, uses)| Desired { present, size, also, tags, uses });
    prop::collection::vec(prop::collection::vec(desired, MOST).prop_map(Edition), count)
}

impl Edition {
    /// What it asks for.
    pub fn specs(&self) -> Vec<Spec> {
        let present = |n: &usize| self.0[*n].present;
        let made = (0..self.0.len()).filter(present).map(|n| self.spec(n, &(0..n).filter(present).collect::<Vec<_>>()));
        std::iter::once(Spec::new(ANCHOR.component, &HOOK)).chain(made).collect()
    }

    fn spec(&self, n: usize, before: &[usize]) -> Spec {
        let (desired, kind) = (&self.0[n], KINDS[n % KINDS.len()]);
        let used: Vec<String> = before.iter().filter(|m| desired.uses[**m]).map(|m| name(*m)).collect();
        let uses = match &used[..] {
            [] => Json::Null.into(),
            [one] => Input::output(one.as_str(), "id"),
            more => {
                let template: Vec<String> = more.iter().map(|name| format!("${{{name}.id}}")).collect();
                let outputs: Vec<(&str, &str)> = more.iter().map(|name| (name.as_str(), "id")).collect();
                Input::text(template.join(" "), &outputs)
            }
        };
        let fields = [
            ("key", json!(n).into()),
            ("uses", uses),
            ("size", json!(desired.size).into()),
            ("also", json!(desired.also).into()),
            ("guard", json!(desired.size > 1).into()),
            ("tags", json!(desired.tags).into()),
        ];
        let known = fields.into_iter().filter(|(field, _)| kind.field(field).is_some());
        known.fold(Spec::new(name(n).as_str(), kind), |spec, (field, input): (_, Input)| spec.with(field, input))
    }
}

fn name(n: usize) -> String {
    format!("{}.{n}", KINDS[n % KINDS.len()].name)
}
