"""How the modules hang together: imports follow the pipeline one way, and each outside thing is touched in one place."""

import ast
from functools import cache
from pathlib import Path

import pytest
from workshop import ROOT

PACKAGE = ROOT / "packbuilder"
# Each module may import those before it, and no other. A new module gets its place here.
PIPELINE = [
    "__init__", "interrupts", "model", "textfile", "drawing", "fonts", "telephone", "site", "content", "markup", "language", "glossary",
    "translation", "messages", "catalog", "phrase", "plan", "schedule", "dated", "calendar_file", "forms",
    "assemble", "readability", "evidence", "readings", "checks", "status", "typeset", "wording", "approval", "signing", "register",
    "frontpage", "picture", "companions",
    "printer", "boxes", "fit", "imposition", "readback", "publish", "edition", "toolchain", "stock", "warm", "pool", "cluster", "verify",
    "watch", "rooms", "prepare", "screens", "orders", "older", "production", "commands", "choices", "counter", "answer", "desk",
    "arguments", "cli", "__main__",
]  # fmt: skip
MODULES = sorted(path.stem for path in PACKAGE.glob("*.py"))


@cache
def tree_of(module: str) -> ast.Module:
    return ast.parse((PACKAGE / f"{module}.py").read_text(encoding="utf-8"))


@cache
def imports(module: str) -> frozenset[str]:
    """Every module that is imported anywhere in a module, also inside a function."""
    found: set[str] = set()
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name the whole way"
            found |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(found)


def own_imports(module: str) -> set[str]:
    names = {name.split(".")[1] for name in imports(module) if name.startswith("packbuilder.")}
    return {name for name in names if name in MODULES} | ({"__init__"} if "packbuilder" in imports(module) else set())


def test_every_module_has_its_place_in_the_pipeline() -> None:
    assert sorted(PIPELINE) == MODULES


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_what_comes_before_it(module: str) -> None:
    later = [name for name in own_imports(module) if PIPELINE.index(name) >= PIPELINE.index(module)]
    assert not later


def test_the_values_know_nothing_of_the_rest() -> None:
    assert own_imports("model") == set()


@pytest.mark.parametrize(
    ("outside", "owners"),
    [
        ("babel.messages", {"catalog"}),
        ("weasyprint", {"printer"}),
        ("pikepdf", {"readback", "imposition"}),
        ("pypdfium2", {"readback", "picture"}),
        ("phonenumbers", {"telephone"}),
        ("segno", {"typeset"}),
        ("markdown", {"markup"}),
        ("tomllib", {"textfile"}),
        ("pebble", {"pool"}),
        ("filelock", {"publish"}),
        ("icalendar", {"calendar_file"}),
        ("flask", {"desk"}),
        ("waitress", {"desk"}),
        ("distributed", {"cluster"}),
        ("argparse", {"arguments", "cli"}),
        ("rich", {"cli"}),
        ("sys", {"cli", "__main__", "interrupts", "warm", "production", "fonts"}),
    ],
)
def test_an_outside_thing_is_touched_in_one_place(outside: str, owners: set[str]) -> None:
    users = {module for module in MODULES if any(name == outside or name.startswith(f"{outside}.") for name in imports(module))}
    assert users == owners


def test_only_the_command_line_prints() -> None:
    printing = {
        module
        for module in MODULES
        for node in ast.walk(tree_of(module))
        if (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("print", "input"))
        or (isinstance(node, ast.Attribute) and node.attr in ("stdout", "stderr"))
    }
    assert printing == {"cli"}


PRIVATE = (
    "_page_box",
    "descendants",
    "position_x",
    "position_y",
    "border_width",
    "border_height",
    "border_box_x",
    "border_box_y",
    "element_tag",
)


def test_only_boxes_touches_what_weasyprint_keeps_private() -> None:
    users = {
        (module, node.attr)
        for module in MODULES
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.Attribute) and node.attr in PRIVATE
    }
    assert {module for module, _ in users} == {"boxes"}, sorted(users)


@pytest.mark.parametrize("module", [module for module in MODULES if module not in ("cli", "arguments", "__main__", "watch", "edition")])
def test_no_module_looks_at_the_clock(module: str) -> None:
    """The same input gives the same bytes, today and tomorrow. A date that is handed in is a value like any other."""
    assert not {"time", "random", "uuid"} & {name.split(".")[0] for name in imports(module)}
    asked = {node.attr for node in ast.walk(tree_of(module)) if isinstance(node, ast.Attribute)}
    assert not asked & {"today", "now", "utcnow"} - ({"today"} if module in ("orders", "production", "commands", "counter") else set())


@pytest.mark.parametrize("module", MODULES)
def test_a_module_says_what_it_is_for(module: str) -> None:
    assert ast.get_docstring(tree_of(module))


# These are tested where their work is seen.
ELSEWHERE = {"model", "printer", "typeset"}


@pytest.mark.parametrize("module", [module for module in MODULES if not module.startswith("__")])
def test_every_module_has_its_tests(module: str) -> None:
    assert module in ELSEWHERE or (Path(__file__).parent / f"test_{module}.py").exists()
