"""Small faults for a source file, one at a time, as tests that know the rules must see them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass

_SWAPPED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault: on this line this became that, and the whole source with it."""

    line: int
    before: str
    after: str
    source: str

    def __str__(self) -> str:
        return f"line {self.line}: `{self.before}` → `{self.after}`"


def mutants(source: str) -> Iterator[Mutant]:
    """Give every fault for a source text; decorators and annotations are no rules."""
    tree = ast.parse(source)
    beside = {id(part) for node in ast.walk(tree) for part in _decoration(node)}
    for number, node in enumerate(ast.walk(tree)):
        if id(node) in beside:
            continue
        for change in _changes(node):
            changed = deepcopy(tree)
            twin = next(each for place, each in enumerate(ast.walk(changed)) if place == number)
            before = ast.unparse(node) if isinstance(node, ast.expr | ast.stmt) else ""
            change(twin)
            yield Mutant(
                getattr(node, "lineno", 0),
                _short(before),
                _short(ast.unparse(twin)),
                ast.unparse(ast.fix_missing_locations(changed)),
            )


def _decoration(node: ast.AST) -> Iterator[ast.AST]:
    said = (getattr(node, "annotation", None), getattr(node, "returns", None))
    for part in (*getattr(node, "decorator_list", ()), *filter(None, said)):
        yield from ast.walk(part)


_Change = Callable[[ast.AST], None]


def _changes(node: ast.AST) -> Iterator[_Change]:
    match node:
        case ast.Compare(ops=[op]) if type(op) in _SWAPPED:
            yield _set("ops", [_SWAPPED[type(op)]()])
        case ast.BoolOp(op=op):
            yield _set("op", ast.Or() if isinstance(op, ast.And) else ast.And())
        case ast.BinOp(op=op) if type(op) in _OPERATORS:
            yield _set("op", _OPERATORS[type(op)]())
        case ast.Constant(value=bool() as value):
            yield _set("value", not value)
        case ast.Constant(value=int() as value):
            yield _set("value", value + 1)
        case ast.IfExp() | ast.If():
            yield _set("test", ast.Constant(value=True))
            yield _set("test", ast.Constant(value=False))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield _set_to_not_not(operand)
        case ast.comprehension(ifs=[_, *_]):
            yield _set("ifs", [])


def _set(name: str, value: object) -> _Change:
    return lambda twin: setattr(twin, name, value)


def _set_to_not_not(operand: ast.expr) -> _Change:
    """Take a `not` away by putting a second one inside it."""
    again = ast.UnaryOp(op=ast.Not(), operand=operand)
    return lambda twin: setattr(twin, "operand", again)


def _short(text: str) -> str:
    first = text.split("\n", 1)[0]
    return first if len(first) <= 90 else f"{first[:87]}..."
