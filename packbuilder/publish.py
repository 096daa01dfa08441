"""Puts finished PDFs where people print them: atomically, with a manifest that is absent or true at every moment.

Order (design, output): finish all PDFs beside their places, drop the old manifest, rename, write the new one. A build of
some editions keeps the other entries.
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from packbuilder.assemble import STAFF, used_facts
from packbuilder.model import Artifact, Edition, Manuscript

MANIFEST_VERSION = 1
PART = ".part"
PAGES = ("index.html", "status.html", "evidence.html", "evidence.json")
ENTRY_KEYS = {"path", "sha256"}


class OutputFailed(Exception):
    """The output folder can't be written. The text is for the user."""


def describe(manuscript: Manuscript, html: str, pdf: bytes, pages: int) -> dict[str, Any]:
    """The manifest entry of a PDF (design, section 6)."""
    edition = manuscript.edition
    return {
        "path": edition.path,
        "kind": edition.kind,
        "site": edition.site.id,
        "region": edition.site.region,
        "audience": edition.audience,
        "locale": edition.locale,
        "format": edition.format,
        "paper": edition.site.paper,
        "pages": pages,
        "sha256": hashlib.sha256(pdf).hexdigest(),
        "state": manuscript.state,
        "sample": edition.site.sample,
        "reasons": [reason.text for reason in manuscript.reasons],
        "digest": manuscript.digest,
        "facts": {
            name: manuscript.facts[name].text for name in sorted(used_facts(html)) if name in manuscript.facts and not name.endswith(STAFF)
        },
    }


def read_manifest(output: Path) -> list[dict[str, Any]]:
    """The entries of the last build; none when there is no manifest or it isn't ours."""
    try:
        data = json.loads((output / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    entries = data.get("artifacts") if isinstance(data, dict) and data.get("version") == MANIFEST_VERSION else None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) and set(entry) >= ENTRY_KEYS for entry in entries):
        return []
    return entries


def publish(
    artifacts: Sequence[Artifact],
    draw_pages: Callable[[Sequence[Mapping[str, Any]]], Mapping[str, str]],
    output: Path,
    planned: Sequence[Edition],
    partial: bool,
) -> list[dict[str, Any]]:
    """Writes PDFs, pages (index, status) and manifest. `planned` are all editions the sites ask for: what is listed for others goes."""
    fresh = {artifact.entry["path"]: dict(artifact.entry) for artifact in artifacts}
    wanted = {edition.path for edition in planned}
    before = read_manifest(output)
    kept = {
        entry["path"]: entry
        for entry in before
        if partial and entry["path"] in wanted and entry["path"] not in fresh and is_whole(entry, output)
    }
    entries = [(fresh | kept)[path] for path in sorted(fresh | kept)]
    stale = [entry["path"] for entry in before if entry["path"] not in fresh and entry["path"] not in kept]
    try:
        for artifact in artifacts:
            write_beside(output / artifact.entry["path"], artifact.pdf)
        pages = draw_pages(entries)
        for name, html in pages.items():
            write_beside(output / name, html.encode())
        write_beside(output / "manifest.json", manifest_bytes(entries))
        (output / "manifest.json").unlink(missing_ok=True)
        for artifact in artifacts:
            put_in_place(output / artifact.entry["path"])
        for path in stale:
            # A manifest is a file like any other: a path in it must not lead out of the folder.
            if (output / path).resolve().is_relative_to(output.resolve()):
                (output / path).unlink(missing_ok=True)
        for name in pages:
            put_in_place(output / name)
        put_in_place(output / "manifest.json")
    except OSError as error:
        for name in (*(artifact.entry["path"] for artifact in artifacts), *PAGES, "manifest.json"):
            with contextlib.suppress(OSError):
                part_of(output / name).unlink(missing_ok=True)
        raise OutputFailed(f"{error.filename or output}: cannot be written: {(error.strerror or str(error)).lower()}") from error
    return entries


def is_whole(entry: Mapping[str, Any], output: Path) -> bool:
    """Whether the file of an entry is there, unchanged: only then may a later manifest go on listing it."""
    try:
        return bool(hashlib.sha256((output / entry["path"]).read_bytes()).hexdigest() == entry["sha256"])
    except OSError:
        return False


def manifest_bytes(entries: Sequence[Mapping[str, Any]]) -> bytes:
    return to_json({"version": MANIFEST_VERSION, "artifacts": list(entries)}).encode()


def to_json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def part_of(path: Path) -> Path:
    return path.with_name(path.name + PART)


def write_beside(path: Path, data: bytes) -> None:
    """The whole file under another name in the same folder, flushed to the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with part_of(path).open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def put_in_place(path: Path) -> None:
    part_of(path).replace(path)
