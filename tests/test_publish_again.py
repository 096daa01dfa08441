"""Building again into a folder with prints: which older ones stay, which go, and what a build that breaks off leaves.

Through the command line on the small project. What is printed is made up, so that only the publishing takes time.
"""

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from frontpages import make_entry
from workshop import Command, add_plan_numbers, change_file, snapshot

from packbuilder import publish
from packbuilder.publish import OutputFailed

SITE = "handouts/sites/small-gb.toml"
NAMES = ("adult-card", "adult", "nurse", "parent-card", "parent")  # in the order of the manifest
STEPS = ("write_beside", "put_in_place")


def path_of(name: str) -> str:
    return f"small-gb/en-GB/blinatumomab-{name}-en-GB.pdf"


def picture_of(name: str) -> str:
    return f"small-gb/en-GB/pictures/blinatumomab-{name}-en-GB.png"


def build(fast: Command, *options: str, code: int = 0) -> str:
    run = fast("build", "--today", "2026-11-20", *options)
    assert run.code == code, run
    assert "Traceback" not in run.err
    return run.err


def new_number(fast: Command, old: str = "0123", new: str = "0124") -> None:
    change_file(fast.project, SITE, f"020 7946 {old}", f"020 7946 {new}")


def numbers(fast: Command) -> dict[str, str]:
    """The telephone number of each print in the folder, listed or not."""
    return {path.name[len("blinatumomab-") : -len("-en-GB.pdf")]: path.read_bytes().decode()[-4:] for path in fast.output.rglob("*.pdf")}


def pictures(fast: Command) -> set[str]:
    """The prints that have a picture in the folder."""
    return {path.name[len("blinatumomab-") : -len("-en-GB.png")] for path in fast.output.rglob("pictures/*.png")}


def papers(fast: Command) -> dict[str, bytes]:
    """All that is printed, and all that goes with it."""
    return {path: data for path, data in snapshot(fast.output).items() if path.startswith("small-gb/")}


def listed(fast: Command) -> list[str]:
    manifest = fast.output / "manifest.json"
    return [entry["path"] for entry in json.loads(manifest.read_bytes())["artifacts"]] if manifest.exists() else []


def assert_true_or_absent(fast: Command) -> None:
    """Every file that the manifest names is there, byte for byte, and no PDF stands beside it that it does not name."""
    if not (fast.output / "manifest.json").exists():
        return
    for entry in json.loads((fast.output / "manifest.json").read_bytes())["artifacts"]:
        assert hashlib.sha256((fast.output / entry["path"]).read_bytes()).hexdigest() == entry["sha256"]


# What stays and what goes


def test_a_build_of_some_keeps_the_others(fast: Command) -> None:
    build(fast)
    new_number(fast)
    build(fast, "--audience", "nurse")
    assert listed(fast) == [path_of(name) for name in NAMES]
    assert numbers(fast) == dict.fromkeys(NAMES, "0123") | {"nurse": "0124"}
    assert_true_or_absent(fast)
    page = (fast.output / "index.html").read_text(encoding="utf-8")
    assert all(f'href="{path_of(name)}"' in page for name in NAMES)


def test_a_build_of_some_does_not_list_what_somebody_deleted(fast: Command) -> None:
    build(fast)
    (fast.output / path_of("parent")).unlink()
    new_number(fast)
    build(fast, "--audience", "nurse")
    assert listed(fast) == [path_of(name) for name in NAMES if name != "parent"]
    assert path_of("parent") not in (fast.output / "index.html").read_text(encoding="utf-8")


def test_a_build_of_some_does_not_vouch_for_what_somebody_changed(fast: Command) -> None:
    """The manifest is true: a kept entry still has to be the file that was built."""
    build(fast)
    (fast.output / path_of("parent")).write_bytes(b"%PDF-1.7 by somebody else")
    new_number(fast)
    build(fast, "--audience", "nurse")
    assert path_of("parent") not in listed(fast)
    assert_true_or_absent(fast)


@pytest.mark.parametrize("options", [(), ("--audience", "nurse")], ids=["everything", "some"])
def test_what_no_site_asks_for_any_more_is_removed(options: tuple[str, ...], fast: Command) -> None:
    build(fast)
    cards = 'card = {}\nblocks = ["call-now", "fever"{}]'
    change_file(fast.project, "handouts/packs.toml", cards.format("true", ', "card"'), cards.format("false", ""))
    build(fast, *options)
    assert listed(fast) == [path_of(name) for name in NAMES if name != "parent-card"]
    assert not (fast.output / path_of("parent-card")).exists()
    assert pictures(fast) == {name for name in NAMES if name != "parent-card"}, "and its picture with it"
    assert_true_or_absent(fast)


def test_a_whole_build_removes_the_prints_of_a_hospital_that_is_gone(fast: Command) -> None:
    second = fast.project.root / "handouts/sites/other-gb.toml"
    second.write_text((fast.project.root / SITE).read_text(encoding="utf-8").replace("small-gb", "other-gb"), encoding="utf-8")
    build(fast)
    assert len(listed(fast)) == 10
    build(fast, "--site", "small-gb", "--force")
    assert len(listed(fast)) == 10, "a build of one hospital keeps the other"
    second.unlink()
    build(fast)
    assert listed(fast) == [path_of(name) for name in NAMES]
    assert not [path for path in (fast.output / "other-gb").rglob("*") if path.is_file()], "no print, and no picture of one"


def test_a_print_that_fails_keeps_its_older_one_and_that_ones_entry(fast: Command) -> None:
    build(fast)
    new_number(fast)
    change_file(fast.project, "handouts/blocks/call-now.nurse.md", "at once", "at once when the pump trips")
    assert "PRINTER" in build(fast, code=1)
    assert listed(fast) == [path_of(name) for name in NAMES]
    assert numbers(fast) == dict.fromkeys(NAMES, "0124") | {"nurse": "0123"}
    assert (fast.output / picture_of("nurse")).read_bytes().endswith(b"0123"), "the picture is that of the print"
    assert_true_or_absent(fast)
    assert "PRINTER" in build(fast, code=1), "what failed is tried, and named, again"


FOREIGN = (
    "notes.txt",
    "small-gb/en-GB/my-own.pdf",
    "small-gb/en-GB/my-own.pdf.part",
    "small-gb/en-GB/blinatumomab-adult-en-GB.pdf.bak",
    "other/manifest.json",
    "download.part",
    "other/x.pdf.part",
)


def test_nothing_else_in_the_folder_is_touched(fast: Command) -> None:
    for name in FOREIGN:
        (fast.output / name).parent.mkdir(parents=True, exist_ok=True)
        (fast.output / name).write_text("mine", encoding="utf-8")
    build(fast)
    new_number(fast)
    build(fast, "--audience", "nurse")
    build(fast)
    assert {name: (fast.output / name).read_text(encoding="utf-8") for name in FOREIGN} == dict.fromkeys(FOREIGN, "mine")


def test_what_a_killed_build_left_is_cleared(fast: Command) -> None:
    build(fast)
    before = snapshot(fast.output)
    gone = [f"gone-gb/pl/blinatumomab-adult-pl.{kind}" for kind in ("pdf", "ics", "png")]
    for name in (path_of("nurse"), picture_of("nurse"), *gone, "manifest.json", "index.html", ".stock.json"):
        left = fast.output / f"{name}.part"
        left.parent.mkdir(parents=True, exist_ok=True)
        left.write_bytes(b"half")
    build(fast, "--force")
    assert snapshot(fast.output) == before


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 2, "artifacts": []}', '{"version": 1, "artifacts": [3]}'])
def test_a_manifest_that_is_not_ours_counts_as_none(text: str, fast: Command) -> None:
    fast.output.mkdir()
    (fast.output / "manifest.json").write_text(text, encoding="utf-8")
    build(fast, "--audience", "nurse")
    assert listed(fast) == [path_of("nurse")]


def test_a_path_in_a_manifest_does_not_lead_out_of_the_folder(fast: Command) -> None:
    outside = fast.project.root / "outside.pdf"
    outside.write_text("mine", encoding="utf-8")
    fast.output.mkdir()
    entries = [make_entry(path=path) for path in ("../outside.pdf", str(outside))]
    (fast.output / "manifest.json").write_text(json.dumps({"version": 1, "artifacts": entries}), encoding="utf-8")
    build(fast)
    assert outside.read_text(encoding="utf-8") == "mine"


# What goes with a print


def rendered(fast: Command, *options: str) -> set[str]:
    """What a build printed anew."""
    run = fast("build", "--today", "2026-11-20", "--json", *options)
    assert run.code == 0, run
    return {row["path"] for row in run.document["artifacts"] if row["rendered"]}


def test_a_print_whose_picture_is_lost_or_damaged_is_made_anew(fast: Command) -> None:
    build(fast)
    before = papers(fast)
    (fast.output / picture_of("parent")).write_bytes(b"PNG by somebody else")
    (fast.output / picture_of("nurse")).unlink()
    assert rendered(fast) == {path_of("parent"), path_of("nurse")}
    assert papers(fast) == before
    assert rendered(fast) == set()


def test_a_stock_from_before_there_were_pictures_prints_all_anew(fast: Command) -> None:
    build(fast)
    before = papers(fast)
    stock = json.loads((fast.output / ".stock.json").read_bytes())
    keys = {path: [row["key"], row["sha256"], row["pages"]] for path, row in stock["keys"].items()}
    (fast.output / ".stock.json").write_text(json.dumps({"version": 1, "keys": keys, "stamps": stock["stamps"]}), encoding="utf-8")
    assert rendered(fast) == {path_of(name) for name in NAMES}
    assert papers(fast) == before


# Other forms, asked for one after the other


def card_of(form: str, audience: str = "adult") -> str:
    return f"small-gb/en-GB/blinatumomab-{audience}-en-GB-{form}.pdf"


def test_a_form_that_was_asked_for_stays_when_another_is_asked_for(fast: Command) -> None:
    """No site file names them, and nobody wants to lose the card of yesterday."""
    for form in ("fridge-card", "large-card", "phone-card"):
        build(fast, "--audience", "adult", "--format", form)
    assert listed(fast) == [card_of(form) for form in ("fridge-card", "large-card", "phone-card")]
    build(fast, "--audience", "parent", "--format", "standard")
    both = [path_of("parent-card"), path_of("parent")]
    assert listed(fast) == sorted([*(card_of(form) for form in ("fridge-card", "large-card", "phone-card")), *both])
    page = (fast.output / "index.html").read_text(encoding="utf-8")
    for form in ("fridge-card", "large-card"):
        assert f'href="{card_of(form)}"' in page
    assert card_of("phone-card").replace(".pdf", ".png") in page, "also what an earlier build drew"
    assert_true_or_absent(fast)
    assert_leads_somewhere(fast.output)


def test_a_whole_build_prints_what_the_sites_name_and_nothing_else(fast: Command) -> None:
    build(fast, "--audience", "adult", "--format", "phone-card")
    build(fast)
    assert listed(fast) == [path_of(name) for name in NAMES]
    assert set(papers(fast)) == {*map(path_of, NAMES), *map(picture_of, NAMES)}


ADDRESS = re.compile(r'(?:href|src)="([^"#?:]+)(?:#[^"]*)?"')


def assert_leads_somewhere(output: Path) -> None:
    """Each address on the front page is a file of the folder: it is opened from a file share, without a server."""
    addresses = {unquote(address) for address in ADDRESS.findall((output / "index.html").read_text(encoding="utf-8"))}
    assert addresses and [address for address in addresses if not (output / address).is_file()] == []


def test_the_front_page_leads_only_to_what_is_there(fast: Command) -> None:
    build(fast, "--audience", "nurse")
    assert_leads_somewhere(fast.output)
    build(fast)
    assert_leads_somewhere(fast.output)


def test_a_picture_that_is_lost_is_not_shown_by_a_build_of_others(fast: Command) -> None:
    """The print is whole, so it stays listed; only a build of it draws its picture anew."""
    build(fast)
    (fast.output / picture_of("nurse")).unlink()
    new_number(fast)
    build(fast, "--audience", "parent")
    assert path_of("nurse") in listed(fast)
    assert_leads_somewhere(fast.output)


# One patient's dates

DATED = ("--audience", "adult", "--format", "standard", "--cycle", "1", "--hospital-days", "3")


def dated_path(start: str) -> str:
    return f"small-gb/en-GB/blinatumomab-adult-en-GB-{start}.pdf"


@pytest.fixture
def hospital(fast: Command) -> Command:
    """The small project with the numbers that a plan is made of."""
    add_plan_numbers(fast.project)
    return fast


def test_a_patients_dates_never_go_where_the_wards_packs_lie(hospital: Command) -> None:
    build(hospital)
    ward = snapshot(hospital.output)
    build(hospital, *DATED, "--start", "2026-12-01T10:30")
    dated = hospital.output / "dated"
    assert {path: data for path, data in snapshot(hospital.output).items() if not path.startswith("dated/")} == ward
    stem = dated_path("2026-12-01T1030").removesuffix(".pdf")
    picture = stem.replace("/en-GB/", "/en-GB/pictures/") + ".png"
    assert {path for path in snapshot(dated) if path.startswith("small-gb/")} == {stem + ".pdf", stem + ".ics", picture}
    assert_leads_somewhere(dated)
    # Another patient's pack leaves the first one where it is; the same order again changes nothing.
    build(hospital, *DATED, "--start", "2026-12-08T09:00")
    both = snapshot(dated)
    assert [entry["path"] for entry in json.loads(both["manifest.json"])["artifacts"]] == [
        dated_path(start) for start in ("2026-12-01T1030", "2026-12-08T0900")
    ]
    assert rendered(hospital, *DATED, "--start", "2026-12-08T09:00") == set()
    assert snapshot(dated) == both
    page = both["index.html"].decode()
    assert all(f'href="{quote(path)}"' in page for path in both if path.endswith((".pdf", ".ics")))
    build(hospital)
    assert snapshot(dated) == both, "a build of the ward's packs touches no dates"


def test_dates_without_a_start_print_nothing(hospital: Command) -> None:
    said = build(hospital, "--cycle", "1", "--audience", "adult", code=1)
    assert "--start: PLAN_START is missing" in said and not hospital.output.exists()


# A build that breaks off


def break_at(patch: pytest.MonkeyPatch, step: str, count: int, watch: Callable[[], None], how: type[BaseException]) -> None:
    """Looks at the folder around each step, and lets the `count`-th call of one of them fail."""
    left = count
    for name in STEPS:
        original = getattr(publish, name)

        def run(path: Path, *data: bytes, original: Callable[..., None] = original, name: str = name) -> None:
            nonlocal left
            watch()
            left -= name == step
            if name == step and left == 0:
                raise how(28, "No space left on device", str(path))
            original(path, *data)
            watch()

        patch.setattr(publish, name, run)


# Five prints with a picture each, index, status, two of the evidence, the stock, the manifest
@pytest.mark.parametrize("how", [OSError, KeyboardInterrupt], ids=["disk full", "ctrl-c"])
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("count", [1, 6, 15, 16])
def test_a_build_that_breaks_off_leaves_every_file_whole_and_the_next_one_heals(
    step: str, count: int, how: type[BaseException], fast: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(fast)
    before = snapshot(fast.output)
    new_number(fast)
    with monkeypatch.context() as patch:
        break_at(patch, step, count, lambda: assert_true_or_absent(fast), how)
        said = build(fast, code=1)
    assert ("OUTPUT" in said and "no space left" in said and "--output" in said) if how is OSError else "Stopped." in said
    assert_true_or_absent(fast)
    assert not list(fast.output.rglob("*.part")), "nothing half-made is left"
    after = snapshot(fast.output)
    if step == "write_beside":
        assert after == before, "as long as files are being written, the old ones stand"
    else:
        assert "manifest.json" not in after and set(numbers(fast).values()) <= {"0123", "0124"}
    build(fast)
    assert numbers(fast) == dict.fromkeys(NAMES, "0124") and listed(fast) == [path_of(name) for name in NAMES]
    assert_true_or_absent(fast)


def test_a_folder_where_another_build_writes_is_named(fast: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    build(fast)
    before = snapshot(fast.output)
    new_number(fast)

    def refuse(output: Path) -> None:
        raise OutputFailed(f"{output}: another build is writing there. Wait for it")

    monkeypatch.setattr("packbuilder.production.locked", refuse)
    assert "OUTPUT" in build(fast, code=1)
    assert snapshot(fast.output) == before
