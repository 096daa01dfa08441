"""Puts finished PDFs where people print them: atomically, with a manifest that is absent or true at every moment.

Order (design, output): finish all PDFs beside their places, drop the old manifest, rename, write the new one. A build of
some editions keeps the other entries.
"""

import contextlib
import errno
import hashlib
import json
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from packbuilder.assemble import STAFF, used_facts
from packbuilder.interrupts import deaf_to_interrupts
from packbuilder.language import is_language
from packbuilder.model import AUDIENCES, FORMATS, WORKING, Artifact, Manuscript

MANIFEST_VERSION = 1
MANIFEST, PART, LOCK = "manifest.json", ".part", ".lock"
PAGES = ("index.html", "before-cycle-1.html", "status.html", "evidence.html", "evidence.json")
# What stands in an entry (design, section 6), and the words that some of it is one of.
ENTRY: Mapping[str, type] = {
    **dict.fromkeys(("path", "kind", "site", "region", "audience", "locale", "format", "paper", "sha256", "state", "digest"), str),
    "pages": int, "sample": bool, "reasons": list, "facts": dict,
}  # fmt: skip
KNOWN: Mapping[str, Collection[str]] = {
    "kind": ("pack", "card"), "audience": AUDIENCES, "format": (*FORMATS, *WORKING), "state": ("draft", "release"),
}  # fmt: skip


class OutputFailed(Exception):
    """The output folder can't be written. The text is for the user."""


def describe(manuscript: Manuscript, html: str, sha256: str, pages: int) -> dict[str, Any]:
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
        "sha256": sha256,
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
        data = json.loads((output / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return []
    entries = data.get("artifacts") if isinstance(data, dict) and data.get("version") == MANIFEST_VERSION else None
    return entries if isinstance(entries, list) and all(map(is_entry, entries)) else []


def is_entry(entry: Any) -> bool:
    """Whether an entry of a manifest is as `describe` writes it: it can be damaged, or somebody else's."""
    if not isinstance(entry, dict) or any(type(entry.get(key)) is not kind for key, kind in ENTRY.items()):
        return False
    texts = [entry["path"], *entry["reasons"], *entry["facts"].values()]
    is_known = is_language(entry["locale"]) and all(entry[key] in words for key, words in KNOWN.items())
    return is_known and "\0" not in entry["path"] and all(isinstance(text, str) for text in texts)


def stage(artifact: Artifact, output: Path) -> None:
    """Writes a finished PDF and its companions beside their places, flushed to the disk. Raises OutputFailed."""
    with failing_clearly(output):
        for path, data in {artifact.entry["path"]: artifact.pdf, **artifact.companions}.items():
            write_beside(output / path, data)


def publish(
    fresh: Mapping[str, tuple[Mapping[str, Any], Sequence[str]]],
    kept: Sequence[Mapping[str, Any]],
    pages: Mapping[str, str],
    extra: Mapping[str, bytes],
    gone: Iterable[str],
    output: Path,
    forgets: bool = True,
) -> list[dict[str, Any]]:
    """Puts everything in its place: the staged PDFs of `fresh`, the `pages` (index, status), `extra` files, the manifest last.

    `fresh` is by path the manifest entry and the paths of the companions. What the last manifest listed and this one does not is removed,
    and so are the companions in `gone`; nothing else in the folder is touched. An interrupt that comes meanwhile is too late (`forgets`),
    or is raised when all is in its place. Raises OutputFailed.
    """
    entries = sorted([*(dict(entry) for entry, _ in fresh.values()), *map(dict, kept)], key=lambda entry: str(entry["path"]))
    listed = {entry["path"] for entry in entries}
    staged = [*fresh, *(path for _, companions in fresh.values() for path in companions)]
    stale = [*(entry["path"] for entry in read_manifest(output) if entry["path"] not in listed), *set(gone) - set(staged)]
    with failing_clearly(output), deaf_to_interrupts(forgets):
        for name, html in pages.items():
            write_beside(output / name, html.encode())
        for name, data in extra.items():
            write_beside(output / name, data)
        write_beside(output / MANIFEST, manifest_bytes(entries))
        for name in (*staged, *pages, *extra, MANIFEST):
            refuse_folder(output / name)
        (output / MANIFEST).unlink(missing_ok=True)
        for path in staged:
            put_in_place(output / path)
        for path in stale:
            # A manifest is a file like any other: a path in it must not lead out of the folder.
            if (output / path).resolve().is_relative_to(output.resolve()):
                (output / path).unlink(missing_ok=True)
        for name in (*pages, *extra, MANIFEST):
            put_in_place(output / name)
        for folder in {output, *((output / path).parent for path in staged)}:
            flush_folder(folder)
    return entries


@contextlib.contextmanager
def failing_clearly(output: Path) -> Iterator[None]:
    """Any trouble with the disk as OutputFailed, with the name of the file."""
    try:
        yield
    except OSError as error:
        # Of a move the second name is the one that people know.
        name = error.filename2 or error.filename or output
        raise OutputFailed(f"{name}: cannot be written: {(error.strerror or str(error)).lower()}") from error


def clear_parts(output: Path, paths: Iterable[str]) -> None:
    """Removes what an unfinished build left beside the places of its files."""
    for name in (*paths, *PAGES, MANIFEST):
        with contextlib.suppress(OSError):
            part_of(output / name).unlink(missing_ok=True)


@contextlib.contextmanager
def locked(output: Path) -> Iterator[None]:
    """Keeps a second build out of the folder. The lock is the system's own: it ends with the process, however that ends."""
    with failing_clearly(output):
        output.mkdir(parents=True, exist_ok=True)
        lock = FileLock(output / LOCK)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise OutputFailed(f"{output}: another build is writing there. Wait for it") from None
    try:
        yield
    finally:
        lock.release()


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


def refuse_folder(path: Path) -> None:
    """A folder in the place of a file is found before the first file is moved, not after half of them. Raises OSError."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))


def put_in_place(path: Path) -> None:
    part_of(path).replace(path)


def flush_folder(folder: Path) -> None:
    """So that the names are on the disk too, where the system lets one say so."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
