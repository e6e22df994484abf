# SPDX-License-Identifier: MPL-2.0
"""Zone settings, one by one: value, who may edit it, and since when."""

from typing import Any

from ..wire import Response
from . import sdk
from .account import Setting, stamp
from .envelope import Denied, success
from .routes import Call, operation
from .setting_table import SETTINGS

EDIT = "zones.setting_edit_params:Variant1"
HSTS = {"enabled": False, "max_age": 0, "include_subdomains": False, "preload": False, "nosniff": False}


@operation("GetZoneSetting", "GET", "/zones/{zone_id}/settings/{setting_id}")
def get(call: Call) -> Response:
    return success(_setting(call).shown())


@operation("EditZoneSetting", "PATCH", "/zones/{zone_id}/settings/{setting_id}")
def edit(call: Call) -> Response:
    setting = _setting(call)
    sdk.check_body(EDIT, call.body, call.path)
    if not setting.editable:
        raise Denied(400, 1015, f"Not allowed to edit setting for {setting.id}")
    if "value" not in call.body:
        raise _invalid(setting)
    value = _allowed(call, setting, call.body["value"])
    setting.value = value
    setting.modified_on = stamp(call.now)
    return success(setting.shown())


def _setting(call: Call) -> Setting:
    found = call.zone.settings.get(call.path["setting_id"])
    if found is None:
        raise Denied(400, 1003, f"Undefined zone setting: {call.path['setting_id']}")
    return found


def _allowed(call: Call, setting: Setting, value: Any) -> Any:
    known = SETTINGS[setting.id]
    if isinstance(value, bool) or sdk.problem(known.type, value) or (known.among and value not in known.among):
        raise _invalid(setting)
    if setting.id == "security_header":
        return {"strict_transport_security": _hsts(setting, value)}
    if call.zone.tier.level < known.reserved.get(value if isinstance(value, str) else "", 0):
        raise Denied(400, 1015, f"Not allowed to edit setting for {setting.id}")
    return value


def _hsts(setting: Setting, value: dict[str, Any]) -> dict[str, Any]:
    given = value.get("strict_transport_security")
    if not isinstance(given, dict) or given.keys() - HSTS.keys():
        raise _invalid(setting)
    if any(type(v) is not type(HSTS[k]) for k, v in given.items()) or given.get("max_age", 0) < 0:
        raise _invalid(setting)
    return HSTS | given


def _invalid(setting: Setting) -> Denied:
    return Denied(400, 1007, f"Invalid value for zone setting {setting.id}")
