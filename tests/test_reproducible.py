"""The same input gives the same bytes, whatever the machine: jobs, hash seed, time zone, language, folder, fonts of the system."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from workshop import ROOT, SHIPPED, copy_small_project, snapshot

WAYS = {
    "one": ("1", {"PYTHONHASHSEED": "0", "TZ": "UTC", "LANG": "C", "LC_ALL": "C"}),
    "two": ("2", {"PYTHONHASHSEED": "4711", "TZ": "Asia/Kathmandu", "LANG": "pl_PL.UTF-8", "LC_ALL": "pl_PL.UTF-8"}),
}


def test_two_ways_to_build_give_the_same_bytes(tmp_path: Path, takes_long: None) -> None:
    copy_small_project(tmp_path)
    shutil.copytree(ROOT / "packbuilder", tmp_path / "packbuilder", ignore=shutil.ignore_patterns("__pycache__"))
    # A machine with fonts of its own, one of them under the name of ours: nothing of it may reach a page.
    for place in (tmp_path / "home/.fonts", tmp_path / "home/.local/share/fonts"):
        place.mkdir(parents=True)
        shutil.copy(next((SHIPPED.templates / "fonts").glob("*NaskhArabic*.ttf")), place / "AtkinsonHyperlegibleNext-Regular.ttf")
    made = {}
    for name, (jobs, variables) in WAYS.items():
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PACKBUILDER")} | variables
        if name == "two":
            environment |= {"HOME": str(tmp_path / "home"), "XDG_DATA_HOME": str(tmp_path / "home/.local/share")}
        output = tmp_path / name / "deep" / "folder"
        command = [
            sys.executable,
            "-m",
            "packbuilder",
            "build",
            "--jobs",
            jobs,
            "--today",
            "2026-11-20",
            "--output",
            str(output),
            "--quiet",
        ]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        made[name] = snapshot(output)
    assert any(path.endswith(".pdf") for path in made["one"])
    assert made["one"] == made["two"]
