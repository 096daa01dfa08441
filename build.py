#!/usr/bin/env python3
"""The one command: `python3 build.py` builds every pack, `python3 build.py --help` lists the rest.

Why a shim: a nurse lead should need one command and a machine with Python. This file uses only the standard library.
The first time, it makes `.venv` beside itself from a lock file. Then it hands over to `packbuilder` in there.

Why `os.path` and imports inside functions: this runs before every command and must not be felt.
"""

import os
import sys

if sys.version_info < (3, 11):  # noqa: UP036 (an older Python gets this far, and no further)
    sys.stderr.write(f"build.py needs Python 3.11 or newer, and this is Python {sys.version.split()[0]}.\n")
    raise SystemExit(2)

ROOT = os.path.dirname(os.path.realpath(__file__))
RUN_LOCK, TEST_LOCK = "requirements.lock", "requirements-dev.lock"
KIND = f"{sys.implementation.cache_tag} {sys.platform}\n".encode()  # a `.venv` of another kind is made anew
APT = ("apt-get", "-o", "DPkg::Lock::Timeout=300")

# What WeasyPrint loads from the system, on Linux with the Debian package that holds it. All else comes as wheels.
LINUX_LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}
MAC_FOLDERS = ("/opt/homebrew/lib", "/usr/local/lib", "/opt/local/lib")
WINDOWS_FOLDERS = "C:\\msys64\\ucrt64\\bin;C:\\msys64\\mingw64\\bin;C:\\Program Files\\GTK3-Runtime Win64\\bin"


class Stop(Exception):
    """Something outside the program is in the way. Its text says what, and what to do; no traceback is shown."""


def main(argv: list[str], root: str = ROOT) -> int:
    """Run `argv` in the project's own environment, which is made first where it is missing or out of date."""
    testing = argv[:1] == ["test"]
    try:
        if not is_ready(root, testing):
            prepare(root, testing)
        if testing:
            os.chdir(root)
        return hand_over(root, ["pytest", *argv[1:]] if testing else ["packbuilder", *argv])
    except Stop as stop:
        say(str(stop))
    except OSError as error:
        say(f"Cannot use {os.path.join(root, '.venv')}: {error}")
    except KeyboardInterrupt:
        say("Stopped. The same command goes on.")
        return 1
    return 2


def say(text: str) -> None:
    """Speak on standard error: standard output belongs to the program, whose `--json` promises one document."""
    print(text, file=sys.stderr, flush=True)


def python_in(root: str) -> str:
    """The interpreter of the environment, where `venv` puts it on this system."""
    return os.path.join(root, ".venv", *(("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")))


def stamp(lock: str) -> bytes:
    """What `.venv/complete` holds once `lock` is installed: the kind of Python, then the lock, byte for byte.

    Comparing 100 kB costs less than importing a hash. The folder's own place is left out: nothing used in `.venv`
    depends on it, so a project that was moved goes on working, also without a network.
    """
    with open(lock, "rb") as file:
        return KIND + file.read()


def installed(root: str) -> bytes:
    """The stamp of a whole `.venv`, or nothing. Its interpreter is a link, which dangles when that Python is gone."""
    try:
        with open(os.path.join(root, ".venv", "complete"), "rb") as file:
            return file.read() if os.path.exists(python_in(root)) else b""
    except OSError:
        return b""


def is_ready(root: str, testing: bool) -> bool:
    """Whether `.venv` is whole and up to date. The test lock holds all that a build needs, so a build takes either."""
    locks = (os.path.join(root, lock) for lock in ((TEST_LOCK,) if testing else (RUN_LOCK, TEST_LOCK)))
    found = installed(root)
    return any(found == stamp(lock) for lock in locks)


def hand_over(root: str, module: list[str]) -> int:
    """Become the real program. `-I` keeps the caller's folder and PYTHONPATH from hiding our modules."""
    command = [python_in(root), "-I", "-X", "utf8", "-m", *module]
    if sys.platform == "darwin":  # an interpreter from python.org does not look where Homebrew puts libraries
        os.environ.setdefault("DYLD_FALLBACK_LIBRARY_PATH", ":".join(MAC_FOLDERS))
    if os.name != "nt":
        if module[0] == "packbuilder":
            hold_back()
        os.execv(command[0], command)
    import subprocess  # on Windows, exec would give the prompt back while the program still runs

    return subprocess.call(command)


def hold_back() -> None:
    """Lets Ctrl-C, and the end of the session, wait until `packbuilder` can hear them.

    A Python that is still starting would answer with a traceback.
    """
    import _signal  # type: ignore[import-not-found]  # `signal` would bring `enum` with it

    _signal.pthread_sigmask(_signal.SIG_BLOCK, {_signal.SIGINT, _signal.SIGTERM, _signal.SIGHUP})


def prepare(root: str, testing: bool) -> None:
    """Bring the system's libraries and `.venv` up to date. Writes nothing if a person has to act first."""
    import shutil

    packages = missing_packages(sys.platform)
    tools = [tool for tool in ("apt-get", "dnf") if shutil.which(tool)]
    is_root = getattr(os, "geteuid", lambda: None)() == 0
    if packages and not (is_root and "apt-get" in tools):
        raise Stop(advice(packages, sys.platform, tools, is_root))
    with open(os.path.join(root, ".venv.lock"), "ab") as gate:
        wait_for_turn(gate.fileno())
        if is_ready(root, testing):  # another first run has done the work while this one waited
            return
        if packages:
            say(f"Installing system libraries, once: {' '.join(packages)} …")
            hint = "apt-get could not install them. Is there a network connection? The same command tries again."
            run([*APT, "update"], hint)
            run([*APT, "install", "-y", "--no-install-recommends", *packages], hint)
        make_environment(root, os.path.join(root, TEST_LOCK if testing else RUN_LOCK))


def missing_packages(platform: str) -> list[str]:
    """The Debian packages whose contents are absent. On other systems only "none" or "some" matters."""
    import ctypes
    import importlib.util

    missing = [] if importlib.util.find_spec("ensurepip") else [f"python3.{sys.version_info[1]}-venv"]
    if platform in ("win32", "darwin"):
        name, places = "libpango-1.0.dylib", list(MAC_FOLDERS)
        if platform == "win32":
            name, places = "libpango-1.0-0.dll", os.getenv("WEASYPRINT_DLL_DIRECTORIES", WINDOWS_FOLDERS).split(";")
        return missing if any(os.path.exists(os.path.join(place, name)) for place in places) else [*missing, "pango"]
    for library, package in LINUX_LIBRARIES.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            missing.append(package)
    return missing


def advice(packages: list[str], platform: str, tools: list[str], is_root: bool) -> str:
    """The one command that a person has to type to get what is missing."""
    sudo, where = "" if is_root else "sudo ", ""
    if platform == "win32":
        where, command = " in the MSYS2 UCRT64 shell (https://www.msys2.org)", "pacman -S mingw-w64-ucrt-x86_64-pango"
    elif platform == "darwin":
        command = "brew install pango"
    elif "apt-get" in tools:
        command = f"{sudo}apt-get update && {sudo}apt-get install -y --no-install-recommends {' '.join(packages)}"
    elif "dnf" in tools:
        command = f"{sudo}dnf install -y pango harfbuzz python3"
    else:
        return "Please install Pango, and HarfBuzz with its subset library, with your system's package manager."
    return f"System libraries are missing. Please run this once{where}, then try again:\n\n    {command}\n"


def wait_for_turn(gate: int) -> None:
    """Hold the file `gate` until this process ends or hands over. The system lets go of it even after a crash."""
    if sys.platform == "win32":
        import msvcrt

        while True:
            try:
                return msvcrt.locking(gate, msvcrt.LK_LOCK, 1)
            except OSError:  # it gives up after ten seconds, and an installation takes longer
                continue
    import fcntl

    fcntl.flock(gate, fcntl.LOCK_EX)


def make_environment(root: str, lock: str) -> None:
    """Make `.venv` hold what `lock` names, every file checked against its hash.

    Of a `.venv` of this Python, nothing is changed before all is fetched: without a network, it stays as it was.
    The stamp goes first and comes back last, in one step: a half-made `.venv` is never taken for a whole one.
    """
    import shutil
    import venv

    folder, wanted, python = os.path.join(root, ".venv"), stamp(lock), python_in(root)
    complete, wheels = os.path.join(folder, "complete"), os.path.join(folder, "wheels")
    library = ("Lib",) if os.name == "nt" else ("lib", f"python3.{sys.version_info[1]}")
    packages = os.path.join(folder, *library, "site-packages")
    say("Installing Python packages into .venv, once …")
    if not installed(root).startswith(KIND):
        venv.create(folder, clear=True, symlinks=os.name != "nt")
        run([python, "-I", "-m", "ensurepip"], "Python could not put pip into .venv.")
    pip = [python, "-I", "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input"]
    # The lock is whole. Asked to look for more, pip would take the newest of a package that another one wants with an extra, and stop.
    checked = ["--require-hashes", "--only-binary=:all:", "--no-deps", "-r", lock]
    hint = "pip could not install them. Is there a network connection, and disk space? The same command tries again."
    run([*pip, "download", "-d", wheels, *checked], hint)
    if os.path.exists(complete):
        os.remove(complete)
    run([*pip, "install", "--no-index", "--find-links", wheels, *checked], hint)
    shutil.rmtree(wheels)
    # Lets `.venv` import `packbuilder` from the project. The way there is relative, so that it survives a move.
    with open(os.path.join(packages, "project.pth"), "w", encoding="utf-8") as file:
        file.write(os.path.relpath(root, packages) + "\n")
    with open(complete + ".new", "wb") as file:
        file.write(wanted)
    os.replace(complete + ".new", complete)


def run(command: list[str], hint: str) -> None:
    """Run `command` quietly. If it fails, show the end of what it said, one of its warnings at most, then `hint`."""
    import subprocess

    settings = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(command, env=settings, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode:
        said = (done.stdout + done.stderr).decode(errors="replace").strip().splitlines()
        warnings = [line for line in said if line.startswith("WARNING:")]
        raise Stop("\n".join([*warnings[-1:], *[line for line in said if line not in warnings][-15:], "", hint]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
