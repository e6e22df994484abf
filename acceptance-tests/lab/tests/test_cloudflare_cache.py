# SPDX-License-Identifier: MPL-2.0
"""Purges: which ways there are, what they take, and how often."""

import time

import pytest
from cloudflare import BadRequestError, RateLimitError

from .cloudflare_client import codes, connect, zone_id


@pytest.fixture
def api(lab):
    return connect(lab)


@pytest.mark.parametrize("name", ["braidmgr.com", "getdrop.no"])
def test_every_plan_purges_every_way(lab, api, name):
    zone = zone_id(api, name)
    ways = {
        "purge_everything": True, "files": [f"https://{name}/a.js"], "tags": ["news"], "hosts": [f"www.{name}"],
        "prefixes": [f"www.{name}/static"],
    }  # fmt: skip
    for way, what in ways.items():
        assert api.cache.purge(zone_id=zone, **{way: what}).id == zone
    assert [way for e in lab.journal("PurgeCache") for way in ways if way in e["params"]] == list(ways)


@pytest.mark.parametrize(
    "given",
    [
        {"hosts": ["www.elsewhere.example"]},
        {"hosts": ["www.braidmgr.com/a"]},
        {"prefixes": ["https://www.braidmgr.com/a"]},
        {"prefixes": ["www.braidmgr.com/a?b=c"]},
        {"prefixes": ["www.braidmgr.com" + "/a" * 32]},
        {"hosts": []},
        {"hosts": [f"{n}.braidmgr.com" for n in range(101)]},
        {"purge_everything": False},
        {"hosts": ["www.braidmgr.com"], "tags": ["a"]},
        {},
    ],
)
def test_what_no_purge_takes_is_refused(api, given):
    zone = zone_id(api, "braidmgr.com")
    with pytest.raises(BadRequestError) as error:
        api.post(f"/zones/{zone}/purge_cache", body=given, cast_to=object)
    assert codes(error) == [1012]


def test_the_free_plan_purges_twenty_five_times_and_then_five_a_minute(lab, api):
    zone = zone_id(api, "braidmgr.com")
    begun, taken = time.monotonic(), 0
    with pytest.raises(RateLimitError) as error:
        for taken in range(100):
            api.cache.purge(zone_id=zone, hosts=["www.braidmgr.com"])
    # What was refilled meanwhile was taken, too.
    assert 25 <= taken <= 25 + (time.monotonic() - begun) / 12
    assert 1 <= int(error.value.response.headers["retry-after"]) <= 12
    lab.post("/pass", {"seconds": 12})
    api.cache.purge(zone_id=zone, hosts=["www.braidmgr.com"])
