# SPDX-License-Identifier: MPL-2.0
"""One module for every edge: hosts and limits from variables, module inputs and resources, in any order."""

from typing import Any

import pytest

from harness import Lab, Workspace, edge
from harness.hcl import head

from . import zone
from .zone import LIMITS, ZONE

MODULE = """
variable "name" {
  type = string
}

variable "hosts" {
  description = "Origins by host."
  type        = map(string)
}

variable "previews" {
  type = set(string)
}

variable "limits" {
  type = map(number)
}

resource "drop_edge" "this" {
  name = var.name
  zone = "%(zone)s"

  dynamic "route" {
    for_each = var.hosts
    content {
      host        = "${route.key}.%(zone)s"
      origin_host = route.value
      cache       = "1h"
    }
  }

  dynamic "route" {
    for_each = var.previews
    content {
      host        = "${route.value}.%(zone)s"
      path        = "/preview/*"
      origin_host = "previews.example"
    }
  }

  firewall {
    dynamic "rate_limit" {
      for_each = var.limits
      content {
        name     = "${var.name}-${rate_limit.key}"
        path     = "/${rate_limit.key}"
        requests = rate_limit.value
      }
    }
  }
}

output "hostnames" {
  value = drop_edge.this.hostnames
}
""" % {"zone": ZONE}

ROOT = """
variable "systems" {
  default = {
    prod    = { hosts = { one = "origin.example" }, limits = { login = 20, signup = 30 } }
    staging = { hosts = { two = "staging.example" }, limits = { login = 200 } }
  }
}

variable "late" {
  default = "x"
}

resource "terraform_data" "late" {
  input = var.late
}

module "edge" {
  source   = "./edge"
  for_each = var.systems
  name     = each.key
  hosts    = merge(each.value.hosts, { "${each.key}-${terraform_data.late.output}" = "${terraform_data.late.output}.example" })
  previews = toset([for n in split("", terraform_data.late.output) : "${each.key}-preview-${n}"])
  limits   = each.value.limits
}

output "hostnames" {
  value = { for name, edge in module.edge : name => edge.hostnames }
}
"""


def _led(lab: Lab) -> dict[str, str]:
    """Where our hosts lead, without the zone's name."""
    theirs = {record["id"] for record in lab.foreign(ZONE)["records"]}
    records = [record for record in lab.zone(ZONE)["records"] if record["type"] == "CNAME" and record["id"] not in theirs]
    return {record["name"].removesuffix(f".{ZONE}"): record["content"] for record in records}


def _limits(lab: Lab) -> dict[str, int]:
    return {rule["ref"].split(":")[-1]: rule["ratelimit"]["requests_per_period"] for rule in zone.ours(lab, LIMITS)}


@pytest.mark.matrix
def test_one_module_serves_staging_and_production(workspace: Workspace) -> None:
    """Hosts are unknown while planning, and so is how many there are of some."""
    lab = workspace.lab
    before = lab.foreign(ZONE)
    folder = workspace.directory / "edge"
    folder.mkdir()
    (folder / "main.tf").write_text(head() + MODULE)
    workspace.write(ROOT)
    workspace.run("get").must()
    workspace.validate().must()
    workspace.apply().must()
    led = {
        "one": "origin.example", "prod-x": "x.example", "prod-preview-x": "previews.example",
        "two": "staging.example", "staging-x": "x.example", "staging-preview-x": "previews.example",
    }  # fmt: skip
    assert _led(lab) == led
    assert _limits(lab) == {"prod-login": 20, "prod-signup": 30, "staging-login": 200}
    workspace.must_be_empty()

    workspace.write(ROOT.replace('default = "x"', 'default = "yz"').replace("login = 200", "login = 300"))
    workspace.apply().must()
    assert _led(lab) == {
        "one": "origin.example", "prod-yz": "yz.example",
        "prod-preview-y": "previews.example", "prod-preview-z": "previews.example",
        "two": "staging.example", "staging-yz": "yz.example",
        "staging-preview-y": "previews.example", "staging-preview-z": "previews.example",
    }  # fmt: skip
    assert _limits(lab)["staging-login"] == 300
    workspace.must_be_empty()
    workspace.destroy().must()
    assert (lab.objects(), lab.foreign(ZONE)) == ([], before)


CACHED: dict[str, Any] = {"origin_host": "origin.example", "cache": "1h"}
PLAIN: dict[str, Any] = {"origin_host": "origin.example"}


def _limit(requests: int) -> dict[str, Any]:
    return {"path": "/login", "requests": requests, "period": "1m"}


@pytest.mark.matrix
def test_another_order_plans_no_step(workspace: Workspace) -> None:
    """Nothing at all where the blocks are alike, and elsewhere the order alone."""
    a, b, c = f"a.{ZONE}/*", f"b.{ZONE}/api/*", f"c.{ZONE}/*"
    limits = {"one": _limit(10), "two": _limit(20)}
    workspace.write(edge(route={a: CACHED, b: CACHED, c: PLAIN}, firewall={"rate_limit": limits}))
    workspace.apply().must()
    turned = {"two": _limit(20), "one": _limit(10)}
    workspace.write(edge(route={b: CACHED, a: CACHED, c: PLAIN}, firewall={"rate_limit": turned}))
    workspace.must_be_empty()
    workspace.write(edge(route={c: PLAIN, b: CACHED, a: CACHED}, firewall={"rate_limit": turned}))
    plan = workspace.planned()
    assert (plan.actions(), plan.new_steps()) == (["update"], []), plan.told()
    since = workspace.lab.now()
    workspace.apply_saved().must()
    assert workspace.lab.mutations(since) == []
    workspace.must_be_empty()
    workspace.destroy().must()


@pytest.mark.matrix
def test_a_route_and_a_limit_are_there_once(workspace: Workspace) -> None:
    twice = [f'route {{\n  host = "www.{ZONE}"\n  {path}\n  origin_host = "origin.example"\n}}' for path in ("", 'path = "/*"')]
    workspace.write(edge(route=None, blocks="\n".join(twice)))
    refused = workspace.validate().must_fail("Duplicate route", f'host = "www.{ZONE}", path = "/*"', "route[0]", "route[1]")
    assert [error.code for error in refused.errors] == [f'host = "www.{ZONE}"'] * 2, refused
    assert workspace.lab.journal() == []
