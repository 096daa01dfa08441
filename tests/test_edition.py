"""The shipped texts on paper: every card, the nurses' sheets and one whole pack are printed once and must be without fault.

What the prints say is not held here, only what must hold whatever they say.
"""

import re
from io import BytesIO

import pikepdf
import pytest
from workshop import ROOT, SHIPPED, assert_clean, small, template_messages, write

from packbuilder.assemble import assemble, plan_editions
from packbuilder.catalog import read_catalog
from packbuilder.content import read_library
from packbuilder.language import is_source_language
from packbuilder.model import Artifact, Limits
from packbuilder.pool import print_all
from packbuilder.readback import CRITICAL
from packbuilder.site import read_site

WHOLE_PACK = ("example-gb", "adult")


@pytest.fixture(scope="session")
def prints(own_temporary_folder: None) -> dict[str, Artifact]:
    """Printed by two processes, as a build does."""
    library, _ = read_library(SHIPPED)
    catalogs = {path.stem: read_catalog(path, ROOT)[0] for path in sorted(SHIPPED.locales.glob("*.po"))}
    sites = [site for path in sorted((SHIPPED.handouts / "sites").glob("*.toml")) for site in [read_site(path, ROOT)[0]] if site]
    editions = [
        edition
        for edition in plan_editions(sites, library, formats=["standard"])
        if is_source_language(edition.locale)
        and (edition.kind == "card" or edition.audience == "nurse" or (edition.site.id, edition.audience) == WHOLE_PACK)
    ]
    # The longest first, so that both processes are busy to the end.
    editions.sort(key=lambda edition: (edition.kind == "card", edition.audience))
    manuscripts = [assemble(edition, library, template_messages(), catalogs)[0] for edition in editions]
    return {artifact.edition.path: artifact for artifact in print_all([(one,) for one in manuscripts], SHIPPED, 2, Limits())}


def test_each_kind_of_print_is_there(prints: dict[str, Artifact]) -> None:
    kinds = {(artifact.edition.site.region, artifact.edition.audience, artifact.edition.kind) for artifact in prints.values()}
    assert kinds >= {(region, audience, "card") for region in ("GB", "US") for audience in ("adult", "parent")}
    assert kinds >= {("GB", "nurse", "pack"), ("US", "nurse", "pack"), ("GB", "adult", "pack")}


def test_every_print_is_without_fault(prints: dict[str, Artifact]) -> None:
    for artifact in prints.values():
        assert_clean(artifact)


def test_every_print_says_what_it_holds(prints: dict[str, Artifact]) -> None:
    for artifact in prints.values():
        with pikepdf.open(BytesIO(artifact.pdf)) as pdf:
            assert len(pdf.pages) == artifact.entry["pages"]
            assert str(pdf.Root.Lang) == artifact.edition.locale
            assert pdf.Root.MarkInfo.Marked and "/StructTreeRoot" in pdf.Root
            assert pdf.docinfo["/Title"] and "/CreationDate" not in pdf.docinfo
            with pdf.open_metadata() as metadata:
                assert metadata["pdfuaid:part"] == "1"


def test_a_card_is_one_sheet_and_a_nurses_pack_four_sides_at_most(prints: dict[str, Artifact]) -> None:
    pages = {path: artifact.entry["pages"] for path, artifact in prints.items()}
    assert {count for path, count in pages.items() if "-card-" in path} == {1}
    assert max(count for path, count in pages.items() if "-nurse-" in path) <= 4


def test_a_pack_has_a_bookmark_for_each_block(prints: dict[str, Artifact]) -> None:
    for artifact in prints.values():
        if artifact.edition.kind == "pack":
            with pikepdf.open(BytesIO(artifact.pdf)) as pdf, pdf.open_outline() as outline:
                assert len(outline.root) >= len(set(re.findall(r'<section class="block block-[\w-]+" id=', artifact.html))) >= 1


def test_every_print_names_its_critical_facts(prints: dict[str, Artifact]) -> None:
    for artifact in prints.values():
        assert set(CRITICAL[artifact.edition.audience]) <= set(artifact.entry["facts"])


def test_no_british_or_american_emergency_number_is_printed_in_the_other_country(prints: dict[str, Artifact]) -> None:
    numbers = {(artifact.edition.site.region, artifact.entry["facts"].get("emergency_number")) for artifact in prints.values()}
    assert numbers - {("GB", None), ("US", None)} == {("GB", "999"), ("US", "911")}


def test_without_shared_memory_all_is_printed_by_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sandbox without `/dev/shm` refuses the locks of a pool."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("packbuilder.pool.ProcessPool", refuse)
    made = list(print_all([(write("nurse"),), (write("parent", kind="card"),)], small(), 2, Limits()))
    assert [artifact.problems for artifact in made] == [(), ()]
