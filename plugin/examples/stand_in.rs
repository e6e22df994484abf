//! Stands in for a provider that somebody else wrote, where tests need one installed: its types come from the JSON file
//! that `STAND_IN` names. What the configuration leaves out has the value given there; there is no cloud behind it.
//!
//! ```json
//! { "aws_db_instance": { "version": 2, "attributes": {
//!     "identifier": { "type": "string" },
//!     "password": { "type": "string", "sensitive": true },
//!     "arn": { "type": "string", "value": "arn:aws:rds:us-east-1:123456789012:db:orders" } } } }
//! ```

use std::{collections::BTreeMap, env, error::Error, fs, process::ExitCode, sync::Arc};

use serde_json::Value as Json;
use tf_plugin::{
    ApplyRequest, ApplyResponse, Attribute, Block, ConfigureRequest, Diagnostics, Options, Provider, ReadRequest,
    ReadResponse, Resource, Schema, Type, Value, async_trait, codec, serve,
};

/// A type of the other provider.
#[derive(Clone)]
struct Copied {
    schema: Schema,
    given: BTreeMap<String, Value>,
}

impl Copied {
    fn parse(described: &Json) -> Result<Self, Box<dyn Error>> {
        let mut block = Block::new("A copy of another provider's type.");
        let mut given = BTreeMap::new();
        for (name, said) in described["attributes"].as_object().ok_or("a type has no attributes")? {
            let ty = Type::from_json(said["type"].to_string().as_bytes())?;
            let mut attribute = Attribute::new(name, ty.clone()).description("As it is there.").optional();
            if let Some(value) = said.get("value") {
                given.insert(name.clone(), codec::json::decode(value.to_string().as_bytes(), &ty)?);
                attribute = attribute.computed();
            }
            block = block.with(if said["sensitive"] == true { attribute.sensitive() } else { attribute });
        }
        Ok(Self { schema: Schema::new(described["version"].as_i64().unwrap_or_default(), block), given })
    }
}

#[async_trait]
impl Resource for Copied {
    fn schema(&self) -> Schema {
        self.schema.clone()
    }

    async fn read(&self, request: ReadRequest) -> ReadResponse {
        ReadResponse { state: request.state, private: request.private, ..ReadResponse::default() }
    }

    async fn apply(&self, request: ApplyRequest) -> ApplyResponse {
        let mut state = request.planned;
        for (name, value) in state.as_members_mut().into_iter().flatten().filter(|(_, value)| !value.is_known()) {
            *value = self.given.get(name).cloned().unwrap_or_default();
        }
        ApplyResponse { state, ..ApplyResponse::default() }
    }
}

struct StandIn(BTreeMap<&'static str, Copied>);

impl StandIn {
    fn load() -> Result<Self, Box<dyn Error>> {
        let path = env::var("STAND_IN").map_err(|_| "STAND_IN names no file")?;
        let described: BTreeMap<String, Json> = serde_json::from_slice(&fs::read(path)?)?;
        let types = described.into_iter().map(|(name, described)| Ok((&*name.leak(), Copied::parse(&described)?)));
        Ok(Self(types.collect::<Result<_, Box<dyn Error>>>()?))
    }
}

#[async_trait]
impl Provider for StandIn {
    fn schema(&self) -> Schema {
        Schema::new(0, Block::new("Nothing to configure."))
    }

    fn resources(&self) -> BTreeMap<&'static str, Arc<dyn Resource>> {
        self.0.iter().map(|(name, copied)| (*name, Arc::new(copied.clone()) as Arc<dyn Resource>)).collect()
    }

    async fn configure(&self, _: ConfigureRequest) -> Diagnostics {
        Diagnostics::new()
    }
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let options = Options {
        version: env!("CARGO_PKG_VERSION"),
        about: "Stands in for another provider where tests need one installed. It is not run by hand.",
        addresses: &["hashicorp/aws", "cloudflare/cloudflare"],
        protocol_variable: Some("STAND_IN_PROTOCOL"),
        ..Options::default()
    };
    Ok(serve(StandIn::load()?, &options))
}
