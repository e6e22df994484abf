# SPDX-License-Identifier: MPL-2.0
"""Bytes to parameters and back, for the protocols AWS speaks. Knows models, but no service."""

import base64
import binascii
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.utils import parse_timestamp
from moto.core.serialize import SerializationContext, get_serializer_class
from moto.core.utils import get_service_model as moto_service_model

from .errors import Refusal


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Response:
    status: int
    headers: dict[str, str]
    body: bytes
    code: str | None = None


@dataclass
class Problem:
    """One member of a request that the model does not allow."""

    kind: str
    path: str
    text: str


@dataclass
class Decoded:
    params: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


# === reading ===


def form_of(request: Request) -> dict[str, str]:
    """The fields of a query-protocol call, whether posted or in the URL."""
    query = request.path.partition("?")[2]
    pairs = parse_qsl(query, keep_blank_values=True) + parse_qsl(
        request.body.decode(errors="replace"), keep_blank_values=True
    )
    return dict(pairs)


def decode_query(shape: StructureShape | None, form: dict[str, str], ec2: bool) -> Decoded:
    decoded = Decoded()
    tree = _tree({k: v for k, v in form.items() if k not in ("Action", "Version")}, decoded.problems)
    decoded.params = _QueryReader(ec2, decoded.problems).structure(shape, tree, "")
    return decoded


def decode_json(shape: StructureShape | None, body: bytes) -> Decoded:
    decoded = Decoded()
    try:
        document = json.loads(body or b"{}")
    except ValueError as error:
        decoded.problems.append(Problem("malformed", "", f"the body is not JSON: {error}"))
        return decoded
    if not isinstance(document, dict):
        decoded.problems.append(Problem("malformed", "", "the body is not a JSON object"))
        return decoded
    decoded.params = _read_json(shape, document, "", decoded.problems)
    return decoded


def _tree(form: dict[str, str], problems: list[Problem]) -> dict[str, Any]:
    root: dict[str, Any] = {}
    for key, value in form.items():
        *branches, leaf = key.split(".")
        node = root
        for branch in branches:
            node = node.setdefault(branch, {})
            if not isinstance(node, dict):
                problems.append(Problem("malformed", key, "is both a value and a structure"))
                break
        else:
            node[leaf] = value
    return root


class _QueryReader:
    """Walks the model and the dotted keys side by side; a key the model does not name is a problem."""

    def __init__(self, ec2: bool, problems: list[Problem]) -> None:
        self.ec2 = ec2
        self.problems = problems

    def structure(self, shape: StructureShape | None, node: Any, path: str) -> dict[str, Any]:
        members = shape.members if shape is not None else {}
        by_wire = {self._wire_name(name, member): (name, member) for name, member in members.items()}
        if not isinstance(node, dict):
            self.problems.append(Problem("malformed", path, "should be a structure"))
            return {}
        result: dict[str, Any] = {}
        for wire, below in node.items():
            where = f"{path}.{wire}" if path else wire
            if wire not in by_wire:
                self.problems.append(Problem("unknown", where, "is not a parameter of this operation"))
                continue
            name, member = by_wire[wire]
            result[name] = self.value(member, below, where)
        return result

    def value(self, shape: Shape, node: Any, path: str) -> Any:
        match shape:
            case StructureShape():
                return self.structure(shape, node, path)
            case ListShape():
                return self._list(shape, node, path)
            case MapShape():
                return self._map(shape, node, path)
        if isinstance(node, dict):
            self.problems.append(Problem("malformed", path, f"should be one {shape.type_name}"))
            return None
        return self._scalar(shape, node, path)

    def _wire_name(self, name: str, member: Shape) -> str:
        if self.ec2:
            query_name = member.serialization.get("queryName")
            wire = query_name or member.serialization.get("name", name)
            return wire if query_name else wire[:1].upper() + wire[1:]
        if isinstance(member, ListShape) and member.serialization.get("flattened"):
            return member.member.serialization.get("name") or member.serialization.get("name", name)
        return member.serialization.get("name", name)

    def _list(self, shape: ListShape, node: Any, path: str) -> list[Any]:
        if node == "":
            return []
        if not self.ec2 and not shape.serialization.get("flattened"):
            item = shape.member.serialization.get("name", "member")
            if not isinstance(node, dict) or list(node) != [item]:
                self.problems.append(Problem("malformed", path, f"should be a list written {path}.{item}.N"))
                return []
            node, path = node[item], f"{path}.{item}"
        return [self.value(shape.member, below, f"{path}.{i}") for i, below in self._numbered(node, path)]

    def _map(self, shape: MapShape, node: Any, path: str) -> dict[str, Any]:
        if not shape.serialization.get("flattened") and isinstance(node, dict):
            node = node.get("entry", {})
        key, value = (s.serialization.get("name", d) for s, d in ((shape.key, "key"), (shape.value, "value")))
        entries = [below for _, below in self._numbered(node, path)]
        return {e[key]: self.value(shape.value, e.get(value, ""), f"{path}.{e[key]}") for e in entries if key in e}

    def _numbered(self, node: Any, path: str) -> list[tuple[int, Any]]:
        if not isinstance(node, dict) or not all(k.isdecimal() for k in node):
            self.problems.append(Problem("malformed", path, "should be numbered from 1"))
            return []
        return sorted((int(k), v) for k, v in node.items())

    def _scalar(self, shape: Shape, text: str, path: str) -> Any:
        try:
            match shape.type_name:
                case "integer" | "long":
                    return int(text)
                case "float" | "double":
                    return float(text)
                case "boolean" if text in ("true", "false"):
                    return text == "true"
                case "timestamp":
                    return parse_timestamp(text)
                case "blob":
                    return base64.b64decode(text, validate=True)
                case "string":
                    return text
        except (ValueError, binascii.Error):
            pass
        self.problems.append(Problem("malformed", path, f"{text!r} is not a {shape.type_name}"))
        return None


def _read_json(shape: Shape | None, value: Any, path: str, problems: list[Problem]) -> Any:
    match shape:
        case StructureShape() if isinstance(value, dict):
            names = {m.serialization.get("name", n): (n, m) for n, m in shape.members.items()}
            for unknown in value.keys() - names.keys():
                problems.append(Problem("unknown", f"{path}.{unknown}".lstrip("."), "is not a member"))
            known = [(names[k], v) for k, v in value.items() if k in names and v is not None]
            return {n: _read_json(m, v, f"{path}.{n}".lstrip("."), problems) for (n, m), v in known}
        case ListShape() if isinstance(value, list):
            return [_read_json(shape.member, v, f"{path}.{i + 1}", problems) for i, v in enumerate(value)]
        case MapShape() if isinstance(value, dict):
            return {k: _read_json(shape.value, v, f"{path}.{k}", problems) for k, v in value.items()}
        case None:
            return value
    expected = {
        "string": str, "boolean": bool, "integer": int, "long": int,
        "float": (int, float), "double": (int, float), "timestamp": (int, float, str), "blob": str,
    }.get(shape.type_name)  # fmt: skip
    wrong_number = isinstance(value, bool) and shape.type_name != "boolean"
    if expected is None or not isinstance(value, expected) or wrong_number:
        problems.append(Problem("malformed", path, f"should be a {shape.type_name}"))
    return value


# === answering ===


def encode_result(service: str, operation: str, protocol: str, request_id: str, result: dict[str, Any]) -> Response:
    model = moto_service_model(service)
    serializer = get_serializer_class(service, protocol)(
        model.operation_model(operation), context=SerializationContext(request_id)
    )
    answer = serializer.serialize(result)
    body = answer["body"]
    headers = dict(answer["headers"])
    if protocol == "json":
        headers["Content-Type"] = "application/x-amz-json-1.1"
    return Response(answer["status_code"], headers, body.encode() if isinstance(body, str) else body)


def encode_error(protocol: str, request_id: str, refusal: Refusal) -> Response:
    code, message = escape(refusal.code), escape(refusal.message)
    if protocol in ("json", "rest-json"):
        body = json.dumps({"__type": refusal.code, "message": refusal.message})
        kind = "application/x-amz-json-1.1" if protocol == "json" else "application/json"
        headers = {"Content-Type": kind, "x-amzn-ErrorType": refusal.code}
    elif protocol == "ec2":
        error = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
        body = f"<Response><Errors>{error}</Errors><RequestID>{request_id}</RequestID></Response>"
        headers = {"Content-Type": "text/xml;charset=UTF-8"}
    else:
        side = "Sender" if refusal.status < 500 else "Receiver"
        error = f"<Error><Type>{side}</Type><Code>{code}</Code><Message>{message}</Message></Error>"
        body = f"<ErrorResponse>{error}<RequestId>{request_id}</RequestId></ErrorResponse>"
        headers = {"Content-Type": "text/xml"}
    return Response(refusal.status, headers, body.encode(), refusal.code)
