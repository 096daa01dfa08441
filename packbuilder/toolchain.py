"""The tools that made a PDF: their versions, without loading them.

Why: a print is kept as long as nothing that it was made from has changed, and another Pango breaks lines elsewhere. The same list
tells a worker on another machine whether it would print the same bytes.
"""

import ctypes
import functools
import hashlib
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

PACKAGE = Path(__file__).parent
LIBRARIES = ("weasyprint", "pydyf", "tinycss2", "tinyhtml5", "cssselect2", "fonttools", "pillow", "jinja2", "markdown", "babel", "segno",
             "pikepdf", "pypdfium2", "icalendar")  # fmt: skip
SYSTEM = {
    "pango": ("pango_version_string", ("libpango-1.0.so.0", "libpango-1.0.dylib", "libpango-1.0-0.dll")),
    "harfbuzz": ("hb_version_string", ("libharfbuzz.so.0", "libharfbuzz.dylib", "libharfbuzz-0.dll")),
}


@functools.cache
def tool_versions() -> Mapping[str, str]:
    """Name and version of everything that decides how a page comes out."""
    own = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(PACKAGE.glob("*.py")))).hexdigest()[:16]
    found = {"packbuilder": own, "python": platform.python_version()}
    found |= {name: version(name) for name in LIBRARIES}
    return found | {name: library_version(function, files) for name, (function, files) in SYSTEM.items()}


def library_version(function: str, files: tuple[str, ...]) -> str:
    """The version that a system library says of itself; `unknown` where it has another file name."""
    for name in files:
        try:
            call = getattr(ctypes.CDLL(name), function)
        except (OSError, AttributeError):
            continue
        call.restype = ctypes.c_char_p
        return str(call().decode())
    return "unknown"


def tools_digest() -> str:
    return hashlib.sha256(repr(sorted(tool_versions().items())).encode()).hexdigest()
