//! `duration`.

use tf_plugin::{FunctionError, Parameters};

use crate::values::duration::parse;

/// Seconds of a duration.
///
/// Durations are written with one unit, as everywhere in this provider: `provider::drop::duration("15m")` is 900.
#[derive(Parameters)]
pub struct Duration {
    /// A whole number and `s`, `m`, `h` or `d`, such as `"30s"`, `"15m"` or `"7d"`; from one second to ten years.
    text: String,
}

pub fn duration(given: Duration) -> Result<i64, FunctionError> {
    let wrong = || FunctionError::argument("text", "must be a whole number and s, m, h or d, such as \"15m\"");
    let time = parse(&given.text).ok_or_else(wrong)?;
    i64::try_from(time.as_secs()).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds() {
        assert_eq!(duration(Duration { text: "15m".to_owned() }), Ok(900));
        assert!(duration(Duration { text: "1.5h".to_owned() }).is_err());
    }
}
