"""Nothing of what is removed can be read again; everything else stays as it was."""

from __future__ import annotations

import io
import subprocess
from collections import Counter
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

import pikepdf
import pytest

from domain.documents import ExtractedText
from domain.publication import RedactionPlan, WrittenCopy
from pipelines.extraction.pdf import extract
from redaction.matching import fold
from redaction.writers.pdf import write
from tests.makers.attacks_pdf import LINES, NAME, Attack, attacks
from tests.makers.pdf import make_pdf
from tests.unit.pdf_evidence import (
    GROUND,
    changed_pixels,
    covered_places,
    grey,
    grey_by_poppler,
    meanings,
    outlines,
    pdfium_text,
    plan_for,
    programs,
    texts,
    traces,
)

ATTACKS = attacks()
NAMES = tuple(ATTACKS)
VECTOR = tuple(name for name, attack in ATTACKS.items() if attack.method == "vector")
# pdfium hints CFF in an OpenType wrapper, which copies do not have; and of text drawn twice it may
# move one drawing by a pixel and not the other
HINTED_OR_DOUBLED = {"opentype_cff": 40, "bold_by_repetition": 60}
LABEL_CHARACTERS = set(GROUND)


@cache
def redacted(name: str) -> tuple[Attack, ExtractedText, RedactionPlan, WrittenCopy]:
    attack = ATTACKS[name]
    extracted = extract(attack.data)
    # a line that runs up the page may be read from either end
    plan = plan_for(extracted, [*attack.secrets, *(s[::-1] for s in attack.secrets)])
    return attack, extracted, plan, write(attack.data, extracted, plan)


def without_labels(text: str) -> str:
    folded = fold(text).text
    for label in (GROUND, "个人隐私"):
        folded = folded.replace(fold(label).text, "")
    return folded


@pytest.mark.parametrize("name", NAMES)
def test_no_secret_is_found_again(name: str, tmp_path: Path) -> None:
    attack, _, _, copy = redacted(name)
    assert traces(copy.data, attack.secrets, tmp_path) == []


@pytest.mark.parametrize("name", NAMES)
def test_page_goes_out_by_the_expected_method(name: str) -> None:
    attack, _, _, copy = redacted(name)
    assert copy.method == attack.method, copy.notes


@pytest.mark.parametrize("name", VECTOR)
def test_fonts_hold_the_kept_characters_only(name: str) -> None:
    attack, _, _, copy = redacted(name)
    allowed = set(attack.kept) | LABEL_CHARACTERS | {" "}
    assert meanings(copy.data) <= allowed
    shapes = set(outlines(copy.data))
    assert len(shapes) <= len(set(attack.kept)) + len(LABEL_CHARACTERS) + 2


@pytest.mark.parametrize("name", ["subset_font", "cid_map", "type1", "cff_cid", "old_revision"])
def test_the_shape_of_a_rare_character_is_gone(name: str) -> None:
    copy = redacted(name)[3]
    rare = outlines_of(name.startswith(("type1", "cff")), "祎喆")
    assert len(rare) == 2
    assert not set(outlines(copy.data)) & rare
    kept = outlines_of(name.startswith(("type1", "cff")), "申决")
    assert kept <= set(outlines(copy.data)), "the comparison would see a character that stayed"


def outlines_of(cubic: bool, chars: str) -> set[str]:
    """The shapes of characters as the writer writes them when they are kept."""
    from tests.makers.pdf_fonts import in_font

    source = in_font("cid_cff", [chars]) if cubic else make_pdf([[chars]])
    extracted = extract(source)
    copy = write(source, extracted, plan_for(extracted, []))
    return set(outlines(copy.data))


@pytest.mark.parametrize("name", NAMES)
def test_other_text_stays_readable(name: str, tmp_path: Path) -> None:
    attack, _, _, copy = redacted(name)
    wanted = Counter(fold(attack.kept).text)
    for reader, text in texts(copy.data, tmp_path).items():
        lost = wanted - Counter(without_labels(text))
        assert lost.total() <= 0.005 * wanted.total(), f"{reader} misses {dict(lost)}"


@pytest.mark.parametrize("name", [n for n in VECTOR if n not in {"scattered", "turned_line"}])
def test_other_text_stays_in_order(name: str) -> None:
    attack, _, _, copy = redacted(name)
    wanted, found = fold(attack.kept).text, without_labels(extract(copy.data).text)
    blocks = SequenceMatcher(None, wanted, found, autojunk=False).get_matching_blocks()
    assert sum(block.size for block in blocks) >= 0.995 * len(wanted) - 1


@pytest.mark.parametrize("dpi", [72, 100])
@pytest.mark.parametrize("name", VECTOR)
def test_pixels_outside_the_marks_are_the_same(name: str, dpi: int) -> None:
    attack, extracted, plan, copy = redacted(name)
    for page_index in range(len(extracted.pages)):
        covered = covered_places(extracted, plan, page_index)
        was, now = (grey(data, page_index, dpi) for data in (attack.data, copy.data))
        changed = changed_pixels(was, now, covered, dpi, wobble_px=1)
        assert changed <= HINTED_OR_DOUBLED.get(name, 0)
        if "pdftoppm" in programs() and name != "annotations":
            was, now = (grey_by_poppler(d, page_index, dpi) for d in (attack.data, copy.data))
            assert changed_pixels(was, now, covered, dpi) == 0


@pytest.mark.parametrize("name", NAMES)
def test_the_same_input_gives_the_same_bytes(name: str) -> None:
    attack, extracted, plan, copy = redacted(name)
    assert write(attack.data, extracted, plan).data == copy.data


@pytest.mark.parametrize("name", NAMES)
def test_copy_holds_pages_and_nothing_else(name: str, tmp_path: Path) -> None:
    _, extracted, _, copy = redacted(name)
    with pikepdf.open(io.BytesIO(copy.data)) as pdf:
        assert set(pdf.Root.keys()) == {"/Type", "/Pages"}
        assert "/Info" not in pdf.trailer
        assert "/Encrypt" not in pdf.trailer
        assert len(pdf.pages) == len(extracted.pages)
        for page in pdf.pages:
            allowed = {"/Type", "/Parent", "/MediaBox", "/Contents", "/Resources"}
            assert set(page.obj.keys()) - {"/Rotate", "/Group"} == allowed
            sections = set(page.obj.Resources.keys())
            assert sections <= {"/Font", "/XObject", "/ExtGState", "/ColorSpace"}
    if "qpdf" in programs():
        path = tmp_path / "copy.pdf"
        path.write_bytes(copy.data)
        subprocess.run(["qpdf", "--check", str(path)], check=True, capture_output=True)


def test_labels_tell_the_ground() -> None:
    _, _, _, copy = redacted("subset_font")
    assert "个人隐私" in fold(pdfium_text(copy.data)).text


def test_other_mention_of_a_name_survives_when_only_one_is_marked() -> None:
    data = make_pdf([[f"局长{NAME}主持会议。", f"申请人{NAME}提出申请。"]])
    extracted = extract(data)
    second = plan_for(extracted, [NAME]).marks[1]
    plan = plan_for(extracted, [], spans=[second.span])
    copy = write(data, extracted, plan)
    text = fold(pdfium_text(copy.data)).text
    assert copy.method == "vector"
    assert text.count(NAME) == 1
    assert text.startswith(f"局长{NAME}主持")


def test_attack_lines_hold_what_they_claim() -> None:
    assert NAME in LINES[1]
    for name, attack in ATTACKS.items():
        assert attack.secrets, name
        assert not any(secret in attack.kept for secret in attack.secrets), name
