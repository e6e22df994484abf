//! The provider in this process against the lab: the real provider with the real clients of the SDKs, under the checks of
//! Terraform's core, without a CLI. Every row of a table is a trial of its own:
//!
//! ```text
//! make table-test                              # all
//! make table-test K=database::change           # those whose name contains this text
//! ```
//!
//! This process starts a lab for each worker, and itself once more, without the caller's own variables of clouds; the
//! labs end with it. `DROP_LABS` names labs that run already, one a line, each as
//! `<AWS endpoint> <Cloudflare base URL> <Cloudflare token>`.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]
#![allow(clippy::print_stdout, reason = "a test runner says what it did")]

mod app_service;
mod case;
mod database;
mod describe;
mod edge;
mod every;
mod groups;
mod http;
mod lab;
mod labs;
mod libtest;
mod pool;
mod subject;
mod table;

use std::process::ExitCode;
use std::sync::Arc;

use libtest::Arguments;
use pool::Pool;
use subject::Subject;

/// The resources under test. [`every::completeness`] fails if one of the provider is missing here.
const SUBJECTS: [fn() -> Subject; 3] = [app_service::subject, database::subject, edge::subject];

fn main() -> ExitCode {
    let arguments = Arguments::given(workers());
    if arguments.list {
        return run(&arguments, Pool::default());
    }
    match labs::given() {
        Some(labs) => run(&arguments, Pool::of(labs)),
        None => labs::run_with(arguments.threads),
    }
}

fn run(arguments: &Arguments, pool: Pool) -> ExitCode {
    let subjects = SUBJECTS.map(|subject| Arc::new(subject()));
    libtest::run(arguments, every::trials(&subjects, &Arc::new(pool)))
}

/// One a core: a worker and its lab work in turn.
fn workers() -> usize {
    std::thread::available_parallelism().map_or(2, |found| found.get().min(8))
}
