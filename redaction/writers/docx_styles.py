"""Styles and numbering without anything a name or a label could carry."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from redaction.writers.docx_cleaning import remove_all, scrub
from redaction.writers.docx_package import A, Element, w
from redaction.writers.docx_vocabulary import ELEMENTS, KNOWN_STYLE, LEVEL_TEXT

_STYLE_REFERENCES = tuple(
    w(name)
    for name in (
        "pStyle",
        "rStyle",
        "tblStyle",
        "basedOn",
        "next",
        "link",
        "styleLink",
        "numStyleLink",
    )
)
_PLACEHOLDER = re.compile(r"%[1-9]")


def theme_fonts(theme: Element | None) -> Mapping[str, str]:
    """The fonts behind theme names such as "minorEastAsia"."""
    out: dict[str, str] = {}
    if theme is None:
        return out
    for size in ("major", "minor"):
        fonts = theme.find(f".//{{{A}}}{size}Font")
        if fonts is None:
            continue
        latin = fonts.find(f"{{{A}}}latin")
        east = next(
            (f for f in fonts.iter(f"{{{A}}}font") if f.get("script") == "Hans"),
            fonts.find(f"{{{A}}}ea"),
        )
        for key, font in (("Ascii", latin), ("HAnsi", latin), ("EastAsia", east)):
            if font is not None and font.get("typeface"):
                out[f"{size}{key}"] = font.get("typeface")
    return out


def resolve_theme_fonts(root: Element, fonts: Mapping[str, str]) -> None:
    """Writes the theme's fonts out, so that no theme needs to be published."""
    for element in root.iter(w("rFonts")):
        for name in ("ascii", "hAnsi", "eastAsia"):
            named = element.get(w(f"{name}Theme"))
            if named in fonts:
                element.set(w(name), fonts[named])


def renamed_styles(styles: Element | None) -> Mapping[str, str]:
    """New ids for the styles of a part, by the old ones."""
    if styles is None:
        return {}
    ids = [style.get(w("styleId")) for style in styles.iter(w("style"))]
    return {old: f"s{number}" for number, old in enumerate(ids, start=1) if old}


def rename_references(root: Element, ids: Mapping[str, str]) -> None:
    """Points every reference to a style at its new id; references to nothing go."""
    for element in list(root.iter(*_STYLE_REFERENCES)):
        new = ids.get(element.get(w("val")) or "")
        if new is None:
            element.getparent().remove(element)
        else:
            element.set(w("val"), new)


def references(root: Element) -> set[str]:
    """The ids of styles that a part refers to."""
    return {value for e in root.iter(*_STYLE_REFERENCES) if (value := e.get(w("val")))}


def drop_unused(styles: Element, used: Collection[str]) -> None:
    """Leaves the default styles, those in ``used`` (ids), and those they rest on."""
    by_id = {style.get(w("styleId")): style for style in styles.iter(w("style"))}
    waiting = [i for i, s in by_id.items() if i in used or s.get(w("default")) in ("1", "true")]
    needed: set[str | None] = set()
    while waiting:
        style_id = waiting.pop()
        if style_id in by_id and style_id not in needed:
            needed.add(style_id)
            waiting.extend(references(by_id[style_id]))
    remove_all(s for s in list(styles.iter(w("style"))) if s.get(w("styleId")) not in needed)


def clean_styles(styles: Element, ids: Mapping[str, str]) -> None:
    """Leaves formatting only; names that a word processor does not ship become numbers."""
    _drop_unnamed(styles)
    for style in list(styles.iter(w("style"))):
        old = style.get(w("styleId"))
        new = ids.get(old or "")
        name = style.find(w("name"))
        if new is None or name is None:
            styles.remove(style)
            continue
        style.set(w("styleId"), new)
        if not KNOWN_STYLE.fullmatch(name.get(w("val")) or ""):
            name.set(w("val"), f"Style {new[1:]}")
    rename_references(styles, ids)


def clean_numbering(numbering: Element, ids: Mapping[str, str]) -> None:
    """Leaves counting only: a level's own words were never screened."""
    _drop_unnamed(numbering)
    for text in numbering.iter(w("lvlText")):
        value = text.get(w("val")) or ""
        if not LEVEL_TEXT.fullmatch(value):
            text.set(w("val"), "".join(_PLACEHOLDER.findall(value)) or "•")
    rename_references(numbering, ids)


def _drop_unnamed(root: Element) -> None:
    # names of list definitions are no part of the vocabulary outside styles
    stray = [e for e in root.iter() if not isinstance(e.tag, str) or e.tag not in ELEMENTS]
    stray += [e for e in root.iter(w("name")) if e.getparent().tag != w("style")]
    remove_all(e for e in stray if e is not root)
    scrub(root, free_text=True)
