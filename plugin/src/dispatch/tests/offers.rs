//! Schemas that the CLI would refuse, and configurations that it may not keep.

use super::*;
use crate::{
    Action, DataSource, EphemeralResource, Found, Function, IdentityAttribute, IdentitySchema, InvokeRequest,
    ListRequest, ListResource, NestedBlock, Nesting, OpenRequest, OpenResponse, Parameter, Signature,
};

/// Whatever is asked of it, its schema is wrong.
struct Wrong;

fn wrong() -> Schema {
    let inner = Block::default().with(Attribute::new("wo", Type::String).optional().write_only());
    let block = Block::default().with(Attribute::new("made", Type::String).computed()).with_block(NestedBlock::new(
        "inner",
        Nesting::List,
        inner,
    ));
    Schema::new(0, block)
}

#[async_trait]
impl Resource for Wrong {
    fn schema(&self) -> Schema {
        let late = Attribute::new("late", Type::String).optional().use_state_for_unknown();
        let hidden = Attribute::new("hidden", Type::String).optional().write_only().requires_replace();
        Schema::new(0, Block::default().with(late).with(hidden))
    }

    fn identity(&self) -> Option<IdentitySchema> {
        let attributes = vec![IdentityAttribute {
            name: "map".to_owned(),
            ty: Type::map(Type::String),
            description: String::new(),
            required_for_import: false,
        }];
        Some(IdentitySchema { attributes, ..IdentitySchema::default() })
    }

    async fn read(&self, request: ReadRequest) -> ReadResponse {
        ReadResponse { state: request.state, ..ReadResponse::default() }
    }

    async fn apply(&self, request: ApplyRequest) -> ApplyResponse {
        ApplyResponse { state: request.planned, ..ApplyResponse::default() }
    }
}

#[async_trait]
impl DataSource for Wrong {
    fn schema(&self) -> Schema {
        wrong()
    }

    async fn read(&self, request: crate::DataRequest) -> crate::DataResponse {
        crate::DataResponse { state: request.config, ..Default::default() }
    }
}

#[async_trait]
impl EphemeralResource for Wrong {
    fn schema(&self) -> Schema {
        wrong()
    }

    async fn open(&self, request: OpenRequest) -> OpenResponse {
        OpenResponse { result: request.config, ..OpenResponse::default() }
    }
}

#[async_trait]
impl ListResource for Wrong {
    fn schema(&self) -> Schema {
        wrong()
    }

    async fn list(&self, _: ListRequest, _: &mut Found) -> Diagnostics {
        Diagnostics::new()
    }
}

#[async_trait]
impl Action for Wrong {
    fn schema(&self) -> Schema {
        wrong()
    }

    async fn invoke(&self, _: InvokeRequest) -> Diagnostics {
        Diagnostics::new()
    }
}

#[async_trait]
impl Provider for Wrong {
    fn schema(&self) -> Schema {
        Schema::default()
    }

    fn resources(&self) -> BTreeMap<&'static str, Arc<dyn Resource>> {
        [("a", Arc::new(Wrong) as Arc<dyn Resource>)].into()
    }

    fn data_sources(&self) -> BTreeMap<&'static str, Arc<dyn DataSource>> {
        [("b", Arc::new(Wrong) as Arc<dyn DataSource>)].into()
    }

    fn ephemeral_resources(&self) -> BTreeMap<&'static str, Arc<dyn EphemeralResource>> {
        [("c", Arc::new(Wrong) as Arc<dyn EphemeralResource>)].into()
    }

    fn list_resources(&self) -> BTreeMap<&'static str, Arc<dyn ListResource>> {
        [("d", Arc::new(Wrong) as Arc<dyn ListResource>)].into()
    }

    fn actions(&self) -> BTreeMap<&'static str, Arc<dyn Action>> {
        [("e", Arc::new(Wrong) as Arc<dyn Action>)].into()
    }

    fn functions(&self) -> BTreeMap<&'static str, Function> {
        let parameter = |name: &str| Parameter {
            name: name.to_owned(),
            ty: Type::String,
            description: String::new(),
            allow_null: false,
            allow_unknown: false,
        };
        let parameters = vec![parameter("x"), parameter("x"), parameter("1y")];
        let signature = Signature { parameters, ..Signature::default() };
        // Not of the type that it says it returns.
        [("f", Function::untyped(signature, Type::Bool, |_| Ok("text".into())))].into()
    }

    async fn configure(&self, _: ConfigureRequest) -> Diagnostics {
        Diagnostics::new()
    }
}

#[test]
fn every_kind_of_wrong_schema_is_told() {
    let problems = Dispatcher::new(Arc::new(Wrong)).schema_problems();
    for words in [
        "late: only a computed attribute",
        "hidden: nobody remembers",
        "data source b is invalid\n  inner.wo: only resources and actions have write-only",
        "ephemeral resource c is invalid\n  inner.wo",
        "list d is invalid\n  made: nothing is computed here",
        "action e is invalid\n  made: nothing is computed here",
        "function f is invalid\n  \"x\": two parameters of one name",
        "function f is invalid\n  \"1y\": a parameter's name",
        "identity of a is invalid\n  map: an identity holds scalars",
        "identity of a is invalid\n  an identity needs an attribute that is required",
        "list d is invalid\n  there is no managed resource of this name with an identity",
    ] {
        tells(&problems, words);
    }
}

#[tokio::test]
async fn a_result_of_another_type_is_an_error_of_the_function() {
    let text = |name: &str| Wire { msgpack: codec::to_msgpack(&name.into(), &Type::String).unwrap(), json: vec![] };
    let answer = Dispatcher::new(Arc::new(Wrong)).call("f", vec![text("a"), text("b"), text("c")]).await;
    let (error, blamed) = answer.error.unwrap();
    assert!(error.contains("f answered an invalid result") && blamed.is_none(), "{error}");
}

#[test]
fn write_only_values_are_found_in_every_nesting() {
    let inner = || Block::default().with(Attribute::new("wo", Type::String).optional().write_only());
    let mut block = inner();
    for (name, nesting) in
        [("one", Nesting::Single), ("list", Nesting::List), ("map", Nesting::Map), ("set", Nesting::Set)]
    {
        block = block.with_block(NestedBlock::new(name, nesting, inner()));
    }
    let secret = || Value::object([("wo", "x".into())]);
    let none = || Value::object([("wo", Value::Null)]);
    let config = Value::object([
        ("wo", "x".into()),
        ("one", secret()),
        ("list", Value::List(vec![none(), secret()])),
        ("map", Value::Map([("k".to_owned(), secret())].into())),
        ("set", Value::Set(vec![secret(), none()])),
    ]);
    let found: Vec<_> = checks::write_only_given(&block, &config).iter().map(Path::to_string).collect();
    assert_eq!(found, ["wo", "one.wo", "list[1].wo", r#"map["k"].wo"#, "set"]);
    assert!(checks::write_only_given(&block, &block.empty_value()).is_empty());
}
