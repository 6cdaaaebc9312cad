"""The portal as a folder of plain files: the same pages, catalogues and copies, for any web server.

The folder is made beside its place and renamed into it, so that a reader never meets a half.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bureau.portal import pages
from bureau.portal.links import CATALOGUES, FolderLinks, page_name
from bureau.register import catalogue
from bureau.register.files import Home
from bureau.register.models import PublicationRecord
from domain.errors import GongkaiError

MARKER = ".gongkai-export"
_ASSETS = Path(__file__).parent / "static" / "portal"


class NotAnExport(GongkaiError):
    """The target folder holds something that is not an export of ours."""

    code = "not_an_export"
    message = "目标文件夹不是空的，也不是以前导出的内容。请换一个文件夹。"


def export_site(home: Home, folder: Path) -> int:
    """Write the portal under ``folder`` and return the number of files.

    A former export there is replaced whole.

    Raises:
        NotAnExport: if the folder holds other things.
        DigestMismatch: if a published copy is not the one that was signed.
    """
    folder = folder.absolute()
    if folder.exists() and any(folder.iterdir()) and not (folder / MARKER).exists():
        raise NotAnExport()
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        count = sum(1 for _ in _write_all(home, draft))
        draft.chmod(0o755)
        if folder.exists():
            old = folder.with_name(f".{folder.name}-old")
            folder.rename(old)
            draft.rename(folder)
            shutil.rmtree(old)
        else:
            draft.rename(folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return count


def _write_all(home: Home, root: Path) -> Iterator[Path]:
    (root / MARKER).write_text("gongkai\n", encoding="ascii")
    top, below = FolderLinks(0), FolderLinks(1)
    yield _write(root / "index.html", pages.home(top).draw(top, current="home"))
    yield _write(root / "help.html", pages.help_page().draw(top, current="help"))
    yield _write(root / "search.html", pages.search_page("", top).draw(top, current="search"))
    for asset in sorted(_ASSETS.iterdir()):
        (root / "assets").mkdir(exist_ok=True)
        yield Path(shutil.copyfile(asset, root / "assets" / asset.name))
    for kind in CATALOGUES:
        for number in range(1, pages.catalogue_page_count(kind) + 1):
            page = pages.catalogue_page(kind, below, number)
            place = root / "catalogue" / Path(below.catalogue(kind, number)).name
            yield _write(place, page.draw(below, current=kind))
        for extension, body in (
            ("csv", catalogue.to_csv(kind)),
            ("json", catalogue.to_json(kind)),
            ("xlsx", catalogue.to_xlsx(kind)),
        ):
            yield _write(root / "catalogue" / f"{kind}.{extension}", body)
    rows = [*catalogue.proactive(), *catalogue.on_request()]
    for record in rows:
        place = root / "document" / f"{page_name(record.index_no)}.html"
        yield _write(place, pages.document_page(record.index_no, below).draw(below))
        if record.file_name and record.withdrawn_at is None:
            data = home.read_public(record.file_name, record.sha256)
            yield _write(root / "file" / record.file_name, data)
    entries = [_search_entry(record) for record in rows if record.withdrawn_at is None]
    yield _write(root / "search.json", json.dumps(entries, ensure_ascii=False))


def _search_entry(record: PublicationRecord) -> dict[str, str]:
    body = getattr(record, "body", None)
    return {
        "title": record.title,
        "doc_no": record.doc_no,
        "url": FolderLinks(0).document(record.index_no),
        "text": body.text if body is not None else "",
    }


def _write(place: Path, body: str | bytes) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(body.encode("utf-8") if isinstance(body, str) else body)
    return place
