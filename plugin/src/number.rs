//! Exact decimal numbers. HCL numbers are decimal and of any size; no binary float holds `0.1`.

use std::{cmp::Ordering, fmt, str::FromStr};

/// More digits than this on either side of the point are refused: a short text such as `1e999999999` must not be able
/// to ask for gigabytes. Terraform itself keeps about 154 significant digits.
const MAX_DIGITS: i64 = 2_000;

/// A decimal number, held exactly: `±0.digits × 10^exponent`, in one canonical form, so equal numbers are equal values.
///
/// It is read from decimal text, with an exponent or without, and shown without one, with at most 2,000 digits on either
/// side of the point.
/// Core holds numbers as binary floats of 512 bits, some 154 decimal digits, and compares them by their shortest text:
/// what is read here and sent back unchanged is equal there, and no float of 64 bits on the way can round it.
///
/// Protocol source: `"number"` in the [object wire format], which allows for integers, floats and texts. Precision and
/// text form are go-cty's: `cty.ParseNumberVal` (`cty/value_init.go`), `rawNumberEqual` (`cty/primitive_type.go`).
///
/// [object wire format]: https://github.com/hashicorp/terraform/blob/main/docs/plugin-protocol/object-wire-format.md
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Number {
    negative: bool,
    /// ASCII digits without leading or trailing zeros; empty for zero.
    digits: String,
    exponent: i64,
}

/// Why a text is not a number this crate holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Something else than an optional sign, digits with at most one point, and an optional exponent.
    #[error("not a decimal number")]
    Malformed,
    /// A number that is too long to be written out. See [`Number`] for the limit.
    #[error("more than {MAX_DIGITS} digits before or after the decimal point")]
    TooLong,
}

impl Number {
    /// `None` for infinities and NaN, which HCL does not have.
    pub fn from_f64(value: f64) -> Option<Self> {
        value.is_finite().then(|| value.to_string().parse().ok())?
    }

    /// The number, if it is whole and fits. A fraction is not rounded.
    pub fn as_i64(&self) -> Option<i64> {
        self.integer_text()?.parse().ok()
    }

    /// The number, if it is whole, not negative, and fits. A fraction is not rounded.
    pub fn as_u64(&self) -> Option<u64> {
        self.integer_text()?.parse().ok()
    }

    /// The nearest binary float.
    pub fn to_f64(&self) -> f64 {
        self.to_string().parse().unwrap_or(f64::NAN)
    }

    /// Whether it has no fraction: `1e3` and `2.0` are whole.
    pub fn is_integer(&self) -> bool {
        self.exponent >= self.digits.len() as i64
    }

    fn integer_text(&self) -> Option<String> {
        // Nothing longer can fit 64 bits; without the bound a huge exponent would be written out for nothing.
        (self.is_integer() && self.exponent <= 20).then(|| self.to_string())
    }
}

impl FromStr for Number {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        let (negative, unsigned) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        let (mantissa, power) = match unsigned.find(['e', 'E']) {
            Some(at) => (&unsigned[..at], unsigned[at + 1..].parse::<i32>().map_err(|_| NumberError::Malformed)?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.len() + fraction.len() == 0 || !is_digits(whole) || !is_digits(fraction) {
            return Err(NumberError::Malformed);
        }
        let all = [whole, fraction].concat();
        let leading = all.len() - all.trim_start_matches('0').len();
        let digits = all.trim_matches('0').to_owned();
        if digits.is_empty() {
            return Ok(Self::default());
        }
        let exponent = whole.len() as i64 - leading as i64 + i64::from(power);
        if exponent > MAX_DIGITS || digits.len() as i64 - exponent > MAX_DIGITS {
            return Err(NumberError::TooLong);
        }
        Ok(Self { negative, digits, exponent })
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.digits.is_empty() {
            return f.write_str("0");
        }
        if self.negative {
            f.write_str("-")?;
        }
        let length = self.digits.len() as i64;
        let zeros = |count: i64| "0".repeat(usize::try_from(count).unwrap_or(0));
        if self.exponent <= 0 {
            write!(f, "0.{}{}", zeros(-self.exponent), self.digits)
        } else if self.exponent >= length {
            write!(f, "{}{}", self.digits, zeros(self.exponent - length))
        } else {
            let (whole, fraction) = self.digits.split_at(self.exponent as usize);
            write!(f, "{whole}.{fraction}")
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |number: &Self| match (number.digits.is_empty(), number.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        };
        sign(self).cmp(&sign(other)).then_with(|| {
            let magnitude = self.exponent.cmp(&other.exponent).then_with(|| self.digits.cmp(&other.digits));
            if self.negative { magnitude.reverse() } else { magnitude }
        })
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

macro_rules! from_integers {
    ($($integer:ty),*) => {$(
        impl From<$integer> for Number {
            fn from(value: $integer) -> Self {
                let text = value.to_string();
                let unsigned = text.trim_start_matches('-');
                let digits = unsigned.trim_matches('0').to_owned();
                if digits.is_empty() {
                    return Self::default();
                }
                Self { negative: text.len() > unsigned.len(), digits, exponent: unsigned.len() as i64 }
            }
        }
    )*};
}

from_integers!(i64, u64, i32, u32, u16, usize);

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        text.parse().unwrap()
    }

    #[test]
    fn texts_of_one_number_are_equal() {
        for (text, plain) in [
            ("0.1", "0.1"),
            ("1e-1", "0.1"),
            ("100", "100"),
            ("1E2", "100"),
            ("-0.0", "0"),
            ("+1.50", "1.5"),
            ("9223372036854775808", "9223372036854775808"),
            ("000123.4500", "123.45"),
            ("-5e-3", "-0.005"),
        ] {
            assert_eq!(number(text).to_string(), plain);
            assert_eq!(number(text), number(plain));
        }
    }

    #[test]
    fn floats_arrive_as_their_shortest_text() {
        assert_eq!(Number::from_f64(0.1), Some(number("0.1")));
        assert_eq!(Number::from_f64(1e300), Some(number("1e300")));
        assert_eq!(Number::from_f64(f64::NAN), None);
        assert_eq!(number("0.1").to_f64(), 0.1);
    }

    #[test]
    fn integers_convert_only_when_they_fit() {
        assert_eq!(number("42").as_i64(), Some(42));
        assert_eq!(Number::from(-120_i64), number("-120"));
        assert_eq!(Number::from(u64::MAX).as_u64(), Some(u64::MAX));
        assert_eq!(Number::from(u64::MAX).as_i64(), None);
        assert_eq!(number("1.5").as_i64(), None);
        assert_eq!(number("1e1999").as_i64(), None);
        assert_eq!(number("0").as_u64(), Some(0));
    }

    #[test]
    fn order_is_numeric() {
        let mut numbers: Vec<_> = ["10", "-1", "9", "0", "-10", "0.5", "9.01"].map(number).into();
        numbers.sort();
        assert_eq!(numbers, ["-10", "-1", "0", "0.5", "9", "9.01", "10"].map(number));
    }

    #[test]
    fn what_is_no_number_or_too_long_is_refused() {
        for text in ["", "-", ".", "1.2.3", "0x10", "1e", "Infinity", "１"] {
            assert_eq!(text.parse::<Number>(), Err(NumberError::Malformed), "{text}");
        }
        for text in ["1e999999999", "1e-999999999"] {
            assert_eq!(text.parse::<Number>(), Err(NumberError::TooLong), "{text}");
        }
    }
}
