# SPDX-License-Identifier: MPL-2.0
"""The toy provider under the real CLIs, on both protocols."""

import json
import signal
import subprocess
from pathlib import Path

import toy
from toy_cli import Workspace

THING = """
resource "toy_thing" "a" {
  name   = "%(name)s"
  size   = %(size)s
  price  = 0.1
  lines  = ["x", "y"]
  labels = { a = "b" }
  secret = "hush"
  %(mode)s

  door {
    path = "/x"
  }

  route "shop/*" {
    cache = "10m"
  }

  route "a" {
    open = false
  }

  rule {
    action = "allow"
  }

  rule {
    action = "deny"
    weight = 99
  }
}
"""


def thing(name: str = "a", size: int = 3, mode: str = "") -> str:
    return THING % {"name": name, "size": size, "mode": f'mode = "{mode}"' if mode else ""}


def test_a_thing_lives(toys: Workspace) -> None:
    """Created, changed in place, replaced, imported, destroyed, and between all that: nothing to do."""
    toys.write(thing())
    said = toys.apply(TF_LOG="debug")
    assert f"using plugin: version={toys.protocol}" in said
    assert toys.things == ["a"]
    stored = json.loads((toys.cloud / "a").read_text())
    assert (stored["price"], stored["colour"], stored["route"]["shop/*"]["open"]) == (0.1, "blue", True)
    toys.has_nothing_to_do()

    toys.write(thing(size=4))
    assert "1 to add" not in (said := toys.apply()) and "1 changed" in said
    toys.has_nothing_to_do()

    toys.write(thing(name="b", size=4))
    assert "forces replacement" in toys.apply()
    assert toys.things == ["b"]
    toys.has_nothing_to_do()

    toys.run("state", "rm", "toy_thing.a")
    assert "Import successful" in toys.run("import", "toy_thing.a", "thing-b")
    toys.has_nothing_to_do()

    assert "1 destroyed" in toys.run("destroy", "-auto-approve")
    assert toys.things == []
    assert toys.left_behind == []


def test_what_is_removed_outside_is_made_again(toys: Workspace) -> None:
    toys.write(thing())
    toys.apply()
    (toys.cloud / "a").unlink()
    assert "1 added" in toys.apply()
    toys.has_nothing_to_do()


def test_a_misspelt_attribute_inside_a_block_is_refused(toys: Workspace) -> None:
    for right, wrong in [("path =", "paht ="), ("cache =", "cahce ="), ("weight =", "wieght =")]:
        toys.write(thing().replace(right, wrong))
        assert "Unsupported argument" in toys.run("plan", code=1)


def test_bad_values_are_told_with_their_place(toys: Workspace) -> None:
    toys.write(thing(size=0).replace('"b" }', '"b" }\n  colour = "green"'))
    said = toys.run("validate", code=1)
    assert "It must be at least 1." in said and "size   = 0" in said
    assert '"green" is not one of "blue", "red".' in said and 'colour = "green"' in said


def test_values_unknown_while_planning(toys: Workspace) -> None:
    """Inside lists and maps, as block content, and as the number of blocks; refs go from one thing to the next."""
    body = """
resource "terraform_data" "late" {
  input = "late"
}

resource "toy_thing" "a" {
  name     = terraform_data.late.output
  lines    = ["known", terraform_data.late.output]
  labels   = { known = "x", late = "prefix-${terraform_data.late.output}" }
  password_wo = terraform_data.late.output

  door {
    path = terraform_data.late.output
  }

  dynamic "rule" {
    for_each = [for word in split("t", terraform_data.late.output) : word]
    content {
      action = rule.value
    }
  }
}

resource "toy_thing" "b" {
  name = "b"
  refs = {
    plain     = toy_thing.a.ref
    delivered = merge(toy_thing.a.ref, { deliver = "me" })
  }
}
"""
    if toys.cli.name == "terraform" and tuple(map(int, toys.cli.version.split(".")[:2])) < (1, 11):
        body = body.replace("  password_wo = terraform_data.late.output\n", "")
    toys.write(body)
    toys.apply()
    stored = json.loads((toys.cloud / "late").read_text())
    assert stored["lines"] == ["known", "late"]
    assert stored["labels"] == {"known": "x", "late": "prefix-late"}
    assert [rule["action"] for rule in stored["rule"]] == ["la", "e"]
    assert stored["password_wo"] is None
    refs = json.loads((toys.cloud / "b").read_text())["refs"]
    assert refs == {"plain": {"id": "thing-late", "deliver": None}, "delivered": {"id": "thing-late", "deliver": "me"}}
    toys.has_nothing_to_do()


def test_a_failed_creation_is_kept_and_made_again(toys: Workspace) -> None:
    toys.write(thing(mode="fail"))
    assert "The toy was told to fail" in toys.apply(code=1)
    assert toys.things == ["a"]
    toys.write(thing())
    said = toys.apply()
    assert "tainted" in said and "1 added" in said
    toys.has_nothing_to_do()


def test_a_panic_is_an_error_of_the_resource(toys: Workspace) -> None:
    toys.write(thing(mode="panic"))
    said = toys.run("plan", code=1)
    assert "The provider crashed in PlanResourceChange of toy_thing" in said
    assert "Plugin did not respond" not in said


def test_ctrl_c_ends_a_waiting_apply_with_its_state(toys: Workspace) -> None:
    toys.write(thing(mode="wait"))
    running = toys.start("apply", "-auto-approve")
    toy.until(lambda: toys.things == ["a"])
    running.send_signal(signal.SIGINT)
    said, _ = running.communicate(timeout=120)
    assert running.returncode == 1, said
    assert "Interrupted" in said
    assert "toy_thing.a" in toys.run("state", "list")
    assert toys.left_behind == []


def test_a_killed_cli_leaves_no_process_behind(toys: Workspace) -> None:
    toys.write(thing(mode="wait"))
    running = toys.start("apply", "-auto-approve")
    toy.until(lambda: toys.things == ["a"])
    assert toys.left_behind != []
    running.kill()
    running.communicate()
    toy.until(lambda: toys.left_behind == [])


def test_a_provider_under_the_debugger_is_attached_to(toys: Workspace) -> None:
    """One process for many runs, which neither CLI ends."""
    toys.write(thing())
    command = [toy.binary(), "-debug"]
    serving = subprocess.Popen(command, env=toys.environment(), stdout=subprocess.PIPE, text=True)
    try:
        assert serving.stdout
        name, _, value = serving.stdout.readline().strip().partition("=")
        assert name == "TF_REATTACH_PROVIDERS"
        attached = value.strip("'")
        assert json.loads(attached)[toy.ADDRESS]["ProtocolVersion"] == toys.protocol
        toys.config.write_text("")
        toys.apply(TF_REATTACH_PROVIDERS=attached)
        toys.run("plan", "-detailed-exitcode", code=0, TF_REATTACH_PROVIDERS=attached)
        toys.run("destroy", "-auto-approve", TF_REATTACH_PROVIDERS=attached)
        assert toys.things == []
        assert serving.poll() is None
        serving.send_signal(signal.SIGINT)
        assert serving.wait(timeout=120) == 0
        assert not Path(json.loads(attached)[toy.ADDRESS]["Addr"]["String"]).parent.exists()
    finally:
        serving.kill()
        serving.communicate()
