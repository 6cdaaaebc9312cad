"""A real mark in the running office: the file stops, and nothing of it is anywhere."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.office import Office, wait_for
from tests.makers.docx import make_docx, paragraphs

pytestmark = pytest.mark.browser
TOKEN = "TOPSECRETBODY-甲乙丙"
NAME = "会议纪要绝不外传.docx"


def marked_minutes() -> bytes:
    return make_docx(
        paragraphs(
            f"000123\n秘密★5年\n特急\n慈利县应急管理局文件\n\n会议纪要\n{TOKEN}\n2026年5月8日"
        )
    )


def test_a_marked_file_is_held_and_leaves_nothing(
    office: Office, sign_in: Callable[[str], Page]
) -> None:
    office.drop(NAME, marked_minutes())
    held = office.home / "held"
    wait_for("the file in held/", lambda: [p for p in held.iterdir() if p.is_file()], 90)
    assert (held.stat().st_mode & 0o777) == 0o700

    secrecy = sign_in("baomi")
    secrecy.goto(f"{office.workbench}/held/")
    expect(secrecy.locator(".held").first).to_contain_text("版头密级标志")
    expect(secrecy.locator("main")).to_contain_text("第四十七条")
    reviewer = sign_in("shenhe")
    reviewer.goto(f"{office.workbench}/held/")
    expect(reviewer.locator("main")).to_contain_text("仅保密审查员可见")

    needles = [
        n.encode(code) for n in (TOKEN, "TOPSECRETBODY", NAME) for code in ("utf-8", "gb18030")
    ]
    for path in office.home.rglob("*"):
        if path.is_file() and held not in path.parents:
            body = path.read_bytes()
            assert not any(needle in body for needle in needles), path.name
            assert "会议纪要绝不外传" not in path.name

    form = secrecy.locator(".held form").first
    form.locator("select").select_option("transferred")
    form.locator("textarea").fill("2026年5月9日移交县国家保密局，经手人保密员。")
    form.locator("button").click()
    expect(secrecy.locator(".decided").first).to_contain_text("移交")
