# What there is to do in this repository. `make help` lists it, and says what to run after which change.
#?  changed                                    run, before `make test`
#?  a file of src/engine/                      make rust-test, then make acceptance ONLY="sequences faults"
#?  a component, a cloud, a resource           make rust-test table-test, then make acceptance ONLY=scenarios/<its name>
#?  anything else the provider offers          make rust-test, then make acceptance ONLY=scenarios K=<its name>
#?  plugin/                                    make rust-test plugin-test oracle
#?  a schema, its doc comments, examples/      make docs, then make rust-test docs-check
#?  acceptance-tests/lab/                      make lab-test table-test
#?  a test, moved or renamed                   make check
#?  Cargo.toml, Cargo.lock                     make test package notices
#?  .goreleaser.yml, acceptance-tests/release  make release-check snapshot mirror
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
PY := $(CURDIR)/$(VENV)/bin/python
REQUIREMENTS := $(wildcard acceptance-tests/requirements.txt acceptance-tests/plugin/requirements.txt)
TOFU := .tools/tofu
# A Terraform new enough for queries and actions.
TERRAFORM_NEW := .tools/terraform
# What HashiCorp looks at a provider's pages with.
TFPLUGINDOCS := .tools/docs/tfplugindocs
# GoReleaser, Zig, and what writes a bill of materials.
RELEASE := $(CURDIR)/.tools/release
# Tests run the same build as everything else: one profile, built once, and linted while it is built. The wrapper stands
# before the compiler for the crates of this workspace alone, and what it is told makes their warnings errors; a build
# with other words in these variables, or without them, builds the workspace again. A release does without: Clippy switches
# optimizations off.
LINTED := RUSTC_WORKSPACE_WRAPPER=clippy-driver CLIPPY_ARGS=-Dwarnings
unexport RUSTC_WORKSPACE_WRAPPER CLIPPY_ARGS
BIN := target/debug/terraform-provider-drop
export DROP_BIN := $(CURDIR)/$(BIN)
export TOY_BIN := $(CURDIR)/target/debug/examples/toy
# `make test`, in this order, after what is given as TOOLS.
PHASES := check build rust-test lab-test table-test plugin-test acceptance
TOOLS ?=
# How many tests run at once, each worker with a lab of its own: they wait more than they compute.
WORKERS ?= 3
# Which of the acceptance tests run: make acceptance ONLY=scenarios/edge K=purge
ONLY ?= scenarios sequences faults
K ?=

.PHONY: help build release venv tofu terraform docs docs-check lab demo test check old-tests rust-test lab-test table-test plugin-test oracle fuzz acceptance sequences faults bench package release-check notices snapshot mirror fmt clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14
	@echo
	@sed -n 's/^#?//p' $(MAKEFILE_LIST)

build: ## the provider and the toy provider of the plugin crate, for development; a warning of rustc or Clippy is an error
	$(LINTED) cargo build --locked --workspace --bins --examples

release: ## the provider as it is released: small
	cargo build --locked --release --bin terraform-provider-drop

venv: $(VENV)/ready ## the Python environment of lab and acceptance tests

$(VENV)/ready: $(REQUIREMENTS)
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet $(addprefix -r ,$(REQUIREMENTS))
	touch $@

tofu: $(TOFU) ## OpenTofu from its Go module, for acceptance (about 3 minutes, needs Go)

$(TOFU): acceptance-tests/tofu/go.mod
	mkdir -p .tools
	cd acceptance-tests/tofu && go build -trimpath -o $(CURDIR)/$(TOFU) \
		-ldflags "-s -w -X github.com/opentofu/opentofu/version.dev=no" github.com/opentofu/opentofu/cmd/tofu

terraform: $(TERRAFORM_NEW) ## Terraform 1.16 from its Go module, for queries and actions (about 3 minutes, needs Go)

$(TERRAFORM_NEW): acceptance-tests/terraform/go.mod
	mkdir -p .tools
	cd acceptance-tests/terraform && go build -trimpath -o $(CURDIR)/$(TERRAFORM_NEW) \
		-ldflags "-s -w -X github.com/hashicorp/terraform/version.dev=no" github.com/hashicorp/terraform

docs: build ## the pages of docs/, from the schemas and examples/
	$(BIN) docs

docs-check: build venv $(TFPLUGINDOCS) ## whether HashiCorp's tfplugindocs finds anything in docs/ (needs Go)
	cd acceptance-tests && $(PY) -m pages

$(TFPLUGINDOCS):
	GOBIN=$(CURDIR)/$(@D) go install github.com/hashicorp/terraform-plugin-docs/cmd/tfplugindocs@v0.25.0

lab: venv ## the local clouds, in the foreground
	cd acceptance-tests && $(PY) -m lab

demo: build venv ## plan, apply, an empty second plan, destroy: against the lab, with the real CLI (KEEP=1 leaves it up)
	$(PY) acceptance-tests/demo.py

test: ## everything that must be green, and how long each part of it took
	+@MAKE='$(MAKE)' .ci/phases $(TOOLS) $(PHASES)

check: ## in seconds: the format, and that no test of the first cut got lost
	cargo fmt --all --check
	cd acceptance-tests && $(PYTHON) -m old_tests

old-tests: ## where the tests of the first cut run now; writes acceptance-tests/old_tests/table.md
	cd acceptance-tests && $(PYTHON) -m old_tests --write

rust-test: ## unit, golden, saga and harness tests; a warning of rustc or Clippy is an error
	$(LINTED) cargo test --locked --workspace

lab-test: venv ## the lab against the vendor's own client
	cd acceptance-tests && $(PY) -m pytest -n $(WORKERS) lab/tests

table-test: venv ## every attribute created, changed, removed, refused and drifted: the provider in process against the lab (K=)
	$(LINTED) cargo test --locked --workspace --test lab -- $(K)

plugin-test: build venv ## the plugin crate through real CLIs and a foreign gRPC client
	cd acceptance-tests && $(PY) -m pytest -n $(WORKERS) plugin

oracle: ## the plugin crate's codec against go-cty and terraform-plugin-go: 10,000 random pairs each way (needs Go)
	$(LINTED) cargo build --locked --workspace --example codec
	cd acceptance-tests/oracle && go run . -codec $(CURDIR)/target/debug/examples/codec

fuzz: ## fuzzes the plugin crate's decoders for 60 s (needs `cargo install cargo-fuzz`)
	cd plugin && for target in msgpack json types; do \
		mkdir -p fuzz/target/found/$$target; \
		RUSTC_BOOTSTRAP=1 cargo fuzz run $$target fuzz/target/found/$$target fuzz/corpus/$$target -- -max_total_time=20; \
	done

acceptance: build venv ## the provider through the CLIs found: scenarios, sequences, a sample of the faults (ONLY=, K=, WORKERS=)
	cd acceptance-tests && $(PY) -m pytest -n $(WORKERS) $(if $(K),-k "$(K)") $(ONLY)

sequences: build venv ## every interruption, at every call, the CLIs in turn, once more while the clouds lag (two hours); writes docs/guides/sequences.md
	cd acceptance-tests && $(PY) -m sequences --in-turn --write-table ../docs/guides/sequences.md
	cd acceptance-tests && $(PY) -m sequences --in-turn --lag

faults: build venv ## the whole fault matrix, once more while the clouds lag (two hours); writes docs/guides/faults.md
	cd acceptance-tests && $(PY) -m faults --write-table ../docs/guides/faults.md
	cd acceptance-tests && $(PY) -m faults --lag

# Other providers' binaries to show beside ours: make bench BESIDE="path …"
BESIDE ?=

bench: release venv ## size, start-up, memory and calls as a table; writes docs/guides/benchmarks.md
	cd acceptance-tests && $(PY) -m bench --write ../docs/guides/benchmarks.md $(if $(BESIDE),--beside $(BESIDE))

package: ## whether both crates of the plugin could be published: each is built from what it would hold
	cargo package --locked -p tf-plugin-derive -p tf-plugin

release-check: $(RELEASE)/ready ## whether GoReleaser takes .goreleaser.yml (its tools take about 5 minutes to build, and need Go)
	$(RELEASE)/bin/goreleaser check

notices: ## the licences of all crates in the provider, into target/THIRD-PARTY-NOTICES.md (needs cargo-about)
	cargo fetch --locked
	PATH=$(RELEASE)/bin:$$PATH cargo about generate --frozen --fail --output-file target/THIRD-PARTY-NOTICES.md about.hbs

snapshot: venv $(RELEASE)/ready ## a release for this machine's platform, signed with a key made for it, in target/dist
	cd acceptance-tests && PATH=$(RELEASE)/bin:$$PATH $(PY) -m release.snapshot

mirror: venv ## installs what is in target/dist from a mirror with every CLI found, and runs the quickstart
	cd acceptance-tests && $(PY) -m release

$(RELEASE)/ready: acceptance-tests/release/requirements.txt
	$(PYTHON) -m venv $(RELEASE)
	$(RELEASE)/bin/pip install --quiet -r $<
	GOBIN=$(RELEASE)/bin go install github.com/goreleaser/goreleaser/v2@v2.13.0
	cargo install --locked --root $(RELEASE) cargo-sbom@0.10.0
	cargo install --locked --root $(RELEASE) --features cli cargo-about@0.9.3
	touch $@

fmt: ## formats the Rust code
	cargo fmt --all

clean: ## removes what was built
	rm -rf target $(VENV) .tools
