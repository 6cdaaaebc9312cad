"""The pieces a redacted PDF is made with: coordinates, fonts' meanings, pictures, profiles."""

from __future__ import annotations

import io
import random
import struct
from collections.abc import Callable

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, Pdf, String
from PIL import Image, ImageCms
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont

from domain.errors import CannotMask, GongkaiError
from pipelines.extraction.pdf import extract
from redaction.writers.pdf import write
from redaction.writers.pdf_fonts import SourceFont
from redaction.writers.pdf_fonts_build import width_array
from redaction.writers.pdf_fonts_encoding import (
    CodeSpace,
    base_encoding,
    glyph_names,
    text_of_name,
    to_unicode,
)
from redaction.writers.pdf_fonts_type1 import parse
from redaction.writers.pdf_geometry import PageFrame, inverse, multiply, point
from redaction.writers.pdf_labels import LabelFont, label_for, short_ground
from redaction.writers.pdf_limits import require_modest
from redaction.writers.pdf_reasons import NeedsRaster
from redaction.writers.pdf_vector_body import number
from redaction.writers.pdf_vector_resources import (
    clean_jpeg,
    clean_profile,
    copied_space,
    copied_state,
)
from redaction.writers.pdf_vector_state import Path
from tests.makers.attacks_pdf import LINES, NAME, NUMBER, lines_in, page_of
from tests.makers.pdf import draw, write_lines
from tests.makers.pdf_fonts import simple_type1
from tests.unit.pdf_evidence import pdfium_text, plan_for

SIZES = st.floats(min_value=1, max_value=2000)
SHIFTS = st.floats(min_value=-500, max_value=500)


# --- coordinates -----------------------------------------------------------------------------


@given(st.sampled_from([0, 90, 180, 270]), SHIFTS, SHIFTS, SIZES, SIZES)
def test_page_corners_land_on_the_displayed_page(
    turn: int, left: float, bottom: float, width: float, height: float
) -> None:
    frame = PageFrame(
        page_index=0, left=left, bottom=bottom, right=left + width, top=bottom + height, turn=turn
    )
    corners = [
        point(frame.to_display, x, y)
        for x in (frame.left, frame.right)
        for y in (frame.bottom, frame.top)
    ]
    xs, ys = zip(*corners, strict=True)
    assert min(xs) == pytest.approx(0, abs=1e-6)
    assert min(ys) == pytest.approx(0, abs=1e-6)
    assert max(xs) == pytest.approx(frame.width_pt, abs=1e-6)
    assert max(ys) == pytest.approx(frame.height_pt, abs=1e-6)
    back = multiply(frame.to_display, inverse(frame.to_display))
    assert back == pytest.approx((1, 0, 0, 1, 0, 0), abs=1e-6)


def test_turned_page_has_its_top_where_the_reader_sees_it() -> None:
    frame = PageFrame(page_index=0, left=0, bottom=0, right=200, top=100, turn=90)
    # turned clockwise, the page's left edge is on top
    assert point(frame.to_display, 0, 0) == (0, 0)
    assert point(frame.to_display, 0, 100) == (100, 0)
    assert point(frame.to_display, 200, 0) == (0, 200)


@given(st.floats(min_value=-1e6, max_value=1e6, allow_nan=False))
def test_numbers_are_written_plainly(value: float) -> None:
    text = number(value)
    assert float(text) == pytest.approx(value, abs=1e-5)
    assert not set(text) - set(b"-.0123456789")


def test_rectangle_is_told_from_a_figure_that_may_be_a_letter() -> None:
    path = Path()
    path.step("re", (10, 10, 50, 20), (1, 0, 0, 1, 0, 0))
    assert path.is_box
    assert not path.figures[0].may_be_letter
    path.step("m", (0, 0), (1, 0, 0, 1, 0, 0))
    for at in range(9):
        path.step("l", (at, at % 3), (1, 0, 0, 1, 0, 0))
    assert path.figures[1].may_be_letter
    assert not path.is_box


# --- meanings --------------------------------------------------------------------------------


def test_character_maps_are_read_in_every_notation() -> None:
    found = to_unicode(
        b"2 beginbfchar <01> <4E2D> <0002> <D842 DFB7> endbfchar\n"
        b"3 beginbfrange <10> <12> <0041> <20><21>[<4E00> <4E01>] <30> <30> <00660069> endbfrange"
    )
    assert found == {
        1: "中",
        2: "𠮷",
        0x10: "A",
        0x11: "B",
        0x12: "C",
        0x20: "一",
        0x21: "丁",
        0x30: "fi",
    }


@given(st.binary(max_size=200))
def test_any_bytes_are_a_character_map(data: bytes) -> None:
    found = to_unicode(b"beginbfchar " + data + b" endbfchar beginbfrange " + data + b" endbfrange")
    assert all(isinstance(text, str) for text in found.values())


def test_character_map_of_a_hostile_size_is_refused() -> None:
    ranges = b" ".join(b"<%06X> <%06X> <4E00>" % (n << 16, (n << 16) + 0xFFFF) for n in range(3))
    with pytest.raises(NeedsRaster):
        to_unicode(b"beginbfrange " + ranges + b" endbfrange")


@given(st.text(alphabet="中华人民共和国abc123，。", max_size=30))
def test_gbk_strings_split_into_their_characters(text: str) -> None:
    codes = list(CodeSpace("/GBK-EUC-H").split(text.encode("gbk")))
    assert b"".join(code for code, _ in codes) == text.encode("gbk")
    assert [code.decode("gbk") for code, _ in codes] == list(text)
    assert all(cid for _, cid in codes)


@pytest.mark.parametrize("name", ["/GBK-EUC-V", "/Identity-V", "/NoSuchMap", "/../x"])
def test_vertical_and_unknown_code_spaces_go_to_pixels(name: str) -> None:
    with pytest.raises(NeedsRaster):
        CodeSpace(name)


def test_glyph_names_mean_characters_or_nothing() -> None:
    assert text_of_name("uni4E2D") == "中"
    assert text_of_name("A") == "A"
    assert [text_of_name(n) for n in ("g12", "cid123", "G7", "nosuchname")] == ["", "", "", ""]


def test_differences_lie_over_the_base_encoding() -> None:
    encoding = Dictionary(
        BaseEncoding=Name.WinAnsiEncoding, Differences=Array([65, Name("/B"), Name("/C")])
    )
    names = glyph_names(encoding, {})
    assert (names[65], names[66], names[67]) == ("B", "C", "C")
    assert base_encoding("/WinAnsiEncoding")[0x80] == "Euro"


def test_widths_that_follow_share_a_list() -> None:
    listed = width_array({1: 500.0, 2: 600.0, 9: 1000.0})
    assert [list(map(float, row)) if isinstance(row, Array) else int(row) for row in listed] == [
        1,
        [500.0, 600.0],
        9,
        [1000.0],
    ]


def test_type1_program_is_read_without_running_it() -> None:
    pdf = Pdf.new()
    font = simple_type1(pdf, list("中文"))
    program = font.reference.FontDescriptor.FontFile.read_bytes()
    read = parse(program, {})
    assert set(read.glyphs) == {".notdef", "uni4E2D", "uni6587"}
    assert read.encoding == {1: "uni4E2D", 2: "uni6587"}
    with pytest.raises(NeedsRaster):
        parse(program[:300], {})


@pytest.mark.parametrize(
    "name", ["/SimSun", "/ABCDEF+Arial,Bold", "/#CB#CE#CC#E5", "/#E5#AE#8B#E4#BD#93,Bold"]
)
def test_names_of_fonts_that_are_not_embedded(name: str) -> None:
    font = Dictionary(
        Type=Name.Font, Subtype=Name.TrueType, FirstChar=65, LastChar=65, Widths=Array([500])
    )
    font.Encoding = Name.WinAnsiEncoding
    source = pikepdf.Object.parse(b"<< /BaseFont " + name.encode() + b" >>")
    font.BaseFont = source.BaseFont
    pdf = Pdf.new()
    read = SourceFont(font)
    built = read.rebuilt(pdf, read.decode(b"A"))
    assert str(built.reference.BaseFont).lstrip("/").isascii()


def test_name_of_a_font_that_could_say_anything_goes_to_pixels() -> None:
    font = Dictionary(
        Type=Name.Font,
        Subtype=Name.TrueType,
        BaseFont=Name(f"/{NAME}"),
        FirstChar=65,
        Widths=Array([500]),
    )
    read = SourceFont(font)
    with pytest.raises(NeedsRaster):
        read.rebuilt(Pdf.new(), read.decode(b"A"))


def _with_chinese_standard_font() -> bytes:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    return draw(lambda canvas: write_lines(canvas, LINES, font="STSong-Light") and None)


def _in_gbk() -> bytes:
    pdf = Pdf.new()
    pdf.add_blank_page(page_size=(595, 842))
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=Name.SimSun,
        CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("GB1"), Supplement=2),
        DW=1000,
        W=Array([814, 939, 500]),
    )
    font = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type0,
        BaseFont=Name.SimSun,
        Encoding=Name("/GBK-EUC-H"),
        DescendantFonts=Array([pdf.make_indirect(descendant)]),
    )
    shown = b" T* ".join(b"<" + line.encode("gbk").hex().encode() + b"> Tj" for line in LINES)
    page = pdf.pages[0].obj
    page.Resources = Dictionary(Font=Dictionary(F1=font))
    page.Contents = pdf.make_stream(b"BT /F1 14 Tf 24 TL 72 760 Td " + shown + b" ET")
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


@pytest.mark.parametrize("make", [_with_chinese_standard_font, _in_gbk])
def test_fonts_that_are_not_embedded_stay_text(make: Callable[[], bytes]) -> None:
    data = make()
    extracted = extract(data)
    copy = write(data, extracted, plan_for(extracted, [NAME, NUMBER]))
    assert copy.method == "vector"
    text = pdfium_text(copy.data)
    assert LINES[2] in text
    assert NAME not in text
    assert NUMBER not in text


# --- pictures, colours, states ---------------------------------------------------------------


def test_jpeg_keeps_its_pixels_and_nothing_else() -> None:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = NUMBER
    picture = Image.effect_noise((64, 64), 60).convert("RGB")
    picture.save(out, "JPEG", exif=exif, comment=NUMBER.encode(), quality=90)
    dirty = out.getvalue() + NUMBER.encode()
    clean = clean_jpeg(dirty)
    assert NUMBER.encode() in dirty
    assert NUMBER.encode() not in clean
    before, after = Image.open(io.BytesIO(dirty)), Image.open(io.BytesIO(clean))
    assert before.tobytes() == after.tobytes()


@given(st.binary(max_size=300))
def test_any_bytes_are_a_jpeg_or_refused(data: bytes) -> None:
    for candidate in (data, b"\xff\xd8" + data):
        try:
            assert clean_jpeg(candidate).endswith(b"\xff\xd9")
        except (NeedsRaster, struct.error):
            continue


def test_profile_keeps_its_colours_and_loses_its_words() -> None:
    data = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    clean = clean_profile(data)
    words = "sRGB".encode("utf-16-be")
    assert words in data
    assert words not in clean
    before = ImageCms.ImageCmsProfile(io.BytesIO(data))
    after = ImageCms.ImageCmsProfile(io.BytesIO(clean))
    assert after.profile.red_primary == before.profile.red_primary
    with pytest.raises(NeedsRaster):
        clean_profile(b"words" * 50)


def test_states_keep_what_changes_the_look() -> None:
    state = copied_state(Dictionary({"/ca": 0.5, "/Note": String(NAME), "/BM": Name.Multiply}))
    assert set(state.keys()) == {"/ca", "/BM"}
    for refused in (
        Dictionary(SMask=Dictionary(S=Name.Luminosity)),
        Dictionary({"/ca": String(NAME)}),
        Dictionary(BM=Name(f"/{NUMBER}")),
    ):
        with pytest.raises(NeedsRaster):
            copied_state(refused)


def test_spaces_are_copied_by_kind() -> None:
    pdf = Pdf.new()
    indexed = Array([Name.Indexed, Name.DeviceRGB, 1, String(b"\0\0\0\xff\xff\xff" + b"tail")])
    copied, components = copied_space(pdf, indexed)
    assert bytes(copied[3]) == b"\0\0\0\xff\xff\xff"
    assert components == 1
    for refused in (Name.Pattern, Array([Name("/NoSuch")]), String("x")):
        with pytest.raises(NeedsRaster):
            copied_space(pdf, refused)


# --- labels and limits -----------------------------------------------------------------------


def test_label_is_as_long_as_the_box_lets_it_be() -> None:
    font = LabelFont()
    ground = "个人隐私，条例第十五条"
    assert short_ground(ground) == "个人隐私"
    long = label_for((0, 0, 120, 14), ground, font)
    short = label_for((0, 0, 40, 14), ground, font)
    assert long is not None
    assert long.text == ground
    assert short is not None
    assert short.text == "个人隐私"
    assert label_for((0, 0, 10, 14), ground, font) is None
    assert label_for((0, 0, 120, 5), ground, font) is None


def test_forms_are_counted_before_they_are_drawn() -> None:
    pdf = Pdf.new()
    form = pdf.make_stream(b"0 g " * 1000, Subtype=Name.Form)
    resources = Dictionary(XObject=Dictionary(F=pdf.make_indirect(form)))
    require_modest(b"/F Do " * 10, resources)
    with pytest.raises(CannotMask):
        require_modest(b"/#46 Do " * 100_000, resources)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(st.integers(min_value=0, max_value=1 << 30))
def test_damaged_content_ends_in_a_copy_or_a_named_refusal(seed: int) -> None:
    chance = random.Random(seed)

    def damaged(font: object) -> bytes:
        content = bytearray(lines_in(font))  # type: ignore[arg-type]
        for _ in range(chance.randint(1, 5)):
            at = chance.randrange(len(content))
            content[at : at + chance.randint(0, 4)] = chance.choice(
                [b" ", b"Q ", b"q ", b"ET ", b"BT ", b"]", b"<<", b"(", b"-1e9 ", b"/F1 ", b"Tj "]
            )
        return bytes(content)

    data = page_of(damaged)
    try:
        extracted = extract(data)
        copy = write(data, extracted, plan_for(extracted, [NAME, NUMBER]))
    except GongkaiError:
        return
    text = pdfium_text(copy.data)
    assert NUMBER not in text
