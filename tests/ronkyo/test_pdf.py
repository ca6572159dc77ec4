"""The PDF as a file: two standards at once, the same bytes everywhere, nothing but the project's own inside."""

import base64
import gc
import io
import mimetypes
import os
import shutil
import subprocess
import sys
import time
import warnings
from datetime import date
from importlib.metadata import distribution
from pathlib import Path
from string import printable

import page as page_validation
import pypdf
import pypdfium2
import pytest
import weasyprint
from PIL import Image, ImageFile

from ronkyo import plotting
from ronkyo.check.report import structure
from ronkyo.errors import ReportError
from ronkyo.typeset import fonts, mathjax, pdf
from ronkyo.typeset.page import Printable
from ronkyo.typeset.pdf import Attachment, weasyprint_70

SOURCES = str(Path(pdf.__file__).parents[3])
DAY = date(2024, 6, 16)
ATTACHMENTS = (
    Attachment("params.yaml", b"seeds: 5\n", "What the runs were set to", "Supplement"),
    Attachment("day3.md", b"# A report\n", "What the PDF was set from", "Source"),
)
# Markup that PDF/UA is strict about: loose lists, code and numbers inside links, leaders, definition lists.
BODY = """
<nav><ol style="list-style: none"><li><a class="c" href="#one"><span>1</span>章</a></li></ol></nav>
<main>
<h1>題</h1>
<h2 id="one">章</h2>
<p>本文は<a href="#two"><code>コード</code></a>と<a href="https://example.org/">外</a>。</p>
<ul><li><p>一つ目</p><p>続き</p></li><li>二つ目<ul><li>内側</li></ul></li></ul>
<dl><dt>語</dt><dd><p>説明</p></dd></dl>
<table><thead><tr><th>名</th><th>値</th></tr></thead><tbody><tr><td>甲</td><td>1</td></tr></tbody></table>
<h3 id="two">節</h3>
<p><img class="math" src="formula:0" alt="数式 x" style="width: 1em; height: 1em"></p>
</main>
"""
FORMULA = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><path d="M 0 0 L 10 0 L 10 10 Z"/></svg>'
PAGE = """<!doctype html><html lang="ja"><head><meta charset="utf-8"><title>試験</title>
<style>@font-face {{ font-family: "Sans"; src: url("picture:font.ttf") }}
@page {{ size: A6; @top-left {{ content: "柱" }} @bottom-right {{ content: counter(page) "/" counter(pages) }} }}
html {{ font: 10pt "Sans" }} .c::after {{ content: leader(dotted) target-counter(attr(href), page) }} {style}</style>
</head><body>{body}</body></html>"""


@pytest.fixture(scope="session")
def root(tmp_path_factory) -> Path:
    """A folder with a Japanese font that has the characters of these tests."""
    file = distribution("justmytype-intl-cjk").locate_file(
        "justmytype_intl_cjk/fonts/ofl/notosansjp/NotoSansJP[wght].ttf"
    )
    characters = {
        ord(character) for character in PAGE + BODY + "、。（）「」あいうえお•◦▪" + printable if character.isprintable()
    }
    folder = tmp_path_factory.mktemp("project")
    variable = fonts.subset(Path(str(file)).read_bytes(), characters)
    (folder / "font.ttf").write_bytes(fonts.instance(variable, 400))
    return folder


def written(root, body=BODY, style="", attachments=(), day=DAY):
    return pdf.write(Printable(PAGE.format(body=body, style=style), [FORMULA]), day, root, attachments)


@pytest.fixture(scope="session")
def content(root) -> bytes:
    return written(root, attachments=ATTACHMENTS)


@pytest.mark.parametrize("profile", ["pdfa-3a", "pdfua-1"])
def test_one_file_is_pdf_a_and_pdf_ua(content, tmp_path, profile):
    file = tmp_path / "report.pdf"
    file.write_bytes(content)
    found = page_validation.validate_pdf(str(file), profile=profile)
    assert found.is_compliant, [f"{failure.rule_id} {failure.message}" for failure in found.failures]


def test_a_screen_reader_finds_nothing_wrong(content, tmp_path):
    file = tmp_path / "report.pdf"
    file.write_bytes(content)
    done = subprocess.run([Path(sys.executable).parent / "outloud", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "Running header or footer is tagged as content" not in done.stdout


def test_files_inside_carry_the_date_of_the_report_and_what_they_are_to_it(content):
    reader = pypdf.PdfReader(io.BytesIO(content))
    inside = {item["/UF"]: item for item in map(lambda entry: entry.get_object(), reader.trailer["/Root"]["/AF"])}
    assert set(inside) == {"day3.md", "params.yaml"}
    for attachment in ATTACHMENTS:
        stream = inside[attachment.name]["/EF"]["/F"].get_object()
        assert stream.get_data() == attachment.content
        assert stream["/Params"]["/ModDate"] == stream["/Params"]["/CreationDate"] == "D:20240616000000Z"
        assert inside[attachment.name]["/AFRelationship"] == f"/{attachment.relationship}"
    assert inside["params.yaml"]["/EF"]["/F"].get_object()["/Subtype"] == "/application/yaml"


TEX = r"\frac{x_t}{2}"


@pytest.fixture(scope="module")
def searchable(root):
    """A PDF with a formula between words, a displayed one and a figure with a label."""
    with plotting.style():
        drawing, axes = plotting.figure(6, 4)
        axes.set_title("正解率")
        (root / "labelled.svg").write_bytes(plotting.to_svg(drawing, "labelled"))
    formula = mathjax.typeset(TEX, False, "ja").drawing
    image = f'<img class="math" src="formula:0" alt="数式" data-tex="{TEX}" style="{formula.style}">'
    body = f"<main><h1>章</h1><p>項は{image}と書く。</p><div style='position: relative'>{image}</div><p>以上。</p>"
    body += '<figure><img src="picture:labelled.svg" alt="図"></figure></main>'
    faces = "".join(
        f'@font-face {{ font-family: "{name}"; src: url("font:{file}.ttf") }}'
        for name, file in (("Noto Sans JP", "NotoSansJP-Regular"), ("IBM Plex Mono", "IBMPlexMono-Regular"))
    )
    page = Printable(PAGE.format(body=body, style=faces), [formula.file("#000")])
    return pdf.write(page, DAY, root)


def test_the_tex_of_a_formula_is_copied_in_its_place(searchable):
    text = pypdfium2.PdfDocument(searchable)[0].get_textpage().get_text_range()
    assert "".join(text.split()).startswith(f"章項は{TEX}と書く。{TEX}以上。")


def test_the_labels_of_a_figure_are_found(searchable):
    texts = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(searchable)]
    assert sum("正解率" in text for text in texts) == 1


def test_a_formula_is_tagged_as_one_and_spoken(searchable):
    formulas = [tag for tag in structure(pypdf.PdfReader(io.BytesIO(searchable))) if tag.get("/S") == "/Formula"]
    assert [(tag["/ActualText"], tag["/Alt"]) for tag in formulas] == [(TEX, "数式")] * 2


@pytest.mark.parametrize("profile", ["pdfa-3a", "pdfua-1"])
def test_unseen_text_keeps_to_both_standards(searchable, profile, tmp_path):
    (tmp_path / "report.pdf").write_bytes(searchable)
    assert page_validation.validate_pdf(str(tmp_path / "report.pdf"), profile=profile).is_compliant


def test_two_processes_write_the_same_bytes_whatever_machine_they_think_they_run_on(root, tmp_path):
    elsewhere = tmp_path / "another folder"
    shutil.copytree(root, elsewhere)
    script = (
        "import sys, datetime, importlib.util, pathlib;"
        "spec = importlib.util.spec_from_file_location('test_pdf', sys.argv[1]);"
        "tests = importlib.util.module_from_spec(spec); spec.loader.exec_module(tests);"
        "content = tests.written(pathlib.Path(sys.argv[2]), attachments=tests.ATTACHMENTS);"
        "sys.stdout.buffer.write(content)"
    )
    contents = []
    for seed, zone, language, folder in (("1", "Asia/Tokyo", "ja_JP.UTF-8", root), ("2", "UTC+9", "C", elsewhere)):
        environment = os.environ | {
            "PYTHONHASHSEED": seed,
            "TZ": zone,
            "LANG": language,
            "LC_ALL": language,
            "PYTHONPATH": SOURCES,
        }
        command = [sys.executable, "-c", script, __file__, str(folder)]
        contents.append(subprocess.run(command, capture_output=True, check=True, env=environment, cwd=folder).stdout)
        time.sleep(1.1)  # the clock moves on
    assert contents[0][:5] == b"%PDF-"
    assert contents[0] == contents[1]


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ('<p><img src="picture:missing.png" alt="x"></p>', "expected a picture of the report"),
        ('<p><img src="picture:../outside.png" alt="x"></p>', "expected a picture of the report"),
        ('<p><img src="https://example.org/x.png" alt="x"></p>', "expected a picture of the report"),
        ('<p><img src="file:///etc/passwd" alt="x"></p>', "expected a picture of the report"),
        ('<p><a href="#nowhere">x</a></p>', "nowhere"),
        ("<p>\U0001f600</p>", "glyph"),
    ],
)
def test_what_weasyprint_would_pass_over_is_an_error(root, body, complaint):
    with pytest.raises(ReportError, match=complaint):
        written(root, body)


def test_an_error_tells_each_complaint_apart(root):
    with pytest.raises(ReportError) as caught:
        written(root, '<p><a href="#here">x</a><a href="#there">y</a><a href="#here">z</a></p>')
    assert isinstance(caught.value, pdf.PdfError)
    assert [complaint.split()[2] for complaint in caught.value.complaints] == ["#here", "#there"]
    assert str(caught.value) == "PDF: " + "; ".join(caught.value.complaints)


@pytest.mark.parametrize(
    ("style", "complaint"),
    [
        ("", "expected an @font-face"),
        ('@font-face { font-family: "Sans"; src: url("data:font/ttf;base64,AAAA") }', "'Sans' cannot be loaded"),
        ('@font-face { font-family: "Sans"; src: local("DejaVu Sans") }', "'Sans' cannot be loaded"),
    ],
)
def test_a_page_without_a_font_is_an_error_not_the_end_of_the_process(tmp_path, style, complaint):
    script = (
        "import sys, datetime, pathlib; from ronkyo.typeset import pdf; from ronkyo.typeset.page import Printable\n"
        "page = Printable('<html lang=en><title>t</title><style>' + sys.argv[1] + '</style><p>Text')\n"
        "try: pdf.write(page, datetime.date(2024, 6, 16), pathlib.Path('.'))\n"
        "except pdf.PdfError as error: print(error)"
    )
    command = [sys.executable, "-c", script, style]
    environment = os.environ | {"PYTHONPATH": SOURCES}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("PDF: ")
    assert complaint in done.stdout


def state_of_process() -> dict[str, object]:
    patches = weasyprint_70._patches()
    return {
        "environment": dict(os.environ),
        "garbage collection": (gc.isenabled(), gc.get_threshold(), gc.get_freeze_count()),
        "truncated pictures": ImageFile.LOAD_TRUNCATED_IMAGES,
        "warnings": list(warnings.filters),
        "log": (weasyprint.LOGGER.propagate, weasyprint.LOGGER.level, list(weasyprint.LOGGER.handlers)),
        "media types": (mimetypes.inited, dict(mimetypes.types_map)),
        "WeasyPrint": [getattr(patch.owner, patch.name) for patch in patches],
        "folder": Path.cwd(),
    }


def test_no_image_is_smoothed(root):
    png = io.BytesIO()
    Image.new("RGB", (2, 2), "red").save(png, "PNG")
    source = f"data:image/png;base64,{base64.b64encode(png.getvalue()).decode()}"
    content = written(root, f'<p><img src="{source}" alt="x"></p>')
    [image] = pypdf.PdfReader(io.BytesIO(content)).pages[0]["/Resources"]["/XObject"].values()
    assert image.get_object()["/Subtype"] == "/Image"
    assert not image.get_object()["/Interpolate"].value


@pytest.mark.parametrize("body", [BODY, '<p><img src="picture:missing.png" alt="x"></p>'])
@pytest.mark.parametrize("collects", [True, False])
@pytest.mark.parametrize("truncated", [True, False])
def test_the_process_is_as_before_when_a_page_is_set(root, monkeypatch, body, collects, truncated):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", truncated)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    monkeypatch.delenv("FONTCONFIG_FILE", raising=False)
    if not collects:
        gc.disable()
    try:
        before = state_of_process()
        try:
            written(root, body)
        except ReportError:
            assert body != BODY
        assert state_of_process() == before
    finally:
        gc.enable()


def test_two_reports_of_one_process_carry_each_its_own_date(root):
    for day in (DAY, date(2020, 9, 13)):
        reader = pypdf.PdfReader(io.BytesIO(written(root, attachments=ATTACHMENTS, day=day)))
        for item in reader.trailer["/Root"]["/AF"]:
            stream = item.get_object()["/EF"]["/F"].get_object()
            assert stream["/Params"]["/ModDate"] == f"D:{day:%Y%m%d}000000Z"


def test_lists_keep_their_markers_without_weasyprints_own_style_for_every_other_element(root):
    body = "<main><h1>題</h1><ol><li>一つ目</li><li>二つ目</li></ol><ul><li>一つ目</li></ul></main>"
    text = pypdf.PdfReader(io.BytesIO(written(root, body))).pages[0].extract_text()
    assert [word for word in text.split() if word in ("1.", "2.", "•")] == ["1.", "2.", "•"]
