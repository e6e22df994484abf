# SPDX-License-Identifier: MPL-2.0
"""A rule's life through the official SDK, which is told to hold every answer to its own types."""

import signal
import subprocess
import sys

import pytest
from cloudflare import APIStatusError, BadRequestError, NotFoundError

from .cloudflare_client import BLOCK, codes, connect, foreign, ruleset, zone_id

CUSTOM, CACHE = "http_request_firewall_custom", "http_request_cache_settings"


@pytest.fixture
def api(lab):
    return connect(lab)


def refs(found):
    return [rule.ref for rule in found.rules]


def test_from_no_entrypoint_to_a_deleted_rule(lab, api):
    zone = zone_id(api, "braidmgr.com")
    with pytest.raises(NotFoundError) as missing:
        api.rulesets.phases.get(CACHE, zone_id=zone)
    assert codes(missing) == [10003]

    rule = {
        "ref": "drop:shop:a",
        "expression": "true",
        "action": "set_cache_settings",
        "action_parameters": {"cache": True},
    }
    made = ruleset(api.rulesets.phases.update(CACHE, zone_id=zone, rules=[rule], name="default"))
    assert (made.version, made.kind, refs(made)) == ("1", "zone", ["drop:shop:a"])
    first = made.rules[0].id

    asked = api.rulesets.rules.create(
        made.id, zone_id=zone, dry_run=True, **(rule | {"ref": "drop:shop:b"}), position={"before": first}
    )
    assert asked is None
    assert api.rulesets.get(made.id, zone_id=zone).version == "1"

    def add(ref, position):
        now = api.rulesets.rules.create(made.id, zone_id=zone, **(rule | {"ref": ref}), position=position)
        return ruleset(now)

    assert refs(add("b", {"before": first})) == ["b", "drop:shop:a"]
    assert refs(add("c", {"after": first})) == ["b", "drop:shop:a", "c"]
    assert refs(add("d", {"index": 1})) == ["d", "b", "drop:shop:a", "c"]
    now = add("e", {"before": ""})
    assert (refs(now), now.version) == (["e", "d", "b", "drop:shop:a", "c"], "5")

    edited = ruleset(
        api.rulesets.rules.edit(first, ruleset_id=made.id, zone_id=zone, **(rule | {"description": "new"}))
    )
    mine = next(r for r in edited.rules if r.id == first)
    assert (mine.description, mine.version, mine.ref) == ("new", "2", "drop:shop:a")
    moved = ruleset(api.rulesets.rules.edit(first, ruleset_id=made.id, zone_id=zone, position={"index": 1}))
    assert (refs(moved)[0], moved.rules[0].version, moved.version) == ("drop:shop:a", "2", "7")

    left = ruleset(api.rulesets.rules.delete(first, ruleset_id=made.id, zone_id=zone))
    assert refs(left) == ["e", "d", "b", "c"]
    again = api.rulesets.phases.get(CACHE, zone_id=zone)
    assert again.version == left.version == "8"
    api.rulesets.delete(made.id, zone_id=zone)
    with pytest.raises(NotFoundError):
        api.rulesets.phases.get(CACHE, zone_id=zone)


def test_a_whole_phase_keeps_ids_by_ref_and_versions_of_what_did_not_change(lab, api):
    zone = zone_id(api, "skafu.dev")
    before = api.rulesets.phases.get(CUSTOM, zone_id=zone)
    raw = lab.get("/cloudflare/zones/skafu.dev")["rules"][CUSTOM]
    replay = [{k: v for k, v in rule.items() if k not in ("version", "last_updated")} for rule in raw]
    now = ruleset(api.rulesets.phases.update(CUSTOM, zone_id=zone, rules=[*replay, BLOCK | {"ref": "mine"}]))
    assert int(now.version) == int(before.version) + 1
    assert lab.get("/cloudflare/zones/skafu.dev")["rules"][CUSTOM][:-1] == raw
    mine = now.rules[-1].id
    now = ruleset(
        api.rulesets.phases.update(CUSTOM, zone_id=zone, rules=[BLOCK | {"ref": "mine", "description": "x"}, *replay])
    )
    assert (now.rules[0].id, now.rules[0].version) == (mine, "2")
    gone = ruleset(api.rulesets.phases.update(CUSTOM, zone_id=zone, rules=[BLOCK | {"ref": "mine"}]))
    assert [r.id for r in gone.rules] == [mine]


def test_a_second_entrypoint_is_refused(api):
    zone = zone_id(api, "skafu.dev")
    with pytest.raises(BadRequestError) as refused:
        api.rulesets.create(zone_id=zone, kind="zone", phase=CUSTOM, name="default", rules=[])
    assert codes(refused) == [20217]
    assert refused.value.body["errors"][0]["source"] == {"pointer": "/kind"}
    made = ruleset(
        api.rulesets.create(zone_id=zone_id(api, "braidmgr.com"), kind="zone", phase=CACHE, name="default", rules=[])
    )
    assert made.rules == []


def test_the_list_has_no_rules_and_goes_by_cursor(api):
    zone = zone_id(api, "getdrop.no")
    listed = list(api.rulesets.list(zone_id=zone, per_page=2))
    assert [r.phase for r in listed if r.kind == "zone"] == [CUSTOM, "http_ratelimit", CACHE]
    assert {r.kind for r in listed} == {"zone", "managed"}
    assert not any(hasattr(r, "rules") for r in listed)


def test_references_are_unique(api):
    zone = zone_id(api, "getdrop.no")
    entrypoint = api.rulesets.phases.get(CUSTOM, zone_id=zone)
    api.rulesets.rules.create(entrypoint.id, zone_id=zone, **BLOCK, ref="a")
    with pytest.raises(BadRequestError) as refused:
        api.rulesets.rules.create(entrypoint.id, zone_id=zone, **BLOCK, ref="a")
    assert codes(refused) == [20124]


def test_a_place_beside_nobody_is_refused(api):
    zone = zone_id(api, "getdrop.no")
    entrypoint = api.rulesets.phases.get(CUSTOM, zone_id=zone)
    with pytest.raises(BadRequestError) as refused:
        api.rulesets.rules.create(entrypoint.id, zone_id=zone, **BLOCK, position={"after": "0" * 32})
    assert refused.value.body["errors"][0]["source"] == {"pointer": "/position/after"}


def test_every_write_can_be_asked_for_dry(lab, api):
    zone = zone_id(api, "getdrop.no")
    before = lab.get("/cloudflare/zones/getdrop.no")
    entrypoint = api.rulesets.phases.get(CUSTOM, zone_id=zone)
    rule = entrypoint.rules[0].id
    dry = {"zone_id": zone, "dry_run": True}
    assert api.rulesets.phases.update(CUSTOM, **dry, rules=[BLOCK]) is None
    assert api.rulesets.update(entrypoint.id, **dry, rules=[BLOCK]) is None
    assert api.rulesets.rules.create(entrypoint.id, **dry, **BLOCK) is None
    assert api.rulesets.rules.edit(rule, ruleset_id=entrypoint.id, **dry, **BLOCK) is None
    assert api.rulesets.rules.delete(rule, ruleset_id=entrypoint.id, **dry) is None
    api.rulesets.delete(entrypoint.id, **dry)
    with pytest.raises(BadRequestError) as refused:
        api.rulesets.rules.create(entrypoint.id, **dry, **(BLOCK | {"expression": "http.hots eq 1"}))
    assert codes(refused) == [20127]
    assert lab.get("/cloudflare/zones/getdrop.no") == before
    dry_calls = [e for e in lab.journal() if e["params"].get("dry_run")]
    assert len(dry_calls) == 7
    lab.faults({"action": "error", "mutating": True})
    assert api.rulesets.rules.create(entrypoint.id, **dry, **BLOCK) is None


def test_somebody_writes_in_between(lab, api):
    zone = zone_id(api, "getdrop.no")
    entrypoint = api.rulesets.phases.get(CUSTOM, zone_id=zone)
    ask = {"zone": "getdrop.no", "phase": CUSTOM}
    lab.post("/cloudflare/interleave", ask | {"nth": 2, "do": "add", "rule": {"description": "theirs"}})
    one = ruleset(api.rulesets.rules.create(entrypoint.id, zone_id=zone, **BLOCK, ref="one"))
    two = ruleset(api.rulesets.rules.create(entrypoint.id, zone_id=zone, **BLOCK, ref="two"))
    assert int(two.version) == int(one.version) + 2
    assert [r.description for r in two.rules[-3:]] == [None, "theirs", None]
    assert lab.get("/cloudflare/interleave")[0]["done"]
    assert [r["description"] for r in foreign(lab, "getdrop.no")["rules"][CUSTOM]][-1] == "theirs"

    lab.post("/cloudflare/interleave", ask | {"nth": 0, "do": "move", "index": 1, "id": two.rules[2].id})
    lab.post("/cloudflare/interleave", ask | {"nth": 0, "do": "edit", "rule": {"enabled": False}})
    lab.post("/cloudflare/interleave", ask | {"nth": 0, "do": "delete", "id": two.rules[1].id})
    now = api.rulesets.get(entrypoint.id, zone_id=zone)
    assert now.rules[0].id == two.rules[2].id and not now.rules[0].enabled
    assert two.rules[1].id not in [r.id for r in now.rules]


def test_what_was_made_shows_until_it_is_gone(lab, api):
    assert [o for o in lab.objects() if o["service"] == "cloudflare"] == []
    zone = zone_id(api, "braidmgr.com")
    entrypoint = api.rulesets.phases.get(CUSTOM, zone_id=zone)
    made = ruleset(api.rulesets.rules.create(entrypoint.id, zone_id=zone, **BLOCK, ref="drop:x:y")).rules[-1]
    api.zones.settings.edit("ssl", zone_id=zone, value="strict")
    record = api.dns.records.create(
        zone_id=zone, type="TXT", name="_drop-x", content='"a"', ttl=1, comment="incomplete -"
    )
    found = {o["kind"]: o for o in lab.objects()}
    assert {k: o["id"] for k, o in found.items()} == {
        "rule": made.id, "zone_setting": "braidmgr.com/ssl", "dns_record": record.id,
    }  # fmt: skip
    assert found["rule"]["ref"] == "drop:x:y" and found["dns_record"]["comment"] == "incomplete -"
    assert {o["region"] for o in found.values()} == {"braidmgr.com"}
    api.zones.settings.edit("ssl", zone_id=zone, value="flexible")
    api.rulesets.rules.edit(made.id, ruleset_id=entrypoint.id, zone_id=zone, **BLOCK, description="other")
    assert {o["kind"]: o["birth"] for o in lab.objects()} == {k: found[k]["birth"] for k in ("rule", "dns_record")}


def test_a_client_is_killed_once_its_call_was_performed(lab, api):
    zone = zone_id(api, "skafu.dev")
    script = """
import sys, json, urllib.request as u
body = json.dumps({"type": "A", "name": "x", "content": "192.0.2.1", "ttl": 1}).encode()
headers = {"Authorization": "Bearer test-token", "Content-Type": "application/json"}
u.urlopen(u.Request(sys.argv[1], body, headers))
"""
    lab.faults({"operation": "CreateDnsRecord", "action": "kill_after"})
    address = f"{lab.cloudflare}/zones/{zone}/dns_records"
    done = subprocess.run([sys.executable, "-c", script, address], capture_output=True, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    assert [o["name"] for o in lab.objects("dns_record")] == ["x.skafu.dev"]


def test_faults_reach_cloudflare_too(lab, api):
    zone = zone_id(api, "skafu.dev")
    lab.faults({"service": "cloudflare", "operation": "CreateDnsRecord", "action": "lost"})
    record = {"zone_id": zone, "type": "A", "name": "x", "content": "192.0.2.1", "ttl": 1}
    with pytest.raises(Exception, match="Connection error"):
        api.dns.records.create(**record)
    assert [o["name"] for o in lab.objects("dns_record")] == ["x.skafu.dev"]
    assert lab.journal("CreateDnsRecord")[0]["faults"] == ["lost"]
    lab.faults({"action": "throttle", "seconds": 7}, {"action": "error", "status": 503, "nth": 2})
    with pytest.raises(APIStatusError) as throttled:
        api.zones.get(zone_id=zone)
    assert (throttled.value.status_code, codes(throttled)) == (429, [971])
    assert throttled.value.response.headers["retry-after"] == "7"
    with pytest.raises(APIStatusError) as failed:
        api.zones.get(zone_id=zone)
    assert failed.value.status_code == 503
