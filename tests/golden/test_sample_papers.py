"""The shipped sample files are what their maker makes, and read as they should."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from domain.documents import UNPUBLISHED_KINDS, BlockKind, ExtractedText
from domain.resources import data_path
from pipelines.extraction.dispatch import extract
from pipelines.parts import split
from pipelines.secrecy_gate import check
from tests.makers.sample_papers import SAMPLES, county_papers, made_files

FILES = sorted(p for p in SAMPLES.iterdir() if p.suffix in {".docx", ".pdf", ".txt"})


def read(path: Path) -> ExtractedText:
    return extract(path.read_bytes(), path.name)


def folded(text: str) -> str:
    return "".join(text.split())


def body(extracted: ExtractedText) -> str:
    aside = UNPUBLISHED_KINDS | {BlockKind.HEADER, BlockKind.FOOTER}
    return folded(
        "".join(b.span.cut(extracted.text) for b in extracted.blocks if b.kind not in aside)
    )


def test_the_files_are_what_the_maker_makes() -> None:
    for name, data in made_files().items():
        shipped = data_path("samples", name).read_bytes()
        if name.endswith(".docx"):
            # the packing may differ with the compression library; the parts may not
            with zipfile.ZipFile(io.BytesIO(data)) as a, zipfile.ZipFile(io.BytesIO(shipped)) as b:
                assert a.namelist() == b.namelist()
                assert [a.read(n) for n in a.namelist()] == [b.read(n) for n in b.namelist()], name
        else:
            read_again = extract(data, name)
            assert read_again.text == extract(shipped, name).text, name


def test_all_together_stay_small() -> None:
    assert sum(path.stat().st_size for path in SAMPLES.iterdir()) < 3_000_000


@pytest.mark.parametrize("path", [pytest.param(p, id=p.name) for p in FILES])
def test_every_sample_reads_whole_and_is_not_stopped(path: Path) -> None:
    extracted = read(path)
    assert len(extracted.text) > 300
    assert extracted.unreadable == ()
    assert not check(extracted).quarantined
    expected = 5 if path.suffix == ".txt" else 0
    assert len(split(extracted)) == expected


def test_the_forms_of_a_paper_hold_the_words_of_the_collection() -> None:
    source = folded(data_path("samples", "county-bureau-disclosure-papers.txt").read_text("utf-8"))
    for paper in county_papers():
        for ending in paper.formats:
            text = body(read(SAMPLES / f"{paper.name}.{ending}"))
            title = folded(paper.title)
            assert text.startswith(title)
            # the third paper has no title line in the collection, only its heading
            assert text[len(title) :] in source, (paper.name, ending)
            assert len(text) > 600


def test_the_decision_holds_all_that_the_scenario_names() -> None:
    extracted = read(SAMPLES / "行政处罚决定书（示例）.docx")
    kinds = {
        "内部流转号 XZ-88": BlockKind.HEADER,
        "原拟罚款五万元": BlockKind.DELETION,
        "此人已请托": BlockKind.COMMENT,
        "430821190001010012": BlockKind.PARAGRAPH,
        "测试小区3栋402室": BlockKind.PARAGRAPH,
        "6228480000000000018": BlockKind.PARAGRAPH,
    }
    for quoted, kind in kinds.items():
        blocks = [b for b in extracted.blocks if quoted in b.span.cut(extracted.text)]
        assert [b.kind for b in blocks] == [kind], quoted
    metadata = [
        b.span.cut(extracted.text) for b in extracted.blocks if b.kind is BlockKind.METADATA
    ]
    assert any("王打字" in value for value in metadata)


def test_the_pdf_with_a_ruled_table_has_its_cells() -> None:
    extracted = read(SAMPLES / "慈利县安监局政务公开考核评议制度.pdf")
    cells = [b.span.cut(extracted.text) for b in extracted.blocks if b.kind is BlockKind.TABLE_CELL]
    assert cells[:4] == ["(一)", "主动公开情况;", "(二)", "依申请公开情况;"]
    assert len(cells) == 8
