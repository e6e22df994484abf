use std::{
    collections::BTreeMap,
    time::{Duration, UNIX_EPOCH},
};

use serde_json::json;

use super::*;
use crate::{
    Action, Attr, CloseRequest, ConfigureRequest, DataRequest, DataResponse, DataSource, EphemeralResource, Found,
    Function, FunctionError, IdentitySchema, InvokeRequest, ListItem, ListRequest, ListResource, Model, OpenRequest,
    OpenResponse, Parameters, PlanActionRequest, RenewRequest, RenewResponse, Resource, async_trait, harness::unknown,
};

/// A number and its square.
#[derive(Clone, Model)]
struct Square {
    #[attr(required)]
    of: Attr<u32>,
    #[attr(computed)]
    is: Attr<u32>,
}

impl Square {
    fn filled(config: &Value) -> Value {
        let mut square = Self::read(config).unwrap();
        square.is = square.of.map(|of| of * of);
        square.to_value()
    }
}

/// Which squares.
#[derive(Clone, Model)]
struct Request {
    #[attr(required)]
    from: Attr<u32>,
}

/// Adds numbers.
#[derive(Parameters)]
struct Sum {
    first: i64,
    #[attr(variadic)]
    rest: Vec<i64>,
}

/// Offers one of everything, and answers wrongly where it is told to.
#[derive(Clone, Default)]
struct Squares {
    wrong: bool,
}

#[async_trait]
impl Resource for Squares {
    fn schema(&self) -> Schema {
        Schema::new(0, Square::block())
    }

    fn identity(&self) -> Option<IdentitySchema> {
        Some(IdentitySchema::of::<Request>(0))
    }

    fn identify(&self, state: &Value) -> Value {
        Value::object([("from", state.get("of").clone())])
    }

    async fn read(&self, request: crate::ReadRequest) -> crate::ReadResponse {
        crate::ReadResponse { state: request.state, ..Default::default() }
    }

    async fn apply(&self, request: crate::ApplyRequest) -> crate::ApplyResponse {
        crate::ApplyResponse { state: Square::filled(&request.config), ..Default::default() }
    }
}

#[async_trait]
impl DataSource for Squares {
    fn schema(&self) -> Schema {
        Schema::new(0, Square::block())
    }

    async fn read(&self, request: DataRequest) -> DataResponse {
        let state = if self.wrong { Value::Null } else { Square::filled(&request.config) };
        DataResponse { state, ..Default::default() }
    }
}

#[async_trait]
impl EphemeralResource for Squares {
    fn schema(&self) -> Schema {
        Schema::new(0, Square::block())
    }

    async fn open(&self, request: OpenRequest) -> OpenResponse {
        let mut result = Square::filled(&request.config);
        if self.wrong {
            result.as_members_mut().unwrap().insert("of".into(), 7.into());
        }
        let renew_at = Some(UNIX_EPOCH + Duration::from_secs(60));
        OpenResponse { result, private: b"open".to_vec(), renew_at, ..Default::default() }
    }

    async fn renew(&self, request: RenewRequest) -> RenewResponse {
        RenewResponse { private: [&request.private[..], b" renewed"].concat(), ..Default::default() }
    }

    async fn close(&self, request: CloseRequest) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        diagnostics.warn(String::from_utf8(request.private).unwrap(), "");
        diagnostics
    }
}

#[async_trait]
impl ListResource for Squares {
    fn schema(&self) -> Schema {
        Schema::new(0, Request::block())
    }

    async fn list(&self, request: ListRequest, found: &mut Found) -> Diagnostics {
        let from = Request::read(&request.config).unwrap().from.unwrap_or_default();
        for of in from..from + 5 {
            let object = Square { of: of.into(), is: (of * of).into() }.to_value();
            let identity = if self.wrong { Value::Null } else { Value::object([("from", i64::from(of).into())]) };
            let item = ListItem {
                identity,
                display_name: of.to_string(),
                object: request.include_resource.then_some(object),
                ..Default::default()
            };
            if found.push(item).await.is_break() {
                break;
            }
        }
        Diagnostics::new()
    }
}

#[async_trait]
impl Action for Squares {
    fn schema(&self) -> Schema {
        Schema::new(0, Request::block())
    }

    async fn plan(&self, request: PlanActionRequest) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        if !request.config.get("from").is_known() {
            diagnostics.warn("It is not known from where", "");
        }
        diagnostics
    }

    async fn invoke(&self, request: InvokeRequest) -> Diagnostics {
        request.progress.say(format!("from {}", request.config.get("from")));
        assert!(!self.wrong, "told to panic");
        Diagnostics::new()
    }
}

fn sum(given: Sum) -> Result<i64, FunctionError> {
    match given.rest.iter().position(|number| *number == 13) {
        Some(nth) => Err(FunctionError::element("rest", nth, "It brings bad luck.")),
        None => Ok(given.first + given.rest.iter().sum::<i64>()),
    }
}

#[async_trait]
impl Provider for Squares {
    fn schema(&self) -> Schema {
        Schema::default()
    }

    fn resources(&self) -> BTreeMap<&'static str, Arc<dyn Resource>> {
        [("square", Arc::new(self.clone()) as Arc<dyn Resource>)].into()
    }

    fn data_sources(&self) -> BTreeMap<&'static str, Arc<dyn DataSource>> {
        [("square", Arc::new(self.clone()) as Arc<dyn DataSource>)].into()
    }

    fn ephemeral_resources(&self) -> BTreeMap<&'static str, Arc<dyn EphemeralResource>> {
        [("square", Arc::new(self.clone()) as Arc<dyn EphemeralResource>)].into()
    }

    fn functions(&self) -> BTreeMap<&'static str, Function> {
        [("sum", Function::new(sum))].into()
    }

    fn list_resources(&self) -> BTreeMap<&'static str, Arc<dyn ListResource>> {
        [("square", Arc::new(self.clone()) as Arc<dyn ListResource>)].into()
    }

    fn actions(&self) -> BTreeMap<&'static str, Arc<dyn Action>> {
        [("square", Arc::new(self.clone()) as Arc<dyn Action>)].into()
    }

    async fn configure(&self, _: ConfigureRequest) -> Diagnostics {
        Diagnostics::new()
    }
}

async fn session(wrong: bool) -> Session {
    Session::of(Squares { wrong }, json!({})).await
}

#[tokio::test]
async fn null_is_tried_for_every_required_attribute_of_every_offer() {
    let tried = crate::harness::check_required(Squares::default()).await;
    assert_eq!(tried, ["square: of", "square: of", "square: of", "square: from", "square: from"]);
}

#[tokio::test]
async fn functions_are_called_with_what_hcl_would_give() {
    let session = session(false).await;
    assert_eq!(session.call("sum", &[json!(1)]).await, Ok(1.into()));
    assert_eq!(session.call("sum", &[json!(1), json!(2), json!(3)]).await, Ok(6.into()));
    assert_eq!(session.call("sum", &[json!(1), unknown()]).await, Ok(Value::UNKNOWN));
    let blamed = session.call("sum", &[json!(1), json!(2), json!(13)]).await;
    assert_eq!(blamed, Err(("It brings bad luck.".into(), Some(2))));
    assert_eq!(session.call("sum", &[json!(1.5)]).await.unwrap_err().1, Some(0));
    assert_eq!(session.call("sum", &[]).await.unwrap_err().1, None);
}

#[tokio::test]
async fn data_is_read() {
    let state = session(false).await.read_data("square", json!({ "of": 3 })).await.ok();
    assert_eq!(state.get("is"), &9.into());
    session(true).await.read_data("square", json!({ "of": 3 })).await.fails("it is missing");
}

#[tokio::test]
async fn what_is_opened_is_renewed_and_closed_with_what_it_remembers() {
    let session = session(false).await;
    let mut opened = session.open("square", json!({ "of": 2 })).await;
    assert_eq!(opened.ok().get("is"), &4.into());
    assert_eq!(opened.renew_at, Some(UNIX_EPOCH + Duration::from_secs(60)));
    session.renew("square", &mut opened).await;
    assert_eq!(opened.renew_at, None);
    let closed = session.close("square", opened).await;
    assert_eq!(closed.iter().next().unwrap().summary, "open renewed");
}

#[tokio::test]
async fn an_opened_value_that_was_configured_stays_and_is_not_told() {
    let opened = session(true).await.open("square", json!({ "of": 2 })).await;
    let text = opened.diagnostics.to_string();
    assert!(text.contains("invalid result for square: of"), "{text}");
    assert!(!text.contains('7'), "{text}");
}

#[tokio::test]
async fn a_list_ends_at_its_limit_and_carries_objects_when_asked() {
    let session = session(false).await;
    let names = |listed: &[Listed]| listed.iter().map(|item| item.display_name.clone()).collect::<Vec<_>>();
    let all = session.list("square", json!({ "from": 1 }), Include::Identities, None).await;
    assert_eq!(names(&all), ["1", "2", "3", "4", "5"]);
    assert_eq!((&all[1].identity, &all[1].object), (&Value::object([("from", 2.into())]), &Value::Null));
    let some = session.list("square", json!({ "from": 1 }), Include::Objects, Some(2)).await;
    assert_eq!(names(&some), ["1", "2"]);
    assert_eq!(some[1].object.get("is"), &4.into());
}

#[tokio::test]
async fn a_listed_object_has_an_identity_of_its_own_or_by_its_state() {
    let session = session(true).await;
    let whole = session.list("square", json!({ "from": 3 }), Include::Objects, Some(1)).await;
    assert_eq!(whole[0].identity.get("from"), &3.into());
    let without = session.list("square", json!({ "from": 3 }), Include::Identities, None).await;
    assert_eq!(without.len(), 1, "an error ends it");
    assert!(without[0].diagnostics.to_string().contains("neither an identity nor an object"));
}

#[tokio::test]
async fn an_action_says_what_it_does_and_completes_even_if_it_panics() {
    let good = session(false).await;
    assert_eq!(good.plan_action("square", json!({ "from": unknown() })).await.warnings().count(), 1);
    let done = good.invoke("square", json!({ "from": 1 })).await;
    assert_eq!(done, Invoked { progress: vec!["from 1".into()], diagnostics: Diagnostics::new() });
    let early = good.invoke("square", json!({ "from": unknown() })).await;
    assert!(early.progress.is_empty() && early.diagnostics.to_string().contains("from of square is not known"));
    let panicked = session(true).await.invoke("square", json!({ "from": 1 })).await;
    assert_eq!(panicked.progress, ["from 1"]);
    assert!(panicked.diagnostics.to_string().contains("crashed in InvokeAction of square"));
}
