"""The server that workers are forked from: quiet when the build is gone, loud about everything else, and loaded only on demand."""

import os
import subprocess
import sys
import threading

import pytest
from workshop import ROOT, SHIPPED

from packbuilder.printer import TEMPLATES
from packbuilder.warm import end_quietly

REPORT = "import sys; import packbuilder.warm; print('weasyprint' in sys.modules, sys.excepthook is not sys.__excepthook__)"


def tell(error: BaseException, capsys: pytest.CaptureFixture[str]) -> str:
    end_quietly(type(error), error, error.__traceback__)
    return capsys.readouterr().err


@pytest.mark.parametrize(
    "error",
    [FileNotFoundError(2, "gone"), EOFError(), BrokenPipeError(32, "gone"), ConnectionResetError(104, "gone"), MemoryError()],
    ids=lambda error: type(error).__name__,
)
def test_a_parent_that_is_gone_and_a_machine_that_is_full_are_nothing_to_tell(
    error: BaseException, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tell(error, capsys) == ""


@pytest.mark.parametrize(
    "error",
    [ValueError("what"), ImportError("what"), PermissionError(13, "what"), ConnectionRefusedError(111, "what"),
     TimeoutError("what"), threading.BrokenBarrierError("what")],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
def test_everything_else_is_told_as_always(error: BaseException, capsys: pytest.CaptureFixture[str]) -> None:
    said = tell(error, capsys)
    assert type(error).__name__ in said and "what" in said


def load(templates: str) -> str:
    """What a new process says that loads the module with this in the variable."""
    environment = {key: value for key, value in os.environ.items() if key != TEMPLATES} | ({TEMPLATES: templates} if templates else {})
    done = subprocess.run([sys.executable, "-c", REPORT], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout.strip()


def test_without_the_variable_no_layout_engine_is_loaded() -> None:
    assert load("") == "False False"


def test_with_the_variable_the_look_is_ready() -> None:
    assert load(str(SHIPPED.templates)) == "True True"


def test_a_build_that_prints_nothing_loads_no_layout_engine() -> None:
    code = "import sys; import packbuilder.cli, packbuilder.production; print('weasyprint' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
