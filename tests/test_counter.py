"""The desk's counter: the same answers as the command line, nothing stale, nothing printed twice, nothing wrong handed out."""

from collections.abc import Iterator
from concurrent.futures import Future
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from desks import SITE, add_site, make_desk_project, open_counter, printing_fast
from workshop import SHIPPED, TODAY, Command, change_file, write

from packbuilder.choices import Choice, make_order, pick
from packbuilder.counter import KEPT, Asked, Counter, Gone, whole_key
from packbuilder.model import Artifact, Project
from packbuilder.orders import DateWords, Order, read_order
from packbuilder.typeset import make_environment

START = "2026-04-01T10:30"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return make_desk_project(tmp_path)


@pytest.fixture
def printed() -> list[str]:
    return []


@pytest.fixture
def counter(project: Project, printed: list[str]) -> Iterator[Counter]:
    with printing_fast(printed):
        yield open_counter(project)


def ask(counter: Counter, form: str = "standard", **words: str) -> Asked:
    """A text of the adults' pack, ready to print."""
    choice = Choice("small-gb", "adult", "en-GB", form, **words)
    house = counter.visit()
    order = make_order(choice, house.paths["small-gb"], "Europe/London", counter.output, TODAY)
    rooms, editions, problems = counter.read(order, house)
    edition = pick(choice, editions)
    assert edition and not problems, problems
    asked, problems_of_text = counter.write(edition, rooms, order, house)
    assert not problems_of_text
    return asked


def print_one(counter: Counter, form: str = "standard", **words: str) -> Artifact:
    return counter.print(ask(counter, form, **words))


def ring(project: Project, number: str) -> None:
    """Another 24-hour number in the site file."""
    change_file(project, SITE, 'phone_24h = "020 7946 0123"', f'phone_24h = "{number}"')


# Reading


@pytest.mark.parametrize(
    "words",
    [
        {},
        {"audiences": ("nurse",), "formats": ("booklet",)},
        {"locales": ("fr",)},
        {"dates": DateWords(START, "1", "3,4", "", "14", "3")},
        {"dates": DateWords("")},
        {"dates": DateWords("2031-01-01T10:00", "99", "5", "24", "3", "x")},
        {"dates": DateWords(START), "formats": ("call-now",)},
        {"dates": DateWords(START), "audiences": ("nurse",)},
    ],
    ids=str,
)
def test_an_order_means_what_it_means_on_the_command_line(project: Project, counter: Counter, words: dict[str, Any]) -> None:
    asked = {"audiences": ("adult",), "locales": ("en-GB",), "formats": ("standard",), **words}
    order = Order(project.root / "output", TODAY, sites=(str(project.root / SITE),), **asked)
    _, editions, problems = read_order(order, project)
    _, found, wrong = counter.read(order, counter.visit())
    assert found == editions
    assert wrong == problems


def test_rooms_are_read_once_for_all_dates(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[Order] = []

    def note(order: Order, project: Project) -> Any:
        reads.append(order)
        return read_order(order, project)

    monkeypatch.setattr("packbuilder.counter.read_order", note)
    for day in (1, 2, 3):
        ask(counter, start=f"2026-04-0{day}T10:30")
    ask(counter)
    assert [order.dates for order in reads] == [None]


@pytest.mark.parametrize("room", ["site", "text", "a new hospital"])
def test_a_changed_file_is_read_again(project: Project, counter: Counter, room: str) -> None:
    before = counter.visit()
    assert counter.visit() is before
    if room == "site":
        ring(project, "020 7946 0177")
    elif room == "text":
        change_file(project, "handouts/blocks/fever.md", "#", "#")
        (project.handouts / "blocks" / "fever.md").touch()
    else:
        add_site(project, "other-gb", "Other Hospital")
    assert counter.visit() is not before


def test_a_hospital_whose_file_has_mistakes_is_left_out_and_named(project: Project, counter: Counter) -> None:
    add_site(project, "other-gb", "Other Hospital")
    change_file(project, SITE, 'region = "GB"', 'region = "Mars"')
    house = counter.visit()
    assert list(house.sites) == ["other-gb"] == list(house.paths)
    assert {problem.place.path for problem in house.broken} == {SITE}


def test_two_hospitals_of_one_name_are_both_left_out(project: Project) -> None:
    other = project.root / "elsewhere" / "small-gb.toml"
    other.parent.mkdir()
    other.write_text((project.root / SITE).read_text(encoding="utf-8"), encoding="utf-8")
    with printing_fast():
        house = Counter(project, project.root / "output", ("small-gb", str(other))).visit()
    assert not house.sites and {problem.code for problem in house.broken} == {"SITE_TWICE"}


def test_only_the_hospitals_that_were_asked_for_are_there(project: Project) -> None:
    add_site(project, "other-gb", "Other Hospital")
    with printing_fast():
        assert list(Counter(project, project.root / "output", ("other-gb",)).visit().sites) == ["other-gb"]
        nowhere = Counter(project, project.root / "output", ("nowhere",)).visit()
    assert not nowhere.sites and [problem.code for problem in nowhere.broken] == ["UNKNOWN_SITE"]


# Printing


def test_a_print_is_made_once_and_kept(counter: Counter, printed: list[str]) -> None:
    first = print_one(counter, start=START)
    assert first.pdf and first.companions
    assert print_one(counter, start=START) is first
    assert printed == ["small-gb/en-GB/blinatumomab-adult-en-GB-2026-04-01T1030.pdf"]


def test_a_changed_number_is_printed_at_once(project: Project, counter: Counter) -> None:
    assert b"020 7946 0123" in print_one(counter).pdf
    ring(project, "020 7946 0177")
    assert b"020 7946 0177" in print_one(counter).pdf


def test_another_bag_pattern_is_another_print(counter: Counter) -> None:
    keys = {ask(counter, start=START, **words).key for words in ({}, {"bags": "7"}, {"bags": "3,4"}, {"cycle": "1"}, {"stay": "3"})}
    assert len(keys) == 5, "a calendar of another plan would be handed out"
    assert ask(counter, start=START).key != ask(counter, start="2026-04-01T10:31").key != ask(counter).key


def test_prints_of_other_names_are_other_prints_whatever_is_on_their_pages() -> None:
    env = make_environment(SHIPPED.templates)
    assert (
        len({whole_key(write(kind=kind, audience=audience), "same", env) for kind in ("pack", "card") for audience in ("adult", "parent")})
        == 4
    )


def test_old_prints_are_forgotten(counter: Counter, printed: list[str]) -> None:
    for day in range(KEPT + 1):
        print_one(counter, start=f"2026-04-{day + 1:02}T10:30")
    assert len(counter.prints) == KEPT == len(counter.visit().texts)
    print_one(counter, start="2026-04-02T10:30")
    assert len(printed) == KEPT + 1
    print_one(counter, start="2026-04-01T10:30")
    assert len(printed) == KEPT + 2


def test_a_picture_is_drawn_once(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, drawn = ask(counter), []
    artifact = counter.print(asked)
    monkeypatch.setattr("packbuilder.counter.draw_page", lambda pdf, width: drawn.append(pdf) or b"PNG")
    assert counter.draw(asked, artifact) == counter.draw(asked, artifact) == b"PNG"
    assert drawn == [artifact.pdf]


def test_a_print_that_fails_has_no_pdf(project: Project, counter: Counter) -> None:
    change_file(project, "handouts/blocks/about.md", "Tell us", "Where the pump trips, tell us")
    artifact = print_one(counter)
    assert [problem.code for problem in artifact.problems] == ["PRINTER"] and artifact.pdf == b""


# What lies in the ward's folder


@pytest.fixture
def ward(fast: Command, tmp_path: Path) -> Iterator[tuple[Counter, list[str]]]:
    """A folder that a build has filled."""
    assert fast("build").code == 0
    printed: list[str] = []
    with printing_fast(printed):
        yield Counter(fast.project, fast.output), printed


def test_a_print_that_lies_in_the_folder_is_taken_from_there(ward: tuple[Counter, list[str]]) -> None:
    counter, printed = ward
    artifact = print_one(counter)
    assert artifact.pdf == (counter.output / artifact.edition.path).read_bytes()
    assert artifact.entry["pages"] == 1 and artifact.companions and not printed


@pytest.mark.parametrize("harm", ["damaged", "gone", "picture", "no manifest", "another in the manifest", "no stock", "new number"])
def test_a_print_that_is_not_what_would_be_printed_now_stays_in_the_folder(ward: tuple[Counter, list[str]], harm: str) -> None:
    counter, printed = ward
    pdf = counter.output / "small-gb/en-GB/blinatumomab-adult-en-GB.pdf"
    if harm == "damaged":
        pdf.write_bytes(pdf.read_bytes() + b" ")
    elif harm == "gone":
        pdf.unlink()
    elif harm == "picture":
        (pdf.parent / "pictures" / f"{pdf.stem}.png").write_bytes(b"other")
    elif harm == "no manifest":
        (counter.output / "manifest.json").unlink()
    elif harm == "another in the manifest":
        manifest = counter.output / "manifest.json"
        manifest.write_text(manifest.read_text().replace('"sha256": "', '"sha256": "0'))
    elif harm == "no stock":
        (counter.output / ".stock.json").unlink()
    else:
        ring(counter.project, "020 7946 0177")
    assert print_one(counter).pdf
    assert printed == ["small-gb/en-GB/blinatumomab-adult-en-GB.pdf"]


def test_a_signature_that_ends_makes_what_lies_there_a_draft_again(ward: tuple[Counter, list[str]]) -> None:
    """The state is printed on each page, so it is part of what a print is made from."""
    counter, _ = ward
    house = counter.visit()
    choice = Choice("small-gb", "adult", "en-GB")
    order = make_order(choice, house.paths["small-gb"], "Europe/London", counter.output, TODAY + timedelta(days=999))
    rooms, editions, _ = counter.read(order, house)
    edition = pick(choice, editions)
    assert edition
    later, _ = counter.write(edition, rooms, order, house)
    assert later is not ask(counter) and later.key == ask(counter).key


# Workers


class Workers:
    """A pool that hands out what a test puts in."""

    def __init__(self) -> None:
        self.active = True
        self.given: list[Future[list[Artifact]]] = []

    def schedule(self, *_args: object, **_words: object) -> Future[list[Artifact]]:
        self.given.append(Future())
        return self.given[-1]


def use_workers(counter: Counter) -> Workers:
    workers = Workers()
    counter.pool = workers  # type: ignore[assignment]
    return workers


def test_a_print_that_nobody_waits_for_is_given_up(counter: Counter) -> None:
    workers = use_workers(counter)
    with pytest.raises(Gone):
        counter.print(ask(counter), lambda: True)
    [future] = workers.given
    assert future.cancelled() and not counter.prints


def test_a_print_for_which_somebody_else_waits_goes_on(counter: Counter) -> None:
    workers, asked = use_workers(counter), ask(counter)
    counter.waiting[asked.key] += 1
    with pytest.raises(Gone):
        counter.print(asked, lambda: True)
    assert not workers.given[0].cancelled() and list(counter.prints) == [asked.key]


def test_bad_luck_is_told_and_not_kept(counter: Counter) -> None:
    workers, asked = use_workers(counter), ask(counter)

    def come_too_late() -> bool:
        workers.given[0].set_exception(TimeoutError())
        return False

    artifact = counter.print(asked, come_too_late)
    assert [problem.code for problem in artifact.problems] == ["TOO_SLOW"] and not artifact.pdf
    assert not counter.prints


def test_broken_workers_are_replaced(counter: Counter, printed: list[str]) -> None:
    use_workers(counter).active = False
    assert print_one(counter).pdf and printed


def test_real_workers_print_what_the_build_prints(project: Project, takes_long: None) -> None:
    counter = open_counter(project)
    try:
        counter.warm(TODAY)
        artifact = print_one(counter, start=START)
        assert not artifact.problems and artifact.pdf.startswith(b"%PDF-")
        assert counter.draw(ask(counter, start=START), artifact).startswith(b"\x89PNG")
    finally:
        counter.close()
