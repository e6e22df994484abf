use std::sync::Arc;

use serde_json::json;
use tf_plugin::harness::Harness;
use tf_plugin::model::Leaf;
use tf_plugin::{Cx, EphemeralResource, OpenRequest, OpenResponse, Path, ValidateRequest};

use super::*;
use crate::base::Result;
use crate::cloud::aws::ready;
use crate::cloud::aws::secrets::{SecretVersion, Secrets};
use crate::ephemeral::opened::Ephemeral;
use crate::resources::database::DatabaseResource;
use crate::resources::database::tests::cloud::FakeCloud;
use crate::resources::lifecycle::Run;

const PASSWORD: &str = "p@ss:w/rd?";

/// Keeps one text under every ARN.
#[derive(Debug)]
struct Vault(String);

#[async_trait]
impl Secrets for Vault {
    async fn version(&self, secret: &str, _: Option<&str>, _: Option<&str>) -> Result<SecretVersion> {
        let text = Some(Secret::from(self.0.clone()));
        Ok(SecretVersion { arn: secret.to_owned(), id: "v1".to_owned(), text })
    }
}

fn kept() -> String {
    json!({ "username": "postgres", "password": PASSWORD, "engine": "postgres" }).to_string()
}

/// A cloud with the database "orders", and its ref.
async fn orders() -> (FakeCloud, Ref) {
    let cloud = FakeCloud::default();
    let mut resource = Harness::new("drop_database", Run::<DatabaseResource>::over(cloud.runtime()));
    let made = resource.apply(json!({ "name": "orders", "region": "eu-north-1" })).await;
    let of = Ref::decode(made.ok().get("ref"), &Path::root(), &mut Diagnostics::new());
    (cloud, of.into_known().unwrap())
}

fn over(cloud: &FakeCloud, kept: String) -> Arc<dyn EphemeralResource> {
    let session = Session { secrets: ready(Arc::new(Vault(kept))), ..cloud.session() };
    Ephemeral::<DatabaseLogin>::over(FakeCloud::over(session))
}

async fn open(cloud: &FakeCloud, kept: String, model: DatabaseLogin) -> OpenResponse {
    over(cloud, kept).open(OpenRequest { config: model.to_value(), cx: Cx::default() }).await
}

fn named(name: &str) -> DatabaseLogin {
    DatabaseLogin { name: name.into(), region: "eu-north-1".into(), ..DatabaseLogin::default() }
}

fn text(answer: &OpenResponse, name: &str) -> String {
    assert!(!answer.diagnostics.has_errors(), "{}", answer.diagnostics);
    answer.result.get(name).as_str().unwrap_or_default().to_owned()
}

#[tokio::test(start_paused = true)]
async fn a_ref_and_a_name_lead_to_the_same_login() {
    let (cloud, of) = orders().await;
    let by_ref = DatabaseLogin { database: of.into(), ..DatabaseLogin::default() };
    for model in [by_ref, named("orders"), named("Orders")] {
        let answer = open(&cloud, kept(), model).await;
        let url = "postgresql://postgres:p%40ss%3Aw%2Frd%3F@orders.rds.example:5432/postgres?sslmode=require";
        assert_eq!((text(&answer, "password"), text(&answer, "url")), (PASSWORD.to_owned(), url.to_owned()));
        assert_eq!(text(&answer, "region"), "eu-north-1");
        assert!(answer.result.get("expires_at").is_null() && answer.renew_at.is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_is_made_where_the_instance_takes_one() {
    let (cloud, of) = orders().await;
    let model = DatabaseLogin {
        database: of.into(),
        method: "iam".into(),
        username: "shop".into(),
        ..DatabaseLogin::default()
    };
    let refused = open(&cloud, String::new(), model.clone()).await.diagnostics.to_string();
    assert!(refused.contains("(at method)") && refused.contains("--enable-iam-database-authentication"), "{refused}");
    cloud.state().instances.get_mut("orders").unwrap().iam_login = true;
    let answer = open(&cloud, String::new(), model).await;
    assert_eq!(text(&answer, "password"), "token of shop for orders.rds.example:5432");
    assert_eq!(text(&answer, "username"), "shop");
    assert_eq!(text(&answer, "expires_at"), "2026-01-01T00:15:00Z");
}

#[tokio::test(start_paused = true)]
async fn what_there_is_no_login_for_is_told() {
    let (cloud, _) = orders().await;
    let told = async |model, kept| open(&cloud, kept, model).await.diagnostics.to_string();
    let missing = told(named("sales"), kept()).await;
    assert!(missing.contains("\"sales\" was not found (at name)"), "{missing}");
    let garbled = told(named("orders"), format!("no JSON: {PASSWORD}")).await;
    assert!(garbled.contains("is no login") && !garbled.contains(PASSWORD), "{garbled}");
    cloud.state().instances.get_mut("orders").unwrap().secret_arn = None;
    let unmanaged = told(named("orders"), kept()).await;
    assert!(unmanaged.contains("does not manage the password") && unmanaged.contains("drop_secret"), "{unmanaged}");
    cloud.state().instances.get_mut("orders").unwrap().endpoint = None;
    let early = told(named("orders"), kept()).await;
    assert!(early.contains("no address yet"), "{early}");
    cloud.state().instances.get_mut("orders").unwrap().engine = "mysql".to_owned();
    let other = told(named("orders"), kept()).await;
    assert!(other.contains("runs mysql"), "{other}");
}

#[tokio::test(start_paused = true)]
async fn what_contradicts_itself_is_refused_before_anything_is_asked() {
    let (cloud, of) = orders().await;
    let service = Ref { kind: "drop_app_service".into(), ..of.clone() };
    let by_ref = DatabaseLogin { database: of.into(), ..DatabaseLogin::default() };
    let cases = [
        (DatabaseLogin::default(), "No database is given"),
        (DatabaseLogin { name: "orders".into(), ..by_ref.clone() }, "given twice (at name)"),
        (DatabaseLogin { region: "eu-north-1".into(), ..by_ref.clone() }, "given twice (at region)"),
        (DatabaseLogin { username: "shop".into(), ..by_ref.clone() }, "its own user (at username)"),
        (DatabaseLogin { method: "kerberos".into(), ..by_ref.clone() }, "method"),
    ];
    for (model, words) in cases {
        let request = ValidateRequest { config: model.to_value(), cx: Cx::default() };
        let said = over(&cloud, kept()).validate(request).await.to_string();
        assert!(said.contains(words), "{words}: {said}");
    }
    // What a ref says is looked at when it is opened: a mocked provider makes it up.
    let of_service = DatabaseLogin { database: service.into(), ..by_ref };
    let said = open(&cloud, kept(), of_service).await.diagnostics.to_string();
    assert!(said.contains("no database (at database)"), "{said}");
}
