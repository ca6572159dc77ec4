"""`ronkyo render` as a command."""

import io
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import page as page_validation
import pypdf
import pytest
from lxml import html
from reading import picture, puppeteer, unresolved

from ronkyo import cli
from ronkyo.foreign import render

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("path", ["none.md", "folder"])
def test_a_file_that_cannot_be_read_is_one_clear_line(tmp_path, monkeypatch, capsys, path):
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    assert cli.main(["render", path]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_a_report_is_set_in_a_folder_that_is_no_project(tmp_path):
    (tmp_path / "report.md").write_text("# Report\n\n## One\n\n$x$\n", encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), *filter(None, sys.path)])}
    command = [sys.executable, "-m", "ronkyo.cli", "render", "report.md"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, "warning" in done.stderr) == (0, False)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["report.html", "report.md", "report.pdf"]


def test_the_command_writes_html_and_pdf_and_keeps_both_when_it_fails(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    picture("src/a.png")
    text = puppeteer(
        "", '<div style="text-align:right"><span class="pageNumber"></span>/<span class="totalPages"></span></div>'
    )
    text += "# 題 <b> & 😀\n\n2024/01/02\n\n## 章 A&B\n\n![図](src/a.png)\n\n![無い](src/b.png)\n\n[章](#章-ab) 這𠮷\n"
    Path("報告 1.md").write_text(text, encoding="utf-8")
    assert cli.main(["render", "報告 1.md", "-o", "out/deep"]) == 0
    shown = capsys.readouterr()
    assert "報告 1.md:15: image 'src/b.png': no such file" in shown.err
    assert "HTML -> PDF" in shown.out
    assert sorted(file.name for file in Path("out/deep").iterdir()) == ["報告 1.html", "報告 1.pdf"]
    document = pypdf.PdfReader(io.BytesIO(Path("out/deep/報告 1.pdf").read_bytes()))
    assert document.pages[0].extract_text().rstrip().endswith("1/1")
    page = html.fromstring(Path("out/deep/報告 1.html").read_text(encoding="utf-8"))
    assert not unresolved(page)
    assert not [address for address in page.xpath("//@src") if not address.startswith("data:")]

    before = {file.name: file.read_bytes() for file in Path("out/deep").iterdir()}
    Path("報告 1.md").write_bytes(b"\x80\xff\x00" * 50)
    assert cli.main(["render", "報告 1.md", "-o", "out/deep"]) == 1
    assert capsys.readouterr().err.startswith("報告 1.md: expected a text in UTF-8")
    assert {file.name: file.read_bytes() for file in Path("out/deep").iterdir()} == before


@pytest.mark.parametrize("name", ["images", "notation", "setup"])
def test_a_sample_is_set_as_pdf_a_and_pdf_ua_without_a_complaint(tmp_path, name):
    render.render(ROOT / f"tests/ronkyo/reports/{name}.md", tmp_path, say=lambda _: None)
    for profile in ("pdfa-3a", "pdfua-1"):
        found = page_validation.validate_pdf(str(tmp_path / f"{name}.pdf"), profile=profile)
        assert found.is_compliant, [f"{failure.rule_id} {failure.message}" for failure in found.failures]


@pytest.mark.parametrize("paragraphs", [26, 27, 28])
def test_no_page_has_a_sliver_of_code(tmp_path, paragraphs):
    code = "".join(f"x{number} = {number}\n" for number in range(12))
    file = tmp_path / "a.md"
    file.write_text("## 章\n\n" + "文。\n\n" * paragraphs + f"```python\n{code}```\n", encoding="utf-8")
    render.render(file, say=lambda _: None)
    texts = [page.extract_text() for page in pypdf.PdfReader(tmp_path / "a.pdf").pages]
    assert all(len(re.findall(r"^x\d+ =", text, re.MULTILINE)) not in (1, 2) for text in texts)


def test_the_same_report_gives_the_same_bytes_wherever_it_stands(tmp_path):
    for folder in ("one", "the other"):
        shutil.copytree(ROOT / "tests/ronkyo/reports", tmp_path / folder)
        render.render(tmp_path / folder / "cnn.md", say=lambda _: None)
    for kind in ("html", "pdf"):
        first, second = ((tmp_path / folder / f"cnn.{kind}").read_bytes() for folder in ("one", "the other"))
        assert first == second


def test_a_drawing_that_weasyprint_complains_of_is_a_placeholder_in_the_pdf(tmp_path):
    (tmp_path / "a.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><text y="5" font-family="Arial">𒀀</text></svg>'
    )
    file = tmp_path / "a.md"
    file.write_text("# 題\n\n## 章\n\n![](a.svg)\n", encoding="utf-8")
    (warning,) = render.render(file, language="ja", say=lambda _: None)
    assert warning.startswith(f"{file}:5: image 'a.svg': .notdef glyph")
    assert "画像なし：a.svg" in pypdf.PdfReader(tmp_path / "a.pdf").pages[0].extract_text()
    assert "画像なし" not in (tmp_path / "a.html").read_text(encoding="utf-8")


def test_outputs_never_replace_a_folder_or_the_report_itself(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("a.html").write_text("# 題\n", encoding="utf-8")
    assert cli.main(["render", "a.html"]) == 1
    Path("b.md").write_text("# 題\n", encoding="utf-8")
    Path("b.pdf").mkdir()
    assert cli.main(["render", "b.md"]) == 1
    assert cli.main(["render", "b.md", "-o", "a.html"]) == 1
    assert capsys.readouterr().err.count("\n") == 3
    assert Path("a.html").read_text(encoding="utf-8") == "# 題\n"


@pytest.mark.parametrize(
    "piece",
    [
        "[",
        "![](",
        "$",
        "`",
        "*",
        "<div>",
        "- ",
        "> ",
        "|",
        "[^1]",
        "<!--",
        "{",
        "\\[",
        "&emsp;",
        "==a",
        "==`",
        "^[",
        "[^1]: ",
        "!!! a ",
        "<a ",
        "<a b='",
        "<svg>",
        "\\(",
        "~a",
        "a^b",
    ],
)
def test_time_grows_with_the_length(tmp_path, piece):
    file = tmp_path / "a.md"
    file.write_text(f"## 章\n\n{piece * 1500}\n", encoding="utf-8")
    start = time.perf_counter()
    render.parse(file)
    assert time.perf_counter() - start < 5
