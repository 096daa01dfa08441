"""`python -m packbuilder`: what `build.py` runs once the environment is there.

What stops the program, or what the machine lacks, is said in one line at any moment: also while it still loads, and while it ends.
"""

import signal
import sys

INTERRUPTS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
LEFT = "What was published before is as it was."


def run() -> int | str:
    """The exit code, or a sentence for standard error and exit code 1."""
    try:
        try:
            from packbuilder.cli import main
        except (SystemError, ValueError) as error:  # what Python's compiler says when it has no memory
            raise ImportError(error) from error
        listen()
        return main(sys.argv[1:])
    except KeyboardInterrupt:
        return f"Stopped. {LEFT}"
    except MemoryError:
        return f"There is not enough memory. {LEFT} Close other programs, and try again."
    except ImportError as error:
        reason = str(error).strip().rpartition("\n")[2].strip()
        return f"A part of the program cannot be loaded: {reason}. Free memory and try again; else remove .venv and run build.py again."
    except OSError as error:
        name = f"{error.filename2 or error.filename}: " if error.filename else ""
        return f"{name}{(error.strerror or str(error)).lower()}. {LEFT} Look at the disk and at who may write there, and try again."
    finally:
        for number in INTERRUPTS:
            signal.signal(number, signal.SIG_IGN)


def listen() -> None:
    """Ends on a closed terminal or a shutdown as on Ctrl-C. What was ignored on purpose stays ignored (`nohup`).

    `build.py` holds back what comes before this moment.
    """
    for number in INTERRUPTS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, INTERRUPTS)


if __name__ == "__main__":
    sys.exit(run())
