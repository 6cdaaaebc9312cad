"""Pictures of a docx: drawn anew where a person let them stand, a black field everywhere else."""

from __future__ import annotations

import functools
import io
import warnings
from collections.abc import Mapping

from PIL import Image, ImageOps

from domain.publication import RedactionPlan
from redaction.writers.docx_package import A as DRAWING
from redaction.writers.docx_package import Element, NewPackage, R, Relationship, SourcePackage, V

PICTURE_TAGS = (f"{{{DRAWING}}}blip", f"{{{V}}}imagedata")
"""Elements that show a picture; regions count them in document order of the untouched part."""

_MAX_PIXELS = 50_000_000
_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP")
_EMBED = (f"{{{R}}}embed", f"{{{R}}}id", f"{{{R}}}pict")


def decided_pictures(plan: RedactionPlan, part: str) -> Mapping[int, bool]:
    """By ordinal, whether a person lets a picture of ``part`` stand; a refusal wins."""
    out: dict[int, bool] = {}
    for region in plan.regions:
        if region.part == part and region.node is not None:
            out[region.node] = region.keep and out.get(region.node, True)
    return out


def picture_elements(root: Element) -> list[Element]:
    """Elements that show pictures, in document order of the untouched part."""
    return list(root.iter(*PICTURE_TAGS))


def kept_pictures(
    source: SourcePackage,
    rels: Mapping[str, Relationship],
    elements: list[Element],
    decided: Mapping[int, bool],
) -> tuple[dict[Element, bytes], list[int]]:
    """New PNG bytes of the pictures that stay, and ordinals of those that cannot be drawn."""
    out: dict[Element, bytes] = {}
    failed: list[int] = []
    for number, element in enumerate(elements):
        if not decided.get(number):
            continue
        rel = next((rels[v] for k in _EMBED if (v := element.get(k)) in rels), None)
        png = redrawn(source.read(rel.target)) if rel is not None else None
        if png is None:
            failed.append(number)
        else:
            out[element] = png
    return out, failed


def place_pictures(
    root: Element, part: str, kept: Mapping[Element, bytes], target: NewPackage
) -> int:
    """Gives every picture left in the part a new picture part; returns how many are black."""
    black = 0
    for element in list(root.iter(*PICTURE_TAGS)):
        png = kept.get(element)
        black += png is None
        name = target.add_png(png or black_field())
        for key in list(element.attrib):
            del element.attrib[key]
        for child in list(element):
            element.remove(child)
        attribute = "embed" if element.tag == PICTURE_TAGS[0] else "id"
        element.set(f"{{{R}}}{attribute}", target.relate(part, name, "image"))
    return black


@functools.cache
def black_field() -> bytes:
    """A small black PNG."""
    return _png(Image.new("L", (32, 32), 0))


def redrawn(data: bytes) -> bytes | None:
    """A new PNG of the picture's first frame, with nothing but its pixels; None if it has none.

    EXIF, text chunks, colour profiles, further frames and bytes behind the end do not survive.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
                if image.width * image.height > _MAX_PIXELS:
                    return None
                upright = ImageOps.exif_transpose(image)
                mode = "RGBA" if _has_alpha(upright) else "RGB"
                pixels = upright.convert(mode)
    except (
        OSError,
        ValueError,
        SyntaxError,
        IndexError,
        OverflowError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ):
        return None
    return _png(Image.frombytes(mode, pixels.size, _opaque(pixels)))


def _has_alpha(image: Image.Image) -> bool:
    return image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info


def _opaque(pixels: Image.Image) -> bytes:
    """Pixels with what full transparency hides painted over: it may be a whole other picture."""
    if pixels.mode != "RGBA":
        return pixels.tobytes()
    ground = Image.new("RGBA", pixels.size, "white")
    ground.alpha_composite(pixels)
    ground.putalpha(255)
    return ground.tobytes()


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()
