//! Functions: values from values, without configuration, state or side effects.

use std::{fmt, sync::Arc};

use crate::{Member, Type, Value, model::Leaf};

/// A function with its signature. Protocol: `GetFunctions`, `CallFunction`.
///
/// ```
/// use tf_plugin::{Function, FunctionError, Parameters};
///
/// /// Repeats a text.
/// #[derive(Parameters)]
/// struct Repeat {
///     /// What to repeat.
///     text: String,
///     /// How often.
///     times: u32,
/// }
///
/// let repeat = Function::new(|given: Repeat| match given.times {
///     0 => Err(FunctionError::argument("times", "must be at least 1")),
///     times => Ok(given.text.repeat(times as usize)),
/// });
/// assert_eq!(repeat.signature.summary, "Repeats a text.");
/// assert_eq!(repeat.call(&["ab".into(), 2.into()]), Ok("abab".into()));
/// ```
#[derive(Clone)]
pub struct Function {
    /// What it takes, and what it is for.
    pub signature: Signature,
    /// The type of its result. A result of another type is an error of the call.
    pub returns: Type,
    /// What the members of the objects in its result mean, if it is made of such.
    pub members: Vec<Member>,
    body: Arc<Body>,
}

type Body = dyn Fn(&[Value]) -> Result<Value, FunctionError> + Send + Sync;

/// What a function takes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Signature {
    /// The first paragraph of its description.
    pub summary: String,
    /// Markdown.
    pub description: String,
    /// What to use instead. Stands in the schema for documentation and tools; calling the function warns nobody.
    pub deprecation: Option<String>,
    /// Taken by position. Names show in messages and documentation only, and may not repeat.
    pub parameters: Vec<Parameter>,
    /// Takes all arguments beyond the others, none included.
    pub variadic: Option<Parameter>,
}

/// What a function takes in one position. Protocol: `Function.Parameter`.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Letters, digits and underscores, not beginning with a digit.
    pub name: String,
    /// The CLI converts the argument to it, or refuses the call.
    pub ty: Type,
    /// Markdown.
    pub description: String,
    /// Whether the function is called with null here; otherwise the CLI refuses it.
    pub allow_null: bool,
    /// Whether the function is called before the argument is known; otherwise its result is unknown then.
    pub allow_unknown: bool,
}

/// A struct that stands for a function's arguments, in the order of its fields. Derived: the doc comment of the struct
/// describes the function; a field `Attr<T>` takes null and unknown, any other type neither; a last field `Vec<T>` with
/// `#[attr(variadic)]` takes the rest.
pub trait Parameters: Sized {
    /// What the fields say: their names, types and doc comments.
    fn signature() -> Signature;

    /// Reads the arguments of one call.
    ///
    /// # Errors
    ///
    /// The first argument that is not of its parameter's type, or that its validator refuses.
    fn read(arguments: &[Value]) -> Result<Self, FunctionError>;
}

/// Why a function has no result, and which argument is to blame.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct FunctionError {
    text: String,
    blamed: Option<Blamed>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Blamed {
    Position(usize),
    /// A parameter, and which argument of it if it is variadic.
    Parameter(String, usize),
}

impl Function {
    /// A function over a struct of parameters. Its result may be an `Attr`, if that can be null or unknown.
    pub fn new<P, R, E>(body: impl Fn(P) -> Result<R, E> + Send + Sync + 'static) -> Self
    where
        P: Parameters,
        R: Leaf,
        E: Into<FunctionError>,
    {
        let function = Self::untyped(P::signature(), R::ty(), move |arguments| {
            body(P::read(arguments)?).map(|result| result.encode()).map_err(Into::into)
        });
        Self { members: R::members(), ..function }
    }

    /// A function over values: it is given one for every parameter and then the variadic ones.
    pub fn untyped(
        signature: Signature,
        returns: Type,
        body: impl Fn(&[Value]) -> Result<Value, FunctionError> + Send + Sync + 'static,
    ) -> Self {
        Self { signature, returns, members: Vec::new(), body: Arc::new(body) }
    }

    /// Calls it as the CLI does: too few or too many arguments, a null where none is taken, are errors; what is unknown
    /// where it must be known makes the result unknown.
    ///
    /// # Errors
    ///
    /// What the function itself answers, and arguments that its signature does not take.
    pub fn call(&self, arguments: &[Value]) -> Result<Value, FunctionError> {
        self.signature.accept(arguments.len())?;
        for (index, argument) in arguments.iter().enumerate() {
            let Some(parameter) = self.signature.parameter(index) else { continue };
            if argument.is_null() && !parameter.allow_null {
                return Err(FunctionError::at(index, format!("{} must not be null.", parameter.name)));
            }
        }
        let waits = |(index, argument): (usize, &Value)| {
            !argument.is_wholly_known() && self.signature.parameter(index).is_some_and(|of| !of.allow_unknown)
        };
        if arguments.iter().enumerate().any(waits) {
            return Ok(Value::UNKNOWN);
        }
        (self.body)(arguments)
    }
}

impl Signature {
    /// The parameter that takes the argument at `index`.
    pub fn parameter(&self, index: usize) -> Option<&Parameter> {
        self.parameters.get(index).or(self.variadic.as_ref())
    }

    /// The position of the argument that an error blames.
    pub(crate) fn blamed(&self, error: &FunctionError) -> Option<usize> {
        match error.blamed.as_ref()? {
            Blamed::Position(index) => Some(*index),
            Blamed::Parameter(name, nth) => {
                let fixed = self.parameters.iter().position(|parameter| parameter.name == *name);
                let variadic = self.variadic.as_ref().filter(|parameter| parameter.name == *name);
                fixed.or_else(|| variadic.map(|_| self.parameters.len() + nth))
            }
        }
    }

    /// What the CLI would refuse about it.
    pub(crate) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let all: Vec<_> = self.parameters.iter().chain(&self.variadic).collect();
        for (index, parameter) in all.iter().enumerate() {
            let name = &parameter.name;
            let valid = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
                && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            if !valid {
                problems.push(format!("{name:?}: a parameter's name has letters, digits and underscores only"));
            }
            if all[..index].iter().any(|other| other.name == *name) {
                problems.push(format!("{name:?}: two parameters of one name"));
            }
        }
        problems
    }

    fn accept(&self, given: usize) -> Result<(), FunctionError> {
        let needed = self.parameters.len();
        if given < needed || (given > needed && self.variadic.is_none()) {
            let at_least = if self.variadic.is_some() { "at least " } else { "" };
            let names: Vec<_> = self.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
            let names = if names.is_empty() { String::new() } else { format!(": {}", names.join(", ")) };
            return Err(FunctionError::new(format!(
                "{at_least}{needed} arguments are needed{names}; {given} were given."
            )));
        }
        Ok(())
    }
}

impl FunctionError {
    /// An error of the call as a whole.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), blamed: None }
    }

    /// An error of the argument for this parameter.
    pub fn argument(parameter: impl Into<String>, text: impl Into<String>) -> Self {
        Self::element(parameter, 0, text)
    }

    /// An error of the `nth` argument, from 0, for the variadic parameter.
    pub fn element(parameter: impl Into<String>, nth: usize, text: impl Into<String>) -> Self {
        Self { text: text.into(), blamed: Some(Blamed::Parameter(parameter.into(), nth)) }
    }

    /// An error of the argument at this position, from 0.
    pub fn at(index: usize, text: impl Into<String>) -> Self {
        Self { text: text.into(), blamed: Some(Blamed::Position(index)) }
    }

    /// What the user is told. Which argument is blamed is told beside it.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl From<String> for FunctionError {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<&str> for FunctionError {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Function")
            .field("signature", &self.signature)
            .field("returns", &self.returns)
            .finish_non_exhaustive()
    }
}
