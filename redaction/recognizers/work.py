"""What an office keeps to itself: internal marks, weak points, plans not yet carried out, views
not yet settled, and what would tell who informed it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from domain.findings import Action, FindingType
from domain.spans import TextSpan
from redaction.recognizers.base import Candidate, ScreeningContext, Verdict
from redaction.recognizers.passages import (
    Cue,
    Persons,
    beyond_opening,
    candidates,
    cue,
    joined,
    weigh,
)
from redaction.recognizers.secrecy import has_live_mark

_INTERNAL = r"内部(?:资料|事项|文件|材料|使用|掌握|讨论用?|情况|参考|传阅|版|工作(?:资料|文件))"
_DEMAND = (
    r"(?:注意保[存管密]|妥善保管|请勿外传|不得外传|勿外传|严禁外传|不得扩散|严禁[^)）\n]{1,14}|不发[^)）\n]{1,8}|阅后[^)）\n]{1,8}|仅供[^)）\n]{1,10}|用后收回"
    r"|不上网[^。\n]{0,12})"
)
_MARK = re.compile(
    rf"(?:{_INTERNAL}[,， ·、]{{0,3}}{_DEMAND}|工作秘密[,， ]{{1,3}}[^\n。]{{0,16}}"
    rf"|(?:^|\n)\s*[【\[(（]?{_INTERNAL}[】\])）]?\s*(?=\n|$)"
    rf"|(?<=[(（])[^()（）\n]{{0,10}}(?:不得外传|勿外传|请勿外传|{_INTERNAL})"
    r"[^()（）\n]{0,14}(?=[)）]))"
)
_CIRCULATION = re.compile(
    r"(?:内部流转号|内部流转编号|流转单号|流转号|内部编号|收文编号|呈批件?号|呈批单号|批办单号)[::]?\s?(?P<no>[A-Za-z0-9〔〕\[\]()\-]{2,24}号?)"
)

_CUES: tuple[Cue, ...] = (
    cue(
        "bottom_line",
        3,
        r"底线|底牌|底价|标底|授权(?:上限|额度|范围)|上限[0-9]|可承受|让步|首轮|报价策略|谈判(?:策略|口径|方案)|控制数|机动(?:额度|经费)"
        r"|口头(?:透露|同意|承诺|答应)|[砍压](?:到|至|掉|半)|变通|反诉|[败胜]诉|诉讼风险|不[高低]于[0-9.,]+\s?(?:万|亿|元)",
    ),
    cue(
        "unsettled",
        2,
        r"未(?:最终)?(?:确定|敲定|拍板|上会)|初步(?:考虑|判断|意见|认定|设想|打算)|倾向|酝酿|动议|尚未(?:研究|经|签|公布|决定|上会)"
        r"|待[^,。;]{1,8}(?:研究|议定|审定|决定)|拟(?:按|平职|调整|任|免|与|移送|给予|谈|罚)|先(?:不|别|缓|放一放|谈|可)|暂(?:不|缓)"
        r"|不(?:写进|写入|列入|上会|好说|宜公开|声张)|未写入|兜底|另付|估计[0-9\u4e00-\u9fff]{0,2}|可能性|疑似|待定|私下|默许|调剂|是不是|还在核",
    ),
    cue(
        "demand",
        2,
        r"勿外传|不得外传|不要(?:对外|外传|透露)|不得(?:扩散|复印|拍照|翻印|外借)|不外借|不上网|单线|仅限(?:内部|本)",
    ),
    cue(
        "opinion",
        2,
        r"(?:[两三]种|不同|反对|保留)[^,。;]{0,2}意见|主张|个人(?:意见(?!请|应)|看法|认为)|不(?:赞成|看好)|谈话(?:中|推荐|了解)|得票|[0-9]{1,5}票|传闻|听说"
        r"|有人(?:反映|议论|说)|反映其|提醒谈话|诫勉|领导责任|不愉快|有意见|关系户|人大代表",
    ),
    cue(
        "surprise",
        3,
        r"突击|突查|暗访|暗查|夜查|集结|同时(?:进入|行动|敲门|出击)|布控|蹲守|伏击|抓捕|收网|凌晨[0-9一二三四五六]|[0-9一二三四五六]时集中"
        r"|(?:收存|收缴|上交).{0,6}手机|分[^,。;]{1,6}(?:两|三)?组|行动(?:时间|代号)|联合公安",
    ),
    cue(
        "stealth",
        2,
        r"入群|卧底|化装|跟踪|了解动向|动态掌握|外围(?:走访|摸排|调查)|重点(?:突破|盯防|稳控)|备勤|驱离|防止(?:删除|跑风|通风|串供|转移)"
        r"|线人|耳目|单线|不(?:要)?通知(?!书)|稳控|劝返",
    ),
    cue(
        "weak_point",
        3,
        r"盲区|死角|无人(?:在岗|值守|巡逻|看守|看管)|无巡逻|撤防|豁口|空档|误报|失效|失灵|未封|挂锁|徒手|弱口令|默认(?:账号|口令|密码)|未授权|漏洞|后门"
        r"|遍历|命令执行|注入|壁厚|减薄|致死|疏散时间|仅[0-9一二三两]人(?:值守|看守)|停用|损坏未|未修复",
    ),
    cue(
        "keys",
        3,
        r"密码(?!法|局|器具|产品|管理|箱|应用)|口令|双锁|双人双锁|保险柜|保密柜|呼号|频道第|密钥|[a-z]{1,24}\s?/\s?\S+@\S+"
        r"|(?:[0-9]{1,3}\.){3}[0-9]{1,3}|端口|MAC|双网卡|管理员账号",
    ),
    cue("key", 2, r"钥匙|门禁卡"),
    cue(
        "forces",
        2,
        r"警力|便衣|武警|特警|狙击|[固流][定动]哨|岗哨|民兵|配?枪|巡逻|巡更|保安[0-9]|守库|守护|押运|押车|换班|交接班|警犬|犬|值守力量"
        r"|驻点|周界|红外|视频[0-9]{1,6}路|摄像机|警报|增援",
    ),
    cue(
        "target",
        2,
        r"重点目标|[一二三]类目标|目标(?:等级|[::])|要害|重点部位|路线|车队|备用(?:卷|路线|水源|井|方案)|出站|过境|入县|库容|雷管|炸药|吨瓶|油料|洞库"
        r"|涉密|保密室|试卷|加氯|取水口|取水泵|坐标|图幅|水准点|基地|代号|番号|部队|专用通道|警卫|首长",
    ),
    cue(
        "clue",
        2,
        r"线索来源|(?:举报|报料|爆料|知情)人(?:称|为|系|说)|被举报(?:公司|单位|人)|当面反映|提供(?:视频|录音|照片|线索)|据群众反映|辞退|开除"
        r"|聊天记录|录音|领[款取]人|知情|只有[^,。;]{0,4}(?:其|他|她|一人)",
    ),
    cue(
        "inquiry",
        2,
        r"初核|调取|流水|疑为|疑似|在查|虚列|套取|倒[填签]|虚报|围标|延伸(?:至|审计)|突审|口供",
    ),
    cue(
        "secret_papers",
        2,
        r"密发〔|[机秘]密级|涉密(?:计算机|岗位|载体|人员|移动|文件)|欠退|清退|脱密",
    ),
)
_LABELLED = re.compile(
    r"^(?:[^:：\n]{0,8})?(?:(?:要害|重点|薄弱|关键)(?:部位|环节|目标)|最不利(?:情形|情况)|(?:安防|安保|防护|值守|守护|技防|人防|物防)(?:状况|情况|要点|力量)"
    r"|(?:检查|行动|暗访|集结|突击|查处)(?:对象|时间|重点|地点|路线|目标|安排|步骤)|目标(?:等级)?|(?:力量|警力|兵力)(?:部署|编成|编组|配置)"
    r"|线索来源|初[核查]情况|下一步|举报人[^:：]{0,4}关系|与被举报[^:：]{0,6}关系|(?:谈判|稳控|引导)(?:策略|口径|底线)|底线|内部意见"
    r"|(?:投毒|袭击|破坏|爆炸)处置|保管要求|(?:押运|警卫)路线|工作建议|调查结论|(?:领导|局长|主任|书记|县长|镇长)批示)[::]"
)
_LABEL_ABOVE = re.compile(r"(?:反映(?:的)?主要问题|举报内容|线索内容|行动安排|线索来源)[::]?\s*$")
_TITLE = re.compile(
    r"^[^,。;:：]{4,50}(?:通知|方案|安排|一览表|纪要|情况表|情况说明|办法|名册|审批表|报告|通报|计划)$"
)
# Told anywhere, these open a door.
_ALWAYS = re.compile(
    r"(?:布防|专线|初始|管理|后台|开机|门禁)(?:密码|口令)|报警主机|(?:保险|密码)柜钥匙|默认(?:账号|口令)"
)
# What belongs to everybody: demands, law, results.
_PUBLIC = re.compile(
    r"^(?:[^,。]{0,10})?(?:联系人|联系电话|电话|抄送|主送|附件|根据|依据|按照|特此|此件|主题词|印发|签发|制表|审核)[::]?"
    r"|举报电话|监督电话|欢迎|公开发布|处罚款"
)
_DETAIL = re.compile(
    r"[0-9〇一二三四五六七八九十]{1,8}\s?(?:时|分|点|:|人|名|处|台|套|份|吨|公里|米|万|个|路|日|月|次|组|号|%|成|类|级)|[0-9]{2,}|[A-Za-z]{2,}"
)

# Papers never meant for the public; in these a smaller sign is enough.
_SECURITY = frozenset({"security_arrangement"})
_INSIDE = frozenset(
    {
        "security_arrangement", "draft_for_comment", "bid_evaluation", "accountability_form",
        "case_file", "complaint", "consultation_letter", "minutes", "personnel", "legal_opinion",
        "private_roster", "duty_roster", "request_up", "report_up", "transcript",
        "accident_bulletin", "safety_assessment",
    }
)  # fmt: skip
_REDACT = Verdict(
    action=Action.REDACT,
    rule="work.internal",
    reason="内部管理、过程性或者安全防范信息，公开可能影响工作或者公共安全，应当遮盖（条例第十四条、第十六条）。",
)
_DECIDE = Verdict(
    action=Action.MUST_DECIDE,
    rule="work.sign",
    reason="可能涉及内部管理、过程性或者安全防范信息，请人工决定是否遮盖（条例第十四条、第十六条、第十七条）。",
)
_REDACT_MARK = Verdict(
    action=Action.REDACT,
    rule="work.mark",
    reason="内部标志，文件须经保密审查后方可公开（条例第十七条，保密法第六十四条）。",
)
_REDACT_NUMBER = Verdict(
    action=Action.REDACT,
    rule="work.circulation",
    reason="内部流转编号属于内部管理信息，应当删除（条例第十六条）。",
)
_REDACT_SECRET = Verdict(
    action=Action.REDACT,
    rule="secret.content",
    reason="带密级文件所载的部署、目标和防护内容，不得公开（条例第十四条，保密法第十四条）。",
)


class WorkRecognizer:
    """Internal marks and numbers anywhere; telling sentences in papers that stay inside."""

    name = "work"
    version = "1"

    def find(self, ctx: ScreeningContext) -> Iterable[Candidate]:
        """Candidates of type WORK_SECRET, or SECRET_CONTENT where the paper is marked."""
        text = ctx.flow.text
        marks = [match.span() for match in _MARK.finditer(text)]
        yield from self._candidates(ctx, marks, "work.mark", 0.85, _REDACT_MARK)
        for match in _CIRCULATION.finditer(ctx.text):
            yield Candidate(
                span=TextSpan(start=match.start("no"), end=match.end("no")),
                type=FindingType.WORK_SECRET,
                score=0.85,
                pattern="work.circulation",
                recognizer=self.name,
                version=self.version,
                verdict=_REDACT_NUMBER,
            )
        marked = has_live_mark(ctx)
        inside = marks or marked or ctx.document_kind in _INSIDE
        if not inside and _ALWAYS.search(text) is None:
            return
        surely, perhaps = self._ranges(ctx, inside=bool(inside))
        kind = FindingType.SECRET_CONTENT if marked else FindingType.WORK_SECRET
        certain = _REDACT_SECRET if marked else _REDACT
        gap = ";；,， "
        yield from self._candidates(
            ctx, joined(text, surely, gap=gap), "work.sentence", 0.7, certain, kind=kind
        )
        yield from self._candidates(
            ctx, joined(text, perhaps, gap=gap), "work.sign", 0.5, _DECIDE, kind=kind
        )

    def _candidates(
        self,
        ctx: ScreeningContext,
        ranges: Iterable[tuple[int, int]],
        pattern: str,
        score: float,
        verdict: Verdict,
        *,
        kind: FindingType = FindingType.WORK_SECRET,
    ) -> Iterator[Candidate]:
        yield from candidates(
            ctx,
            ranges,
            kind=kind,
            score=score,
            pattern=pattern,
            recognizer=self.name,
            version=self.version,
            verdict=verdict,
        )

    def _ranges(
        self, ctx: ScreeningContext, *, inside: bool
    ) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """Ranges of the flow text that tell for sure, and those a person must look at."""
        text, persons = ctx.flow.text, Persons(ctx)
        enough = 3 if ctx.document_kind in _SECURITY else 4
        surely: list[tuple[int, int]] = []
        perhaps: list[tuple[int, int]] = []
        for start, end in ctx.flow.sentences:
            sentence = text[start:end]
            if end - start < 4 or (not inside and not _ALWAYS.search(sentence)):
                continue
            begin = beyond_opening(text, start, end)
            if self._is_labelled(text, start) and end - begin > 3:
                surely.append((begin, end))
                continue
            if _PUBLIC.search(sentence) or self._is_heading(text, begin, end):
                continue
            weight, _ = weigh(sentence, _CUES)
            if weight and _DETAIL.search(sentence):
                weight += 1
            begin = persons.beyond(begin, end)
            if weight >= enough:
                surely.append((begin, end))
            elif weight >= 2:
                perhaps.append((begin, end))
        return surely, perhaps

    def _is_labelled(self, text: str, start: int) -> bool:
        """Whether the sentence begins with a telling label or stands below one."""
        return bool(
            _LABELLED.match(text[start : start + 24].lstrip())
            or _LABEL_ABOVE.search(text[max(0, start - 16) : start])
        )

    def _is_heading(self, text: str, begin: int, end: int) -> bool:
        """Whether the range is a title or a heading: short, without a value, alone on its line."""
        piece = text[begin:end].strip()
        alone = text[end : end + 1] in ("\n", "") or len(piece) <= 6
        if alone and len(piece) <= 12 and not re.search("[0-9]", piece):
            return True
        return text[end : end + 1] in ("\n", "") and bool(_TITLE.search(piece))
