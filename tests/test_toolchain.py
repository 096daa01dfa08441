"""The tools: every version that decides how a page comes out is known, and none of it is loaded for that."""

import subprocess
import sys

import pytest
from workshop import ROOT

from packbuilder import toolchain
from packbuilder.toolchain import library_version, tool_versions, tools_digest


@pytest.mark.parametrize("name", ["packbuilder", "python", "weasyprint", "pydyf", "pango", "harfbuzz"])
def test_every_tool_that_draws_has_a_version(name: str) -> None:
    assert tool_versions()[name] not in ("", "unknown")


@pytest.mark.parametrize("name", ["pikepdf", "pypdfium2", "icalendar"])
def test_every_tool_that_makes_what_goes_with_a_print_has_a_version(name: str) -> None:
    """They impose a booklet, draw a picture, write a calendar: another version may write other bytes, so nothing older is kept."""
    assert tool_versions()[name] not in ("", "unknown")


def test_a_library_with_another_name_is_unknown_and_no_error() -> None:
    assert library_version("pango_version_string", ("libnothing.so.0",)) == "unknown"
    assert library_version("no_such_function", toolchain.SYSTEM["pango"][1]) == "unknown"


def test_asking_for_the_versions_loads_no_layout_engine() -> None:
    code = "import sys; from packbuilder.toolchain import tools_digest; tools_digest(); print('weasyprint' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_another_version_gives_another_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    before = tools_digest()
    monkeypatch.setattr(toolchain, "tool_versions", lambda: {"pango": "0.1"})
    assert tools_digest() != before
