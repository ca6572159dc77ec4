"""The sample reports, and the original one."""

import re
import sys
from pathlib import Path

import pytest
from reading import BOXES, captions, figures, text_of, unresolved

from ronkyo.foreign import decode, pictures, render

ROOT = Path(__file__).parents[3]
SAMPLES = sorted((ROOT / "tests/ronkyo/reports").glob("*.md"))
ORIGINAL = ROOT.parent / "shared/reference/day3-original.md"


@pytest.mark.parametrize("file", SAMPLES, ids=[file.stem for file in SAMPLES])
def test_every_link_of_a_samples_own_resolves(file):
    assert not unresolved(render.parse(file).tree.root)


def test_samples_warn_of_what_they_hold_and_nothing_else(monkeypatch):
    monkeypatch.setitem(sys.modules, "merman", None)  # whether it is installed or not
    found = {file.stem: [warning.split(".md:")[1] for warning in render.parse(file).warnings] for file in SAMPLES}
    missing = "; a placeholder stands for it"
    assert found == {
        "cnn": [
            "107: image 'src\\block.svg': @import url(\"https://fonts.example/css?family=Roboto\"); in it is not read",
            "107: image 'src\\block.svg': https://tracker.example/pixel.png in it is not read",
        ],
        "images": [
            f"47: image 'src/nothing.png': no such file{missing}",
            f"50: image 'C:\\Users\\taro\\Pictures\\a.png': outside the report's folder, so it is not read{missing}",
            f"53: image 'https://example.com/a.png': only files in the report's own folder are read{missing}",
            f"53: image '../conftest.py': outside the report's folder, so it is not read{missing}",
            f"53: image 'src/broken.png': {pictures.UNREADABLE}{missing}",
            f"65: image 'file:///etc/passwd': only files in the report's own folder are read{missing}",
        ],
        "notation": [
            '36: @import "appendix.md": no such file; the line stays as text',
            '38: @import "data.csv": no such file; the line stays as text',
        ],
        "language-model": ["13: a drawing in mermaid is shown as its source: ronkyo[diagrams] is not installed"],
        "regression": ["39: link '#どこにもない': no such heading or anchor; it becomes text"],
        "setup": [
            "80: <script> is left out",
            "81: <iframe> is left out",
            "87: onclick of <a> is left out",
            "87: a link to an address that is not allowed; it becomes text",
        ],
    }


def test_samples_are_in_the_encodings_that_such_files_have():
    assert {file.stem: decode.read(file)[1] for file in SAMPLES} == {
        "cnn": "utf-8",
        "images": "utf-8",
        "language-model": "utf-16-le",
        "notation": "utf-8",
        "regression": "cp932",
        "setup": "utf-8",
    }


@pytest.mark.skipif(not ORIGINAL.exists(), reason="the original report is not here")
def test_the_original_report_is_set_with_every_link_of_its_contents():
    parsed = render.parse(ORIGINAL, boxes=BOXES)
    assert parsed.front.title == "深層学習 DAY3 レポート"
    assert parsed.front.day.isoformat() == "2024-06-16"
    contents = re.findall(r"\[[^\]]*\]\(#([^)]*)\)", ORIGINAL.read_text(encoding="utf-8"))
    assert {heading.id for heading in parsed.tree.headings if heading.level in (2, 3)} == set(contents[1:])
    assert len(contents) > 30
    ids = set(parsed.tree.root.xpath("//@id"))
    assert [anchor for anchor in contents if anchor not in ids] == []
    assert sum(heading.level == 2 for heading in parsed.tree.headings) == 11
    assert not any(heading.number for heading in parsed.tree.headings)
    grids = parsed.tree.root.xpath('//figure[.//div[@class="cell"]]')
    assert [len(grid.xpath('.//div[@class="cell"]')) for grid in grids] == [4, 2, 2]
    assert text_of(grids[0].find(".//div[@class='sub']")) == "hidden_layer_size = 16"
    assert len(figures(parsed)) == 12
    assert captions(parsed) == []
    assert len(parsed.warnings) == 17  # its pictures are not here
