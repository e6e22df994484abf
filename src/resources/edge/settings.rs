//! The settings of its zone that an edge asks for, as the user knows them.

use serde_json::Value as Json;

use super::layout::layout;
use super::schema::Edge;
use crate::cloud::cloudflare::settings::{ALWAYS_USE_HTTPS, MIN_TLS_VERSION, SSL};
use crate::resources::lifecycle::Site;

/// The settings that an edge asks for, as far as they are known.
pub fn desired_settings(edge: &Edge, site: &Site) -> Vec<(&'static str, Json)> {
    let layout = layout(edge, site);
    let settings = layout.components.iter().filter(|spec| spec.component == "edge_settings");
    let desired = settings.flat_map(|spec| &spec.desired);
    let known = desired.filter_map(|(name, desired)| Some((*name, desired.input.known()?.clone())));
    known.filter(|(_, desired)| !desired.is_null()).collect()
}

/// A value of a setting as a person reads it.
pub fn shown(value: &Json) -> String {
    match value {
        Json::String(text) => format!("\"{text}\""),
        Json::Array(values) => values.iter().map(shown).collect::<Vec<_>>().join(" or "),
        other => other.to_string(),
    }
}

/// The attribute of the `tls` block that a setting comes from.
pub fn attribute(setting: &str) -> &'static str {
    match setting {
        SSL => "mode",
        MIN_TLS_VERSION => "min_version",
        ALWAYS_USE_HTTPS => "redirect_http",
        _ => "hsts",
    }
}
