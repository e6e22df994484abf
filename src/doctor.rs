//! `terraform-provider-drop doctor`: what no state remembers any more, and how to remove it.
//!
//! Some sequences cannot be mended from inside a plan: a killed create followed by a rename or a destroy leaves objects
//! that no state knows. Their anchor stays marked incomplete, so they can be found here. It only reads.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use crate::cloud::Error;
use crate::cloud::aws::{Aws, Session, Settings};
use crate::engine::component::RESOURCE_TAG;
use crate::engine::identity::object_name;
use crate::engine::mark::{Mark, START_TAG, STATE_TAG};
use crate::provider::Shared;

/// Looks in the account and region of the ordinary environment, and prints what it found.
pub fn run(shared: &Arc<Shared>) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return say(&format!("doctor: cannot start: {error}\n"), ExitCode::FAILURE),
    };
    match runtime.block_on(examine(shared.unix_time())) {
        Ok(report) => say(&report, ExitCode::SUCCESS),
        Err(error) => say(&format!("doctor: {error}\n"), ExitCode::FAILURE),
    }
}

fn say(text: &str, code: ExitCode) -> ExitCode {
    match std::io::stdout().write_all(text.as_bytes()) {
        Ok(()) => code,
        Err(_) => ExitCode::FAILURE,
    }
}

async fn examine(now: u64) -> Result<String, Error> {
    let aws = Aws::new(Settings::default());
    let Some(region) = aws.default_region().await else {
        return Ok("doctor: no region; set AWS_REGION\n".to_owned());
    };
    let session = aws.session(&region).await?;
    let mut report = format!("account {}, {region}\n", session.account);
    let mut count = 0;
    for (group, tags) in session.rds.subnet_groups_with_tags().await? {
        let (Some(owner), Some(state)) = (tags.get(RESOURCE_TAG), tags.get(STATE_TAG)) else { continue };
        let mark = Mark::parse(state);
        if mark.complete {
            continue;
        }
        count += 1;
        let age = tags.get(START_TAG).and_then(|start| start.parse().ok()).map(|start: u64| now.saturating_sub(start));
        describe(&mut report, &session, owner, &group.name, &mark, age, now);
    }
    if count == 0 {
        report.push_str("nothing is marked unfinished\n");
    }
    Ok(report)
}

fn describe(
    report: &mut String,
    session: &Session,
    owner: &str,
    anchor: &str,
    mark: &Mark,
    age: Option<u64>,
    now: u64,
) {
    let begun = age.map_or("at an unknown time".to_owned(), |age| format!("{} minutes ago", age / 60));
    let at_work = match &mark.lease {
        Some(lease) if now.saturating_sub(lease.at) < 60 => "; somebody is working on it now: leave it alone",
        _ => "",
    };
    // Writing to a string cannot fail.
    let _ = write!(report, "\n{owner}\n  unfinished, begun {begun}{at_work}; anchor: DB subnet group {anchor}\n");
    let mut parts = owner.split('/');
    let (_, environment, Some(name)) = (parts.next(), parts.next().filter(|e| *e != "-"), parts.next()) else { return };
    let region = &session.region;
    let object = |component: &str, limit| object_name(environment, name, component, limit);
    let _ = write!(
        report,
        "  to go on with it: apply a configuration that declares it under this name\n  \
         to remove it (what does not exist is skipped with an error):\n    \
         aws rds modify-db-instance --region {region} --db-instance-identifier {instance} --no-deletion-protection\n    \
         aws rds delete-db-instance --region {region} --db-instance-identifier {instance} --skip-final-snapshot\n    \
         aws rds wait db-instance-deleted --region {region} --db-instance-identifier {instance}\n    \
         aws rds delete-db-parameter-group --region {region} --db-parameter-group-name {parameters}\n    \
         aws ec2 delete-security-group --region {region} --group-id $(aws ec2 describe-security-groups --region {region} \
         --filters Name=tag:drop:resource,Values={owner} --query 'SecurityGroups[].GroupId' --output text)\n    \
         aws rds delete-db-subnet-group --region {region} --db-subnet-group-name {anchor}\n",
        instance = object("db_instance", 63),
        parameters = object("db_parameter_group", 255),
    );
}
