"""Makes data/fonts/gongkai-sans.ttf, the one Chinese TrueType font that ships with gongkai.

Run ``python -m tests.makers.font HAN.ttf LATIN.ttf`` with Droid Sans Fallback Full and DejaVu Sans
(data/fonts/README.md says where they come from). The first has no Latin letters and the second no
Han characters, so the glyphs of both go into one font under a name of its own.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem

DATA = Path(__file__).resolve().parents[2] / "data"
TARGET = DATA / "fonts" / "gongkai-sans.ttf"
FAMILY = "Gongkai Sans"
# given names of our day that neither GB 2312 nor Big5 holds
NAME_CHARACTERS = (
    "祎玥昇晞赟頔淏旸翀堉婳嫚媗玚珏琎瑀璟甯祐祾禛籽翊茜荇菡蔺鋆鋐钰铄锴镕镠闫靓韡骎鹍龑䶮喆堃珺"
)
# tick boxes, dashes and superscripts of forms; "〈" has no glyph in either source
EXTRA = "☐☑☒✓✔✗–—„‟‘’“”…·•²³⁴⁹⁻№®©™"
STAND_INS = {0x3008: 0x27E8, 0x3009: 0x27E9}


def two_byte_characters(codec: str) -> set[int]:
    """Every code point that a double-byte code page can hold."""
    found: set[int] = set()
    for lead in range(0x81, 0xFF):
        for trail in (*range(0x40, 0x7F), *range(0xA1, 0xFF)):
            try:
                found.update(map(ord, bytes([lead, trail]).decode(codec)))
            except UnicodeDecodeError:
                continue
    return found


def characters_of_shipped_texts() -> set[int]:
    """Every code point above U+2000 in the text files under data/."""
    found: set[int] = set()
    for path in sorted(DATA.rglob("*")):
        if path.suffix in {".txt", ".md", ".json", ".jsonl", ".tsv", ".csv", ".yaml"}:
            found.update(c for c in map(ord, path.read_text(encoding="utf-8")) if c > 0x2000)
    return found


def wanted_characters() -> set[int]:
    """What the font must draw: ASCII, GB 2312, Big5, names of our day, the shipped texts."""
    wanted = set(range(0x20, 0x7F)) | set(range(0xA1, 0x100))
    for codec in ("gb2312", "big5"):
        wanted |= two_byte_characters(codec)
    wanted |= set(map(ord, NAME_CHARACTERS + EXTRA)) | characters_of_shipped_texts()
    # no private use area, no half-width or compatibility clutter that neither source draws well
    return {c for c in wanted if not 0xE000 <= c <= 0xF8FF}


def add_glyphs(font: TTFont, latin: TTFont, missing: set[int]) -> None:
    """Copies the outlines of ``missing`` from ``latin`` into ``font``, composites taken apart."""
    source_map = latin.getBestCmap()
    glyphs = latin.getGlyphSet()
    order = list(font.getGlyphOrder())
    codes: dict[int, str] = {}
    for code in sorted(missing):
        source = source_map.get(STAND_INS.get(code, code))
        if source is None:
            continue
        name = f"uni{code:04X}.latin"
        record = DecomposingRecordingPen(glyphs)
        glyphs[source].draw(record)
        pen = TTGlyphPen(None)
        record.replay(pen)
        font["glyf"].glyphs[name] = pen.glyph()
        width = latin["hmtx"][source][0]
        outline = font["glyf"].glyphs[name]
        outline.recalcBounds(font["glyf"])
        font["hmtx"].metrics[name] = (width, getattr(outline, "xMin", 0))
        order.append(name)
        codes[code] = name
    font.setGlyphOrder(order)
    font["glyf"].glyphOrder = order
    for table in font["cmap"].tables:
        if table.isUnicode():
            table.cmap.update({c: n for c, n in codes.items() if c <= 0xFFFF})


def rename(font: TTFont) -> None:
    """Names the font anew; copyright and licence of the sources stay inside it."""
    names = {
        0: "Digitized data copyright Google Corporation (c) 2006. Latin: (c) 2003 Bitstream, Inc.; "
        "DejaVu changes are in public domain.",
        1: FAMILY,
        2: "Regular",
        3: f"{FAMILY} 1",
        4: FAMILY,
        5: "Version 1.0",
        6: FAMILY.replace(" ", ""),
        13: "Apache License 2.0; Latin glyphs: Bitstream Vera licence",
    }
    font["name"].names = []
    for name_id, value in names.items():
        font["name"].setName(value, name_id, 3, 1, 0x409)


def build(han_path: Path, latin_path: Path, target: Path) -> None:
    """Writes the merged font, the same bytes for the same sources and texts."""
    wanted = wanted_characters()
    han = TTFont(han_path, recalcTimestamp=False)
    options = Options(hinting=False, layout_features=[], notdef_outline=True, glyph_names=False)
    options.drop_tables += ["vhea", "vmtx", "GSUB", "GPOS", "GDEF", "gasp"]
    covered = set(han.getBestCmap())
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=wanted & covered)
    subsetter.subset(han)
    latin = TTFont(latin_path, recalcTimestamp=False)
    scale_upem(latin, han["head"].unitsPerEm)
    add_glyphs(han, latin, wanted - covered)
    rename(han)
    han.save(target)


if __name__ == "__main__":
    build(Path(sys.argv[1]), Path(sys.argv[2]), TARGET)
    print(TARGET.name, TARGET.stat().st_size, "bytes")
