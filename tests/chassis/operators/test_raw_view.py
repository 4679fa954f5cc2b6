"""Bytes are shown as what they are, and never as what they could do."""

import pytest

from chassis.operations.rawview import MOST, shown


def looked_at(raw):
    found = shown(raw)
    return found["form"], found["text"]


def test_bytes_are_shown_as_what_they_are():
    assert looked_at(b'{"a":[1,"\xc3\xa6"]}') == ("json", '{\n  "a": [\n    1,\n    "æ"\n  ]\n}')
    assert looked_at(b'{"a":1,"a":2}') == ("text", '{"a":1,"a":2}')
    assert looked_at(b"[" * 100_000)[0] == "text"
    assert looked_at("Hei på deg\nog\tmeg".encode()) == ("text", "Hei på deg\nog\\u0009meg")
    assert looked_at(b"") == ("text", "")
    assert looked_at(b"\xff\xfe") == ("hex", "000000  ff fe                                            ..")
    assert looked_at(bytes(range(0x30, 0x50)))[0] == "text"


def test_what_would_turn_round_or_hide_what_is_shown_is_written_as_its_number():
    form, text = looked_at('{"name": "a\u202eb\u200bc\ue000"}'.encode())

    assert form == "json"
    assert "\\u202eb\\u200bc\\ue000" in text


@pytest.mark.parametrize(
    "raw", [b"\xff" * (MOST + 1), b"a" * (MOST + 1), b'"' + b"a" * MOST + b'"', "å".encode() * MOST]
)
def test_of_many_bytes_the_first_are_shown(raw):
    found = shown(raw)

    assert found["cut"]
    assert found["size"] == len(raw)
    assert len(found["text"]) <= 6 * MOST
    assert not shown(raw[: MOST // 2])["cut"]


def test_a_character_that_is_cut_in_two_makes_no_numbers_of_a_text():
    found = shown(b"a" + "å".encode() * MOST)

    assert (found["form"], found["text"][:3]) == ("text", "aåå")
