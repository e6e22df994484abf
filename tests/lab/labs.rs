//! Labs as processes: started together, ended when this one is.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitCode, Stdio};

use crate::lab::Lab;

const LABS: &str = "DROP_LABS";
/// Prefixes of the caller's own variables.
const OWN: [&str; 4] = ["AWS_", "CLOUDFLARE_", "TF_", "DROP_"];

/// The labs that the environment names.
pub fn given() -> Option<Vec<Lab>> {
    let named = std::env::var(LABS).ok()?;
    Some(named.lines().map(Lab::parse).collect())
}

/// Starts labs, and runs this program once more with them.
pub fn run_with(count: usize) -> ExitCode {
    let python = python();
    let started: Vec<(Child, BufReader<ChildStdout>)> = (0..count).map(|_| start(&python)).collect();
    let (mut processes, addresses): (Vec<Child>, Vec<String>) =
        started.into_iter().map(|(process, output)| (process, address(output))).unzip();
    let status = again(&addresses.join("\n"));
    for process in &mut processes {
        // A lab ends with its input.
        drop(process.stdin.take());
        process.wait().unwrap_or_else(|error| panic!("a lab did not end: {error}"));
    }
    ExitCode::from(u8::try_from(status.code().unwrap_or(101)).unwrap_or(101))
}

fn again(labs: &str) -> std::process::ExitStatus {
    let mut command = Command::new(std::env::current_exe().unwrap());
    for (name, _) in std::env::vars().filter(|(name, _)| OWN.iter().any(|own| name.starts_with(own))) {
        command.env_remove(name);
    }
    command.args(std::env::args_os().skip(1)).env(LABS, labs);
    command.envs([
        ("AWS_ACCESS_KEY_ID", "testing"),
        ("AWS_SECRET_ACCESS_KEY", "testing"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_CONFIG_FILE", "/dev/null"),
        ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
    ]);
    command.status().unwrap_or_else(|error| panic!("the tests did not start: {error}"))
}

/// The Python of `make venv`. Its absence fails: to pass over these tests would look like passing them.
fn python() -> PathBuf {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join(".venv/bin/python");
    assert!(python.exists(), "{} is missing: the lab needs it. Run `make venv` first", python.display());
    python
}

fn start(python: &Path) -> (Child, BufReader<ChildStdout>) {
    let mut process = Command::new(python)
        .args(["-m", "lab", "--port", "0", "--until-eof"])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("acceptance-tests"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}", python.display()));
    let output = process.stdout.take().unwrap();
    (process, BufReader::new(output))
}

/// The addresses that it prints, in the form of [`LABS`].
fn address(output: BufReader<ChildStdout>) -> String {
    let mut found = std::collections::BTreeMap::new();
    for line in output.lines() {
        let line = line.unwrap();
        let words = line.strip_prefix("export ").unwrap_or_else(|| panic!("the lab said {line:?}"));
        let pairs = words.split(' ').filter_map(|word| word.split_once('='));
        found.extend(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
        if let (Some(aws), Some(base), Some(token)) =
            (found.get("AWS_ENDPOINT_URL"), found.get("CLOUDFLARE_BASE_URL"), found.get("CLOUDFLARE_API_TOKEN"))
        {
            return format!("{aws} {base} {token}");
        }
    }
    panic!("the lab ended at once; it said why above")
}
