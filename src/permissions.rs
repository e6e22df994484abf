//! `terraform-provider-drop permissions`: the least that credentials must be allowed to do for a plan. It calls no cloud.
//!
//! It reads a plan in JSON, as `terraform show -json` and `tofu show -json` print it:
//! <https://developer.hashicorp.com/terraform/internals/json-format>.

mod arguments;
mod policy;

use std::collections::BTreeSet;
use std::io::{self, Read as _, Write};
use std::process::ExitCode;
use std::sync::Arc;

use arguments::{Arguments, Part, USAGE};
use serde_json::{Value as Json, json};

use crate::clouds::Runtime;
use crate::provider::OFFERS;
use crate::resources::lifecycle::Needs;

/// Exit code for arguments that are not understood.
const MISUSED: u8 = 2;

/// Prints the permissions of the plan that the arguments name, on standard output; problems on standard error.
pub fn run(runtime: &Arc<Runtime>, words: impl IntoIterator<Item = String>) -> ExitCode {
    let asked = match Arguments::parse(words) {
        Ok(asked) if asked.help => return say(&mut io::stdout(), USAGE, ExitCode::SUCCESS),
        Ok(asked) => asked,
        Err(problem) => {
            return say(&mut io::stderr(), &format!("permissions: {problem}\n\n{USAGE}"), ExitCode::from(MISUSED));
        }
    };
    match read(&asked.plan).and_then(|text| needs(runtime, &text)) {
        Ok((needs, account)) => {
            let account = asked.account_id.or(account);
            say(&mut io::stdout(), &printed(&needs, account.as_deref(), asked.only), ExitCode::SUCCESS)
        }
        Err(problem) => say(&mut io::stderr(), &format!("permissions: {problem}"), ExitCode::FAILURE),
    }
}

fn say(to: &mut impl Write, text: &str, code: ExitCode) -> ExitCode {
    match writeln!(to, "{text}") {
        Ok(()) => code,
        Err(_) => ExitCode::FAILURE,
    }
}

fn read(path: &str) -> Result<String, String> {
    let mut text = String::new();
    let read = match path {
        "-" => io::stdin().read_to_string(&mut text).map(|_| text),
        path => std::fs::read_to_string(path),
    };
    read.map_err(|error| format!("{path} cannot be read: {error}"))
}

/// The permissions of all resources of this provider in a plan, and the account that they are in, where the plan shows it.
fn needs(runtime: &Arc<Runtime>, text: &str) -> Result<(Needs, Option<String>), String> {
    let advice = "Write it by `terraform plan -out=tf.plan` and `terraform show -json tf.plan`";
    let plan: Json = serde_json::from_str(text).map_err(|error| format!("the plan is not JSON: {error}. {advice}"))?;
    if plan.get("format_version").is_none() || plan.get("planned_values").is_none() {
        return Err(format!("the file is not a plan in JSON. {advice}"));
    }
    let mut all = Needs::default();
    let mut account = None;
    for change in plan["resource_changes"].as_array().into_iter().flatten() {
        let Some(offer) = OFFERS.iter().find(|offer| change["type"] == offer.name) else { continue };
        if change["mode"] != "managed" {
            continue;
        }
        let (before, after) = (&change["change"]["before"], &change["change"]["after"]);
        for (object, unknown) in [(before, &json!({})), (after, &change["change"]["after_unknown"])] {
            if object.is_null() {
                continue;
            }
            let address = change["address"].as_str().unwrap_or_default();
            let needs = (offer.needs)(runtime, object, unknown).map_err(|error| format!("{address}: {error}"))?;
            all.reads.extend(needs.reads);
            all.writes.extend(needs.writes);
            all.arns.extend(needs.arns);
            account = account.or_else(|| account_in(object));
        }
    }
    Ok((all, account))
}

/// The account in the ARNs of an object that exists.
fn account_in(object: &Json) -> Option<String> {
    let components = object["components"].as_object().into_iter().flat_map(|map| map.values());
    let mut arns = components.chain([&object["id"]]).filter_map(Json::as_str).filter(|id| id.starts_with("arn:"));
    arns.find_map(|arn| arn.split(':').nth(4).filter(|account| account.len() == 12).map(str::to_owned))
}

fn printed(needs: &Needs, account: Option<&str>, only: Option<Part>) -> String {
    let account = account.unwrap_or("*");
    let arns: BTreeSet<String> = needs.arns.iter().map(|arn| arn.replace("{account}", account)).collect();
    let (iam, plan) = (policy::whole(needs, &arns), policy::reads(needs));
    let token = policy::token(needs);
    match only {
        None => pretty(&json!({ "iam_policy": iam, "iam_policy_plan": plan, "cloudflare_token": token })),
        Some(Part::IamPolicy) => pretty(&iam),
        Some(Part::IamPolicyPlan) => pretty(&plan),
        Some(Part::CloudflareToken) => token.join("\n"),
    }
}

fn pretty(json: &Json) -> String {
    format!("{json:#}")
}

#[cfg(test)]
mod tests;
