//! The process: argv, and the table of what the provider offers.

use std::process::ExitCode;
use std::time::Duration;

use terraform_provider_drop::clouds::Runtime;
use terraform_provider_drop::engine::run::context::{LeasePolicy, Pace, PollPolicy};
use terraform_provider_drop::provider::Drop;
use tf_plugin::{Options, serve};

const ABOUT: &str = "\
terraform-provider-drop is a Terraform and OpenTofu provider: running apps, their databases and the edge in front of them.

It is started by `terraform` and `tofu`, not by hand. To install it, write

  terraform {
    required_providers {
      drop = { source = \"getdrop/drop\" }
    }
  }

and run `terraform init` or `tofu init`. By hand it does these things:

  terraform-provider-drop doctor     lists what interrupted applies left unfinished, and how to remove it; --help says more
  terraform-provider-drop permissions plan.json
                                     prints the least permissions that a plan takes, for IAM and Cloudflare
  terraform-provider-drop -debug     serves under a debugger and prints what to export for the CLI to find it
  terraform-provider-drop docs       writes the pages of its documentation into docs/ of this folder, for who works on it
  terraform-provider-drop --version  prints its version";

fn main() -> ExitCode {
    let options = Options {
        version: env!("CARGO_PKG_VERSION"),
        about: ABOUT,
        addresses: &["registry.terraform.io/getdrop/drop", "registry.opentofu.org/getdrop/drop"],
        protocol_variable: Some("DROP_PROTOCOL"),
        log_targets: &["terraform_provider_drop"],
    };
    let runtime = Runtime::new(pace());
    match std::env::args().nth(1).as_deref() {
        Some("doctor") => terraform_provider_drop::doctor::run(&runtime, std::env::args().skip(2)),
        Some("permissions") => terraform_provider_drop::permissions::run(&runtime, std::env::args().skip(2)),
        Some("docs") => terraform_provider_drop::documentation::run(&runtime),
        Some("--help" | "-help" | "-h") => print(ABOUT),
        Some("--version" | "-version") => print(options.version),
        _ => serve(Drop::new(runtime), &options),
    }
}

#[expect(clippy::print_stdout, reason = "it was asked for by hand")]
fn print(text: &str) -> ExitCode {
    println!("{text}");
    ExitCode::SUCCESS
}

/// `DROP_LEASE_SECONDS` shortens leases and `DROP_POLL_MILLISECONDS` the pauses of waits, for tests.
fn pace() -> Pace {
    let usual = Pace::default();
    Pace {
        lease: LeasePolicy { length: shortened("DROP_LEASE_SECONDS", Duration::from_secs(1), usual.lease.length) },
        poll: PollPolicy { first: shortened("DROP_POLL_MILLISECONDS", Duration::from_millis(1), usual.poll.first) },
    }
}

/// What the variable says in that unit, if it is less than usual and more than nothing.
fn shortened(variable: &str, unit: Duration, usual: Duration) -> Duration {
    let said = std::env::var(variable).ok().and_then(|text| text.parse::<f64>().ok());
    let time = said.and_then(|number| Duration::try_from_secs_f64(number * unit.as_secs_f64()).ok());
    time.filter(|time| !time.is_zero()).map_or(usual, |time| time.min(usual))
}
