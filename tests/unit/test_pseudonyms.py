"""One pseudonym a person, the same all through, and nobody else's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redaction.matching import fold
from redaction.pseudonyms import pseudonyms


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        # alone with the family name: fixed width, however long the name
        (["耿明远"], {"耿明远": "耿某某"}),
        (["耿明"], {"耿明": "耿某某"}),
        # people of one family name: by first appearance
        (["黄测试", "黄样例"], {"黄测试": "黄某甲", "黄样例": "黄某乙"}),
        (["黄样例", "黄测试", "黄样例"], {"黄样例": "黄某甲", "黄测试": "黄某乙"}),
        (
            ["黄测试", "耿明远", "黄样例"],
            {"黄测试": "黄某甲", "耿明远": "耿某某", "黄样例": "黄某乙"},
        ),
        # compound family names stay whole; the simple one inside is another family
        (["欧阳海燕"], {"欧阳海燕": "欧阳某某"}),
        (["欧阳海燕", "欧阳思远"], {"欧阳海燕": "欧阳某甲", "欧阳思远": "欧阳某乙"}),
        (["欧阳海燕", "欧小英"], {"欧阳海燕": "欧阳某某", "欧小英": "欧某某"}),
        # names of other peoples keep their first character, as courts do
        (["买买提·艾山"], {"买买提·艾山": "买某某"}),
        # the same person in any disguise
        (["林健", "林　健", "林\n健"], {"林健": "林某某"}),
    ],
)
def test_pseudonyms_by_family_name_and_appearance(
    names: list[str], expected: dict[str, str]
) -> None:
    assert dict(pseudonyms(names)) == {fold(name).text: value for name, value in expected.items()}


def test_a_name_masked_before_is_nobody_else_s_pseudonym() -> None:
    assert pseudonyms(["张建业", "张晓红"], taken="执法人员张某甲到场")["张建业"] == "张某乙"
    assert pseudonyms(["张建业"], taken="参保人员张某某冒用证件")["张建业"] == "张某甲"
    assert pseudonyms(["张建业"], taken="参保人员张 某 某冒用证件")["张建业"] == "张某甲"


_NAMES = st.lists(
    st.builds(
        "".join,
        st.tuples(st.sampled_from("张王李欧"), st.text("明远海燕丽华", min_size=1, max_size=2)),
    ),
    min_size=1,
    max_size=30,
)


@given(_NAMES)
def test_different_people_never_share_a_pseudonym(names: list[str]) -> None:
    given_names = pseudonyms(names)
    assert set(given_names) == set(names)
    assert len(set(given_names.values())) == len(given_names)
    for name, pseudonym in given_names.items():
        assert pseudonym[0] == name[0]
        assert name[1:] not in pseudonym
