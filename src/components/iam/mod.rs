//! Roles and their policies.

pub mod iam_role;
pub mod secret_grant;
