# SPDX-License-Identifier: MPL-2.0
"""What each plan's rules may use: refused with Cloudflare's words and a pointer, in earnest and dry alike."""

import pytest
from cloudflare import BadRequestError

from .cloudflare_client import BLOCK, connect, zone_id

CUSTOM, LIMITS, CACHE = "http_request_firewall_custom", "http_ratelimit", "http_request_cache_settings"
FREE, PRO, BUSINESS, ENTERPRISE = "braidmgr.com", "skafu.dev", "lomashwood.co.uk", "getdrop.no"
LIMIT = {"characteristics": ["ip.src", "cf.colo.id"], "period": 10, "requests_per_period": 5, "mitigation_timeout": 10}


@pytest.fixture
def answer(lab):
    """None if the zone takes the rules, else the first error's code, text and pointer; dry and in earnest agree."""
    api = connect(lab)

    def ask(zone, phase, *rules):
        told = []
        for dry in (True, False):
            try:
                api.rulesets.phases.update(phase, zone_id=zone_id(api, zone), rules=rules, dry_run=dry)
                told.append(None)
            except BadRequestError as error:
                first = error.body["errors"][0]
                told.append((first["code"], first["message"], first["source"]["pointer"]))
        assert told[0] == told[1]
        return told[0]

    return ask


def custom(expression, **more):
    return BLOCK | {"expression": expression} | more


def limited(expression='(http.request.uri.path eq "/x")', action="block", **limit):
    return {"action": action, "expression": expression, "ratelimit": LIMIT | limit}


def cached(**parameters):
    return {"action": "set_cache_settings", "expression": "true", "action_parameters": {"cache": True} | parameters}


@pytest.mark.parametrize(("zone", "most"), [(FREE, 5), (PRO, 20), (BUSINESS, 100)])
def test_how_many_custom_rules(answer, zone, most):
    assert answer(zone, CUSTOM, *[BLOCK] * most) is None
    code, text, pointer = answer(zone, CUSTOM, *[BLOCK] * (most + 1))
    assert (code, pointer) == (50001, "/rules")
    assert text == f"exceeded the maximum number of rules in the phase {CUSTOM}: {most + 1} out of {most}"


@pytest.mark.parametrize(("zone", "limits", "caches"), [(FREE, 1, 10), (PRO, 2, 25), (BUSINESS, 5, 50)])
def test_how_many_of_the_others(answer, zone, limits, caches):
    assert answer(zone, LIMITS, *[limited()] * limits) is None
    assert answer(zone, LIMITS, *[limited()] * (limits + 1))[0] == 50001
    assert answer(zone, CACHE, *[cached()] * caches) is None
    assert answer(zone, CACHE, *[cached()] * (caches + 1))[0] == 50001


@pytest.mark.parametrize(
    ("zone", "limit", "text"),
    [
        (FREE, {"period": 60}, "not entitled to use the period 60, can only use a period among [10]"),
        (FREE, {"mitigation_timeout": 60}, "not entitled to use a mitigation timeout different from 10"),
        (PRO, {"period": 120}, "not entitled to use the period 120, can only use a period among [10, 15"),
        (PRO, {"mitigation_timeout": 86400}, "not entitled to use the mitigation timeout 86400"),
        (BUSINESS, {"period": 3600}, "not entitled to use the period 3600"),
        (ENTERPRISE, {"period": 11}, "not entitled to use the period 11"),
        (PRO, {"characteristics": ["ip.src"]}, "characteristics field is missing 'cf.colo.id'"),
        (PRO, {"characteristics": ["cf.colo.id", "cf.unique_visitor_id"]}, "not entitled: the use of characteristic"),
        (BUSINESS, {"characteristics": ["cf.colo.id", 'http.request.headers["x"]']}, "not entitled: the use of"),
        (PRO, {"counting_expression": "true"}, "not entitled to use a counting expression"),
        (PRO, {"requests_per_period": 0}, "requests_per_period should be at least 1"),
    ],
)
def test_rate_limits_a_plan_lacks(answer, zone, limit, text):
    told = answer(zone, LIMITS, limited(**limit))
    assert told[1].startswith(text)
    assert told[2].startswith(f"/rules/0/ratelimit/{next(iter(limit))}")


def test_rate_limits_the_higher_plans_have(answer):
    assert answer(PRO, LIMITS, limited(period=60, mitigation_timeout=3600)) is None
    assert answer(BUSINESS, LIMITS, limited(period=600, mitigation_timeout=86400, counting_expression="true")) is None
    by_header = ["cf.colo.id", 'http.request.headers["x-key"]']
    assert answer(ENTERPRISE, LIMITS, limited(period=65535, characteristics=by_header)) is None


def test_a_rate_limit_on_free_blocks_and_does_nothing_else(answer):
    told = answer(FREE, LIMITS, limited(action="managed_challenge", mitigation_timeout=0))
    assert told[1:] == ("not entitled to use the managed_challenge action in ratelimiting", "/rules/0/action")
    assert answer(PRO, LIMITS, limited(action="managed_challenge", mitigation_timeout=0)) is None


@pytest.mark.parametrize("phase", [CUSTOM, LIMITS])
def test_a_response_of_ones_own_from_pro_on(answer, phase):
    page = {"response": {"status_code": 403, "content": "no", "content_type": "text/plain"}}
    rule = (limited() if phase == LIMITS else custom("true")) | {"action_parameters": page}
    told = answer(FREE, phase, rule)
    assert told[1:] == ("not entitled to use a custom response", "/rules/0/action_parameters/response")
    assert answer(PRO, phase, rule) is None


def test_all_fields_that_a_plan_lacks_are_told_together(answer):
    told = answer(FREE, LIMITS, limited('http.host eq "x" and http.request.method eq "POST"'))
    assert told[1] == (
        "not entitled: there are 2 errors: the use of field http.host is not allowed, the use of field"
        " http.request.method is not allowed, an higher Advanced Rate Limiting plan is required"
    )


def test_an_action_that_is_none_is_refused_by_the_rulesets(answer):
    code, text, pointer = answer(PRO, CUSTOM, BLOCK, BLOCK | {"action": "bananas"})
    assert (code, pointer) == (20123, "/rules/1/action")
    assert text.startswith("'bananas' is not a valid value for action because it must be one of block, ")


def test_how_many_transform_rules(answer):
    rewrite = {"action": "rewrite", "expression": "true", "action_parameters": {"uri": {"path": {"value": "/x"}}}}
    assert answer(FREE, "http_request_transform", *[rewrite] * 10) is None
    assert answer(FREE, "http_request_transform", *[rewrite] * 11)[1].endswith("11 out of 10")


def test_a_challenge_has_no_timeout_but_on_enterprise(answer):
    told = answer(BUSINESS, LIMITS, limited(action="managed_challenge"))
    assert told[1] == "not entitled to use a mitigation timeout different from 0"
    assert answer(BUSINESS, LIMITS, limited(action="managed_challenge", mitigation_timeout=0)) is None
    assert answer(ENTERPRISE, LIMITS, limited(action="managed_challenge", mitigation_timeout=600)) is None


@pytest.mark.parametrize(
    ("expression", "first"),
    [
        ('http.request.uri.path eq "/x"', FREE),
        ('http.host eq "x"', PRO),
        ('http.request.method eq "POST"', BUSINESS),
        ('ip.src.country eq "NO"', BUSINESS),
        ('any(http.request.headers["x"][*] eq "y")', ENTERPRISE),
    ],
)
def test_what_a_rate_limit_may_look_at(answer, expression, first):
    zones = [FREE, PRO, BUSINESS, ENTERPRISE]
    told = [answer(zone, LIMITS, limited(expression)) for zone in zones]
    assert [t is None for t in told] == [i >= zones.index(first) for i in range(4)]
    for refused in filter(None, told):
        assert refused[1].endswith("is not allowed, an higher Advanced Rate Limiting plan is required")


def test_regular_expressions_from_business_on(answer):
    rule = custom('http.request.uri.path matches "^/a"')
    told = answer(PRO, CUSTOM, rule)
    assert told[1].endswith("operator Matches is not allowed, a Business plan or a WAF Advanced plan is required")
    assert told[2] == "/rules/0/expression"
    assert answer(BUSINESS, CUSTOM, rule) is None
    assert answer(PRO, CUSTOM, custom('http.request.uri.path matches "^/(a"'))[0] == 20127


def test_bot_scores_are_an_add_on_nobody_has(answer):
    told = answer(ENTERPRISE, CUSTOM, custom("cf.bot_management.score lt 30"))
    assert told[1].startswith("not entitled: the use of field cf.bot_management.score")
    assert answer(FREE, CUSTOM, custom("cf.client.bot")) is None


def test_logging_only_on_enterprise(answer):
    told = answer(BUSINESS, CUSTOM, custom("true", action="log"))
    assert told[1:] == ("not entitled to use the log action", "/rules/0/action")
    assert answer(ENTERPRISE, CUSTOM, custom("true", action="log")) is None


@pytest.mark.parametrize(("zone", "seconds"), [(FREE, 7200), (PRO, 3600), (BUSINESS, 1), (ENTERPRISE, 1)])
def test_the_shortest_edge_ttl(answer, zone, seconds):
    def edge(default):
        return cached(edge_ttl={"mode": "override_origin", "default": default})

    assert answer(zone, CACHE, edge(seconds)) is None
    assert answer(zone, CACHE, edge(seconds - 1))[2] == "/rules/0/action_parameters/edge_ttl/default"


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("", "the expression cannot be blank"),
        ('http.hots eq "x"', '(1:1):\nhttp.hots eq "x"\n^^^^^^^^^ unknown identifier'),
        ('startswith(http.host, "x")', "unknown identifier"),
        ('(http.host eq "x"', 'expected literal ")"'),
        ('ip.src.country in {"SE", "NO"}', "(1:24)"),
        ('http.request.method not in {"GET"}', "unrecognised input"),
        ('ip.src eq "192.0.2.1"', "invalid IP address or range"),
        ("http.response.code eq 404", "the use of field http.response.code is not allowed"),
    ],
)
def test_expressions_nobody_takes(answer, expression, words):
    code, text, pointer = answer(ENTERPRISE, CUSTOM, BLOCK, custom(expression))
    assert code in (20125, 20127) and words in text and pointer == "/rules/1/expression"
    assert text.startswith(f"'{expression}' is not a valid value for expression because")


@pytest.mark.parametrize(
    "expression",
    [
        'not ip.src.country in {"SE" "NO"} and ip.src.asnum in {1..5 7}',
        '(http.host eq "x" and starts_with(lower(http.request.uri.path), "/api/")) or ssl',
        'http.request.uri.path wildcard r"/a/*" xor http.user_agent contains "\\"x\\""',
        'any(lower(http.request.headers.names[*])[*] eq "x") && !cf.client.bot',
        "ip.src in {192.0.2.0/24 2001:db8::/32} or ip.src in $office",
    ],
)
def test_expressions_every_plan_takes(answer, expression):
    assert answer(FREE, CUSTOM, custom(expression)) is None


def test_rules_in_the_wrong_phase(answer):
    assert answer(PRO, CUSTOM, limited())[2] == "/rules/0/ratelimit"
    assert answer(PRO, LIMITS, BLOCK)[2] == "/rules/0/ratelimit"
    assert answer(PRO, CACHE, BLOCK)[2] == "/rules/0/action"


def test_misspelt_members_are_found_wherever_they_are(lab):
    api = connect(lab)
    address = f"/zones/{zone_id(api, PRO)}/rulesets/phases/{LIMITS}/entrypoint"
    for rule, pointer in (
        (BLOCK | {"expresion": "true"}, "/rules/0/expresion"),
        (limited() | {"ratelimit": LIMIT | {"perod": 10}}, "/rules/0/ratelimit/perod"),
        (BLOCK | {"version": "1"}, "/rules/0/version"),
        (limited(period="10"), "/rules/0/ratelimit/period"),
    ):
        with pytest.raises(BadRequestError, match="the lab's check") as error:
            api.put(address, body={"rules": [rule]}, cast_to=dict)
        assert error.value.body["errors"][0]["source"] == {"pointer": pointer}
