//! The plan compared with what the region has. Only tells, and repeats no value: it may be a secret.

use tf_plugin::{Diagnostics, Path};

use super::schema::AppService;
use crate::base::{Arn, Result};
use crate::cloud::aws::Session;
use crate::engine::plan::blueprint::{Blueprint, Verb};
use crate::resources::lifecycle::present;
use crate::resources::preflight::default_network;

/// Asks only about what the blueprint will touch.
pub async fn preflight(session: &Session, wanted: &AppService, blueprint: &Blueprint) -> Result<Diagnostics> {
    let mut diagnostics = Diagnostics::new();
    let creates =
        |component: &str| blueprint.steps.iter().any(|step| step.component == component && step.verb == Verb::Create);
    let sets = |component: &str, field: &str| {
        blueprint.steps.iter().any(|step| step.component == component && step.fields.iter().any(|name| name == field))
    };
    if creates("load_balancer") {
        default_network(session.ec2.as_ref(), &session.region, "service", "A load balancer", &mut diagnostics).await?;
    }
    if sets("https_listener", "certificate")
        && let Some(arn) = present(&wanted.http).certificate_arn.known()
    {
        certificate(session, arn, &mut diagnostics).await?;
    }
    if let Some(region) = wanted.database.known().and_then(|database| database.region.known())
        && *region != session.region
    {
        diagnostics.error_at(
            "database",
            "The database is in another region",
            format!("A path can only be opened inside a region. This service is in {}.", session.region),
        );
    }
    Ok(diagnostics)
}

async fn certificate(session: &Session, arn: &str, diagnostics: &mut Diagnostics) -> Result<()> {
    let path = || Path::from("http").attr("certificate_arn");
    if Arn::of(arn).region != Some(session.region.as_str()) {
        diagnostics.error_at(
            path(),
            "The certificate is in another region",
            format!("A listener takes certificates of its own region only, which is {}.", session.region),
        );
        return Ok(());
    }
    match session.acm.status(arn).await? {
        None => diagnostics.error_at(
            path(),
            "There is no such certificate",
            format!("`aws acm list-certificates --region {}` lists them.", session.region),
        ),
        Some(status) if status != "ISSUED" => diagnostics.error_at(
            path(),
            format!("The certificate cannot be used: its status is {status}"),
            "A listener takes a certificate once it is ISSUED. Validate it first, or leave certificate_arn out.",
        ),
        Some(_) => {}
    }
    Ok(())
}
