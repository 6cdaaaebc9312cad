"""The first start: folders, database, one account a role, the sample papers; later starts go on.

Every step may be repeated: what is there is left as it is.
"""

from __future__ import annotations

import os
import secrets
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from django.utils import timezone

from domain.resources import data_path
from flows.office import open_office
from flows.settings import Settings

if TYPE_CHECKING:
    from bureau.register.files import Home

BUREAU_NAME = "慈利县应急管理局"
# a placeholder for a first look: the operator sets the bureau's own code
ORG_CODE = "11430821MB0000000X"
DEPARTMENTS = ("办公室", "法规股", "执法大队", "危化股")
# username, name shown, role; usernames are what people type, so plain pinyin
ACCOUNTS = (
    ("wenshu", "文书", "records"),
    ("shenhe", "审核甲", "reviewer"),
    ("baomi", "保密员", "secrecy"),
    ("yunwei", "运维", "operator"),
    ("dudao", "督导", "supervisor"),
    ("guanli", "管理员", "admin"),
)
SAMPLE_SUFFIXES = (".txt", ".docx", ".pdf", ".html", ".xlsx")
_ALPHABET = "abcdefghjkmnpqrstuvwxyzACDEFGHJKLMNPQRSTUVWXYZ2345679"


@dataclass(slots=True)
class FirstStart:
    """What a first start made; ``passwords`` are shown once and stored only as hashes."""

    home: Home
    first: bool
    passwords: list[tuple[str, str, str]] = field(default_factory=list)
    samples: int = 0


def prepare(settings: Settings, *, samples: bool = True) -> FirstStart:
    """A home ready to work in: folders, migrated database, and on the first start accounts.

    Raises:
        django.db.utils.OperationalError: if the database cannot be reached.
    """
    from bureau.register.files import Home

    Home(settings.home).make()
    home = open_office(settings)
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    from bureau.register.models import BureauProfile

    first = not BureauProfile.objects.exists()
    start = FirstStart(home=home, first=first)
    if first:
        start.passwords = _accounts()
        BureauProfile.objects.create(pk=1, name=BUREAU_NAME, org_code=ORG_CODE)
        if samples:
            start.samples = offer_samples(home)
    return start


def _accounts() -> list[tuple[str, str, str]]:
    from bureau.accounts.models import Department
    from bureau.accounts.roles import ROLE_NAMES, Role
    from bureau.register import staff

    for number, name in enumerate(DEPARTMENTS, start=1):
        Department.objects.get_or_create(code=f"D{number:02d}", defaults={"name": name})
    made = []
    for username, display_name, role in ACCOUNTS:
        password = new_password()
        staff.create_user(
            username=username,
            display_name=display_name,
            password=password,
            roles=(Role(role),),
            by="bootstrap",
            now=timezone.now(),
        )
        made.append((username, ROLE_NAMES[Role(role)], password))
    return made


def new_password() -> str:
    """A password of 14 letters and digits that are not mistaken for one another."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))


def offer_samples(home: Home) -> int:
    """Copies of the shipped sample papers in the inbox of 办公室; returns how many."""
    folder = home.inbox / DEPARTMENTS[0]
    folder.mkdir(exist_ok=True)
    count = 0
    for source in sorted(data_path("samples").iterdir()):
        if source.suffix not in SAMPLE_SUFFIXES or not source.is_file():
            continue
        draft = folder / f".{source.name}.part"
        shutil.copyfile(source, draft)
        draft.rename(folder / source.name)
        count += 1
    return count


def ensure_prefect_auth(home: Path) -> str:
    """The auth string of the local Prefect server, made once (0600)."""
    path = home / "prefect_auth"
    if not path.exists():
        (home / "prefect").mkdir(mode=0o700, exist_ok=True)
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(fd, "w", encoding="ascii") as file:
            file.write(f"gongkai:{secrets.token_urlsafe(24)}")
    return path.read_text(encoding="ascii").strip()
