"""Imposition: the pages of a pack, two to a side, so that the sheets make a booklet when they are folded and stapled in the middle.

Why from large print: a page of A4 becomes A5, its 18 pt become 12.7 pt (11.6 pt on half of Letter), so a booklet is as easy to read as
the standard pack. Printed on both sides and turned on the short edge. The result carries no tags: a screen reader gets the pack itself.
"""

from collections.abc import Iterator
from io import BytesIO

import pikepdf

PT = 72 / 25.4  # points to a millimetre
SHEETS = {"A4": (297 * PT, 210 * PT), "Letter": (792.0, 612.0)}  # lying, in points
SIDES = 4  # pages that one sheet carries


def order_pages(count: int, is_rtl: bool) -> Iterator[tuple[int, int]]:
    """For each side the numbers of its left and right page, from 1; 0 is a blank one. A right-to-left booklet opens the other way."""
    total = -(-count // SIDES) * SIDES
    for sheet in range(total // SIDES):
        front = total - 2 * sheet, 1 + 2 * sheet
        back = 2 + 2 * sheet, total - 1 - 2 * sheet
        for left, right in (front, back):
            left, right = (number if number <= count else 0 for number in (left, right))
            yield (right, left) if is_rtl else (left, right)


def impose(pdf: bytes, paper: str, is_rtl: bool) -> bytes:
    """The booklet of a PDF, on the same paper. Same input, same bytes."""
    width, height = SHEETS[paper]
    with pikepdf.open(BytesIO(pdf)) as pages, pikepdf.new() as sheets:
        drawings: list[pikepdf.Object] = []
        for page in pages.pages:
            drawings.append(sheets.copy_foreign(page.as_form_xobject()))
        for places in order_pages(len(drawings), is_rtl):
            side = sheets.add_blank_page(page_size=(width, height))
            content = []
            for place, number in enumerate(places):
                if number:
                    drawing = drawings[number - 1]
                    box = [float(value) for value in drawing.BBox]
                    scale = min(width / 2 / box[2], height / box[3])
                    left = place * width / 2 + (width / 2 - scale * box[2]) / 2
                    bottom = (height - scale * box[3]) / 2
                    name = side.add_resource(drawing, pikepdf.Name.XObject, pikepdf.Name(f"/Page{number}"))
                    content.append(f"q {scale:.6f} 0 0 {scale:.6f} {left:.4f} {bottom:.4f} cm {name} Do Q")
            side.contents_add("\n".join(content).encode())
        sheets.Root.Lang = pages.Root.Lang
        sheets.Root.ViewerPreferences = pikepdf.Dictionary(Duplex=pikepdf.Name.DuplexFlipShortEdge, DisplayDocTitle=True)
        sheets.docinfo["/Title"] = str(pages.docinfo.get("/Title", ""))
        result = BytesIO()
        sheets.save(result, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return result.getvalue()
