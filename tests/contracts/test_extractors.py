"""What every extractor promises, whatever it is given."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from domain.documents import UNPUBLISHED_KINDS, ExtractedText, MediaType
from domain.encoding import from_plain, to_plain
from domain.errors import GongkaiError
from pipelines.extraction import docx, html, text, xlsx
from pipelines.extraction.dispatch import extract
from pipelines.extraction.docx_package import text_nodes
from pipelines.extraction.sniff import sniff
from pipelines.secrecy_gate import check
from tests.makers.docx import (
    dele,
    field,
    ins,
    make_docx,
    p,
    picture,
    r,
    table,
    text_box,
    zipped,
)
from tests.makers.office import make_xlsx
from tests.makers.text import LETTER, encoded, page

RICH_DOCX = make_docx(
    p("标题")
    + p(r("正文"), dele("原拟罚款"), ins(r("插入的字")), r("隐", "<w:vanish/>"))
    + table(("姓名", "电话"), ("黄某", table(("内", "层"))))
    + p(text_box(p("框内")), field("HYPERLINK x", "链接"), picture()),
    header=p("页眉"),
    footer=p("页脚"),
    footnote=p("脚注"),
    comment=p("批注"),
    custom={"密级": "非密"},
)
RICH_HTML = page(
    "<h1>标题 二</h1><p>一<b>二</b>\n 三<br>四</p><div hidden>隐</div><!-- 注 -->"
    "<table><tr><td>甲<td><td>丙</table><pre> 保 \n 留 </pre><img src=x>",
    head="<title>题</title>",
)
RICH_XLSX = make_xlsx({"一": [["姓名", "数"], ["黄某", 3]], "二": [[None, "x"]]})
SAMPLES = {
    "txt": (encoded(LETTER, "gb18030"), text.extract),
    "html": (RICH_HTML, html.extract),
    "docx": (RICH_DOCX, docx.extract),
    "xlsx": (RICH_XLSX, xlsx.extract),
}
CASES = [pytest.param(*SAMPLES[name], id=name) for name in SAMPLES]
Extract = Callable[[bytes], ExtractedText]


def assert_sound(extracted: ExtractedText) -> None:
    end = 0
    annex = False
    for block in extracted.blocks:
        assert block.span.start >= end
        end = block.span.end
        assert end <= len(extracted.text)
        # once the annex has begun nothing visible follows
        assert not (annex and block.kind not in UNPUBLISHED_KINDS)
        annex = annex or block.kind in UNPUBLISHED_KINDS
    end = 0
    for anchor in extracted.anchors:
        assert anchor.span.start >= end
        end = anchor.span.end
        assert end <= len(extracted.text)
    covered = {i for b in extracted.blocks for i in range(b.span.start, b.span.end)}
    loose = "".join(c for i, c in enumerate(extracted.text) if i not in covered)
    assert not loose.strip()
    extracted.text.encode("utf-8")


@pytest.mark.parametrize(("data", "reader"), CASES)
def test_spans_are_sound_and_survive_the_way_through_json(data: bytes, reader: Extract) -> None:
    extracted = reader(data)
    assert extracted.text.strip()
    assert_sound(extracted)
    assert from_plain(ExtractedText, to_plain(extracted)) == extracted


@pytest.mark.parametrize("name", SAMPLES)
def test_dispatch_goes_by_content(name: str) -> None:
    data, reader = SAMPLES[name]
    assert extract(data, "没有扩展名") == reader(data)


def assert_anchored(extracted: ExtractedText, node_text: Callable[[str, int], str]) -> None:
    assert extracted.anchors
    for anchor in extracted.anchors:
        source = node_text(anchor.part, anchor.node)
        cut = source[anchor.offset : anchor.offset + anchor.span.length]
        assert cut == anchor.span.cut(extracted.text)


def test_anchors_of_a_docx_name_the_nodes_of_the_untouched_parts() -> None:
    extracted = docx.extract(RICH_DOCX)
    archive = zipfile.ZipFile(io.BytesIO(RICH_DOCX))
    parts: dict[str, list[str]] = {}

    def node_text(part: str, node: int) -> str:
        if part not in parts:
            nodes = text_nodes(etree.fromstring(archive.read(part)))
            parts[part] = [element.text or "" for element in nodes]
        return parts[part][node]

    assert_anchored(extracted, node_text)


def test_anchors_of_a_page_name_its_text_nodes() -> None:
    root = lxml.html.document_fromstring(RICH_HTML.decode())
    nodes: list[str] = []

    def walk(element: etree._Element) -> None:
        if isinstance(element.tag, str) and element.text:
            nodes.append(element.text)
        for item in element:
            walk(item)
            if item.tail:
                nodes.append(item.tail)

    walk(root)
    assert_anchored(html.extract(RICH_HTML), lambda _part, node: nodes[node])


def test_anchors_of_a_workbook_name_its_cells() -> None:
    cells = {"一": ["姓名", "数", "黄某", "3"], "二": ["x"]}
    assert_anchored(xlsx.extract(RICH_XLSX), lambda part, node: cells[part][node])


# -- hostile bytes ---------------------------------------------------------------------------


def read_or_refuse(data: bytes, name: str) -> None:
    """Nothing but our own errors comes out, and what comes out is sound."""
    try:
        sniff(data, name)
        extracted = extract(data, name)
    except GongkaiError:
        return
    if extracted.media_type is not MediaType.PDF:
        assert_sound(extracted)
    check(extracted)


@given(st.binary(max_size=400), st.sampled_from(["a.txt", "a.docx", "a.doc", "a.html", "a"]))
def test_any_bytes(data: bytes, name: str) -> None:
    read_or_refuse(data, name)


@given(st.text(max_size=400))
def test_any_text_is_read_exactly(content: str) -> None:
    data = content.encode("utf-8", "replace")
    try:
        extracted = text.extract(data)
    except GongkaiError:
        return
    assert_sound(extracted)
    if not data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        assert extracted.text == data.decode()


@given(st.sampled_from(sorted(SAMPLES)), st.data())
def test_damaged_files(name: str, data: st.DataObject) -> None:
    sample = bytearray(SAMPLES[name][0])
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(sample) - 1))
        sample[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(sample)))
    read_or_refuse(bytes(sample[:cut] if data.draw(st.booleans()) else sample), f"a.{name}")


def parts_of(data: bytes) -> dict[str, bytes]:
    archive = zipfile.ZipFile(io.BytesIO(data))
    return {name: archive.read(name) for name in archive.namelist()}


DOCX_PARTS = parts_of(RICH_DOCX)
XLSX_PARTS = parts_of(RICH_XLSX)


@settings(max_examples=120)
@given(st.sampled_from(["docx", "xlsx"]), st.data())
def test_damaged_parts_inside_a_sound_zip(kind: str, data: st.DataObject) -> None:
    parts = dict(DOCX_PARTS if kind == "docx" else XLSX_PARTS)
    name = data.draw(st.sampled_from(sorted(parts)))
    content = parts[name]
    how = data.draw(st.sampled_from(["drop", "cut", "swap", "double"]))
    if how == "drop":
        del parts[name]
    elif how == "cut":
        parts[name] = content[: data.draw(st.integers(0, len(content)))]
    else:
        # exchange or repeat tokens: mostly still well-formed, never what the schema says
        tokens = content.split(b">")
        a = data.draw(st.integers(0, len(tokens) - 1))
        b = data.draw(st.integers(0, len(tokens) - 1))
        if how == "swap":
            tokens[a], tokens[b] = tokens[b], tokens[a]
        else:
            tokens.insert(a, tokens[b])
        parts[name] = b">".join(tokens)
    read_or_refuse(zipped(parts), f"a.{kind}")


_FRAGMENTS = st.recursive(
    st.sampled_from(["<p>文", "字</p>", "<td>", "<tr>", "<table>", "<!--", "-->", "<br>", "&#0;"])
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=6).map("".join),
    max_leaves=30,
)


@given(_FRAGMENTS)
def test_tag_soup(soup: str) -> None:
    read_or_refuse(page(soup.encode("utf-8", "replace").decode()), "a.html")
