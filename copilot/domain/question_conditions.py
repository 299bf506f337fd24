"""Expressions that say when a question is to be answered: `!a && (b || c/yes)` over the keys of choices.

Invariant: an expression is read whole or refused; nothing of it is ever executed. `!` binds closer than `&&`, which
binds closer than `||`; the empty expression always holds.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

_TOKEN = re.compile(r"\s*(?:(&&|\|\||[!()])|([^\s&|!()\",]+))")
_LONGEST = 20_000
_DEEPEST = 100


@dataclass(frozen=True, slots=True)
class _Key:
    name: str


@dataclass(frozen=True, slots=True)
class _Not:
    part: "_Expression"


@dataclass(frozen=True, slots=True)
class _Joined:
    operator: Literal["&&", "||"]
    parts: "tuple[_Expression, ...]"


_Expression = _Key | _Not | _Joined
_ALWAYS = _Joined(operator="&&", parts=())


def depends_on(condition: str) -> frozenset[str]:
    """The keys of choices that the condition looks at. Raises ValueError if it cannot be read."""
    return frozenset(_keys(_read(condition)))


def holds(condition: str, *, chosen: frozenset[str]) -> bool:
    """Whether the condition is met when exactly `chosen` are chosen. Raises ValueError if it cannot be read."""
    return _holds(_read(condition), chosen)


def all_of(*conditions: str) -> str:
    """One condition that holds when all do; empty ones are left out. Raises ValueError if one cannot be read."""
    parts = [_read(condition) for condition in dict.fromkeys(conditions) if condition.strip()]
    return _written(parts[0] if len(parts) == 1 else _Joined(operator="&&", parts=tuple(parts)))


def replaced(condition: str, *, by: Mapping[str, str]) -> str:
    """The condition with keys replaced by whole conditions. Raises ValueError if one of them cannot be read.

    A key whose replacement always holds stands for true.
    """
    return _written(_simplified(_put(_read(condition), {key: _read(text) for key, text in by.items()})))


class _Reader:
    """Reads tokens by recursive descent; depth is bounded, so that hostile files cannot exhaust the stack."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._next = 0
        self._depth = 0

    def whole(self) -> _Expression:
        found = self._any()
        if self._next < len(self._tokens):
            raise _unreadable()
        return found

    def _any(self) -> _Expression:
        return self._joined("||")

    def _joined(self, operator: Literal["&&", "||"]) -> _Expression:
        parts = [self._joined("&&") if operator == "||" else self._single()]
        while self._peek() == operator:
            self._next += 1
            parts.append(self._joined("&&") if operator == "||" else self._single())
        return parts[0] if len(parts) == 1 else _Joined(operator=operator, parts=tuple(parts))

    def _single(self) -> _Expression:
        self._depth += 1
        mark = self._peek()
        if mark in ("", "&&", "||", ")") or self._depth > _DEEPEST:
            raise _unreadable()
        self._next += 1
        found: _Expression
        if mark == "!":
            found = _Not(self._single())
        elif mark == "(":
            found = self._any()
            if self._peek() != ")":
                raise _unreadable()
            self._next += 1
        else:
            found = _Key(mark)
        self._depth -= 1
        return found

    def _peek(self) -> str:
        return self._tokens[self._next] if self._next < len(self._tokens) else ""


def _read(condition: str) -> _Expression:
    if len(condition) > _LONGEST:
        raise _unreadable()
    tokens: list[str] = []
    position, text = 0, condition.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise _unreadable()
        tokens.append(match.group(1) or match.group(2))
        position = match.end()
    return _Reader(tokens).whole() if tokens else _ALWAYS


def _unreadable() -> ValueError:
    return ValueError("a condition joins keys with `!`, `&&`, `||` and parentheses")


def _keys(expression: _Expression) -> set[str]:
    if isinstance(expression, _Key):
        return {expression.name}
    if isinstance(expression, _Not):
        return _keys(expression.part)
    return set().union(*(_keys(part) for part in expression.parts))


def _holds(expression: _Expression, chosen: frozenset[str]) -> bool:
    if isinstance(expression, _Key):
        return expression.name in chosen
    if isinstance(expression, _Not):
        return not _holds(expression.part, chosen)
    met = (_holds(part, chosen) for part in expression.parts)
    return all(met) if expression.operator == "&&" else any(met)


def _put(expression: _Expression, by: Mapping[str, _Expression]) -> _Expression:
    if isinstance(expression, _Key):
        return by.get(expression.name, expression)
    if isinstance(expression, _Not):
        return _Not(_put(expression.part, by))
    return _Joined(operator=expression.operator, parts=tuple(_put(part, by) for part in expression.parts))


def _simplified(expression: _Expression) -> _Expression:
    """Without parts that always or never hold; what never holds is the empty `||`, which cannot be written alone."""
    if isinstance(expression, _Key):
        return expression
    if isinstance(expression, _Not):
        part = _simplified(expression.part)
        if isinstance(part, _Joined) and not part.parts:
            return _Joined(operator="||" if part.operator == "&&" else "&&", parts=())
        return _Not(part)
    parts = [_simplified(part) for part in expression.parts]
    kept = [part for part in parts if not (isinstance(part, _Joined) and not part.parts)]
    for part in parts:
        if isinstance(part, _Joined) and not part.parts and part.operator != expression.operator:
            return part  # one part that never holds decides an `&&`, one that always does an `||`
    return kept[0] if len(kept) == 1 else _Joined(operator=expression.operator, parts=tuple(kept))


def _written(expression: _Expression) -> str:
    if isinstance(expression, _Key):
        return expression.name
    if isinstance(expression, _Not):
        part = _written(expression.part)
        return f"!({part})" if isinstance(expression.part, _Joined) else f"!{part}"
    if not expression.parts:
        if expression.operator == "||":
            raise ValueError("the condition never holds")
        return ""
    inner = (
        f"({_written(part)})" if isinstance(part, _Joined) and part.operator != expression.operator else _written(part)
        for part in expression.parts
    )
    return f" {expression.operator} ".join(inner)
