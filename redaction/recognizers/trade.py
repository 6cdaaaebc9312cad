"""Process parameters, costs and customers that an enterprise keeps to itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from domain.findings import Action, FindingType
from redaction.recognizers.base import Candidate, ScreeningContext, Verdict
from redaction.recognizers.passages import beyond_opening, candidates, cue, joined, weigh

# Words by which an enterprise claims a secret.
_CLAIM = re.compile(
    r"商业秘密|技术秘密|保密资料|企业标注|自有技术|专有(?:技术|步骤|工艺)|技术诀窍|独有|独创|首创|核心技术|祖传|不对外|未对外|未公开|企业备注"
    r"|自行设计|自主研发|自研|自编|自配|自制|企业提供"
)
_STAMP = re.compile(
    r"(?:(?:^|\n)\s*|(?=【))(?P<stamp>[【\[(（]?(?:商业秘密|(?:企业|公司)?(?:保密资料|机密资料|保密文件)|(?:企业|公司)机密)[】\])）]?)(?=\s|页|$|[】\])])"
)
_QUANTITY = re.compile(
    r"[0-9](?:\.[0-9]+)?\s?(?:±\s?[0-9.]+)?\s?(?:℃|°C|°c|%|‰|g/L|mL/L|mg|ml|mL|MPa|kPa|kWh|Nm|ppm|份|目|A/dm|秒|小时|h|min|分钟|标方|立方|米|mm|克"
    r"|万?元|个百分点|h⁻|A(?![a-z])|倍|[:：][0-9])|[0-9一二三四五六七八九]成(?![本分])"
)
_PROCESS = cue(
    "process",
    1,
    r"配方|配比|质量比|摩尔|催化|滴加|釜|溶剂|吸附|脱氧|镀|结晶|晶种|焙烧|煅烧|萃取|乳化|固化|涂布|喷涂|包膜|转鼓|温区|升温|络合|反应"
    r"|工艺|收率|转化率|良率|纯度|品位|能耗|电耗|抽采|封孔|阀位|切换|开缸|投加|药剂|非标|添加剂|助剂|浸出|捕收|浮选|发酵|熬制|腌制|烘烤|研磨|挤出|注塑|热处理|淬火|合成|蒸馏|精馏|结胶|流程|曲线|源代码|图纸",
)
_COST = cue(
    "cost",
    1,
    r"毛利|成本|单价|进价|进货价|供货价|出厂价|到厂价|成交价|最低价|返点|折扣|利润|加工费|报价|人工费|人工[0-9]|销售额|采购价|独家供应"
    r"|产能|客户|供应商|意向(?:合同|订单|客户)|投资(?:额|实际)|市场价|吨价|厂价|补贴[0-9]+%|代理(?:协议|价)|限额|营收|净利|账期|返利|回款|订单|销路",
)
_OWN = cue("own", 1, _CLAIM.pattern)
_NUMBER = cue("quantity", 1, _QUANTITY.pattern)
_CUES = (_PROCESS, _COST, _OWN, _NUMBER)
_PUBLIC = re.compile(
    r"排放|标准限值|依据|应当|规定|处罚|罚款|预算|财政|补助|限值|监测结果|GB|中标(?:价|金额)|成交金额|合同总价|评分|违法|总投资[0-9.]+亿元,|电话|面积[0-9]"
)
_KINDS = frozenset(
    {"safety_assessment", "bid_evaluation", "legal_opinion", "filing", "appraisal", "opinion"}
)
# Papers made for the public: what they say of secrets is said in general.
_PUBLIC_KINDS = frozenset(
    {
        "announcement", "annual_report", "budget", "emergency_plan", "guide", "interpretation",
        "news", "notice", "permit_result", "plan", "public_list", "publicity", "rules",
        "self_check", "statistics", "unknown",
    }
)  # fmt: skip
_TECHNICAL = re.compile(
    r"[0-9]\s?(?:°C|g/L|mL/L|A/dm|ppm|kWh|标方|份(?![文]))|[0-9]A(?=[,;。]|$)|±"
)
_BREAKDOWN = re.compile(
    r"其中[^。;\n]{0,200}?(?:人工|利润|材料|备件|差旅|摊销|面板|成本)[^。;\n]{0,40}[0-9]"
)
_REDACT = Verdict(
    action=Action.REDACT,
    rule="trade.secret",
    reason="企业的技术信息或者经营信息属于商业秘密，未经权利人同意不得公开（条例第十五条、第三十二条）。",
)
_STAMPED = Verdict(
    action=Action.REDACT,
    rule="trade.stamp",
    reason="权利人标注的商业秘密标识，随所载内容一并处理（条例第十五条）。",
)


class TradeRecognizer:
    """Sentences with technical or commercial values in papers where an enterprise keeps such."""

    name = "trade"
    version = "1"

    def find(self, ctx: ScreeningContext) -> Iterable[Candidate]:
        """Candidates of type TRADE_SECRET: clauses of a sentence and the claim's own mark."""
        text = ctx.flow.text
        claimed = _CLAIM.search(text) is not None
        if not claimed and ctx.document_kind not in _KINDS and not _BREAKDOWN.search(text):
            return
        stamps = [match.span("stamp") for match in _STAMP.finditer(text)]
        yield from self._candidates(ctx, stamps, "trade.stamp", 0.85, _STAMPED)
        ranges = joined(text, self._ranges(ctx, claimed=claimed), gap=" ;；,，")
        yield from self._candidates(ctx, ranges, "trade.values", 0.65, _REDACT)

    def _candidates(
        self,
        ctx: ScreeningContext,
        ranges: Iterable[tuple[int, int]],
        pattern: str,
        score: float,
        verdict: Verdict,
    ) -> Iterator[Candidate]:
        yield from candidates(
            ctx,
            ranges,
            kind=FindingType.TRADE_SECRET,
            score=score,
            pattern=pattern,
            recognizer=self.name,
            version=self.version,
            verdict=verdict,
        )

    def _ranges(self, ctx: ScreeningContext, *, claimed: bool) -> Iterator[tuple[int, int]]:
        text = ctx.flow.text
        inside = ctx.document_kind in _KINDS
        tender = ctx.document_kind == "bid_evaluation"
        in_process_paper = ctx.document_kind == "safety_assessment"
        asserted = "商业秘密" in text and ctx.document_kind not in _PUBLIC_KINDS
        for start, end in ctx.flow.sentences:
            sentence = text[start:end]
            if _BREAKDOWN.search(sentence):
                yield part_from(text, start, end, "其中")
                continue
            if end - start < 5 or _PUBLIC.search(sentence):
                continue
            weight, held = weigh(sentence, _CUES)
            needed = 2 if tender or (claimed and (inside or asserted)) else 3
            values = "quantity" in held and ("process" in held or "cost" in held)
            own = "own" in held and ("process" in held or "cost" in held)
            technical = in_process_paper and claimed and _TECHNICAL.search(sentence)
            if (weight >= needed and (values or own)) or technical:
                yield beyond_opening(text, start, end), end


def part_from(text: str, start: int, end: int, word: str) -> tuple[int, int]:
    """The part of a sentence from ``word`` on, or all of it."""
    found = text.find(word, start, end)
    return (found, end) if found >= 0 else (start, end)
