"""`python -m packbuilder`: what `build.py` runs once the environment is there.

What stops the program, or what the machine lacks, is said in one line at any moment: also while it still loads, and while it ends.
"""

import sys

from packbuilder.interrupts import ignore, listen

LEFT = "What was published before is as it was."


def run() -> int | str:
    """The exit code, or a sentence for standard error and exit code 1."""
    try:
        listen()
        try:
            from packbuilder.cli import main
        except (SystemError, ValueError) as error:  # what Python's compiler says when it has no memory
            raise ImportError(error) from error
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
        ignore()


if __name__ == "__main__":
    sys.exit(run())
