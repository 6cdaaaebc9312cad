"""An invented number, name and phone go the whole way, failing everywhere: they are nowhere."""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

import pytest
from django.apps import apps
from django.test import Client, override_settings

from bureau.accounts.roles import Role
from bureau.register import decisions, signing
from bureau.register.files import Home
from bureau.register.intake import sweep
from bureau.register.models import Opinion, PublicationRecord, ReviewItem
from bureau.register.publishing import ReleaseMaker, publish_ready
from domain.decisions import FindingVerdict
from domain.findings import Action
from domain.labels import Ground, Label
from flows.failures import RunFailed, run_work
from flows.instruments import load_instruments
from flows.logging import start_log
from pipelines import intake as recipe
from pipelines.publish import make_copy, plan_from_decision
from pipelines.sandbox import Sandbox
from tests.makers.docx import make_docx, paragraphs
from tests.makers.identities import checked_id
from tests.makers.pdf import make_pdf
from tests.makers.small_bureau import PROACTIVE, drop, found_bureau, person

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
NOW = datetime(2026, 4, 28, 1, 0, tzinfo=UTC)
ID_NUMBER, NAME, PHONE = checked_id("43082119010203771"), "黄测试", "13907447713"
CANARIES = (ID_NUMBER, NAME, PHONE)
TEXT = (
    "慈利县应急管理局\n行政处罚决定书\n慈利县测试花炮有限公司：\n"
    f"直接责任人：{NAME}，身份证号码：{ID_NUMBER}，联系电话：{PHONE}。\n"
    "经查，成品库堆码高度5米，依法罚款人民币贰万元。\n慈利县应急管理局\n2026年4月20日\n"
)
ROOT = Path(__file__).resolve().parents[2]


def breaks(*_: Any) -> NoReturn:
    """Work that fails with what it was reading in its message."""
    raise ValueError(TEXT)


def none_in(what: str, body: bytes) -> None:
    """Fails, naming the place and not the string, if a canary is in ``body``."""
    for number, canary in enumerate(CANARIES):
        for coding in ("utf-8", "gb18030", "utf-16-le", "unicode_escape"):
            assert canary.encode(coding) not in body, f"canary {number} in {what}"


def tables_hold_none() -> None:
    """No field of the register holds a canary but the text of a document."""
    for model in apps.get_models():
        for row in model._default_manager.all():
            for field in model._meta.concrete_fields:
                place = f"{model.__name__}.{field.attname}"
                if place != "DocumentText.text":
                    none_in(place, repr(getattr(row, field.attname)).encode())


@pytest.fixture
def log_file(home: Home) -> Iterator[Path]:
    """The log of this home, as the office writes it."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    start_log(home.root, "canary")
    yield home.root / "logs" / "canary.log"
    for handler in set(root.handlers) - set(before):
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)


def responses_hold_none(item: ReviewItem, row: PublicationRecord | None) -> None:
    """What those get who may not read the item, and what the public gets."""
    client = Client()
    addresses = [f"/item/{item.pk}/", f"/item/{item.pk}/page/0.png", "/intake/", "/held/", "/"]
    strangers = [None, person("督导员", Role.SUPERVISOR), person("运维员", Role.OPERATOR)]
    with override_settings(ROOT_URLCONF="bureau.urls"):
        for stranger in strangers:
            client.logout()
            if stranger is not None:
                client.force_login(stranger)
            for address in addresses:
                answer = client.get(address, follow=True)
                none_in(f"{address} for {stranger}", answer.content)
    with override_settings(ROOT_URLCONF="bureau.portal_urls"):
        public = ["/", "/search/?q=堆码高度", "/catalogue/proactive/"]
        public += [f"/catalogue/proactive.{kind}" for kind in ("csv", "json")]
        if row is not None:
            public += [f"/document/{row.index_no}/", f"/file/{row.file_name}"]
        for address in public:
            answer = Client().get(address)
            body = b"".join(answer) if answer.streaming else answer.content
            none_in(address, body)


@pytest.mark.parametrize("kind", ["txt", "docx", "pdf"])
def test_a_canary_is_nowhere(
    home: Home, log_file: Path, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    data = {
        "txt": TEXT.encode,
        "docx": lambda: make_docx(paragraphs(TEXT)),
        "pdf": lambda: make_pdf([TEXT.splitlines()]),
    }[kind]()
    instruments = replace(load_instruments(None, "慈利县应急管理局"))
    found_bureau()
    with Sandbox() as sandbox:

        def analyze(given: bytes, filename: str, override: bool) -> Any:
            return recipe.analyze(
                given,
                filename=filename,
                sandbox=sandbox,
                instruments=instruments,
                gate_override=override,
            )

        drop(home.inbox, f"执法大队/失败.{kind}", data + b"\n")
        drop(home.inbox, "执法大队/损坏.docx", b"PK\x03\x04" + TEXT.encode() + b"\x00\xff")
        drop(home.inbox, "执法大队/损坏.pdf", b"%PDF-1.7\n" + TEXT.encode() + b"\x00\xff")
        for seconds in (0, 60):
            sweep(home, now=NOW + timedelta(seconds=seconds), analyze=breaks)
        drop(home.inbox, f"执法大队/决定.{kind}", data)
        drop(home.inbox, "执法大队/坏.docx", b"PK\x03\x04" + TEXT.encode() + b"\x01\xfe")
        for seconds in (120, 180):
            sweep(home, now=NOW + timedelta(seconds=seconds), analyze=analyze)
        item = ReviewItem.objects.latest("pk")
        open_findings = item.findings.filter(action=Action.MUST_DECIDE)
        decisions.confirm(
            item.pk,
            person("审核甲", Role.REVIEWER),
            version=item.version,
            now=NOW,
            label=Label.PROACTIVE,
            grounds=[Ground(article=PROACTIVE.article, reason=PROACTIVE.reason, item=6)],
            verdicts=[
                FindingVerdict(finding_id=f.finding_id, action=Action.REDACT) for f in open_findings
            ],
        )
        item.refresh_from_db()
        secrecy = person("保密员", Role.SECRECY)
        signing.sign(item.pk, secrecy, version=item.version, opinion=Opinion.AGREE, now=NOW)

        def plan(extracted: Any, found: Any, decision: Any) -> Any:
            return plan_from_decision(extracted, found, decision, instruments.policy)

        assert publish_ready(home, ReleaseMaker(plan=plan, copy=breaks), now=NOW).blocked == 1
        responses_hold_none(item, None) if kind == "txt" else None
        ReviewItem.objects.update(blocked_code="")
        maker = ReleaseMaker(plan=plan, copy=lambda d, e, p: make_copy(sandbox, d, e, p))
        counts = publish_ready(home, maker, now=NOW)
        item.refresh_from_db()
        assert counts.published == 1, item.blocked_code
    row = PublicationRecord.objects.get()
    if kind != "txt":
        responses_hold_none(item, row)
    tables_hold_none()
    none_in("the log", caplog.text.encode() + log_file.read_bytes())
    for path in home.public.rglob("*"):
        if path.is_file():
            none_in("public/", path.read_bytes())
    none_in("the published text", row.body.text.encode())


def test_an_unforeseen_error_is_only_a_code() -> None:
    with pytest.raises(RunFailed) as caught:
        asyncio.run(run_work(breaks))
    none_in("the error", repr((caught.value, caught.value.__cause__)).encode())
    assert caught.value.__suppress_context__


@pytest.mark.prefect
def test_prefect_keeps_only_the_code_of_a_failed_run(tmp_path: Path) -> None:
    """A real run in an office of Prefect's own, whose work fails with a canary."""
    script = (
        "import asyncio, flows.intake as intake\n"
        "def breaks(*_, **__): raise ValueError('|'.join(CANARIES))\n"
        "intake.sweep_inbox = breaks\n"
        "print(asyncio.run(intake.intake_sweep(return_state=True)).type.value)\n"
    )
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")},
        "PREFECT_HOME": str(tmp_path / "prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "GONGKAI_HOME": str(tmp_path / "home"),
    }
    done = subprocess.run(
        [sys.executable, "-c", f"CANARIES = {CANARIES!r}\n{script}"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert b"FAILED" in done.stdout, done.stderr.decode()[-1500:]
    none_in("the output", done.stdout + done.stderr)
    for path in (tmp_path / "prefect").rglob("*"):
        if path.is_file():
            none_in(path.name, path.read_bytes())
