//! Lists: what drop made, wherever its state is kept. Terraform from 1.14 shows them (`terraform query`), and writes the
//! blocks that import what was found.

mod listing;

pub use listing::Listing;
