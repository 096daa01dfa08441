"""The desk: what a nurse sees, what a stranger does not get, and that nothing stays behind."""

import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from desks import ADULT, SITE, add_site, choices_of, chosen_of, links_of, make_desk_project, open_counter, part, printing_fast
from flask.testing import FlaskClient
from houses import as_in_a_terminal
from werkzeug.test import TestResponse
from workshop import ROOT, TODAY, Command, change_file, list_languages, snapshot

from packbuilder.choices import FORMS
from packbuilder.desk import ALONE, DeskFailed, NotAlone, check_address, is_called, make_desk, own_names
from packbuilder.model import Project

BASE = "http://127.0.0.1:8765"
START = "2026-04-01T10:30"
DATED = {**ADULT, "start": START, "bags": "3,4", "cycle": "1", "pause": "14", "stay": "3"}
PDF = "/print/blinatumomab-adult-en-GB.pdf"
DATED_PDF = "/print/blinatumomab-adult-en-GB-2026-04-01T1030.pdf"

Get = Callable[..., TestResponse]


def open_client(project: Project, clock: Callable[[], date] = lambda: TODAY, **more: Any) -> FlaskClient:
    return make_desk(open_counter(project), clock, **more).test_client()


def asking(client: FlaskClient) -> Get:
    def get(path: str = "/", words: dict[str, str] | None = None, **headers: str) -> TestResponse:
        return client.get(f"{path}?{urlencode(words or {})}", base_url=BASE, headers=headers)

    return get


@pytest.fixture(scope="module")
def desk_project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return make_desk_project(tmp_path_factory.mktemp("desk"), "es")


@pytest.fixture(scope="module")
def get(desk_project: Project) -> Iterator[Get]:
    """One desk for all tests that change nothing."""
    with printing_fast():
        yield asking(open_client(desk_project))


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[tuple[Project, Get]]:
    """A desk of its own, for tests that change files."""
    project = make_desk_project(tmp_path)
    with printing_fast():
        yield project, asking(open_client(project))


# What there is to choose from


def test_the_page_asks_who_which_language_and_which_form_and_chooses_nobody(get: Get) -> None:
    html = get().text
    assert choices_of(html, "audience") == ["adult", "parent", "nurse"] and not chosen_of(html, "audience")
    assert choices_of(html, "locale") == ["en-GB", "es"] and not chosen_of(html, "locale")
    assert choices_of(html, "form") == list(FORMS) and chosen_of(html, "form") == ["standard"]
    assert part(html, "problems") == "" and "Choose who it is for" in part(html, "answer")


def test_a_language_has_its_own_name_and_that_of_the_page(get: Get) -> None:
    assert "español Spanish" in part(get().text, "languages")


def test_the_page_says_that_no_name_is_needed_and_has_no_place_for_one(get: Get) -> None:
    html = get().text
    assert "No name is needed: write it on the paper." in html
    asked = set(re.findall(r'<(?:input|select|textarea)\b[^>]* name="(\w+)"', html))
    assert asked == {"audience", "locale", "form", "start", "bags", "unit", "cycle", "pause", "stay"}


def test_impossible_forms_are_not_there(get: Get) -> None:
    assert choices_of(get(words={"audience": "nurse", "locale": "es"}).text, "form") == ["standard", "large-print"]
    assert "staff" not in choices_of(get(words=ADULT).text, "form")


def test_only_forms_with_a_page_for_dates_say_so_to_the_script(get: Get) -> None:
    dated = re.findall(r'name="form" value="([^"]*)"[^>]* data-dated', get(words={"audience": "adult"}).text)
    assert dated == ["standard", "large-print", "booklet"]


def test_with_several_hospitals_the_first_question_is_which(fresh: tuple[Project, Get]) -> None:
    project, get = fresh
    assert 'name="site"' not in get().text
    add_site(project, "other-gb", "Other Hospital")
    html = get().text
    assert html.index('name="site"') < html.index('name="audience"')
    assert 'value="small-gb">Northfield Hospital<' in html and 'value="other-gb">Other Hospital<' in html
    answer = get(words={**ADULT, "show": "1"}).text
    assert part(answer, "error-site") == "Choose the hospital."
    assert "Open and print" in part(get(words={**ADULT, "site": "other-gb"}).text, "answer")


def test_two_hospitals_of_the_same_name_are_told_apart_by_their_ward(fresh: tuple[Project, Get]) -> None:
    project, get = fresh
    add_site(project, "other-gb", "Northfield Hospital")
    assert get().text.count("Northfield Hospital, Day Unit") == 2


# The answer


def test_the_answer_says_state_pages_and_paper_and_leads_to_the_pdf(get: Get) -> None:
    html = get(words=ADULT).text
    answer = part(html, "answer")
    for words in ("Adult patient", "English", "Sample", "Draft, not for patients", "Pages: 1, A4", "Open and print"):
        assert words in answer
    assert f"{PDF}?site=small-gb&audience=adult&locale=en-GB" in links_of(html)
    assert chosen_of(html, "audience") == ["adult"]


def test_every_file_of_a_dated_pack_is_there(get: Get) -> None:
    html = get(words=DATED).text
    files = [link for link in links_of(html) if link.startswith("/print/")]
    assert [link.partition("?")[0].rpartition(".")[2] for link in files] == ["pdf", "ics", "png"]
    for link, kind in zip(files, ("application/pdf", "text/calendar", "image/png"), strict=True):
        answer = get(link.partition("?")[0], DATED)
        assert (answer.status_code, answer.mimetype) == (200, kind) and answer.data
    assert "Wednesday, 1 April 2026, 10:30" in part(html, "answer") and "Wednesday, 29 April 2026, 10:30" in part(html, "answer")


def test_a_pdf_opens_in_the_browser_and_a_calendar_is_saved(get: Get) -> None:
    assert get(DATED_PDF, DATED).headers["Content-Disposition"] == f'inline; filename="{DATED_PDF.rpartition("/")[2]}"'
    assert get(DATED_PDF.replace(".pdf", ".ics"), DATED).headers["Content-Disposition"].startswith("attachment; ")


def test_the_card_for_a_phone_is_saved_as_a_picture(get: Get) -> None:
    words = {**ADULT, "form": "phone-card"}
    html = get(words=words).text
    assert "Save the picture" in part(html, "answer") and "Open and print" not in part(html, "answer")
    assert "020 7946 0123" in part(html, "answer"), "who can't see the picture reads its words"
    picture = get("/print/blinatumomab-adult-en-GB-phone-card.png", words)
    assert picture.mimetype == "image/png" and picture.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("booklet", "short edge"),
        ("single-cards", "both sides at actual size"),
        ("card", "actual size (100 %)"),
        ("large-card", "actual size"),
    ],
)
def test_the_answer_says_how_to_print_a_form_that_could_come_out_wrong(get: Get, form: str, words: str) -> None:
    assert words in part(get(words={**ADULT, "form": form}).text, "answer")


def test_what_was_typed_stays_in_the_form(get: Get) -> None:
    typed = {**DATED, "audience": "parent", "locale": "es", "form": "booklet", "unit": "hours", "bags": '9"<b>', "stay": "x"}
    html = get(words=typed).text
    for name in ("audience", "locale", "form", "unit"):
        assert chosen_of(html, name) == [typed[name]]
    assert f'value="{START}"' in html and 'value="9&#34;&lt;b&gt;"' in html and 'value="x"' in html
    assert "<option selected>1</option>" in html and "<option selected>14</option>" in html


def test_a_number_that_is_none_of_the_list_is_shown_as_it_was_typed(get: Get) -> None:
    html = get(words={**DATED, "cycle": "12", "pause": "15"}).text
    assert "<option selected>12</option>" in html and "<option selected>15</option>" in html


def test_the_start_is_said_in_words_beside_its_field(get: Get) -> None:
    assert part(get(words={"start": "2026-12-01T10:30"}).text, "echo") == "Tuesday, 1 December 2026, 10:30"


def test_the_day_is_asked_anew_for_each_answer(tmp_path: Path) -> None:
    days = [TODAY]
    with printing_fast():
        get = asking(open_client(make_desk_project(tmp_path), lambda: days[0]))
        assert part(get(words=DATED).text, "error-start") == ""
        days[0] = TODAY + timedelta(days=500)
        assert "more than a year away" in part(get(words=DATED).text, "error-start")


# What is wrong


@pytest.mark.parametrize(
    ("field", "words", "told"),
    [
        ("start", {"start": "2026-02-30T10:00"}, "Look at the day and the hour at which the drip starts. '2026-02-30' is not"),
        ("start", {"start": ""}, "Enter the day and the hour at which the drip starts"),
        ("start", {"start": "2026-10-25T01:30"}, "this hour comes twice"),
        ("start", {"form": "fridge-card"}, "This form has no page for dates."),
        ("bags", {"bags": "5"}, "Look at how long each bag lasts. '5' is not the length of a bag; a bag lasts 1, 2, 3, 4 or 7 days"),
        ("cycle", {"cycle": "12"}, "Look at the number of the cycle. '12' is not the number of a cycle; write a number from 1 to 9"),
        ("pause", {"pause": "15"}, "Look at the break. '15' is not the days of a break; write 14 or 56"),
        ("stay", {"stay": "29"}, "Look at the days in hospital. '29' is not a number of days within the drip"),
        ("locale", {"locale": "fr"}, "This hospital does not print this language."),
        ("form", {"form": "nonsense", "start": "", "bags": "", "cycle": "", "pause": "", "stay": ""}, "This form does not exist for"),
    ],
)
def test_each_mistake_is_told_at_its_field_and_at_the_top(get: Get, field: str, words: dict[str, str], told: str) -> None:
    html = get(words={**DATED, **words}).text
    assert told.replace("'2026-02-30' is not", "") in part(html, f"error-{field}")
    assert f"#{field}" in links_of(html) and part(html, f"error-{field}").partition(".")[0] in part(html, "problems")
    assert f'id="{field}"' in html and re.search(rf'aria-describedby="[^"]*\berror-{field}"', html)
    assert "Open and print" not in html
    assert not any(link.startswith("/print/") for link in links_of(html))


def test_the_link_to_what_is_shown_leads_to_the_mistakes_where_there_are_any(get: Get) -> None:
    """Without a script, the address of the form ends on them, and the browser puts the focus there."""
    assert '<form id="choice" action="/#shown"' in get().text
    for words in ({**DATED, "bags": "5"}, DATED):
        html = get(words=words).text
        [tag] = re.findall(r'<(?:div|section)[^>]* id="shown"[^>]*>', html)
        assert 'tabindex="-1"' in tag and ("summary" in tag) is (words["bags"] == "5")


def test_all_mistakes_are_told_at_once(get: Get) -> None:
    html = get(words={**DATED, "bags": "5", "cycle": "12", "pause": "15", "stay": "29"}).text
    assert all(part(html, f"error-{field}") for field in ("bags", "cycle", "pause", "stay"))


def test_a_choice_in_the_making_is_no_mistake(get: Get) -> None:
    assert part(get(words={"audience": "adult"}).text, "problems") == ""
    sent = get(words={"audience": "adult", "show": "1"}).text
    assert part(sent, "error-locale") == "Choose a language." and part(sent, "error-audience") == ""


def test_an_hour_that_comes_twice_can_be_told_apart(get: Get) -> None:
    words = {**DATED, "start": "2026-10-25T01:30"}
    assert choices_of(get(words=words).text, "which") == ["first", "second"]
    html = get(words={**words, "which": "second"}).text
    assert part(html, "problems") == "" and "Open and print" in part(html, "answer")
    assert choices_of(get(words=DATED).text, "which") == []


def test_a_pdf_with_problems_is_never_served(fresh: tuple[Project, Get]) -> None:
    project, get = fresh
    change_file(project, "handouts/blocks/about.md", "Tell us", "Where the pump trips, tell us")
    html = get(words=ADULT).text
    assert "This can't be printed now" in part(html, "problems") and "PRINTER fails" in part(html, "problems")
    for path in (PDF, "/print/first-page.png"):
        answer = get(path, ADULT)
        assert answer.status_code == 422 and answer.mimetype == "text/html" and b"%PDF" not in answer.data
        assert "PRINTER fails" in part(answer.text, "problems")


@pytest.mark.parametrize("words", [{}, {"audience": "adult"}, {**DATED, "bags": "5"}, {**ADULT, "site": "../small-gb"}])
def test_what_is_not_a_whole_choice_has_no_pdf(get: Get, words: dict[str, str]) -> None:
    answer = get(PDF, words)
    assert answer.status_code == 422 and part(answer.text, "problems")


def test_a_file_is_served_under_the_name_of_what_was_chosen_only(get: Get) -> None:
    assert get(PDF, ADULT).status_code == 200
    assert get(PDF, DATED).status_code == 404, "another plan under this name would be a wrong plan"
    assert get("/print/manifest.json", ADULT).status_code == 404
    assert get("/print/..%2fsmall-gb.toml", ADULT).status_code == 404


def test_a_hospital_with_mistakes_in_its_file_is_named(fresh: tuple[Project, Get]) -> None:
    project, get = fresh
    add_site(project, "other-gb", "Other Hospital")
    change_file(project, SITE, 'region = "GB"', 'region = "Mars"')
    html = get().text
    assert "A hospital is left out" in html and SITE in html
    assert "Open and print" in part(get(words=ADULT).text, "answer"), "the other one prints"


def test_with_no_hospital_at_all_the_page_still_says_why(fresh: tuple[Project, Get]) -> None:
    project, get = fresh
    change_file(project, SITE, 'region = "GB"', 'region = "Mars"')
    answer = get()
    assert answer.status_code == 200 and "A hospital is left out" in answer.text and 'id="choice"' not in answer.text


# The page's language


@pytest.fixture(scope="module")
def arabic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Get]:
    project = make_desk_project(tmp_path_factory.mktemp("arabic"), "ar")
    change_file(project, SITE, 'staff_locale = "en-GB"', 'staff_locale = "ar"')
    with printing_fast():
        yield asking(open_client(project))


def test_the_page_speaks_the_language_of_the_staff(arabic: Get) -> None:
    html = arabic().text
    assert '<html lang="ar" dir="rtl">' in html and "Príñt á blíñátúmómáb páçk" in html
    assert [*choices_of(html, "locale")] == ["ar", "en-GB"]


def test_what_only_the_program_says_is_marked_as_english(arabic: Get) -> None:
    html = arabic(words={**DATED, "bags": "5"}).text
    assert '<span class="exact" lang="en" dir="ltr">&#39;5&#39; is not the length of a bag' in html


def test_dates_are_in_the_language_of_the_page(arabic: Get) -> None:
    assert "1 أبريل 2026" in part(arabic(words=DATED).text, "answer").replace("\u00a0", " ")


# Who is kept out


@pytest.mark.parametrize("path", ["/", PDF, "/nothing", "/print/first-page.png"])
def test_every_answer_is_closed_to_others_and_kept_by_nobody(get: Get, path: str) -> None:
    headers = get(path, ADULT).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Resource-Policy"] == headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Set-Cookie" not in headers
    policy = dict(rule.strip().split(" ", 1) for rule in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'" and policy["frame-ancestors"] == "'self'" and policy["base-uri"] == "'none'"
    assert not re.search(r"unsafe|\*|http", headers["Content-Security-Policy"])


def test_only_what_the_page_itself_brought_may_run(get: Get) -> None:
    first, second = get(), get()
    for answer in (first, second):
        nonces = set(re.findall(r'nonce="([^"]+)"', answer.text))
        assert [f"'nonce-{nonce}'" for nonce in nonces] == list(
            set(re.findall(r"'nonce-[^']+'", answer.headers["Content-Security-Policy"]))
        )
        assert len(re.findall(r"<(?:script|style)\b", answer.text)) == len(re.findall(r"<(?:script|style) nonce=", answer.text)) == 2
        assert not re.search(r'\s(?:style|on\w+)="', answer.text)
    assert first.headers["Content-Security-Policy"] != second.headers["Content-Security-Policy"]


def test_nothing_is_loaded_from_elsewhere(get: Get) -> None:
    assert all(link.startswith(("/", "#", "data:")) and not link.startswith("//") for link in links_of(get(words=DATED).text))


@pytest.mark.parametrize(
    ("host", "is_open", "answered"),
    [
        ("127.0.0.1:8765", False, True),
        ("localhost:8765", False, True),
        ("LOCALHOST:8765", False, True),
        ("[::1]:8765", False, True),
        ("localhost", False, False),
        ("localhost:80", False, False),
        ("localhost:8765:8765", False, False),
        ("localhost:port", False, False),
        ("evil.example:8765", False, False),
        ("evil.example:8765", True, False),
        ("localhost.evil.example:8765", False, False),
        ("127.0.0.1.evil.example:8765", True, False),
        ("user@localhost:8765", False, False),
        ("localhost:8765/path", False, False),
        ("192.168.0.7:8765", False, False),
        ("192.168.0.7:8765", True, True),
        ("[fd00::7]:8765", True, True),
        ("", False, False),
        ("", True, False),
    ],
)
def test_the_desk_answers_only_to_its_own_names(host: str, is_open: bool, answered: bool) -> None:
    assert is_called(host, "8765", frozenset(ALONE), is_open) is answered


def test_the_usual_port_need_not_be_said() -> None:
    assert is_called("localhost", "80", frozenset(ALONE), False)


def test_a_page_that_calls_the_desk_by_another_name_gets_nothing(get: Get) -> None:
    answer = get("/", DATED, Host="evil.example:8765")
    assert answer.status_code == 421 and "blinatumomab" not in answer.text.casefold()
    assert get(PDF, ADULT, Host="evil.example:8765").status_code == 421


@pytest.mark.parametrize(
    ("site", "dest", "code"),
    [
        ("cross-site", "image", 403),
        ("cross-site", "iframe", 403),
        ("same-site", "script", 403),  # another port of this computer
        ("cross-site", "empty", 403),
        ("cross-site", "document", 200),  # a link on the ward's own pages
        ("same-origin", "empty", 200),
        ("none", "document", 200),
    ],
)
def test_no_other_page_makes_the_desk_print(get: Get, site: str, dest: str, code: int) -> None:
    assert get(PDF, ADULT, **{"Sec-Fetch-Site": site, "Sec-Fetch-Dest": dest}).status_code == code


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("path", ["/", PDF, "/nothing"])
def test_the_desk_takes_nothing_in(desk_project: Project, method: str, path: str) -> None:
    with printing_fast():
        answer = open_client(desk_project).open(path, method=method, base_url=BASE, data=b"name=A")
    assert answer.status_code == 405 and answer.headers["Allow"] == "GET, HEAD"


def test_a_head_says_the_same_without_the_body(desk_project: Project) -> None:
    with printing_fast():
        answer = open_client(desk_project).head("/", base_url=BASE)
    assert answer.status_code == 200 and answer.data == b""


@pytest.mark.parametrize("path", ["/nothing", "/print/", "/static/x", "/index.html", "/.stock.json", "/print/a/b.pdf"])
def test_an_unknown_address_is_told_in_plain_words(get: Get, path: str) -> None:
    answer = get(path)
    assert answer.status_code == 404 and "There is no such page here" in answer.text and "<script" not in answer.text


def test_nothing_is_written(fresh: tuple[Project, Get]) -> None:
    project, get = fresh
    before = snapshot(project.root)
    for path, words in (("/", ADULT), ("/", DATED), (PDF, ADULT), (DATED_PDF, DATED), ("/print/first-page.png", DATED), ("/x", {})):
        get(path, words)
    assert snapshot(project.root) == before


# Opening it


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.9", "localhost", "::1"])
def test_the_computer_itself_may_come_in(host: str) -> None:
    check_address(host, is_open=False)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "::ffff:192.0.2.7", "0"])
def test_an_address_for_others_is_opened_only_when_that_is_said(host: str) -> None:
    with pytest.raises(NotAlone, match=r"Anyone in the network could see and print .* no password, and nothing is encrypted"):
        check_address(host, is_open=False)
    check_address(host, is_open=True)


def test_a_name_is_this_computer_alone_only_if_all_its_addresses_are(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, 0)) for number in ("127.0.0.1", "192.0.2.7")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_words: rows)
    with pytest.raises(NotAlone):
        check_address("both.example", is_open=False)


def test_a_name_that_is_no_address_is_told() -> None:
    with pytest.raises(DeskFailed, match="no address of this computer"):
        check_address("not a name", is_open=True)


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_the_command_refuses_the_network_and_says_what_it_means(command: Command) -> None:
    run = command("desk", "--host", "0.0.0.0")
    assert run.code == 2 and run.out == ""
    assert "0.0.0.0 can be reached by other computers" in run.err and "--open-to-network" in run.err


def test_a_taken_port_is_told_with_what_to_do(command: Command) -> None:
    with printing_fast(), socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        run = command("desk", "--port", str(port))
    assert run.code == 1 and run.out == ""
    assert f"port {port} cannot be used" in run.err and "--port" in run.err and "open already" in run.err


def test_a_port_that_cannot_be_is_told(command: Command) -> None:
    assert command("desk", "--port", "70000").code == 1


def test_a_project_without_fonts_is_told(command: Command, tmp_path: Path, free_port: int) -> None:
    (tmp_path / "templates").unlink()
    (tmp_path / "templates" / "fonts").mkdir(parents=True)
    run = command("desk", "--port", str(free_port))
    assert run.code == 1 and "holds no fonts" in run.err


def test_an_open_desk_answers_to_the_names_of_its_computer() -> None:
    assert own_names("0.0.0.0", is_open=True) >= {*ALONE, "0.0.0.0", socket.gethostname().casefold()}
    assert own_names("127.0.0.9", is_open=False) == {*ALONE, "127.0.0.9"}


def test_the_desk_opens_answers_and_ends_quietly(tmp_path: Path, free_port: int, takes_long: None) -> None:
    """With its workers, in a process of its own, until Ctrl-C."""
    list_languages(make_desk_project(tmp_path), "en-GB")
    program = f"import sys; from pathlib import Path; from packbuilder import cli; cli.ROOT = Path({str(tmp_path)!r})"
    program += "; sys.exit(cli.main(sys.argv[1:]))"
    words = [sys.executable, "-c", program, "desk", "--port", str(free_port), "--today", str(TODAY)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, preexec_fn=as_in_a_terminal) as desk:
        assert desk.stdout
        assert desk.stdout.readline() == f"Open http://127.0.0.1:{free_port}/ in the browser of this computer. Ctrl-C closes the desk.\n"
        address = f"http://127.0.0.1:{free_port}{DATED_PDF}?{urlencode({**DATED, 'site': 'small-gb'})}"
        with urllib.request.urlopen(address, timeout=120) as answer:
            assert answer.read(5) == b"%PDF-" and "waitress" not in (answer.headers["Server"] or "")
        with pytest.raises(urllib.error.HTTPError, match="421"):
            urllib.request.urlopen(urllib.request.Request(address, headers={"Host": "evil.example"}), timeout=30)
        desk.send_signal(signal.SIGINT)
        out, err = desk.communicate(timeout=30)
    assert (desk.returncode, out, err) == (0, "", "")
