"""Page pictures: as displayed, bounded in size, and made in the sandbox only."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from PIL import Image

from domain.errors import UnreadableFile
from pipelines.page_images import MAX_PIXELS, page_count, render_page
from pipelines.sandbox import Sandbox
from tests.makers.pdf import make_pdf, with_annotations


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as box:
        yield box


def image(png: bytes) -> Image.Image:
    assert png.startswith(b"\x89PNG")
    return Image.open(io.BytesIO(png))


def test_a_page_as_displayed_at_the_resolution_asked_for(sandbox: Sandbox) -> None:
    data = make_pdf([["慈利县"], ["第二页"]], rotate=90)
    assert page_count(sandbox, data) == 2
    shown = image(render_page(sandbox, data, page_index=1, dpi=72))
    assert (shown.width, shown.height) == (842, 596)
    assert shown.convert("L").getextrema()[0] < 100


def test_annotations_are_not_in_the_picture(sandbox: Sandbox) -> None:
    plain = render_page(sandbox, make_pdf([["正文"]]), page_index=0)
    noted = render_page(sandbox, with_annotations(["正文"], free_text="批注"), page_index=0)
    assert image(plain).tobytes() == image(noted).tobytes()


def test_a_giant_page_comes_smaller(sandbox: Sandbox) -> None:
    data = make_pdf([["大"]], size=(14_000, 14_000))
    shown = image(render_page(sandbox, data, page_index=0, dpi=110))
    assert shown.width * shown.height <= MAX_PIXELS


def test_a_page_that_is_not_there_and_a_file_that_is_none(sandbox: Sandbox) -> None:
    with pytest.raises(UnreadableFile):
        render_page(sandbox, make_pdf([["一页"]]), page_index=1)
    with pytest.raises(UnreadableFile):
        render_page(sandbox, b"%PDF-1.7 nothing", page_index=0)
    with pytest.raises(UnreadableFile):
        page_count(sandbox, b"")
