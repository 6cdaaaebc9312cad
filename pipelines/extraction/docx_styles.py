"""Whether a run of a docx is shown: vanish, white on white and specks, also when inherited."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from pipelines.extraction.docx_package import attribute, child, is_on, short

# a channel at least this bright is white to a reader on white paper
WHITE_FROM = 0xF5
# below 3 pt (w:sz counts half points) nobody reads a run
SPECK_HALF_POINTS = 6
_WHITE_THEMES = frozenset({"background1", "bg1", "light1", "lt1"})
_NO_FILL = frozenset({"", "auto", "ffffff"})
# a chain of basedOn longer than this is a loop
MAX_CHAIN = 32


class Styles:
    """The style sheet's answers about run properties."""

    def __init__(self, root: etree._Element | None) -> None:
        self._by_id: dict[str, etree._Element] = {}
        self._defaults: dict[str, str] = {}
        self._document_default = child(root, "w:docDefaults", "w:rPrDefault", "w:rPr")
        for style in root if root is not None else ():
            if short(style) != "w:style":
                continue
            style_id = attribute(style, "w:styleId") or ""
            self._by_id[style_id] = style
            if attribute(style, "w:default") in {"1", "true", "on"}:
                self._defaults[attribute(style, "w:type") or ""] = style_id

    def hides(
        self,
        run_properties: etree._Element | None,
        paragraph_properties: etree._Element | None,
        *,
        shaded: bool,
    ) -> bool:
        """Whether a run with these properties cannot be seen.

        Where two styles disagree the run counts as hidden: hidden text stays in the record and
        leaves the published copy, the other way round it would be published unseen.
        """
        layers = list(self._layers(run_properties, paragraph_properties))
        if self._vanishes(layers):
            return True
        size = next((v for p in layers if (v := attribute(child(p, "w:sz"), "w:val"))), None)
        if size is not None and _number(size) < SPECK_HALF_POINTS:
            return True
        color = next((c for p in layers if (c := child(p, "w:color")) is not None), None)
        if color is None or not _is_white(color):
            return False
        return not (shaded or any(is_shaded(child(p, "w:shd")) for p in layers))

    def _vanishes(self, layers: list[etree._Element]) -> bool:
        direct, inherited = layers[:1], layers[1:]
        for properties in direct:
            if is_on(child(properties, "w:specVanish")):
                return True
            own = is_on(child(properties, "w:vanish"))
            if own is not None:
                return own
        return any(is_on(child(p, "w:vanish")) for p in inherited)

    def _layers(
        self, run: etree._Element | None, paragraph: etree._Element | None
    ) -> Iterator[etree._Element]:
        """Run properties from the nearest to the farthest; the run's own come first."""
        yield run if run is not None else etree.Element("none")
        yield from self._chain(attribute(child(run, "w:rStyle"), "w:val"))
        named = attribute(child(paragraph, "w:pStyle"), "w:val")
        yield from self._chain(named or self._defaults.get("paragraph"))
        if self._document_default is not None:
            yield self._document_default

    def _chain(self, style_id: str | None) -> Iterator[etree._Element]:
        for _ in range(MAX_CHAIN):
            style = self._by_id.get(style_id or "")
            if style is None:
                return
            properties = child(style, "w:rPr")
            if properties is not None:
                yield properties
            style_id = attribute(child(style, "w:basedOn"), "w:val")

    def paragraph_is_shaded(self, properties: etree._Element | None) -> bool:
        """Whether a paragraph has a fill of its own or from its styles."""
        if is_shaded(child(properties, "w:shd")):
            return True
        style_id = attribute(child(properties, "w:pStyle"), "w:val")
        for _ in range(MAX_CHAIN):
            style = self._by_id.get(style_id or "")
            if style is None:
                return False
            if is_shaded(child(style, "w:pPr", "w:shd")):
                return True
            style_id = attribute(child(style, "w:basedOn"), "w:val")
        return False

    def table_style_is_shaded(self, table_properties: etree._Element | None) -> bool:
        """Whether the table's style fills any of its cells (white letters may then be meant)."""
        style_id = attribute(child(table_properties, "w:tblStyle"), "w:val")
        style = self._by_id.get(style_id or "")
        if style is None:
            return False
        return any(is_shaded(e) for e in style.iter() if short(e) == "w:shd")


def is_shaded(shading: etree._Element | None) -> bool:
    """Whether a w:shd element paints anything but white."""
    if shading is None:
        return False
    fill = (attribute(shading, "w:fill") or "").lower()
    theme = attribute(shading, "w:themeFill") or ""
    pattern = attribute(shading, "w:val") or "clear"
    return (
        fill not in _NO_FILL
        or (theme != "" and theme not in _WHITE_THEMES)
        or pattern == "solid"
        or pattern.startswith("pct")
    )


def _is_white(color: etree._Element) -> bool:
    value = attribute(color, "w:val") or ""
    if attribute(color, "w:themeColor") in _WHITE_THEMES:
        return True
    try:
        channels = bytes.fromhex(value)
    except ValueError:
        return False
    return len(channels) == 3 and min(channels) >= WHITE_FROM


def _number(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        return float(SPECK_HALF_POINTS)
