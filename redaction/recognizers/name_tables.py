"""Names in forms, columns, rows of names and under signatures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from redaction.recognizers.name_cutting import NameCutter, Place
from redaction.recognizers.name_forms import (
    HAN,
    MASKED,
    is_common,
    is_han_name,
    is_special_name,
    looks_transcribed,
    never_names,
    surname_length,
)
from redaction.recognizers.name_lists import glued, items
from redaction.recognizers.name_slots import Mention, from_items, line_end
from redaction.recognizers.name_words import ends_with_organization, label_role, title_before

_DATE = (
    r"(?:(?:19|20)[0-9]{2}\s?[年./-]|[0-9]{1,2}\.[0-9]{1,2}(?![0-9.])"
    r"|[0-9]{1,2}月[0-9]{1,2}日|[0-9]{1,2}/[0-9]{1,2})"
)
_SIGNED = re.compile(
    rf"(?m)(?:(?<=[。\s)])|(?<=日,)|^)((?:[{HAN}]{{2,4}}\s{{1,6}}){{0,3}}[{HAN}]{{2,4}})"
    rf"(?:(?:代签|代)?\s{{1,6}}(?={_DATE})|(?<=[{HAN}])(?=\n|\)|$))"
)
_BEFORE_SIGNATURE = re.compile(r"(?:[。)]\s{2,}|\s{3}|日,)$")
_TOKEN = rf"[{HAN}][{HAN}·]{{1,11}}"
_REMARK = r"(?:\s?\([^()\n]{1,24}\))?"
_ROW = re.compile(rf"(?m)^[ ]*({_TOKEN}(?:[ ]+{_TOKEN}){{2,}})[ ]*$")
_LIST = re.compile(rf"(?<![{HAN}·])({_TOKEN}{_REMARK}(?:、{_TOKEN}{_REMARK})+)")
_NUMBER_HEADING = re.compile("身份证|证件号|护照|公民身份")
_SPACES = re.compile(r"\S+")
_FEWEST_COLUMNS = 3


def _rows(text: str) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """Lines with tabs as (line index, ranges of the cells)."""
    position = 0
    for index, line in enumerate(text.split("\n")):
        if "\t" in line:
            cells: list[tuple[int, int]] = []
            start = position
            for piece in line.split("\t"):
                cells.append((start, start + len(piece)))
                start += len(piece) + 1
            yield index, cells
        position += len(line) + 1


def _heading_role(content: str) -> str:
    """The role of a heading cell, or "" where the cell is none."""
    bare = re.sub(r"\([^()]*\)|[\s:：*※]", "", content)
    if not 1 < len(bare) <= 14:
        return ""
    for part in re.split(r"[/、及和与]", bare):
        role = label_role(part)
        if role:
            return role
    return ""


def forms_and_columns(cutter: NameCutter) -> Iterator[Mention]:
    """Forms (label cell, value cell) and columns headed by a label.

    Cells of a headed table under other headings are noted in ``cutter.other_cells``.
    """
    text = cutter.text
    heads: dict[int, str] = {}
    headed = numbers = False
    last_line = -2
    for line_index, cells in _rows(text):
        if line_index != last_line + 1:
            heads, headed, numbers = {}, False, False
        last_line = line_index
        roles = [_heading_role(text[start:end]) for start, end in cells]
        if not headed and _is_heading(text, cells, roles):
            heads = {i: role for i, role in enumerate(roles) if role}
            headed = True
            numbers = bool(_NUMBER_HEADING.search(text[cells[0][0] : cells[-1][1]]))
            continue
        for column, (start, end) in enumerate(cells):
            role = roles[column - 1] if column and not headed else ""

            pattern = "form"
            if not role and column in heads:
                role, pattern = heads[column], "column"
            if role and not roles[column]:
                found = from_items(items(cutter, start, end), pattern, role)
                if pattern == "column" and numbers:
                    found = (replace(m, roles=(*m.roles, "id_table")) for m in found)
                yield from found
            elif column + 1 < len(cells) and _is_post(text[slice(*cells[column + 1])]):
                if cutter.name_at(start, Place.SURE) == end:
                    yield Mention(
                        start=start, end=end, pattern="column", roles=("official",), sure=True
                    )
            elif headed:
                cutter.other_cells.add((start, end))


def _is_post(content: str) -> bool:
    """Whether a cell holds an office ("党组书记、局长")."""
    return title_before(content.strip())[1] == "official"


def _is_heading(text: str, cells: list[tuple[int, int]], roles: list[str]) -> bool:
    """A row of headings: no label in it is followed by a value of its own."""
    named = [i for i, role in enumerate(roles) if role]
    if not named or len(cells) < 2:
        return False
    if any(re.search("[0-9]{4}", text[start:end]) for start, end in cells):
        return False
    bare = [re.sub(r"\s", "", text[start:end]) for start, end in cells]
    for i in named:
        # "王五 | 局长": the post is a value beside its name
        if i and not roles[i - 1] and is_han_name(bare[i - 1]) and not is_common(bare[i - 1]):
            return False
        if i + 1 < len(cells) and _is_value(bare[i + 1]):
            return False
    return len(cells) >= _FEWEST_COLUMNS or len(named) > 1


def _is_value(content: str) -> bool:
    """Whether a cell holds a name rather than one more heading."""
    if not content or content in never_names() or is_common(content) or label_role(content):
        return False
    return is_han_name(content) or bool(MASKED.fullmatch(content)) or looks_transcribed(content)


def spaced_columns(cutter: NameCutter) -> Iterator[Mention]:
    """Columns set with spaces: the word under 姓名 in each line below the headings."""
    text = cutter.text
    column, role = -1, ""
    position = 0
    for line in text.split("\n"):
        words = [(m.start() + position, m.end() + position) for m in _SPACES.finditer(line)]
        position += len(line) + 1
        if "\t" in line or len(words) < _FEWEST_COLUMNS:
            column = -1 if not line.strip() else column
            continue
        roles = [_heading_role(text[start:end]) for start, end in words]
        digits = any(char.isdigit() for char in line)
        if any(roles) and not digits and ":" not in line:
            column = next(i for i, found in enumerate(roles) if found)
            role = roles[column]
        elif 0 <= column < len(words):
            start, end = words[column]
            if cutter.name_at(start, Place.SURE) == end:
                roles_found = () if role == "neutral" else (role,)
                yield Mention(start=start, end=end, pattern="column", roles=roles_found, sure=True)


def signatures(cutter: NameCutter) -> Iterator[Mention]:
    """Names before a date or alone behind an opinion: "同意。  王五  2024年5月6日"."""
    text = cutter.text
    for match in _SIGNED.finditer(text):
        row = text[text.rfind("\n", 0, match.start(1)) + 1 : line_end(text, match.start(1))]
        if "\t" in row and "。" not in row:
            continue
        dated = bool(re.match(rf"[代签\s]*{_DATE}", text[match.end(1) : match.end(1) + 12]))
        spaced = text[max(0, match.start(1) - 3) : match.start(1)]
        if not dated and not _BEFORE_SIGNATURE.search(
            text, max(0, match.start(1) - 4), match.start(1)
        ):
            continue
        for piece in re.finditer(f"[{HAN}]+", match.group(1)):
            name, start = piece.group(), match.start(1) + piece.start()
            if name.endswith("代签"):
                name = name[:-2]
            end = start + len(name)
            if not _may_sign(cutter, name, start, end) or (start, end) in cutter.other_cells:
                continue
            if dated or cutter.modelled(start, end) is not None or spaced.isspace():
                yield Mention(
                    start=start, end=end, pattern="signature", roles=("signature",),
                    sure=not is_common(name),
                )  # fmt: skip


def _may_sign(cutter: NameCutter, name: str, start: int, end: int) -> bool:
    if name in never_names() or label_role(name) or ends_with_organization(name):
        return False
    if name in cutter.known or cutter.modelled(start, end) is not None:
        return True
    return is_han_name(name) and not is_common(name) and bool(surname_length(name))


def rows_of_names(cutter: NameCutter) -> Iterator[Mention]:
    """Lines and lists most of whose members are names: the rest are names too."""
    text = cutter.text
    for pattern in (_ROW, _LIST):
        for match in pattern.finditer(text):
            pieces = [
                (m.start() + match.start(1), m.end() + match.start(1))
                for m in re.finditer(_TOKEN, re.sub(r"\([^()]*\)", _blank, match.group(1)))
            ]
            pieces[0] = _without_prefix(cutter, *pieces[0])
            pieces[-1] = _without_rest(cutter, *pieces[-1])
            certain = [_is_certain(cutter, *piece) for piece in pieces]
            shaped = [_may_join(cutter, *piece) for piece in pieces]
            likely = sum(a or b for a, b in zip(certain, shaped, strict=True))
            if not any(certain) or likely < 0.6 * len(pieces):
                continue
            for start, end in pieces:
                name = text[start:end]
                if _is_certain(cutter, start, end) or _may_join(cutter, start, end):
                    yield Mention(
                        start=start, end=end, pattern="list", roles=("listed",), sure=True
                    )
                elif is_common(name) and is_han_name(name) and likely > 1:
                    if name not in never_names() and not label_role(name):
                        yield Mention(start=start, end=end, pattern="list", roles=("listed",))
                else:
                    yield from from_items(glued(cutter, start, name), "list", "listed")


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


def _without_prefix(cutter: NameCutter, start: int, end: int) -> tuple[int, int]:
    """The first member without what leads up to the list ("由县局王五")."""
    if _is_certain(cutter, start, end):
        return start, end
    found = cutter.name_before(end, Place.POST)
    return (found, end) if found > start else (start, end)


def _without_rest(cutter: NameCutter, start: int, end: int) -> tuple[int, int]:
    """The last member without what follows the list ("王五参加")."""
    if _is_certain(cutter, start, end):
        return start, end
    found = cutter.name_at(start, Place.POST)
    return (start, found) if start < found < end else (start, end)


def _is_certain(cutter: NameCutter, start: int, end: int) -> bool:
    name = cutter.text[start:end]
    if name in never_names() or label_role(name):
        return False
    return name in cutter.known or (cutter.modelled(start, end) is True and not is_common(name))


def _may_join(cutter: NameCutter, start: int, end: int) -> bool:
    name = cutter.text[start:end]
    if name in never_names() or label_role(name) or ends_with_organization(name):
        return False
    return not is_common(name) and (
        is_han_name(name) or is_special_name(name) or looks_transcribed(name)
    )
