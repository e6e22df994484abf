//! What must stay true of this crate's sources.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Every Rust file below `folder`, with its text.
fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn only_serving_knows_grpc() {
    let folder = root().join("src");
    let files = sources(&folder);
    let knows = |text: &str| ["tonic", "prost", "rustls"].iter().any(|name| text.contains(name));
    let outside: Vec<_> = files
        .iter()
        .filter(|(path, _)| !path.strip_prefix(&folder).unwrap().starts_with("serve"))
        .filter(|(_, text)| knows(text))
        .map(|(path, _)| path)
        .collect();
    assert!(outside.is_empty(), "{outside:?}");
    assert!(files.iter().any(|(_, text)| knows(text)), "the test looks for the wrong words");
}

#[test]
fn the_crate_knows_no_cloud_and_no_provider() {
    for manifest in ["Cargo.toml", "derive/Cargo.toml"] {
        let text = fs::read_to_string(root().join(manifest)).unwrap();
        let dependencies = text.split("[dependencies]").nth(1).unwrap();
        for forbidden in ["aws", "reqwest", "terraform-provider", "openssl", "path = \"..\""] {
            assert!(!dependencies.contains(forbidden), "{manifest} names {forbidden}");
        }
    }
}

#[test]
fn only_the_harness_panics_on_purpose() {
    let folder = root().join("src");
    for (path, text) in sources(&folder) {
        let relative = path.strip_prefix(&folder).unwrap();
        let in_tests = relative.iter().any(|part| part == "tests");
        let is_test = in_tests || relative.ends_with("tests.rs") || relative.starts_with("harness");
        let code = text.split("#[cfg(test)]").next().unwrap();
        for word in ["panic!(", ".unwrap()", ".expect(", "todo!(", "unimplemented!("] {
            assert!(is_test || !code.contains(word), "{} has {word}", relative.display());
        }
    }
}
