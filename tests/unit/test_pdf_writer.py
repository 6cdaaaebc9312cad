"""How a PDF is written: what is refused, what the boxes show, what goes out as pixels."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf

from domain.documents import ExtractedText, UnreadableRegion
from domain.errors import CannotMask, DigestMismatch, EncryptedFile
from domain.publication import RegionMark, WrittenCopy
from domain.spans import Rect, TextSpan
from pipelines.extraction.pdf import extract
from redaction.leakcheck.check import check
from redaction.matching import fold
from redaction.writers.pdf import write
from tests.makers.attacks_pdf import LINES, NAME, NUMBER, SECRETS, lines_in, page_of
from tests.makers.pdf import (
    draw,
    encrypted,
    make_pdf,
    scan,
    with_outlines,
    with_picture,
    without_tounicode,
    write_lines,
)
from tests.unit.pdf_evidence import GROUND, grey, pdfium_text, plan_for, texts

PAGE = [list(LINES)]


def redact(data: bytes, *strings: str, keep_regions: bool = True) -> WrittenCopy:
    extracted = extract(data)
    return write(data, extracted, plan_for(extracted, strings, keep_regions=keep_regions))


def black_boxes(data: bytes, page_index: int = 0) -> list[tuple[float, ...]]:
    """The boxes drawn last on an upright page: left, bottom, width, height in points."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        content = pdf.pages[page_index].obj.Contents.read_bytes()
    drawn = re.search(rb" cm\n0 g\n((?:[-0-9. ]+ re f\n)+)Q", content)
    lines = drawn[1].split(b"\n")[:-1] if drawn else []
    return [tuple(float(n) for n in line.split()[:4]) for line in lines]


def test_plan_of_another_text_is_refused() -> None:
    data = make_pdf(PAGE)
    extracted = extract(data)
    plan = plan_for(extracted, SECRETS)
    with pytest.raises(DigestMismatch):
        write(data, replace(extracted, text=extracted.text[:-1] + "X"), plan)


def test_marked_character_without_a_place_is_refused() -> None:
    data = make_pdf(PAGE)
    extracted = extract(data)
    plan = plan_for(extracted, SECRETS)
    at = plan.marks[0].span.start
    glyphs = (*extracted.glyphs[:at], None, *extracted.glyphs[at + 1 :])
    with pytest.raises(CannotMask):
        write(data, replace(extracted, glyphs=glyphs), plan)


def test_mark_on_text_that_is_never_published_needs_no_place() -> None:
    data = make_pdf(PAGE, metadata={"title": f"关于{NAME}的决定"})
    copy = redact(data, NAME)
    assert copy.method == "vector"
    assert NAME.encode("utf-16-be") not in copy.data


def test_password_is_named() -> None:
    data = make_pdf(PAGE)
    extracted = extract(data)
    locked = encrypted(data, user="auf", owner="zu")
    with pytest.raises(EncryptedFile):
        write(locked, extracted, plan_for(extracted, SECRETS))


def test_damaged_file_is_refused() -> None:
    data = make_pdf(PAGE)
    extracted = extract(data)
    with pytest.raises(CannotMask):
        write(data[:200], extracted, plan_for(extracted, SECRETS))


def test_another_file_under_the_same_plan_is_refused() -> None:
    extracted = extract(make_pdf(PAGE))
    other = make_pdf([*PAGE, *PAGE])
    with pytest.raises(CannotMask):
        write(other, extracted, plan_for(extracted, SECRETS))


def test_undecided_picture_blocks_the_copy() -> None:
    data = with_picture(list(LINES), box=(100, 300, 200, 150))
    extracted = extract(data)
    assert extracted.unreadable
    plan = replace(plan_for(extracted, SECRETS), regions=())
    with pytest.raises(CannotMask) as refusal:
        write(data, extracted, plan)
    assert "人工审定" in refusal.value.message


def test_region_decided_in_part_is_undecided() -> None:
    data = with_picture(list(LINES), box=(100, 300, 200, 150))
    extracted = extract(data)
    rect = extracted.unreadable[0].rect
    assert rect is not None
    half = replace(rect, x1=(rect.x0 + rect.x1) / 2)
    plan = replace(
        plan_for(extracted, SECRETS), regions=(RegionMark(ground=GROUND, rect=half, keep=True),)
    )
    with pytest.raises(CannotMask):
        write(data, extracted, plan)


def test_region_without_a_place_must_be_let_stand_by_name() -> None:
    data = make_pdf(PAGE)
    extracted = replace(
        extract(data), unreadable=(UnreadableRegion(reason="picture", part="a", node=0),)
    )
    plan = plan_for(extracted, SECRETS)
    assert write(data, extracted, plan).method == "vector"
    with pytest.raises(CannotMask):
        write(data, extracted, replace(plan, regions=(RegionMark(ground="", part="b", keep=True),)))


def test_kept_picture_stays_a_picture() -> None:
    copy = redact(with_picture(list(LINES), box=(100, 300, 200, 150)), *SECRETS)
    assert copy.method == "vector"
    assert int(grey(copy.data, 0, 72)[450:530, 110:290].min()) < 100


def test_blackened_picture_sends_its_page_to_pixels() -> None:
    data = with_picture(list(LINES), box=(100, 300, 200, 150))
    copy = redact(data, *SECRETS, keep_regions=False)
    assert copy.notes[0] == "page:1:raster:image_under_mark"
    assert int(grey(copy.data, 0, 72)[395:540, 105:295].max()) < 40 or "个人隐私" in pdfium_text(
        copy.data
    )


def test_kept_outlines_stay() -> None:
    assert redact(with_outlines(list(LINES)), *SECRETS).method == "vector"


def test_scan_goes_out_as_pixels_without_text() -> None:
    data = scan(["某局文件", "关于某事的通知"], hidden_layer=[NAME])
    copy = redact(data)
    assert copy.method == "raster"
    assert fold(pdfium_text(copy.data)).text == ""


def test_mark_in_the_text_layer_of_a_kept_scan_is_refused() -> None:
    data = scan([f"申请人{NAME}"], hidden_layer=[f"申请人{NAME}"])
    extracted = extract(data)
    plan = plan_for(extracted, [NAME])
    assert plan.marks
    with pytest.raises(CannotMask) as refusal:
        write(data, extracted, plan)
    assert "框选涂黑" in refusal.value.message
    rect = extracted.unreadable[0].rect
    black = RegionMark(ground=GROUND, rect=rect)
    copy = write(data, extracted, replace(plan, regions=(*plan.regions, black)))
    assert int(grey(copy.data, 0, 72).min()) < 10
    assert copy.method == "raster"


def test_text_without_meaning_goes_out_as_pixels_without_text() -> None:
    copy = redact(without_tounicode(list(LINES)))
    assert copy.method == "raster"
    assert fold(pdfium_text(copy.data)).text == ""


def test_pages_are_judged_one_by_one() -> None:
    def plain(canvas: object) -> None:
        write_lines(canvas, LINES)  # type: ignore[arg-type]

    def shaded(canvas: object) -> None:
        canvas.linearGradient(0, 0, 500, 0, ("white", "yellow"))  # type: ignore[attr-defined]
        write_lines(canvas, LINES)  # type: ignore[arg-type]

    copy = redact(draw(plain, shaded, plain), *SECRETS)
    assert copy.method == "mixed"
    assert [n for n in copy.notes if "raster" in n] == ["page:2:raster:shading"]


def test_raster_page_keeps_its_text_by_every_reader(tmp_path: Path) -> None:
    data = page_of(lambda font: b"/Sh sh\n" + lines_in(font) + b"\n", change=_add_shading)
    copy = redact(data, *SECRETS)
    assert copy.method == "raster"
    for reader, text in texts(copy.data, tmp_path).items():
        folded = fold(text).text
        assert fold(LINES[2]).text in folded, reader
        assert NAME not in folded, reader


def _add_shading(pdf: Pdf, page: object) -> None:
    function = Dictionary(
        FunctionType=2, Domain=Array([0, 1]), C0=Array([1, 1, 1]), C1=Array([0.9, 0.9, 1]), N=1
    )
    page.Resources.Shading = Dictionary(  # type: ignore[attr-defined]
        Sh=Dictionary(
            ShadingType=2,
            ColorSpace=Name.DeviceRGB,
            Coords=Array([0, 0, 595, 0]),
            Function=function,
        )
    )


def test_raster_page_tells_a_rare_character_apart() -> None:
    data = page_of(lambda font: b"/Sh sh\n" + lines_in(font), change=_add_shading)
    extracted = extract(data)
    at = extracted.text.index("许")
    # no font here draws a character beyond the basic plane: the text alone is what matters
    text = extracted.text[:at] + "𠮷" + extracted.text[at + 1 :]
    changed = replace(extracted, text=text)
    copy = write(data, changed, plan_for(changed, SECRETS))
    assert "𠮷" in pdfium_text(copy.data)


def test_boxes_are_as_wide_for_two_characters_as_for_three() -> None:
    names = ["李喆", "赵祎喆"]
    widths = []
    for name in names:
        copy = redact(make_pdf([["负责人", name, "领导"]]), name)
        ((_, _, width, _),) = black_boxes(copy.data)
        widths.append(width)
        assert "page:1:width_visible" not in copy.notes
    assert abs(widths[0] - widths[1]) <= 1


def test_box_in_running_text_touches_no_neighbour_and_says_so() -> None:
    copy = redact(make_pdf([[f"申请人{NAME}提出申请"]]), NAME)
    assert "page:1:width_visible" in copy.notes
    assert fold("提出申请").text in fold(pdfium_text(copy.data)).text


def test_box_stays_inside_its_table_cell() -> None:
    data = make_pdf([["登记表"]], table=[["姓名", "李喆", "县人民医院"], ["职务", "科员", "无"]])
    copy = redact(data, "李喆")
    before, after = grey(data, 0, 144), grey(copy.data, 0, 144)
    ruled = np.argwhere((before < 60).sum(axis=0) > 90).ravel()
    assert len(ruled)
    assert np.array_equal(before[:, ruled] < 60, after[:, ruled] < 60)


def test_underline_does_not_tell_the_width() -> None:
    def underlined(font: object) -> bytes:
        return lines_in(font) + b"0.5 w 114.0 734 m 155.1 734 l S"  # type: ignore[arg-type]

    copy = redact(page_of(underlined), *SECRETS)
    with pikepdf.open(io.BytesIO(copy.data)) as pdf:
        assert b"155.1" not in pdf.pages[0].obj.Contents.read_bytes()


def test_ground_that_fits_no_box_stands_on_a_page_of_its_own() -> None:
    def tiny(canvas: object) -> None:
        write_lines(canvas, [f"申请人{NAME}提出"], size=5)  # type: ignore[arg-type]

    copy = redact(draw(tiny), NAME)
    assert "legend_page" in copy.notes
    with pikepdf.open(io.BytesIO(copy.data)) as pdf:
        assert len(pdf.pages) == 2
    assert fold(GROUND).text in fold(pdfium_text(copy.data)).text


def test_one_mark_over_two_lines_gets_two_boxes() -> None:
    data = make_pdf([[f"申请人身份证号{NUMBER[:9]}", f"{NUMBER[9:]}经审查"]])
    copy = redact(data, NUMBER)
    assert len(black_boxes(copy.data)) == 2
    assert fold("经审查").text in fold(pdfium_text(copy.data)).text


def test_copy_without_marks_is_still_rebuilt() -> None:
    data = make_pdf(PAGE, metadata={"author": NAME})
    copy = redact(data)
    assert copy.method == "vector"
    assert copy.notes == ()
    assert fold(LINES[1]).text in fold(pdfium_text(copy.data)).text


def test_leak_check_finds_the_copy_clean() -> None:
    data = make_pdf(PAGE)
    extracted = extract(data)
    plan = plan_for(extracted, SECRETS)
    copy = write(data, extracted, plan)
    kept = extracted.text.replace(NAME, "").replace(NUMBER, "")
    report = check(copy, list(SECRETS), kept_text=kept)
    assert report.clean, (report.hits, report.problems)


def _form(pdf: Pdf, content: bytes, **resources: object) -> pikepdf.Object:
    form = pdf.make_stream(content, BBox=Array([0, 0, 9, 9]))
    form.Type, form.Subtype = Name.XObject, Name.Form
    form.Resources = Dictionary(XObject=Dictionary(**resources))
    return pdf.make_indirect(form)


def test_forms_that_repeat_forms_are_refused() -> None:
    def change(pdf: Pdf, page: object) -> None:
        inner = _form(pdf, b"0 g")
        for _ in range(10):
            inner = _form(pdf, b"/F Do " * 10, F=inner)
        page.Resources.XObject = Dictionary(F=inner)  # type: ignore[attr-defined]

    data = page_of(lambda font: lines_in(font) + b"/F Do", change=change)
    with pytest.raises(CannotMask):
        write(data, _blank_text(data), plan_for(_blank_text(data), []))


def _blank_text(data: bytes) -> ExtractedText:
    """The text of the page without its forms, which no reader gets to the end of."""
    extracted = extract(page_of(lines_in))
    return replace(extracted, pages=())


def test_form_that_calls_itself_is_refused() -> None:
    def change(pdf: Pdf, page: object) -> None:
        form = _form(pdf, b"/F Do")
        form.Resources.XObject.F = form
        page.Resources.XObject = Dictionary(F=form)  # type: ignore[attr-defined]

    data = page_of(lambda font: lines_in(font) + b"/F Do", change=change)
    extracted = extract(page_of(lines_in))
    with pytest.raises(CannotMask):
        write(data, extracted, plan_for(extracted, []))


def test_marks_on_two_pages_lie_on_their_pages() -> None:
    data = make_pdf([["第一页", f"申请人{NAME}"], ["第二页", "没有要遮盖的内容"]])
    copy = redact(data, NAME)
    assert len(black_boxes(copy.data, 0)) == 1
    assert black_boxes(copy.data, 1) == []


def test_region_over_text_removes_the_text() -> None:
    data = make_pdf(PAGE)
    extracted = extract(data)
    boxes = [r for r in extracted.glyphs[: len(LINES[0])] if r is not None]
    whole = Rect(
        page_index=0,
        x0=min(b.x0 for b in boxes) - 2,
        top=min(b.top for b in boxes) - 2,
        x1=max(b.x1 for b in boxes) + 2,
        bottom=max(b.bottom for b in boxes) + 2,
    )
    plan = replace(plan_for(extracted, []), regions=(RegionMark(ground=GROUND, rect=whole),))
    copy = write(data, extracted, plan)
    assert copy.method == "vector"
    assert fold(LINES[0]).text not in fold(pdfium_text(copy.data)).text
    assert fold(LINES[2]).text in fold(pdfium_text(copy.data)).text


def test_mark_on_white_space_alone_covers_nothing() -> None:
    data = make_pdf(PAGE)
    extracted = extract(data)
    at = extracted.text.index("\n")
    copy = write(data, extracted, plan_for(extracted, [], spans=[TextSpan(start=at, end=at + 1)]))
    assert black_boxes(copy.data) == []
