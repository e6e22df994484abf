//! Durations as the user writes them.

use std::time::Duration;

/// Ten years: longer than anything is waited for or kept.
const LONGEST: u64 = 3650 * 86400;

/// `30s`, `45m`, `2h`, `1d`.
pub fn parse(text: &str) -> Option<Duration> {
    let seconds = match text.chars().last()? {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86400,
        _ => return None,
    };
    let count: u64 = text[..text.len() - 1].parse().ok()?;
    let seconds = count.checked_mul(seconds).filter(|seconds| (1..=LONGEST).contains(seconds))?;
    Some(Duration::from_secs(seconds))
}

/// The seconds of a duration, where none at all, `0s`, is one too.
pub fn seconds(text: &str) -> Option<u64> {
    if text == "0s" { Some(0) } else { parse(text).map(|time| time.as_secs()) }
}

#[cfg(test)]
mod tests {
    use super::*;

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
