//! `duration`.

use tf_plugin::{FunctionError, Parameters};

use crate::values::duration::parsed;

/// Seconds of a duration.
///
/// Durations are written with one unit, as everywhere in this provider: `provider::drop::duration("15m")` is 900.
#[derive(Parameters)]
pub struct Duration {
    /// A whole number and `s`, `m`, `h` or `d`, such as `"30s"`, `"15m"` or `"7d"`; from one second to ten years.
    text: String,
}

pub fn duration(given: Duration) -> Result<i64, FunctionError> {
    let wrong = |why: String| FunctionError::argument("text", why);
    let time = parsed(&given.text).map_err(wrong)?;
    i64::try_from(time.as_secs()).map_err(|why| wrong(why.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds() {
        assert_eq!(duration(Duration { text: "15m".to_owned() }), Ok(900));
        let refused = |text: &str| duration(Duration { text: text.to_owned() }).unwrap_err().text().to_owned();
        assert!(refused("1.5h").contains("such as") && refused("3651d").contains("at most ten years"));
    }
}
