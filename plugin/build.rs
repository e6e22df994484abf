//! Compiles the protocol definitions. Calls that a provider does not offer answer UNIMPLEMENTED.

use std::{error::Error, path::Path};

const FILES: [&str; 3] = ["tfplugin5.proto", "tfplugin6.proto", "go_plugin.proto"];

fn main() -> Result<(), Box<dyn Error>> {
    let folder = folder();
    println!("cargo::rerun-if-changed={folder}");
    let descriptors = protox::compile(FILES, [folder])?;
    tonic_prost_build::configure().build_client(false).generate_default_stubs(true).compile_fds(descriptors)?;
    Ok(())
}

/// In the repository `proto` is a link to the folder at its top. Where git makes no links, as on some Windows machines, it is
/// a file.
fn folder() -> &'static str {
    if Path::new("proto").is_dir() { "proto" } else { "../proto" }
}
