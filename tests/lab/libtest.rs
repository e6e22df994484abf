//! A small test runner for tables: named trials on several threads, with the output of `cargo test`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// One case.
pub struct Trial {
    name: String,
    work: Box<dyn Fn() + Send + Sync>,
}

/// The arguments of the command line.
pub struct Arguments {
    /// Trials whose name holds one of these; all, if there are none.
    names: Vec<String>,
    skipped: Vec<String>,
    pub threads: usize,
    pub list: bool,
}

impl Trial {
    pub fn new(name: String, work: impl Fn() + Send + Sync + 'static) -> Self {
        Self { name, work: Box::new(work) }
    }
}

impl Arguments {
    /// Reads the arguments of this process. It ignores flags of other runners.
    pub fn given(threads: usize) -> Self {
        let mut found = Self { names: vec![], skipped: vec![], threads, list: false };
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--list" => found.list = true,
                "--skip" => found.skipped.extend(arguments.next()),
                "--test-threads" => {
                    let number = arguments.next().and_then(|number| number.parse().ok());
                    found.threads = number.unwrap_or_else(|| panic!("--test-threads takes a number"));
                }
                other if other.starts_with('-') => {}
                name => found.names.push(name.to_owned()),
            }
        }
        found
    }

    fn picks(&self, name: &str) -> bool {
        let held = |words: &[String]| words.iter().any(|word| name.contains(word.as_str()));
        (self.names.is_empty() || held(&self.names)) && !held(&self.skipped)
    }
}

/// Runs the trials and prints how each ended.
pub fn run(arguments: &Arguments, trials: Vec<Trial>) -> ExitCode {
    let (picked, passed_over): (Vec<Trial>, Vec<Trial>) =
        trials.into_iter().partition(|trial| arguments.picks(&trial.name));
    if arguments.list {
        picked.iter().for_each(|trial| println!("{}: test", trial.name));
        return ExitCode::SUCCESS;
    }
    println!("\nrunning {} tests", picked.len());
    let (begun, next, failed) = (Instant::now(), AtomicUsize::new(0), Mutex::new(vec![]));
    std::thread::scope(|scope| {
        for _ in 0..arguments.threads.max(1) {
            scope.spawn(|| {
                while let Some(trial) = picked.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let start = Instant::now();
                    let good = catch_unwind(AssertUnwindSafe(&trial.work)).is_ok();
                    let word = if good { "ok" } else { "FAILED" };
                    println!("test {} ... {word} ({:.2} s)", trial.name, start.elapsed().as_secs_f64());
                    if !good {
                        failed.lock().unwrap().push(trial.name.as_str());
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    let word = if failed.is_empty() { "ok" } else { "FAILED" };
    failed.iter().for_each(|name| println!("    {name}"));
    println!(
        "\ntest result: {word}. {} passed; {} failed; {} filtered out; finished in {:.2} s\n",
        picked.len() - failed.len(),
        failed.len(),
        passed_over.len(),
        begun.elapsed().as_secs_f64(),
    );
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(101) }
}
