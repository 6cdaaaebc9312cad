"""Reading in the sandbox: what comes out of the child, and what never does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from domain.documents import MediaType
from domain.errors import EmptyFile, EncryptedFile, UnreadableFile
from pipelines import secrecy_gate
from pipelines.reading import read, read_job
from pipelines.sandbox import Sandbox
from tests.makers.docx import make_docx, p, picture
from tests.makers.office import locked_docx

MARKED = make_docx(
    p("000123") + p("秘密★5年") + p("特急") + p("慈利县应急管理局文件") + p("TOPSECRETBODY-甲乙丙"),
    core={"dc:title": "TOPSECRETTITLE"},
)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as made:
        yield made


def test_a_plain_file_comes_back_whole(sandbox: Sandbox) -> None:
    text = "关于做好值班工作的通知\r\n　电话 ０７４４\n"
    got = read(sandbox, text.encode("gb18030"), filename="通知.txt")
    assert got.media_type is MediaType.TXT
    assert got.extracted is not None
    assert got.extracted.text == text
    assert not got.gate.quarantined
    assert not got.gate.uncleared


def test_the_text_of_a_stopped_file_never_leaves_the_child(sandbox: Sandbox) -> None:
    got = read(sandbox, MARKED, filename="会议纪要.docx")
    assert got.gate.quarantined
    assert got.extracted is None
    answer, body = read_job(MARKED, {"filename": "会议纪要.docx"})
    assert "TOPSECRET" not in repr(answer) + repr(body)
    assert "秘密" not in repr(answer)


def test_the_secrecy_reviewer_may_override_by_a_recorded_outcome(sandbox: Sandbox) -> None:
    got = read(sandbox, MARKED, filename="会议纪要.docx", gate_override=True)
    assert got.gate.quarantined
    assert got.extracted is not None
    assert "TOPSECRETBODY" in got.extracted.text


def test_a_marked_name_is_a_hold(sandbox: Sandbox) -> None:
    got = read(sandbox, "普通通知".encode(), filename="方案（秘密★5年）.txt")
    assert not got.gate.quarantined
    assert got.gate.uncleared_reasons == (secrecy_gate.IRREGULAR_MARK,)


def test_a_scan_in_a_docx_is_not_cleared(sandbox: Sandbox) -> None:
    got = read(sandbox, make_docx(p(picture(width_cm=16))), filename="扫描.docx")
    assert got.gate.uncleared
    assert got.extracted is not None


@pytest.mark.parametrize(
    ("data", "name", "error", "word"),
    [
        (b"", "空.pdf", EmptyFile, "空文件"),
        (locked_docx(), "预案.docx", EncryptedFile, "加密"),
        ("不是 Word".encode(), "旧.doc", UnreadableFile, "无法解析"),
    ],
)
def test_scenario_a1_reasons(
    sandbox: Sandbox, data: bytes, name: str, error: type[UnreadableFile], word: str
) -> None:
    with pytest.raises(error) as caught:
        read(sandbox, data, filename=name)
    assert word in caught.value.message
