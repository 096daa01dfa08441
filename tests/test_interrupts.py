"""Ctrl-C, a closed terminal, a shutdown: heard where the work can be left, and never lost. What a build then leaves: `test_interrupted`."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from workshop import ROOT

from packbuilder.interrupts import INTERRUPTS

NAMES = [signal.Signals(number).name for number in INTERRUPTS]
# Each program is interrupted, and prints when it hears that. One that does not hear it would sleep on, and fail its test.
LISTENING = """
import signal, sys, time
from packbuilder.interrupts import INTERRUPTS, ignore, listen
sys.path.append(sys.argv[1])
for number in INTERRUPTS:
    signal.signal(number, signal.SIG_DFL)  # tests that run in the background start with Ctrl-C ignored
listen()
try:
    {body}
    time.sleep(600)
except KeyboardInterrupt:
    ignore()
    print("stopped")
{after}
"""
# An interrupt at the nth thing that Python's `enum` does for a library. pikepdf's core makes some twenty enums in C++ while it loads.
AT_THE_NTH = """left = {nth}
    def count(frame, event, _):
        global left
        left -= event == "call" and frame.f_code.co_filename.endswith("enum.py")
        if not left:
            left -= 1
            sys.setprofile(None)
            signal.raise_signal(signal.SIGINT)
    sys.setprofile(count)
    import pikepdf"""


def listen_to(tmp_path: Path, body: str, after: str = "") -> tuple[int, str, str]:
    """Exit code and both outputs of a program that does this, can be interrupted, and then does the rest."""
    words = [sys.executable, "-c", LISTENING.format(body=body, after=after), str(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT, timeout=60)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("name", NAMES)
def test_an_interrupt_is_heard_at_once(name: str, tmp_path: Path) -> None:
    assert listen_to(tmp_path, f"signal.raise_signal(signal.{name})") == (0, "stopped\n", "")


@pytest.mark.parametrize("name", NAMES)
def test_an_interrupt_waits_for_a_module_that_is_being_loaded(name: str, tmp_path: Path) -> None:
    """Also for the one that loads it, and for a class that is being made of text (then Python would end by the signal)."""
    (tmp_path / "outer.py").write_text("import inner\nprint('outer')\n", encoding="utf-8")
    (tmp_path / "inner.py").write_text(f"import signal\nexec('signal.raise_signal(signal.{name})')\nprint('inner')\n", encoding="utf-8")
    assert listen_to(tmp_path, "import outer") == (0, "inner\nouter\nstopped\n", "")


@pytest.mark.parametrize("nth", [1, 200, 1500])
def test_an_interrupt_does_not_abort_a_library_that_sets_itself_up(nth: int, tmp_path: Path) -> None:
    """With Python's own handler, nanobind ends the process with SIGABRT here, and the last words are its own."""
    done = listen_to(tmp_path, AT_THE_NTH.format(nth=nth), "print(pikepdf.TokenType.name_.name)")
    assert done == (0, "stopped\nname_\n", "")


@pytest.mark.parametrize("name", NAMES)
def test_an_interrupt_that_python_drops_comes_again(name: str, tmp_path: Path) -> None:
    body = f"kept = type('Kept', (), {{'__del__': lambda self: signal.raise_signal(signal.{name})}})()\n    del kept"
    assert listen_to(tmp_path, body) == (0, "stopped\n", "")


def test_other_faults_that_python_drops_are_still_told(tmp_path: Path) -> None:
    body = "kept = type('Kept', (), {'__del__': lambda self: 1 / 0})()\n    del kept; signal.raise_signal(signal.SIGINT)"
    code, out, err = listen_to(tmp_path, body)
    assert (code, out) == (0, "stopped\n") and "ZeroDivisionError" in err


@pytest.mark.parametrize("name", NAMES)
def test_who_does_not_listen_any_more_is_not_interrupted(name: str, tmp_path: Path) -> None:
    """An interrupt that waits for a module does not spoil the exit code that has been chosen meanwhile."""
    (tmp_path / "slow.py").write_text(
        f"import signal\nfrom packbuilder.interrupts import ignore\nsignal.raise_signal(signal.{name})\nignore()\n", encoding="utf-8"
    )
    assert listen_to(tmp_path, "import slow\n    time.sleep(0.2)\n    sys.exit(3)") == (3, "", "")


@pytest.mark.parametrize("name", NAMES)
def test_an_interrupt_that_a_library_catches_comes_again(name: str, tmp_path: Path) -> None:
    soon = "import packbuilder.interrupts; packbuilder.interrupts.LATER = 0.1"
    caught = f"{soon}\n    try: signal.raise_signal(signal.{name})\n    except BaseException: print('caught')"
    assert listen_to(tmp_path, caught) == (0, "caught\nstopped\n", "")


def test_an_interrupt_waits_for_a_text_that_runs_as_code(tmp_path: Path) -> None:
    assert listen_to(tmp_path, "exec('signal.raise_signal(signal.SIGINT); print(1)')") == (0, "1\nstopped\n", "")


def test_an_interrupt_is_heard_where_no_thread_can_be_started(tmp_path: Path) -> None:
    (tmp_path / "small.py").write_text("import signal\nsignal.raise_signal(signal.SIGINT)\nprint('too far')\n", encoding="utf-8")
    full = "import packbuilder.interrupts\n    def refuse(*_): raise RuntimeError\n    packbuilder.interrupts.start_new_thread = refuse"
    assert listen_to(tmp_path, f"{full}\n    import small") == (0, "stopped\n", "")
