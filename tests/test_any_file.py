"""Whatever stands in a file of a clinician, a hospital, a translator or a designer: it is read, or named. The oracles say what that means.

These are the searches of `tests/fuzz` without its steering, a few of them on each run; `--examples 1000` makes more.
"""

from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import TARGETS, change, share


@cache
def seeds(reader: str) -> list[bytes]:
    return list(TARGETS[reader].seeds())


@pytest.mark.parametrize("reader", TARGETS)
@given(start=st.integers(0, 10_000), changes=st.integers(0, 6), dice=st.randoms(use_true_random=False))
@share(0.12)
def test_a_file_that_somebody_changed_is_read_or_named(reader: str, start: int, changes: int, dice: Random) -> None:
    files, target = seeds(reader), TARGETS[reader]
    data = files[start % len(files)]
    for _ in range(changes):
        data = change(data, target, files, dice)
    with TemporaryDirectory() as folder:
        target.check(data, Path(folder))


@pytest.mark.parametrize("reader", TARGETS)
@given(data=st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")))
@share(0.05)
def test_a_file_of_anything_is_read_or_named(reader: str, data: bytes) -> None:
    with TemporaryDirectory() as folder:
        TARGETS[reader].check(data, Path(folder))
