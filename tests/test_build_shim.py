"""build.py, the command in front of the program.

Measured on two cores with Debian's Python 3.11, median of 40 runs: 3 ms from its first line until it hands over, and
15 to 19 ms in all with the start of the interpreter that reads it. The promise is under 50 ms. No test times it; one
holds what makes it quick, that it imports nothing on the way.
"""

import ast
import importlib.util
import os
import re
import subprocess
import sys
import threading
import tomllib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

PROJECT = Path(__file__).resolve().parent.parent
PIN = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)

posix_only = pytest.mark.skipif(os.name == "nt", reason="Windows starts the program in another way")


def load() -> ModuleType:
    """build.py as a module of its own, unknown to the rest of the tests."""
    spec = importlib.util.spec_from_file_location("build_shim", PROJECT / "build.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def shim() -> ModuleType:
    return load()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project folder with two locks and no environment."""
    (tmp_path / "requirements.lock").write_text("a==1\n")
    (tmp_path / "requirements-dev.lock").write_text("a==1\npytest==1\n")
    return tmp_path


def pretend_installed(shim: ModuleType, project: Path, lock: str) -> Path:
    """Leave `.venv` as an installation of `lock` would, without its packages."""
    python = Path(shim.python_in(str(project)))
    python.parent.mkdir(parents=True, exist_ok=True)
    python.touch()
    complete = project / ".venv" / "complete"
    complete.write_bytes(shim.stamp(str(project / lock)))
    return complete


class Handed(Exception):
    """Raised in place of becoming another program."""


# Is .venv whole and up to date?


@pytest.mark.parametrize(
    ("lock", "builds", "tests"),
    [("requirements.lock", True, False), ("requirements-dev.lock", True, True)],
)
def test_a_build_takes_either_lock_and_the_tests_take_theirs(shim: ModuleType, project: Path, lock: str, builds: bool, tests: bool) -> None:
    pretend_installed(shim, project, lock)
    assert shim.is_ready(str(project), testing=False) is builds
    assert shim.is_ready(str(project), testing=True) is tests


def test_no_environment_is_not_ready(shim: ModuleType, project: Path) -> None:
    assert not shim.is_ready(str(project), testing=False)


def test_a_changed_lock_is_not_ready(shim: ModuleType, project: Path) -> None:
    pretend_installed(shim, project, "requirements.lock")
    (project / "requirements.lock").write_text("a==2\n")
    assert not shim.is_ready(str(project), testing=False)


def test_another_python_is_not_ready(shim: ModuleType, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend_installed(shim, project, "requirements.lock")
    monkeypatch.setattr(shim, "KIND", b"cpython-399 linux\n")
    assert not shim.is_ready(str(project), testing=False)


def test_a_python_that_is_gone_is_not_ready(shim: ModuleType, project: Path) -> None:
    pretend_installed(shim, project, "requirements.lock")
    python = Path(shim.python_in(str(project)))
    python.unlink()
    python.symlink_to(project / "removed")
    assert not shim.is_ready(str(project), testing=False)


def test_a_moved_project_is_ready(shim: ModuleType, project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    pretend_installed(shim, project, "requirements.lock")
    elsewhere = project.rename(tmp_path_factory.mktemp("moved") / "project")
    assert shim.is_ready(str(elsewhere), testing=False)


# What is missing, and who puts it there?


@pytest.mark.parametrize(
    ("platform", "tools", "is_root", "command"),
    [
        (
            "linux",
            ["apt-get"],
            False,
            "sudo apt-get update && sudo apt-get install -y --no-install-recommends libpango-1.0-0 libharfbuzz-subset0",
        ),
        ("linux", ["dnf"], False, "sudo dnf install -y pango harfbuzz python3"),
        ("linux", ["dnf"], True, "dnf install -y pango harfbuzz python3"),
        ("darwin", [], False, "brew install pango"),
        ("win32", [], False, "pacman -S mingw-w64-ucrt-x86_64-pango"),
    ],
)
def test_advice_is_one_command(shim: ModuleType, platform: str, tools: list[str], is_root: bool, command: str) -> None:
    text = shim.advice(["libpango-1.0-0", "libharfbuzz-subset0"], platform, tools, is_root)
    assert [line.strip() for line in text.splitlines() if line.startswith("    ")] == [command]


def test_advice_for_a_system_we_do_not_know_names_no_command(shim: ModuleType) -> None:
    text = shim.advice(["libpango-1.0-0"], "linux", [], False)
    assert "Pango" in text and "HarfBuzz" in text and "\n" not in text


def test_missing_on_linux_is_what_cannot_be_loaded(shim: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    def load_library(name: str) -> object:
        if name == "libharfbuzz-subset.so.0":
            raise OSError(name)
        return object()

    monkeypatch.setattr("ctypes.CDLL", load_library)
    assert shim.missing_packages("linux") == ["libharfbuzz-subset0"]
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert shim.missing_packages("linux") == [f"python3.{sys.version_info[1]}-venv", "libharfbuzz-subset0"]


def test_missing_on_mac_and_windows_is_a_file(shim: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shim, "MAC_FOLDERS", (str(tmp_path),))
    monkeypatch.setenv("WEASYPRINT_DLL_DIRECTORIES", f"C:\\nowhere;{tmp_path}")
    assert shim.missing_packages("darwin") == ["pango"] == shim.missing_packages("win32")
    (tmp_path / "libpango-1.0.dylib").touch()
    (tmp_path / "libpango-1.0-0.dll").touch()
    assert shim.missing_packages("darwin") == [] == shim.missing_packages("win32")


def test_an_ordinary_user_is_told_and_nothing_is_written(
    shim: ModuleType, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shim, "missing_packages", lambda platform: ["libpango-1.0-0"])
    monkeypatch.setattr("os.geteuid", lambda: 1000, raising=False)
    before = sorted(project.rglob("*"))
    assert shim.main([], str(project)) == 2
    said = capsys.readouterr()
    assert said.out == "" and "pango" in said.err.lower()
    assert sorted(project.rglob("*")) == before


@posix_only
def test_root_installs_with_apt_first(
    shim: ModuleType, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    steps: list[str] = []
    monkeypatch.setattr(shim, "missing_packages", lambda platform: ["libpango-1.0-0"])
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("shutil.which", lambda tool: tool if tool == "apt-get" else None)
    monkeypatch.setattr(shim, "run", lambda command, hint: steps.append(" ".join(command)))
    monkeypatch.setattr(shim, "make_environment", lambda root, lock: steps.append(Path(lock).name))
    shim.prepare(str(project), testing=True)
    assert [step.rpartition("300 ")[2] for step in steps] == [
        "update",
        "install -y --no-install-recommends libpango-1.0-0",
        "requirements-dev.lock",
    ]
    assert capsys.readouterr().err.count("\n") == 1


# Making .venv


@pytest.fixture
def steps(shim: ModuleType, project: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """Stand-ins for venv and pip: every step of the installation, and whether `.venv` counted as whole during it."""
    taken: list[tuple[str, bool]] = []
    complete = project / ".venv" / "complete"

    def create(folder: str, *, clear: bool, symlinks: bool) -> None:
        assert clear
        complete.unlink(missing_ok=True)
        python = Path(shim.python_in(str(project)))
        for made in (python.parent, library(project)):
            made.mkdir(parents=True, exist_ok=True)
        python.touch()
        taken.append(("venv", complete.exists()))

    def run(command: list[str], hint: str) -> None:
        (step,) = {"ensurepip", "download", "install"} & set(command)
        if step == "download":
            Path(command[command.index("-d") + 1]).mkdir()
        if step != "ensurepip":
            assert {"--require-hashes", "--no-deps"} < set(command)
        taken.append((step, complete.exists()))

    monkeypatch.setattr("venv.create", create)
    monkeypatch.setattr(shim, "run", run)
    return taken


def library(project: Path) -> Path:
    inside = "Lib" if os.name == "nt" else f"lib/python3.{sys.version_info[1]}"
    return project / ".venv" / inside / "site-packages"


def test_the_stamp_comes_last(shim: ModuleType, project: Path, steps: list[tuple[str, bool]]) -> None:
    shim.make_environment(str(project), str(project / "requirements.lock"))
    assert steps == [("venv", False), ("ensurepip", False), ("download", False), ("install", False)]
    assert shim.is_ready(str(project), testing=False)
    assert sorted(path.name for path in (project / ".venv").iterdir() if path.is_file()) == ["complete"]


def test_the_project_is_importable_by_a_relative_path(shim: ModuleType, project: Path, steps: list[tuple[str, bool]]) -> None:
    shim.make_environment(str(project), str(project / "requirements.lock"))
    line = (library(project) / "project.pth").read_text().strip()
    assert not Path(line).is_absolute()
    assert (library(project) / line).resolve() == project.resolve()


def test_a_whole_environment_is_added_to(shim: ModuleType, project: Path, steps: list[tuple[str, bool]]) -> None:
    shim.make_environment(str(project), str(project / "requirements.lock"))
    steps.clear()
    shim.make_environment(str(project), str(project / "requirements-dev.lock"))
    assert steps == [("download", True), ("install", False)]
    assert shim.is_ready(str(project), testing=True)


def test_without_a_network_the_old_environment_stays(
    shim: ModuleType, project: Path, steps: list[tuple[str, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    shim.make_environment(str(project), str(project / "requirements.lock"))

    def fail(command: list[str], hint: str) -> None:
        raise shim.Stop(hint)

    monkeypatch.setattr(shim, "run", fail)
    with pytest.raises(shim.Stop):
        shim.make_environment(str(project), str(project / "requirements-dev.lock"))
    assert shim.is_ready(str(project), testing=False)


@posix_only
def test_a_second_first_run_waits_and_finds_the_work_done(shim: ModuleType, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    monkeypatch.setattr(shim, "missing_packages", lambda platform: [])
    monkeypatch.setattr(shim, "make_environment", lambda root, lock: made.append(lock))
    with (project / ".venv.lock").open("ab") as gate:
        shim.wait_for_turn(gate.fileno())
        second = threading.Thread(target=shim.prepare, args=(str(project), False))
        second.start()
        second.join(0.05)
        assert second.is_alive()
        pretend_installed(shim, project, "requirements.lock")
    second.join(10)
    assert not second.is_alive() and made == []


# Handing over


@posix_only
@pytest.mark.parametrize(
    ("argv", "module", "folder"),
    [
        (["check", "--json"], ["packbuilder", "check", "--json"], "elsewhere"),
        ([], ["packbuilder"], "elsewhere"),
        (["test", "-x", "tests/test_site.py"], ["pytest", "-x", "tests/test_site.py"], "."),
    ],
)
def test_the_program_gets_its_arguments_and_the_callers_folder(
    shim: ModuleType, project: Path, monkeypatch: pytest.MonkeyPatch, argv: list[str], module: list[str], folder: str
) -> None:
    (project / "elsewhere").mkdir()
    monkeypatch.chdir(project / "elsewhere")
    pretend_installed(shim, project, "requirements-dev.lock")
    called: list[tuple[str, list[str]]] = []

    def execv(path: str, command: list[str]) -> None:
        called.append((path, command))
        raise Handed

    monkeypatch.setattr("os.execv", execv)
    with pytest.raises(Handed):
        shim.main(argv, str(project))
    python = shim.python_in(str(project))
    assert called == [(python, [python, "-I", "-X", "utf8", "-m", *module])]
    assert Path.cwd() == project / folder


@posix_only
def test_it_imports_nothing_on_the_way() -> None:
    probe = (
        "import os, runpy, sys\n"
        "sys.argv = [sys.argv[1]]\n"
        "import importlib.machinery, importlib.util, pkgutil\n"  # what runpy brings
        "before = set(sys.modules)\n"
        "found = lambda *_: (print(*sorted(set(sys.modules) - before)), os._exit(0))\n"
        "os.execv = found\n"
        "module = runpy.run_path(sys.argv[0])\n"
        "module['main'].__globals__['is_ready'](module['ROOT'], False)\n"
        "module['main'].__globals__['hand_over'](module['ROOT'], ['packbuilder'])\n"
    )
    command = [sys.executable, "-I", "-c", probe, str(PROJECT / "build.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_the_command_works_where_it_is_installed(shim: ModuleType, tmp_path: Path) -> None:
    if not shim.is_ready(str(PROJECT), testing=False):
        pytest.skip("these tests were not started with `python3 build.py test`")
    command = [sys.executable, str(PROJECT / "build.py"), "--help"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=tmp_path, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: python3 build.py")


# What people see when something is in the way


@pytest.mark.parametrize(
    ("trouble", "code", "said"),
    [
        (PermissionError(13, "Permission denied"), 2, "Permission denied"),
        (OSError(28, "No space left on device"), 2, "No space left on device"),
        (KeyboardInterrupt(), 1, "Stopped"),
    ],
)
def test_expected_trouble_is_a_sentence(
    shim: ModuleType,
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    trouble: BaseException,
    code: int,
    said: str,
) -> None:
    def prepare(root: str, testing: bool) -> None:
        raise trouble

    monkeypatch.setattr(shim, "prepare", prepare)
    assert shim.main([], str(project)) == code
    heard = capsys.readouterr()
    assert heard.out == "" and said in heard.err and "Traceback" not in heard.err


def test_a_command_that_fails_is_quoted_with_a_hint(shim: ModuleType) -> None:
    says = "import sys; print('WARNING: once\\nWARNING: twice'); sys.exit('ERROR: no room')"
    with pytest.raises(shim.Stop) as stop:
        shim.run([sys.executable, "-c", says], "Try again.")
    assert str(stop.value).split("\n") == ["WARNING: twice", "ERROR: no room", "", "Try again."]


def test_a_command_that_works_is_silent(shim: ModuleType, capfd: pytest.CaptureFixture[str]) -> None:
    shim.run([sys.executable, "-c", "print('chatter')"], "Try again.")
    assert capfd.readouterr() == ("", "")


def test_an_old_python_is_told_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 4))
    with pytest.raises(SystemExit) as stop:
        load()
    assert stop.value.code == 2
    assert capsys.readouterr().err.startswith("build.py needs Python 3.11 or newer")


def test_an_old_python_can_read_that_far() -> None:
    """The whole file is parsed before its first line runs, so its grammar has to be an old one."""
    ast.parse((PROJECT / "build.py").read_text(encoding="utf-8"), feature_version=(3, 7))


# The locks


def pins(lock: str) -> dict[str, str]:
    return dict(PIN.findall((PROJECT / lock).read_text(encoding="utf-8")))


def test_the_test_lock_holds_all_that_a_build_needs() -> None:
    assert pins("requirements.lock").items() <= pins("requirements-dev.lock").items()


def test_the_locks_hold_what_pyproject_asks_for() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    name: Callable[[str], str] = lambda line: re.split(r"[<>=~! ;\[]", line)[0].lower()  # noqa: E731
    assert {name(line) for line in project["dependencies"]} <= pins("requirements.lock").keys()
    assert {name(line) for line in project["optional-dependencies"]["dev"]} <= pins("requirements-dev.lock").keys()


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_pin_is_hashed_and_no_place_is_named(lock: str) -> None:
    text = (PROJECT / lock).read_text(encoding="utf-8")
    for entry in re.split(r"\n(?=[a-z])", text)[1:]:
        assert PIN.match(entry) and "--hash=sha256:" in entry, entry
    assert "://" not in text and not re.search(r"^--|\s/", text, re.MULTILINE)
