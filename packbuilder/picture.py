"""A page of a PDF as a picture: for the ward's front page, and as the card for a telephone. Drawn by PDFium, not by what wrote the file."""

from io import BytesIO

import pypdfium2

WIDTH = 320  # points of the screen: twice as fine as it is shown
PHONE_WIDTH = 1080


def draw_page(pdf: bytes, width: int = WIDTH, number: int = 1) -> bytes:
    """One page, counted from 1, as PNG of so many points across. Same input, same bytes."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        page = document[number - 1]
        image = page.render(scale=width / page.get_width()).to_pil()
        page.close()
    finally:
        document.close()
    result = BytesIO()
    # Few colours are on a page; a palette makes the file a third of the size.
    image.quantize(64).save(result, "PNG", optimize=True)
    return result.getvalue()
