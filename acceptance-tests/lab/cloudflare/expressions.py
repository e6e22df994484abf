# SPDX-License-Identifier: MPL-2.0
"""Reads an expression of the Rules language: enough to refuse what does not parse, and to tell what it uses."""

import ipaddress
import re
from dataclasses import dataclass, field

from .fields import BOOL, FIELDS, FLOAT, FUNCTIONS, INT, INTS, IP, LIST, MAP, STRING

TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<raw>r(?P<hashes>\#*)"(?s:.*?)"(?P=hashes))
    |(?P<string>"(?:[^"\\]|\\.)*")
    |(?P<list>\$[a-z0-9_.]+)
    |(?P<address>\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2})?|[0-9a-fA-F]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*(?:/\d{1,3})?)
    |(?P<number>-?\d+)
    |(?P<range>\.\.)
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*)
    |(?P<sign>==|!=|<=|>=|&&|\|\||\^\^|[<>~!&(){}\[\],*])""",
    re.VERBOSE,
)
COMPARISONS = {"==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge", "~": "matches"}
ORDERED = {"lt", "le", "gt", "ge"}
WORDS = {
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "contains",
    "matches",
    "in",
    "wildcard",
    "strict",
    "and",
    "or",
    "xor",
    "not",
}
LONGEST = 4096


class Malformed(Exception):
    """What Cloudflare's parser would say, and where."""

    def __init__(self, what: str, expression: str, start: int, length: int = 1) -> None:
        line = expression.count("\n", 0, start) + 1
        column = start - (expression.rfind("\n", 0, start) + 1) + 1
        mark = " " * (column - 1) + "^" * max(length, 1)
        shown = expression.splitlines()[line - 1] if expression.splitlines() else ""
        super().__init__(f"Filter parsing error ({line}:{column}):\n{shown}\n{mark} {what}")


@dataclass
class Used:
    """What an expression speaks of."""

    fields: list[str] = field(default_factory=list)
    functions: list[str] = field(default_factory=list)
    regex: bool = False


@dataclass(frozen=True)
class Piece:
    kind: str
    text: str
    start: int


def read(expression: str) -> Used:
    """Raises Malformed, or tells what the expression uses."""
    parser = _Parser(expression)
    parser.whole()
    return parser.used


class _Parser:
    def __init__(self, expression: str) -> None:
        self.expression = expression
        self.pieces = self._pieces()
        self.at = 0
        self.used = Used()

    def whole(self) -> None:
        self._either()
        if self.piece.kind != "end":
            raise self._wrong("unrecognised input")

    @property
    def piece(self) -> Piece:
        return self.pieces[self.at]

    def _pieces(self) -> list[Piece]:
        found, place = [], 0
        while place < len(self.expression):
            match = TOKEN.match(self.expression, place)
            if match is None:
                found.append(Piece("junk", self.expression[place:], place))
                break
            kind = match.lastgroup if match.lastgroup != "hashes" else "raw"
            if kind != "space":
                found.append(Piece(str(kind), match[0], place))
            place = match.end()
        return [*found, Piece("end", "", len(self.expression))]

    def _wrong(self, what: str, piece: Piece | None = None) -> Malformed:
        piece = piece or self.piece
        return Malformed(what, self.expression, piece.start, len(piece.text))

    def _take(self, *texts: str) -> bool:
        if self.piece.text.lower() in texts and self.piece.kind in ("name", "sign"):
            self.at += 1
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._take(text):
            raise self._wrong(f'expected literal "{text}"')

    # === logic: or, xor, and, not; the loosest first ===

    def _either(self) -> None:
        self._exclusive()
        while self._take("or", "||"):
            self._exclusive()

    def _exclusive(self) -> None:
        self._both()
        while self._take("xor", "^^"):
            self._both()

    def _both(self) -> None:
        self._negation()
        while self._take("and", "&&"):
            self._negation()

    def _negation(self) -> None:
        if self._take("not", "!"):
            self._negation()
        elif self._take("("):
            self._either()
            self._expect(")")
        elif not self._take("true", "false"):
            self._comparison()

    # === comparisons ===

    def _comparison(self) -> None:
        start = self.piece
        kind = self._value()
        piece = self.piece
        if piece.kind == "name" and piece.text.lower() == "strict":
            self.at += 1
            self._expect("wildcard")
            how = "wildcard"
        elif piece.kind in ("name", "sign") and (how := COMPARISONS.get(piece.text, piece.text.lower())) in WORDS - {
            "and", "or", "xor", "not", "strict",
        }:  # fmt: skip
            self.at += 1
        elif piece.text == "&" and kind == INT:
            self.at += 1
            self._literal(INT)
            return
        elif kind == BOOL:
            return
        else:
            raise self._wrong("expected an operator" if piece.kind == "end" else "unrecognised input")
        self._compared(start, kind, how)

    def _compared(self, start: Piece, kind: str, how: str) -> None:
        if kind in (MAP, LIST, INTS) or (kind == BOOL and how not in ("eq", "ne")):
            raise self._wrong(f"cannot perform this operation on type {kind}", start)
        if how in ("contains", "matches", "wildcard") and kind != STRING:
            raise self._wrong(f"cannot perform {how} on type {kind}", start)
        if how == "in":
            self._set(kind)
            return
        piece = self.piece
        self._literal(kind)
        if how == "matches":
            self.used.regex = True
            self._regex(piece)

    def _regex(self, piece: Piece) -> None:
        text = piece.text[1:-1].replace('\\"', '"') if piece.kind == "string" else piece.text.strip('r#"')
        try:
            re.compile(text)
        except re.error as error:
            raise self._wrong(f"regex parse error: {error.msg}", piece) from None

    def _set(self, kind: str) -> None:
        if self.piece.kind == "list":
            self.at += 1
            return
        self._expect("{")
        while not self._take("}"):
            self._literal(kind)
            if self.piece.kind == "range" and kind in (INT, IP):
                self.at += 1
                self._literal(kind)

    def _literal(self, kind: str) -> None:
        piece = self.piece
        fits = {
            STRING: piece.kind in ("string", "raw"),
            INT: piece.kind == "number",
            FLOAT: piece.kind == "number",
            IP: piece.kind == "address" and _is_address(piece.text),
            BOOL: piece.text.lower() in ("true", "false"),
        }[kind]
        if not fits:
            expected = {STRING: "expected a quoted string", INT: "expected digit", IP: "invalid IP address or range"}
            raise self._wrong(expected.get(kind, f"expected a value of type {kind}"))
        self.at += 1

    # === values: a field or a function call, with what is in brackets ===

    def _value(self) -> str:
        piece = self.piece
        if piece.kind != "name" or piece.text.lower() in WORDS:
            raise self._wrong("expected a field or a function")
        self.at += 1
        if self.piece.text == "(" and self.piece.start == piece.start + len(piece.text):
            return self._indexed(self._call(piece), mapped=True)
        if piece.text not in FIELDS:
            raise self._wrong("unknown identifier", piece)
        self.used.fields.append(piece.text)
        return self._indexed(FIELDS[piece.text])

    def _indexed(self, kind: str, mapped: bool = False) -> str:
        """`mapped`: a function over every item of a list answers a list."""
        while self._take("["):
            if mapped and kind not in (MAP, LIST, INTS):
                self._expect("*")
                self._expect("]")
                continue
            if kind not in (MAP, LIST, INTS):
                raise self._wrong(f"cannot index type {kind}")
            if not self._take("*"):
                if self.piece.kind not in ("string", "raw", "number"):
                    raise self._wrong("expected a key or an index")
                self.at += 1
            self._expect("]")
            # A header or an argument may come several times: a map leads to a list, a list to its items.
            kind = {MAP: LIST, LIST: STRING, INTS: INT}[kind]
        return kind

    def _call(self, name: Piece) -> str:
        if name.text not in FUNCTIONS:
            raise self._wrong("unknown identifier", name)
        self.used.functions.append(name.text)
        self._expect("(")
        while not self._take(")"):
            self._argument(name)
            if not self._take(",") and self.piece.text != ")":
                raise self._wrong('expected literal ","')
        return FUNCTIONS[name.text]

    def _argument(self, name: Piece) -> None:
        if self.piece.kind in ("string", "raw", "number", "address"):
            self.at += 1
        elif self.piece.kind == "end":
            raise self._wrong('expected literal ")"')
        elif name.text in ("any", "all"):
            self._comparison()
        else:
            self._value()


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True
