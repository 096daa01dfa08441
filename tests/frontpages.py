"""Made-up front pages: manifest entries as a build writes them, and the folder in which they stand."""

from collections.abc import Callable, Collection, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
from markupsafe import Markup
from PIL import Image
from workshop import SHIPPED

from packbuilder.frontpage import Shown, SiteLine, Steps, arrange, make_steps
from packbuilder.language import direction
from packbuilder.model import CARDS, FORMATS
from packbuilder.typeset import make_environment

LOCALES = ("en-GB", "es", "pl", "ar", "zh-Hans")
SITES = {
    "alder-gb": SiteLine("Alder Hospital", "Ward Seven", "020 7946 0160"),
    "cedar-us": SiteLine("Cedar Clinic", "Infusion Center", "(202) 555-0160"),
}
STEPS = (
    '<h2>Before the first cycle</h2>\n<h3>Choose</h3>\n<ol>\n<li><strong>Ring <bdi dir="ltr" class="fact" data-fact="phone_24h">'
    '<a href="tel:+440000">{phone}</a></bdi>.</strong> Somebody must answer.</li>\n<li>Look.</li>\n</ol>\n<h3>Print</h3>\n'
    '<ol start="3">\n<li>Print it <span class="tick-box"></span></li>\n</ol>\n<p>Then sign.</p>'
)


def make_entry(
    site: str = "alder-gb", locale: str = "en-GB", audience: str = "adult", form: str = "standard", kind: str = "pack", **changes: Any
) -> dict[str, Any]:
    """A manifest entry (design, section 6)."""
    card = "card-" if kind == "card" and form == "standard" else ""
    end = "" if form == "standard" else f"-{form}"
    return {
        "path": f"{site}/{locale}/blinatumomab-{audience}-{card}{locale}{end}.pdf",
        "kind": kind,
        "site": site,
        "region": site[-2:].upper(),
        "audience": audience,
        "locale": locale,
        "format": form,
        "paper": "Letter" if site.endswith("us") else "A4",
        "pages": 1 if kind == "card" else 30,
        "sha256": "0" * 64,
        "state": "draft",
        "sample": False,
        "reasons": [],
        "digest": f"{audience}{locale}".encode().hex().ljust(64, "0"),
        "facts": {"hospital": f"Hospital {site}"},
        **changes,
    }


def make_all(site: str, locales: Sequence[str] = LOCALES) -> tuple[list[dict[str, Any]], dict[str, Shown]]:
    """Everything that a hospital can print. Spanish is approved, Polish too but one form of it has changed, Arabic is a sample."""
    entries, shown = [], {}
    for locale in locales:
        for audience in ("adult", "parent", "nurse"):
            forms = [(form, "card" if form in CARDS else "pack") for form in FORMATS]
            kinds = [*forms, ("standard", "card")] if audience != "nurse" else [("standard", "pack"), ("large-print", "pack")]
            for form, kind in kinds:
                state = "release" if locale == "es" or (locale == "pl" and form != "large-print") else "draft"
                entry = make_entry(site, locale, audience, form, kind, state=state, sample=locale == "ar")
                stem = entry["path"].removesuffix(".pdf")
                entries.append(entry)
                shown[entry["path"]] = Shown(
                    title={"es": "Blinatumomab: su carpeta", "ar": "بليناتوموماب: ملفك"}.get(locale, "Blinatumomab: your pack"),
                    code=f"ALD-BLIN-{audience.upper()}-{locale}",
                    approved="2026-11-20" if state == "release" else "",
                    review="2028-11-20" if state == "release" else "",
                    picture=f"{stem}.png" if form == "standard" else "",
                    phone=f"{stem}.png" if form == "phone-card" else "",
                    words="Llame al 020 7946 0123\nNo lave la vía" if form == "phone-card" else "",
                )
    dated = make_entry(site, locales[0], path=f"{site}/{locales[0]}/blinatumomab-adult-2026-12-01T1030.pdf")
    start = Shown(code="ALD-BLIN-ADULT", start="2026-12-01T10:30", calendar=dated["path"].replace(".pdf", ".ics"))
    return [*entries, dated], {**shown, dated["path"]: start}


def render_page(
    entries: Sequence[Mapping[str, Any]],
    shown: Mapping[str, Shown],
    sites: Mapping[str, SiteLine],
    lang: str = "en-GB",
    say: Callable[[str], str] = str,
    more: bool = True,
    outdated: Collection[str] = (),
) -> str:
    """`index.html` as the build makes it."""
    flags = {"has_steps": more, "has_status": more, "has_evidence": more}
    page = arrange(entries, shown, sites, lang, outdated)
    template = make_environment(SHIPPED.templates).get_template("index.html")
    return template.render(page=page, say=lambda words: Markup(say(fold(words))), lang=lang, dir=direction(lang), **flags)


def render_steps(steps: Sequence[Steps], lang: str = "en-GB", say: Callable[[str], str] = str) -> str:
    """`before-cycle-1.html` as the build makes it."""
    template = make_environment(SHIPPED.templates).get_template("before-cycle-1.html")
    return template.render(steps=steps, say=lambda words: Markup(say(fold(words))), lang=lang, dir=direction(lang))


def fold(words: str) -> str:
    return " ".join(words.split())


def write_folder(folder: Path, lang: str = "en-GB", say: Callable[[str], str] = str) -> Path:
    """Two hospitals with all that they print, each file as small as it can be; a sheet is out of date. Gives the front page."""
    first, second = make_all("alder-gb"), make_all("cedar-us", ("en-US", "ar"))
    entries, shown = [*first[0], *second[0]], {**first[1], **second[1]}
    pdf, png = small_pdf(), small_picture()
    for entry in entries:
        path = folder / entry["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pdf)
    for beside in shown.values():
        for name in filter(None, (beside.picture, beside.phone)):
            (folder / name).write_bytes(png)
        if beside.calendar:
            (folder / beside.calendar).write_text("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", encoding="utf-8")
    steps = [make_steps(id_, line, STEPS.format(phone=line.interpreter), "en-GB") for id_, line in SITES.items()]
    for name in ("status", "evidence"):
        (folder / f"{name}.html").write_text("<!DOCTYPE html><title>One</title>", encoding="utf-8")
    (folder / "before-cycle-1.html").write_text(render_steps(steps, lang, say), encoding="utf-8")
    index = folder / "index.html"
    outdated = [entry["path"] for entry in entries if (entry["site"], entry["locale"], entry["audience"]) == ("cedar-us", "ar", "nurse")]
    index.write_text(render_page(entries, shown, SITES, lang, say, outdated=outdated), encoding="utf-8")
    return index


def small_pdf() -> bytes:
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(200, 283))
        out = BytesIO()
        pdf.save(out)
    return out.getvalue()


def small_picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (42, 59), "#00566b").save(out, "PNG")
    return out.getvalue()
