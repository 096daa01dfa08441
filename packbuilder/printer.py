"""HTML -> PDF bytes (WeasyPrint), with our fonts only and no network. Its log records become Problems.

Why the log matters: WeasyPrint exits happily after a missing glyph, a missing picture or an unknown style rule; it only logs.
"""

import functools
import hashlib
import logging
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from packbuilder.drawing import MOST_BYTES, check_drawing
from packbuilder.model import Place, Problem

FONTCONFIG = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir>
<alias><family>sans-serif</family><prefer><family>Atkinson Hyperlegible Next</family></prefer></alias>
<alias><family>serif</family><prefer><family>Atkinson Hyperlegible Next</family></prefer></alias>
<alias><family>monospace</family><prefer><family>Atkinson Hyperlegible Next</family></prefer></alias></fontconfig>"""

VARIANT = "pdf/ua-1"
SHEET = "print.css"
TEMPLATES = "PACKBUILDER_TEMPLATES"  # tells the fork server of the workers which look to load


class FontsMissing(Exception):
    """No font at all: Pango would crash the process, so nothing is started."""


@dataclass(frozen=True, slots=True)
class Press:
    """What is made once for each process: the font configuration, the parsed style sheets, the guarded fetcher.

    `problems` are what WeasyPrint said of the style sheet; every print with it has them.
    """

    templates: Path
    fonts: Any
    stylesheets: tuple[Any, ...]
    fetcher: Any
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Proof:
    """A laid-out document with its PDF. `document` and `tree` are WeasyPrint's own, for the read-back only."""

    document: Any
    tree: Any
    pdf: bytes
    problems: tuple[Problem, ...]


def check_fonts(fonts: Path) -> None:
    """Raises FontsMissing for a folder without fonts."""
    if not any(fonts.glob("*.ttf")):
        raise FontsMissing(str(fonts))


def isolate_fonts(fonts: Path) -> None:
    """Shows fontconfig our folder and nothing else. Must run before WeasyPrint is imported: it reads this at import."""
    check_fonts(fonts)
    # One folder for each user and checkout: two builds at once must not see each other's fonts.
    mark = hashlib.sha256(str(fonts.resolve()).encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"packbuilder-fonts-{os.getuid() if hasattr(os, 'getuid') else 0}-{mark}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if not is_private(folder):
        folder = Path(tempfile.mkdtemp(prefix=f"{folder.name}-"))
    config = folder / "fonts.conf"
    wanted = FONTCONFIG.format(fonts=fonts.resolve(), cache=folder / "cache")
    if not config.exists() or config.read_text(encoding="utf-8") != wanted:
        fresh = folder / f"fonts-{os.getpid()}.conf"
        fresh.write_text(wanted, encoding="utf-8")
        fresh.replace(config)
    os.environ["FONTCONFIG_FILE"] = str(config)


def is_private(folder: Path) -> bool:
    """Whether nobody else can write into a folder of everybody's temporary folder: fonts of theirs could show other digits than ours."""
    status = folder.lstat()
    return not hasattr(os, "getuid") or (stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid() and not status.st_mode & 0o022)


def make_press(templates: Path) -> Press:
    """The press of this process, made anew only when the style sheet was saved: parsing it costs more than a page."""
    return press_for(templates, (templates / SHEET).stat().st_mtime_ns)


@functools.lru_cache(maxsize=4)
def press_for(templates: Path, _saved: int) -> Press:
    isolate_fonts(templates / "fonts")
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class GuardedFetcher(URLFetcher):  # type: ignore[misc]
        """Only drawings, in `data:` and in files inside `templates/`; anything else is logged, and so fails the edition."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            parts = urlsplit(url)
            if parts.scheme == "file":
                path = Path(unquote(parts.path)).resolve()
                if parts.netloc or not path.is_relative_to(templates.resolve()):
                    raise ValueError(f"{url} lies outside the templates")
            elif parts.scheme != "data":
                raise ValueError(f"{url} is not allowed: only pictures of the templates are")
            fetched = super().fetch(url, headers)
            data = fetched.read(MOST_BYTES + 1)
            for line, wrong in check_drawing(data):
                raise ValueError(f"line {line}: {wrong}")
            return URLFetcherResponse(url, data, fetched.headers)

    fetcher = GuardedFetcher(allowed_protocols={"file", "data"}, allow_redirects=False)
    fonts = FontConfiguration()
    with collect_log(f"{templates.name}/{SHEET}") as problems:
        sheet = CSS(filename=templates / SHEET, font_config=fonts, url_fetcher=fetcher)
    return Press(templates, fonts, (sheet,), fetcher, tuple(problems))


@contextmanager
def collect_log(name: str) -> Iterator[list[Problem]]:
    """Everything that WeasyPrint and its helpers say while printing, as Problems of the edition."""
    found: list[Problem] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            text = record.getMessage()
            code = "MISSING_GLYPH" if ".notdef" in text else "PRINTER"
            hint = "use another character, or add a font that has it to templates/fonts" if code == "MISSING_GLYPH" else "mend the template"
            found.append(Problem(code, Place(name), text, hint))

    handler = Collector(logging.WARNING)
    logger = logging.getLogger("weasyprint")
    propagate, logger.propagate = logger.propagate, False
    logger.addHandler(handler)
    try:
        yield found
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagate


def lay_out(html: str, press: Press, name: str) -> tuple[Any, Any, tuple[Problem, ...]]:
    """The laid-out document, not yet drawn, and the element tree that its boxes were made from."""
    from weasyprint import HTML

    with collect_log(name) as problems:
        source = HTML(string=html, base_url=(press.templates / "x").as_uri(), url_fetcher=press.fetcher)
        document = source.render(stylesheets=list(press.stylesheets), font_config=press.fonts, pdf_variant=VARIANT)
    return document, source.etree_element, (*press.problems, *problems)


def print_pdf(html: str, press: Press, name: str) -> Proof:
    """A finished PDF/UA-1 file. Same input, same bytes: no date and no identifier of the machine is written."""
    document, tree, problems = lay_out(html, press, name)
    with collect_log(name) as more:
        pdf = document.write_pdf(pdf_variant=VARIANT)
    return Proof(document, tree, pdf, (*problems, *more))
