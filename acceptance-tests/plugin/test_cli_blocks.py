# SPDX-License-Identifier: MPL-2.0
"""Repeated blocks that are identified by key attributes, under the real CLIs, on both protocols."""

import json

from toy_cli import Workspace


def fence(*gates: str, name: str = "a") -> str:
    """A thing with these gates."""
    return f'resource "toy_thing" "{name}" {{\n  name = "{name}"\n' + "\n".join(gates) + "\n}\n"


def gate(host: str, more: str = "") -> str:
    return f'  gate {{\n    host = "{host}"\n    {more}\n  }}'


def gates(toys: Workspace, thing: str = "a") -> list[tuple[str, str, str]]:
    stored = json.loads((toys.cloud / thing).read_text())
    return [(gate["host"], gate["path"], gate["id"]) for gate in stored["gate"]]


def test_another_order_is_no_change(toys: Workspace) -> None:
    toys.write(fence(gate("a"), gate("b"), gate("a", 'path = "/x"')))
    toys.apply()
    assert gates(toys) == [("a", "/*", "made-0"), ("b", "/*", "made-1"), ("a", "/x", "made-2")]
    toys.write(fence(gate("b"), gate("a"), gate("a", 'path = "/x"')))
    toys.has_nothing_to_do()


def test_what_is_computed_follows_the_key(toys: Workspace) -> None:
    """Also where core asks for the new order, since another attribute is null now at its place."""
    toys.write(fence(gate("a", 'note = "n"'), gate("b")))
    toys.apply()
    toys.write(fence(gate("c"), gate("b"), gate("a", 'note = "n"')))
    said = toys.apply()
    assert "1 changed" in said
    assert gates(toys) == [("c", "/*", "made-0"), ("b", "/*", "made-1"), ("a", "/*", "made-0")]
    toys.has_nothing_to_do()
    toys.write(fence(gate("a", 'note = "n"'), gate("c"), gate("b")))
    said = toys.run("plan", "-detailed-exitcode", code=2)
    assert "known after apply" not in said
    toys.apply()
    assert gates(toys) == [("a", "/*", "made-0"), ("c", "/*", "made-0"), ("b", "/*", "made-1")]
    toys.has_nothing_to_do()


def test_a_key_that_occurs_twice_is_told_at_both_places(toys: Workspace) -> None:
    toys.write(fence(gate("a"), gate("b"), gate("a", 'path = "/*"')))
    said = toys.run("validate", code=1)
    assert said.count('Error: Duplicate gate: host = "a", path = "/*"') == 2
    assert "gate[0] has the same host and path as gate[2]" in " ".join(said.split())
    assert 'host = "a"' in said and "in resource" in said
    toys.write(fence(gate("b"), "  gate {\n    host = null\n  }"))
    said = " ".join(toys.run("validate", code=1).split())
    assert "Missing value for gate[1].host" in said and "or leave the block `gate` out." in said


MODULE = """
variable "hosts" {
  type = map(string)
}

variable "late" {
  type = set(string)
}

resource "toy_thing" "this" {
  name = var.hosts["name"]
  dynamic "gate" {
    for_each = { for name, host in var.hosts : name => host if name != "name" }
    content {
      host = gate.value
      note = gate.key
    }
  }
  dynamic "gate" {
    for_each = var.late
    content {
      host = "${gate.value}.late"
      path = "/${var.hosts["name"]}"
    }
  }
}
"""

ROOT = """
variable "systems" {
  default = {
    prod    = { name = "prod", www = "www", api = "api" }
    staging = { name = "staging", www = "www.staging" }
  }
}

resource "terraform_data" "late" {
  input = "x"
}

module "fence" {
  source   = "./fence"
  for_each = var.systems
  hosts    = merge(each.value, { later = "${each.key}-${terraform_data.late.output}" })
  late     = toset(split("", terraform_data.late.output))
}
"""


def test_blocks_come_from_variables_modules_and_resources(toys: Workspace) -> None:
    """One module for every system. Hosts are unknown while planning, and so is how many of the last there are."""
    folder = toys.folder / "fence"
    folder.mkdir()
    needs = f'terraform {{\n  required_providers {{\n    toy = {{ source = "{toys.address}" }}\n  }}\n}}\n'
    (folder / "main.tf").write_text(needs + MODULE)
    toys.write(ROOT)
    toys.run("get")
    toys.run("validate")
    toys.apply()
    assert [host for host, _, _ in gates(toys, "prod")] == ["api", "prod-x", "www", "x.late"]
    assert [host for host, _, _ in gates(toys, "staging")] == ["staging-x", "www.staging", "x.late"]
    toys.has_nothing_to_do()
    # More of them, in the midst of the others.
    toys.write(ROOT.replace('input = "x"', 'input = "xy"'))
    toys.apply()
    found = {host: made for host, _, made in gates(toys, "prod")}
    assert found == {"api": "made-0", "prod-xy": "made-1", "www": "made-2", "x.late": "made-3", "y.late": "made-4"}
    toys.has_nothing_to_do()


def test_a_key_may_turn_out_to_occur_twice_while_applying(toys: Workspace) -> None:
    late = 'resource "terraform_data" "late" {\n  input = "a"\n}\n'
    toys.write(late + fence(gate("a"), "  gate {\n    host = terraform_data.late.output\n  }"))
    assert "Duplicate gate" in toys.apply(code=1)
    assert toys.things == []


def test_an_import_takes_any_order_and_generated_configuration_the_state(toys: Workspace) -> None:
    toys.write(fence(gate("b"), gate("a")))
    toys.apply()
    toys.run("state", "rm", "toy_thing.a")
    toys.write(fence(gate("a"), gate("b")))
    toys.run("import", "toy_thing.a", "thing-a")
    toys.has_nothing_to_do()
    toys.run("state", "rm", "toy_thing.a")
    toys.write('import {\n  to = toy_thing.a\n  id = "thing-a"\n}\n')
    said = toys.run("plan", "-generate-config-out=made.tf")
    assert "1 to import, 0 to add, 0 to change, 0 to destroy" in said
    made = (toys.folder / "made.tf").read_text()
    assert made.index('host = "b"') < made.index('host = "a"'), made
