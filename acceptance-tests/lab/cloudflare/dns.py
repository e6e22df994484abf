# SPDX-License-Identifier: MPL-2.0
"""DNS records: create, read, list, change, delete, and all of it in one transaction."""

import copy
from typing import Any

from ..wire import Response
from . import record_body, record_filter, sdk
from .account import Record, new_id, stamp
from .envelope import Denied, pages, success
from .record_check import check, name_in
from .routes import Call, operation

CREATE = "dns.record_create_params:RecordCreateParams"
REPLACE = "dns.record_update_params:RecordUpdateParams"
EDIT = "dns.record_edit_params:RecordEditParams"
BATCH = "dns.record_batch_params:RecordBatchParams"
ONE = "/zones/{zone_id}/dns_records/{record_id}"
ADDRESSES = ("A", "AAAA")


@operation("ListDnsRecords", "GET", "/zones/{zone_id}/dns_records", query="dns.record_list_params:RecordListParams")
def list_records(call: Call) -> Response:
    page, per_page = int(call.query.get("page", 1)), int(call.query.get("per_page", 100))
    if page < 1 or not 1 <= per_page <= 5_000_000:
        raise Denied(400, 1100, "Invalid list options parameters: page starts at 1, per_page is 1 to 5000000")
    late = {i for i, until in call.account.unlisted.items() if until > call.now}
    found = record_filter.chosen([r for r in call.zone.records.values() if r.id not in late], call.query)
    shown, info = pages([record.shown() for record in found], page, per_page)
    return success(shown, info)


@operation("CreateDnsRecord", "POST", "/zones/{zone_id}/dns_records")
def create(call: Call) -> Response:
    body = record_body.checked(CREATE, call.body, call.path)
    return success(_create(call, body).shown())


@operation("GetDnsRecord", "GET", ONE)
def get(call: Call) -> Response:
    return success(_record(call, call.path["record_id"]).shown())


@operation("ReplaceDnsRecord", "PUT", ONE)
def replace(call: Call) -> Response:
    record = _record(call, call.path["record_id"])
    body = record_body.checked(REPLACE, call.body, _ids(call, record))
    return success(_change(call, record, body).shown())


@operation("EditDnsRecord", "PATCH", ONE)
def edit(call: Call) -> Response:
    record = _record(call, call.path["record_id"])
    return success(_edit(call, record, call.body, "").shown())


@operation("DeleteDnsRecord", "DELETE", ONE)
def delete(call: Call) -> Response:
    record = _record(call, call.path["record_id"])
    del call.zone.records[record.id]
    return success({"id": record.id})


@operation("BatchDnsRecords", "POST", "/zones/{zone_id}/dns_records/batch")
def batch(call: Call) -> Response:
    """All or nothing, in Cloudflare's order: deletes, patches, puts, posts."""
    body = call.body
    outer = {k: [] if isinstance(v, list) else v for k, v in body.items()} if isinstance(body, dict) else body
    sdk.check_body(BATCH, outer, call.path)
    before = {i: copy.deepcopy(record) for i, record in call.zone.records.items()}
    try:
        return success(_batch(call, body))
    except Denied:
        call.zone.records = before
        raise


def _batch(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    done: dict[str, Any] = {"deletes": [], "patches": [], "puts": [], "posts": []}
    for item in body.get("deletes", []):
        record = _record(call, str(item.get("id")))
        done["deletes"].append(call.zone.records.pop(record.id).shown())
    for i, item in enumerate(body.get("patches", [])):
        record = _record(call, str(item.get("id")))
        done["patches"].append(_edit(call, record, item, f"/patches/{i}").shown())
    for i, item in enumerate(body.get("puts", [])):
        record = _record(call, str(item.get("id")))
        item = record_body.checked(REPLACE, item, _ids(call, record), f"/puts/{i}")
        done["puts"].append(_change(call, record, item).shown())
    for i, item in enumerate(body.get("posts", [])):
        done["posts"].append(_create(call, record_body.checked(CREATE, item, call.path, f"/posts/{i}")).shown())
    return done


def _ids(call: Call, record: Record) -> dict[str, str]:
    return call.path | {"dns_record_id": record.id}


def _record(call: Call, identifier: str) -> Record:
    found = call.zone.records.get(identifier)
    if found is None:
        raise Denied(404, 81044, "Record does not exist.")
    return found


def _create(call: Call, body: dict[str, Any]) -> Record:
    if len(call.zone.records) >= call.zone.tier.records:
        raise Denied(400, 81045, f"Record quota exceeded: this zone may have {call.zone.tier.records} records.")
    now = stamp(call.now)
    record = Record(new_id(), body["type"], "", "", 1, False, False, now, now)
    _fill(call, record, body)
    call.zone.records[record.id] = record
    if call.unlisted:
        call.account.unlisted[record.id] = call.now + call.unlisted
    return record


def _edit(call: Call, record: Record, body: Any, pointer: str) -> Record:
    """A PATCH carries what changes only, although the SDK's type asks for more; `comment: null` removes the comment."""
    if not isinstance(body, dict):
        raise Denied(400, 9207, "Request body is invalid.")
    whole: dict[str, Any] = {"name": record.name, "ttl": record.ttl, "type": record.type, "comment": record.comment}
    whole |= {"proxied": record.proxied, "settings": record.settings, "tags": record.tags}
    if body.get("type", record.type) == record.type:
        whole["content"] = record.content
        whole |= {} if record.data is None else {"data": record.data}
        whole |= {} if record.priority is None else {"priority": record.priority}
    return _change(call, record, record_body.checked(EDIT, whole | body, _ids(call, record), pointer))


def _change(call: Call, record: Record, body: dict[str, Any]) -> Record:
    draft = copy.deepcopy(record)
    draft.type = body["type"]
    _fill(call, draft, body)
    draft.modified_on = stamp(call.now)
    vars(record).update({k: v for k, v in vars(draft).items() if not k.startswith("_lab")})
    return record


def _fill(call: Call, record: Record, body: dict[str, Any]) -> None:
    """Sets the record to what the body says, normalised; raises what Cloudflare would not store."""
    now, comment, tags = stamp(call.now), body.get("comment") or None, sorted(body.get("tags") or [])
    record.name = name_in(call.zone.name, body["name"])
    record.ttl = int(body["ttl"])
    record.proxied = bool(body.get("proxied", False))
    record.settings = ({"flatten_cname": False} if record.type == "CNAME" else {}) | (body.get("settings") or {})
    record.priority = body.get("priority")
    if comment != record.comment:
        record.comment_modified_on = now
    if tags != record.tags:
        record.tags_modified_on = now
    record.comment, record.tags = comment, tags
    check(call.zone, record, body.get("content"), body.get("data"))
    if record.proxied:
        record.ttl = 1
    _conflicts(call, record)


def _conflicts(call: Call, record: Record) -> None:
    """CNAME shares a name with neither addresses nor other CNAMEs; below the apex NS shares it with no other type.

    https://developers.cloudflare.com/dns/manage-dns-records/troubleshooting/existing-ns-record/ (81056); users (81055).
    """
    others = [r for r in call.zone.records.values() if r.id != record.id and r.name == record.name]
    if any(r.type == record.type and r.content == record.content and r.priority == record.priority for r in others):
        raise Denied(400, 81058, "An identical record already exists.")
    if record.type == "CNAME" and any(r.type in (*ADDRESSES, "CNAME") for r in others):
        raise Denied(400, 81053, "An A, AAAA, or CNAME record with that host already exists.")
    if record.type in ADDRESSES and any(r.type == "CNAME" for r in others):
        raise Denied(400, 81054, "A CNAME record with that host already exists.")
    if record.name == call.zone.name:
        return
    if record.type == "NS" and any(r.type != "NS" for r in others):
        raise Denied(400, 81055, "Non-NS records with that host already exist.")
    if record.type not in ("NS", "DS") and any(r.type == "NS" for r in others):
        raise Denied(400, 81056, "NS records with that host already exist.")
