//! Compiles the protocol definitions. Calls that a provider does not offer answer UNIMPLEMENTED.

use std::error::Error;

const FILES: [&str; 3] = ["tfplugin5.proto", "tfplugin6.proto", "go_plugin.proto"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=proto");
    let descriptors = protox::compile(FILES, ["proto"])?;
    tonic_prost_build::configure().build_client(false).generate_default_stubs(true).compile_fds(descriptors)?;
    Ok(())
}
