"""Home addresses of natural persons; sites of offices and enterprises stay public."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from domain.findings import Action, FindingType
from redaction.gazetteer import first_division
from redaction.recognizers.base import Candidate, ScreeningContext, Verdict
from redaction.recognizers.labels import caption

_N = r"(?:[0-9]{1,5}|[一二三四五六七八九十百]{1,4}|[A-Za-z甲乙丙丁东西南北](?![A-Za-z]))"
_UNIT = r"(?:号楼|号院|号|栋|幢|座|期|单元|门|层|楼|排|组|社|队|弄|室|房|间|院)"
_DETAIL = re.compile(
    rf"(?:(?:第?{_N}{_UNIT}(?!下)|{_N}(?:[、,]{_N})+[号室房])(?:附{_N}号?|之{_N})?"
    rf"(?:[、,]{_N}[号室房])*-?)+(?:[A-Z]?[0-9]{{2,4}}(?![0-9元年月日万亿.]))?"
    r"(?:(?<=组)[\u4e00-\u9fff]{1,4}(?:院子|屋场|大院))?"
    r"|(?<![0-9.\-])(?:[A-Z]-?)?[0-9]{1,3}(?:-[0-9]{1,4}){1,3}(?![0-9.\-年月日元%])"
)
_PLACE = r"\u4e00-\u9fff0-9A-Za-z·"
_HEAD = re.compile(rf"[{_PLACE}]{{0,40}}$")
# Where an address begins: after the last of these words before its detail.
_BEGINS = re.compile(
    r"(?:家庭住址|现住址|住址|地址|住所地?|现住|家住|暂住|租住|居住[地于在]?的?|户籍(?:所在)?地?|户口所在地|籍贯"
    r"|住在|住于|位于|坐落[于在]?|搬[至到]|迁[至到]|转[至到]|前往|看望|关于|登记为|捡拾人|系|住|至|到|去|在|于|为|是|按|从|往|由|人|该|其)"
)
_LEVEL = re.compile(
    r"省|自治区|市|自治州|盟|县|区|旗|街道|镇|乡|苏木|村|嘎查|社区|路|街|巷|里|胡同|大道|寨|屯|庄|坊|组"
)
_RESIDENCE = re.compile(
    r"家属[院楼区]|宿舍|小区|花园|家园|花苑|公寓|新村|苑|新居|安置房|廉租房|公租房|府邸|豪庭|华庭|名都|名邸|名苑|帝景"
    r"|御景|雅苑|佳苑|嘉园|馨园|丽园|湾|都会"
    r"|[\u4e00-\u9fff]{2}[里庭居府城郡](?=[0-9一二三四五六七八九十]{1,3}(?:号楼|栋|幢|座|期|区))"
)
_ROOM = re.compile(
    rf"(?:栋|幢|座|单元|号楼|[0-9]门|楼|排|弄|号院).{{0,8}}?(?:[0-9]{{2,4}}|{_N}(?:室|房|号|户|间|排))|[0-9]-[0-9]{{3,4}}$|-[0-9]{{3,4}}$"
    r"|[0-9]室|楼$"
)
_OFFICE = re.compile(
    r"政务|政府|大厦|写字楼|办公|大楼|中心[0-9一二三四五六七八九十]|窗口|会议|广场|商场|市场内|工业|园区|开发区|产业|厂区|车间|仓库|学校|大学"
    r"|学院|医院|法院|检察院|公司|厂$|局$|(?:应急|财政|公安|民政|住建|教育|人社|税务)局|酒店|宾馆|基地|服务厅|大厅|局(?=[0-9])"
)
_HOME_LABEL = re.compile(
    r"(?:家庭住址|现住址|住\s?址|户籍(?:所在)?地?址?|户口(?:所在)?地|居住地址?|现居住?地?|登记住址"
    r"|家住|现住|暂住|租住|住在|住于|居住[于在地]?的?|住"
    r"|(?:家属|家庭|申请人|举报人|本人|个人)[^,。;\n]{0,4}地址)"
    r"[::]?[ \t]?(?:是|为|在|于)?[^\u4e00-\u9fff]{0,2}$"
)
_POST_LABEL = re.compile(r"(?:通[信讯]|联系|邮寄|送达|收件|邮政)(?:地址|人地址)|所留地址|住所地?")
_PLAIN_LABEL = re.compile(r"地址[::]?[ \t]?$|地点[::]?[ \t]?$")
_OFFICE_LABEL = re.compile(
    r"(?:办公|单位|公司|企业|注册|经营|生产|厂|项目|建设|会议|集合|报名|受理|考试|培训|存放|监测|采样"
    r"|场所|仓库|机关|本局|本机关|营业)[^,。;\n住家]{0,6}(?:地址|地点|场所|位置|场地)[::]?[ \t]?$"
    r"|(?:局|公司|政府|委员会|厂|中心|院|办事处)[,(]\s?住所地?[::]?$"
)
_PERSON_NEAR = re.compile(
    r"身份证|公民身份|证件号|申请人|举报人|投诉人|信访人|来电|市民|你|本人|患者|死者|伤者|家属|监护人|[男女][,，]|出生|手机"
)
_ENTERPRISE_NEAR = re.compile(
    r"被处罚单位|单位名称|企业名称|信用代码|法定代表人|公司|厂|店|经营部|合作社"
)
_OWNER_AFTER = re.compile(
    r"^(?:[一二三四五六七八九十两几0-9]{1,3}户|人(?![民员大]|口|均|工)|村民|居民|[\u4e00-\u9fff]{0,3}[父母兄弟姐妹叔舅]?家(?:中|里|的)?(?![具电属庭禽畜]))"
)
_COLUMN = re.compile(
    r"^(?:现|家庭|户籍|常|居|登记|暂)?(?:住址|住所|居住地址?|住处|户籍地址?|户口地址|家庭地址)$|住址"
)
_LABELLED_VALUE = re.compile(
    r"(?:家庭住址|现住址|住\s?址|户籍地址?|户籍所在地|登记住址|家庭地址)[::\t ]{1,3}"
    r"(?P<value>[\u4e00-\u9fff][\u4e00-\u9fff0-9A-Za-z\-·]{3,40})"
)

_REDACT = Verdict(
    action=Action.REDACT,
    rule="address.home",
    reason="自然人住址属于个人隐私，公开时保留至县级（条例第十五条）。",
)
_DECIDE = Verdict(
    action=Action.MUST_DECIDE,
    rule="address.unclear",
    reason="不能确定是个人住址还是单位场所，请人工决定（条例第十五条）。",
)


class AddressRecognizer:
    """Addresses down to house, room or villagers' group where a person lives there."""

    name = "addresses"
    version = "1"

    def find(self, ctx: ScreeningContext) -> Iterable[Candidate]:
        """Candidates of type ADDRESS, from the first named division on; enterprise sites none."""
        yield from self._detailed(ctx)
        yield from self._labelled(ctx)
        yield from self._columns(ctx)

    def _make(
        self,
        ctx: ScreeningContext,
        start: int,
        end: int,
        pattern: str,
        score: float,
        verdict: Verdict,
    ) -> Candidate:
        return Candidate(
            span=ctx.flow.unfold(start, end),
            type=FindingType.ADDRESS,
            score=score,
            pattern=pattern,
            recognizer=self.name,
            version=self.version,
            verdict=verdict,
        )

    def _detailed(self, ctx: ScreeningContext) -> Iterator[Candidate]:
        text = ctx.flow.text
        for match in _DETAIL.finditer(text):
            if len(match.group()) < 2:
                continue
            start = self._begin(text, match.start())
            address = text[start : match.end()]
            if len(address) - len(match.group()) < 2 and not self._is_room_alone(match.group()):
                continue
            if not _LEVEL.search(address) and not _RESIDENCE.search(address):
                continue
            judged = self._judge(ctx, text, start, match.end())
            if judged is not None:
                pattern, score, verdict = judged
                yield self._make(ctx, start, match.end(), pattern, score, verdict)

    def _is_room_alone(self, detail: str) -> bool:
        return re.search(r"[栋幢].{0,6}单元.{0,6}[0-9]{3}", detail) is not None

    def _begin(self, text: str, detail: int) -> int:
        """Where the address whose detail begins at ``detail`` begins."""
        head = _HEAD.search(text, max(0, detail - 40), detail)
        start = head.start() if head else detail
        piece = text[start:detail]
        known = first_division(piece)
        cut = 0
        for word in _BEGINS.finditer(piece):
            if known >= 0 and word.start() >= known:
                break
            # a word that is part of a place's name stands before its level ("至善路")
            rest = piece[word.end() :]
            if len(rest) >= 2:
                cut = word.end()
        if known >= 0:
            return start + max(known, cut if cut <= known else known)
        return start + cut

    def _judge(
        self, ctx: ScreeningContext, text: str, start: int, end: int
    ) -> tuple[str, float, Verdict] | None:
        address = text[start:end]
        before = text[max(0, start - 30) : start].rpartition("\n")[2]
        if _OFFICE_LABEL.search(before):
            return None
        heading = caption(ctx, ctx.flow.origin[start])
        if heading and _COLUMN.search(heading):
            return "address.column", 0.95, _REDACT
        residential = bool(_RESIDENCE.search(address) and _ROOM.search(address))
        if _HOME_LABEL.search(before):
            return "address.home", 0.95, _REDACT
        if _OFFICE.search(address):
            return None
        after = text[end : end + 8]
        near = text[max(0, start - 80) : start]
        if _POST_LABEL.search(before[-14:]):
            if residential or _PERSON_NEAR.search(near):
                return "address.post", 0.9, _REDACT
            return None
        if _PLAIN_LABEL.search(before):
            return self._plain(near, text[end : end + 40], residential=residential)
        if _OWNER_AFTER.match(after) and re.search(r"[村组社屯队号]", address):
            return "address.villager", 0.75, _REDACT
        if residential:
            return "address.residence", 0.75, _REDACT
        return None

    def _plain(
        self, near: str, after: str, *, residential: bool
    ) -> tuple[str, float, Verdict] | None:
        """An address that is only called 地址: a flat is a home unless an enterprise sits there."""
        if not residential:
            return None
        if _ENTERPRISE_NEAR.search(near) or _ENTERPRISE_NEAR.search(after):
            return "address.flat", 0.6, _DECIDE
        return "address.flat", 0.8, _REDACT

    def _labelled(self, ctx: ScreeningContext) -> Iterator[Candidate]:
        """Whatever stands behind a label that means a home, even without a house number."""
        for match in _LABELLED_VALUE.finditer(ctx.flow.text):
            value = match.group("value")
            if _LEVEL.search(value) and not re.match(r"同上|不详|同前", value):
                cut = re.search(r"(?:联系)?(?:电话|手机)|身份证|邮编|邮政|工作单位|用人单位", value)
                end = match.start("value") + (cut.start() if cut else len(value))
                if end - match.start("value") >= 4:
                    yield self._make(ctx, match.start("value"), end, "address.label", 0.9, _REDACT)

    def _columns(self, ctx: ScreeningContext) -> Iterator[Candidate]:
        """Cells of a column that is headed as homes."""
        if "\t" not in ctx.text or not re.search(r"住址|住处|居住地|户籍地", ctx.text):
            return
        for line in ctx.lines:
            cells = ctx.cells(line)
            if len(cells) < 3:
                continue
            for start, end in cells:
                value = ctx.text[start:end]
                if len(value.strip()) < 4 or not _LEVEL.search(value):
                    continue
                heading = caption(ctx, start)
                if heading and _COLUMN.search(heading):
                    begin = ctx.flow.position(start)
                    stop = ctx.flow.position(end)
                    if stop > begin:
                        yield self._make(ctx, begin, stop, "address.column", 0.95, _REDACT)
