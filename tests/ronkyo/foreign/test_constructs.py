"""What docs/dialect.md says of the dialect."""

import constructs
import pytest

ENTRIES = [entry for entry in constructs.read() if "name" in entry]


@pytest.mark.parametrize("entry", ENTRIES, ids=[entry["name"] for entry in ENTRIES])
def test_a_construct_is_set(tmp_path, entry):
    constructs.fill(tmp_path)
    page, warnings = constructs.ours(entry["source"], tmp_path)
    assert constructs.shown(page, entry) == "yes"
    wanted = [entry["warned"]] if "warned" in entry else []
    assert len(warnings) == len(wanted)
    assert all(part in warning for part, warning in zip(wanted, warnings, strict=True))


def test_the_page_says_what_the_data_do():
    assert constructs.PAGE.read_text(encoding="utf-8") == constructs.written()


def test_names_differ():
    assert len({entry["name"] for entry in ENTRIES}) == len(ENTRIES)
