# SPDX-License-Identifier: MPL-2.0
"""Records through the official SDK: normalised names, conflicts, limits of the plan, lists and batches."""

import pytest
from cloudflare import BadRequestError, NotFoundError

from .cloudflare_client import codes, connect, foreign, zone_id


@pytest.fixture
def api(lab):
    return connect(lab)


@pytest.fixture
def zone(api):
    return zone_id(api, "skafu.dev")


@pytest.fixture
def create(api, zone):
    def make(**given):
        plain = {"ttl": 1} if "data" in given else {"type": "A", "content": "192.0.2.1", "ttl": 1}
        return api.dns.records.create(zone_id=zone, **(plain | given))

    return make


def refused(call, *args, **given):
    with pytest.raises(BadRequestError) as error:
        call(*args, **given)
    assert not any("error_chain" in told for told in error.value.body["errors"])
    return codes(error)


@pytest.mark.parametrize(
    ("given", "whole"),
    [
        ("@", "skafu.dev"),
        ("www", "www.skafu.dev"),
        ("WWW.Skafu.Dev.", "www.skafu.dev"),
        ("blåbær", "xn--blbr-roah.skafu.dev"),
        ("*.app", "*.app.skafu.dev"),
        ("shop.example.com", "shop.example.com.skafu.dev"),
    ],
)
def test_names_are_whole_lower_case_and_punycode(create, given, whole):
    assert create(name=given).name == whole


def test_a_proxied_record_has_an_automatic_ttl_and_hosts_lose_their_dot(create):
    made = create(name="app", type="CNAME", content="LB-1.Example.COM.", ttl=300, proxied=True)
    assert (made.content, made.ttl, made.proxied, made.proxiable) == ("lb-1.example.com", 1, True, True)
    assert made.comment is None and made.created_on == made.modified_on


def test_who_may_share_a_name(create):
    create(name="app")
    assert refused(create, name="app") == [81058]
    create(name="app", content="192.0.2.2")
    assert refused(create, name="app", type="CNAME", content="x.example") == [81053]
    create(name="alias", type="CNAME", content="x.example")
    assert refused(create, name="alias") == [81054]
    assert refused(create, name="alias", type="CNAME", content="y.example") == [81053]
    create(name="alias", type="TXT", content='"words"')


def test_a_cname_at_the_apex_is_flattened_and_so_allowed(create):
    assert create(name="@", type="CNAME", content="lb.example").name == "skafu.dev"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"content": "192.0.2"}, 9005),
        ({"content": "192.0.2.1", "type": "AAAA"}, 9006),
        ({"content": "not a host", "type": "CNAME"}, 9007),
        ({"content": "x.skafu.dev", "type": "CNAME", "name": "x"}, 9039),
        ({"name": "a..b"}, 9000),
        ({"name": "a" * 64}, 9000),
        ({"ttl": 59}, 9021),
        ({"type": "TXT", "content": "a", "proxied": True}, 9004),
        ({"type": "MX", "content": "mx.example"}, 9101),
        ({"content": "10.0.0.1", "proxied": True}, 9003),
        ({"content": "fd00::1", "type": "AAAA", "proxied": True}, 9003),
        ({"content": '"abc', "type": "TXT"}, 9012),
        ({"content": '"abc" d', "type": "TXT"}, 9012),
    ],
)
def test_what_no_zone_would_hold(create, given, code):
    assert refused(create, **({"name": "x"} | given)) == [code]


def test_a_private_address_is_named_where_it_is_refused(create):
    with pytest.raises(BadRequestError, match=r"Target 10.0.0.1 is not allowed for a proxied record\."):
        create(name="x", content="10.0.0.1", proxied=True)
    assert create(name="x", content="10.0.0.1").proxiable is False


def test_ns_records_share_a_name_with_nothing_but_at_the_apex(create):
    create(name="sub", type="NS", content="ns1.example")
    create(name="sub", type="NS", content="ns2.example")
    assert refused(create, name="sub") == [81056]
    assert refused(create, name="sub", type="TXT", content='"x"') == [81056]
    create(name="app")
    assert refused(create, name="app", type="NS", content="ns1.example") == [81055]
    create(name="@", type="NS", content="ns1.example")


def test_quoted_texts_are_split_at_255_bytes_and_others_stay(create):
    made = create(name="long", type="TXT", content=f'"{"a" * 300}"')
    assert made.content == f'"{"a" * 255}" "{"a" * 45}"'
    assert create(name="two", type="TXT", content='"a"  "b"').content == '"a" "b"'
    assert create(name="plain", type="TXT", content="a" * 300).content == "a" * 300
    umlauts = create(name="bytes", type="TXT", content=f'"{"ø" * 128}"').content
    assert umlauts == f'"{"ø" * 127}" "ø"'


def test_settings_that_a_free_zone_lacks(api):
    free = {"zone_id": zone_id(api, "braidmgr.com"), "name": "x", "ttl": 1}
    alias = free | {"type": "CNAME", "content": "x.example"}
    assert refused(api.dns.records.create, **alias, settings={"flatten_cname": True}) == [9063]
    with pytest.raises(BadRequestError, match="The IPv4 Only and IPv6 Only settings are not available to this zone"):
        api.dns.records.create(**alias, settings={"ipv4_only": True})
    api.dns.records.create(**alias, settings={"flatten_cname": False})
    paid = alias | {"zone_id": zone_id(api, "skafu.dev")}
    assert api.dns.records.create(**paid, settings={"flatten_cname": True}).settings.flatten_cname


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"type": "BOGUS", "name": "x", "content": "y"}, 9002),
        ({"name": "x", "content": "192.0.2.1"}, 9002),
        ({"type": "A", "content": "192.0.2.1"}, 9000),
        ({"type": "A", "name": "x"}, 9005),
        ({"type": "CNAME", "name": "x"}, 9007),
        ({"type": "TXT", "name": "x"}, 9012),
        ({"type": "SRV", "name": "x", "data": {"port": 1}}, 9101),
        ([1], 9207),
    ],
)
def test_refusals_of_other_clients_have_the_services_own_codes(api, zone, body, code):
    assert refused(api.post, f"/zones/{zone}/dns_records", body=body, cast_to=dict) == [code]


def test_what_other_clients_send_is_taken(api, zone, create):
    """An older SRV repeats its name in `data`, a client sends back what it read, and null removes a comment."""
    data = {"service": "_sip", "proto": "_tcp", "name": "skafu.dev", "priority": 1, "weight": 2, "port": 443,
            "target": "a.example"}  # fmt: skip
    body = {"type": "SRV", "name": "_sip._tcp", "data": data, "ttl": 300}
    made = api.post(f"/zones/{zone}/dns_records", body=body, cast_to=dict)["result"]
    assert made["data"] == {"priority": 1, "weight": 2, "port": 443, "target": "a.example"}
    address = f"/zones/{zone}/dns_records/{made['id']}"
    echoed = api.put(address, body=made | {"comment": "mine"}, cast_to=dict)["result"]
    assert echoed["comment"] == "mine" and echoed["content"] == made["content"]
    assert api.patch(address, body={"comment": None}, cast_to=dict)["result"]["comment"] is None
    short = api.post(f"/zones/{zone}/dns_records", body={"type": "A", "name": "s", "content": "192.0.2.7"},
                     cast_to=dict)["result"]  # fmt: skip
    assert short["ttl"] == 1


def test_parameters_of_a_service_binding_are_normalised(create):
    bound = create(name="svc", type="HTTPS", data={"priority": 1, "target": ".", "value": ' alpn="h3,h2"  port="443"'})
    assert bound.data.value == 'alpn="h3,h2" port="443"'
    assert bound.content == '1 . alpn="h3,h2" port="443"'


def test_only_enterprise_may_go_down_to_thirty_seconds(lab, api, create):
    assert refused(create, name="x", ttl=30) == [9021]
    assert api.dns.records.create(zone_id=zone_id(api, "getdrop.no"), type="A", name="x", content="192.0.2.1", ttl=30)


def test_comments_and_tags_by_plan(lab, api, create):
    free = zone_id(api, "braidmgr.com")
    record = {"zone_id": free, "type": "A", "name": "x", "content": "192.0.2.1", "ttl": 1}
    assert refused(api.dns.records.create, **record, comment="c" * 101) == [9301]
    assert refused(api.dns.records.create, **record, tags=["a:b"]) == [9300]
    api.dns.records.create(**record, comment="c" * 100)
    made = create(name="x", comment="c" * 500, tags=["b:2", "a:1"])
    assert made.tags == ["a:1", "b:2"] and made.comment_modified_on
    assert refused(create, name="y", comment="c" * 501) == [9301]


def test_a_patch_changes_what_it_names_and_a_put_everything(lab, api, zone, create):
    made = create(name="x", comment="mine", tags=["a:1"], ttl=300)
    patched = api.dns.records.edit(made.id, zone_id=zone, type="A", name="x", ttl=600)
    assert (patched.comment, patched.ttl, patched.content, patched.tags) == ("mine", 600, "192.0.2.1", ["a:1"])
    raw = api.patch(f"/zones/{zone}/dns_records/{made.id}", body={"comment": "other"}, cast_to=dict)
    assert raw["result"]["comment"] == "other" and raw["result"]["ttl"] == 600
    put = api.dns.records.update(made.id, zone_id=zone, type="A", name="x", content="192.0.2.9", ttl=1)
    assert (put.id, put.comment, put.tags, put.content) == (made.id, None, [], "192.0.2.9")
    assert api.dns.records.get(made.id, zone_id=zone) == put
    assert api.dns.records.delete(made.id, zone_id=zone).id == made.id
    with pytest.raises(NotFoundError) as gone:
        api.dns.records.get(made.id, zone_id=zone)
    assert codes(gone) == [81044]


def test_a_list_is_filtered_ordered_and_paged(lab, api, zone, create):
    for i in range(5):
        create(name=f"n{i}", comment=f"mark {i}", content=f"192.0.2.{9 - i}", tags=["app:drop"] if i % 2 else [])

    def names(**query):
        return [r.name.split(".")[0] for r in api.dns.records.list(zone_id=zone, **query)]

    assert names(name={"exact": "N3.skafu.dev"}) == ["n3"]
    assert names(name={"startswith": "n"}, order="content") == ["n4", "n3", "n2", "n1", "n0"]
    assert names(comment={"startswith": "MARK"}, direction="desc", order="name") == ["n4", "n3", "n2", "n1", "n0"]
    assert names(comment={"contains": "mark"}, per_page=2) == ["n0", "n1", "n2", "n3", "n4"]
    assert names(tag={"exact": "app:drop"}) == ["n1", "n3"]
    assert names(tag={"present": "APP"}, comment={"endswith": "3"}) == ["n3"]
    assert names(comment={"absent": "yes"}, type="A", content={"contains": "203"}) == ["mail"]
    assert names(comment={"present": "yes"}, type="A", name={"contains": "legacy"}) == ["legacy"]
    assert names(type="TXT") == ["skafu", "_dmarc"]
    assert names(type="A", content={"endswith": ".9"}) == ["n0"]
    assert names(match="any", name={"exact": "n1.skafu.dev"}, content={"exact": "192.0.2.5"}) == ["n1", "n4"]
    assert names(proxied=True) == ["legacy", "legacy"]
    page = api.dns.records.list(zone_id=zone, per_page=10, page=2)
    assert (page.result_info.total_count, len(page.result)) == (13, 3)


def test_a_batch_is_all_or_nothing_and_deletes_first(lab, api, zone, create):
    old = create(name="x", comment="old")
    other = create(name="y")
    new = {"type": "CNAME", "name": "x", "content": "lb.example", "ttl": 1}
    before = lab.get("/cloudflare/zones/skafu.dev")["records"]
    assert refused(api.dns.records.batch, zone_id=zone, deletes=[{"id": old.id}], posts=[new, new]) == [81058]
    assert lab.get("/cloudflare/zones/skafu.dev")["records"] == before
    done = api.dns.records.batch(
        zone_id=zone, deletes=[{"id": old.id}], patches=[{"id": other.id, "comment": "now"}], posts=[new]
    )
    assert [r.comment for r in done.deletes] == ["old"] and done.patches[0].comment == "now"
    assert done.posts[0].content == "lb.example"


def test_structured_records_have_data_and_content(create):
    service = {"priority": 1, "weight": 2, "port": 443, "target": "a.example"}
    made = create(name="_https._tcp", type="SRV", data=service)
    assert made.content == "1 2 443 a.example" and made.data.port == 443
    caa = create(name="x", type="CAA", data={"flags": 0, "tag": "issue", "value": "pki.goog"})
    assert caa.content == '0 issue "pki.goog"'


def test_the_quota_of_a_free_zone(lab, api):
    free = zone_id(api, "braidmgr.com")
    posts = [{"type": "A", "name": f"n{i}", "content": "192.0.2.1", "ttl": 1} for i in range(193)]
    assert refused(api.dns.records.batch, zone_id=free, posts=posts) == [81045]
    api.dns.records.batch(zone_id=free, posts=posts[:192])


def test_a_misspelt_member_is_named_by_the_lab(lab, api, zone):
    body = {"type": "A", "name": "x", "content": "192.0.2.1", "ttl": 1, "proxyed": True}
    with pytest.raises(BadRequestError, match="official SDK's types: proxyed") as wrong:
        api.post(f"/zones/{zone}/dns_records", body=body, cast_to=dict)
    assert codes(wrong) == [100000]
    with pytest.raises(BadRequestError, match="name: Input should be a valid dictionary"):
        api.get(f"/zones/{zone}/dns_records?name=x", cast_to=dict)


def test_foreign_records_are_told_apart(lab, create):
    before = foreign(lab, "skafu.dev")
    create(name="x")
    assert foreign(lab, "skafu.dev") == before
    assert len(lab.get("/cloudflare/zones/skafu.dev")["records"]) == len(before["records"]) + 1
