//! Sagas over a simulated cloud, with paused time: the engine is failed at every call in turn.

mod calls;
mod left_over;
mod patience;
mod planning;
mod removal;
mod saga;
mod sim;
mod two_at_once;
mod unbuilt;
