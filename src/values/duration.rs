//! Durations as the user writes them.

use std::time::Duration;

/// Ten years: longer than anything is waited for or kept.
const LONGEST: u64 = 3650 * 86400;

/// `30s`, `45m`, `2h`, `1d`.
pub fn parse(text: &str) -> Option<Duration> {
    parsed(text).ok()
}

/// The same.
///
/// # Errors
/// What is wrong with it, to follow the name of the attribute.
pub fn parsed(text: &str) -> Result<Duration, String> {
    let form = || "must be a duration such as \"30s\", \"45m\", \"2h\" or \"1d\"".to_owned();
    let (count, seconds) = [('s', 1), ('m', 60), ('h', 3600), ('d', 86400)]
        .into_iter()
        .find_map(|(unit, seconds)| Some((text.strip_suffix(unit)?, seconds)))
        .ok_or_else(form)?;
    if count.is_empty() || !count.bytes().all(|c| c.is_ascii_digit()) {
        return Err(form());
    }
    let seconds = count.parse().map_or(u64::MAX, |count: u64| count.saturating_mul(seconds));
    match seconds {
        0 => Err("must be at least one second".to_owned()),
        1..=LONGEST => Ok(Duration::from_secs(seconds)),
        _ => Err("must be at most ten years, which is \"3650d\"".to_owned()),
    }
}

/// The seconds of a duration, where none at all, `0s`, is one too.
pub fn seconds(text: &str) -> Option<u64> {
    if text == "0s" { Some(0) } else { parse(text).map(|time| time.as_secs()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_is_not_called_misspelt() {
        assert_eq!(parsed("3650d").map(|time| time.as_secs()), Ok(LONGEST));
        for text in ["3651d", "99999999999999999999999s"] {
            assert!(parsed(text).is_err_and(|why| why.contains("at most ten years")), "{text}");
        }
        assert!(parsed("0m").is_err_and(|why| why.contains("at least one second")));
        assert!(["+1s", "1", "s", " 1s", "1 s"].iter().all(|text| parsed(text).is_err_and(|why| why.contains("45m"))));
    }

    #[test]
    fn a_number_and_a_unit() {
        assert_eq!(parse("45m"), Some(Duration::from_secs(2700)));
        assert_eq!(parse("1d"), Some(Duration::from_secs(86400)));
        assert!(
            ["", "m", "0s", "1.5h", "10", "-1s", "5é", "999999999999999d"].iter().all(|text| parse(text).is_none())
        );
        assert_eq!((seconds("0s"), seconds("2m"), seconds("0")), (Some(0), Some(120), None));
    }
}
