# SPDX-License-Identifier: MPL-2.0
"""octoDNS, which knows Cloudflare's API on its own account: what it applied, it finds again."""

import os
import subprocess
import sys

import pytest

from .cloudflare_client import connect, foreign

CONFIG = """
providers:
  config:
    class: octodns.provider.yaml.YamlProvider
    directory: {directory}
    enforce_order: false
  lab:
    class: octodns_cloudflare.CloudflareProvider
    token: test-token
    api_url: {url}
    pagerules: false
processors:
  addresses-and-texts:
    class: octodns.processor.filter.TypeAllowlistFilter
    allowlist: [A, AAAA, CNAME, TXT, SRV, SVCB, HTTPS]
zones:
  skafu.dev.:
    sources: [config]
    processors: [addresses-and-texts]
    targets: [lab]
"""
ZONE = """
'':
  type: TXT
  values:
    - v=spf1 -all
    - "one \\\\; two"
app:
  - type: A
    octodns: {cloudflare: {proxied: true, auto-ttl: true}}
    values: [192.0.2.1, 192.0.2.2]
  - type: AAAA
    ttl: 600
    value: 2001:DB8::1
www:
  type: CNAME
  ttl: 300
  value: App.Skafu.Dev.
xn--blbr-roah:
  type: A
  ttl: 300
  value: 192.0.2.3
_sip._tcp:
  type: SRV
  ttl: 300
  values:
    - {priority: 10, weight: 20, port: 5060, target: app.skafu.dev.}
    - {priority: 20, weight: 20, port: 5060, target: app.skafu.dev.}
svc:
  type: SVCB
  ttl: 300
  value:
    svcpriority: 1
    targetname: app.skafu.dev.
    svcparams: {alpn: [h3, h2], port: "8443"}
web:
  type: HTTPS
  ttl: 300
  value: {svcpriority: 1, targetname: ., svcparams: {alpn: [h2]}}
_acme.app:
  type: TXT
  ttl: 60
  value: token-1
"""


@pytest.fixture
def octodns(lab, tmp_path):
    """Runs octoDNS; answers what it says."""
    (tmp_path / "zones").mkdir()
    (tmp_path / "zones" / "skafu.dev.yaml").write_text(ZONE)
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG.format(directory=tmp_path / "zones", url=lab.cloudflare))
    command = [sys.executable, "-m", "octodns.cmds.sync", "--config-file", str(config), "--force"]

    def run(*options):
        clean = {k: v for k, v in os.environ.items() if not k.startswith("CLOUDFLARE_")}
        done = subprocess.run([*command, *options], capture_output=True, text=True, timeout=120, check=False, env=clean)
        assert done.returncode == 0, done.stderr
        return done.stderr + done.stdout

    return run


def test_the_second_run_plans_nothing_and_foreign_types_stay(lab, octodns):
    before = foreign(lab, "skafu.dev")
    assert "No changes were planned" not in octodns("--doit")
    wrote = [e["operation"] for e in lab.journal() if e["operation"].startswith(("Create", "Replace", "Delete"))]
    assert "CreateDnsRecord" in wrote and "DeleteDnsRecord" in wrote
    assert {e["status"] for e in lab.journal()} == {200}
    assert "No changes were planned" in octodns("--doit")

    kept = [r for r in before["records"] if r["type"] not in ("A", "AAAA", "CNAME", "TXT")]
    after = lab.get("/cloudflare/zones/skafu.dev")
    assert [r for r in after["records"] if r["type"] in ("MX", "CAA")] == kept != []
    assert after["rules"] == before["rules"] and after["settings"] == before["settings"]
    names = {(r["name"], r["type"]) for r in after["records"]}
    assert {("_sip._tcp.skafu.dev", "SRV"), ("svc.skafu.dev", "SVCB"), ("web.skafu.dev", "HTTPS")} <= names
    assert ("app.skafu.dev", "AAAA") in names and ("legacy.skafu.dev", "A") not in names


def test_a_change_from_outside_is_planned_and_mended(lab, octodns):
    octodns("--doit")
    zone = lab.get("/cloudflare/zones/skafu.dev")
    record = next(r for r in zone["records"] if r["name"] == "www.skafu.dev")
    connect(lab).dns.records.edit(
        record["id"], zone_id=zone["id"], type="CNAME", name="www", ttl=300, content="elsewhere.example"
    )
    assert "elsewhere.example" in octodns("--doit")
    now = lab.get("/cloudflare/zones/skafu.dev")["records"]
    assert next(r for r in now if r["id"] == record["id"])["content"] == "app.skafu.dev"
