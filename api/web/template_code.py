"""How templates become Python: what a template says in its language is settled when it is compiled.

Invariant: pages are, byte for byte, what Jinja's own generator makes of the same templates, with the same escaping.
Only the way there is shorter: a text that the catalogue alone decides stands in the compiled template as it is; a
function that does not ask for the context is called as it is; and a text with nothing to escape is not copied.
"""

import re
from keyword import iskeyword
from typing import Any

from jinja2 import Environment, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.idtracking import VAR_LOAD_RESOLVE
from markupsafe import Markup, escape

_special = re.compile("[&<>'\"]").search
_SHORT = 200
"""Characters up to which looking is quicker than copying."""


def escaped(value: object) -> str:
    """As `escape`, for a place that takes any text for finished."""
    kind = type(value)
    if kind is Markup or (kind is str and len(value) < _SHORT and _special(value) is None):  # type: ignore[arg-type,call-overload]
        return value  # type: ignore[return-value]
    return str(value) if kind is int else escape(value)


class PageCode(CodeGenerator):
    """Of one template."""

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:  # noqa: FBT001, FBT002, N802
        """Without a detour through the context, which looks at every function anew to see whether it asks for it."""
        named_alike = any(iskeyword(argument.key) for argument in node.kwargs)
        if forward_caller or node.dyn_args or node.dyn_kwargs or named_alike or self._asks(node.node):
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        self.visit(node.node, frame)
        self.write("(")
        for place, argument in enumerate([*node.args, *node.kwargs]):
            self.write(", " if place else "")
            self.visit(argument, frame)
        self.write(")")

    def _asks(self, called: nodes.Expr) -> bool:
        """Whether it is a function of all templates that is handed the context. A macro does without."""
        known = self.environment.globals.get(called.name) if isinstance(called, nodes.Name) else None
        return hasattr(known, "jinja_pass_arg")

    def _output_child_to_const(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> str:
        said = self._said(node, frame)
        return super()._output_child_to_const(node, frame, finalize) if said is None else said

    def _said(self, node: nodes.Expr, frame: Frame) -> str | None:
        """What `_("…")` says with nothing to be filled in; None: it is something else."""
        match node:
            case nodes.Call(node=nodes.Name(name="_"), args=[nodes.Const(value=str(text))], kwargs=[], dyn_args=None):
                say: Any = self.environment.globals.get("_")
                return str(say(text)) if node.dyn_kwargs is None and _is_of_all("_", frame) else None
        return None

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.escaped(")


def _is_of_all(name: str, frame: Frame) -> bool:
    """Whether the name is not one that this template gave to something else."""
    load = frame.symbols.find_load(frame.symbols.ref(name))
    return load is not None and load[0] == VAR_LOAD_RESOLVE


class PageEnvironment(Environment):
    """Jinja's, with templates compiled so."""

    code_generator_class = PageCode
    escaped = staticmethod(escaped)
