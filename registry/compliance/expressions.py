"""Reading a condition: its boolean parts, its facts, and the condition in words.

The Common Expression Language has a grammar of its own and an official library that checks types and
evaluates. This module reads only what that library does not give back: which parts a condition is made of,
so that a missing fact is named only where it could change the verdict, and so that a jurist reads words.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from registry.kernel.words import _

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<text>'[^']*'|\"[^\"]*\")|(?P<name>[A-Za-z_][\w.]*)"
    r"|(?P<sign>\|\||&&|==|!=|<=|>=|<|>|!|\(|\)|\[|\]|,|-))"
)
COMPARISONS = ("==", "!=", "<=", ">=", "<", ">", "in")
LONGEST, DEEPEST = 2_000, 20
"""Characters of a condition, and how far its parts may stand within each other: four times what any policy takes.

A condition is evaluated for each subject at each write: nothing in it repeats, so its length bounds what it costs. Past
31 levels, the library that compiles it gives up without saying where.
"""


class ExpressionError(ValueError):
    """A condition uses what policies do not: where it stands and what."""


class UnboundedError(ExpressionError):
    """A condition that would cost too much to read or to evaluate, in one sentence."""


@dataclass(frozen=True)
class Node:
    """A part of a condition. `kind` is `or`, `and`, `not`, a comparison, `call`, `list`, `name` or `value`."""

    kind: str
    text: str
    parts: tuple["Node", ...] = ()
    start: int = 0
    end: int = 0

    def names(self) -> Iterator[str]:
        """Every fact, list or variable named in this part."""
        if self.kind == "name":
            yield self.text
        for part in self.parts:
            yield from part.names()


class _Reader:
    def __init__(self, source: str) -> None:
        if len(source) > LONGEST:
            raise UnboundedError(
                _(
                    "condition trop longue : {length} caractères, {most} au plus. Faites-en plusieurs règles, ou "
                    "demandez à qui tient le logiciel une liste de ses valeurs."
                ).format(length=len(source), most=LONGEST)
            )
        self.source = source
        self.tokens: list[tuple[str, str, int, int]] = []
        place = 0
        while place < len(source.rstrip()):
            found = _TOKEN.match(source, place)
            if found is None:
                raise ExpressionError(f"{source[place:].strip()[:20]!r}")
            kind = str(found.lastgroup)
            self.tokens.append((kind, found.group(kind), found.start(kind), found.end()))
            place = found.end()
        self.at = self.depth = 0

    def peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def take(self, expected: str = "") -> tuple[str, str, int, int]:
        if self.at >= len(self.tokens) or (expected and self.peek() != expected):
            raise ExpressionError(f"{self.peek() or self.source[-12:]!r}")
        self.at += 1
        return self.tokens[self.at - 1]

    def joined(self, sign: str, kind: str, below: str) -> Node:
        parts = [getattr(self, below)()]
        while self.peek() == sign:
            self.take()
            parts.append(getattr(self, below)())
        if len(parts) == 1:
            return parts[0]  # type: ignore[no-any-return]
        return Node(kind, "", tuple(parts), parts[0].start, parts[-1].end)

    def either(self) -> Node:
        return self.joined("||", "or", "both")

    def both(self) -> Node:
        return self.joined("&&", "and", "compared")

    def compared(self) -> Node:
        left = self.single()
        if self.peek() in COMPARISONS:
            sign = self.take()[1]
            right = self.single()
            return Node(sign, "", (left, right), left.start, right.end)
        return left

    def single(self) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise UnboundedError(
                _("condition trop imbriquée : {most} niveaux au plus. Faites-en plusieurs règles.").format(most=DEEPEST)
            )
        node = self.alone()
        self.depth -= 1
        return node

    def alone(self) -> Node:
        kind, text, start, end = self.take()
        if text == "!":
            inner = self.single()
            return Node("not", "", (inner,), start, inner.end)
        if text == "-":
            # Of a number only: a fact behind the sign would be none that the condition names.
            kind, text, _start, end = self.take()
            if kind != "number":
                raise ExpressionError(f"{'-' + text!r}")
            return Node("value", f"-{text}", (), start, end)
        if text == "(":
            inner = self.either()
            closing = self.take(")")
            return Node(inner.kind, inner.text, inner.parts, start, closing[3])
        if text == "[":
            parts, end = self.listed("]")
            return Node("list", "", parts, start, end)
        if kind == "name" and self.peek() == "(":
            self.take()
            parts, end = self.listed(")")
            return Node("call", text, parts, start, end)
        if kind == "name" and text not in {"true", "false"}:
            return Node("name", text, (), start, end)
        if kind in {"number", "text", "name"}:
            return Node("value", text.strip("'\""), (), start, end)
        raise ExpressionError(f"{text!r}")

    def listed(self, closing: str) -> tuple[tuple[Node, ...], int]:
        parts = []
        while self.peek() != closing:
            parts.append(self.either())
            if self.peek() == ",":
                self.take()
        return tuple(parts), self.take(closing)[3]


@lru_cache(maxsize=1000)
def read_expression(source: str) -> Node:
    """The parts of a condition.

    Raises: ExpressionError at the first thing policies do not use.
    """
    reader = _Reader(source)
    node = reader.either()
    if reader.at != len(reader.tokens):
        raise ExpressionError(f"{reader.peek()!r}")
    return node
