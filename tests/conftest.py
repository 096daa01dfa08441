"""What all tests share: quiet fonts, the small project, goldens that `--update-golden` writes anew."""

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from houses import make_built_house
from hypothesis import settings
from workshop import GOLDEN, SHIPPED, Command, Run, copy_shipped_project, copy_small_project, print_fast

from packbuilder.model import Project
from packbuilder.printer import Press, make_press

# The same examples on every run, and no folder of examples: a failure on one machine is a failure on all.
settings.register_profile("project", derandomize=True, database=None, deadline=None, max_examples=100)
settings.load_profile("project")

LONG_REASON = "takes long: --long runs it, and so does CI"

# On GitHub a build also writes annotations. Whether the tests run there must not change what they see.
os.environ.pop("GITHUB_ACTIONS", None)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write tests/golden/ anew; read the difference, then commit it")
    parser.addoption("--long", nargs="?", const="also", choices=("also", "only"), help="also what takes long, or only that (CI does it)")
    parser.addoption("--eyes", metavar="FOLDER", help="a finished output folder, for OCR, other readers of PDF and the like")
    parser.addoption("--examples", type=int, metavar="N", help="so many for each property, others on every run (without: 100, the same)")
    parser.addoption("--kills", type=int, default=2, help="how often a long test kills a build at a random moment (CI: 50)")


def pytest_configure(config: pytest.Config) -> None:
    """A longer search. A failure prints what brings it back: `@reproduce_failure(…)`, to be put before the test."""
    if count := config.getoption("--examples"):
        settings.register_profile("searching", settings(derandomize=False, print_blob=True, max_examples=count))
        settings.load_profile("searching")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without `--long` rows that are marked `long` are skipped; `--long=only` leaves out what the default suite has run already."""
    if not config.getoption("--long"):
        for item in items:
            if item.get_closest_marker("long"):
                item.add_marker(pytest.mark.skip(reason=LONG_REASON))
    if config.getoption("--long") == "only":
        config.hook.pytest_deselected(items=[item for item in items if not is_long(item)])
        # The kills take the longest by far: one core would wait for them in the end.
        items[:] = sorted(filter(is_long, items), key=lambda item: item.path.name != "test_interrupted.py")


def is_long(item: pytest.Item) -> bool:
    return bool(item.get_closest_marker("long") or {"takes_long", "finished"} & set(getattr(item, "fixturenames", ())))


@pytest.fixture(scope="session")
def takes_long(request: pytest.FixtureRequest) -> None:
    """For tests with processes of their own that last many seconds; the default suite must stay short."""
    if not request.config.getoption("--long"):
        pytest.skip(LONG_REASON)


@pytest.fixture(scope="session", autouse=True)
def own_temporary_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The list of fonts is kept in the folder for temporary files. A build that runs meanwhile must not find ours there."""
    before, place = (tempfile.tempdir, os.environ.get("TMPDIR")), str(tmp_path_factory.mktemp("temporary"))
    tempfile.tempdir = os.environ["TMPDIR"] = place
    yield
    tempfile.tempdir = before[0]
    if before[1] is None:
        del os.environ["TMPDIR"]
    else:
        os.environ["TMPDIR"] = before[1]


@pytest.fixture(scope="session")
def press(own_temporary_folder: None) -> Press:
    return make_press(SHIPPED.templates)


@pytest.fixture
def small_project(tmp_path: Path) -> Project:
    """A copy of the small project that a test may change."""
    return copy_small_project(tmp_path)


@pytest.fixture
def shipped_project(tmp_path: Path) -> Project:
    """A copy of the project's own rooms that a test may change."""
    return copy_shipped_project(tmp_path)


@pytest.fixture
def command(small_project: Project, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command line on a copy of the small project."""
    return Command(small_project, monkeypatch)


@pytest.fixture
def fast(command: Command, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The same, with made-up prints: for what happens around the printing."""
    monkeypatch.setattr("packbuilder.production.run_jobs", print_fast)
    monkeypatch.setattr("packbuilder.pool.start_ahead", lambda project: None)
    return command


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, own_temporary_folder: None) -> Iterator[tuple[Project, Run]]:
    """The small project, built once with all its prints, and what the command said. Not to be changed."""
    project = copy_small_project(tmp_path_factory.mktemp("built"))
    with pytest.MonkeyPatch.context() as patch:
        yield project, Command(project, patch)("build", "--jobs", "1", "--json", "--keep-html", str(project.root / "html"))


@pytest.fixture(scope="session")
def built_house(takes_long: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small project with a program of its own and its prints, for faults of the machine. Not to be changed: `move_in` copies it."""
    return make_built_house(tmp_path_factory.mktemp("built"))


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """`golden(name, text)` holds a text against `tests/golden/<name>`."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        assert path.exists(), f"there is no {path}: run the tests with --update-golden"
        assert text == path.read_text(encoding="utf-8")

    return compare
