//! Permissions that a resource needs, read off its layout. No cloud is called.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value as Json;
use tf_plugin::{Cx, Resource as _, UpgradeRequest, Value};

use super::{Composite, Run, Site};
use crate::clouds::Runtime;
use crate::engine::model::spec::Spec;
use crate::values::region::partition;

/// Permissions that planning, applying and destroying a resource takes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// Permissions to read: IAM actions, or permissions of a token.
    pub reads: BTreeSet<&'static str>,
    /// Permissions to create, change and delete.
    pub writes: BTreeSet<&'static str>,
    /// ARNs of its objects. The account is `{account}`; `*` stands for what AWS chooses, and for an unknown region.
    pub arns: BTreeSet<String>,
}

impl<C: Composite> Run<C> {
    /// The needs of a resource as a JSON plan shows it: `object` with null for what is unknown, and `unknown` in the shape of
    /// `after_unknown`. What is unknown may turn out to be anything, so its permissions are among them.
    ///
    /// # Errors
    /// The object is not one of this version of the schema.
    pub fn needs(runtime: &Arc<Runtime>, object: &Json, unknown: &Json) -> Result<Needs, String> {
        let run = Self::over(Arc::clone(runtime));
        let json = object.to_string().into_bytes();
        let decoded = UpgradeRequest { version: C::VERSION, json, cx: Cx::default() }.decode(&run.schema());
        if decoded.diagnostics.has_errors() {
            return Err(decoded.diagnostics.to_string());
        }
        let mut object = decoded.state;
        overlay(&mut object, unknown);
        let site = Site::of::<C>(&object);
        let layout = Self::layout_at(&object, &site).ok_or("it cannot be read by this version of the provider")?;
        let mut needs = Needs::default();
        for spec in &layout.components {
            needs.reads.extend(spec.reads());
            needs.writes.extend(spec.writes());
            needs.arns.extend(arns(spec, &site, &layout.components));
        }
        Ok(needs)
    }
}

/// The ARNs of the objects of a spec that are ours.
fn arns(spec: &Spec, site: &Site, specs: &[Spec]) -> Vec<String> {
    if spec.is_borrowed() {
        return vec![];
    }
    let region = if site.place.is_empty() { "*" } else { &site.place };
    let partition = partition(region);
    let at = site.address(spec, specs);
    let outer = at.within.first().unwrap_or(&at.name);
    let filled = |pattern: &&str| {
        let pattern = pattern.replace("{region}", region).replace("{name}", &at.name).replace("{outer}", outer);
        format!("arn:{partition}:{pattern}")
    };
    spec.kind.arns.iter().map(filled).collect()
}

/// Makes what a plan marks as unknown unknown.
fn overlay(value: &mut Value, unknown: &Json) {
    match (unknown, value) {
        (Json::Bool(true), value) => *value = Value::UNKNOWN,
        (Json::Object(marks), Value::Object(members) | Value::Map(members)) => {
            for (name, mark) in marks {
                overlay(members.entry(name.clone()).or_default(), mark);
            }
        }
        (Json::Array(marks), Value::List(elements)) => {
            elements.iter_mut().zip(marks).for_each(|(element, mark)| overlay(element, mark));
        }
        _ => {}
    }
}
