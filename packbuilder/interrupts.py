"""Ctrl-C, a closed terminal and a shutdown: heard as KeyboardInterrupt, and only where the work can be left.

A module that is being loaded cannot be left. Some libraries in C++ end the process when an exception comes while they set themselves
up (nanobind, on which pikepdf stands, aborts), others take it for a fault of their own, and Python prints it and goes on where
it has nobody to tell.
"""

import contextlib
import signal
import sys
import threading
from _thread import interrupt_main, start_new_thread
from collections.abc import Iterator
from types import FrameType

INTERRUPTS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
LOADER = "<frozen importlib._bootstrap"  # Python's name for the code that loads modules
SOON = 0.02  # seconds until an interrupt that came too early is tried again: nobody feels them
LATER = 5.0  # seconds until one that was raised comes again, if the program goes on as if nothing had been: some library caught it


def listen() -> None:
    """Ends on a closed terminal or a shutdown as on Ctrl-C. What was ignored on purpose stays ignored (`nohup`).

    `build.py` holds back what comes before this moment.
    """
    sys.unraisablehook = tell_again
    for number in INTERRUPTS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, interrupt)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, INTERRUPTS)


def ignore() -> None:
    """From now on nothing is interrupted: the program ends, and its exit code is chosen."""
    for number in INTERRUPTS:
        signal.signal(number, signal.SIG_IGN)


def interrupt(number: int, frame: FrameType | None) -> None:
    """The handler of every interrupt: raises KeyboardInterrupt as soon as no module is being loaded, and again until the program ends."""
    is_early = is_loading(frame)
    try:
        try_again(number, SOON if is_early else LATER)
    except RuntimeError:  # there is no room for a thread: now or never
        raise KeyboardInterrupt(number) from None
    if not is_early:
        raise KeyboardInterrupt(number)


def try_again(number: int, seconds: float) -> None:
    """Lets an interrupt come once more; nothing comes of one that is ignored by then.

    A thread without a name, for `threading` may hold its locks at this moment. A real signal where there are any: only that wakes a
    thread that waits.
    """
    main = threading.main_thread().ident

    def send() -> None:
        threading.Event().wait(seconds)
        if hasattr(signal, "pthread_kill") and main is not None:
            signal.pthread_kill(main, number)
        else:
            interrupt_main(signal.Signals(number))

    start_new_thread(send, ())


def is_loading(frame: FrameType | None) -> bool:
    """Whether the code of this frame runs because a module is being loaded, or a text as code: then Python would end by the signal."""
    while frame:
        code = frame.f_code
        if code.co_filename.startswith(LOADER) or (code.co_filename == "<string>" and code.co_name == "<module>" and frame.f_back):
            return True
        frame = frame.f_back
    return False


def tell_again(lost: "sys.UnraisableHookArgs") -> None:
    """An interrupt that was raised where Python can only drop exceptions, as while an object is taken away, comes once more."""
    if isinstance(lost.exc_value, KeyboardInterrupt):
        try_again(lost.exc_value.args[0] if lost.exc_value.args else signal.SIGINT, SOON)
    else:
        sys.__unraisablehook__(lost)


@contextlib.contextmanager
def deaf_to_interrupts(forgets: bool = False) -> Iterator[None]:
    """Nothing that is done or started meanwhile hears Ctrl-C, or the end of the session: files move all or none.

    It is heard at the end, unless by then the work is done (`forgets`).
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard: list[int] = []
    hearing = [number for number in INTERRUPTS if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, lambda number, _: heard.append(number)) for number in hearing}
    # What is started inherits this, and leaves Ctrl-C and a closed terminal to us.
    mine = {number for number in INTERRUPTS if number != signal.SIGTERM}
    can_block = hasattr(signal, "pthread_sigmask")
    if can_block:
        signal.pthread_sigmask(signal.SIG_BLOCK, mine)
    try:
        yield
    finally:
        if can_block:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, mine)
        for number, handler in before.items():
            signal.signal(number, handler)
    if heard and not forgets:
        raise KeyboardInterrupt
