//! `terraform-provider-drop doctor`: what no state remembers any more, and how to remove it.
//!
//! Some sequences cannot be mended from inside a plan: a killed create followed by a rename or a destroy leaves objects
//! that no state knows. Their anchor stays marked incomplete, so they can be found here. It only reads.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use crate::base::CallError;
use crate::clouds::{Clouds, Runtime};
use crate::engine::model::identity::Owner;
use crate::engine::run::mark::Marks;
use crate::resources::app_service::AppServiceResource;
use crate::resources::database::DatabaseResource;
use crate::resources::edge::EdgeResource;
use crate::resources::lifecycle::{Composite, Place, Site};

/// Looks in the accounts that the ordinary environment opens, and prints what it found.
pub fn run(process: &Arc<Runtime>) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return say(&format!("doctor: cannot start: {error}\n"), ExitCode::FAILURE),
    };
    match runtime.block_on(examine(process.unix_time())) {
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

async fn examine(now: u64) -> Result<String, CallError> {
    let clouds = Clouds::of_environment();
    let mut report = Report { text: String::new(), count: 0, now };
    let database = report.places::<DatabaseResource>(&clouds).await?;
    report.places::<AppServiceResource>(&clouds).await?;
    let edge = report.places::<EdgeResource>(&clouds).await?;
    if !database && !edge {
        return Ok("doctor: nowhere to look; set AWS_REGION or CLOUDFLARE_API_TOKEN\n".to_owned());
    }
    if report.count == 0 {
        report.text.push_str("nothing is marked unfinished\n");
    }
    Ok(report.text)
}

struct Report {
    text: String,
    count: usize,
    now: u64,
}

impl Report {
    /// Looks through every place of one kind of resource; false if there is none to look through.
    async fn places<C: Composite>(&mut self, clouds: &Clouds) -> Result<bool, CallError> {
        let places = C::Place::all(clouds).await?;
        for place in &places {
            let heading = format!("account {}, {}\n", place.account(), place.name());
            if !self.text.contains(&heading) {
                self.text.push_str(&heading);
            }
            for (anchor, tags) in C::anchors(place).await? {
                self.anchor::<C>(place, &anchor, &tags);
            }
        }
        Ok(!places.is_empty())
    }

    fn anchor<C: Composite>(&mut self, place: &C::Place, anchor: &str, tags: &BTreeMap<String, String>) {
        let Marks { owner, start, mark } = Marks::told(tags);
        let Some(owner) = owner.as_deref().and_then(Owner::parse) else { return };
        if mark.complete || owner.resource != C::TYPE {
            return;
        }
        self.count += 1;
        let begun = start.map_or("at an unknown time".to_owned(), |start| {
            format!("{} minutes ago", self.now.saturating_sub(start) / 60)
        });
        let at_work = match &mark.lease {
            Some(lease) if self.now.saturating_sub(lease.at) < 60 => "; somebody is working on it now: leave it alone",
            _ => "",
        };
        let site = Site::owned_by(owner.clone(), place.name());
        let anchor_component = C::layout(&C::Model::default(), &site).anchor;
        let commands = C::removal(&site, place).join("\n    ");
        // Writing to a string cannot fail.
        let _ = write!(
            self.text,
            "\n{owner}\n  unfinished, begun {begun}{at_work}; anchor: {} {anchor}\n  \
             to go on with it: apply a configuration that declares it under this name\n  \
             to remove it (what does not exist is skipped with an error):\n    {commands}\n",
            anchor_component.replace('_', " "),
        );
    }
}
