//! The list of things.

use tf_plugin::{
    Attr, Diagnostics, Found, ListItem, ListRequest, ListResource, Model, Schema, ValidateListRequest, Value,
    async_trait,
};

use crate::cloud::Cloud;

/// Which things to list.
#[derive(Clone, Model)]
struct Filter {
    /// What their names begin with.
    #[attr(optional)]
    prefix: Attr<String>,
    /// Makes the list misbehave, for tests: `endless`, `panic`.
    #[attr(optional)]
    mode: Attr<String>,
}

pub struct Things {
    pub cloud: Cloud,
}

#[async_trait]
impl ListResource for Things {
    fn schema(&self) -> Schema {
        Schema::new(0, Filter::block())
    }

    async fn validate(&self, request: ValidateListRequest) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        if request.limit.known().is_some_and(|limit| *limit > 1000) {
            diagnostics.error_at("limit", "No cloud holds that many things", "The limit must be at most 1000.");
        }
        diagnostics
    }

    async fn list(&self, request: ListRequest, found: &mut Found) -> Diagnostics {
        let filter = match Filter::read(&request.config) {
            Ok(filter) => filter,
            Err(diagnostics) => return diagnostics,
        };
        let _ended = Ended(&self.cloud);
        match filter.mode.known().map(String::as_str) {
            Some("endless") => self.endless(found).await,
            Some("panic") => panic!("the toy was told to panic"),
            _ => self.matching(&filter.prefix.unwrap_or_default(), request.include_resource, found).await,
        }
    }
}

impl Things {
    async fn matching(&self, prefix: &str, include_resource: bool, found: &mut Found) -> Diagnostics {
        let names = match self.cloud.names() {
            Ok(names) => names,
            Err(error) => return Diagnostics::failure("The things cannot be listed", error.to_string()),
        };
        for name in names.iter().filter(|name| name.starts_with(prefix)) {
            let object = if include_resource { self.cloud.load(name).ok().flatten() } else { None };
            if found.push(item(name, object)).await.is_break() {
                break;
            }
        }
        Diagnostics::new()
    }

    async fn endless(&self, found: &mut Found) -> Diagnostics {
        let mut number = 0;
        while found.push(item(&format!("thing{number}"), None)).await.is_continue() {
            number += 1;
        }
        Diagnostics::new()
    }
}

fn item(name: &str, object: Option<Value>) -> ListItem {
    let identity = Value::object([("name", name.into()), ("directory", Value::Null)]);
    ListItem { identity, display_name: format!("The thing {name}"), object, ..ListItem::default() }
}

/// Notes the end of a list, also of one that is dropped on its way.
struct Ended<'a>(&'a Cloud);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.note("list ended");
    }
}
