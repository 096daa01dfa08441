"""Every package that is installed, and every font that is printed, under a licence that lets a ward use it and us pass the rest on.

`tests/fixtures/licences.txt` is the list. A new package, or one that changes its licence, fails here until somebody has read it.
"""

import re
from importlib.metadata import PackageNotFoundError, metadata

import pytest
from fontTools.ttLib import TTFont
from workshop import FIXTURES, ROOT, SHIPPED

LISTED = {
    name: licence
    for line in (FIXTURES / "licences.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
    for name, _, licence in [line.partition(" | ")]
}
LOCKED = {
    lock: sorted(set(re.findall(r"^([A-Za-z0-9._-]+)==", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE)))
    for lock in ("requirements.lock", "requirements-dev.lock")
}
# Copyleft that reaches only the library itself: it is installed beside our code, unchanged, and never copied into it.
ALLOWED = re.compile(r"MIT|BSD|Apache|Python|PSF|Zope|MPL|Mozilla|LGPL|Lesser|ISC|HPND|CMU")
# pyphen may be taken under the LGPL or the MPL as well; its metadata name all three.
TAKEN_UNDER_ANOTHER = {"pyphen": "Mozilla Public License 1.1 (MPL 1.1)"}


def licences_of(package: str) -> str:
    """All that the metadata of a package say of its licence."""
    found = metadata(package)
    classifiers = [line.rpartition(" :: ")[2] for line in found.get_all("Classifier") or [] if line.startswith("License")]
    expression = found.get("License-Expression") or ""
    return "; ".join(filter(None, [expression, *sorted(classifiers)])) or (found.get("License") or "").split("\n")[0]


@pytest.mark.parametrize("package", LOCKED["requirements-dev.lock"])
def test_a_package_has_the_licence_that_was_read(package: str) -> None:
    try:
        said = licences_of(package)
    except PackageNotFoundError:
        assert package in LISTED, f"{package} is for other systems; read its licence and list it"
        return
    assert LISTED.get(package) == said, f"{package}: {said}"


@pytest.mark.parametrize("package", sorted(LISTED))
def test_a_listed_licence_is_allowed(package: str) -> None:
    licence = LISTED[package]
    assert ALLOWED.search(licence), f"{package}: {licence}"
    if "GPLv2+" in licence or "GPLv3" in licence:
        assert TAKEN_UNDER_ANOTHER[package] in licence


def test_the_list_names_nothing_that_is_gone() -> None:
    assert set(LISTED) == set(LOCKED["requirements-dev.lock"])
    assert set(LOCKED["requirements.lock"]) < set(LOCKED["requirements-dev.lock"])


FONTS = sorted((SHIPPED.templates / "fonts").glob("*.ttf"))


@pytest.mark.parametrize("path", FONTS, ids=lambda path: path.name)
def test_a_font_is_under_the_open_font_licence(path: object) -> None:
    names = TTFont(path)["name"]
    said = " ".join(str(names.getDebugName(number)) for number in (13, 14))
    assert "Open Font License" in said or "openfontlicense.org" in said or "scripts.sil.org/OFL" in said
    text = (SHIPPED.templates / "fonts" / f"OFL-{path.name.partition('-')[0]}.txt").read_text(encoding="utf-8")  # type: ignore[attr-defined]
    assert "SIL OPEN FONT LICENSE Version 1.1" in text
