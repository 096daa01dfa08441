"""Loaded once by the server that workers are forked from: the layout engine, the fonts and the style sheet, ready for all of them.

Why on import: a fork server knows no other way. Why an environment variable: it is what the server inherits.
"""

import gc
import os
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import TracebackType

from packbuilder import printer

PARENT_GONE = (FileNotFoundError, EOFError, BrokenPipeError, ConnectionResetError)
NO_ROOM = (MemoryError,)


def end_quietly(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """A worker that starts when the build has just been stopped finds nobody to work for. That is nothing to tell.

    One that has no room to start in ends, and its parent tells it.
    """
    if not issubclass(kind, PARENT_GONE + NO_ROOM):
        sys.__excepthook__(kind, error, trace)


if printer.TEMPLATES in os.environ:
    sys.excepthook = end_quietly
    # Where there is no room to load them, the workers will meet the same, and their parent tells it.
    with suppress(OSError, MemoryError, ImportError):
        import_module("packbuilder.edition")
        printer.make_press(Path(os.environ[printer.TEMPLATES]))
    # Nothing of this is ever garbage, and pages that nobody touches stay shared between the workers.
    gc.collect()
    gc.freeze()
