"""Whether time and memory stay flat over a region of hospitals: `python tests/bench/scale.py [--sites 1000]`, some eight minutes.

Builds one pack in one language for that many made-up hospitals, and compares the first part of the run with the last: seconds for a
PDF, and the memory of the parent and of its workers. See README.md beside this file for the last results.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Sample:
    """Memory at a moment: seconds since the start, and megabytes of the parent and of the largest worker."""

    when: float
    parent: float
    worker: float


def make_sites(folder: Path, count: int) -> None:
    text = (ROOT / "handouts/sites/example-gb.toml").read_text(encoding="utf-8")
    for number in range(count):
        name = f"made-up-{number:04}"
        changed = text.replace('id = "example-gb"', f'id = "{name}"').replace("Alderbrook University", f"Made-up {number:04}")
        (folder / f"{name}.toml").write_text(changed, encoding="utf-8")


def resident(pid: int) -> float:
    """Megabytes of memory that a process holds; 0 when it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)


def descendants(pid: int) -> list[int]:
    try:
        children = [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
    except OSError:
        return []
    return [one for child in children for one in (child, *descendants(child))]


def watch(pid: int, start: float, samples: list[Sample], over: threading.Event) -> None:
    while not over.wait(0.5):
        samples.append(Sample(time.perf_counter() - start, resident(pid), max(map(resident, descendants(pid)), default=0.0)))


def compare(name: str, first: float, last: float, unit: str) -> str:
    return f"| {name} | {first:.2f} {unit} | {last:.2f} {unit} | {last / first:.3f} |"


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "sites").mkdir()
        make_sites(folder / "sites", count)
        options = ["--sites", str(folder / "sites"), "--audience", "nurse", "--locale", "en-GB", "--jobs", "2"]
        command = [sys.executable, "-m", "packbuilder", "build", *options, "--output", str(folder / "output")]
        start = time.perf_counter()
        running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        samples: list[Sample] = []
        over = threading.Event()
        watcher = threading.Thread(target=watch, args=(running.pid, start, samples, over))
        watcher.start()
        done = [time.perf_counter() - start for line in running.stderr or () if line.startswith("[")]
        code = running.wait()
        over.set()
        watcher.join()
        print(f"{count} hospitals, exit {code}, {len(done)} prints in {done[-1]:.0f} s")
    tenth = count // 10
    # The first tenth warms up; it is compared with nothing.
    early, late = (done[2 * tenth] - done[tenth]) / tenth, (done[-1] - done[-tenth - 1]) / tenth
    parts = [[one for one in samples if done[low] <= one.when <= done[high]] for low, high in ((tenth, 3 * tenth), (-2 * tenth, -1))]
    print("| | after the first tenth | at the end | ratio |\n|---|---|---|---|")
    print(compare("seconds for a PDF", early, late, "s"))
    for name in ("parent", "worker"):
        first, last = (statistics.median(getattr(one, name) for one in part) for part in parts)
        print(compare(f"memory, {name}", first, last, "MB"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sites", type=int, default=1000)
    main(parser.parse_args().sites)
