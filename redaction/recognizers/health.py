"""What a paper tells of one person's illness, disability or injury."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from domain.findings import Action, FindingType
from redaction.recognizers.base import Candidate, ScreeningContext, Verdict
from redaction.recognizers.labels import caption
from redaction.recognizers.passages import (
    Persons,
    candidates,
    joined,
    paragraph_end,
    paragraph_start,
)

_STRONG = re.compile(
    r"骨折|骨裂|截肢|截去|烧伤|烫伤|挫裂?伤|离断伤?|毁损|破裂伤|鼓膜|充血|昏迷|休克|呼吸机|失明|失聪|听力损失|色弱|色盲|瘫痪"
    r"|偏瘫|卧床|中风|脑梗|脑出血|脑瘫|尿毒症|透析|化疗|放疗|[肺胃肝肠乳腺血宫颈]癌|癌症?晚期|肿瘤|白血病|白细胞|心脏病|冠心病"
    r"|心脏支架|高血压|血压偏高|糖尿病|胰岛素|乙肝|肝炎|肝功能|脂肪肝|肺结核|结核|艾滋|HIV|梅毒|哮喘|过敏|肾炎|肾衰|肾功能|结节"
    r"|囊肿|切除|类风湿|关节炎|关节病|椎间盘|颈椎病|脊柱炎|脊髓|肩周炎|慢阻肺|尘肺|矽肺|包虫病|贫血|癫痫|抑郁|焦虑症|双相"
    r"|精神(?:分裂|残疾|疾病|障碍|科|病)|躁狂|应激障碍|应激反应|睡眠障碍|失眠|阿尔茨海默|痴呆|唐氏|自闭症|孤独症|减少症|综合征"
    r"|(?:智力|肢体|视力|听力|言语|多重)残疾|残疾[一二三四]级|[一二三四]级残疾|伤残[一二三四五六七八九十]级|自杀|自残|割腕|轻生"
    r"|孕\s?[0-9]+|怀孕|孕期|流产|先天性|后遗症|氯氮平|奥氮平|利培酮|舍曲林|抗抑郁|安眠药|肝硬化|肝腹水|溃疡|支气管炎|肺气肿|肺炎|脑炎|脑膜炎|脑萎缩|脑震荡|颅脑|帕金森|红斑狼疮|白内障|青光眼|银屑病|痛风|甲亢|甲减|甲状腺|结石|骨髓|半月板|韧带|骨质疏松|股骨头|坏死|皮肤病|血友病|肾病|肝病|淋巴|宫外孕|不孕|不育|剖宫产|堕胎|酒精依赖|成瘾|截瘫|半身不遂|发育迟缓|智力低下|聋哑|耳聋|义肢|插管|ICU|重症监护|粉碎性|开放性|功能障碍|失能|癌症|恶性|PHQ|SCL|PCL|病危|光感|传染病史|病史|精神病"
)
_WEAK = re.compile(
    r"住院|手术|术后|患有?(?!者|难)|确诊|诊断|服药|停药|受伤|砸伤|拍片|意识不清|青紫|发热|皮疹|阳性|门诊|病历|得分|伤情|疼痛|残疾"
    r"|治疗|用药|疑似|生病|有病|重病|大病|卧病|晕倒|身体状况"
)
_GENERAL = re.compile(
    r"防治|预防|普查|筛查|宣传|知识|标准|目录|药品|保险|政策|例病例|人次|万人|应当|规定|条件|范围|不得|可以|提高|加强|措施"
    r"|制度|工作|评定|职业健康|危害|隐患|导致|容易|可能|造成.{0,8}[0-9一二三四五六七八九十]+人|等疾病|患者应|符合|按照|标识|补助标准"
    r"|办理|申请|服务|机构|建设|培训|检测|设备|器材|救援|如有|注意|禁止|严禁|救治|补贴标准"
)
_COUNTED = re.compile(r"[0-9一二三四五六七八九十百两]{1,8}\s?(?:名|人|例|起|户)")
_SELF = re.compile(
    r"本人|患者|伤者|死者|伤员|职工|工人|操作工|驾驶员|学生|病例|当事人|母亲|父亲|妻|丈夫|配偶|儿子|女儿|老人|乙方|同志|第[0-9]人|祖母|婆婆|自己|[甲乙]类"
)
_LABEL = re.compile(
    r"(?:伤情|病情|诊断|受伤(?:害)?部位|职业病名称|健康(?:状况|情况)|身体状况|既往史|病史|残疾(?:类别|等级|类型)|发病|诊疗|体检|患病|疾病|心理评估|体征|致残)"
)
_COLUMN = re.compile(
    r"诊断|病情|伤情|残疾|健康|体检|疾病|病种|患病|致贫原因|困难(?:情形|类型|原因)|认定情形|备注|救助原因|情况|近况"
)
_PRIVATE_KINDS = frozenset(
    {
        "private_roster", "transcript", "personnel", "accident_bulletin", "individual_decision",
        "complaint", "case_file", "report_up", "application",
    }
)  # fmt: skip
# Papers that speak of persons throughout.
_ABOUT_ONE = frozenset({"private_roster", "transcript"})
_AGE = re.compile(r"\s*[0-9]{1,3}岁\s*")
_HEADING = re.compile(r"^[一二三四五六七八九十0-9]{1,3}[、.][^,，。:：]{2,10}$")
_PLAIN_RESULT = re.compile(r"^(?:合格|不合格|正常|无|健康|良好|良|优|符合|—|-|同上)$")
# At most this much between two clauses about the same person.
_BRIDGE = 36
_REDACT = Verdict(
    action=Action.REDACT,
    rule="health.person",
    reason="个人的疾病、伤残、医疗信息属于敏感个人信息，应当遮盖（条例第十五条，个人信息保护法第二十八条）。",
)


class HealthRecognizer:
    """Clauses about the health of a person who is named or meant beside them."""

    name = "health"
    version = "1"

    def find(self, ctx: ScreeningContext) -> Iterable[Candidate]:
        """Candidates of type HEALTH: whole clauses or table cells, all to be redacted."""
        text = ctx.flow.text
        if _STRONG.search(text) is None and _WEAK.search(text) is None:
            return
        yield from candidates(
            ctx,
            self._ranges(ctx),
            kind=FindingType.HEALTH,
            score=0.7,
            pattern="health",
            recognizer=self.name,
            version=self.version,
            verdict=_REDACT,
        )

    def _ranges(self, ctx: ScreeningContext) -> Iterator[tuple[int, int]]:
        text, persons = ctx.flow.text, Persons(ctx)
        private = ctx.document_kind in _PRIVATE_KINDS
        for start, end in ctx.flow.sentences:
            sentence = text[start:end]
            if not _STRONG.search(sentence) and not (
                _WEAK.search(sentence) and (private or _LABEL.search(sentence))
            ):
                continue
            if "\t" in (text[start - 1 : start], text[end : end + 1]):
                if self._is_cell(ctx, persons, start, end):
                    yield start, end
                continue
            near = ctx.document_kind in _ABOUT_ONE or self._somebody(text, persons, start, end)
            general = _GENERAL.search(sentence) and not private
            if not near or (general and not persons.between(start, end)):
                continue
            yield from self._clauses(ctx, persons, start, end, private=private)

    def _is_cell(self, ctx: ScreeningContext, persons: Persons, start: int, end: int) -> bool:
        """Whether a table cell tells of the person of its row."""
        text = ctx.flow.text
        cell = text[start:end].strip()
        if _PLAIN_RESULT.match(cell) or not persons.between(
            paragraph_start(text, start), paragraph_end(text, start)
        ):
            return False
        heading = caption(ctx, ctx.flow.origin[start])
        return bool(_STRONG.search(cell)) and (
            not heading or bool(_COLUMN.search(heading)) or not _GENERAL.search(cell)
        )

    def _somebody(self, text: str, persons: Persons, start: int, end: int) -> bool:
        """Whether the sentence, its label or the words before it in the paragraph mean a person."""
        begin = max(paragraph_start(text, start), start - 120)
        return (
            persons.between(begin, end)
            or _SELF.search(text[start:end]) is not None
            or _LABEL.search(text[start : start + 16]) is not None
        )

    def _clauses(
        self, ctx: ScreeningContext, persons: Persons, start: int, end: int, *, private: bool
    ) -> Iterator[tuple[int, int]]:
        text = ctx.flow.text
        if _HEADING.match(text[start:end].strip()):
            return
        pieces = ctx.flow.pieces(start, end)
        hits: list[tuple[int, int]] = []
        for begin, stop in pieces:
            piece = text[begin:stop]
            if _COUNTED.search(piece) and not _SELF.search(piece):
                continue
            if self._is_label(text, piece, stop):
                continue
            strong, weak = _STRONG.search(piece), len(set(_WEAK.findall(piece)))
            if strong or weak >= 2 or (weak and (private or hits)):
                if _GENERAL.search(piece) and not private and not persons.between(begin, stop):
                    continue
                hits.append((persons.beyond(begin, stop), stop))
            elif _AGE.fullmatch(piece):
                hits.append((begin, stop))
        told = [hit for hit in hits if not _AGE.fullmatch(text[hit[0] : hit[1]])]
        if not told or not (private or any(_STRONG.search(text[a:b]) for a, b in told)):
            return
        ranges = joined(text, hits, gap=",，、()（） 及并")
        if private:
            ranges = self._bridged(persons, ranges)
        yield from (r for r in ranges if any(r[0] <= hit[0] < r[1] for hit in told))

    def _bridged(self, persons: Persons, ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """One range where little and nobody else stands between two."""
        out: list[tuple[int, int]] = []
        for start, end in ranges:
            if out and start - out[-1][1] <= _BRIDGE and not persons.between(out[-1][1], start):
                out[-1] = (out[-1][0], end)
            else:
                out.append((start, end))
        return out

    def _is_label(self, text: str, piece: str, stop: int) -> bool:
        """Whether a piece only says what comes after its colon, or heads a section."""
        return len(piece) <= 16 and text[stop : stop + 1] in (":", "：")
