"""Copies as html, text and workbook: rebuilt from what was seen, and nothing else."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import lxml.html
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.documents import Block, BlockKind, ExtractedText, MediaType, TextSpan
from domain.errors import DigestMismatch, UnsupportedFormat
from domain.findings import FindingType
from domain.publication import Mark, RedactionPlan, WrittenCopy
from pipelines.extraction import html as html_extraction
from pipelines.extraction import text as text_extraction
from pipelines.extraction import xlsx as xlsx_extraction
from pipelines.plans import strings_plan
from pipelines.release import hidden_strings, kept_text
from redaction.leakcheck.check import check
from redaction.writers import dispatch, html, text, xlsx
from redaction.writers.base import REDACTED, MaskedText, legend, published_text

NAME, MOBILE = "黄样例", "13900000001"
PAGE = f"""<html><head><title>关于{NAME}的决定</title><meta name="author" content="王打字">
<script>var phone='{MOBILE}'</script></head><body><!-- 此人已请托 -->
<h1>关于{NAME}的决定</h1><p>电话<b>139</b>00000001，住<i>慈利县</i>&lt;城关&gt;</p>
<table><tr><th>姓名</th><td>{NAME[0]} {NAME[1]} {NAME[2]}</td></tr>
<tr><td>罚款</td><td>贰万元</td></tr></table>
<p style="display:none">原拟罚款五万元</p><p onclick="x('{MOBILE}')">完</p>
</body></html>""".encode()
LINES = f"关于{NAME}的决定\r\n\r\n  电话：１３９００００\n０００１ 转\t分机\n完".encode()


def proven(copy: WrittenCopy, extracted: ExtractedText, plan: RedactionPlan) -> bool:
    shown = published_text(extracted, plan)
    secrets = (NAME, MOBILE, *hidden_strings(extracted, shown))
    return check(copy, secrets, kept_text=kept_text(shown, plan)).clean


def page_text(data: bytes) -> str:
    body = lxml.html.fromstring(data).find("body")
    return "".join(body.itertext())


def test_a_page_is_rebuilt_from_its_visible_text() -> None:
    extracted = html_extraction.extract(PAGE)
    plan = strings_plan(extracted, (NAME, MOBILE))
    copy = dispatch.write(PAGE, extracted, plan)
    assert (copy.media_type, copy.extension) == (MediaType.HTML, ".html")
    assert proven(copy, extracted, plan)
    root = lxml.html.fromstring(copy.data)
    rows = [[cell.text_content() for cell in row] for row in root.iter("tr")]
    assert rows == [["姓名", REDACTED], ["罚款", "贰万元"]]
    assert root.findtext(".//title") == f"关于{REDACTED}的决定"
    assert "慈利县<城关>" in page_text(copy.data)
    for gone in ("<script", "onclick", "王打字", "此人已请托", "原拟罚款"):
        assert gone not in copy.data.decode()


def test_covered_places_carry_their_ground() -> None:
    extracted = html_extraction.extract(PAGE)
    ground = "个人隐私，条例第十五条"
    plan = strings_plan(extracted, (NAME, MOBILE))
    plan = replace(plan, marks=tuple(replace(m, ground=ground) for m in plan.marks))
    root = lxml.html.fromstring(dispatch.write(PAGE, extracted, plan).data)
    spans = root.find_class("redacted")
    assert len(spans) == 3
    assert {s.get("title") for s in spans} == {ground}
    assert {s.get("aria-label") for s in spans} == {f"已遮盖：{ground}"}
    assert root.find_class("legend")[0].text == f"注：文中{REDACTED}处依法不予公开：{ground}。"


def test_text_becomes_a_page_line_by_line() -> None:
    extracted = text_extraction.extract(LINES)
    plan = strings_plan(extracted, (NAME, MOBILE))
    copy = dispatch.write(LINES, extracted, plan)
    assert proven(copy, extracted, plan)
    lines = [p.text_content() for p in lxml.html.fromstring(copy.data).iter("p")]
    assert f"关于{REDACTED}的决定" in lines
    assert f"  电话：{REDACTED} 转\t分机" in lines


def test_text_stays_text_where_asked() -> None:
    extracted = text_extraction.extract(LINES)
    plan = strings_plan(extracted, (NAME, MOBILE))
    copy = dispatch.write(LINES, extracted, plan, target=MediaType.TXT)
    assert proven(copy, extracted, plan)
    assert copy.data.decode() == (f"关于{REDACTED}的决定\r\n\r\n  电话：{REDACTED} 转\t分机\n完")


def test_text_ends_with_the_grounds() -> None:
    extracted = text_extraction.extract(LINES)
    plan = strings_plan(extracted, (NAME, MOBILE))
    plan = replace(plan, marks=tuple(replace(m, ground="个人隐私") for m in plan.marks))
    lines = text.write(LINES, extracted, plan).data.decode().splitlines()
    assert lines[-1] == legend(plan) == f"注：文中{REDACTED}处依法不予公开：个人隐私。"


def test_text_without_marks_stays_as_it_was() -> None:
    extracted = text_extraction.extract(LINES)
    copy = text.write(LINES, extracted, strings_plan(extracted, ()))
    assert copy.data == LINES


def workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = f"{NAME}案"
    sheet.append(["姓名", NAME, None, "备注"])
    sheet.append(["电话", int(MOBILE), "=1+1"])
    sheet.append(["=A1", "文字"])
    sheet["D4"] = "公式样的文字"
    sheet["D4"].data_type = "s"
    hidden = book.create_sheet("隐表")
    hidden.sheet_state = "hidden"
    hidden.append(["隐藏的整张表"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_becomes_tables_of_a_page() -> None:
    data = workbook()
    extracted = xlsx_extraction.extract(data)
    plan = strings_plan(extracted, (NAME, MOBILE))
    copy = dispatch.write(data, extracted, plan)
    assert proven(copy, extracted, plan)
    root = lxml.html.fromstring(copy.data)
    assert root.findtext(".//h2/span") == REDACTED
    rows = [[cell.text_content() for cell in row] for row in root.iter("tr")]
    assert rows[:2] == [["姓名", REDACTED, "", "备注"], ["电话", REDACTED]]
    assert "隐藏的整张表" not in copy.data.decode()


def test_a_workbook_stays_a_workbook_where_asked() -> None:
    data = workbook()
    extracted = xlsx_extraction.extract(data)
    plan = strings_plan(extracted, (NAME, MOBILE))
    copy = dispatch.write(data, extracted, plan, target=MediaType.XLSX)
    assert proven(copy, extracted, plan)
    book = openpyxl.load_workbook(io.BytesIO(copy.data))
    assert book.sheetnames == [f"{REDACTED}案"]
    rows = [[c.value for c in row] for row in book.worksheets[0].iter_rows()]
    assert rows[0] == ["姓名", REDACTED, None, "备注"]
    with zipfile.ZipFile(io.BytesIO(copy.data)) as archive:
        assert {i.date_time[0] for i in archive.infolist()} == {1980}
    again = dispatch.write(data, extracted, plan, target=MediaType.XLSX)
    assert again.data == copy.data


def test_text_that_looks_like_a_formula_stays_text() -> None:
    body = "=HYPERLINK(1)"
    cell = Block(
        kind=BlockKind.CELL, span=TextSpan(start=0, end=len(body)), part="表", row=0, column=0
    )
    extracted = ExtractedText(text=body, media_type=MediaType.XLSX, blocks=(cell,))
    copy = xlsx.write(b"", extracted, strings_plan(extracted, ()))
    book = openpyxl.load_workbook(io.BytesIO(copy.data))
    assert book.worksheets[0]["A1"].data_type == "s"


def test_a_format_nobody_writes_is_refused() -> None:
    extracted = text_extraction.extract(LINES)
    with pytest.raises(UnsupportedFormat):
        dispatch.write(LINES, extracted, strings_plan(extracted, ()), target=MediaType.PDF)


@pytest.mark.parametrize("write", [html.write, text.write, xlsx.write])
def test_a_plan_of_another_text_is_refused(write: dispatch.Writer) -> None:
    extracted = text_extraction.extract(LINES)
    plan = replace(strings_plan(extracted, (NAME,)), text_digest="0" * 64)
    with pytest.raises(DigestMismatch):
        write(LINES, extracted, plan)


_SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 8), st.booleans()), max_size=6)


def _plan(body: str, spans: list[tuple[int, int, bool]]) -> tuple[ExtractedText, RedactionPlan]:
    marks: list[Mark] = []
    blocks: list[Block] = []
    end = 0
    for start, length, hidden in sorted(spans):
        span = TextSpan(start=max(start, end), end=max(start, end) + length)
        if span.end > len(body):
            break
        end = span.end
        if hidden:
            blocks.append(Block(kind=BlockKind.HIDDEN, span=span))
        else:
            marks.append(
                Mark(span=span, type=FindingType.PHONE, replacement=REDACTED, ground="个人隐私")
            )
    extracted = ExtractedText(text=body, media_type=MediaType.TXT, blocks=tuple(blocks))
    plan = RedactionPlan(text_digest=extracted.digest, marks=tuple(marks), policy_version="1")
    return extracted, plan


@given(st.text(max_size=70), _SPANS)
def test_masked_text_is_the_text_with_its_marks_cut(
    body: str, spans: list[tuple[int, int, bool]]
) -> None:
    extracted, plan = _plan(body, spans)
    gone = {i for m in plan.marks for i in range(m.span.start, m.span.end)}
    gone |= {i for s in extracted.hidden_spans for i in range(s.start, s.end)}
    kept = "".join(c for i, c in enumerate(body) if i not in gone)
    shown = published_text(extracted, plan)
    assert shown.count(REDACTED) >= len(plan.marks)
    bare = shown.replace(REDACTED, "") if "▇" not in body else None
    assert bare is None or bare == kept or bare == kept.rstrip("\n")
    assert html.write(b"", extracted, plan).data.decode()


@given(st.text(min_size=1, max_size=70), _SPANS, st.integers(1, 9))
def test_a_mark_is_handed_out_once_however_the_text_is_cut(
    body: str, spans: list[tuple[int, int, bool]], step: int
) -> None:
    extracted, plan = _plan(body, spans)
    masked = MaskedText(extracted, plan)
    cut = [TextSpan(start=at, end=min(at + step, len(body))) for at in range(0, len(body), step)]
    pieces = [piece for span in cut for piece in masked.pieces(span)]
    assert [p.mark for p in pieces if p.mark] == list(plan.marks)
