//! Values of engine parameters, in the notation that RDS takes:
//! <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ParamValuesRef.html>.

use crate::cloud::aws::rds::ParameterInfo;
use crate::values::rules::Verdict;

/// The variables of formulas. RDS compares their names with case, those of functions without.
const VARIABLES: [&str; 6] = [
    "AllocatedStorage",
    "DBInstanceClassHugePagesDefault",
    "DBInstanceClassMemory",
    "DBInstanceVCPU",
    "EndPointPort",
    "TrueIfReplica",
];

/// Whether RDS takes a value for a parameter. Which words and ranges it takes, RDS itself names.
///
/// # Errors
/// What the parameter takes, as a sentence.
pub fn takes(info: &ParameterInfo, value: &str) -> Verdict {
    if value.contains('{') {
        return formula(value);
    }
    let parts = || info.allowed.iter().flat_map(|allowed| allowed.split(',')).map(str::trim);
    let is_within = |number: f64| {
        info.allowed.is_none() || parts().filter_map(range).any(|(from, to)| (from..=to).contains(&number))
    };
    let (fits, form) = match info.kind.as_deref() {
        Some("integer") => (whole(value).is_some_and(is_within), "whole numbers, written in digits alone"),
        Some("float") => (value.parse().is_ok_and(is_within), "numbers"),
        _ if info.allowed.is_none() => return Ok(()),
        // Several words of a list. A comma inside a text is no other case: each part is one of the words.
        _ => {
            (value.split(',').map(str::trim).all(|word| parts().any(|part| part == word)), "these words, in their case")
        }
    };
    match (fits, &info.allowed) {
        (true, _) => Ok(()),
        (false, Some(allowed)) => Err(format!("It takes {form}: {allowed}.")),
        (false, None) => Err(format!("It takes {form}.")),
    }
}

/// Digits, with a sign before them if there is one.
fn whole(value: &str) -> Option<f64> {
    let digits = value.strip_prefix('-').unwrap_or(value);
    let is_whole = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    value.parse().ok().filter(|_| is_whole)
}

/// `0-100`, `-1-2147483647`, or a number alone.
fn range(part: &str) -> Option<(f64, f64)> {
    if let Ok(number) = part.parse() {
        return Some((number, number));
    }
    let hyphens = part.char_indices().skip(1).filter(|(_, c)| *c == '-').map(|(at, _)| at);
    let mut splits = hyphens.map(|at| (part[..at].parse(), part[at + 1..].parse()));
    splits.find_map(|(from, to)| Some((from.ok()?, to.ok()?)))
}

/// A formula is RDS's to judge, but for the names of its variables.
fn formula(value: &str) -> Verdict {
    if value.matches('{').count() != value.matches('}').count() {
        return Err("RDS takes a formula in braces: `{DBInstanceClassMemory/9531392}`.".to_owned());
    }
    for word in value.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| word.len() > 1) {
        let known = VARIABLES.iter().find(|name| name.eq_ignore_ascii_case(word));
        if let Some(name) = known.filter(|name| **name != word) {
            return Err(format!("RDS compares the names of variables with case: write `{name}`."));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(kind: &str, allowed: &str, value: &str) -> bool {
        let allowed = (!allowed.is_empty()).then(|| allowed.to_owned());
        takes(&ParameterInfo { dynamic: true, modifiable: true, kind: Some(kind.to_owned()), allowed }, value).is_ok()
    }

    #[test]
    fn integers_are_whole_numbers_in_a_range() {
        for (value, fits) in [
            ("200", true),
            ("5", false),
            ("lots", false),
            ("2e2", false),
            ("200.0", false),
            ("+200", false),
            (" 200", false),
            ("", false),
            ("{DBInstanceClassMemory/9531392}", true),
            ("LEAST({DBInstanceClassMemory/9531392},5000)", true),
            ("least({DBInstanceClassMemory/9531392},5000)", true),
            ("least({dbinstanceclassmemory/9531392},5000)", false),
            ("LEAST({DBInstanceClassMemory/9531392,5000)", false),
        ] {
            assert_eq!(taken("integer", "6-8388607", value), fits, "{value}");
        }
        assert!(taken("integer", "-1-2147483647", "-1") && taken("integer", "", "7") && !taken("integer", "", "7.5"));
        assert!(
            taken("float", "0-1.79769e+308", "1.1") && taken("float", "-1-100", "-1") && !taken("float", "0-1", "2")
        );
    }

    #[test]
    fn words_are_compared_with_case() {
        assert!(taken("string", "none,ddl,mod,all", "ddl") && !taken("string", "none,ddl,mod,all", "DDL"));
        assert!(taken("boolean", "0,1", "1") && !taken("boolean", "0,1", "2") && !taken("boolean", "0,1", "on"));
        assert!(taken("list", "pg_cron,pgaudit", "pgaudit, pg_cron") && !taken("list", "pg_cron,pgaudit", "PgAudit"));
        assert!(taken("string", "", "UTC, anything"));
    }
}
