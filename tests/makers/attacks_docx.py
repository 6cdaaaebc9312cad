"""Word files that carry strings in every place such a file has.

All persons and numbers are invented. Every maker returns a file whose ``shown`` strings stand in
visible text (in some disguise), whose ``hidden`` strings stand only where no reader looks, and
whose ``innocent`` lines a good copy keeps.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from PIL import Image, PngImagePlugin

NAME = "黄样例"
ID_NUMBER = "430821190001010012"
MOBILE = "13900000001"
ADDRESS = "测试小区3栋402室"
ACCOUNT = "6228480000000000018"
SHOWN = (NAME, ID_NUMBER, MOBILE, ADDRESS, ACCOUNT)

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SPACES = (
    f'xmlns:w="{_W}" xmlns:r="{_R}" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" '
    'xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
)
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.{}+xml"
INNOCENT = (
    "行政处罚决定书（慈）应急罚〔2026〕12号",
    "2026年4月20日，执法人员检查发现34号成品库堆码高度5米，超出国家标准。",
    "本机关决定给予罚款人民币贰万元的行政处罚。",
)


def spaces() -> str:
    """The namespaces that ready content may use."""
    return _SPACES


def word_type(kind: str) -> str:
    """The content type of a WordprocessingML part."""
    return _MAIN_TYPE.format(kind)


@dataclass(frozen=True, kw_only=True)
class Attack:
    """A file and what it carries."""

    name: str
    data: bytes
    shown: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    innocent: tuple[str, ...] = INNOCENT


@dataclass
class Package:
    """Parts of a docx in the making."""

    body: str = ""
    styles: str = ""
    parts: dict[str, bytes] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    rels: list[tuple[str, str, bool]] = field(default_factory=list)
    root_rels: list[tuple[str, str]] = field(default_factory=list)
    section: str = ""
    comment: bytes = b""
    extra: bytes = b""

    def relate(self, kind: str, target: str, *, external: bool = False) -> str:
        """A new relationship of the main document; returns its id."""
        self.rels.append((kind, target, external))
        return f"rId{len(self.rels)}"

    def add(self, name: str, xml: str, kind: str, content_type: str) -> str:
        """An XML part related to the main document."""
        self.parts[f"word/{name}"] = (_HEAD + xml).encode()
        self.types[f"word/{name}"] = content_type
        return self.relate(kind, name)

    def build(self) -> bytes:
        """The file."""
        self.add(
            "styles.xml",
            f"<w:styles {_SPACES}>{self.styles}</w:styles>",
            "styles",
            _MAIN_TYPE.format("styles"),
        )
        document = (
            f'<w:document {_SPACES} mc:Ignorable="w14 w15"><w:body>{self.body}'
            f'<w:sectPr>{self.section}<w:pgSz w:w="11906" w:h="16838"/></w:sectPr>'
            "</w:body></w:document>"
        )
        parts = {"word/document.xml": (_HEAD + document).encode(), **self.parts}
        types = {"word/document.xml": _MAIN_TYPE.format("document.main"), **self.types}
        rels = "".join(
            f'<Relationship Id="rId{n}" Type="{_R}/{kind}" Target="{target}"'
            + (' TargetMode="External"/>' if external else "/>")
            for n, (kind, target, external) in enumerate(self.rels, start=1)
        )
        root = [("officeDocument", "word/document.xml"), *self.root_rels]
        root_rels = "".join(
            f'<Relationship Id="rId{n}" Type="{_R}/{kind}" Target="{target}"/>'
            for n, (kind, target) in enumerate(root, start=1)
        )
        wrap = (
            _HEAD + '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
            'relationships">{}</Relationships>'
        )
        parts["word/_rels/document.xml.rels"] = wrap.format(rels).encode()
        parts["_rels/.rels"] = wrap.format(root_rels).encode()
        overrides = "".join(
            f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in types.items()
        )
        parts["[Content_Types].xml"] = (
            _HEAD
            + '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            + '<Default Extension="rels" '
            + 'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            + '<Default Extension="xml" ContentType="application/xml"/>'
            + '<Default Extension="png" ContentType="image/png"/>'
            + '<Default Extension="jpeg" ContentType="image/jpeg"/>'
            + '<Default Extension="html" ContentType="text/html"/>'
            + '<Default Extension="bin" ContentType="application/octet-stream"/>'
            + overrides
            + "</Types>"
        ).encode()
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in parts.items():
                info = zipfile.ZipInfo(name, (2026, 4, 20, 8, 0, 0))
                info.extra = self.extra
                archive.writestr(info, data, zipfile.ZIP_DEFLATED)
            archive.comment = self.comment
        return out.getvalue()


def run(text: str, properties: str = "") -> str:
    """A run of text."""
    inner = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{inner}<w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*content: str, properties: str = "") -> str:
    """A paragraph of ready content; plain strings without markup become runs."""
    inner = "".join(c if c.startswith("<") else run(c) for c in content)
    return f"<w:p>{f'<w:pPr>{properties}</w:pPr>' if properties else ''}{inner}</w:p>"


def _frame(*paragraphs: str) -> str:
    return paragraph(INNOCENT[0]) + "".join(paragraphs) + "".join(map(paragraph, INNOCENT[1:]))


def split_runs() -> Attack:
    """Every character in a run of its own, with markup between them."""

    def scattered(text: str) -> str:
        return "".join(
            f'<w:bookmarkStart w:id="{n}" w:name="b{n}"/>'
            f'<w:r w:rsidR="00A{n:05d}"><w:rPr><w:b/></w:rPr><w:t>{c}</w:t></w:r>'
            f'<w:bookmarkEnd w:id="{n}"/><w:proofErr w:type="spellStart"/>'
            for n, c in enumerate(text)
        )

    cells = "".join(
        f"<w:tc><w:tcPr><w:tcW w:w='400'/></w:tcPr>{paragraph(digit)}</w:tc>" for digit in ID_NUMBER
    )
    table = (
        "<w:tbl><w:tblPr><w:tblW w:w='0' w:type='auto'/></w:tblPr><w:tblGrid>"
        + "<w:gridCol w:w='400'/>" * len(ID_NUMBER)
        + f"</w:tblGrid><w:tr>{cells}</w:tr></w:tbl>"
    )
    wrapped = paragraph(run(f"住{ADDRESS[:4]}"), "<w:r><w:br/></w:r>", run(ADDRESS[4:]))
    package = Package(
        body=_frame(
            paragraph(run("直接责任人"), scattered(NAME), run("，电话"), scattered(MOBILE)),
            table,
            wrapped,
            paragraph(run(f"账号{ACCOUNT[:9]}", "<w:i/>"), run(f"{ACCOUNT[9:]}，开户行")),
        )
    )
    return Attack(
        name="split_runs", data=package.build(), shown=SHOWN, innocent=(*INNOCENT, "直接责任人")
    )


def revisions_and_comments() -> Attack:
    """Tracked changes of every kind, comments and the people who made them."""
    mark = 'w:id="7" w:author="王打字" w:date="2026-04-20T08:00:00Z"'
    deleted_cell = paragraph(
        f"<w:del {mark}><w:r><w:delText>删去的行内容</w:delText></w:r></w:del>"
    )
    package = Package(
        body=_frame(
            paragraph(
                f"<w:del {mark}><w:r><w:delText>原拟罚款五万元</w:delText></w:r></w:del>",
                f"<w:ins {mark}>{run(f'现住{ADDRESS}')}</w:ins>",
                f"<w:moveFrom {mark}>{run('移走的旧文字')}</w:moveFrom>",
                f"<w:moveTo {mark}>{run('移来的新文字')}</w:moveTo>",
                '<w:commentRangeStart w:id="0"/>',
                run(f"联系人{NAME}", f"<w:b/><w:rPrChange {mark}><w:rPr/></w:rPrChange>"),
                '<w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/></w:r>',
            ),
            paragraph(
                f"<w:del {mark}><w:r><w:delText>整段删去的话</w:delText></w:r></w:del>",
                properties=f"<w:rPr><w:del {mark}/></w:rPr>",
            ),
            "<w:tbl><w:tblPr/><w:tblGrid><w:gridCol/></w:tblGrid>"
            f"<w:tr><w:trPr><w:del {mark}/></w:trPr><w:tc>{deleted_cell}</w:tc></w:tr>"
            f"<w:tr><w:tc>{paragraph('留下的行')}</w:tc></w:tr></w:tbl>",
        )
    )
    package.add(
        "comments.xml",
        f'<w:comments {_SPACES}><w:comment w:id="0" w:author="王打字" w:initials="王">'
        f"{paragraph('此人已请托')}</w:comment></w:comments>",
        "comments",
        _MAIN_TYPE.format("comments"),
    )
    package.add(
        "people.xml",
        f'<w15:people {_SPACES}><w15:person w15:author="王打字"/></w15:people>',
        "people",
        _MAIN_TYPE.format("people"),
    )
    return Attack(
        name="revisions_and_comments",
        data=package.build(),
        shown=(NAME, ADDRESS),
        hidden=(
            "原拟罚款五万元",
            "此人已请托",
            "王打字",
            "移走的旧文字",
            "整段删去的话",
            "删去的行内容",
        ),
        innocent=(*INNOCENT, "移来的新文字", "留下的行"),
    )


def text_boxes_and_fields() -> Attack:
    """Text boxes with their fallbacks, fields and their codes, links, content controls, ruby."""
    package = Package()
    link = package.relate("hyperlink", f"mailto:{MOBILE}@example.com", external=True)

    def box(text: str) -> str:
        return f"<w:txbxContent>{paragraph(text)}</w:txbxContent>"

    drawn = (
        '<w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">'
        '<wp:extent cx="1800000" cy="720000"/>'
        f'<wp:docPr id="9" name="{NAME}的框" descr="{ADDRESS}" title="{ACCOUNT}"/>'
        "<a:graphic><a:graphicData "
        'uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp>'
        '<wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm><a:off x="0" y="0"/>'
        '<a:ext cx="1800000" cy="720000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/>'
        f"</a:prstGeom></wps:spPr><wps:txbx>{box(f'框内电话{MOBILE}完')}</wps:txbx>"
        "<wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing>"
    )
    fallback = (
        f'<w:pict><v:shape alt="{ADDRESS}" style="width:100pt;height:40pt"><v:textbox>'
        f"{box(f'框内电话{MOBILE}完')}</v:textbox></v:shape></w:pict>"
    )
    both = (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="wps">{drawn}</mc:Choice>'
        f"<mc:Fallback>{fallback}</mc:Fallback></mc:AlternateContent></w:r>"
    )
    package.body = _frame(
        paragraph(both),
        paragraph(
            f'<w:hyperlink r:id="{link}" w:tooltip="{ADDRESS}">{run(f"致电{NAME}")}</w:hyperlink>'
        ),
        paragraph(
            '<w:r><w:fldChar w:fldCharType="begin"><w:fldData>'
            "6aaR5qC35L6L</w:fldData></w:fldChar></w:r>"
            f'<w:r><w:instrText> HYPERLINK "mailto:{MOBILE}@a.cn" \\o "{ADDRESS}" </w:instrText>'
            '</w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>',
            run("域的结果文字"),
            '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
        ),
        paragraph(f'<w:fldSimple w:instr=" DOCPROPERTY {NAME} ">{run("简单域结果")}</w:fldSimple>'),
        paragraph(
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> PAGE \\* "'
            f'{ACCOUNT}" </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>',
            run("1"),
            '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
        ),
        f'<w:sdt><w:sdtPr><w:alias w:val="{NAME}"/><w:tag w:val="{MOBILE}"/>'
        f'<w:dataBinding w:xpath="/{ACCOUNT}"/></w:sdtPr><w:sdtContent>'
        f"{paragraph(f'控件内{NAME}住{ADDRESS}')}</w:sdtContent></w:sdt>",
        paragraph(
            "<w:r><w:ruby><w:rubyPr/><w:rt><w:r><w:t>huangyangli</w:t></w:r></w:rt>"
            f"<w:rubyBase>{run('注音字')}</w:rubyBase></w:ruby></w:r>"
        ),
        paragraph(
            "<m:oMath><m:r><m:t>x=5</m:t></m:r></m:oMath>",
            '<w:r><w:sym w:font="Symbol" w:char="F031"/></w:r>',
            '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>',
            run("已核"),
        ),
    )
    return Attack(
        name="text_boxes_and_fields",
        data=package.build(),
        shown=(NAME, MOBILE, ADDRESS),
        hidden=(ACCOUNT, "6aaR5qC35L6L", f"{MOBILE}@example.com"),
        innocent=(*INNOCENT, "域的结果文字", "简单域结果", "框内电话", "控件内", "已核"),
    )


def picture(secret: str, *, kind: str = "PNG") -> bytes:
    """A small picture whose metadata and trailing bytes hold ``secret``."""
    image = Image.new("RGB", (24, 24), "teal")
    out = io.BytesIO()
    if kind == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_itxt("Comment", secret)
        image.save(out, "PNG", pnginfo=info)
    else:
        exif = Image.Exif()
        exif[0x9286] = secret
        exif[0x010E] = secret
        image.save(out, "JPEG", exif=exif, comment=secret.encode())
    return out.getvalue() + secret.encode()


def drawing(rel_id: str, *, name: str = "图片", blip: str = "") -> str:
    """A run with an inline picture."""
    return (
        '<w:r><w:drawing><wp:inline><wp:extent cx="720000" cy="720000"/>'
        f'<wp:docPr id="1" name="{name}" descr="{name}"/><a:graphic><a:graphicData '
        'uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr>'
        f'<pic:cNvPr id="1" name="{name}"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill>'
        f'<a:blip r:embed="{rel_id}">{blip}</a:blip><a:stretch><a:fillRect/></a:stretch>'
        '</pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="720000" cy="720000"/>'
        '</a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic>'
        "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )


def package_parts() -> Attack:
    """Properties, custom XML, settings, embedded objects, pictures, the archive itself."""
    core = (
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
        'core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>王打字'
        f"</dc:creator><dc:title>{NAME}案</dc:title></cp:coreProperties>"
    )
    package = Package(
        comment=f"打包人{NAME}".encode(),
        extra=b"\xfe\xca" + len(MOBILE).to_bytes(2, "little") + MOBILE.encode(),
    )
    package.parts["word/media/image1.png"] = picture(ADDRESS)
    package.parts["word/media/image2.jpeg"] = picture(ACCOUNT, kind="JPEG")
    first = package.relate("image", "media/image1.png")
    second = package.relate("image", "media/image2.jpeg")
    package.parts["docProps/core.xml"] = core.encode()
    package.parts["docProps/custom.xml"] = f"<Properties><p>{MOBILE}</p></Properties>".encode()
    package.parts["docProps/thumbnail.jpeg"] = picture(NAME, kind="JPEG")
    package.root_rels += [
        ("metadata/core-properties", "docProps/core.xml"),
        ("custom-properties", "docProps/custom.xml"),
        ("metadata/thumbnail", "docProps/thumbnail.jpeg"),
    ]
    package.parts["customXml/item1.xml"] = f"<root><phone>{MOBILE}</phone></root>".encode()
    package.relate("customXml", "../customXml/item1.xml")
    package.parts["word/embeddings/oleObject1.bin"] = f"{ID_NUMBER}{NAME}".encode("utf-16-le")
    ole = package.relate("oleObject", "embeddings/oleObject1.bin")
    package.parts["word/vbaProject.bin"] = f"MsgBox {MOBILE}".encode("gb18030")
    package.relate("vbaProject", "vbaProject.bin")
    package.parts["word/chunk.html"] = f"<p>{ADDRESS}</p>".encode()
    chunk = package.relate("aFChunk", "chunk.html")
    package.parts["word/orphan.xml"] = f"<x>{ACCOUNT}</x>".encode()
    package.parts["word/glossary/document.xml"] = f"<w:g {_SPACES}>{NAME}</w:g>".encode()
    package.relate("glossaryDocument", "glossary/document.xml")
    package.add(
        "settings.xml",
        f'<w:settings {_SPACES}><w:evenAndOddHeaders/><w:docVars><w:docVar w:name="联系人" '
        f'w:val="{NAME}{MOBILE}"/></w:docVars><w:rsids><w:rsid w:val="00AB12CD"/></w:rsids>'
        "</w:settings>",
        "settings",
        _MAIN_TYPE.format("settings"),
    )
    package.relate("attachedTemplate", f"file:///C:/{NAME}.dotm", external=True)
    package.body = _frame(
        paragraph("图一", drawing(first, name=f"{NAME}的照片")),
        paragraph("图二", drawing(second, blip=f'<a:extLst><a:ext uri="{MOBILE}"/></a:extLst>')),
        paragraph(
            f'<w:r><w:object><v:shape title="{NAME}"><v:imagedata r:id="{first}" '
            f'o:title="{NAME}"/></v:shape><o:OLEObject r:id="{ole}" ProgID="{MOBILE}"/>'
            "</w:object></w:r>",
            "对象后的文字",
        ),
        f'<w:altChunk r:id="{chunk}"/>',
        paragraph(f"正文里的{MOBILE}号"),
    )
    return Attack(
        name="package_parts",
        data=package.build(),
        shown=(MOBILE,),
        hidden=(NAME, ADDRESS, ACCOUNT, ID_NUMBER, "王打字"),
        innocent=(*INNOCENT, "图一", "图二", "对象后的文字", "正文里的"),
    )


def unicode_variants() -> Attack:
    """The same strings written otherwise: full width, spaces, invisible characters, hyphens."""
    wide = MOBILE.translate({code: code + 0xFEE0 for code in range(0x30, 0x3A)})
    package = Package(
        body=_frame(
            paragraph(f"电话{wide}转"),
            paragraph(f"证号{ID_NUMBER[:6]} {ID_NUMBER[6:14]}\u00a0{ID_NUMBER[14:]}止"),
            paragraph("姓名" + "\u200b".join(NAME) + "者"),
            paragraph("账号" + "-".join((ACCOUNT[:4], ACCOUNT[4:8], ACCOUNT[8:])) + "户"),
            paragraph("住" + "\u00ad".join(ADDRESS) + "内"),
            paragraph("名" + "　".join(NAME) + "字"),
        )
    )
    return Attack(name="unicode_variants", data=package.build(), shown=SHOWN)


def headers_and_notes() -> Attack:
    """Headers and footers of all pages, footnotes, endnotes, and notes nothing refers to."""
    package = Package()

    def part(name: str, kind: str, tag: str, content: str) -> str:
        return package.add(
            name, f"<w:{tag} {_SPACES}>{content}</w:{tag}>", kind, _MAIN_TYPE.format(kind)
        )

    header = part("header1.xml", "header", "hdr", paragraph("内部流转号", run("XZ-"), run("88")))
    first = part("header2.xml", "header", "hdr", paragraph(f"首页{NAME}"))
    footer = part("footer1.xml", "footer", "ftr", paragraph(f"打印{MOBILE}"))
    part("header9.xml", "header", "hdr", paragraph("无人引用的页眉文字"))
    part(
        "footnotes.xml",
        "footnotes",
        "footnotes",
        '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p>'
        f'</w:footnote><w:footnote w:id="2">{paragraph(f"脚注{ID_NUMBER}完")}</w:footnote>'
        f'<w:footnote w:id="3">{paragraph("无人引用的脚注")}</w:footnote>',
    )
    part(
        "endnotes.xml",
        "endnotes",
        "endnotes",
        f'<w:endnote w:id="2">{paragraph(f"尾注{ADDRESS}完")}</w:endnote>',
    )
    package.section = (
        f'<w:headerReference w:type="default" r:id="{header}"/>'
        f'<w:headerReference w:type="first" r:id="{first}"/>'
        f'<w:footerReference w:type="default" r:id="{footer}"/><w:titlePg/>'
    )
    package.body = _frame(
        paragraph(
            "正文",
            '<w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:endnoteReference w:id="2"/></w:r>',
            "之后",
        )
    )
    return Attack(
        name="headers_and_notes",
        data=package.build(),
        shown=("XZ-88", NAME, MOBILE, ID_NUMBER, ADDRESS),
        hidden=("无人引用的页眉文字", "无人引用的脚注"),
        innocent=(*INNOCENT, "内部流转号", "脚注", "尾注", "正文之后"),
    )


def hidden_text() -> Attack:
    """Text that only markup hides: by itself, by styles and their parents, white, tiny."""
    package = Package(
        styles=(
            '<w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/>'
            '</w:style><w:style w:type="character" w:styleId="h1"><w:name w:val="王打字隐藏"/>'
            "<w:rPr><w:vanish/></w:rPr></w:style>"
            '<w:style w:type="character" w:styleId="h2"><w:name w:val="子样式"/>'
            '<w:basedOn w:val="h1"/></w:style>'
            '<w:style w:type="paragraph" w:styleId="p1"><w:name w:val="白字段"/>'
            '<w:rPr><w:color w:val="FFFFFF"/></w:rPr></w:style>'
            '<w:style w:type="paragraph" w:styleId="heading"><w:name w:val="heading 1"/>'
            f'<w:aliases w:val="{NAME}"/></w:style>'
        )
    )
    package.add(
        "numbering.xml",
        f'<w:numbering {_SPACES}><w:abstractNum w:abstractNumId="0"><w:name w:val="{MOBILE}"/>'
        f'<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText '
        f'w:val="{ACCOUNT}%1"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId '
        'w:val="0"/></w:num></w:numbering>',
        "numbering",
        _MAIN_TYPE.format("numbering"),
    )
    package.body = _frame(
        paragraph("可见甲", run("隐藏一一一", "<w:vanish/>"), "可见乙"),
        paragraph("可见丙", run("隐藏二二二", '<w:rStyle w:val="h2"/>'), "可见丁"),
        paragraph("隐藏三三三", properties='<w:pStyle w:val="p1"/>'),
        paragraph("可见戊", run("隐藏四四四", '<w:sz w:val="2"/>'), "可见己"),
        paragraph("可见庚", run("隐藏五五五", '<w:color w:val="FFFFFF"/>'), "可见辛"),
        paragraph(
            "编号段",
            properties='<w:pStyle w:val="heading"/><w:numPr><w:ilvl w:val="0"/>'
            '<w:numId w:val="1"/></w:numPr>',
        ),
    )
    hidden = tuple(f"隐藏{n * 3}" for n in "一二三四五")
    return Attack(
        name="hidden_text",
        data=package.build(),
        hidden=(*hidden, "王打字", NAME, MOBILE, ACCOUNT),
        innocent=(*INNOCENT, "可见甲可见乙", "可见丙可见丁", "可见戊可见己", "编号段"),
    )


MAKERS: Mapping[str, Callable[[], Attack]] = {
    maker.__name__: maker
    for maker in (
        split_runs,
        revisions_and_comments,
        text_boxes_and_fields,
        package_parts,
        unicode_variants,
        headers_and_notes,
        hidden_text,
    )
}
