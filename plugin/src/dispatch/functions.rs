//! Functions.

use super::{Dispatcher, Wire, decode};
use crate::{Diagnostics, Function, FunctionError, Value, codec};

/// A result, or what is wrong and with which argument.
#[derive(Debug, Default)]
pub(crate) struct FunctionAnswer {
    pub result: Option<Vec<u8>>,
    pub error: Option<(String, Option<usize>)>,
}

impl From<Diagnostics> for FunctionAnswer {
    fn from(diagnostics: Diagnostics) -> Self {
        let texts = diagnostics.iter().map(|diagnostic| format!("{}: {}", diagnostic.summary, diagnostic.detail));
        Self { result: None, error: Some((texts.collect::<Vec<_>>().join("\n"), None)) }
    }
}

impl Dispatcher {
    pub async fn call(&self, name: &str, arguments: Vec<Wire>) -> FunctionAnswer {
        self.guarded(&format!("CallFunction of {name}"), async {
            let function = self.function(name)?;
            let outcome = read(function, name, &arguments).and_then(|arguments| function.call(&arguments));
            let result = match outcome {
                Ok(result) => result,
                Err(error) => {
                    let blamed = function.signature.blamed(&error);
                    return Ok(FunctionAnswer { result: None, error: Some((error.text().to_owned(), blamed)) });
                }
            };
            let result = codec::to_msgpack(&result, &function.returns).map_err(|error| {
                Diagnostics::failure(
                    format!("The function {name} answered an invalid result"),
                    format!("{error}. This is a bug in the provider: please report it."),
                )
            })?;
            Ok(FunctionAnswer { result: Some(result), error: None })
        })
        .await
    }

    fn function(&self, name: &str) -> Result<&Function, Diagnostics> {
        self.functions.get(name).ok_or_else(|| {
            let offered: Vec<_> = self.functions.keys().map(String::as_str).collect();
            let offered = if offered.is_empty() { "none".to_owned() } else { offered.join(", ") };
            Diagnostics::failure(format!("There is no function {name}"), format!("This provider offers: {offered}."))
        })
    }
}

fn read(function: &Function, name: &str, arguments: &[Wire]) -> Result<Vec<Value>, FunctionError> {
    let read = |(index, wire): (usize, &Wire)| {
        // One argument too many has no type to be read by; the call refuses their number.
        let Some(parameter) = function.signature.parameter(index) else { return Ok(Value::Null) };
        decode(name, &format!("argument {}", parameter.name), wire, &parameter.ty).map_err(|diagnostics| {
            let texts = diagnostics.iter().map(|diagnostic| format!("{}. {}", diagnostic.summary, diagnostic.detail));
            FunctionError::at(index, texts.collect::<Vec<_>>().join("\n"))
        })
    };
    arguments.iter().enumerate().map(read).collect()
}
