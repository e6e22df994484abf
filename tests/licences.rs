//! What crates may be under, and what the archives carry of it, are one list.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The texts of a list in a file of TOML.
fn listed(file: &str, key: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    let list = text.split(&format!("\n{key} = [")).nth(1).unwrap().split(']').next().unwrap();
    list.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn every_licence_that_is_allowed_is_carried_and_no_other() {
    let allowed = listed("deny.toml", "allow");
    assert!(allowed.contains("MIT"));
    assert_eq!(listed("about.toml", "accepted"), allowed);
}

#[test]
fn notices_are_gathered_for_every_platform_of_a_release() {
    let releases = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(".goreleaser.yml")).unwrap();
    let targets = releases.split("targets:\n").nth(1).unwrap().lines();
    let targets = targets.map_while(|line| line.trim().strip_prefix("- ").map(str::to_owned)).collect();
    assert_eq!(listed("about.toml", "targets"), targets);
}
