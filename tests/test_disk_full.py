"""A disk without room, at every file that a build writes: the old prints stay whole, the manifest true, and the next build heals.

The disk is real: a small one in memory, in a mount namespace of its own. Within it this file runs as a program.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from houses import assert_fine, assert_honest, assert_told, change_ward, make_built_house, move_in, problems_in, published, run
from workshop import ROOT, Command, change_toml, print_fast

from packbuilder import publish
from packbuilder.model import Project

NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount")
PAGE = 4096  # bytes: a disk in memory gives out no less
FILLER = "filler"


@pytest.fixture(scope="module")
def built_house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("built")
    if sys.platform != "linux" or subprocess.run([*NAMESPACE, "mount", "-t", "tmpfs", "none", str(place)], check=False).returncode:
        pytest.skip("this machine lets nobody mount a small disk")
    return make_built_house(place)


@pytest.fixture
def house(takes_long: None, built_house: Path, tmp_path: Path) -> Path:
    return move_in(built_house, tmp_path)


def with_disk(place: Path, options: str) -> tuple[str, ...]:
    """Words before a command: a disk of its own is mounted at this place."""
    place.mkdir(exist_ok=True)
    return (*NAMESPACE, "sh", "-c", f'mount -t tmpfs -o {options} none "$0" && exec "$@"', str(place))


def test_a_disk_that_fills_up_at_any_file_leaves_the_old_prints_and_heals(house: Path) -> None:
    """Made-up prints, so that each page of room can be tried."""
    driver = [sys.executable, str(Path(__file__).resolve()), str(house)]
    done = subprocess.run([*with_disk(house / "output", "size=4m"), *driver], cwd=house, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert set(done.stdout.split()) >= {".pdf", ".png", ".html", ".stock.json", "manifest.json"}, "not every kind of file was hit"


def test_a_real_build_without_room_says_so_and_names_the_folder(house: Path) -> None:
    before = published(house / "output")
    change_ward(house, 1)
    code, said = run(house, "build", "--audience", "adult", "--output", "small", before=with_disk(house / "small", "size=64k"))
    assert_told(code, said, "small: OUTPUT small: cannot be written: no space left on device (free the disk or choose another folder")
    assert published(house / "output") == before


@pytest.mark.parametrize("options", ["nr_inodes=2", "nr_inodes=4", "size=4k", "size=8k", "ro"])
def test_a_full_folder_for_temporary_files_stops_the_build_or_does_no_harm(house: Path, options: str) -> None:
    """No room for the sockets of the workers, for the list of fonts, or for what is known of the fonts."""
    before = published(house / "output")
    change_ward(house, 1)
    code, said = run(house, before=with_disk(house / "temporary", options), TMPDIR=str(house / "temporary"))
    assert_honest(house / "output")
    if code:
        assert_told(code, said, "WORKER_LOST the processes that print", "room in the folder for temporary files")
        assert published(house / "output") == before
        assert_fine(*run(house))
    assert published(house / "output") != before


def test_an_output_that_may_only_be_read_is_named_and_stays_as_it_was(house: Path) -> None:
    before = published(house / "output")
    change_ward(house, 1)
    (house / "output/small-gb/en-GB/blinatumomab-adult-en-GB.pdf.part").write_bytes(b"what a killed build left")
    for folder in ("output", "output/small-gb"):
        script = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'
        code, said = run(house, before=(*NAMESPACE, "sh", "-c", script, str(house / folder)))
        assert_told(code, said, f"OUTPUT {house / 'output'}/", "cannot be written: read-only file system (free the disk or choose another")
        assert problems_in(said).endswith("1 problem. Nothing wrong was printed.\n")
        assert published(house / "output") == before
    assert_fine(*run(house))
    assert not list(house.rglob("output/**/*.part"))


# As a program, within the namespace


def fill(disk: Path, room: int) -> None:
    """Leaves so many bytes on a disk."""
    (disk / FILLER).unlink(missing_ok=True)
    free = os.statvfs(disk)
    with (disk / FILLER).open("wb") as filler:
        filler.write(bytes(free.f_bavail * free.f_frsize - room))


def files_on(disk: Path) -> dict[str, str]:
    return {name: digest for name, digest in published(disk).items() if name != FILLER}


def try_every_room(house: Path, patch: pytest.MonkeyPatch) -> Iterator[str]:
    """Builds with a page more of room each time until one is whole; what each could not write."""
    patch.setattr("packbuilder.production.run_jobs", print_fast)
    patch.setattr("packbuilder.pool.start_ahead", lambda project: None)
    written: list[Path] = []
    real = publish.write_beside
    patch.setattr(publish, "write_beside", lambda path, data: (written.append(path), real(path, data)))
    command, disk = Command(Project(house), patch), house / "output"
    assert command("build").code == 0
    site = house / "handouts/sites/small-gb.toml"
    for number in range(1000):
        before = files_on(disk)
        phone = f'contact.phone_24h = "020 7946 0{number:03d}"'
        site.write_text(change_toml(site.read_text(encoding="utf-8"), phone), encoding="utf-8")
        fill(disk, number * PAGE)
        done = command("build")
        (disk / FILLER).unlink()
        if done.code == 0:
            assert files_on(disk) != before
            return
        assert_told(done.code, done.err, "cannot be written: no space left on device")
        assert files_on(disk) == before, f"with {number} pages of room"
        assert not list(disk.rglob("*.part"))
        yield written[-1].suffix if written[-1].name not in ("manifest.json", ".stock.json") else written[-1].name
        assert command("build").code == 0, "with room the next build heals"
        assert files_on(disk).keys() == before.keys() and files_on(disk) != before
    raise AssertionError("no room was enough")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    with pytest.MonkeyPatch.context() as context:
        sys.stdout.write(" ".join(try_every_room(Path(sys.argv[1]), context)))
