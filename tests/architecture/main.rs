//! The invariants of ARCHITECTURE.md, held by reading the sources.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]

mod imports;
mod sources;

use imports::{Imports, Module};
use sources::sources;

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

/// The parts of the provider, from the roof down. A part imports only parts of a lower floor.
const FLOORS: [&[&str]; 9] = [
    &["main"],
    &["documentation", "doctor", "permissions"],
    &["provider"],
    &["actions", "data", "ephemeral", "functions", "lists"],
    &["lookup"],
    &["resources"],
    &["components", "clouds"],
    &["engine", "cloud"],
    &["values", "base"],
];

fn floor(module: &Module) -> Option<usize> {
    let part = module.first()?;
    let found = FLOORS.iter().position(|parts| parts.contains(&part.as_str()));
    assert!(found.is_some(), "src/{part} is on no floor: name it in FLOORS");
    found
}

#[test]
fn imports_go_downward_only() {
    let imports = Imports::of("src");
    let mut upward = vec![];
    for (module, targets) in &imports.edges {
        for target in targets.iter().filter(|target| target.first() != module.first()) {
            if let (Some(from), Some(to)) = (floor(module), floor(target))
                && to <= from
            {
                upward.push(format!("{} imports {}", imports.files[module], imports.files[target]));
            }
        }
    }
    assert!(upward.is_empty(), "{}", upward.join("\n"));
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    for folder in ["src", "plugin/src"] {
        let imports = Imports::of(folder);
        let circles: Vec<String> = imports.circles().iter().map(|files| files.join(", ")).collect();
        assert!(circles.is_empty(), "circles:\n{}", circles.join("\n"));
    }
}

#[test]
fn the_lower_floors_know_nothing_of_terraform() {
    for folder in ["src/base", "src/engine", "src/cloud", "src/components"] {
        absent(folder, &["tf_plugin"], &[]);
    }
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
    let impure =
        ["async ", "await", "tokio", "Instant", "SystemTime", "HashMap", "HashSet", "random", "std::fs", "std::env"];
    absent("src/engine/model", &impure, &[]);
    absent("src/engine/plan", &impure, &[]);
}

#[test]
fn no_map_of_the_provider_has_a_random_order() {
    absent("src", &["HashMap", "HashSet"], &[]);
}

/// Whoever asks a cloud waits for the answer.
#[test]
fn a_resource_calls_a_cloud_only_to_preflight_and_to_discover() {
    let discovering = ["/discover.rs", "app_service/attached.rs", "app_service/unmanaged.rs"];
    // Which names the parts: what discovers and what looks ahead among them.
    let naming = ["app_service/mod.rs", "database/mod.rs", "edge/mod.rs"];
    let allowed = [&discovering[..], &naming, &["preflight", "resources/lifecycle/"]].concat();
    absent("src/resources", &["async ", ".await"], &allowed);
}

#[test]
fn shipped_code_has_no_stubs() {
    absent("src", &["todo!(", "unimplemented!("], &[]);
    absent("plugin/src", &["todo!(", "unimplemented!("], &[]);
}
