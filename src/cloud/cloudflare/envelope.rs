//! The form that every answer has: success, errors, a result and which page of it.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

/// One thing that Cloudflare finds wrong with a request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Problem {
    /// Its code; five digits for DNS, more than sixteen bits.
    pub code: i64,
    /// Its text.
    pub message: String,
    /// Where in the request, as a JSON pointer.
    #[serde(rename = "source", deserialize_with = "pointer")]
    pub pointer: Option<String>,
    /// What lies behind it: the outer problem often says no more than "invalid request".
    #[serde(rename = "error_chain")]
    pub causes: Vec<Problem>,
}

impl Problem {
    /// The code that says most: the innermost.
    pub fn cause(&self) -> &Self {
        self.causes.first().map_or(self, Self::cause)
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)?;
        for cause in &self.causes {
            write!(f, ": {cause}")?;
        }
        match &self.pointer {
            Some(pointer) => write!(f, " (at {pointer})"),
            None => Ok(()),
        }
    }
}

/// What an answer holds beside its status.
#[derive(Debug, Default)]
pub struct Answer<T> {
    /// The result; empty answers have none.
    pub result: Option<T>,
    /// How many pages a list has.
    pub pages: u64,
}

/// Why an answer is none.
#[derive(Debug)]
pub enum Refusal {
    /// Cloudflare says what is wrong.
    Told(Vec<Problem>),
    /// The text is not of the form.
    Garbled(String),
}

/// Opens an envelope. `good` is what the HTTP status says; either of the two can tell of a failure.
pub fn open<T: DeserializeOwned>(good: bool, text: &str) -> Result<Answer<T>, Refusal> {
    if good && text.trim().is_empty() {
        return Ok(Answer { result: None, pages: 1 });
    }
    let envelope: Envelope = serde_json::from_str(text).map_err(|error| Refusal::Garbled(error.to_string()))?;
    if !good || !envelope.success {
        return Err(Refusal::Told(envelope.errors.unwrap_or_default()));
    }
    let result = match envelope.result {
        Json::Null => None,
        result => Some(serde_json::from_value(result).map_err(|error| Refusal::Garbled(error.to_string()))?),
    };
    Ok(Answer { result, pages: envelope.result_info.and_then(|info| info.total_pages).unwrap_or(1) })
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(default)]
    success: bool,
    #[serde(default)]
    errors: Option<Vec<Problem>>,
    #[serde(default)]
    result: Json,
    #[serde(default)]
    result_info: Option<ResultInfo>,
}

#[derive(Deserialize)]
struct ResultInfo {
    #[serde(default)]
    total_pages: Option<u64>,
}

fn pointer<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let source = Json::deserialize(from)?;
    Ok(source.get("pointer").and_then(Json::as_str).map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(good: bool, text: &str) -> Vec<Problem> {
        match open::<Json>(good, text) {
            Err(Refusal::Told(problems)) => problems,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn codes_and_pointers_are_kept() {
        let text = r#"{"success": false, "result": null, "messages": [], "errors": [
            {"code": 81053, "message": "A record with that host already exists."},
            {"code": 20124, "message": "not entitled", "source": {"pointer": "/rules/0/ratelimit/period"}}]}"#;
        let found = problems(false, text);
        assert_eq!(found[0].code, 81053);
        assert_eq!(found[1].pointer.as_deref(), Some("/rules/0/ratelimit/period"));
        assert_eq!(found[1].to_string(), "not entitled (at /rules/0/ratelimit/period)");
    }

    #[test]
    fn either_status_or_envelope_can_tell_of_a_failure() {
        assert!(problems(true, r#"{"success": false, "errors": [{"code": 1, "message": "no"}]}"#).len() == 1);
        assert!(problems(false, r#"{"success": true, "errors": null}"#).is_empty());
    }

    #[test]
    fn what_lies_behind_a_problem_is_told_too() {
        let text = r#"{"success": false, "errors": [{"code": 6003, "message": "Invalid request headers",
            "error_chain": [{"code": 6111, "message": "Invalid format for Authorization header"}]}]}"#;
        let found = problems(false, text);
        assert_eq!(found[0].cause().code, 6111);
        assert_eq!(found[0].to_string(), "Invalid request headers: Invalid format for Authorization header");
    }

    #[test]
    fn an_empty_answer_is_one() {
        assert!(open::<Json>(true, "").is_ok_and(|answer| answer.result.is_none()));
        assert!(matches!(open::<Json>(false, "<html>502</html>"), Err(Refusal::Garbled(_))));
    }
}
