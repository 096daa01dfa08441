"""The desk: one page on the ward's computer, to print one pack with or without the dates of a cycle (issue 6).

No accounts, no names, nothing stored: all that there is stands in the address, and every answer says that it is not to be kept. It is
for this computer alone, so it answers nobody who calls it by another name (DNS rebinding), and loads nothing from any other place.
"""

import ipaddress
import logging
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import waitress  # type: ignore[import-untyped]
from flask import Flask, Response, abort, g, request
from werkzeug.exceptions import HTTPException

from packbuilder.answer import PICTURE, Result, decide, echo_start, file_of, make_answer
from packbuilder.choices import EMPTY, is_twice, make_offer, read_choice
from packbuilder.counter import Counter, Gone
from packbuilder.model import Project, WorkersFailed
from packbuilder.printer import FontsMissing, check_fonts
from packbuilder.screens import screen_words
from packbuilder.typeset import make_environment

TEMPLATE = "desk.html"
METHODS = ("GET", "HEAD")
TYPES = {".pdf": "application/pdf", ".png": "image/png", ".ics": "text/calendar; charset=utf-8"}
THREADS = 8  # each waits for a print; the printing is done by others
OWN_FETCHES = ("same-origin", "none")  # Fetch Metadata (W3C): what the desk's own page asks for, and what a person typed
HIGHEST_PORT = 65535
ALONE = ("localhost", "127.0.0.1", "::1")
# Nothing from elsewhere, and nothing that this program has not written.
POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src 'nonce-{0}'; script-src 'nonce-{0}'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class DeskFailed(Exception):
    """The desk can't be opened. The text is for the user."""


class NotAlone(DeskFailed):
    """An address that others can reach, and nobody said that this is wanted."""


def make_desk(counter: Counter, clock: Callable[[], date], names: frozenset[str] = frozenset(ALONE), is_open: bool = False) -> Flask:
    """The routes. `names` are those by which the desk may be called, an open one also by any number; `clock` tells the day."""
    app = Flask(__name__, static_folder=None, template_folder=None)
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    env = make_environment(counter.project.templates)

    def draw(**values: Any) -> str:
        """The page; with `message` alone what is no choice."""
        house = counter.visit()
        words = screen_words(house.locale, house.rooms, TEMPLATE.removesuffix(".html"))
        blank = {"message": "", "offer": None, "choice": EMPTY, "slips": (), "answer": None, "broken": (), "twice": False, "echo": ""}
        return env.get_template(TEMPLATE).render(words, **{**blank, **values}, nonce=g.nonce)

    def show(result: Result | None = None) -> str:
        """The form as it was filled in, and what became of it."""
        house = counter.visit()
        choice = read_choice(request.args, tuple(house.sites))
        if result is None:
            result = choose(is_sent="show" in request.args)
        site, (asked, artifact) = house.sites.get(choice.site), (result.asked, result.artifact)
        offer = make_offer(choice, house.sites, house.rooms.library, house.locale)
        return draw(
            offer=offer,
            choice=choice,
            slips=result.slips,
            answer=make_answer(choice, offer, asked, artifact, counter.draw(asked, artifact), house.locale) if asked and artifact else None,
            broken=house.broken,
            twice=site is not None and is_twice(choice.start, site.time_zone),
            echo=echo_start(choice, house.locale, site.region) if site else "",
        )

    def choose(is_sent: bool) -> Result:
        house = counter.visit()
        is_gone = request.environ.get("waitress.client_disconnected", lambda: False)
        return decide(read_choice(request.args, tuple(house.sites)), house, counter, clock(), is_gone, is_sent)

    @app.before_request
    def refuse() -> Response | None:
        """Whoever calls the desk by a name that is not its own was led here by another page."""
        g.nonce = secrets.token_urlsafe(16)
        if not is_called(request.headers.get("Host", ""), str(request.environ.get("SERVER_PORT", "")), names, is_open):
            return Response("The desk is not called like this. Open it on its own computer.\n", 421, mimetype="text/plain")
        if request.headers.get("Sec-Fetch-Site", "none") not in OWN_FETCHES and request.headers.get("Sec-Fetch-Dest") != "document":
            return Response("The desk serves no other page.\n", 403, mimetype="text/plain")
        if request.method not in METHODS:
            return Response("The desk takes nothing in.\n", 405, {"Allow": ", ".join(METHODS)}, mimetype="text/plain")
        return None

    @app.after_request
    def guard(response: Response) -> Response:
        response.headers.update(HEADERS)
        response.headers["Content-Security-Policy"] = POLICY.format(g.nonce)
        return response

    @app.get("/")
    def page() -> str:
        return show()

    @app.get("/print/<name>")
    def take(name: str) -> Response:
        """A file of what was chosen. What has a problem is shown with it, and never served."""
        result = choose(is_sent=True)
        if result.asked is None or result.artifact is None:
            return Response(show(result), 422)
        data = counter.draw(result.asked, result.artifact) if name == PICTURE else file_of(name, result.artifact)
        kind = TYPES.get(Path(name).suffix)
        if data is None or kind is None:
            abort(404)
        how = "inline" if kind == TYPES[".pdf"] or name == PICTURE else "attachment"
        return Response(data, headers={"Content-Type": kind, "Content-Disposition": f'{how}; filename="{name}"'})

    @app.errorhandler(Gone)
    def forget(_gone: Gone) -> Response:
        return Response(status=204)

    @app.errorhandler(HTTPException)
    def explain(error: HTTPException) -> Response:
        """In the words of the page. What Flask adds in English is for programmers."""
        return Response(draw(message="failed" if (error.code or 500) >= 500 else "missing"), error.code)

    return app


def is_called(host: str, port: str, names: frozenset[str], is_open: bool) -> bool:
    """Whether a `Host` header names this desk: a name of its own, or on an open one a number, with its port (RFC 9110, 7.2)."""
    try:
        parts = urlsplit(f"//{host}")
        name, given = (parts.hostname or "").casefold(), str(parts.port or 80)
    except ValueError:
        return False
    is_bare = parts.netloc == host and parts.username is None
    return is_bare and given == port and (name in names or (is_open and is_number(name)))


def is_number(name: str) -> bool:
    try:
        return bool(ipaddress.ip_address(name))
    except ValueError:
        return False


def own_names(host: str, is_open: bool) -> frozenset[str]:
    """By which names the desk may be called; an open one also by those of its computer."""
    others = (socket.gethostname(), socket.getfqdn()) if is_open else ()
    return frozenset(name.casefold() for name in (*ALONE, host, *others))


def check_address(host: str, is_open: bool) -> None:
    """Raises `NotAlone` for an address that another computer can reach, unless that is wanted, and `DeskFailed` for none at all."""
    try:
        found = {str(row[4][0]).partition("%")[0] for row in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except OSError:
        raise DeskFailed(f"{host!r} is no address of this computer. Leave --host out.") from None
    if not is_open and not all(ipaddress.ip_address(number).is_loopback for number in found):
        raise NotAlone(
            f"{host} can be reached by other computers, so the desk does not open there. Anyone in the network could see and print what is "
            "chosen: there is no password, and nothing is encrypted. Leave --host out, or add --open-to-network if that is what you want."
        )


def bind(host: str, port: int) -> socket.socket:
    """The place at which the desk can be reached. Raises `DeskFailed`."""
    if port > HIGHEST_PORT:
        raise DeskFailed(f"There is no port {port}. Use a number from 1024 to {HIGHEST_PORT}, or leave --port out.")
    try:
        family, _, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(place[:2], family=family)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        hint = "Is the desk open already? Look for it in the browser, or open this one with another --port."
        raise DeskFailed(f"{host} port {port} cannot be used: {why}. {hint}") from None


@contextmanager
def open_desk(
    project: Project, output: Path, clock: Callable[[], date], sites: tuple[str, ...], host: str, port: int, is_open: bool
) -> Iterator[Any]:
    """The server, bound and ready to `run()`. Raises `DeskFailed`."""
    check_address(host, is_open)
    try:
        check_fonts(project.templates / "fonts")
    except FontsMissing as missing:
        raise DeskFailed(f"{missing} holds no fonts. Fetch the project again: templates/fonts is part of it.") from None
    # It says so when more is asked than it has threads, which is nothing that a person at the ward can mend.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    place = bind(host, port)
    try:
        counter = Counter(project, output, sites)
    except WorkersFailed as failure:
        place.close()
        raise DeskFailed(f"{failure}. Free memory, or room in the folder for temporary files, and open the desk again.") from None
    try:
        app = make_desk(counter, clock, own_names(host, is_open), is_open)
        # Requests are looked at ahead, so that it is noticed when a browser has turned to another choice.
        server = waitress.create_server(app, sockets=[place], threads=THREADS, ident="", channel_request_lookahead=1)
        threading.Thread(target=counter.warm, args=(clock(),), daemon=True).start()
        yield server
        server.close()
    finally:
        counter.close()
        place.close()
