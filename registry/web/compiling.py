"""Templates compiled for one language: what they say alike on every page is written in their code, not asked again.

Half of what a page asks of the machine is to find the same words, to call, and to look for signs to escape in what has
none. The words of a template that depend on nothing but the language are put in their place when it is compiled.
"""

import re
from collections.abc import Callable
from typing import Any

from jinja2 import Environment, nodes
from jinja2.compiler import CodeGenerator
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

_SIGNS = re.compile("[&<>'\"]")
Saying = Callable[[str], Markup]


def escaped(value: Any) -> str:
    """A value as a page may bear it: the same as `markupsafe.escape`, without making again what is safe already."""
    if type(value) is Markup or (type(value) is str and not _SIGNS.search(value)):
        return value
    return escape(value)


class _Writer(CodeGenerator):
    """Has each function of a template escape what it writes by `escaped`."""

    def write_commons(self) -> None:
        super().write_commons()
        self.writeline("escape = environment.escaped")


class _Words(NodeTransformer):
    """Puts words in place of `_("…")`, unless something is to be put into them."""

    def __init__(self, say: Saying) -> None:
        self._say = say

    def visit_Call(self, node: nodes.Call, *_args: Any, **_more: Any) -> nodes.Node:  # noqa: N802 -- jinja's own name.
        if isinstance(node.node, nodes.Name) and node.node.name == "_" and len(node.args) == 1 and not node.kwargs:
            message = node.args[0]
            if isinstance(message, nodes.Const):
                words = self._say(message.value)
                if "%" not in words:
                    return nodes.Const(words, lineno=node.lineno)
        return self.generic_visit(node)


class Pages(Environment):
    """An environment of one language; `said` gives the words of a message in it."""

    code_generator_class = _Writer
    escaped = staticmethod(escaped)
    said: Saying

    def _generate(self, source: nodes.Template, *where: Any, **more: Any) -> str:
        return super()._generate(_Words(self.said).visit(source), *where, **more)
