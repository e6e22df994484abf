//! `terraform-provider-drop doctor`: what no state remembers any more, and how to remove it or take it into a state.
//!
//! Some sequences cannot be mended from inside a plan: a killed create followed by a rename or a destroy leaves objects
//! that no state knows. Their anchor stays marked incomplete, so they can be found here. It only reads.

mod arguments;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;

use arguments::{Arguments, USAGE};
use tf_plugin::printable;

use crate::base::{CallError, ErrorClass};
use crate::cloud::aws::Settings;
use crate::clouds::{Clouds, Runtime};
use crate::lookup::search::{Looked, Searched, Unfinished};
use crate::provider::OFFERS;

/// How it ends when it was asked for what it does not know.
const MISUSED: u8 = 2;

/// Looks in the accounts that the ordinary environment opens, and prints what it found on standard output; what it could not
/// look at, and why, on standard error.
pub fn run(process: &Arc<Runtime>, words: impl IntoIterator<Item = String>) -> ExitCode {
    let asked = match Arguments::parse(words) {
        Ok(asked) if asked.help => return say(&mut io::stdout(), &format!("{USAGE}\n"), ExitCode::SUCCESS),
        Ok(asked) => asked,
        Err(problem) => {
            return say(&mut io::stderr(), &format!("doctor: {problem}\n\n{USAGE}\n"), ExitCode::from(MISUSED));
        }
    };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return say(&mut io::stderr(), &format!("doctor: cannot start: {error}\n"), ExitCode::FAILURE),
    };
    let report = runtime.block_on(examine(&asked, process.unix_time()));
    let code = if report.is_whole() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    let code = say(&mut io::stderr(), &report.problems(), code);
    say(&mut io::stdout(), &report.text(asked.import), code)
}

fn say(to: &mut impl Write, text: &str, code: ExitCode) -> ExitCode {
    match to.write_all(printable(text.to_owned()).as_bytes()) {
        Ok(()) => code,
        Err(_) => ExitCode::FAILURE,
    }
}

async fn examine(asked: &Arguments, now: u64) -> Report {
    let clouds = Clouds::of_environment(Settings {
        region: asked.region.clone(),
        profile: asked.profile.clone(),
        ..Settings::default()
    });
    let mut looked = vec![];
    for offer in &OFFERS {
        looked.push((offer.search)(&clouds).await);
    }
    Report { looked, now }
}

struct Report {
    looked: Vec<Looked>,
    now: u64,
}

impl Report {
    /// Whether everything was looked at that the environment opens, and anything at all.
    fn is_whole(&self) -> bool {
        self.places().next().is_some() && self.looked.iter().all(|looked| looked.failed.is_empty())
    }

    fn places(&self) -> impl Iterator<Item = &Searched> {
        self.looked.iter().flat_map(|looked| &looked.places)
    }

    /// What could not be looked at, each said once.
    fn problems(&self) -> String {
        let failed = self.looked.iter().flat_map(|looked| looked.failed.iter().map(move |error| (looked, error)));
        let told: BTreeSet<String> = failed
            .map(|(looked, error)| {
                format!("doctor: {} could not be looked at: {error}. {}\n", looked.cloud, advice(looked, error))
            })
            .collect();
        told.into_iter().collect()
    }

    fn text(&self, import: bool) -> String {
        if import { self.imports() } else { self.findings() }
    }

    /// The blocks that rebuild a state.
    fn imports(&self) -> String {
        self.places().flat_map(|place| &place.imports).map(String::as_str).collect::<Vec<_>>().join("\n")
    }

    fn findings(&self) -> String {
        let mut text = String::new();
        let mut headings: BTreeSet<(&str, &str)> = BTreeSet::new();
        for place in self.places() {
            if headings.insert((place.account.as_str(), place.name.as_str())) {
                // Writing to a string cannot fail.
                let _ = writeln!(text, "account {}, {}", place.account, place.name);
            }
            place.unfinished.iter().for_each(|found| self.unfinished(&mut text, found));
        }
        if self.is_whole() && self.places().all(|place| place.unfinished.is_empty()) {
            text.push_str("nothing is marked unfinished\n");
        }
        let finished = self.places().map(|place| place.imports.len()).sum::<usize>();
        if finished > 0 {
            let _ = writeln!(
                text,
                "finished: {finished}; `doctor --import` prints the blocks that import them into a state"
            );
        }
        text + &self.not_looked_at()
    }

    /// Where nothing was looked for.
    fn not_looked_at(&self) -> String {
        let closed = self.looked.iter().filter(|looked| looked.places.is_empty() && looked.failed.is_empty());
        let closed = closed.map(|looked| format!("{} was not looked at: {}\n", looked.cloud, looked.not_open));
        let usual = self.looked.iter().filter(|looked| looked.only_usual);
        let others = usual.flat_map(|looked| looked.places.iter().map(move |place| (looked.what, &place.name)));
        let others = others.map(|(what, name)| format!("{what}s other than {name} were not looked at: use --{what}\n"));
        closed.chain(others).collect::<BTreeSet<String>>().into_iter().collect()
    }

    fn unfinished(&self, text: &mut String, Unfinished { owner, anchor, start, mark, commands }: &Unfinished) {
        let begun = start.map_or("at an unknown time".to_owned(), |start| {
            format!("{} minutes ago", self.now.saturating_sub(start) / 60)
        });
        let at_work = match &mark.lease {
            Some(lease) if self.now.saturating_sub(lease.at) < 60 => "; somebody is working on it now: leave it alone",
            _ => "",
        };
        let commands = commands.join("\n    ");
        let _ = write!(
            text,
            "\n{owner}\n  unfinished, begun {begun}{at_work}; anchor: {anchor}\n  \
             to go on with it: apply a configuration that declares it under this name\n  \
             to remove it (what does not exist is skipped with an error):\n    {commands}\n",
        );
    }
}

fn advice(looked: &Looked, error: &CallError) -> String {
    match error.class {
        ErrorClass::Unauthenticated => format!("{} {}", error.credentials_advice(), looked.credentials),
        ErrorClass::Denied => format!("The credentials do not allow it. {}", looked.credentials),
        _ => "Try again, or look elsewhere: `doctor --help` says how.".to_owned(),
    }
}
