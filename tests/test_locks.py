"""A lock names all that will be installed, because pip is told to look for nothing else (`--no-deps`), and each file by its hash."""

import re
import tomllib
from importlib.metadata import PackageNotFoundError, requires

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from workshop import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
RUN, TEST = PROJECT["dependencies"], PROJECT["optional-dependencies"]["dev"]
# What decides which packages a computer needs, for those that the README names.
SYSTEMS = [
    {"sys_platform": platform, "platform_system": system, "os_name": kind, "python_version": python, "python_full_version": f"{python}.1"}
    for platform, system, kind in (("linux", "Linux", "posix"), ("darwin", "Darwin", "posix"), ("win32", "Windows", "nt"))
    for python in ("3.11", "3.12", "3.13", "3.14")
]


def read_lock(name: str) -> list[Requirement]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return [Requirement(line.rstrip(" \\")) for line in lines if re.match(r"[A-Za-z0-9]", line)]


def wanted(package: Requirement) -> list[Requirement]:
    """What a package asks for, with the extras it is taken with; nothing for one that is not for this system, and so cannot be read."""
    try:
        return [Requirement(text) for text in requires(package.name) or []]
    except PackageNotFoundError:
        return []


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: f"{system['sys_platform']}-{system['python_version']}")
@pytest.mark.parametrize(("lock", "asked"), [("requirements.lock", RUN), ("requirements-dev.lock", RUN + TEST)])
def test_a_lock_names_whatever_its_packages_ask_for(lock: str, asked: list[str], system: dict[str, str]) -> None:
    held = {canonicalize_name(entry.name): entry for entry in read_lock(lock) if entry.marker is None or entry.marker.evaluate(system)}
    waiting, seen = [Requirement(text) for text in asked], set[str]()
    while waiting:
        want = waiting.pop()
        assert canonicalize_name(want.name) in held, f"{lock} has no {want}"
        (pin,) = held[canonicalize_name(want.name)].specifier
        assert pin.operator == "==" and want.specifier.contains(pin.version, prereleases=True), f"{lock} has {pin} for {want}"
        if str(want) not in seen:
            seen.add(str(want))
            waiting += [
                deeper
                for deeper in wanted(want)
                if deeper.marker is None or any(deeper.marker.evaluate({**system, "extra": extra}) for extra in ("", *want.extras))
            ]
    assert {canonicalize_name(Requirement(text).name) for text in seen} == set(held), "nothing is installed that nobody asks for"


LOCKS = ["requirements.lock", "requirements-dev.lock", ".ci/audit.lock", "tests/mutants/requirements.lock", "tests/fuzz/requirements.lock"]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_pinned_by_hash(lock: str) -> None:
    blocks = re.split(r"\n(?=[A-Za-z0-9])", "\n" + (ROOT / lock).read_text(encoding="utf-8"))[1:]
    assert blocks
    for block in blocks:
        assert "==" in block.split("\n")[0] and "--hash=sha256:" in block, block.split("\n")[0]
