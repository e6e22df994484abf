//! A resource for tests alone, with all that a layout can ask for: rooms and lamps by the dozen, an object in another place, a
//! change of four stages that can be undone, a secret, and an object that several resources hold.

mod cloud;
mod kinds;
mod resource;
mod stories;
