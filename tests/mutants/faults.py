"""
The faults of a function: each is one small change that a careless person could make.

A fault replaces one node of the syntax tree by another text. Texts for people, calls of a log and type hints stay,
because no test should freeze them.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass

_OPPOSITES: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_LOG = re.compile(r"(?:\w+\.)*_?log(?:ger)?\.\w+$|logging\.\w+$")
_TEXT = re.compile(r"[A-Z].|.*[\s<…]", re.DOTALL)  # a sentence, a label or HTML: not a key
_WITH_DEFAULT = {"get", "getattr", "next", "pop"}  # calls whose last argument is a default
_LEAST_LINES = 5  # shorter functions are seen through


@dataclass(frozen=True, slots=True)
class Function:
    """A function or method with its place in a file."""

    name: str  # with its classes
    first: int  # line
    last: int
    body: tuple[ast.stmt, ...]  # without the docstring

    @property
    def text(self) -> str:
        """The code without comments and line breaks: equal where two versions do the same."""
        return "\n".join(ast.unparse(each) for each in self.body)


@dataclass(frozen=True, slots=True)
class Fault:
    """One change of a file: the bytes between two offsets become another text."""

    kind: str
    line: int  # of the statement
    start: int
    end: int
    text: str

    def applied(self, source: bytes) -> bytes:
        """Return the file with the fault."""
        return source[: self.start] + self.text.encode() + source[self.end :]


def functions(source: bytes) -> list[Function]:
    """Return the functions and methods of a file that are long enough to hide a fault."""
    found: list[Function] = []

    def visit(body: list[ast.stmt], prefix: str) -> None:
        for node in body:
            if isinstance(node, ast.ClassDef):
                visit(node.body, f"{prefix}{node.name}.")
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name not in {"__repr__", "__str__"}:
                code = node.body[1:] if ast.get_docstring(node, clean=False) else node.body
                last = node.end_lineno or node.lineno
                if code and last - code[0].lineno + 1 >= _LEAST_LINES:
                    found.append(Function(f"{prefix}{node.name}", node.lineno, last, tuple(code)))

    visit(ast.parse(source).body, "")
    return found


def faults(function: Function, source: bytes) -> list[Fault]:
    """Return every fault that the body of a function can get."""
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found: list[Fault] = []

    def visit(node: ast.AST, statement: ast.stmt) -> None:
        if isinstance(node, ast.stmt):
            statement = node
        if isinstance(node, ast.JoinedStr) or _is_log(node):
            return
        for kind, old, text in _changes(node):
            start = starts[old.lineno - 1] + old.col_offset
            end = starts[(old.end_lineno or old.lineno) - 1] + (old.end_col_offset or 0)
            if source[start:end].decode() != text:  # `return []` stays what it is
                found.append(Fault(kind, statement.lineno, start, end, text))
        for name, value in ast.iter_fields(node):
            if name in {"annotation", "returns", "decorator_list", "exc"}:
                continue
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, ast.AST):
                    visit(each, statement)

    for each in function.body:
        visit(each, each)
    return found


def probe(function: Function, fault: Fault, source: bytes, number: int) -> bytes:
    """
    Return the file with a call of `reached(number)` at the place of a fault.

    Where no call can stand, as in a pattern of `match`, it stands at the begin of the function.
    """
    old = source[fault.start : fault.end].decode()
    call = f'__import__("indexium_core.reached", fromlist=["reached"]).reached({number})'
    first = function.body[0]
    start = sum(len(line) for line in source.splitlines(keepends=True)[: first.lineno - 1]) + first.col_offset
    texts = [(fault.start, fault.end, f"({call} or ({old}))"), (fault.start, fault.start, f"{call}; ")]
    for begin, end, text in [*texts, (start, start, f"{call}\n{' ' * first.col_offset}")]:
        made = source[:begin] + text.encode() + source[end:]
        try:
            ast.parse(made)
        except SyntaxError:
            continue
        return made
    raise ValueError(f"No call can stand in {function.name}.")


def _is_log(node: ast.AST) -> bool:
    call = node.value if isinstance(node, ast.Expr) else node
    return isinstance(call, ast.Call) and bool(_LOG.match(ast.unparse(call.func)))


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and bool(_TEXT.match(str(node.value))))


def _changes(node: ast.AST) -> Iterator[tuple[str, ast.expr | ast.stmt, str]]:
    """Yield the kind, the replaced node and the new text of each fault of a node itself."""
    conditions = [node.test] if isinstance(node, ast.If | ast.While | ast.IfExp) else getattr(node, "ifs", [])
    for each in conditions:
        yield "condition", each, f"(not ({ast.unparse(each)}))"
    if isinstance(node, ast.expr):
        yield from _changes_of_expression(node)
    elif isinstance(node, ast.stmt):
        yield from _changes_of_statement(node)
    elif isinstance(node, ast.ExceptHandler) and node.type:
        rest = ast.unparse(ast.Tuple(node.type.elts[1:], ast.Load())) if isinstance(node.type, ast.Tuple) else ""
        yield "exception", node.type, rest or "ZeroDivisionError"


def _changes_of_expression(node: ast.expr) -> Iterator[tuple[str, ast.expr, str]]:
    def changed(**parts: object) -> str:
        other = copy.copy(node)
        for name, value in parts.items():
            setattr(other, name, value)
        return f"({ast.unparse(other)})"

    match node:
        case ast.Compare(ops=[first, *rest]):
            yield "comparison", node, changed(ops=[_OPPOSITES[type(first)](), *rest])
        case ast.BoolOp(op=op):
            yield "and/or", node, changed(op=ast.And() if isinstance(op, ast.Or) else ast.Or())
        case ast.Constant():
            for text in _other_constants(node):
                yield "constant", node, text
        case ast.Slice(lower=lower, upper=upper):
            yield from (("slice", each, f"{ast.unparse(each)} + 1") for each in (lower, upper) if each)
        case ast.Call(func=func, args=args, keywords=keywords):
            named = [one for one in keywords if one.arg and not _is_text(one.value)]
            for one in named:
                yield "argument", node, changed(keywords=[each for each in keywords if each is not one])
            if len(args) > 1 and ast.unparse(func).rpartition(".")[2] in _WITH_DEFAULT:
                yield "argument", node, changed(args=args[:-1])


def _other_constants(node: ast.Constant) -> list[str]:
    match node.value:
        case bool() as truth:
            return [str(not truth)]
        case int() | float() as number:
            return [repr(number + 1), repr(number - 1)]
        case str() as text if not _is_text(node):
            return [repr(text + "_")]
        case bytes() as data:
            return [repr(data + b"_")]
    return []


def _changes_of_statement(node: ast.stmt) -> Iterator[tuple[str, ast.expr | ast.stmt, str]]:
    match node:
        case ast.AugAssign() | ast.Continue() | ast.Break() | ast.Delete():
            yield "statement", node, "pass"
        case ast.Expr(value=ast.Call() | ast.Await()) | ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield "statement", node, "pass"
        case ast.Raise(exc=raised):
            yield "statement", node, "pass"
            if isinstance(raised, ast.Call):
                yield "exception", raised.func, "RuntimeError"
        case ast.Return(value=ast.Compare() | ast.BoolOp() as value):
            yield "result", value, f"(not ({ast.unparse(value)}))"
        case ast.Return(value=ast.List() | ast.ListComp() as value):
            yield "result", value, "[]"
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant | ast.JoinedStr):
            yield "result", value, "None"
