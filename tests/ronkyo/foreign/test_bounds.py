"""Any file ends, in time that grows as its size does, or is refused in one line."""

import os
import re
import resource
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from reading import warned

from ronkyo import cli
from ronkyo.errors import UserError
from ronkyo.foreign import decode, dialect, render

TEXT = "とても長い文章。"


def seconds(file: Path, text: str) -> float:
    """Processor time of a run, in a process of its own."""
    file.write_text(text, encoding="utf-8")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "ronkyo.cli", "-q", "render", "--force", str(file)], check=True, env=os.environ
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def row(cell: str) -> str:
    return f"# A\n\n| a | b |\n|---|---|\n| x | {cell} |\n"


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        (lambda size: row(TEXT * (size // 8)), 1_000, 6_000),  # once 99 s for 4,400
        (lambda size: "# A\n\n" + TEXT * (size // 8), 10_000, 40_000),
        (lambda size: "# A\n\n" + "段落。\n\n" * (size // 5), 2_500, 10_000),
        (lambda size: "# A\n\n" + "## 章\n\n" * (size // 6), 1_200, 4_800),
    ],
    ids=["cell", "line", "paragraphs", "headings"],
)
def test_time_grows_as_the_size_does(tmp_path, text, short, long):
    start = seconds(tmp_path / "a.md", "# A\n\na\n")
    less = max(seconds(tmp_path / "a.md", text(short)) - start, 0.5)
    assert seconds(tmp_path / "a.md", text(long)) - start < 2.5 * long / short * less


SIGNS = {
    "mark": lambda size: "==a " * (size // 4),
    "blanks": lambda size: "a" + " " * size + "b",
    "heading": lambda size: "## a" + " " * size + "b",
    "setext": lambda size: "a\n" * (size // 2) + "---\n",
    "picture": lambda size: "![a](b" + " " * size + "c)",
    "pictures": lambda size: "![a](b.png)\n" * (size // 12),
    "import": lambda size: '@import "a"' + " " * size + "b",
    "quotations": lambda size: "> a\n\n" * (size // 5),
    "boxes": lambda size: ":::message\na\n\n" * (size // 14),
    "question": lambda size: "Q" + " " * size + "a",
    "tag": lambda size: "<div>\n<" + "a" * size + "\n</div>",
    "brackets in HTML": lambda size: "<div>\n" + "\\(" * (size // 2) + "\n</div>",
    "cell": lambda size: "| a |\n|---|\n| " + "**a** b " * (size // 8) + " |\n",
    "code": lambda size: "```python\n" + "a+" * (size // 2) + "\n```\n",
    "pictures in a line": lambda size: "a![a](b.png)\n" * (size // 13),
    "formulas in HTML": lambda size: "<div>\n" + "\\(a\\)\n" * (size // 6) + "</div>",
    "contents of the preview": lambda size: "<!-- code_chunk_output -->\n\n" * (size // 28),
    "elements that go": lambda size: "<div>\n\na\n\n</div>\n\n" * (size // 18),
    "breaks that go": lambda size: '<p align="center">' + "<br>" * (size // 4) + "</p>",
    "rules": lambda size: "---\n\n" * (size // 5),
    "addresses": lambda size: "http://a.b\n" * (size // 11),
    "warnings": lambda size: "![a](b)\n\n" * (size // 9),
    "spans": lambda size: "<table>" + '<tr><td rowspan="999" colspan="999">a</td></tr>' * (size // 47) + "</table>",
}


@pytest.mark.loses
@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("kind", SIGNS)
def test_time_to_read_grows_as_the_size_does(report, kind):
    def read(size: int) -> float:
        start = time.process_time()
        report(f"# A\n\n{SIGNS[kind](size)}\n\nb\n")
        return time.process_time() - start

    read(100)
    assert read(32_000) < 8 * max(read(8000), 0.03)


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ("MOST_HEADINGS", "expected at most 3 headings, found 4"),
        (
            "MOST_ELEMENTS",
            "expected at most 3 elements (paragraphs, cells, lines of code, words that code colours and the like), found 9",
        ),
    ],
)
def test_what_would_take_all_memory_is_refused_with_the_limit(report, monkeypatch, limit, said):
    monkeypatch.setattr(render, limit, 3)
    with pytest.raises(UserError, match=re.escape(f"report.md: {said}")):
        report("## a\n\na\n\n" * 4)


def test_code_that_takes_its_lexer_too_long_has_no_colours_from_there_on(report, monkeypatch):
    code = "x = 1\ny = 2\nz = 3"
    monkeypatch.setattr(dialect, "LEXING", -1)
    (listing,) = report(f"```python\n{code}\n```\n").tree.root.iter("pre")
    assert listing.text_content().strip() == code
    assert not listing.xpath(".//span[@class='mi']")
    monkeypatch.setattr(dialect, "LEXING", 1)
    (listing,) = report(f"```python\n{code}\n```\n").tree.root.iter("pre")
    assert len(listing.xpath(".//span[@class='mi']")) == 3


def test_a_cell_covers_no_more_than_the_limit(report):
    parsed = report('# A\n\n<table><tr><td rowspan="99" colspan="99">a</td></tr><tr><td>b</td></tr></table>\n')
    assert warned(parsed) == ["3: a cell of more than 999 places: its spans are left out"]
    assert not parsed.tree.root.xpath("//@rowspan | //@colspan")


def test_aliases_that_multiply_are_not_written_out(tmp_path):
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30))
    file = tmp_path / "a.md"
    file.write_text(f"---\n{bomb}title: *a29\nlang: *a29\npuppeteer: *a29\n---\n# A\n\ntext\n")
    (warning,) = warned(render.parse(file))
    assert "puppeteer: expected keys, found a list" in warning


# -- what is no file of text --------------------------------------------------------------------------------------------


def test_a_fifo_is_refused_at_once(tmp_path, capsys):
    os.mkfifo(tmp_path / "a.md")
    done = threading.Thread(target=cli.main, args=(["render", str(tmp_path / "a.md")],), daemon=True)
    done.start()
    done.join(20)
    assert not done.is_alive()
    assert capsys.readouterr().err == (
        f"{tmp_path}/a.md: expected a Markdown file, found a FIFO, a socket or a device\n"
    )


@pytest.mark.parametrize("file", ["/dev/zero", "/dev/null", "/dev/tty"])
def test_a_device_is_refused_and_nothing_is_written_beside_it(file, capsys):
    if not Path(file).exists():
        pytest.skip("no such device")
    assert cli.main(["render", file]) == 1
    assert "found a FIFO, a socket or a device" in capsys.readouterr().err
    assert not Path(f"{file}.html").exists()


def test_more_than_the_limit_is_refused_with_it(tmp_path, monkeypatch):
    monkeypatch.setattr(decode, "MOST_BYTES", 1000)
    (tmp_path / "a.md").write_text("a" * 1001)
    with pytest.raises(UserError, match="expected at most 1,000 bytes, found 1,001"):
        decode.read(tmp_path / "a.md")
    (tmp_path / "b.md").write_text("a" * 1000)
    assert decode.read(tmp_path / "b.md")[0] == "a" * 1000


@pytest.mark.parametrize("text", ["①これは②です", "髙橋さんの０～９の値", "№１は㎡で", "﨑と～", "Ⅳ章の㈱あ"])
def test_short_texts_of_windows_are_read_as_such(tmp_path, text):
    (tmp_path / "a.md").write_bytes(f"# 題です\n\n{text}、ここに書く。\n".encode("cp932"))
    assert decode.read(tmp_path / "a.md") == (f"# 題です\n\n{text}、ここに書く。\n", "cp932")


# -- what is there already ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.html", b"<!doctype html><title>by hand</title>"),
        ("a.html", b""),
        ("a.html", b'<meta name="generator" content="another">'),
        ("a.pdf", b"%PDF-1.7 by another tool"),
        ("a.pdf", b"not even a PDF"),
    ],
)
def test_what_another_tool_wrote_is_overwritten_by_force_alone(tmp_path, capsys, name, content):
    file, target = tmp_path / "a.md", tmp_path / name
    file.write_text("# A\n\ntext\n")
    target.write_bytes(content)
    assert cli.main(["render", str(file)]) == 1
    assert capsys.readouterr().err == f"{target}: was not written by ronkyo; --force overwrites it\n"
    assert target.read_bytes() == content
    assert {path.name for path in tmp_path.iterdir()} == {"a.md", name}
    assert cli.main(["render", str(file), "--force"]) == 0
    assert target.read_bytes() != content


def test_its_own_outputs_are_overwritten(tmp_path):
    file = tmp_path / "a.md"
    for text in ("one", "two"):
        file.write_text(f"# A\n\n{text}\n")
        assert cli.main(["render", str(file)]) == 0
    assert "two" in file.with_suffix(".html").read_text()


def test_a_pdf_of_another_tool_is_known_by_what_it_says_of_itself(tmp_path):
    import pypdf

    file = tmp_path / "a.md"
    file.write_text("# A\n\ntext\n")
    with pypdf.PdfWriter() as writer:
        writer.add_blank_page(100, 100)
        writer.add_metadata({"/Creator": "another"})
        writer.write(tmp_path / "a.pdf")
    with pytest.raises(UserError, match="was not written by ronkyo"):
        render.render(file, say=lambda _: None)
