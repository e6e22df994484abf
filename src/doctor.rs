//! `terraform-provider-drop doctor`: what no state remembers any more, and how to remove it.
//!
//! Some sequences cannot be mended from inside a plan: a killed create followed by a rename or a destroy leaves objects
//! that no state knows. Their anchor stays marked incomplete, so they can be found here. It only reads.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use tf_plugin::printable;

use crate::base::CallError;
use crate::clouds::{Clouds, Runtime};
use crate::lookup::unfinished::{Searched, Unfinished};
use crate::provider::OFFERS;

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
    match std::io::stdout().write_all(printable(text.to_owned()).as_bytes()) {
        Ok(()) => code,
        Err(_) => ExitCode::FAILURE,
    }
}

async fn examine(now: u64) -> Result<String, CallError> {
    let clouds = Clouds::of_environment();
    let mut report = Report { text: String::new(), count: 0, now };
    let mut looked = false;
    for offer in &OFFERS {
        let places = (offer.unfinished)(&clouds).await?;
        looked |= !places.is_empty();
        places.iter().for_each(|place| report.place(place));
    }
    if !looked {
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
    fn place(&mut self, searched: &Searched) {
        let heading = format!("account {}, {}\n", searched.account, searched.name);
        if !self.text.contains(&heading) {
            self.text.push_str(&heading);
        }
        searched.unfinished.iter().for_each(|found| self.unfinished(found));
    }

    fn unfinished(&mut self, Unfinished { owner, anchor, start, mark, commands }: &Unfinished) {
        self.count += 1;
        let begun = start.map_or("at an unknown time".to_owned(), |start| {
            format!("{} minutes ago", self.now.saturating_sub(start) / 60)
        });
        let at_work = match &mark.lease {
            Some(lease) if self.now.saturating_sub(lease.at) < 60 => "; somebody is working on it now: leave it alone",
            _ => "",
        };
        let commands = commands.join("\n    ");
        // Writing to a string cannot fail.
        let _ = write!(
            self.text,
            "\n{owner}\n  unfinished, begun {begun}{at_work}; anchor: {anchor}\n  \
             to go on with it: apply a configuration that declares it under this name\n  \
             to remove it (what does not exist is skipped with an error):\n    {commands}\n",
        );
    }
}
