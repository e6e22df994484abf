//! The kinds of the test cloud.

use crate::engine::model::kind::{Field, Kind};
use crate::engine::model::name::ComponentName;
use crate::engine::model::procedure::{Goal, Procedure, Stage, Turn};

pub const PREPARE: &str = "x:Prepare";
pub const UNPREPARE: &str = "x:Unprepare";
pub const SHIFT: &str = "x:Shift";
pub const SHIFT_BACK: &str = "x:ShiftBack";
pub const VERIFY: &str = "x:Verify";
pub const RECORD: &str = "x:Record";

pub static HOUSE: Kind = Kind {
    name: "house",
    create: Some("x:BuildHouse"),
    delete: Some("x:RazeHouse"),
    fields: &[Field::tags("x:Tag"), Field::untag("x:Untag")],
    ..Kind::BASE
};
/// One object for all houses that want one.
pub static FLAG: Kind = Kind { name: "flag", create: Some("x:HoistFlag"), delete: Some("x:StrikeFlag"), ..Kind::BASE };
/// It is somewhere else.
pub static SIGN: Kind = Kind { name: "sign", create: Some("x:PutSign"), delete: Some("x:TakeSign"), ..Kind::BASE };
pub static ROOM: Kind = Kind {
    name: "room",
    create: Some("x:BuildRoom"),
    delete: Some("x:RazeRoom"),
    fields: &[Field::fixed("floor"), Field::in_place("colour", "x:PaintRoom")],
    ..Kind::BASE
};
pub static LAMP: Kind = Kind {
    name: "lamp",
    create: Some("x:HangLamp"),
    delete: Some("x:TakeLamp"),
    fields: &[Field::in_place("watts", "x:SetLamp")],
    ..Kind::BASE
};
/// What is shifted is tried before it counts.
static SWITCHOVER: Procedure = Procedure(&[
    Stage::new(PREPARE).at(Turn::Before).undone_by(UNPREPARE),
    Stage::new(SHIFT).until(Goal::Reports("SHIFTED")).undone_by(SHIFT_BACK),
    Stage::new(VERIFY).until(Goal::Passes(2)),
    Stage::new(RECORD).at(Turn::After),
]);
pub static SWITCH: Kind = Kind {
    name: "switch",
    create: Some("x:MountSwitch"),
    delete: Some("x:TakeSwitch"),
    fields: &[
        Field::in_place("version", SHIFT).by(&SWITCHOVER),
        Field::parameter("password"),
        Field::in_place("password_version", "x:SetPassword"),
    ],
    ..Kind::BASE
};

/// The kind of a component by its name: users behind what they use.
pub fn kind_of(name: &ComponentName) -> Option<(usize, &'static Kind)> {
    let kinds = [&HOUSE, &FLAG, &SIGN, &ROOM, &LAMP, &SWITCH];
    let position = kinds.iter().position(|kind| kind.name == name.kind())?;
    Some((position, kinds[position]))
}
