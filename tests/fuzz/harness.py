"""Coverage-guided fuzzing of one reader: `harness.py READER [options of libFuzzer] CORPUS…`; see README.md.

harness.py READER --seeds FOLDER     writes the files to start from
harness.py READER --replay FOLDER    asks the oracle about each file, and names those it does not like
harness.py READER --shrink FILE      makes a failing file as small as it gets, in place
"""

import logging
import sys
import tempfile
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random

import atheris

with atheris.instrument_imports(include=["packbuilder", "markdown", "babel.messages", "tomllib"]):
    from oracles import TARGETS, Target, change

Check = Callable[[bytes], bool]


def fault(check: Check, data: bytes) -> str:
    """What goes wrong with these bytes, without what differs from file to file; "" when nothing does."""
    try:
        check(data)
    except Exception as error:
        trace = error.__traceback__
        while trace and trace.tb_next:
            trace = trace.tb_next
        return f"{type(error).__name__} in {trace.tb_frame.f_code.co_name}:{trace.tb_lineno}" if trace else type(error).__name__
    return ""


def shrink(check: Check, data: bytes) -> bytes:
    """The same fault with less around it: lines are taken out, then bytes, as long as that is what still happens."""
    wanted = fault(check, data)
    assert wanted, "nothing is wrong with this file"
    for joint in (b"\n", b""):
        parts = data.split(joint) if joint else [data[at : at + 1] for at in range(len(data))]
        size = len(parts) // 2
        while size:
            at = 0
            while at < len(parts):
                fewer = parts[:at] + parts[at + size :]
                if fault(check, joint.join(fewer)) == wanted:
                    parts = fewer
                else:
                    at += size
            size //= 2
        data = joint.join(parts)
    return data


def mutate(target: Target, seeds: list[bytes], data: bytes, longest: int, seed: int) -> bytes:
    """Changes that know the format, and now and then whatever libFuzzer thinks of."""
    dice = Random(seed)
    if dice.random() < 0.3:
        return bytes(atheris.Mutate(data, longest))
    for _ in range(dice.randint(1, 4)):
        data = change(data, target, seeds, dice)
    return data[:longest]


def main() -> None:
    name, *rest = sys.argv[1:]
    target = TARGETS[name]
    logging.getLogger("weasyprint").propagate = False
    with tempfile.TemporaryDirectory() as folder:
        check = partial(_check, target, Path(folder))
        if rest[:1] == ["--seeds"]:
            for seed in target.seeds():
                (Path(rest[1]) / f"{zlib.crc32(seed):08x}").write_bytes(seed)
        elif rest[:1] == ["--shrink"]:
            file = Path(rest[1])
            file.write_bytes(shrink(check, file.read_bytes()))
            sys.stdout.write(f"{fault(check, file.read_bytes())}: {file.read_bytes()!r}\n")
        elif rest[:1] == ["--replay"]:
            files = sorted(path for path in Path(rest[1]).rglob("*") if path.is_file())
            faults = {path: found for path in files if (found := fault(check, path.read_bytes()))}
            sys.stdout.write(
                "".join(f"{path}: {found}\n" for path, found in faults.items()) + f"{len(files)} files, {len(faults)} faults\n"
            )
            sys.exit(bool(faults))
        else:
            seeds = list(target.seeds())
            atheris.Setup([sys.argv[0], *rest], check, custom_mutator=partial(mutate, target, seeds))
            atheris.Fuzz()


def _check(target: Target, folder: Path, data: bytes) -> bool:
    target.check(data, folder)
    return False


if __name__ == "__main__":
    main()
