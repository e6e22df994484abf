//! The attribute `names`: what the user calls single objects in the cloud.

use tf_plugin::{Diagnostics, Path, Value};

use super::{Composite, Run, Site};
use crate::engine::model::spec::Spec;

impl<C: Composite> Run<C> {
    /// Refuses a name for what is no component, one that the cloud does not take, and one that would rename an object.
    pub(super) fn review_names(prior: &Value, site: &Site, specs: &[Spec], diagnostics: &mut Diagnostics) {
        let before = Site::of::<C>(prior);
        for (component, name) in &site.names {
            let path = Path::from("names").key(component.clone());
            let Some(spec) = specs.iter().find(|spec| spec.component == **component) else {
                let all = specs.iter().filter(|spec| spec.kind.names.is_some());
                let all: Vec<&str> = all.map(|spec| spec.component.as_str()).collect();
                let detail = match all[..] {
                    [] => "No object of this resource has a name to choose. Leave it out.".to_owned(),
                    _ => format!("These have names to choose: {}.", all.join(", ")),
                };
                diagnostics.error_at(path, format!("{} has no component {component}", C::TYPE), detail);
                continue;
            };
            if let Some(problem) = spec.kind.refuses(name) {
                let summary = format!("The {} cannot be called so", spec.kind.name);
                diagnostics.error_at(path, summary, format!("AWS would refuse the name: {problem}."));
                continue;
            }
            let was = before.object_name(component, spec.kind, spec.is_borrowed());
            if before.recorded.contains_key(component) && was != *name {
                diagnostics.error_at(
                    path,
                    format!("The {} exists and is called `{was}`", spec.kind.name),
                    format!("It is not renamed. Write `{component} = \"{was}\"`, or leave it out."),
                );
            }
        }
    }
}
