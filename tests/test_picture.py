"""A page as a picture: the right page, in its colours, as wide as was asked, and the same bytes each time."""

from functools import cache
from io import BytesIO

import pikepdf
import pytest
from PIL import Image

from packbuilder.picture import PHONE_WIDTH, WIDTH, draw_page

COLOURS = {1: (204, 0, 0), 2: (0, 0, 204)}  # of the upper half of each page; the lower one is white, with words
SIZE = (90, 195)  # mm, as tall as a telephone
PT = 72 / 25.4


@cache
def make_pdf() -> bytes:
    """Two pages, one red and one blue in its upper half."""
    width, height = (side * PT for side in SIZE)
    with pikepdf.new() as pdf:
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        for red, green, blue in COLOURS.values():
            page = pdf.add_blank_page(page_size=(width, height))
            page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
            band = f"{red / 255} {green / 255} {blue / 255} rg 0 {height / 2} {width} {height / 2} re f"
            page.contents_add(f"{band} 0 g BT /F 30 Tf 20 100 Td (020 7946 0123) Tj ET".encode())
        data = BytesIO()
        pdf.save(data)
    return data.getvalue()


def open_png(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    assert image.format == "PNG"
    return image.convert("RGB")


@pytest.mark.parametrize(("width", "height"), [(WIDTH, 693), (PHONE_WIDTH, 2340), (100, 217)])
def test_a_picture_is_as_wide_as_was_asked_and_as_tall_as_the_page(width: int, height: int) -> None:
    wide, tall = open_png(draw_page(make_pdf(), width)).size
    assert wide == width and abs(tall - height) <= 1
    assert tall / wide == pytest.approx(SIZE[1] / SIZE[0], rel=0.01)


def test_the_first_page_is_drawn_unless_another_is_asked_for() -> None:
    for number, colour in COLOURS.items():
        image = open_png(draw_page(make_pdf(), number=number))
        assert image.getpixel((image.width - 5, 5)) == colour
        assert image.getpixel((image.width - 5, image.height - 5)) == (255, 255, 255)
    assert draw_page(make_pdf()) == draw_page(make_pdf(), number=1) != draw_page(make_pdf(), number=2)


def test_letters_are_drawn_dark_on_light() -> None:
    image = open_png(draw_page(make_pdf())).convert("L")
    below = image.crop((0, image.height // 2 + 5, image.width, image.height))
    dark, light = below.getextrema()
    assert (dark, light) == (0, 255)
    assert 200 < sum(below.histogram()[:128]) < below.width * below.height // 10


def test_the_same_page_gives_the_same_bytes() -> None:
    first = draw_page(make_pdf())
    assert draw_page(make_pdf()) == first
    assert b"tIME" not in first and b"tEXt" not in first, "no clock, and no name of a tool"
