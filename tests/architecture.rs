//! The invariants of ARCHITECTURE.md, held by reading the sources.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

use std::fs;
use std::path::{Path, PathBuf};

/// Sources below a folder, test modules left out.
fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = vec![];
    let mut folders = vec![root.join(folder)];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && name != "tests" && name != "target" {
                folders.push(path);
            } else if name.ends_with(".rs") && name != "tests.rs" {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path.strip_prefix(root).unwrap().to_owned(), shipped(&text)));
            }
        }
    }
    assert!(!found.is_empty(), "no sources below {folder}");
    found
}

/// A source as it is built for users: items for tests alone are blank lines. rustfmt sets the last line of an item as far in
/// as its first.
fn shipped(text: &str) -> String {
    let mut within: Option<usize> = None;
    let mut code = String::new();
    for line in text.lines() {
        let (indent, bare) = (line.len() - line.trim_start().len(), line.trim());
        if within.is_none() && bare == "#[cfg(test)]" {
            within = Some(indent);
        } else if let Some(start) = within {
            let ends = bare.ends_with([';', '}', ',']) && !bare.starts_with("#[");
            within = within.filter(|_| indent != start || !ends);
        } else {
            code.push_str(line);
        }
        code.push('\n');
    }
    code
}

#[test]
fn only_what_is_for_tests_is_left_out() {
    let text = "#[cfg(test)]\nmod tests;\nuse a;\n#[cfg(test)]\n#[allow(x)]\nmod more {\n    fn f() {}\n}\nfn g() {}\n";
    assert_eq!(shipped(text).split_whitespace().collect::<Vec<_>>(), ["use", "a;", "fn", "g()", "{}"]);
    assert_eq!(shipped(text).lines().count(), text.lines().count());
}

/// Lines of code that hold one of the words.
fn offences(folder: &str, words: &[&str], except: &[&str]) -> Vec<String> {
    let mut found = vec![];
    for (path, text) in sources(folder) {
        let name = path.to_string_lossy().into_owned();
        if except.iter().any(|allowed| name.contains(allowed)) {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            let code = line.trim_start();
            if !code.starts_with("//") && words.iter().any(|word| code.contains(word)) {
                found.push(format!("{name}:{}: {code}", number + 1));
            }
        }
    }
    found
}

#[track_caller]
fn absent(folder: &str, words: &[&str], except: &[&str]) {
    let found = offences(folder, words, except);
    assert!(found.is_empty(), "{folder} must not name {words:?}:\n{}", found.join("\n"));
}

const SDK: [&str; 6] = ["aws_sdk_", "aws_config", "aws_smithy", "aws_types", "aws_credential", "reqwest"];

#[test]
fn the_plugin_crate_knows_nothing_of_the_provider_and_no_cloud() {
    absent("plugin", &["terraform_provider_drop", "drop_database"], &[]);
    absent("plugin", &SDK, &[]);
}

#[test]
fn only_serving_names_grpc() {
    absent("plugin/src", &["tonic", "prost"], &["src/serve"]);
    absent("src", &["tonic", "prost"], &[]);
}

#[test]
fn only_the_cloud_layer_names_the_sdk() {
    absent("src", &SDK, &["src/cloud/"]);
}

/// What stands above the engine, the clouds and the components.
const UPPER: [&str; 11] = [
    "tf_plugin",
    "crate::resources",
    "crate::provider",
    "crate::lookup",
    "crate::data",
    "crate::ephemeral",
    "crate::actions",
    "crate::lists",
    "crate::functions",
    "crate::doctor",
    "crate::documentation",
];

#[test]
fn the_three_lower_floors_know_nothing_of_each_other() {
    absent("src/engine", &[&UPPER[..], &["crate::cloud", "crate::components"]].concat(), &[]);
    absent("src/cloud", &[&UPPER[..], &["crate::engine", "crate::components"]].concat(), &[]);
}

#[test]
fn components_know_nothing_of_resources_or_terraform() {
    absent("src/components", &UPPER, &[]);
}

/// Functions make values of values: whoever needs one may call it.
#[test]
fn what_the_provider_offers_knows_nothing_of_each_other() {
    let offers = ["data", "ephemeral", "actions", "lists"];
    let others = |own: &str| -> Vec<String> {
        offers.iter().filter(|offer| **offer != own).map(|offer| format!("crate::{offer}")).collect()
    };
    for own in offers.into_iter().chain(["functions"]) {
        let words = others(own);
        absent(&format!("src/{own}"), &words.iter().map(String::as_str).collect::<Vec<_>>(), &[]);
    }
    let all = others("");
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    absent("src/resources", &all, &[]);
    absent("src/lookup", &all, &[]);
}

#[test]
fn the_planning_half_of_the_engine_is_pure() {
    let running =
        ["run.rs", "execute.rs", "settle.rs", "wait.rs", "lease.rs", "lifecycle.rs", "memory.rs", "component.rs"];
    let impure =
        ["async ", "await", "tokio", "Instant", "SystemTime", "HashMap", "HashSet", "random", "std::fs", "std::env"];
    absent("src/engine", &impure, &running);
}

#[test]
fn no_map_of_the_provider_has_a_random_order() {
    absent("src", &["HashMap", "HashSet"], &[]);
}

/// Whoever asks a cloud waits for the answer.
#[test]
fn a_resource_calls_a_cloud_only_to_preflight_and_to_discover() {
    let discovering = ["/discover.rs", "app_service/attached.rs", "app_service/by_hand.rs"];
    // Which names the parts: what discovers and what looks ahead among them.
    let naming = ["app_service/mod.rs", "database/mod.rs", "edge/mod.rs"];
    let allowed = [&discovering[..], &naming, &["preflight", "resources/composite/"]].concat();
    absent("src/resources", &["async ", ".await"], &allowed);
}

#[test]
fn shipped_code_has_no_stubs() {
    absent("src", &["todo!(", "unimplemented!("], &[]);
    absent("plugin/src", &["todo!(", "unimplemented!("], &[]);
}
