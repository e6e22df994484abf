# SPDX-License-Identifier: MPL-2.0
"""Rulesets by phase and their rules. Every write is made on a copy, which a dry run then throws away."""

import base64
import copy
from typing import Any

from ..wire import Response
from . import interleave, rules, sdk
from .account import Rule, Ruleset, new_id, stamp
from .envelope import Denied, nothing, success
from .managed import managed
from .routes import Call, operation

ALL = "/zones/{zone_id}/rulesets"
ONE = ALL + "/{ruleset_id}"
ENTRYPOINT = ALL + "/phases/{phase}/entrypoint"
RULES = ONE + "/rules"
RULE = RULES + "/{rule_id}"


@operation("ListRulesets", "GET", ALL, query="rulesets.ruleset_list_params:RulesetListParams")
def list_rulesets(call: Call) -> Response:
    """Without rules; pages go by cursor, which the API reference and the SDK each look for in another place."""
    shown = [r.shown(rules=False) for r in call.zone.rulesets.values()] + managed(call.zone)
    first = int(base64.b64decode(cursor)) if (cursor := call.query.get("cursor")) else 0
    last = first + call.query.get("per_page", 50)
    info: dict[str, Any] = {"count": len(shown[first:last]), "per_page": last - first}
    if last < len(shown):
        after = base64.b64encode(str(last).encode()).decode()
        info |= {"cursor": after, "cursors": {"after": after}}
    return success(shown[first:last], info)


@operation("GetEntrypoint", "GET", ENTRYPOINT)
def get_entrypoint(call: Call) -> Response:
    ruleset = call.zone.rulesets.get(_phase(call))
    if ruleset is None:
        raise Denied(404, 10003, f"could not find entrypoint ruleset in the {call.path['phase']} phase")
    return success(ruleset.shown())


@operation("UpdateEntrypoint", "PUT", ENTRYPOINT, dry_run=True)
def update_entrypoint(call: Call) -> Response:
    phase = _phase(call)
    _check_whole(call, "rulesets.phase_update_params", "PhaseUpdateParams")
    interleave.before_write(call, phase)
    draft = copy.deepcopy(call.zone.rulesets.get(phase)) or Ruleset(new_id(), phase, stamp(call.now), version=0)
    return _replace(call, draft)


@operation("CreateRuleset", "POST", ALL, dry_run=True)
def create(call: Call) -> Response:
    _check_whole(call, "rulesets.ruleset_create_params", "RulesetCreateParams")
    if call.body.get("kind") != "zone":
        raise Denied(400, 20215, f"'{call.body.get('kind')}' is not a valid value for kind in a zone", "/kind")
    phase = _known(call.body.get("phase", ""), "/phase")
    interleave.before_write(call, phase)
    if phase in call.zone.rulesets:
        text = (
            f"'zone' is not a valid value for kind because exceeded maximum number of zone rulesets for phase {phase}"
        )
        raise Denied(400, 20217, text, "/kind")
    if not call.body.get("name"):
        raise Denied(400, 20210, "'' is not a valid value for name because it cannot be blank", "/name")
    return _replace(call, Ruleset(new_id(), phase, stamp(call.now), version=0))


@operation("GetRuleset", "GET", ONE)
def get(call: Call) -> Response:
    return success(_ruleset(call).shown())


@operation("UpdateRuleset", "PUT", ONE, dry_run=True)
def update(call: Call) -> Response:
    ruleset = _ruleset(call)
    _check_whole(call, "rulesets.ruleset_update_params", "RulesetUpdateParams")
    for name, fixed in (("kind", "zone"), ("phase", ruleset.phase)):
        if call.body.get(name, fixed) != fixed:
            raise Denied(
                400, 20216, f"'{call.body[name]}' is not a valid value for {name}: it cannot change", f"/{name}"
            )
    interleave.before_write(call, ruleset.phase)
    return _replace(call, copy.deepcopy(_ruleset(call)))


@operation("DeleteRuleset", "DELETE", ONE, dry_run=True)
def delete(call: Call) -> Response:
    ruleset = _ruleset(call)
    interleave.before_write(call, ruleset.phase)
    if not call.dry_run:
        del call.zone.rulesets[ruleset.phase]
    return nothing()


@operation("CreateRule", "POST", RULES, dry_run=True)
def create_rule(call: Call) -> Response:
    rules.check_action(call.body, "")
    sdk.check_body("rulesets.rule_create_params:RuleCreateParams", call.body, call.path)
    draft = _draft(call)
    rules.checked(call.zone, draft, [(call.body, "")])
    rule = rules.made(call.body, call.now)
    _place(draft, rule, call.body.get("position"))
    return _keep(call, draft, "")


@operation("EditRule", "PATCH", RULE, dry_run=True)
def edit_rule(call: Call) -> Response:
    """The whole definition, or a place alone."""
    moved_only = isinstance(call.body, dict) and call.body.keys() == {"position"}
    body = call.body | {"action": "block"} if moved_only else call.body
    rules.check_action(body, "")
    sdk.check_body("rulesets.rule_edit_params:RuleEditParams", body, call.path)
    draft = _draft(call)
    rule = _rule(call, draft)
    if not moved_only:
        rules.checked(call.zone, draft, [(body, "")])
        rules.changed(rule, body, call.now)
    if "position" in body:
        draft.rules.remove(rule)
        _place(draft, rule, body["position"])
    return _keep(call, draft, "")


@operation("DeleteRule", "DELETE", RULE, dry_run=True)
def delete_rule(call: Call) -> Response:
    draft = _draft(call)
    draft.rules.remove(_rule(call, draft))
    return _keep(call, draft, "")


def _check_whole(call: Call, module: str, name: str) -> None:
    if isinstance(call.body, dict) and isinstance(wanted := call.body.get("rules"), list):
        for i, item in enumerate(wanted):
            rules.check_action(item, f"/rules/{i}")
    sdk.check_body(f"{module}:{name}", call.body, call.path, lists={"rules": f"{module}:Rule"})


def _phase(call: Call) -> str:
    return _known(call.path["phase"], None)


def _known(phase: str, pointer: str | None) -> str:
    if phase not in rules.ACTIONS:
        raise Denied(400, 20214, f"'{phase}' is not a valid value for phase", pointer)
    return phase


def _ruleset(call: Call) -> Ruleset:
    found = call.zone.ruleset(call.path["ruleset_id"])
    if found is None:
        raise Denied(404, 10001, "could not find ruleset")
    return found


def _draft(call: Call) -> Ruleset:
    """A copy of the ruleset as it is now, after whoever writes in between has written."""
    interleave.before_write(call, _ruleset(call).phase)
    return copy.deepcopy(_ruleset(call))


def _rule(call: Call, ruleset: Ruleset) -> Rule:
    found = next((r for r in ruleset.rules if r.id == call.path["rule_id"]), None)
    if found is None:
        raise Denied(404, 10002, "could not find rule")
    return found


def _replace(call: Call, draft: Ruleset) -> Response:
    """All rules become those of the body: known by id or ref, else new."""
    body = call.body
    draft.name = body.get("name", draft.name)
    draft.description = body.get("description", draft.description)
    wanted = body.get("rules")
    if wanted is not None:
        rules.checked(call.zone, draft, [(item, f"/rules/{i}") for i, item in enumerate(wanted)])
        before = draft.rules
        draft.rules = [_matched(call, before, item, i) for i, item in enumerate(wanted)]
    return _keep(call, draft, "/rules")


def _matched(call: Call, before: list[Rule], item: dict[str, Any], i: int) -> Rule:
    if identifier := item.get("id"):
        rule = next((r for r in before if r.id == identifier), None)
        if rule is None:
            text = f"'{identifier}' is not a valid value for id because there is no such rule in the ruleset"
            raise Denied(400, 20128, text, f"/rules/{i}/id")
    else:
        rule = next((r for r in before if item.get("ref") and r.ref == item["ref"]), None)
    if rule is None:
        return rules.made(item, call.now)
    rules.changed(rule, item, call.now)
    return rule


def _place(ruleset: Ruleset, rule: Rule, position: dict[str, Any] | None) -> None:
    where = position or {"after": ""}
    if "index" in where:
        index = where["index"] - 1
        if not 0 <= index <= len(ruleset.rules):
            raise Denied(400, 20130, f"'{where['index']}' is not a valid value for index", "/position/index")
    elif neighbour := where.get("before") or where.get("after"):
        side = "before" if where.get("before") else "after"
        found = next((i for i, r in enumerate(ruleset.rules) if r.id == neighbour), None)
        if found is None:
            text = f"'{neighbour}' is not a valid value for {side} because there is no such rule in the ruleset"
            raise Denied(400, 20131, text, f"/position/{side}")
        index = found + (side == "after")
    else:
        index = 0 if "before" in where else len(ruleset.rules)
    ruleset.rules.insert(index, rule)


def _keep(call: Call, draft: Ruleset, prefix: str) -> Response:
    """The draft becomes the ruleset, one version on; a dry run only says that it could."""
    rules.settled(call.zone, draft, prefix)
    if call.dry_run:
        return success(None)
    draft.version += 1
    draft.last_updated = stamp(call.now)
    call.zone.rulesets[draft.phase] = draft
    return success(draft.shown())
