# SPDX-License-Identifier: MPL-2.0
"""Who is let in, the zones, their settings, and the limit of calls."""

import pytest
from cloudflare import APIStatusError, BadRequestError, RateLimitError

from .cloudflare_client import BLOCK, codes, connect, zone_id


@pytest.fixture
def api(lab):
    return connect(lab)


def denied(call, *args, **given):
    with pytest.raises(APIStatusError) as error:
        call(*args, **given)
    return error.value.status_code, codes(error)


def test_the_token(lab, api):
    assert api.user.tokens.verify().status == "active"
    wrong = connect(lab, "another-token")
    assert denied(wrong.user.tokens.verify) == (401, [1000])
    assert denied(wrong.zones.list) == (403, [9109])
    assert denied(connect(lab, "not a token").zones.list) == (400, [6003])
    assert "another-token" not in str(lab.journal())
    assert {e["code"] for e in lab.journal("ListZones")} == {"9109", "6003"}


def test_the_four_zones_and_their_plans(api):
    plans = {z.name: z.plan.legacy_id for z in api.zones.list()}
    assert plans == {
        "getdrop.no": "enterprise", "lomashwood.co.uk": "business", "skafu.dev": "pro", "braidmgr.com": "free",
    }  # fmt: skip
    assert [z.name for z in api.zones.list(name="nosuch.dev")] == []
    assert [z.name for z in api.zones.list(name="ends_with:.dev")] == ["skafu.dev"]
    zone = api.zones.get(zone_id=zone_id(api, "skafu.dev"))
    assert [z.name for z in api.zones.list(account={"id": zone.account.id}, match="any")] == sorted(plans)


def test_no_such_zone_and_no_such_place(api):
    assert denied(api.zones.get, zone_id="0" * 32) == (403, [9109])
    assert denied(api.zones.get, zone_id="getdrop.no") == (400, [7003, 7000])
    assert denied(api.get, "/zones/x/y/z", cast_to=dict) == (400, [7003, 7000])


def test_a_setting_is_read_and_changed(lab, api):
    zone = zone_id(api, "skafu.dev")
    before = api.zones.settings.get("ssl", zone_id=zone)
    assert (before.value, before.editable) == ("full", True)
    after = api.zones.settings.edit("ssl", zone_id=zone, value="strict")
    assert after.value == "strict" and after.modified_on > before.modified_on
    assert api.zones.settings.get("tls_1_3", zone_id=zone).modified_on is None
    hsts = {"enabled": True, "max_age": 31536000, "include_subdomains": True, "preload": False, "nosniff": True}
    edited = api.zones.settings.edit("security_header", zone_id=zone, value={"strict_transport_security": hsts})
    assert edited.value.strict_transport_security.max_age == 31536000
    assert {o["id"] for o in lab.objects("zone_setting")} == {"skafu.dev/ssl", "skafu.dev/security_header"}


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("ssl", "bananas", 1007),
        ("ssl", True, 1007),
        ("ssl", "origin_pull", 1015),
        ("always_use_https", "yes", 1007),
        ("min_tls_version", "1.4", 1007),
        ("min_tls_version", 1.2, 1007),
        ("tls_1_3", "maybe", 1007),
        ("security_header", {"strict_transport_security": {"enabled": "yes"}}, 1007),
        ("browser_cache_ttl", "14400", 1007),
        ("http2", "off", 1015),
        ("no_such_setting", "on", 1003),
        ("browser_cache_ttl", 7, 1007),
        ("ssl_automatic_mode", "sometimes", 1007),
    ],
)
def test_values_a_free_zone_refuses(api, name, value, code):
    zone = zone_id(api, "braidmgr.com")
    assert denied(api.zones.settings.edit, name, zone_id=zone, value=value) == (400, [code])


def test_what_is_not_editable_stays(lab, api):
    lab.post("/cloudflare/zones/skafu.dev/settings/min_tls_version", {"editable": False, "value": "1.2"})
    zone = zone_id(api, "skafu.dev")
    shown = api.zones.settings.get("min_tls_version", zone_id=zone)
    assert (shown.editable, shown.value) == (False, "1.2")
    assert denied(api.zones.settings.edit, "min_tls_version", zone_id=zone, value="1.3") == (400, [1015])


def test_every_setting_of_the_table_takes_its_own_value(lab, api):
    zone = zone_id(api, "getdrop.no")
    for name, value in lab.get("/cloudflare/zones/getdrop.no")["settings"].items():
        changed = api.patch(f"/zones/{zone}/settings/{name}", body={"value": value}, cast_to=dict)
        assert changed["result"]["value"] == value


def test_too_many_calls_shut_the_door_for_a_while(lab, api):
    zone = zone_id(api, "skafu.dev")
    lab.post("/cloudflare/limits", {"calls": 3, "seconds": 300})
    for left in (2, 1, 0):
        answer = api.zones.with_raw_response.get(zone_id=zone)
        assert answer.headers["ratelimit"].startswith(f'"default";r={left};t=')
    with pytest.raises(RateLimitError) as error:
        api.zones.get(zone_id=zone)
    assert codes(error) == [971]
    assert error.value.response.headers["retry-after"] == "300"
    lab.post("/pass", {"seconds": 200})
    assert denied(api.zones.get, zone_id=zone)[0] == 429
    lab.post("/pass", {"seconds": 101})
    assert api.zones.get(zone_id=zone).name == "skafu.dev"


def test_a_reset_brings_the_first_world_back(lab, api):
    before = lab.get("/cloudflare/zones/getdrop.no")
    zone = before["id"]
    api.dns.records.create(zone_id=zone, type="A", name="x", content="192.0.2.1", ttl=1)
    api.rulesets.phases.update("http_request_firewall_custom", zone_id=zone, rules=[BLOCK])
    lab.post("/cloudflare/limits", {"calls": 0})
    lab.post("/reset")
    assert lab.get("/cloudflare/zones/getdrop.no") == before
    assert api.zones.get(zone_id=zone).id == zone


def test_what_the_side_door_does_not_know(lab):
    assert "no zone is named" in lab.refused("/cloudflare/interleave", {"zone": "x", "phase": "http_ratelimit"})
    ask = {"zone": "skafu.dev", "phase": "http_ratelimit", "nth": 0}
    assert "no such foreign rule" in lab.refused("/cloudflare/interleave", ask | {"do": "edit", "id": "x"})
    assert "can add, edit" in lab.refused("/cloudflare/interleave", ask | {"do": "sing"})


def test_a_body_must_be_json(api):
    zone = zone_id(api, "skafu.dev")
    with pytest.raises(BadRequestError) as error:
        api.patch(f"/zones/{zone}/settings/ssl", body=[1], cast_to=dict)
    assert codes(error) == [100000]
