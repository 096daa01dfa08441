#!/usr/bin/env python3
"""Asks whether a known vulnerability stands against a version that is in the lock, and says how many it could ask about.

Reported, not refused: a fault that was found in a library overnight says nothing about the change that CI is looking at. On a machine
that cannot reach a list of vulnerabilities it says so, and never that there are none. pip-audit lives in an environment of its own
(`audit.lock`), because nothing of ours needs it.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

CI = Path(__file__).resolve().parent
LOCK = CI.parent / "requirements-dev.lock"
WAIT = 240  # seconds: some eighty questions over the network


def ask(environment: Path) -> tuple[list[dict[str, object]], str]:
    """What is known of each package, or why nobody could be asked."""
    python = environment / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "-r", CI / "audit.lock"], check=True)
    command = [python, "-m", "pip_audit", "--disable-pip", "--require-hashes", "-r", LOCK, "--progress-spinner", "off", "--format", "json"]
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=WAIT, check=False)
        return json.loads(said.stdout)["dependencies"], ""
    except subprocess.TimeoutExpired:
        return [], f"no answer in {WAIT} seconds"
    except (ValueError, KeyError):
        return [], (said.stderr.strip().split("\n") or [""])[-1]


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        try:
            packages, reason = ask(Path(folder))
        except (subprocess.CalledProcessError, OSError) as error:
            packages, reason = [], str(error)
    known = [package for package in packages if "skip_reason" not in package]
    for package in known:
        for fault in package["vulns"]:
            mended = ", ".join(fault["fix_versions"]) or "no version yet"
            print(f"KNOWN VULNERABILITY: {package['name']} {package['version']}: {fault['id']}, mended in: {mended}")
    if known:
        faulty = sum(bool(package["vulns"]) for package in known)
        print(f"{faulty} of {len(known)} packages that were looked up have a known vulnerability.")
    if not known or len(known) < len(packages):
        missing = f"{len(packages) - len(known)} packages" if known else "every package"
        print(f"Not looked up: {missing}. {reason or 'The list of vulnerabilities does not know them, or cannot be reached from here.'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
