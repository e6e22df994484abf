//! Where something is looked for: in the place that it names, or in the usual one.

use std::sync::Arc;

use tf_plugin::{Diagnostics, Model, Path, Value};

use crate::base::{CallError, ErrorClass, Result};
use crate::clouds::{Clouds, Runtime};
use crate::resources::lifecycle::Place;
use crate::resources::reference::without_refs;

/// Opens the place of that name, or the usual one. Why it cannot is told.
pub async fn open<P: Place>(
    runtime: &Runtime,
    name: Option<&str>,
    diagnostics: &mut Diagnostics,
) -> Option<(Clouds, Arc<P>)> {
    let what = P::ATTRIBUTE;
    let clouds = clouds(runtime, diagnostics)?;
    let name = match self::name::<P>(&clouds, name).await {
        Ok(Some(name)) => name,
        Ok(None) => {
            diagnostics.error_at(what, format!("No {what} is given"), P::MISSING_HINT);
            return None;
        }
        Err(error) => {
            tell::<P>(&error, &format!("The {what}"), diagnostics);
            return None;
        }
    };
    match P::open(&clouds, &name).await {
        Ok(place) => Some((clouds, place)),
        Err(error) => {
            tell::<P>(&error, &format!("The {what} \"{name}\""), diagnostics);
            None
        }
    }
}

/// The place that is meant: the one that is named, or the usual one.
///
/// # Errors
/// What would name the usual one is not there.
pub async fn name<P: Place>(clouds: &Clouds, given: Option<&str>) -> Result<Option<String>> {
    match given {
        Some(name) => Ok(Some(name.to_owned())),
        None => P::default_name(clouds).await,
    }
}

/// The clouds that the provider's configuration opens. That it is not known yet is told.
pub fn clouds(runtime: &Runtime, diagnostics: &mut Diagnostics) -> Option<Clouds> {
    let clouds = runtime.clouds();
    if clouds.is_none() {
        diagnostics.error(
            "The provider's configuration is not known yet",
            "What exists can be looked up only with a configuration that is known while planning: give the provider no \
             values that only an apply gives.",
        );
    }
    clouds
}

/// Tells that a cloud did not answer what was asked.
pub fn tell<P: Place>(error: &CallError, what: &str, diagnostics: &mut Diagnostics) {
    let next = match error.class {
        ErrorClass::NotFound => format!("Mend `{}`, or use other credentials. {}", P::ATTRIBUTE, P::CREDENTIALS),
        ErrorClass::Denied => format!("The credentials do not allow it. {}", P::CREDENTIALS),
        ErrorClass::Unauthenticated => format!("{} {}", error.credentials_advice(), P::CREDENTIALS),
        ErrorClass::Invalid | ErrorClass::Exists => {
            "The cloud refused the request: correct the configuration.".to_owned()
        }
        ErrorClass::Busy | ErrorClass::Underway | ErrorClass::Unavailable => "Try again.".to_owned(),
    };
    diagnostics.error(format!("{what} could not be read"), format!("{error}.\n\nNothing was changed. {next}"));
}

/// What is wrong with a configuration, as far as its model can tell.
pub fn validated<M: Model>(config: &Value) -> Diagnostics {
    validate::<M>(config).1
}

/// The same, with the model that was read.
pub fn validate<M: Model>(config: &Value) -> (M, Diagnostics) {
    let mut diagnostics = Diagnostics::new();
    let model = M::from_value(&without_refs(&M::block(), config.clone()), &Path::root(), &mut diagnostics);
    model.validate(&Path::root(), &mut diagnostics);
    (model, diagnostics)
}
