"""Word files for tests: raw WordprocessingML for what matters here, zipped by hand.

Every maker returns the file's bytes. Body arguments are XML made by the small functions below.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from xml.sax.saxutils import escape

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    f'xmlns:r="{OFFICE}/relationships" '
    f'xmlns:m="{OFFICE}/math" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:o="urn:schemas-microsoft-com:office:office"'
)
REVISION = 'w:id="7" w:author="王打字" w:date="2026-04-01T00:00:00Z"'
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"


def r(text: str, properties: str = "", tag: str = "w:t") -> str:
    """A run."""
    return (
        f'<w:r><w:rPr>{properties}</w:rPr><{tag} xml:space="preserve">{escape(text)}</{tag}></w:r>'
    )


def p(*content: str, properties: str = "") -> str:
    """A paragraph; content that is not markup becomes a run."""
    runs = "".join(c if c.startswith("<") else r(c) for c in content)
    return f"<w:p><w:pPr>{properties}</w:pPr>{runs}</w:p>"


def paragraphs(text: str) -> str:
    """One paragraph a line."""
    return "".join(p(line) if line else p() for line in text.split("\n"))


def ins(*content: str) -> str:
    """A tracked insertion."""
    return f"<w:ins {REVISION}>{''.join(content)}</w:ins>"


def dele(text: str) -> str:
    """A tracked deletion."""
    return f"<w:del {REVISION}>{r(text, tag='w:delText')}</w:del>"


def table(*rows: tuple[str, ...], style: str = "") -> str:
    """A table; cells that are not markup become paragraphs."""
    body = "".join(
        "<w:tr>"
        + "".join(f"<w:tc><w:tcPr/>{c if c.startswith('<') else p(c)}</w:tc>" for c in row)
        + "</w:tr>"
        for row in rows
    )
    return f"<w:tbl><w:tblPr>{style}</w:tblPr><w:tblGrid/>{body}</w:tbl>"


def text_box(inner: str, fallback: str | None = None) -> str:
    """A run with a modern text box, and its VML twin as the fallback."""
    old = inner if fallback is None else fallback
    return (
        "<w:r><mc:AlternateContent>"
        '<mc:Choice Requires="wps"><w:drawing><wp:anchor>'
        '<wp:docPr id="1" name="文本框 1"/>'
        "<a:graphic><a:graphicData><wps:wsp><wps:spPr/>"
        f"<wps:txbx><w:txbxContent>{inner}</w:txbxContent></wps:txbx>"
        "</wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice>"
        "<mc:Fallback><w:pict><v:shape><v:textbox>"
        f"<w:txbxContent>{old}</w:txbxContent>"
        "</v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )


def vml_text_box(inner: str, style: str = "") -> str:
    """A run with an old text box only."""
    return (
        f'<w:r><w:pict><v:shape style="{style}"><v:textbox>'
        f"<w:txbxContent>{inner}</w:txbxContent></v:textbox></v:shape></w:pict></w:r>"
    )


def picture(relation: str = "rIdP", width_cm: float = 2.0) -> str:
    """A run with an inline picture."""
    return (
        "<w:r><w:drawing><wp:inline>"
        f'<wp:extent cx="{int(width_cm * 360000)}" cy="360000"/><wp:docPr id="2" name="p"/>'
        "<a:graphic><a:graphicData><pic:pic><pic:blipFill>"
        f'<a:blip r:embed="{relation}"/></pic:blipFill></pic:pic></a:graphicData></a:graphic>'
        "</wp:inline></w:drawing></w:r>"
    )


def field(instruction: str, result: str) -> str:
    """A complex field."""
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f"<w:r><w:instrText>{escape(instruction)}</w:instrText></w:r>"
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        f'{r(result)}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def tiny_png() -> bytes:
    """A white pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0\xff"))
        + chunk(b"IEND", b"")
    )


def zipped(parts: Mapping[str, bytes | str]) -> bytes:
    """A zip of the parts with fixed dates."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, content, compress_type=zipfile.ZIP_DEFLATED)
    return out.getvalue()


def make_docx(
    body: str,
    *,
    header: str = "",
    header_kind: str = "default",
    footer: str = "",
    footnote: str = "",
    comment: str = "",
    styles: str = "",
    core: Mapping[str, str] | None = None,
    custom: Mapping[str, str] | None = None,
    extra: Mapping[str, bytes | str] | None = None,
    title_page: bool = False,
) -> bytes:
    """A docx; ``body`` and the other arguments are XML content of their parts."""
    relations: list[str] = []
    parts: dict[str, bytes | str] = {}

    def relate(number: str, kind: str, target: str) -> None:
        relations.append(f'<Relationship Id="{number}" Type="{OFFICE}/{kind}" Target="{target}"/>')

    def part(name: str, tag: str, content: str) -> None:
        parts[name] = f"<{tag} {NAMESPACES}>{content}</{tag}>"

    section = ""
    if header:
        relate("rIdH", "header", "header1.xml")
        part("word/header1.xml", "w:hdr", header)
        section += f'<w:headerReference w:type="{header_kind}" r:id="rIdH"/>'
    if footer:
        relate("rIdF", "footer", "footer1.xml")
        part("word/footer1.xml", "w:ftr", footer)
        section += '<w:footerReference w:type="default" r:id="rIdF"/>'
    if title_page:
        section += "<w:titlePg/>"
    if footnote:
        relate("rIdN", "footnotes", "footnotes.xml")
        note = (
            f'<w:footnote w:id="0" w:type="separator">{p("分隔")}</w:footnote>'
            f'<w:footnote w:id="1">{footnote}</w:footnote>'
        )
        part("word/footnotes.xml", "w:footnotes", note)
    if comment:
        relate("rIdC", "comments", "comments.xml")
        inner = f'<w:comment w:id="1" w:author="李批注">{comment}</w:comment>'
        part("word/comments.xml", "w:comments", inner)
    if styles:
        relate("rIdS", "styles", "styles.xml")
        part("word/styles.xml", "w:styles", styles)
    relate("rIdP", "image", "media/image1.png")
    parts["word/media/image1.png"] = tiny_png()
    part(
        "word/document.xml", "w:document", f"<w:body>{body}<w:sectPr>{section}</w:sectPr></w:body>"
    )
    parts["word/_rels/document.xml.rels"] = (
        f'<Relationships xmlns="{PACKAGE}/relationships">{"".join(relations)}</Relationships>'
    )
    parts["_rels/.rels"] = (
        f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>'
    )
    parts["[Content_Types].xml"] = (
        f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" '
        'ContentType="application/xml"/><Override PartName="/word/document.xml" '
        f'ContentType="{WORD}.document.main+xml"/></Types>'
    )
    parts.update(_properties(core or {}, custom or {}))
    parts.update(extra or {})
    order = sorted(parts, key=lambda name: name != "[Content_Types].xml")
    return zipped({name: parts[name] for name in order})


def _properties(core: Mapping[str, str], custom: Mapping[str, str]) -> dict[str, bytes | str]:
    parts: dict[str, bytes | str] = {}
    if core:
        inner = "".join(f"<{k}>{escape(v)}</{k}>" for k, v in core.items())
        parts["docProps/core.xml"] = (
            f'<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" '
            f'xmlns:dc="http://purl.org/dc/elements/1.1/">{inner}</cp:coreProperties>'
        )
    if custom:
        inner = "".join(
            f'<property name="{escape(k)}"><vt:lpwstr>{escape(v)}</vt:lpwstr></property>'
            for k, v in custom.items()
        )
        parts["docProps/custom.xml"] = (
            f'<Properties xmlns="{OFFICE}/custom-properties" '
            f'xmlns:vt="{OFFICE}/docPropsVTypes">{inner}</Properties>'
        )
    return parts
