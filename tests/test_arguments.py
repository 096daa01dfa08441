"""What the command line asks for: an order, its dates, and words that mean nothing."""

from datetime import date
from pathlib import Path

import pytest
from workshop import ROOT

from packbuilder.arguments import make_order, parse_arguments
from packbuilder.model import Limits
from packbuilder.orders import DateWords, Order

START = "2026-12-01T10:30"


def order(*argv: str) -> Order:
    return make_order(parse_arguments(["build", *argv], ROOT), ROOT)


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ((), None),
        (("--start", START), DateWords(START)),
        (("--cycle", "1"), DateWords("", "1")),
        (
            ("--start", START, "--cycle", "2", "--bag-days", "3,4", "--break", "14", "--hospital-days", "3"),
            DateWords(START, "2", "3,4", "", "14", "3"),
        ),
        (("--start", START, "--bag-hours", "96"), DateWords(START, bag_hours="96")),
    ],
)
def test_the_words_of_a_plan_go_into_the_order_as_they_were_typed(argv: tuple[str, ...], words: DateWords | None) -> None:
    assert order(*argv).dates == words


@pytest.mark.parametrize(
    ("argv", "output"),
    [((), "output"), (("--start", START), "output/dated"), (("--cycle", "1"), "output/dated"), (("--start", START, "--output", "x"), "x")],
)
def test_dates_have_a_folder_of_their_own_unless_one_is_named(argv: tuple[str, ...], output: str) -> None:
    wanted = ROOT / output if output != "x" else Path("x")
    assert order(*argv).output == wanted


def test_each_option_of_a_build_goes_into_the_order() -> None:
    made = order(
        "--site", "a", "--site", "b", "--audience", "adult", "--locale", "ar", "--format", "booklet", "--release", "--force", "--jobs", "3",
        "--shard", "2/4", "--scheduler", "tcp://host:8786", "--time-limit", "9", "--memory-limit", "700", "--sites", "s",
        "--keep-html", "h", "--today", "2026-03-01", "--output", "o",
    )  # fmt: skip
    assert made == Order(
        Path("o"),
        date(2026, 3, 1),
        sites=("a", "b"),
        site_folder=Path("s"),
        audiences=("adult",),
        locales=("ar",),
        formats=("booklet",),
        release=True,
        force=True,
        jobs=3,
        shard=(2, 4),
        scheduler="tcp://host:8786",
        limits=Limits(9, 700),
        keep_html=Path("h"),
    )


@pytest.mark.parametrize("argv", [(), ("--locale", "ar"), ("--json",)])
def test_no_command_means_build(argv: tuple[str, ...]) -> None:
    assert parse_arguments(argv, ROOT).command == "build"


@pytest.mark.parametrize(
    "argv",
    [
        ("bulid",), ("build", "--jobs", "0"), ("build", "--jobs", "two"), ("build", "--shard", "5/4"), ("build", "--shard", "0/4"),
        ("build", "--shard", "1"), ("build", "--today", "tomorrow"), ("build", "--audience", "child"), ("build", "--format", "poster"),
        ("build", "--time-limit", "-1"), ("approve", "--site", "a"), ("approve", "--role", "owner"), ("watch",), ("check", "--days", "x"),
    ],
)  # fmt: skip
def test_words_that_mean_nothing_end_with_two(argv: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        parse_arguments(argv, ROOT)
    assert stop.value.code == 2
    said = capsys.readouterr()
    assert said.out == "" and "usage: python3 build.py" in said.err and "error:" in said.err
