"""The words of the workbench for codes of the register."""

from __future__ import annotations

from datetime import date

from bureau.register.models import ReviewItem
from domain.decisions import STATE_NAMES, ReviewState
from domain.findings import Action, Category, FindingType
from domain.labels import LABEL_NAMES, Ground, Label

LABEL_SHAPES = {"proactive": "▲", "on_request": "◆", "exempt": "■", "": "○"}
ACTION_NAMES = {Action.KEEP: "留", Action.REDACT: "遮", Action.MUST_DECIDE: "定"}
CATEGORY_BADGES = {
    Category.PRIVATE: "私",
    Category.STATE_SECRET: "密",
    Category.TRADE_SECRET: "商",
    Category.WORK_SECRET: "工",
}
TYPE_NAMES = {
    FindingType.PERSON: "姓名",
    FindingType.ID_CARD: "证件号码",
    FindingType.PHONE: "电话",
    FindingType.ADDRESS: "住址",
    FindingType.BANK_CARD: "银行账号",
    FindingType.EMAIL: "电子邮箱",
    FindingType.PLATE: "车牌",
    FindingType.PASSPORT: "护照与通行证",
    FindingType.WECHAT_QQ: "微信与 QQ",
    FindingType.BIRTH_DATE: "出生日期",
    FindingType.HEALTH: "健康情况",
    FindingType.FAMILY: "家庭情况",
    FindingType.MINOR: "未成年人",
    FindingType.SECRET_MARK: "密级标志",
    FindingType.SECRET_CONTENT: "涉密内容",
    FindingType.TRADE_SECRET: "商业秘密",
    FindingType.WORK_SECRET: "工作秘密",
    FindingType.USCC: "统一社会信用代码",
    FindingType.COORDINATES: "坐标",
    FindingType.UNREADABLE: "不可读区域",
}
STATUTES = {
    "tiaoli-2019": "条例",
    "anquan-shengchan-fa-2021": "安全生产法",
    "xingzheng-chufa-fa-2021": "行政处罚法",
    "baoshou-guojia-mimi-fa-2024": "保密法",
}
_DIGITS = "零一二三四五六七八九"


def label_name(label: str) -> str:
    """A label's Chinese name; 待人工 where the machine abstained."""
    return LABEL_NAMES[Label(label)] if label else "待人工"


def state_name(item: ReviewItem) -> str:
    """A state's Chinese name."""
    return STATE_NAMES[ReviewState(item.state)]


def confidence(probability: float | None) -> str:
    """Confidence in words first: 很可能, 存疑, 待人工."""
    if probability is None:
        return "待人工"
    return "很可能" if probability >= 0.8 else "存疑"


def chinese_number(number: int) -> str:
    """1 to 99 in Chinese numerals, as articles are cited."""
    tens, ones = divmod(number, 10)
    head = "" if not tens else ("十" if tens == 1 else _DIGITS[tens] + "十")
    return head + (_DIGITS[ones] if ones or not head else "")


def citation(ground: Ground) -> str:
    """A ground as it is cited: 条例第二十条第（六）项."""
    text = f"{STATUTES.get(ground.statute, ground.statute)}第{chinese_number(ground.article)}条"
    if ground.paragraph and ground.article not in (14, 15, 19, 21, 27):
        text += f"第{chinese_number(ground.paragraph)}款"
    if ground.item:
        text += f"第（{chinese_number(ground.item)}）项"
    return text


def due_words(due_on: date | None, today: date) -> str:
    """A deadline in words: 今日到期, 还剩 5 天, 超期 2 天."""
    if due_on is None:
        return "期限不明"
    days = (due_on - today).days
    if days < 0:
        return f"超期 {-days} 天"
    return "今日到期" if days == 0 else f"还剩 {days} 天"
