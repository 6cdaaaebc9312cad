"""One running office and one browser for all journeys."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.journeys.office import Office, make_office

CHROMIUM = next(
    (p for name in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(name))),
    None,
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    running = make_office(tmp_path_factory.mktemp("office") / "home")
    running.start()
    yield running
    if running.process is not None and running.process.poll() is None:
        running.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("没有安装 Chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    opened.set_default_timeout(15_000)
    yield opened
    opened.close()


@pytest.fixture
def sign_in(office: Office, browser: Browser) -> Iterator[object]:
    contexts: list[BrowserContext] = []

    def opened(username: str) -> Page:
        context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{office.workbench}/login/")
        page.fill("[name=username]", username)
        page.fill("[name=password]", office.passwords[username])
        page.click("button.primary")
        page.wait_for_url(f"{office.workbench}/**")
        return page

    yield opened
    for context in contexts:
        context.close()
