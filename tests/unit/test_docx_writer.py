"""The docx copy holds nothing that was removed, and everything that was not."""

from __future__ import annotations

import difflib
import html
import io
import re
import zipfile
from dataclasses import replace

import docx
import pytest
from docx.shared import Pt
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from domain.documents import ExtractedText, TextSpan
from domain.errors import CannotMask, DigestMismatch
from domain.findings import FindingType
from domain.publication import Mark, RedactionPlan, RegionMark
from pipelines.extraction.docx import extract
from pipelines.plans import strings_plan
from pipelines.release import kept_text
from redaction.leakcheck.check import check
from redaction.matching import fold
from redaction.writers.base import REDACTED, published_text
from redaction.writers.docx import write
from tests.makers.attacks_docx import (
    ADDRESS,
    ID_NUMBER,
    INNOCENT,
    MAKERS,
    MOBILE,
    NAME,
    Attack,
    Package,
    drawing,
    paragraph,
    picture,
    run,
)

_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")
_NAMESPACE = {"w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main"}


@pytest.fixture(params=sorted(MAKERS), name="attack")
def _attack(request: pytest.FixtureRequest) -> Attack:
    return MAKERS[request.param]()


def recovered(data: bytes, strings: tuple[str, ...]) -> list[tuple[str, str]]:
    """What unzip and grep find, with no code of ours: raw parts, and their text without tags."""
    found: list[tuple[str, str]] = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for name, content in {**parts, "container": data}.items():
        for string in strings:
            if any(string.encode(encoding) in content for encoding in _ENCODINGS):
                found.append((name, string))
        if name.endswith(".xml"):
            text = html.unescape(re.sub(r"<[^>]*>", "", content.decode("utf-8")))
            squeezed = re.sub(r"[\s\u200b\u00ad\u3000\-]", "", text)
            narrow = squeezed.translate({c + 0xFEE0: c for c in range(0x21, 0x7F)})
            found.extend((name, string) for string in strings if string in narrow)
    return found


def text_of(data: bytes) -> str:
    """All text of the copy's document, headers, footers and notes."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [n for n in archive.namelist() if re.match(r"word/(document|head|foot|end)", n)]
        return "\n".join(
            html.unescape(re.sub(r"<[^>]*>", "", re.sub(r"</w:p>", "\n", archive.read(n).decode())))
            for n in sorted(names)
        )


def test_nothing_is_recovered_from_any_carrier(attack: Attack) -> None:
    extracted = extract(attack.data)
    plan = strings_plan(extracted, attack.shown)
    copy = write(attack.data, extracted, plan)
    secrets = (*attack.shown, *attack.hidden)
    report = check(copy, secrets, kept_text=kept_text(published_text(extracted, plan), plan))
    assert report.clean, (report.hits, report.problems)
    assert len(report.readers) >= 3
    assert recovered(copy.data, secrets) == []


def test_the_attack_files_do_carry_what_they_claim(attack: Attack) -> None:
    extracted = extract(attack.data)
    folded = fold(extracted.text).text
    for string in attack.shown:
        assert fold(string).text in folded
    raw = recovered(attack.data, attack.hidden)
    carried = {string for _part, string in raw}
    assert carried >= set(attack.hidden) - {ADDRESS, "6228480000000000018", NAME}


def test_innocent_text_survives_in_order(attack: Attack) -> None:
    extracted = extract(attack.data)
    plan = strings_plan(extracted, attack.shown)
    copy = write(attack.data, extracted, plan)
    shown = text_of(copy.data)
    for line in attack.innocent:
        assert line in shown.replace("\n", "") or line in shown
    again = extract(copy.data)
    wanted = fold(published_text(extracted, plan)).text
    got = fold(published_text(again, strings_plan(again, ()))).text
    matcher = difflib.SequenceMatcher(None, wanted, got, autojunk=False)
    kept = sum(block.size for block in matcher.get_matching_blocks())
    # what is left out on purpose: notes nothing refers to, and symbols nobody can name
    left_out = {"headers_and_notes": len("无人引用的脚注"), "text_boxes_and_fields": 1}
    assert kept >= 0.995 * (len(wanted) - left_out.get(attack.name, 0))


def test_a_copy_opens_and_tables_stay_tables() -> None:
    attack = MAKERS["split_runs"]()
    extracted = extract(attack.data)
    copy = write(attack.data, extracted, strings_plan(extracted, attack.shown))
    document = docx.Document(io.BytesIO(copy.data))
    assert len(document.tables) == 1
    assert len(document.tables[0].rows[0].cells) == len(ID_NUMBER)
    cells = [cell.text for cell in document.tables[0].rows[0].cells]
    assert cells == [REDACTED, *[""] * (len(ID_NUMBER) - 1)]


def test_only_named_parts_leave_the_house() -> None:
    attack = MAKERS["package_parts"]()
    extracted = extract(attack.data)
    copy = write(attack.data, extracted, strings_plan(extracted, attack.shown))
    with zipfile.ZipFile(io.BytesIO(copy.data)) as archive:
        assert sorted(archive.namelist()) == [
            "[Content_Types].xml",
            "_rels/.rels",
            "word/_rels/document.xml.rels",
            "word/document.xml",
            "word/media/image1.png",
            "word/media/image2.png",
            "word/settings.xml",
            "word/styles.xml",
        ]
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        rels = archive.read("word/_rels/document.xml.rels").decode()
    assert "External" not in rels


def test_the_same_plan_gives_the_same_bytes() -> None:
    attack = MAKERS["headers_and_notes"]()
    extracted = extract(attack.data)
    plan = strings_plan(extracted, attack.shown)
    assert write(attack.data, extracted, plan) == write(attack.data, extracted, plan)


def two_grounds(extracted: ExtractedText) -> RedactionPlan:
    def mark(string: str, replacement: str, ground: str, kind: FindingType) -> Mark:
        start = extracted.text.index(string)
        span = TextSpan(start=start, end=start + len(string))
        return Mark(span=span, type=kind, replacement=replacement, ground=ground)

    return RedactionPlan(
        text_digest=extracted.digest,
        policy_version="1",
        marks=(
            mark(NAME, "黄某某", "个人隐私，条例第十五条", FindingType.PERSON),
            mark(MOBILE, REDACTED, "个人隐私，条例第十五条", FindingType.PHONE),
            mark("内部流转", REDACTED, "工作秘密，保密法第六十四条", FindingType.WORK_SECRET),
        ),
    )


def test_marks_are_shaded_and_their_grounds_stated_once() -> None:
    package = Package(body=paragraph(f"经办{NAME}电话{MOBILE}号", run("内部流转", "<w:b/>")))
    data = package.build()
    extracted = extract(data)
    copy = write(data, extracted, two_grounds(extracted))
    document = docx.Document(io.BytesIO(copy.data))
    lines = [p.text for p in document.paragraphs]
    assert lines == [
        f"经办黄某某〔1〕电话{REDACTED}〔1〕号{REDACTED}〔2〕",
        f"注：文中{REDACTED}处及以“某”代称处依法不予公开："
        "〔1〕个人隐私，条例第十五条；〔2〕工作秘密，保密法第六十四条。",
    ]
    shaded = document.element.body.findall(".//w:r/w:rPr/w:shd", _NAMESPACE)
    assert len(shaded) == 3


def test_a_mark_tells_nothing_of_the_length_it_covers() -> None:
    def copied(name: str) -> bytes:
        data = Package(
            body=paragraph("经办", run(name, '<w:spacing w:val="9"/><w:fitText w:val="640"/>'))
        ).build()
        extracted = extract(data)
        return write(data, extracted, strings_plan(extracted, (name,))).data

    assert copied("黄样") == copied("黄样例子很长")


def test_a_plan_of_another_text_is_refused() -> None:
    attack = MAKERS["split_runs"]()
    extracted = extract(attack.data)
    plan = replace(strings_plan(extracted, attack.shown), text_digest="0" * 64)
    with pytest.raises(DigestMismatch):
        write(attack.data, extracted, plan)


def test_anchors_that_do_not_tell_the_truth_are_refused() -> None:
    attack = MAKERS["split_runs"]()
    extracted = extract(attack.data)
    plan = strings_plan(extracted, attack.shown)
    other = Package(body=paragraph("完全不同的文件")).build()
    with pytest.raises(CannotMask):
        write(other, extracted, plan)
    shifted = tuple(replace(run, node=run.node + 1) for run in extracted.anchors)
    with pytest.raises(CannotMask):
        write(attack.data, replace(extracted, anchors=shifted), plan)


def test_a_mark_on_text_without_an_anchor_is_refused() -> None:
    data = Package(body=paragraph(f"电话{MOBILE}")).build()
    extracted = extract(data)
    plan = strings_plan(extracted, (MOBILE,))
    with pytest.raises(CannotMask):
        write(data, replace(extracted, anchors=()), plan)


def test_text_no_anchor_speaks_for_is_not_published() -> None:
    data = Package(body=paragraph("已读的文字") + paragraph("没有读到的文字")).build()
    extracted = extract(data)
    seen = replace(extracted, anchors=extracted.anchors[:1])
    copy = write(data, seen, strings_plan(seen, ()))
    assert "没有读到" not in text_of(copy.data)
    assert copy.notes == ("unanchored:word/document.xml:7",)


def test_hyphens_inside_a_number_go_with_it() -> None:
    data = Package(
        body=paragraph(run("0744"), "<w:r><w:noBreakHyphen/></w:r>", run("3222222转"))
    ).build()
    extracted = extract(data)
    copy = write(data, extracted, strings_plan(extracted, ("07443222222",)))
    assert docx.Document(io.BytesIO(copy.data)).paragraphs[0].text == f"{REDACTED}转"


def test_page_numbers_stay_fields_without_their_old_instruction() -> None:
    attack = MAKERS["text_boxes_and_fields"]()
    extracted = extract(attack.data)
    copy = write(attack.data, extracted, strings_plan(extracted, attack.shown))
    with zipfile.ZipFile(io.BytesIO(copy.data)) as archive:
        document = archive.read("word/document.xml").decode()
    assert re.findall(r"<w:instrText[^>]*>([^<]*)<", document) == [" PAGE "]
    assert document.count('w:fldCharType="begin"') == 1
    assert document.count('w:fldCharType="end"') == 1


def picture_file() -> tuple[bytes, bytes]:
    package = Package()
    source = picture("图片里的秘密说明")
    package.parts["word/media/image1.png"] = source
    first = package.relate("image", "media/image1.png")
    second = package.relate("image", "media/image1.png")
    package.body = paragraph("甲", drawing(first)) + paragraph("乙", drawing(second))
    return package.build(), source


def test_a_picture_a_person_let_stand_is_drawn_anew_and_others_are_black() -> None:
    data, source = picture_file()
    extracted = extract(data)
    assert [r.node for r in extracted.unreadable] == [0, 1]
    plan = replace(
        strings_plan(extracted, ()),
        regions=tuple(
            RegionMark(ground="个人隐私", part=r.part, node=r.node, keep=r.node == 0)
            for r in extracted.unreadable
        ),
    )
    copy = write(data, extracted, plan)
    with zipfile.ZipFile(io.BytesIO(copy.data)) as archive:
        pictures = [archive.read(n) for n in archive.namelist() if n.startswith("word/media/")]
    shown, covered = (Image.open(io.BytesIO(p)) for p in pictures)
    assert shown.convert("RGB").tobytes() == Image.open(io.BytesIO(source)).tobytes()
    assert shown.info == {}
    assert covered.getextrema() == (0, 0)
    assert check(copy, ("图片里的秘密说明",), kept_text="").clean


def test_an_undecided_picture_is_covered() -> None:
    data, _source = picture_file()
    extracted = extract(data)
    copy = write(data, extracted, replace(strings_plan(extracted, ()), regions=()))
    assert copy.notes == ("pictures_covered:word/document.xml:2",)


def test_formatting_survives() -> None:
    document = docx.Document()
    heading = document.add_heading("关于公开的通知", level=1)
    heading.runs[0].font.size = Pt(22)
    document.add_paragraph("第一项", style="List Number")
    table = document.add_table(rows=2, cols=2, style="Table Grid")
    table.cell(0, 0).merge(table.cell(0, 1)).text = f"联系人{NAME}"
    table.cell(1, 1).text = "右下"
    out = io.BytesIO()
    document.save(out)
    extracted = extract(out.getvalue())
    copy = write(out.getvalue(), extracted, strings_plan(extracted, (NAME,)))
    again = docx.Document(io.BytesIO(copy.data))
    assert again.paragraphs[0].style.name.lower() == "heading 1"
    assert again.paragraphs[0].runs[0].font.size == Pt(22)
    assert again.paragraphs[1].style.name.lower() == "list number"
    assert again.tables[0].style.name == "Table Grid"
    assert [c.text for c in again.tables[0].rows[1].cells] == ["", "右下"]
    assert again.tables[0].cell(0, 1).text == f"联系人{REDACTED}"


def test_strict_office_files_are_read_alike() -> None:
    data = Package(body=paragraph(f"电话{MOBILE}") + paragraph(INNOCENT[1])).build()
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(out, "w") as target,
    ):
        for name in source.namelist():
            strict = (
                source.read(name)
                .replace(
                    b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
                    b"http://purl.oclc.org/ooxml/wordprocessingml/main",
                )
                .replace(
                    b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
                    b"http://purl.oclc.org/ooxml/officeDocument/relationships",
                )
            )
            target.writestr(name, strict)
    extracted = extract(out.getvalue())
    copy = write(out.getvalue(), extracted, strings_plan(extracted, (MOBILE,)))
    lines = [p.text for p in docx.Document(io.BytesIO(copy.data)).paragraphs]
    assert lines[:2] == [f"电话{REDACTED}", INNOCENT[1]]


def test_floating_drawings_keep_their_place_and_only_that() -> None:
    package = Package()
    package.parts["word/media/image1.png"] = picture("无")
    inline = drawing(package.relate("image", "media/image1.png"))
    anchored = inline.replace(
        "<wp:inline>",
        '<wp:anchor simplePos="0" relativeHeight="2" behindDoc="0" locked="0" layoutInCell="1" '
        'allowOverlap="1"><wp:simplePos x="0" y="0"/><wp:positionH relativeFrom="page">'
        "<wp:posOffset>914400</wp:posOffset></wp:positionH>"
        '<wp:positionV relativeFrom="page"><mc:AlternateContent><mc:Choice Requires="wp14">'
        f"<w14:x>{NAME}</w14:x></mc:Choice><mc:Fallback><wp:posOffset>{MOBILE}</wp:posOffset>"
        "</mc:Fallback></mc:AlternateContent></wp:positionV>",
    ).replace("</wp:inline>", "</wp:anchor>")
    package.body = paragraph(anchored, "文")
    data = package.build()
    extracted = extract(data)
    copy = write(data, extracted, strings_plan(extracted, ()))
    with zipfile.ZipFile(io.BytesIO(copy.data)) as archive:
        document = archive.read("word/document.xml").decode()
    assert re.findall(r"<wp:posOffset>([^<]*)<", document) == ["914400", "0"]
    assert check(copy, (NAME, MOBILE), kept_text="文").clean


@given(
    st.lists(st.text("甲乙丙丁戊12 ３\u200b", min_size=1, max_size=6), min_size=1, max_size=12),
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 9)), max_size=5),
)
@settings(max_examples=40)
def test_marks_fall_exactly_where_the_text_is_however_it_is_cut_into_runs(
    runs: list[str], places: list[tuple[int, int]]
) -> None:
    data = Package(body=paragraph(*(run(text) for text in runs))).build()
    extracted = extract(data)
    marks: list[Mark] = []
    for start, length in sorted(places):
        start = max(start, marks[-1].span.end if marks else 0)
        if start + length <= len(extracted.text):
            marks.append(
                Mark(
                    span=TextSpan(start=start, end=start + length),
                    type=FindingType.PHONE,
                    replacement=REDACTED,
                    ground="",
                )
            )
    plan = RedactionPlan(text_digest=extracted.digest, marks=tuple(marks), policy_version="1")
    copy = write(data, extracted, plan)
    got = docx.Document(io.BytesIO(copy.data)).paragraphs[0].text
    assert got == published_text(extracted, plan)
