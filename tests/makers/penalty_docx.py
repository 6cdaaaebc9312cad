"""The penalty decision of the reviewer's scenario, with everything that must not be published."""

from __future__ import annotations

from tests.makers.attacks_docx import Package, paragraph, run, spaces, word_type

SECRETS = (
    "430821190001010012",
    "13900000001",
    "6228480000000000018",
    "测试小区3栋402室",
    "此人已请托",
    "原拟罚款五万元",
    "XZ-88",
    "王打字",
)
KEPT = (
    "慈利县测试花炮有限公司",
    "应急罚〔2026〕12号",
    "34号成品库堆码高度5米",
    "罚款人民币贰万元",
    "二〇二六年四月二十七日",
    "慈利县应急管理局",
)


def penalty_decision() -> bytes:
    """处罚决定书: parties, facts, a comment, a tracked deletion, a header, an author."""
    mark = 'w:id="5" w:author="王打字" w:date="2026-04-20T08:00:00Z"'
    package = Package()
    header = package.add(
        "header1.xml",
        f"<w:hdr {spaces()}>{paragraph('内部流转号 ', run('XZ-'), run('88'))}</w:hdr>",
        "header",
        word_type("header"),
    )
    package.section = f'<w:headerReference w:type="default" r:id="{header}"/>'
    package.add(
        "comments.xml",
        f'<w:comments {spaces()}><w:comment w:id="0" w:author="王打字">'
        f"{paragraph('此人已请托')}</w:comment></w:comments>",
        "comments",
        word_type("comments"),
    )
    package.parts["docProps/core.xml"] = (
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
        'core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<dc:creator>王打字</dc:creator></cp:coreProperties>"
    ).encode()
    package.root_rels.append(("metadata/core-properties", "docProps/core.xml"))
    package.body = "".join(
        (
            paragraph(run("行政处罚决定书", "<w:b/>")),
            paragraph("（慈）应急罚〔2026〕12号"),
            paragraph(
                "被处罚单位：慈利县测试花炮有限公司（统一社会信用代码：91430821MA0000001P）"
                "　地址：慈利县零阳街道测试路1号　法定代表人：黄测试　职务：总经理　联系电话：",
                run("139"),
                run("0000", "<w:i/>"),
                run("0001"),
            ),
            paragraph(
                "2026年4月20日，执法人员张某甲、李某乙检查发现34号成品库堆码高度5米，超出规定。"
            ),
            paragraph(
                "直接责任人黄样例（身份证号430821190001010012，住慈利县零阳街道测试小区3栋402室，",
                '<w:commentRangeStart w:id="0"/>',
                "银行账号6228480000000000018）",
                '<w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/></w:r>',
                "负有直接责任。",
            ),
            paragraph(
                f"<w:del {mark}><w:r><w:delText>原拟罚款五万元</w:delText></w:r></w:del>",
                "决定给予罚款人民币贰万元的行政处罚。",
            ),
            paragraph("慈利县应急管理局", properties='<w:jc w:val="right"/>'),
            paragraph("二〇二六年四月二十七日", properties='<w:jc w:val="right"/>'),
        )
    )
    return package.build()
