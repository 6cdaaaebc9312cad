"""Optional content (layers) of a source PDF: which of it a reader sees on opening the file."""

from __future__ import annotations

from redaction.writers.pdf_reasons import NeedsRaster, PdfObject


class Layers:
    """The document's default configuration of optional content."""

    def __init__(self, root: PdfObject) -> None:
        properties = root.get("/OCProperties")
        config = properties.get("/D") if properties is not None else None
        self._off: set[tuple[int, int]] = set()
        self._on: set[tuple[int, int]] = set()
        self._all_off = False
        if config is not None:
            self._off = {group.objgen for group in config.get("/OFF", ())}
            self._on = {group.objgen for group in config.get("/ON", ())}
            self._all_off = str(config.get("/BaseState")) == "/OFF"

    def is_off(self, group: PdfObject) -> bool:
        """Whether a group or a membership dictionary is not shown.

        Raises:
            NeedsRaster: for visibility expressions and usage rules that viewers read differently.
        """
        if group is None:
            # a layer nobody defines: viewers disagree, so it does not go out
            return True
        if str(group.get("/Type")) == "/OCMD":
            return self._membership_off(group)
        usage = group.get("/Usage")
        if usage is not None and ("/View" in usage or "/Print" in usage or "/Export" in usage):
            states = {str(value) for use in usage.values() for value in _states(use)}
            if "/OFF" in states:
                raise NeedsRaster("optional_content")
        if self._all_off:
            return group.objgen not in self._on
        return group.objgen in self._off

    def _membership_off(self, membership: PdfObject) -> bool:
        if "/VE" in membership:
            raise NeedsRaster("optional_content")
        groups = membership.get("/OCGs")
        if groups is None:
            return False
        listed = list(groups) if not hasattr(groups, "keys") else [groups]
        off = [self.is_off(group) for group in listed if group is not None]
        if not off:
            return False
        policy = str(membership.get("/P", "/AnyOn"))
        return {
            "/AllOn": any(off),
            "/AnyOn": all(off),
            "/AnyOff": not any(off),
            "/AllOff": not all(off),
        }.get(policy, True)


def _states(usage: PdfObject) -> list[PdfObject]:
    if not hasattr(usage, "keys"):
        return []
    return [value for key, value in usage.items() if key.endswith("State")]
