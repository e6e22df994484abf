//! Where a data source, an ephemeral resource, a list or an action looks: in the place that it names, or in the usual one.

use std::sync::Arc;

use tf_plugin::{Diagnostics, Model, Path, Value};

use crate::cloud;
use crate::provider::{Clouds, Shared};
use crate::resources::composite::Place;

/// Opens the place of that name, or the usual one. Why it cannot is told.
pub async fn open<P: Place>(
    shared: &Shared,
    name: Option<&str>,
    diagnostics: &mut Diagnostics,
) -> Option<(Clouds, Arc<P>)> {
    let what = P::ATTRIBUTE;
    let clouds = clouds(shared, diagnostics)?;
    let name = match name {
        Some(name) => Some(name.to_owned()),
        None => P::usual(&clouds).await,
    };
    let Some(name) = name else {
        diagnostics.error_at(what, format!("No {what} is given"), P::UNSET);
        return None;
    };
    match P::open(&clouds, &name).await {
        Ok(place) => Some((clouds, place)),
        Err(error) => {
            let advice = format!("{error}. Mend `{what}`, or use other credentials. {}", P::CREDENTIALS);
            diagnostics.error_at(what, format!("The {what} \"{name}\" cannot be opened"), advice);
            None
        }
    }
}

/// The clouds that the provider's configuration opens. That it is not known yet is told.
pub fn clouds(shared: &Shared, diagnostics: &mut Diagnostics) -> Option<Clouds> {
    let clouds = shared.clouds();
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
pub fn tell<P: Place>(error: &cloud::Error, what: &str, diagnostics: &mut Diagnostics) {
    diagnostics.error(
        format!("{what} could not be read"),
        format!("{error}{}.\n\nNothing was changed; try again. {}", told(error), P::CREDENTIALS),
    );
}

/// The cloud's code and request id.
pub fn told(error: &cloud::Error) -> String {
    let code = error.code.as_deref().map(|code| format!(" ({code})")).unwrap_or_default();
    let request = error.request_id.as_deref().map(|id| format!(", request {id}")).unwrap_or_default();
    format!("{code}{request}")
}

/// What is wrong with a configuration, as far as its model can tell.
pub fn validated<M: Model>(config: &Value) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    M::from_value(config, &Path::root(), &mut diagnostics).validate(&Path::root(), &mut diagnostics);
    diagnostics
}
