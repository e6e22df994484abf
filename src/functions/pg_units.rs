//! `pg_units`.

use tf_plugin::{FunctionError, Parameters};

/// A size or time in the unit of a PostgreSQL parameter.
///
/// RDS takes bare numbers, in the unit that PostgreSQL gives the parameter in `pg_settings`: `shared_buffers` counts blocks
/// of 8 kB, `statement_timeout` milliseconds. `provider::drop::pg_units("2GB", "8kB")` is 262144.
#[derive(Parameters)]
pub struct Amount {
    /// A whole number and a unit: `B`, `kB`, `MB`, `GB`, `TB`, or `us`, `ms`, `s`, `min`, `h`, `d`.
    value: String,
    /// The parameter's unit as `pg_settings` shows it, such as `"8kB"`, `"kB"`, `"MB"`, `"ms"`, `"s"` or `"min"`.
    unit: String,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Memory,
    Time,
}

/// Units in bytes, or in microseconds. A kilobyte has 1024 bytes there.
/// <https://www.postgresql.org/docs/current/config-setting.html#CONFIG-SETTING-NAMES-VALUES>
const UNITS: [(&str, Kind, i64); 11] = [
    ("B", Kind::Memory, 1),
    ("kB", Kind::Memory, 1 << 10),
    ("MB", Kind::Memory, 1 << 20),
    ("GB", Kind::Memory, 1 << 30),
    ("TB", Kind::Memory, 1 << 40),
    ("us", Kind::Time, 1),
    ("ms", Kind::Time, 1000),
    ("s", Kind::Time, 1_000_000),
    ("min", Kind::Time, 60_000_000),
    ("h", Kind::Time, 3_600_000_000),
    ("d", Kind::Time, 86_400_000_000),
];

pub fn pg_units(given: Amount) -> Result<i64, FunctionError> {
    let wrong = |argument: &str, what: &str| Err(FunctionError::argument(argument, what));
    let Some((kind, amount)) = parse(&given.value) else {
        return wrong("value", "must be a whole number and one of B, kB, MB, GB, TB, us, ms, s, min, h, d");
    };
    let unit =
        if given.unit.starts_with(|c: char| c.is_ascii_digit()) { given.unit } else { format!("1{}", given.unit) };
    let Some((of, size)) = parse(&unit).filter(|(_, size)| *size > 0) else {
        return wrong("unit", "must be a unit of pg_settings, such as \"8kB\", \"MB\" or \"ms\"");
    };
    if of != kind {
        return wrong("unit", "one is of memory, the other of time");
    }
    if amount % size != 0 {
        return wrong("value", "is no whole number of that unit");
    }
    Ok(amount / size)
}

fn parse(text: &str) -> Option<(Kind, i64)> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (_, kind, size) = UNITS.iter().find(|(unit, ..)| *unit == text[digits..].trim_start())?;
    Some((*kind, text[..digits].parse::<i64>().ok()?.checked_mul(*size)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(value: &str, unit: &str) -> Result<i64, FunctionError> {
        pg_units(Amount { value: value.to_owned(), unit: unit.to_owned() })
    }

    #[test]
    fn in_the_parameters_own_unit() {
        assert_eq!(units("2GB", "8kB"), Ok(262_144));
        assert_eq!(units("64 MB", "kB"), Ok(65_536));
        assert_eq!(units("5min", "ms"), Ok(300_000));
        assert_eq!(units("0B", "MB"), Ok(0));
    }

    #[test]
    fn what_cannot_be_said_is_refused() {
        for (value, unit) in
            [("2", "kB"), ("2gb", "kB"), ("GB", "kB"), ("1.5GB", "MB"), ("9999999TB", "B"), ("1kB", "MB"), ("1s", "kB")]
        {
            assert!(units(value, unit).is_err(), "{value} {unit}");
        }
        assert!(units("1GB", "0kB").is_err() && units("1GB", "pages").is_err());
    }
}
