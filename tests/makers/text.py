"""Plain text and web pages for tests, in the encodings that offices use."""

from __future__ import annotations

import codecs

LETTER = "关于做好值班工作的通知\r\n　　各乡镇人民政府：\r\n\r\n电话：０７４４－３２２２２２２ \n"


def encoded(text: str, encoding: str) -> bytes:
    """The text in an encoding; ``utf-8-sig``, ``utf-16-le`` and ``utf-16-be`` carry their mark."""
    marks = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
    return marks.get(encoding, b"") + text.encode(encoding)


def page(body: str, *, head: str = "", charset: str = "utf-8") -> bytes:
    """A web page in the charset that it declares."""
    text = f'<html><head><meta charset="{charset}">{head}</head><body>{body}</body></html>'
    return text.encode(charset)
