"""From the inbox to the portal, as the people of a bureau go it, in a real browser."""

from __future__ import annotations

import io
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.office import Office, wait_for
from tests.makers.penalty_docx import KEPT, SECRETS, penalty_decision

pytestmark = pytest.mark.browser
SignIn = Callable[[str], Page]
NUMBER = "应急罚〔2026〕12号"


def published(office: Office, path: str) -> bytes:
    with urllib.request.urlopen(f"{office.portal}{path}", timeout=20) as answer:
        return bytes(answer.read())


def open_item(page: Page, office: Office, wording: str) -> None:
    """The queue's row with this wording, opened once it is there."""
    page.goto(f"{office.workbench}/?q={urllib.parse.quote(wording)}")

    def there() -> bool:
        if page.locator("tr[data-href]").count():
            return True
        page.reload()
        return False

    wait_for("the item in the queue", there, 90)
    page.locator("tr[data-href] a").first.click()
    page.wait_for_selector("#text .line")


@pytest.fixture(scope="module")
def penalty(office: Office) -> str:
    office.drop("处罚决定.docx", penalty_decision())
    return NUMBER


def test_a_penalty_goes_from_the_inbox_to_the_citizen(
    office: Office, sign_in: SignIn, penalty: str, browser: Browser
) -> None:
    reviewer = sign_in("shenhe")
    open_item(reviewer, office, penalty)
    expect(reviewer.locator("#labels")).to_contain_text("主动公开")
    expect(reviewer.locator("#labels")).to_contain_text("第二十条第（六）项")
    expect(reviewer.locator("#labels")).to_contain_text("安全生产法第七十八条")
    expect(reviewer.locator(".due summary")).to_contain_text("2026-05-09")

    # what must be decided blocks: the legal representative's name waits for a person
    reviewer.click("#confirm")
    expect(reviewer.locator("#notice")).to_contain_text("须定")
    undecided = reviewer.locator(".fi.must_decide")
    while undecided.count():
        undecided.first.get_by_role("button", name="遮", exact=True).click()
    reviewer.get_by_role("tab", name="脱敏预览").click()
    expect(reviewer.locator("#preview")).to_contain_text("黄某甲")
    expect(reviewer.locator("#preview")).to_contain_text("黄某乙")
    opened = reviewer.url
    reviewer.click("#confirm")
    reviewer.wait_for_url(lambda url: url != opened)
    expect(reviewer.locator("body")).not_to_contain_text("不能打开")

    # the reviewer alone publishes nothing
    assert NUMBER not in published(office, "/catalogue/proactive/").decode()

    secrecy = sign_in("baomi")
    secrecy.goto(f"{office.workbench}/?tab=sign&q={urllib.parse.quote(penalty)}")
    secrecy.locator("tr[data-href] a").first.click()
    secrecy.click("[data-sign=agree]")
    secrecy.wait_for_url(f"{office.workbench}/**")

    wait_for(
        "publication",
        lambda: NUMBER in published(office, "/catalogue/proactive/").decode(),
        90,
    )
    citizen = browser.new_page(locale="zh-CN")
    citizen.goto(f"{office.portal}/")
    citizen.fill("#q", "库堆码高度")
    citizen.click("button[type=submit]")
    expect(citizen.locator(".hits")).to_contain_text("行政处罚决定书")
    citizen.locator(".hits a").first.click()
    expect(citizen.locator(".sheet")).to_contain_text("慈利县测试花炮有限公司")
    expect(citizen.locator(".redacted").first).to_be_visible()
    with citizen.expect_download() as download:
        citizen.click("a.button")
    copy = download.value.path().read_bytes()
    seen = citizen.content()
    citizen.close()
    for secret in SECRETS:
        assert secret not in seen
        assert secret.encode() not in copy
    text = ""
    with zipfile.ZipFile(io.BytesIO(copy)) as package:
        for name in package.namelist():
            part = package.read(name).decode("utf-8", "ignore")
            text += part
            assert not any(s in part for s in SECRETS), name
    assert all(kept in text for kept in KEPT[:1])


def test_nothing_of_the_secrets_is_in_anything_public(office: Office, penalty: str) -> None:
    del penalty
    pages = ["/", "/catalogue/proactive/", "/catalogue/proactive.csv", "/catalogue/proactive.json"]
    pages += ["/catalogue/on_request/", "/catalogue/exempt/", "/help/"]
    for secret in (*SECRETS, "黄测试", "黄样例"):
        pages.append("/search/?q=" + urllib.parse.quote(secret))
    for path in pages:
        body = published(office, path).decode("utf-8", "ignore")
        shown = body.replace(urllib.parse.unquote(path.partition("q=")[2]) or "\0", "")
        assert not any(secret in shown for secret in SECRETS), path
    for file in (office.home / "public").rglob("*"):
        assert not any(secret in file.name for secret in SECRETS)


@pytest.mark.parametrize(
    "path",
    ["/item/1/", "/login/", "/intake/", "/document/1/", "/file/../gongkai.sqlite3", "/vault/"],
)
def test_guessing_addresses_on_the_portal_finds_nothing(office: Office, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        published(office, path)
    assert refused.value.code in {403, 404}


def test_a_reviewer_works_by_keyboard_alone(office: Office, sign_in: SignIn) -> None:
    office.drop(
        "通知.txt",
        "慈利县应急管理局文件\n慈应急发〔2026〕31号\n关于开展安全生产月活动的通知\n\n各股室：\n"
        "定于2026年6月1日起开展安全生产月活动，请认真组织落实。联系人：林样例，"
        "联系电话：13900000002。\n\n慈利县应急管理局\n2026年5月20日\n（此件公开发布）\n".encode(),
        "办公室",
    )
    page = sign_in("shenhe")
    page.goto(f"{office.workbench}/?q={urllib.parse.quote('安全生产月')}")
    wait_for(
        "the notice in the queue",
        lambda: page.locator("tr[data-href]").count() or (page.reload() and False),
        90,
    )
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector("#text .line")
    opened = page.url
    page.keyboard.press("1")
    for _ in range(page.locator(".fi[data-fid]").count()):
        page.keyboard.press("Tab")
        page.keyboard.press("z")
    assert page.locator(".fi.must_decide").count() == 0
    page.keyboard.press("u")
    page.keyboard.press("Shift+U")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != opened)
    page.goto(f"{office.workbench}/?tab=sign&q={urllib.parse.quote('安全生产月')}")
    expect(page.locator("tr[data-href]")).to_have_count(1)
    # who confirmed cannot sign
    page.locator("tr[data-href] a").first.click()
    expect(page.locator("[data-sign]")).to_have_count(0)


def test_a_missed_name_is_added_by_selecting_it(office: Office, sign_in: SignIn) -> None:
    office.drop(
        "简报.txt",
        "慈利县应急管理局工作简报\n2026年第3期\n\n本期要目：东岳观镇开展应急演练，"
        "村民代号甲七号参加。\n\n慈利县应急管理局办公室\n2026年5月21日\n".encode(),
        "办公室",
    )
    page = sign_in("shenhe")
    open_item(page, office, "简报")
    before = page.locator(".fi[data-fid]").count()
    page.evaluate(
        """() => {
          const walker = document.createTreeWalker(document.getElementById('text'), 4);
          let node;
          while ((node = walker.nextNode())) {
            const at = node.textContent.indexOf('甲七号');
            if (at < 0) continue;
            const range = document.createRange();
            range.setStart(node, at);
            range.setEnd(node, at + 3);
            getSelection().removeAllRanges();
            getSelection().addRange(range);
            return;
          }
        }"""
    )
    page.keyboard.press("e")
    page.get_by_role("menuitem", name="姓名").click()
    expect(page.locator(".fi[data-fid]")).to_have_count(before + 1)
    page.get_by_role("tab", name="脱敏预览").click()
    expect(page.locator("#preview")).not_to_contain_text("甲七号")
