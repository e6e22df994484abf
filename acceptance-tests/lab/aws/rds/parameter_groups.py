# SPDX-License-Identifier: MPL-2.0
"""DB parameter groups, and what a changed parameter means for the instances that use it."""

from collections.abc import Iterable
from typing import Any

from ...errors import Refusal
from ...models import fault
from ...world import Call, Shelf, World
from .. import finds, operation
from .account import check_quota
from .catalogue import MINORS
from .pages import page
from .parameters import Parameter, parameters
from .rules import identifier
from .store import Facts, Instance, ParameterGroup, Store, conflict, invalid, store_of
from .tags import read_tags

FAMILIES = [f"postgres{major}" for major in MINORS]


@operation("rds", "CreateDBParameterGroup")
def create(world: World, call: Call) -> dict[str, Any]:
    p, store = call.params, store_of(world, call)
    name = identifier("DBParameterGroupName", p["DBParameterGroupName"], most=255)
    tags = read_tags(p.get("Tags"))
    if p["DBParameterGroupFamily"] not in FAMILIES:
        raise invalid(f"ParameterGroupFamily {p['DBParameterGroupFamily']} is not a valid parameter group family")
    if name in store.parameter_groups:
        raise fault("rds", "DBParameterGroupAlreadyExistsFault", f"Parameter group {name} already exists")
    if not p["Description"]:
        raise invalid("The parameter Description must be provided and must not be blank.")
    check_quota(world, store, "DBParameterGroups", "DBParameterGroupQuotaExceededFault")
    group = ParameterGroup(name, p["DBParameterGroupFamily"], p["Description"], tags)
    store.parameter_groups[name] = group
    return {"DBParameterGroup": _shown(store, group)}


@operation("rds", "DescribeDBParameterGroups")
def describe(world: World, call: Call) -> dict[str, Any]:
    p, store = call.params, store_of(world, call)
    asked = p.get("DBParameterGroupName")
    groups = [group_of(store, asked)] if asked else [*_defaults(), *store.parameter_groups.values()]
    shown = [_shown(store, group) for group in groups]
    return page(shown, p, "DBParameterGroups", key=lambda g: g["DBParameterGroupName"])


@operation("rds", "ModifyDBParameterGroup")
def modify(world: World, call: Call) -> dict[str, Any]:
    """All or nothing; at most 20 a call; `immediate` is for dynamic parameters only (model: Parameters)."""
    p, store = call.params, store_of(world, call)
    group = _own(store, p["DBParameterGroupName"])
    if not 1 <= len(p["Parameters"]) <= 20:
        raise invalid("A maximum of 20 parameters can be modified in a single request, and at least one.")
    changes = {}
    for given in p["Parameters"]:
        known = _known(group, given)
        value, method = given.get("ParameterValue"), given.get("ApplyMethod")
        if value is None or method is None:
            raise invalid(f"ParameterValue and ApplyMethod must be supplied for {known.name}")
        if not known.accepts(value):
            raise invalid(f"Invalid parameter value: {value} for: {known.name} allowed values are: {known.allowed}")
        changes[known.name] = (value, _method(known, method))
    changed = {name: change for name, change in changes.items() if group.values.get(name, ("", ""))[0] != change[0]}
    group.values.update(changes)
    _spread(world, store, group, changed)
    return {"DBParameterGroupName": group.name}


@operation("rds", "ResetDBParameterGroup")
def reset(world: World, call: Call) -> dict[str, Any]:
    """All of them unless some are named (model: ResetAllParameters)."""
    p, store = call.params, store_of(world, call)
    group = _own(store, p["DBParameterGroupName"])
    named = p.get("Parameters", [])
    if named and p.get("ResetAllParameters"):
        raise conflict("ResetAllParameters cannot be combined with a list of parameters.")
    if not named and p.get("ResetAllParameters") is False:
        raise conflict("Name the parameters to reset, or set ResetAllParameters.")
    if named:
        wanted = {g["ParameterName"]: _method(_known(group, g), g.get("ApplyMethod", "pending-reboot")) for g in named}
    else:
        wanted = {name: method for name, (_, method) in group.values.items()}
    changed = {name: ("", method) for name, method in wanted.items() if group.values.pop(name, None)}
    _spread(world, store, group, changed)
    return {"DBParameterGroupName": group.name}


@operation("rds", "DeleteDBParameterGroup")
def delete(world: World, call: Call) -> dict[str, Any]:
    store = store_of(world, call)
    group = _own(store, call.params["DBParameterGroupName"])
    if any(i.parameter_group == group.name for i in store.instances.values()):
        text = (
            "One or more database instances are still members of this parameter group "
            f"{group.name}, so the group cannot be deleted"
        )
        raise fault("rds", "InvalidDBParameterGroupStateFault", text)
    del store.parameter_groups[group.name]
    return {}


@operation("rds", "DescribeDBParameters")
def describe_parameters(world: World, call: Call) -> dict[str, Any]:
    p = call.params
    group = group_of(store_of(world, call), p["DBParameterGroupName"])
    if (source := p.get("Source")) not in (None, "user", "system", "engine-default"):
        raise invalid(f"Invalid source: {source}. Valid values: user, system, engine-default")
    rows = [_row(known, group.values.get(name)) for name, known in parameters(group.family).items()]
    wanted = [row for row in rows if source in (None, row["Source"])]
    return page(wanted, p, "Parameters", key=lambda row: row["ParameterName"])


@operation("rds", "DescribeEngineDefaultParameters")
def describe_defaults(_world: World, call: Call) -> dict[str, Any]:
    family = call.params["DBParameterGroupFamily"]
    if family not in FAMILIES:
        raise invalid(f"ParameterGroupFamily {family} is not a valid parameter group family")
    rows = [_row(known, None) for known in parameters(family).values()]
    answer = page(rows, call.params, "Parameters", key=lambda row: row["ParameterName"])
    return {"EngineDefaults": answer | {"DBParameterGroupFamily": family}}


def group_of(store: Store, name: str) -> ParameterGroup:
    found = store.parameter_groups.get(name.lower())
    found = found or next((g for g in _defaults() if g.name == name.lower()), None)
    if found is None:
        raise fault("rds", "DBParameterGroupNotFoundFault", f"DBParameterGroup not found: {name}")
    return found


def check_family(group: ParameterGroup, family: str) -> None:
    if group.family != family:
        raise conflict(
            f"The parameter group {group.name} with DBParameterGroupFamily {group.family} can't be used for this "
            f"instance. Use a parameter group with DBParameterGroupFamily {family}."
        )


def _defaults() -> Iterable[ParameterGroup]:
    for family in FAMILIES:
        yield ParameterGroup(f"default.{family}", family, f"Default parameter group for {family}", {})


def _own(store: Store, name: str) -> ParameterGroup:
    group = group_of(store, name)
    if group.name.startswith("default."):
        text = f"Default DBParameterGroup cannot be modified or deleted: {group.name}"
        raise fault("rds", "InvalidDBParameterGroupStateFault", text)
    return group


def _known(group: ParameterGroup, given: Facts) -> Parameter:
    name = given.get("ParameterName") or ""
    known = parameters(group.family).get(name)
    if known is None:
        raise invalid(f"Could not find parameter with name: {name}")
    if not known.modifiable:
        raise invalid(f"The parameter {name} cannot be modified.")
    return known


def _method(known: Parameter, method: str) -> str:
    if known.static and method == "immediate":
        raise Refusal("InvalidParameterCombination", "cannot use immediate apply method for static parameter")
    return method


def _row(known: Parameter, own: tuple[str, str] | None) -> Facts:
    return {
        "ParameterName": known.name,
        "ParameterValue": own[0] if own else known.default,
        "Description": f"PostgreSQL parameter {known.name}.",
        "Source": "user" if own else ("system" if known.default else "engine-default"),
        "ApplyType": "static" if known.static else "dynamic",
        "DataType": known.type,
        "AllowedValues": known.allowed,
        "IsModifiable": known.modifiable,
        "ApplyMethod": own[1] if own else "pending-reboot",
    }


def _spread(world: World, store: Store, group: ParameterGroup, changed: dict[str, tuple[str, str]]) -> None:
    """Tells the instances: dynamic and immediate is applied soon, anything else waits for a reboot."""
    waits = any(method == "pending-reboot" for _, method in changed.values())
    for instance in store.instances.values():
        if instance.parameter_group != group.name or not changed:
            continue
        if waits or instance.parameter_status == "pending-reboot":
            instance.parameter_status = "pending-reboot"
        else:
            instance.parameter_status = "applying"
            world.timeline.after(world.timing.seconds("applying"), lambda i=instance: _applied(i))
    if changed:
        text = f"Updated parameters: {', '.join(sorted(changed))}"
        store.note("db-parameter-group", group.name, "pg", world.timeline.now, text, "configuration change")


def _applied(instance: Instance) -> None:
    if instance.parameter_status == "applying":
        instance.parameter_status = "in-sync"


def _shown(store: Store, group: ParameterGroup) -> Facts:
    return {
        "DBParameterGroupName": group.name,
        "DBParameterGroupFamily": group.family,
        "Description": group.description,
        "DBParameterGroupArn": store.arn("pg", group.name),
    }


@finds("rds", "CreateDBParameterGroup")
def created(world: World, call: Call, _result: Any) -> Shelf:
    return Shelf(store_of(world, call).parameter_groups, call.params["DBParameterGroupName"].lower())
