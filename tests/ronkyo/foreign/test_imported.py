"""`@import` of files from the report's folder."""

from pathlib import Path

import pytest
from reading import figures, inner, picture, text_of, warned

from ronkyo.foreign import imports


def write(**files):
    for name, text in files.items():
        path = Path(name.replace("__", "/").replace("_", "."))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    "line", ['@import "{}"', '<!-- @import "{}" -->', "@import '{}'", '  @import "{}";', '@import "./{}"']
)
def test_markdown_stands_where_its_line_stands(report, line):
    write(a_md="---\ntitle: x\n---\n\n### 節\n\n**強** と $x$ [^1]\n\n[^1]: 注\n")
    parsed = report("## 章\n\n前\n\n" + line.format("a.md") + "\n\n後\n")
    assert [text_of(element) for element in parsed.tree.root][:5] == ["章", "前", "節", "強 と 1", "後"]
    assert parsed.warnings == []


def test_paths_in_an_imported_file_are_relative_to_it_and_warnings_name_it(report):
    picture("sub/p.png")
    write(
        sub__a_md='# 副\n\n![](p.png)\n\n![](none.png)\n\n@import "deep/b.md"\n\n[c](c.csv)\n',
        sub__deep__b_md="\n\n[x](#y)\n",
    )
    parsed = report('# 題\n\n@import "sub/a.md"\n\n![](last.png)\n')
    assert len(figures(parsed)) == 3
    assert [warning.partition(": ")[0] for warning in parsed.warnings] == [
        "sub/a.md:5",
        "sub/deep/b.md:3",
        "report.md:5",
    ]
    assert "sub/none.png" in parsed.warnings[0]
    assert parsed.tree.root.xpath("//a/@href") == ["sub/c.csv"]


@pytest.mark.parametrize(
    ("name", "text", "options", "shown"),
    [
        ("a.csv", 'x,y\n1,"2|3"\n', "", "<tr> <td>1</td> <td>2|3</td> </tr>"),
        ("a.csv", "x,y\n", "{code_block=true}", "x,y"),
        ("a.tsv", "x\ty\n1\t2\n", "", "<td>2</td>"),
        ("a.py", "def f():\n    return '[TOC]'\n", "", "language-python"),
        (
            "a.py",
            "a\nb\nc\nd\n",
            "{line_begin=1 line_end=3}",
            '<span class="line">b </span><span class="line">c </span></code>',
        ),
        ("a.txt", "a\n", "{line_begin=² line_end=--1}", "a"),
        ("a.py", "a\nb\n", '{class="line-numbers"}', "line-numbers"),
        ("a.txt", "*a*\n", '{as="markdown"}', "language-markdown"),
        ("a.md", "# a\n", "{code_block=true}", "# a"),
        ("a.js", "x\n", "{code_block=true}", "language-javascript"),
        ("a.unknown", "*a*\n", "", "*a*"),
    ],
)
def test_other_files_are_tables_and_code(report, name, text, options, shown):
    Path(name).write_text(text, encoding="utf-8")
    parsed = report(f'## 章\n\n@import "{name}" {options}\n')
    root = parsed.tree.root
    for mark in root.xpath("//pre//span[not(@class) or not(starts-with(@class, 'line'))]"):
        mark.drop_tag()
    assert shown in inner(parsed)
    assert parsed.warnings == []


def test_pictures_are_shown_with_their_size(report):
    picture("a b.png")
    parsed = report('## 章\n\n@import "a b.png" {width="50%" alt="絵"}\n')
    (image,) = parsed.tree.root.iter("img")
    assert image.get("alt") == "絵"
    assert image.get("style") == "width: 50%"
    assert parsed.warnings == []


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("none.md", "no such file"),
        ("../outside.md", "outside the report's folder, so it is not read"),
        ("link.md", "outside the report's folder, so it is not read"),
        ("https://example.com/a.md", "only files in the report's own folder are read"),
        ("report.md", "it would import itself: report.md"),
        ("cycle.md", None),
        ("a.js", "such a file is not set; {code_block=true} shows it as code"),
        ("broken.py", None),
        ("folder", "no such file"),
        ("empty.csv", None),
    ],
)
def test_what_cannot_be_imported_stays_as_text_with_a_warning(report, tmp_path, address, reason):
    write(cycle_md='文\n\n@import "cycle2.md"\n', cycle2_md='@import "cycle.md"\n', a_js="x", empty_csv="")
    Path("broken.py").write_bytes(b"\xff\x00\xfa\x81")
    Path("folder").mkdir()
    (tmp_path.parent / "outside.md").write_text("secret", encoding="utf-8")
    Path("link.md").symlink_to(tmp_path.parent / "outside.md")
    parsed = report(f'## 章\n\n@import "{address}"\n\n後\n')
    assert f'@import "{address}"' in text_of(parsed.tree.root)
    assert "secret" not in text_of(parsed.tree.root)
    (warning,) = parsed.warnings
    assert reason is None or warning == f'report.md:3: @import "{address}": {reason}; the line stays as text'
    assert warning.startswith("cycle2.md:1: " if address == "cycle.md" else "report.md:3: ")


def test_files_that_import_each_other_end(report):
    for number in range(30):
        Path(f"{number}.md").write_text(f'段{number}\n\n@import "{number + 1}.md"\n' * 2, encoding="utf-8")
    parsed = report('## 章\n\n@import "0.md"\n')
    assert any("at most 200 files are imported, 10 deep" in warning for warning in warned(parsed))


@pytest.mark.parametrize(
    ("most", "limit"),
    [
        ("MOST", "at most 2 files are imported, 10 deep"),
        ("MOST_BYTES", "expected at most 2 bytes in all imported files, found 3"),
    ],
)
def test_what_is_imported_is_bounded_whatever_kind_it_is(report, monkeypatch, most, limit):
    monkeypatch.setattr(imports, most, 2)
    Path("a.txt").write_text("a", encoding="utf-8")
    parsed = report('@import "a.txt"\n\n' * 3)
    assert len(list(parsed.tree.root.iter("pre"))) == 2
    assert warned(parsed) == [f'5: @import "a.txt": {limit}; the line stays as text']
