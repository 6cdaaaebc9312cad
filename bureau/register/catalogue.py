"""The three catalogues as the public reads them: rows, one document, search, files to download.

Nothing here reaches behind the published rows, but for the exempt catalogue, which counts decisions
by statutory category and never tells a title.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db.models import QuerySet

from bureau.register import catalogue_files, search_index
from bureau.register.models import PublicationRecord, ReviewItem
from domain.decisions import ReviewState
from domain.labels import LABEL_NAMES, Label

HITS_A_PAGE = 20
Row = dict[str, str]

# 条例 14–16 in the words of the 条例, by article and paragraph: no reviewer's wording gets out
_CATEGORIES: dict[tuple[int, int | None], str] = {
    (14, None): "国家秘密，法律、行政法规禁止公开，以及公开后可能危及国家安全、公共安全、"
    "经济安全、社会稳定的信息",
    (15, None): "涉及商业秘密、个人隐私等，公开会对第三方合法权益造成损害的信息",
    (16, 1): "行政机关内部事务信息（人事管理、后勤管理、内部工作流程等）",
    (
        16,
        2,
    ): "行政机关履职过程中的讨论记录、过程稿、磋商信函、请示报告等过程性信息以及行政执法案卷信息",
    (16, None): "内部事务信息、过程性信息以及行政执法案卷信息",
}
_OTHER = "法律、行政法规规定不予公开的信息"
_NUMBERS = {1: "一", 2: "二", 3: "三"}
_ARTICLES = {14: "十四", 15: "十五", 16: "十六"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExemptCategory:
    """A category of 免予公开类目: its name in the 条例's words, its basis, how many items."""

    article: int
    paragraph: int | None
    reason: str
    basis: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A published document found, with a piece of its text round the first hit."""

    publication: PublicationRecord
    snippet: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """One page of hits; pages count from 1."""

    query: str
    page: int
    total: int
    hits: tuple[Hit, ...]

    @property
    def has_next(self) -> bool:
        """Whether there are more hits on a further page."""
        return self.page * HITS_A_PAGE < self.total


def _current(label: Label) -> QuerySet[PublicationRecord]:
    return PublicationRecord.objects.filter(current=True, label=label.value).select_related("body")


def proactive() -> QuerySet[PublicationRecord]:
    """主动公开目录, newest first; withdrawn rows stay as tombstones (``withdrawn_at``)."""
    return _current(Label.PROACTIVE)


def on_request() -> QuerySet[PublicationRecord]:
    """依申请公开目录, newest first: titles without files."""
    return _current(Label.ON_REQUEST)


def document(index_no: str) -> PublicationRecord | None:
    """The version in force (or its tombstone) of an index number."""
    return (
        PublicationRecord.objects.filter(index_no=index_no, current=True)
        .select_related("body")
        .first()
    )


def exempt_categories() -> list[ExemptCategory]:
    """免予公开类目: withheld items counted by article and paragraph, without anything of theirs.

    An item with several grounds counts once under each.
    """
    tally: Counter[tuple[int, int | None]] = Counter()
    withheld = ReviewItem.objects.filter(
        state=ReviewState.WITHHELD.value, decision__label=Label.EXEMPT.value
    )
    for grounds in withheld.values_list("decision__grounds", flat=True):
        tally.update(
            {
                (int(g["article"]), g.get("paragraph") if int(g["article"]) == 16 else None)
                for g in grounds
                if g.get("statute") == "tiaoli-2019" and int(g["article"]) in _ARTICLES
            }
        )
    return [
        ExemptCategory(
            article=article,
            paragraph=paragraph,
            reason=_CATEGORIES.get((article, paragraph), _OTHER),
            basis=_basis(article, paragraph),
            count=count,
        )
        for (article, paragraph), count in sorted(
            tally.items(), key=lambda entry: (entry[0][0], entry[0][1] or 0)
        )
    ]


def _basis(article: int, paragraph: int | None) -> str:
    basis = f"《政府信息公开条例》第{_ARTICLES[article]}条"
    return f"{basis}第{_NUMBERS[paragraph]}款" if paragraph in _NUMBERS else basis


def search(query: str, page: int = 1) -> SearchPage:
    """Published documents whose title, number and text hold every word of the query."""
    rows = search_index.matching(
        PublicationRecord.objects.filter(current=True, withdrawn_at=None).select_related("body"),
        query,
    ).order_by("-published_at", "-pk")
    first = (max(1, page) - 1) * HITS_A_PAGE
    return SearchPage(
        query=query,
        page=max(1, page),
        total=rows.count(),
        hits=tuple(
            Hit(publication=row, snippet="".join(search_index.snippet(row.body.text, query)))
            for row in rows[first : first + HITS_A_PAGE]
        ),
    )


# the catalogues as files ---------------------------------------------------------------------


def rows(kind: str) -> list[Row]:
    """A catalogue (proactive, on_request, exempt) as rows under their Chinese column names.

    Raises:
        ValueError: if there is no such catalogue.
    """
    match kind:
        case "proactive":
            return [_public_row(p) for p in proactive()]
        case "on_request":
            return [_on_request_row(p) for p in on_request()]
        case "exempt":
            return [
                {"类别": c.reason, "依据": c.basis, "件数": str(c.count)}
                for c in exempt_categories()
            ]
        case _:
            raise ValueError("no such catalogue")


_PUBLIC = (
    "索引号",
    "名称",
    "内容概述",
    "生成日期",
    "发布机构",
    "文号",
    "公开日期",
    "有效性",
    "公开方式",
    "体裁",
    "主题分类",
    "栏目",
    "关键词",
    "责任股室",
    "版本",
    "文件",
    "文件校验值",
)
_ON_REQUEST = (
    "索引号",
    "名称",
    "生成日期",
    "发布机构",
    "文号",
    "公开日期",
    "公开方式",
    "责任股室",
)
COLUMNS = {
    "proactive": _PUBLIC,
    "on_request": (*_ON_REQUEST, "获取方式"),
    "exempt": ("类别", "依据", "件数"),
}


def _public_row(row: PublicationRecord) -> Row:
    return {
        "索引号": row.index_no,
        "名称": row.title,
        "内容概述": row.summary,
        "生成日期": _day(row.formed_on),
        "发布机构": row.issuer,
        "文号": row.doc_no,
        "公开日期": row.published_at.astimezone(catalogue_files.CHINA).date().isoformat(),
        "有效性": "已撤回" if row.withdrawn_at else row.get_validity_display(),
        "公开方式": LABEL_NAMES[Label(row.label)],
        "体裁": row.kind,
        "主题分类": row.theme,
        "栏目": row.column,
        "关键词": " ".join(str(k) for k in row.keywords),
        "责任股室": row.department.name,
        "版本": str(row.version),
        "文件": row.file_name,
        "文件校验值": row.sha256 if row.file_name else "",
    }


def _on_request_row(row: PublicationRecord) -> Row:
    full = _public_row(row)
    return {name: full[name] for name in _ON_REQUEST} | {"获取方式": "向本机关提出申请"}


def _day(value: object) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else ""


def to_csv(kind: str) -> bytes:
    """A catalogue as CSV (UTF-8 with BOM, for spreadsheet programs)."""
    return catalogue_files.to_csv(COLUMNS[kind], rows(kind))


def to_json(kind: str) -> bytes:
    """A catalogue as a JSON list of objects."""
    return catalogue_files.to_json(rows(kind))


def to_xlsx(kind: str) -> bytes:
    """A catalogue as a workbook."""
    return catalogue_files.to_xlsx(COLUMNS[kind], rows(kind))
