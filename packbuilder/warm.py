"""Loaded once by the server that workers are forked from: the layout engine, the fonts and the style sheet, ready for all of them.

Why on import: a fork server knows no other way. Why an environment variable: it is what the server inherits.
"""

import gc
import os
import sys
from pathlib import Path
from types import TracebackType

from packbuilder import edition, printer

PARENT_GONE = (FileNotFoundError, EOFError, BrokenPipeError, ConnectionResetError)


def end_quietly(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """A worker that starts when the build has just been stopped finds nobody to work for. That is nothing to tell."""
    if not issubclass(kind, PARENT_GONE):
        sys.__excepthook__(kind, error, trace)


if edition and printer.TEMPLATES in os.environ:
    sys.excepthook = end_quietly
    printer.make_press(Path(os.environ[printer.TEMPLATES]))
    # Nothing of this is ever garbage, and pages that nobody touches stay shared between the workers.
    gc.collect()
    gc.freeze()
