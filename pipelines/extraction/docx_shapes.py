"""Small questions about single elements of a docx: shapes, pictures, symbols, counts."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from pipelines.extraction.docx_package import TEXT_TAGS, attribute, child, short

EMU_PER_CM = 360_000
# a picture this wide that stands before any text may be a scanned 版头
HEAD_PICTURE_WIDTH_CM = 5.0


def through(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """Children of this name, also inside content controls and revision marks."""
    for item in element:
        found = short(item)
        if found == name:
            yield item
        elif found in {"w:sdt", "w:sdtContent", "w:customXml", "w:ins", "w:del", "w:moveTo"}:
            yield from through(item, name)


def is_joined(properties: etree._Element | None) -> bool:
    """Whether the paragraph's own end is deleted, so that the next one goes on in its line."""
    marks = child(properties, "w:rPr")
    return child(marks, "w:del") is not None or child(marks, "w:moveFrom") is not None


def letters(element: etree._Element) -> str:
    """All text below an element without white space, to compare two branches."""
    return "".join(
        "".join((item.text or "").split()) for item in element.iter() if short(item) in TEXT_TAGS
    )


def has_fill(shape: etree._Element) -> bool:
    """Whether a text box paints a background, so that white letters in it can be read."""
    if shape.get("fillcolor") and (shape.get("filled") or "t")[0] in "t1":
        return shape.get("fillcolor", "").lower() not in {"white", "#ffffff", "window"}
    properties = child(shape, "wps:spPr")
    for item in properties if properties is not None else ():
        if short(item) == "a:noFill":
            return False
        if short(item) in {"a:gradFill", "a:pattFill", "a:blipFill"}:
            return True
        if short(item) == "a:solidFill":
            color = next(iter(item), None)
            return color is None or (color.get("val") or "").lower() not in {"ffffff", "bg1"}
    # a shape that names a style takes its fill from the theme
    return child(shape, "wps:style") is not None


def is_wide(picture: etree._Element) -> bool:
    """Whether a picture is wide enough to hold a 版头."""
    for above in picture.iterancestors():
        if short(above) in {"wp:inline", "wp:anchor"}:
            width = attribute(child(above, "wp:extent"), "cx") or "0"
            return whole(width) >= HEAD_PICTURE_WIDTH_CM * EMU_PER_CM
    # an old VML picture does not tell in one unit: look rather once too often
    return True


def character(code: str) -> str:
    """The character of a hexadecimal code; "" for none and for controls."""
    try:
        value = int(code, 16)
    except ValueError:
        return ""
    if not 0x20 <= value <= 0x10FFFF or 0xD800 <= value <= 0xDFFF:
        return ""
    return chr(value)


def whole(value: str | None) -> int:
    """A count out of an attribute; 0 where there is none or it is no sensible number."""
    digits = (value or "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 12 else 0
