//! The provider in this process against the lab: the real provider with the real clients of the SDKs, held to the checks
//! of Terraform's core, without a CLI. Every row of a table is a trial of its own:
//!
//! ```text
//! cargo test --test lab                        # all
//! cargo test --test lab database::change       # those whose name holds this text
//! ```
//!
//! This process starts as many labs as there are workers, and itself once more with an environment in which nothing of the
//! caller's own clouds is left; the labs end with it. `DROP_LABS` names labs that run already, one a line, each as
//! `<AWS endpoint> <Cloudflare base URL> <Cloudflare token>`.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]
#![allow(clippy::print_stdout, reason = "a test runner says what it did")]

mod app_service;
mod case;
mod database;
mod describe;
mod edge;
mod every;
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

/// What is tested. A resource that is offered and missing here fails [`every::completeness`].
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

/// A worker keeps a lab busy and itself, in turn.
fn workers() -> usize {
    std::thread::available_parallelism().map_or(2, |found| found.get().min(8))
}
