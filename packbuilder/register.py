"""`handouts/approvals.toml`: reads and adds signatures, and keeps the signed texts beside it, for the eye that compares.

Why the texts are kept: a digest says that something changed, not what. A signature holds by its digest alone; a text that was
lost or altered is only no longer compared with.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from packbuilder.approval import add_months, digest_text
from packbuilder.model import ROLES, Approval, Place, Problem, Project
from packbuilder.textfile import HIDDEN, read_text, read_toml, suggest

KEYS: dict[str, type] = {
    "site": str, "audience": str, "locale": str, "role": str, "by": str, "title": str, "date": date, "review": date, "digest": str,
}  # fmt: skip
LAST_YEAR = 2999
MOST_MONTHS = 36  # the longest that health information may stand without a review (standards T10)
NAMES = {str: 'text in quotes, "…"', date: "a date such as 2026-11-20"}
HEAD = "# Who signed which text. Written by `build.py approve`; an entry counts only for the exact text that it names.\n"


def register_path(project: Project) -> Path:
    return project.handouts / "approvals.toml"


def read_register(project: Project) -> tuple[tuple[Approval, ...], tuple[Problem, ...]]:
    """All signatures in the order in which they were given. One that can't be read in full is a problem and counts for nothing."""
    path = register_path(project)
    if not path.exists():
        return (), ()
    file, broken = read_toml(path, project.root)
    if broken:
        return (), broken
    # Every table has the same name, so the places come from the lines that open them.
    lines = [number for number, line in enumerate(file.source.split("\n"), start=1) if re.match(r"\s*\[\[\s*approval\s*\]\]", line)]
    problems = [
        Problem("UNKNOWN_KEY", file.place(key), f"{key}: is not known", "each signature starts with a line [[approval]]")
        for key in file.values
        if key != "approval"
    ]
    tables = file.values.get("approval", [])
    if not isinstance(tables, list):
        hint = "each signature starts with a line [[approval]]"
        problems.append(Problem("APPROVAL_VALUE", file.place("approval"), "approval: is not a list of signatures", hint))
        tables = []
    approvals = []
    for number, table in enumerate(tables):
        place = Place(file.path, lines[number] if number < len(lines) else 1)
        wrong = list(check_entry(table, place))
        problems += wrong
        if not wrong:
            approvals.append(Approval(**table, place=place))
    return tuple(approvals), tuple(problems)


def check_entry(table: Any, place: Place) -> Sequence[Problem]:
    """What is wrong with one signature."""
    found = [
        Problem("UNKNOWN_KEY", place, f"{key}: is not known", suggest(key, list(KEYS)))
        for key in (table if isinstance(table, dict) else {})
        if key not in KEYS
    ]
    for key, kind in KEYS.items():
        value = table.get(key) if isinstance(table, dict) else None
        if not isinstance(value, kind) or isinstance(value, datetime) or value == "":
            found.append(Problem("APPROVAL_VALUE", place, f"{key}: is missing or cannot be used", f"write {NAMES[kind]}"))
    if found:
        return found
    if table["role"] not in ROLES:
        found.append(Problem("APPROVAL_ROLE", place, f"role: {table['role']!r} is not known", suggest(table["role"], list(ROLES))))
    for key in ("site", "audience", "locale"):
        if not re.fullmatch(r"[A-Za-z0-9-]+", table[key]):
            found.append(Problem("APPROVAL_VALUE", place, f"{key}: {table[key]!r} is not a name", "run `build.py approve` again"))
    if not re.fullmatch(r"[0-9a-f]{64}", table["digest"]):
        found.append(Problem("APPROVAL_VALUE", place, "digest: is not one", "do not write it by hand: run `build.py approve`"))
    if table["date"].year > LAST_YEAR:
        found.append(Problem("APPROVAL_VALUE", place, f"date: nobody signed on {table['date']}", "run `build.py approve` again"))
    elif table["review"] > add_months(table["date"], MOST_MONTHS):
        found.append(
            Problem("APPROVAL_VALUE", place, f"review: is more than {MOST_MONTHS} months after date", "run `build.py approve` again")
        )
    if table["review"] <= table["date"]:
        found.append(Problem("APPROVAL_VALUE", place, "review: is not after date", "run `build.py approve` again"))
    return found


def quote(text: str) -> str:
    """A TOML basic string."""
    return '"' + re.sub(r'(["\\])', r"\\\1", HIDDEN.sub("", " ".join(text.split()))) + '"'


def write_approval(approval: Approval) -> str:
    """One signature as TOML."""
    values = {
        key: value.isoformat() if isinstance(value := getattr(approval, key), date) else quote(value) for key in KEYS
    }  # fmt: skip
    return "\n[[approval]]\n" + "".join(f"{key} = {value}\n" for key, value in values.items())


def add_approval(approval: Approval, text: Sequence[str], project: Project) -> Path:
    """Adds a signature at the end of the register, and keeps its text. The register is whole at every moment; raises OSError."""
    path = register_path(project)
    before = path.read_text(encoding="utf-8") if path.exists() else HEAD
    kept = signed_text_path(approval, project)
    kept.parent.mkdir(exist_ok=True)
    replace_file(kept, "\n".join(text) + "\n")
    replace_file(path, before.rstrip("\n") + "\n" + write_approval(approval))
    return path


def replace_file(path: Path, text: str) -> None:
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8", newline="\n")
    part.replace(path)


def signed_text_path(approval: Approval, project: Project) -> Path:
    """Where the text that was signed last is kept, one file for each site, audience and language."""
    return project.handouts / "approved" / f"{approval.site}.{approval.audience}.{approval.locale}.txt"


def read_signed_text(approval: Approval, project: Project) -> tuple[str, ...] | None:
    """The text behind a signature; None when it is not kept, or is no longer the text that was signed."""
    text, problems = read_text(signed_text_path(approval, project), project.root)
    lines = tuple(filter(None, text.split("\n")))
    return lines if not problems and digest_text(lines) == approval.digest else None
