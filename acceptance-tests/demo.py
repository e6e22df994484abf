"""`make demo`: the quickstart through the real CLI against the lab: plan, apply, a bad deployment, destroy.

KEEP=1 leaves the lab and what was made in it up, and prints how to go on.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(HERE))

from harness.cli import clis  # noqa: E402


def headline(text: str) -> None:
    print(f"\n\033[1m== {text}\033[0m", flush=True)


def start_lab() -> tuple[subprocess.Popen[str], dict[str, str]]:
    """Starts the lab on a free port; answers it with the environment that it prints."""
    lab = subprocess.Popen(
        [sys.executable, "-m", "lab", "--port", "0"], cwd=HERE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    environment: dict[str, str] = {}
    assert lab.stdout is not None
    for line in lab.stdout:
        print(line, end="")
        words = line.split()
        if words[:1] == ["export"]:
            environment.update(word.split("=", 1) for word in words[1:])
        if "CLOUDFLARE_API_TOKEN" in environment:
            return lab, environment
    raise SystemExit("the lab did not start")


def main() -> int:
    cli = clis()[0]
    binary = Path(os.environ.get("DROP_BIN", ROOT / "target/debug/terraform-provider-drop")).resolve()
    work = Path(tempfile.mkdtemp(prefix="drop-demo-"))
    shutil.copy(ROOT / "examples/quickstart/main.tf", work)
    (work / "cli.tfrc").write_text(
        f'provider_installation {{\n  dev_overrides {{ "getdrop/drop" = "{binary.parent}" }}\n  direct {{}}\n}}\n'
    )
    headline("the lab: the clouds on loopback")
    lab, environment = start_lab()
    env = os.environ | environment | {"TF_CLI_CONFIG_FILE": str(work / "cli.tfrc"), "TF_IN_AUTOMATION": "1"}
    keep = os.environ.get("KEEP") == "1"

    def run(*arguments: str) -> int:
        print(f"$ {Path(cli.path).name} {' '.join(arguments)}", flush=True)
        return subprocess.run([cli.path, *arguments], cwd=work, env=env, check=False).returncode

    def must(ends: int, *arguments: str, otherwise: str) -> None:
        if run(*arguments, "-compact-warnings") != ends:
            raise SystemExit(otherwise)

    def apply(*variables: str) -> list[str]:
        return ["apply", "-auto-approve", *(word for variable in variables for word in ("-var", variable))]

    better, bad, best = (f"image=registry.example/shop:{tag}" for tag in ("1.1", "crash", "1.2"))
    try:
        headline("plan and apply")
        must(0, *apply(), otherwise="the apply failed")
        headline("the second plan is empty")
        must(0, "plan", "-detailed-exitcode", otherwise="the second plan is not empty")
        if keep:
            headline("left up (KEEP=1)")
            exports = environment | {"TF_CLI_CONFIG_FILE": str(work / "cli.tfrc")}
            print("\n".join(f"export {name}={value}" for name, value in exports.items()))
            print(f"cd {work}\nkill {lab.pid}   # ends the lab")
            return 0
        headline("another image: a deployment, in place")
        must(0, *apply(better), otherwise="the change failed")
        headline("an image that crashes: rolled back, and the apply says so")
        must(1, *apply(bad), otherwise="a bad deployment went through")
        headline("a good one again")
        must(0, *apply(best), otherwise="the apply after a bad deployment failed")
        headline("a destroy is refused while deletion_protection is on")
        must(1, "plan", "-destroy", otherwise="the destroy of a protected database was planned")
        headline("protection off, then destroy")
        must(0, *apply(best, "protected=false"), otherwise="the protection stayed on")
        must(0, "destroy", *apply(best, "protected=false")[1:], otherwise="the destroy failed")
        headline("done: all of it is gone but the final snapshot")
        return 0
    finally:
        if not keep:
            lab.send_signal(signal.SIGTERM)
            lab.wait(timeout=60)
            shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    raise SystemExit(main())
