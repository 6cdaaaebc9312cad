"""Document properties of Office packages (docProps), told as ``name=value`` metadata."""

from __future__ import annotations

from lxml import etree

from pipelines.extraction.base import Draft, Package

# counts, dates and the program's name say nothing of a person or a matter
_TOLD = frozenset(
    {
        "title", "subject", "creator", "keywords", "description", "lastModifiedBy", "category",
        "contentStatus", "identifier", "Company", "Manager", "HyperlinkBase",
    }
)  # fmt: skip


def write_properties(draft: Draft, package: Package) -> None:
    """Put the told core and application properties and every custom one into the annex."""
    for name in package.names:
        folded = name.casefold()
        if folded in {"docprops/core.xml", "docprops/app.xml"}:
            for element in package.xml(name):
                if isinstance(element.tag, str):
                    key = etree.QName(element).localname
                    if key in _TOLD:
                        draft.metadata(key, _line(element), part=name)
        elif folded == "docprops/custom.xml":
            for element in package.xml(name):
                if isinstance(element.tag, str):
                    draft.metadata(element.get("name") or "", _line(element), part=name)


def _line(element: etree._Element) -> str:
    return " ".join("".join(str(t) for t in element.itertext()).split())
