"""Breaks the values at the head of a module, one at a time: mutmut changes only what stands inside functions.

    python tests/mutants/constants.py MODULE COPY TEST…

A number grows or shrinks by a little, a text is spelt otherwise, an item of a list, a set or a table is left out. COPY is a copy of
the project; TEST are paths in it. Prints each mutant that lives, and in the end how many there were.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple


class Change(NamedTuple):
    """Which bytes of the module become which text, and how a person would say it."""

    said: str
    start: int
    end: int
    new: str


def find_changes(source: str) -> Iterator[Change]:
    """Every small change of every literal that a module assigns."""
    lines = [0]
    for line in source.encode().splitlines(keepends=True):
        lines.append(lines[-1] + len(line))
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.Assign | ast.AnnAssign) and not isinstance(statement.value, ast.Subscript | None):
            name = ast.unparse(statement.target if isinstance(statement, ast.AnnAssign) else statement.targets[0])
            for node in ast.walk(statement.value):
                if isinstance(node, ast.expr) and node.end_lineno and node.end_col_offset is not None:
                    start, end = lines[node.lineno - 1] + node.col_offset, lines[node.end_lineno - 1] + node.end_col_offset
                    yield from (Change(f"{name}: {said}", start, end, new) for said, new in change_literal(node))


def change_literal(node: ast.expr) -> Iterator[tuple[str, str]]:
    """Each change of one literal: in words, and as code."""
    match node:
        case ast.Constant(value=bool() as value):
            yield f"{not value}", repr(not value)
        case ast.Constant(value=int() | float() as value):
            yield from ((f"{new} for {value}", repr(new)) for new in (value + 1, value * 0.9))
        case ast.Constant(value=str() as value):
            yield f"{value!r} spelt otherwise", repr(f"{value}x")
        case ast.Tuple(elts=items) | ast.Set(elts=items) | ast.List(elts=items):
            for left_out in items:
                rest = "".join(f"{ast.unparse(item)}, " for item in items if item is not left_out)
                empty = f"{type(node).__name__.lower()}()"
                full = {ast.Tuple: f"({rest})", ast.List: f"[{rest}]", ast.Set: f"{{{rest}}}"}[type(node)]
                yield f"without {ast.unparse(left_out)}", full if rest else empty
        case ast.Dict(keys=keys, values=values):
            pairs = [(ast.unparse(key), ast.unparse(value)) for key, value in zip(keys, values, strict=True) if key]
            for name, _ in pairs:
                yield f"without {name}", "{" + ", ".join(f"{key}: {value}" for key, value in pairs if key != name) + "}"


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(module: str, copy: str, *tests: str) -> None:
    path = Path(copy) / "packbuilder" / f"{module}.py"
    data = path.read_bytes()
    killed = alive = 0
    try:
        for change in find_changes(data.decode()):
            path.write_bytes(data[: change.start] + change.new.encode() + data[change.end :])
            command = [sys.executable, "-B", "-m", "pytest", "-x", "-q", "-n0", "-p", "no:cacheprovider", *tests]
            if subprocess.run(command, cwd=copy, capture_output=True, check=False).returncode:
                killed += 1
            else:
                alive += 1
                say(f"{module}.{change.said}")
    finally:
        path.write_bytes(data)
    say(f"values at the head: {killed} killed, {alive} survived")


if __name__ == "__main__":
    main(*sys.argv[1:])
