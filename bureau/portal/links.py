"""Where the portal's pages are: as a live site, or as files in an exported folder."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote, urlencode

from bureau.register.models import PublicationRecord

CATALOGUES = ("proactive", "on_request", "exempt")


def page_name(index_no: str) -> str:
    """A file name for a document's page, made of its index number alone."""
    return re.sub(r"[^0-9A-Za-z-]+", "_", index_no)


class Links(Protocol):
    """Addresses of pages as seen from the page being written."""

    static: bool

    def home(self) -> str: ...
    def help(self) -> str: ...
    def asset(self, name: str) -> str: ...
    def catalogue(self, kind: str, page: int = 1) -> str: ...
    def catalogue_file(self, kind: str, extension: str) -> str: ...
    def document(self, index_no: str) -> str: ...
    def file(self, publication: PublicationRecord) -> str: ...
    def search(self, query: str = "", page: int = 1) -> str: ...


@dataclass(frozen=True, slots=True)
class LiveLinks:
    """Addresses on the running portal."""

    static = False

    def home(self) -> str:
        """The first page."""
        return "/"

    def help(self) -> str:
        """How to read the catalogues and how to apply."""
        return "/help/"

    def asset(self, name: str) -> str:
        """A style sheet or script."""
        return f"/static/portal/{name}"

    def catalogue(self, kind: str, page: int = 1) -> str:
        """A page of a catalogue."""
        return f"/catalogue/{kind}/" + (f"?page={page}" if page > 1 else "")

    def catalogue_file(self, kind: str, extension: str) -> str:
        """A whole catalogue as a file."""
        return f"/catalogue/{kind}.{extension}"

    def document(self, index_no: str) -> str:
        """A document's page."""
        return f"/document/{quote(index_no)}/"

    def file(self, publication: PublicationRecord) -> str:
        """A version's file: other bytes always have another address."""
        return f"/file/{quote(publication.file_name)}"

    def search(self, query: str = "", page: int = 1) -> str:
        """Search results."""
        if not query:
            return "/search/"
        return "/search/?" + urlencode({"q": query, **({"page": page} if page > 1 else {})})


@dataclass(frozen=True, slots=True)
class FolderLinks:
    """Relative addresses in an exported folder, from a page ``depth`` folders down."""

    depth: int
    static = True

    @property
    def _up(self) -> str:
        return "../" * self.depth

    def home(self) -> str:
        """The first page."""
        return f"{self._up}index.html"

    def help(self) -> str:
        """How to read the catalogues and how to apply."""
        return f"{self._up}help.html"

    def asset(self, name: str) -> str:
        """A style sheet or script."""
        return f"{self._up}assets/{name}"

    def catalogue(self, kind: str, page: int = 1) -> str:
        """A page of a catalogue."""
        return f"{self._up}catalogue/{kind}{'' if page == 1 else f'-{page}'}.html"

    def catalogue_file(self, kind: str, extension: str) -> str:
        """A whole catalogue as a file."""
        return f"{self._up}catalogue/{kind}.{extension}"

    def document(self, index_no: str) -> str:
        """A document's page."""
        return f"{self._up}document/{page_name(index_no)}.html"

    def file(self, publication: PublicationRecord) -> str:
        """A version's file."""
        return f"{self._up}file/{quote(publication.file_name)}"

    def search(self, query: str = "", page: int = 1) -> str:
        """The search page, which looks into search.json."""
        del query, page
        return f"{self._up}search.html"
