"""Which runs of a docx nobody can see: hidden, white on white, or smaller than three points."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from redaction.writers.docx_package import Element, w

_OFF = frozenset({"0", "false", "off", "none"})
_SMALLEST_HALF_POINTS = 6.0
_WHITE = frozenset({"FFFFFF", "FFFFFE", "FEFEFE", "FDFDFD", "WHITE"})
_NO_FILL = frozenset({"", "AUTO", *_WHITE})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """What run properties say; None where they say nothing."""

    vanish: bool | None = None
    white: bool | None = None
    tiny: bool | None = None
    shaded: bool | None = None

    def over(self, below: _Look) -> _Look:
        """These properties, and those of ``below`` where these are silent."""
        return _Look(
            vanish=below.vanish if self.vanish is None else self.vanish,
            white=below.white if self.white is None else self.white,
            tiny=below.tiny if self.tiny is None else self.tiny,
            shaded=below.shaded if self.shaded is None else self.shaded,
        )


def _on(properties: Element, *names: str) -> bool | None:
    found = [e for e in (properties.find(w(name)) for name in names) if e is not None]
    if not found:
        return None
    return any((e.get(w("val")) or "1").lower() not in _OFF for e in found)


def _is_filled(shading: Element | None) -> bool | None:
    if shading is None:
        return None
    fill = (shading.get(w("fill")) or "").upper()
    themed = shading.get(w("themeFill")) is not None
    pattern = shading.get(w("val")) or "clear"
    return fill not in _NO_FILL or themed or pattern not in ("clear", "nil")


def _look(properties: Element | None) -> _Look:
    if properties is None:
        return _Look()
    color = properties.find(w("color"))
    size = properties.find(w("sz"))
    highlight = properties.find(w("highlight"))
    tiny = None
    if size is not None:
        try:
            tiny = float(size.get(w("val")) or "20") < _SMALLEST_HALF_POINTS
        except ValueError:
            tiny = None
    shaded = _is_filled(properties.find(w("shd")))
    if highlight is not None:
        shaded = (highlight.get(w("val")) or "none") not in ("none", "white")
    return _Look(
        vanish=_on(properties, "vanish", "specVanish"),
        white=None if color is None else (color.get(w("val")) or "").upper() in _WHITE,
        tiny=tiny,
        shaded=shaded,
    )


class Visibility:
    """Looks of runs with their styles' inheritance resolved."""

    def __init__(self, styles: Element | None) -> None:
        self._defaults = _Look()
        self._raw: dict[str, tuple[str | None, _Look]] = {}
        self._default_paragraph: str | None = None
        if styles is None:
            return
        self._defaults = _look(styles.find(f"{w('docDefaults')}/{w('rPrDefault')}/{w('rPr')}"))
        for style in styles.iter(w("style")):
            style_id = style.get(w("styleId"))
            if style_id is None:
                continue
            based = style.find(w("basedOn"))
            look = _look(style.find(w("rPr")))
            if look.shaded is None:
                filled = _is_filled(style.find(f"{w('pPr')}/{w('shd')}"))
                look = _Look(shaded=filled).over(look)
            self._raw[style_id] = (None if based is None else based.get(w("val")), look)
            if style.get(w("type")) == "paragraph" and style.get(w("default")) in ("1", "true"):
                self._default_paragraph = style_id

    def _style(self, style_id: str | None) -> _Look:
        look = _Look()
        seen: set[str] = set()
        while style_id is not None and style_id in self._raw and style_id not in seen:
            seen.add(style_id)
            style_id, own = self._raw[style_id]
            look = look.over(own)
        return look

    def hidden_runs(self, root: Element) -> Iterable[Element]:
        """Runs of a part that no reader of the printed page can see."""
        return [run for run in root.iter(w("r")) if self._is_hidden(run)]

    def _is_hidden(self, run: Element) -> bool:
        properties = run.find(w("rPr"))
        look = _look(properties)
        if properties is not None:
            look = look.over(self._style(_value(properties.find(w("rStyle")))))
        paragraph = next(run.iterancestors(w("p")), None)
        style = self._default_paragraph
        if paragraph is not None:
            named = _value(paragraph.find(f"{w('pPr')}/{w('pStyle')}"))
            style = named if named in self._raw else style
        look = look.over(self._style(style)).over(self._defaults)
        if look.vanish or look.tiny:
            return True
        return bool(look.white) and not look.shaded and not _on_color(run)


def _value(element: Element | None) -> str | None:
    return None if element is None else element.get(w("val"))


def _on_color(run: Element) -> bool:
    """Whether something behind the run may be coloured: paragraph, cell, table style or shape."""
    for above in run.iterancestors():
        if above.tag == w("p") and _is_filled(above.find(f"{w('pPr')}/{w('shd')}")):
            return True
        if above.tag == w("tc") and _is_filled(above.find(f"{w('tcPr')}/{w('shd')}")):
            return True
        if above.tag == w("tbl") and above.find(f"{w('tblPr')}/{w('tblStyle')}") is not None:
            return True
        if above.tag == w("txbxContent"):
            return True
    return False
