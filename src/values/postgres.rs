//! Names that PostgreSQL and RDS keep for themselves.

/// The reserved key words of PostgreSQL: <https://www.postgresql.org/docs/17/sql-keywords-appendix.html>.
const KEY_WORDS: [&str; 78] = [
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "both",
    "case",
    "cast",
    "check",
    "collate",
    "column",
    "constraint",
    "create",
    "current_catalog",
    "current_date",
    "current_role",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "false",
    "fetch",
    "for",
    "foreign",
    "from",
    "grant",
    "group",
    "having",
    "in",
    "initially",
    "intersect",
    "into",
    "lateral",
    "leading",
    "limit",
    "localtime",
    "localtimestamp",
    "not",
    "null",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "placing",
    "primary",
    "references",
    "returning",
    "select",
    "session_user",
    "some",
    "symmetric",
    "system_user",
    "table",
    "then",
    "to",
    "trailing",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "variadic",
    "when",
    "where",
    "window",
    "with",
];

/// Names of roles that RDS has, or takes for its own:
/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Roles.html>.
const ROLES: [&str; 9] = [
    "admin",
    "none",
    "public",
    "rds_iam",
    "rds_password",
    "rds_replication",
    "rds_superuser",
    "rdsadmin",
    "rdsrepladmin",
];

/// Names of databases that RDS has, or takes for its own.
const DATABASES: [&str; 4] = ["db", "rdsadmin", "template0", "template1"];

/// Whether no user can be called so.
pub fn is_reserved_user(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    is_one_of(&ROLES, &name) || is_one_of(&KEY_WORDS, &name) || name.starts_with("pg_")
}

/// Whether no database can be called so.
pub fn is_reserved_database(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    is_one_of(&DATABASES, &name) || is_one_of(&KEY_WORDS, &name)
}

fn is_one_of(words: &[&str], name: &str) -> bool {
    words.contains(&name)
}
