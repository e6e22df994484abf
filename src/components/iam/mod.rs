//! Roles and their policies.

pub mod grant;
pub mod iam_role;
