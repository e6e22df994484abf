//! The data source `toy_thing`.

use tf_plugin::{Attr, DataRequest, DataResponse, DataSource, Diagnostics, Model, Path, Schema, Value, async_trait};

use crate::cloud::Cloud;

/// A thing that is there already.
#[derive(Clone, Model)]
struct Found {
    /// What the file is called.
    #[attr(required)]
    name: Attr<String>,
    /// How much it holds.
    #[attr(computed)]
    size: Attr<u32>,
    #[attr(computed)]
    colour: Attr<String>,
}

pub struct Things {
    pub cloud: Cloud,
}

#[async_trait]
impl DataSource for Things {
    fn schema(&self) -> Schema {
        Schema::new(0, Found::block())
    }

    async fn read(&self, request: DataRequest) -> DataResponse {
        let name = request.config.get("name");
        match self.cloud.load(name.as_str().unwrap_or_default()) {
            Ok(Some(thing)) => {
                let members = ["name", "size", "colour"].map(|member| (member, thing.get(member).clone()));
                DataResponse { state: Value::object(members), ..DataResponse::default() }
            }
            Ok(None) => {
                let mut diagnostics = Diagnostics::new();
                diagnostics.error_at(Path::from("name"), format!("There is no thing {name}"), "Make it first.");
                diagnostics.into()
            }
            Err(error) => Diagnostics::failure("The thing cannot be read", error.to_string()).into(),
        }
    }
}
