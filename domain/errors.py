"""One error tree: a stable code, whether to try again, and one Chinese sentence for the user.

Messages never hold text of a document. The name of a file is put before the message by whoever
shows it.
"""

from __future__ import annotations


class GongkaiError(Exception):
    """Base of every error gongkai raises on purpose.

    ``code`` is stable and goes to logs; ``message`` is one Chinese sentence with the remedy;
    ``retryable`` tells a schedule whether to try again by itself.
    """

    code: str = "error"
    message: str = "处理失败，请联系运维人员。"
    retryable: bool = False

    def __init__(self, message: str | None = None, *, code: str | None = None) -> None:
        self.code = code or type(self).code
        self.message = message or type(self).message
        # only the code reaches tracebacks and logs
        super().__init__(self.code)

    def __str__(self) -> str:
        return self.code


class UnreadableFile(GongkaiError):
    """A file that cannot be read as any document: refused by name."""

    code = "unparseable"
    message = "无法解析：文件已损坏或格式与扩展名不符。请用原程序打开并另存后重新投放。"


class EmptyFile(UnreadableFile):
    """Zero bytes."""

    code = "empty_file"
    message = "空文件：文件大小为 0 字节。请检查扫描或复制是否完成后重新投放。"


class EncryptedFile(UnreadableFile):
    """Needs a password."""

    code = "encrypted"
    message = "加密：文件设有打开密码，无法读取。请去除密码后重新投放。"


class UnsupportedFormat(UnreadableFile):
    """A known format this installation cannot read yet."""

    code = "unsupported_format"
    message = "暂不支持此格式。请另存为 docx、pdf、xlsx、html 或 txt 后重新投放。"


class TooLarge(UnreadableFile):
    """Over a limit of size, pages, parts, ratio or nesting."""

    code = "too_large"
    message = "文件超出处理上限（大小、页数或压缩比）。请拆分后重新投放。"


class SandboxKilled(UnreadableFile):
    """The reader exceeded its limits or died."""

    code = "reader_died"
    message = "读取时超出资源限制或读取程序崩溃，已停止。请用原程序另存后重新投放。"


class NotYetReadable(GongkaiError):
    """A young or busy file: wait, do not fail."""

    code = "not_yet_readable"
    message = "文件仍在写入或被占用，稍后自动重试。"
    retryable = True


class RefusedPath(GongkaiError):
    """A symlink, a special file or a path outside the inbox."""

    code = "refused_path"
    message = "已拒绝：收件夹中不接受快捷方式（符号链接）或收件夹以外的文件。请直接放入文件本身。"


class QuarantinedFile(GongkaiError):
    """A secrecy mark in a 版头: refused in every mode."""

    code = "quarantined"
    message = (
        "文件版头有密级标志，已停止处理并停放。请立即报告保密审查员（保密法第四十七条），"
        "不要在本系统中再次处理。"
    )


class DigestMismatch(GongkaiError):
    """Spans that belong to another text."""

    code = "digest_mismatch"
    message = "决定与文件内容不一致（文件已变化）。请重新打开该文件核对后再提交。"


class UndecidedFinding(GongkaiError):
    """A finding without a person's verdict blocks publication."""

    code = "undecided_finding"
    message = "仍有发现未作决定，不能发布。请逐条选择保留或遮盖。"


class CannotMask(GongkaiError):
    """A writer that cannot remove a mark safely refuses."""

    code = "cannot_mask"
    message = "无法安全遮盖该文件中的内容，已拒绝生成副本。请改用可编辑的原件（docx）重新投放。"


class LeakFound(GongkaiError):
    """The finished bytes still hold something that was to be removed."""

    code = "leak_found"
    message = "复核发现成品中仍可读出应遮盖的内容，已阻止发布。请报告运维人员。"


class MissingComponent(GongkaiError):
    """A program or data file found at run time is not installed."""

    code = "missing_component"
    message = "缺少运行所需的组件。请运行 gongkai doctor 查看安装办法。"


class StaleSave(GongkaiError):
    """Somebody else changed the item since it was opened."""

    code = "stale_save"
    message = "该件已被他人更新，您的修改未覆盖对方内容。请核对最新内容后再次保存。"


class NotAllowed(GongkaiError):
    """The account's role does not permit the act, or maker and checker are one person."""

    code = "not_allowed"
    message = "您的账号无权执行此操作。"


class IllegalTransition(GongkaiError):
    """A step the item's state does not admit."""

    code = "illegal_transition"
    message = "该件当前状态不允许此操作。请刷新后查看最新状态。"


class AlreadyRunning(GongkaiError):
    """Another run holds the lock; not a failure."""

    code = "already_running"
    message = "已有运行，本次不重复处理。"


class StorageFull(GongkaiError):
    """No room left; nothing half-written stays."""

    code = "storage_full"
    message = "磁盘空间不足，已停止且未留下不完整文件。请清理磁盘后重试。"
    retryable = True


class MissingCalendar(GongkaiError):
    """A year without a published holiday calendar: deadline unknown, never plain weekdays."""

    code = "missing_calendar"
    message = "缺少该年度的节假日安排，期限无法计算。请导入国务院办公厅公布的放假通知。"

    def __init__(self, year: int) -> None:
        super().__init__()
        self.year = year
