"""What a paper tells of one person's family, marriage, need and debts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from domain.findings import Action, FindingType
from redaction.recognizers.base import Candidate, ScreeningContext, Verdict
from redaction.recognizers.passages import (
    Persons,
    candidates,
    joined,
    paragraph_end,
    paragraph_start,
)

_KIN = re.compile(
    r"父亲?|母亲?|双亲|妻子?|丈夫|配偶|爱人|媳妇|老婆|老公|前夫|[长次幺]?子(?=系|在|有|为|因|现|正|,|，)|[长次三四幺]子|儿子?|女儿|[长次三四幺]女"
    r"|子女|孩子|小孩|独[子女]|岳父|岳母|公公|婆婆|爷爷|奶奶|外公|外婆|祖母|祖父|哥哥|姐姐|妹妹|弟弟|[胞堂表妻]弟|[胞堂表]兄|[胞堂表][姐妹]|兄弟|姐妹|[之其][父母妻夫子女兄弟姐妹]|孙[子女]|外孙|外甥|侄|小舅子|家中|家里"
    r"|其家|家庭|养[父母]|老人|亲戚|一女|一子|亲属"
)
_STATE = re.compile(
    r"离婚|离异|再婚|复婚|结婚|未婚|丧偶|去世|死亡|病故|亡故|双亡|失联|改嫁|服刑|羁押|戒毒|吸毒|残疾|重残|患病|有病|重病|卧病"
    r"|瘫痪|中风|盲人|聋哑|上学|上大学|读大学|读小学|读初|读高|上初|上高|就读|在校|任教|务工|打工|打零工|零工|务农|无业|下岗|失业|赡养|抚养|抚育|照顾|照料"
    r"|分居|独居|独自|遗产|不和|不识字|低保|特困|贫困|欠|债|继承|非婚生|抱养|收养|随.{0,6}生活|归[男女]方|守寡|寡居|入赘|同居|家暴|赌博|负债|外债|网贷|贷款|刑满|缓刑|坐牢|劳改|精神病|流浪|寄养|带着|律师|辅警|分户|无人管束|代管|之[妻夫子女兄弟姐妹父母]"
    r"|停留|年满|科长|局长|身份不详|家[住在]|去台|侨居|名下|律所|护士|教师|司机|老师|职工|当兵|退休|存折|余额|收入"
)
_ALONE = re.compile(
    r"父母双亡|父母离异|父母均|单亲|留守|孤儿|非婚生|抱养|低保户|建档立卡|困难学生|贫困户|离异|离婚|分居|丧偶|改嫁|再婚|复婚|结婚|无人(?:抚养|管束|照料|监护)|重组家庭|家暴|私生子|孤寡|五保户|特困供养|失联|服刑|戒毒"
    r"|之[兄弟姐妹]|家庭收入|家庭困难|作风问题|欠[^,。;]{0,6}[0-9.]+万?元"
)
_GENERAL = re.compile(
    r"政策|标准|应当|条件|规定|符合|范围|的(?:家庭|儿童|学生|人员|群众|老人)|等(?:家庭|人员|群体)|关爱|工作|补助标准|对象|提高|保障|救助|全县|全镇|全乡|共[0-9]"
    r"|加强|开展|服务|制度|认定办法|管理|资助|人数|户数|[0-9]{1,6}(?:户|人|名)(?!.{0,4}[子女])|子女教育|家属(?:已|情绪|楼|院|区)|家庭(?:医生|农场|住址|作坊|人口)"
)
_SELF = re.compile(
    r"本人|其|我|自己|该(?:户|生|同志|学生|家庭)|申请人|乙方|当事人|死者|伤者|被申请人|系"
)
_PRIVATE_KINDS = frozenset(
    {
        "private_roster", "transcript", "personnel", "accident_bulletin", "individual_decision",
        "complaint", "case_file", "report_up", "application", "contract", "security_arrangement",
        "minutes", "letter",
    }
)  # fmt: skip
# Papers that speak of persons throughout.
_ABOUT_ONE = frozenset({"private_roster", "transcript", "personnel", "application", "complaint"})
_REDACT = Verdict(
    action=Action.REDACT,
    rule="family.person",
    reason="个人的婚姻、家庭和经济困难情况属于个人隐私，应当遮盖（条例第十五条）。",
)


class FamilyRecognizer:
    """Clauses about the family or need of a person who is named or meant beside them."""

    name = "family"
    version = "1"

    def find(self, ctx: ScreeningContext) -> Iterable[Candidate]:
        """Candidates of type FAMILY: whole clauses or table cells, all to be redacted."""
        if _KIN.search(ctx.flow.text) is None and _ALONE.search(ctx.flow.text) is None:
            return
        yield from candidates(
            ctx,
            joined(ctx.flow.text, self._ranges(ctx), gap=",，、()（） ;；"),
            kind=FindingType.FAMILY,
            score=0.65,
            pattern="family",
            recognizer=self.name,
            version=self.version,
            verdict=_REDACT,
        )

    def _ranges(self, ctx: ScreeningContext) -> Iterator[tuple[int, int]]:
        text, persons = ctx.flow.text, Persons(ctx)
        private = ctx.document_kind in _PRIVATE_KINDS
        for start, end in ctx.flow.sentences:
            sentence = text[start:end]
            if not (_ALONE.search(sentence) or (_KIN.search(sentence) and _STATE.search(sentence))):
                continue
            begin = paragraph_start(text, start)
            in_row = "\t" in (text[start - 1 : start], text[end : end + 1])
            stop = paragraph_end(text, start) if in_row else end
            named = persons.between(max(begin, start - 120), stop)
            meant = ctx.document_kind in _ABOUT_ONE or (private and _SELF.search(sentence))
            if not named and not meant:
                continue
            if _GENERAL.search(sentence) and not private and not persons.between(start, end):
                continue
            for begin, stop in ctx.flow.pieces(start, end):
                piece = text[begin:stop]
                if self._tells(piece) and not (_GENERAL.search(piece) and not private):
                    yield persons.beyond(begin, stop), stop

    def _tells(self, piece: str) -> bool:
        return bool(_ALONE.search(piece) or (_KIN.search(piece) and _STATE.search(piece)))
