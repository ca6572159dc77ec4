"""A report as a file: what it carries is read, and nothing that it holds does harm."""

import base64
import hashlib
import io
import json
import os
import re
import tempfile
import zipfile
import zlib
from datetime import date, datetime
from importlib import import_module
from pathlib import Path

import pypdf
import pytest
from fontTools.ttLib import TTFont
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, StreamObject, TextStringObject

from ronkyo import cli
from ronkyo.errors import UserError
from ronkyo.report import evidence
from ronkyo.typeset import Front, drawn, fonts, write
from ronkyo.typeset.pdf import Attachment
from ronkyo.verify import confined, container, drawings, pages, signature
from ronkyo.verify.reading import bare
from ronkyo.words import Words

TEXT = """\
A summary with a number, 0.921.

## Results

The accuracy is 0.921, and this paragraph is long enough to be divided into lines, some of which end inside of an
incomprehensibly long word: internationalization, characteristically, disproportionately, incomprehensibility.

- the first
- the second
    1. an inner one

![A square](square.svg)
/// figure-caption
A square.
///

![A circle](circle.svg)
/// figure-caption
A circle.
///

### Details { #details }

As [](#details) says, $x^2$ is a formula, and a note[^1] is one, too.

### Question { #question }

Q: Is it?

| name | value |
|------|-------|
{rows}

/// table-caption
A table that goes on on the next page.
///

[^1]: The note.
""".replace("{rows}", "\n".join(f"| row {number} | {number / 7:.3f} |" for number in range(60)))
FRONT = Front("A report", date(2026, 1, 2), course="A course", author="A. N. Author", language="en")
SETTINGS = {
    "report": {"title": "A report", "date": "2026-01-02", "course": "A course", "author": "A. N. Author"}
    | {"language": "en", "code_url": "."},
    "tool.ronkyo": {"boxes": {"Question": "test"}},
}
SHAPES = {"square": '<path d="M 1 1 L 9 1 L 9 9 L 1 9 Z"/>', "circle": '<circle cx="5" cy="5" r="4"/>'}
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10" width="90" height="90">{}</svg>'


def drawing(name):
    return SVG.format(SHAPES[name])


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    for name in SHAPES:
        (folder / f"{name}.svg").write_text(drawing(name))
    figures = {
        f"shapes/{name}": {"alt": f"A {name}", "md5": hashlib.md5(drawing(name).encode()).hexdigest()}
        for name in SHAPES
    }
    carried = {
        "report.md": TEXT.encode(),
        "params.yaml": b"seeds: 5\n",
        "settings.json": json.dumps(SETTINGS).encode(),
        "figures.json": json.dumps(figures).encode(),
    }
    carried = {name: carried[name] for name in sorted(carried, key=evidence.place_of)}
    text = TEXT + evidence.section(carried, Words("en"), "report.crate.zip")
    inside = [Attachment(name, content, "Evidence", "Data") for name, content in carried.items()]
    inside.append(Attachment(drawn.NAME, b"", "What is drawn", "Data"))
    return write(text, FRONT, folder, SETTINGS["tool.ronkyo"]["boxes"], inside)


@pytest.fixture
def report(files, tmp_path):
    path = tmp_path / "report.pdf"
    path.write_bytes(files.pdf)
    return path


def rewritten(path, change):
    """The PDF of a path after `change(writer)`."""
    writer = pypdf.PdfWriter(clone_from=path)
    change(writer)
    writer.write(path)
    return path


def refused(path):
    """The one line that reading ends with."""
    with pytest.raises(UserError) as told:
        container.read(path)
    line = str(told.value)
    assert line.startswith(f"{path}: ")
    assert "\n" not in line
    return line.removeprefix(f"{path}: ")


def attach(writer, count, content=b"x"):
    stream = writer._add_object(StreamObject())
    stream.get_object().set_data(content)
    names = ArrayObject()
    for number in range(count):
        file = DictionaryObject({NameObject("/UF"): TextStringObject(f"{number:04}")})
        file[NameObject("/EF")] = DictionaryObject({NameObject("/F"): stream})
        names += [TextStringObject(f"{number:04}"), writer._add_object(file)]
    tree = writer._add_object(DictionaryObject({NameObject("/Names"): names}))
    writer.root_object[NameObject("/Names")] = DictionaryObject({NameObject("/EmbeddedFiles"): tree})
    return stream.get_object()


def test_a_pdf_gives_back_what_was_attached_and_what_its_pages_say(report):
    read = container.read(report)
    assert read.kind == "pdf"
    assert set(read.files) == {"params.yaml", "report.md", "settings.json", "figures.json", "pages.json"}
    assert read.files["report.md"] == TEXT.encode()
    assert "0.921" in read.pages[0]
    assert read.margins[0] == f"1/{len(read.pages)}"


def test_an_html_gives_back_the_archive_inside_and_what_it_says(tmp_path):
    path = tmp_path / "report.html"
    path.write_text(f"<!doctype html><body><p>One <b>two</b></p>{archive({'a.md': b'x'})}</body></html>")
    read = container.read(path)
    assert (read.kind, read.files) == ("html", {"a.md": b"x"})
    assert read.pages[0].split() == ["One", "two", "evidence"]


def archive(files, **packing):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in files.items():
            opened.writestr(name, content)
    return f'<a href="data:application/zip;base64,{base64.b64encode(packed.getvalue()).decode()}">evidence</a>'


# -- tampering --------------------------------------------------------------------------------------------------------


def found(path):
    """A line for each difference that the pages and the drawings of a report have."""
    read = container.read(path)
    checks = [pages.check(read), drawings.check(read)]
    assert [check.unknown for check in checks] == [(), ()]
    return [line for check in checks for line in check.differences]


def redrawn(path, change):
    """The PDF after `change(operators)` of its first page."""

    def change_page(writer):
        contents = writer.pages[0]["/Contents"].get_object()
        changed = change(contents.get_data().decode("latin-1")).encode("latin-1")
        assert changed != contents.get_data()
        contents.set_data(changed)

    return rewritten(path, change_page)


def glyphs(path, text):
    """How the operators of a page write a text in the regular font."""
    fonts = pypdf.PdfReader(path).pages[0]["/Resources"]["/Font"].values()
    font = next(font for font in map(lambda font: font.get_object(), fonts) if font["/BaseFont"].endswith("-JP"))
    table = re.findall(r"<(\w{4})> <(\w{4})>", font["/ToUnicode"].get_data().decode())
    codes = {chr(int(letter, 16)): code for code, letter in reversed(table)}  # digits of tables come later
    return ">0<".join(codes[letter] for letter in text)


def exchanged(operators):
    """The two figures in each other's place."""
    one, other = re.findall(r"/Figure\s*<</MCID \d+>>\s*BDC(.*?)EMC", operators, re.DOTALL)[-2:]  # behind the formula
    return operators.replace(one, "?").replace(other, one).replace("?", other)


def test_a_report_as_it_was_written_differs_in_nothing(report):
    assert found(report) == []


def test_the_digests_are_the_same_every_time_and_those_of_the_file(tmp_path):
    attached = [Attachment(drawn.NAME, b"", "What is drawn", "Data")]
    one, other = (write("# A report\n\nA text, $x$.\n", FRONT, tmp_path, attachments=attached).pdf for _ in range(2))
    assert one == other
    reader = pypdf.PdfReader(io.BytesIO(one))
    assert reader.attachments[drawn.NAME] == [drawn.read(reader).file()]


@pytest.mark.parametrize("language", ["small", "small_japanese"])
def test_a_report_of_a_project_differs_in_nothing(language, request):
    assert found(request.getfixturevalue(language).report_file("pdf")) == []


def test_a_digit_of_the_page_is_told(report):
    number = glyphs(report, "921")
    redrawn(report, lambda operators: operators.replace(number, glyphs(report, "912"), 1))
    assert found(report) == [
        "page 1: expected …mmarywithanumber,0.921.…, found …mmarywithanumber,0.912.…",
        "page 1: expected what was drawn when the report was written, found another drawing",
    ]


def test_a_figure_in_the_place_of_another_is_told(report):
    redrawn(report, exchanged)
    assert found(report) == [
        "page 1: figure shapes/square: expected the drawing that was set there, found another",
        "page 1: figure shapes/circle: expected the drawing that was set there, found another",
    ]


def elements(writer, kind):
    """The tags of a kind."""
    objects = (writer.get_object(number) for number in range(1, len(writer._objects) + 1))
    return [one for one in objects if isinstance(one, DictionaryObject) and one.get("/S") == kind]


def test_another_text_for_a_formula_is_told(report):
    def change(writer):
        (formula,) = elements(writer, "/Formula")
        assert formula["/ActualText"] == "x^2"
        formula[NameObject("/ActualText")] = TextStringObject("x^3")

    lines = found(rewritten(report, change))
    assert lines[0] == "page 1: expected …￼x^2…, found …￼x^3…"
    assert re.fullmatch(r"page 1: '.+': expected the drawing that was set there, found another", lines[1])


@pytest.mark.parametrize("key", ["/ActualText", "/Alt"])
def test_a_text_that_is_read_in_the_place_of_a_shown_one_is_refused(key, report):
    rewritten(report, lambda writer: elements(writer, "/P")[0].update({NameObject(key): TextStringObject("0.999")}))
    assert refused(report) == "refused: a text of its own that is read in the place of what is shown (P)"


def test_a_digit_of_the_attached_text_is_told(report):
    def change(writer):
        names = writer.root_object["/Names"]["/EmbeddedFiles"]["/Names"]
        item = next(item.get_object() for item in names[1::2] if item.get_object()["/UF"] == "report.md")
        item["/EF"]["/F"].get_object().set_data(TEXT.replace("number, 0.921", "number, 0.927").encode())

    assert found(rewritten(report, change)) == [
        "page 1: expected …mmarywithanumber,0.927.…, found …mmarywithanumber,0.921.…"
    ]


def test_a_sentence_that_the_page_lacks_is_told(report):
    def drop(operators):
        line = re.findall(r"BT(?:(?!ET).)*?TJ\s*ET", operators, re.DOTALL)[10]
        return operators.replace(line, "")

    redrawn(report, drop)
    assert re.match(r"page 1: expected .+, found .+", found(report)[0])


def test_text_that_the_markdown_lacks_is_told(report):
    more = f"BT /{{}} 9 Tf 1 0 0 1 100 100 Tm <{glyphs(report, '921').replace('>0<', '')}> Tj ET"

    def add(operators):
        font = re.search(r"/(\w+) 13\.33\d* Tf", operators)[1]
        return f"{operators}\n{more.format(font)}"

    redrawn(report, add)
    assert re.fullmatch(r"page 1: expected '1/\d' outside its text, found '1/\d 921'", found(report)[0])


SCRIPT = DictionaryObject({NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("1")})
EXTRAS = {  # what somebody adds where, and what is said of the place
    "a script": (lambda writer: writer.root_object, "/OpenAction", SCRIPT, "the catalog"),
    "layers": (lambda writer: writer.root_object, "/OCProperties", DictionaryObject(), "the catalog"),
    "named scripts": (lambda writer: writer.root_object["/Names"], "/JavaScript", DictionaryObject(), "the names"),
    "a smaller page": (lambda writer: writer.pages[0], "/CropBox", ArrayObject([NumberObject(0)] * 4), "page 1"),
}


@pytest.mark.parametrize("extra", EXTRAS)
def test_what_a_viewer_runs_or_hides_by_is_told(extra, report):
    place, key, value, name = EXTRAS[extra]
    rewritten(report, lambda writer: place(writer).__setitem__(NameObject(key), value))
    assert found(report)[0] == f"{name}: expected nothing that a viewer runs, shows or hides by, found {key}"


@pytest.mark.parametrize(
    "change",
    [
        {"/Subtype": NameObject("/FreeText")},
        {"/Subtype": NameObject("/Text"), "/Rect": ArrayObject([NumberObject(9)] * 4)},
        {"/AP": DictionaryObject()},
        {"/BS": DictionaryObject({NameObject("/W"): NumberObject(20)})},
        {"/A": SCRIPT},
    ],
)
def test_an_annotation_that_is_no_plain_link_is_told(change, report):
    def annotate(writer):
        (annotation, *_) = (one for page in writer.pages for one in page.get("/Annots", []))
        annotation.get_object().update({NameObject(key): value for key, value in change.items()})

    kind = change.get("/Subtype", "/Link")[1:]
    expected = f"page 1: expected no annotations but plain links, found one ({kind})"
    assert found(rewritten(report, annotate))[0] == expected


@pytest.fixture
def page(small, tmp_path):
    """The HTML of a report of a project."""
    path = tmp_path / "small.html"
    path.write_bytes(small.report_file("html").read_bytes())
    return path


def rewrite(path, before, after):
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after, 1))
    return path


@pytest.mark.parametrize("language", ["small", "small_japanese"])
def test_the_html_of_a_project_differs_in_nothing(language, request):
    read = container.read(request.getfixturevalue(language).report_file("html"))
    assert [*pages.check(read).differences, *drawings.check(read).differences] == []


def test_a_word_more_in_an_html_is_told(page):
    read = container.read(rewrite(page, "</h1>", "</h1><p>not quite</p>"))
    (line,) = pages.check(read).differences
    assert "notquite" in line.partition("found")[2]


def test_a_style_that_hides_or_adds_is_told(page):
    read = container.read(rewrite(page, "</style>", "p::after { content: '!' }</style>"))
    assert pages.check(read).differences == [
        "expected the style that ronkyo gives a page, which hides and adds nothing, found another"
    ]


@pytest.mark.parametrize("active", ["<script>1</script>", "<iframe></iframe>", "<p onclick='x()'>x</p>"])
def test_an_html_that_runs_something_is_refused(active, page):
    assert "expected a page that runs nothing" in refused(rewrite(page, "</h1>", f"</h1>{active}"))


@pytest.mark.parametrize("as_image", [True, False])
def test_a_figure_of_an_html_in_the_place_of_another_is_told(as_image, page):
    drawn = re.search(r"<svg xmlns=.*?</svg>", page.read_text(), re.DOTALL)[0]
    image = f'<img src="data:image/svg+xml;base64,{base64.b64encode(drawing("circle").encode()).decode()}">'
    other = image if as_image else drawn.replace("<path ", '<path opacity="0" ', 1)
    (line,) = drawings.check(container.read(rewrite(page, drawn, other))).differences
    assert re.fullmatch(r"figure least_squares/\w+: expected the drawing that was set there, found another", line)


def test_a_drawing_of_an_html_that_does_more_than_be_drawn_is_refused(page):
    drawn = re.search(r"<svg xmlns=.*?</svg>", page.read_text(), re.DOTALL)[0]
    active = drawn.replace("</svg>", "<script>1</script></svg>")
    assert "expected a page that runs nothing" in refused(rewrite(page, drawn, active))


def test_a_font_of_an_html_that_draws_other_letters_is_told(page):
    regular, bold = re.findall(r'url\("(data:font/woff2[^"]+)"\)', page.read_text())[:2]
    (line,) = pages.check(container.read(rewrite(page, regular, bold))).differences
    assert "expected the style that ronkyo gives a page" in line


def test_a_whole_report_is_told_to_be_what_it_was(small, capsys):
    assert cli.main(["verify", str(small.report_file("pdf"))]) == 0
    told = capsys.readouterr().out
    assert re.findall(r"^(?:ok|no)   (\w+)", told, re.MULTILINE) == [
        *("files", "chain", "numbers", "claims", "pages", "drawings")
    ]
    assert "\nno " not in told
    assert "1 claim: " in told
    assert "\nsmall.pdf: nothing differs from what it carries; " in told


@pytest.mark.parametrize(
    ("name", "count"),  # that it is missing; for what the last chapter tells of, its kinds and its list
    [("claims.json", "3 differences"), ("pages.json", "1 difference"), ("seeds-least_squares.csv", "3 differences")],
)
def test_an_attachment_that_is_missing_is_told(name, count, small, tmp_path, capsys):
    path = tmp_path / "small.pdf"
    path.write_bytes(small.report_file("pdf").read_bytes())

    def remove(writer):
        names = writer.root_object["/Names"]["/EmbeddedFiles"]["/Names"]
        place = next(place for place in range(1, len(names), 2) if names[place].get_object()["/UF"] == name)
        del names[place - 1 : place + 1]
        listed = writer.root_object["/AF"]
        listed[:] = [item for item in listed if item.get_object()["/UF"] != name]

    assert cli.main(["verify", str(rewritten(path, remove))]) == 1
    told = capsys.readouterr().out
    assert f"{name}: expected it" in told
    assert told.endswith(f"\nsmall.pdf: {count}\n")


def test_letters_that_share_a_glyph_are_known():
    """Or else a page would seem to say another letter than the Markdown."""
    table = TTFont(next(fonts.folder().glob("NotoSansJP-Regular.ttf"))).getBestCmap()
    by_glyph = {}
    for code, glyph in table.items():
        by_glyph.setdefault(glyph, set()).add(chr(code))
    for letters in by_glyph.values():
        assert len({bare(letter) for letter in letters} - {""}) <= 1, letters


# -- signatures -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    """alice.p12 and bob.p12, and the certificates alice.pem and bob.pem."""
    pytest.importorskip("pyhanko")
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import pkcs12

    folder = tmp_path_factory.mktemp("keys")
    for name in ("alice", "bob"):
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        begin = datetime(2026, 1, 1)
        builder = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        certificate = (
            builder.not_valid_before(begin).not_valid_after(begin.replace(year=2036)).sign(key, hashes.SHA256())
        )
        (folder / f"{name}.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        locked = serialization.BestAvailableEncryption(b"secret")
        (folder / f"{name}.p12").write_bytes(
            pkcs12.serialize_key_and_certificates(None, key, certificate, None, locked)
        )
    return folder


@pytest.fixture
def signed(report, keys, monkeypatch):
    """The report with Alice's signature."""
    monkeypatch.setenv("RONKYO_PASSPHRASE", "secret")
    path = report.with_name("signed.pdf")
    assert signature.sign(report, keys / "alice.p12", path) == "alice"
    return path


def signatures(path, signer=None):
    (check,) = signature.check(container.read(path), signer)
    return check


def test_a_signature_is_intact_and_of_its_certificate(signed, keys):
    check = signatures(signed, keys / "alice.pem")
    assert (check.differences, check.unknown) == ([], ())
    assert check.looked_at.startswith("alice (certificate ")


def test_without_a_certificate_whose_key_it_is_stays_unknown(signed):
    check = signatures(signed)
    assert check.differences == []
    assert check.unknown == ["whose key it is: --signer CERT.pem says which one to expect"]


def test_a_signature_of_another_key_is_told(signed, keys):
    (line,) = signatures(signed, keys / "bob.pem").differences
    assert line.startswith("expected a signature of bob on the whole file, found alice (certificate ")


def test_a_missing_signature_is_told(report, keys):
    assert signatures(report, keys / "bob.pem").differences == [
        "expected a signature of bob on the whole file, found none"
    ]
    assert signature.check(container.read(report), None) == []


def test_a_byte_that_changed_after_the_signature_is_told(signed):
    content = signed.read_bytes()
    place = content.index(b"stream\n") + 100  # of a font
    signed.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
    told = signature._check(signature.read(signed.read_bytes()), None).differences
    assert told == ["signature of alice: expected the file as it was signed, found a changed one"]


def test_what_is_added_after_the_signature_is_told(signed, keys):
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(signed.read_bytes()))
    writer.update_root()
    writer.write(output := io.BytesIO())
    signed.write_bytes(output.getvalue())
    assert signatures(signed).differences == [
        "signature of alice: expected nothing behind what it covers, found a later change"
    ]
    assert len(signatures(signed, keys / "alice.pem").differences) == 2


def test_a_second_signature_stands_beside_the_first(signed, keys):
    signature.sign(signed, keys / "bob.p12", signed)
    assert signatures(signed, keys / "bob.pem").differences == []


def test_a_signed_report_is_what_it_was(signed, report):
    assert signed.read_bytes().startswith(report.read_bytes())
    assert found(signed) == []


@pytest.mark.parametrize("profile", ["pdfa-3a", "pdfua-1"])
def test_a_signed_report_keeps_to_both_standards(profile, signed):
    import page

    result = page.validate_pdf(str(signed), profile=profile)
    assert result.is_compliant, {failure.rule_id for failure in result.failures}


def test_what_is_not_true_is_not_signed(small, keys, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("RONKYO_PASSPHRASE", "secret")
    report = tmp_path / "report.pdf"
    report.write_bytes(small.report_file("pdf").read_bytes())
    assert cli.main(["verify", str(report), "--sign", str(keys / "alice.p12")]) == 0
    assert (tmp_path / "report-signed.pdf").is_file()
    assert "report-signed.pdf: signed by alice" in capsys.readouterr().err
    redrawn(report, lambda operators: operators.replace("0.75 0 0 0.75", "0.7 0 0 0.7", 1))
    assert cli.main(["verify", str(report), "--sign", str(keys / "alice.p12"), "-o", str(tmp_path / "no.pdf")]) == 1
    assert not (tmp_path / "no.pdf").exists()


@pytest.mark.parametrize(
    ("key", "passphrase", "told"),
    [
        ("alice.p12", "wrong", "expected a PKCS #12 file and its passphrase"),
        ("alice.pem", "secret", "expected a PKCS #12 file and its passphrase"),
        ("none.p12", "secret", "expected a PKCS #12 file, found No such file"),
        ("alice.p12", None, "expected its passphrase in RONKYO_PASSPHRASE"),
    ],
)
def test_a_key_that_cannot_be_read_is_told(key, passphrase, told, report, keys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO())
    monkeypatch.delenv("RONKYO_PASSPHRASE", raising=False)
    if passphrase:
        monkeypatch.setenv("RONKYO_PASSPHRASE", passphrase)
    with pytest.raises(UserError, match=told):
        signature.sign(report, keys / key, report.with_name("signed.pdf"))
    assert not report.with_name("signed.pdf").exists()


def test_without_pyhanko_it_is_told_how_to_install_it(report, monkeypatch):
    monkeypatch.setattr(signature, "find_spec", lambda name: None)
    for use in (
        lambda: signature.sign(report, report, report),
        lambda: signature.check(container.read(report), report),
    ):
        with pytest.raises(UserError, match=r"needs pyHanko, .+: pip install 'ronkyo\[sign\]'"):
            use()


# -- hostile files ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"%PD"])
def test_another_kind_of_file_is_told(tmp_path, content):
    path = tmp_path / "report.pdf"
    path.write_bytes(content)
    assert "expected a PDF or an HTML that ronkyo wrote, found" in refused(path)


def test_a_missing_file_is_told(tmp_path):
    assert "found no such file; in its project, `ronkyo repro` makes it" in refused(tmp_path / "missing.pdf")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_file_that_is_cut_off_is_told(report, share):
    content = report.read_bytes()
    report.write_bytes(content[: int(len(content) * share)])
    assert refused(report) == "expected a whole PDF, found one that is cut off"


def test_an_html_that_is_cut_off_is_told(files, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(files.html[: len(files.html) // 2])
    assert "cut off" in refused(path)


def test_an_encrypted_file_is_told(report):
    assert "found an encrypted one" in refused(rewritten(report, lambda writer: writer.encrypt("secret")))


def test_a_file_without_evidence_is_told(report):
    def bare(writer):
        del writer.root_object["/Names"], writer.root_object["/AF"]

    assert refused(rewritten(report, bare)).startswith("carries no evidence")


def test_damaged_objects_are_told(report):
    content = report.read_bytes()
    objects = content.index(b"/ObjStm")
    report.write_bytes(content[: objects + 100] + bytes(100) + content[objects + 200 :])
    assert refused(report).startswith("expected a PDF that can be read")


def test_a_thousand_attachments_are_refused(report):
    assert "more than 500 files" in refused(rewritten(report, lambda writer: attach(writer, 1000)))


def test_two_attachments_of_one_name_are_refused(report):
    def twice(writer):
        attach(writer, 1)
        names = writer.root_object["/Names"]["/EmbeddedFiles"]["/Names"]
        names += list(names)

    assert "two files '0000'" in refused(rewritten(report, twice))


@pytest.mark.parametrize("times", [1, 2])
def test_a_bomb_is_refused(report, times):
    """Zeros, packed once, or twice over."""

    def bomb(writer):
        stream = attach(writer, 1)
        stream._data = bytes(confined.LARGEST + 1)
        for _ in range(times):
            stream._data = zlib.compress(stream._data)
        stream[NameObject("/Filter")] = ArrayObject([NameObject("/FlateDecode")] * times)

    line = refused(rewritten(report, bomb))
    assert ("larger than" if times == 1 else "packed otherwise") in line


def test_a_bomb_in_a_page_is_refused(report):
    """A gigabyte of operators, which is more than a reader may take."""

    def bomb(writer):
        packed = zlib.compressobj(1)
        stream = writer.pages[0]["/Contents"].get_object()
        stream._data = b"".join([*(packed.compress(b"q " * (1 << 19)) for _ in range(1024)), packed.flush()])
        stream[NameObject("/Filter")] = NameObject("/FlateDecode")

    assert refused(rewritten(report, bomb)).startswith("refused")


def test_a_tree_that_leads_back_to_itself_is_refused(report):
    def cycle(writer):
        tree = writer.root_object["/Names"]["/EmbeddedFiles"]
        reference = writer.root_object["/Names"].raw_get("/EmbeddedFiles")
        tree[NameObject("/Kids")] = ArrayObject([reference])

    assert "leads back to itself" in refused(rewritten(report, cycle))


def test_pages_that_lead_back_to_themselves_do_not_hang(report):
    def cycle(writer):
        pages = writer.root_object["/Pages"]
        pages["/Kids"].append(writer.root_object.raw_get("/Pages"))

    path = rewritten(report, cycle)
    try:
        assert len(container.read(path).pages) == 1
    except UserError:
        assert refused(path)


def test_a_drawing_that_draws_itself_does_not_hang(report):
    def cycle(writer):
        form = StreamObject()
        form.update({NameObject("/Subtype"): NameObject("/Form"), NameObject("/BBox"): writer.pages[0]["/MediaBox"]})
        reference = writer._add_object(form)
        form[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/XObject"): DictionaryObject({NameObject("/a"): reference})}
        )
        form.set_data(b"/a Do")
        page = writer.pages[0]
        page["/Resources"][NameObject("/XObject")] = DictionaryObject({NameObject("/a"): reference})
        page["/Contents"].get_object().set_data(b"/a Do")

    path = rewritten(report, cycle)
    try:
        assert len(container.read(path).pages) == 1
    except UserError:
        assert refused(path)


def test_links_out_of_the_file_are_not_followed(report, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")

    def outside(writer):
        stream = attach(writer, 1)
        stream[NameObject("/F")] = TextStringObject(str(secret))

    assert "outside the file" in refused(rewritten(report, outside))


def opens(content, path):
    """What a reader of files must not do."""
    with open(path, "w"):
        return os.getpid()


def test_the_process_that_reads_can_write_nowhere(tmp_path):
    path = tmp_path / "written"
    with pytest.raises(UserError, match="asked for a file to write to"):
        confined.call(opens, b"", "name", path=str(path))
    assert not path.exists()


def test_what_is_read_may_be_checked_in_a_folder_that_is_gone_afterwards():
    folder = Path(confined.call(writes, b"a", "name"))
    assert folder.is_absolute()
    assert not folder.exists()


def writes(content):
    folder = Path(tempfile.mkdtemp())
    (folder / "file").write_bytes(content)
    return str(folder)


def test_a_library_without_bytecode_can_be_read_with(tmp_path, monkeypatch):
    """Python writes bytecode where a library has none, as after the first start of a fresh environment."""
    (tmp_path / "fresh_library.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    assert confined.call(imports, b"fresh_library", "name") == "fresh_library"
    assert [file.name for file in tmp_path.iterdir()] == ["fresh_library.py"]


def imports(content):
    return import_module(content.decode()).__name__


def test_any_name_of_a_file_is_packed_as_it_is():
    for value in {"base64": b"a"}, {"base64": {"base64": b"a"}}, [b"", "b", None]:
        assert confined.unpacked(confined.packed(value)) == value


def takes_memory(content):
    return len(bytes(4 * confined.MEMORY))


def test_the_process_that_reads_has_so_much_memory(monkeypatch):
    with pytest.raises(UserError, match="name: refused: reading it may take 1024 MB"):
        confined.call(takes_memory, b"", "name")


def crashes(content):
    os.abort()


def test_a_reader_that_crashes_is_told():
    with pytest.raises(UserError, match="name: refused: it ended the process that read it"):
        confined.call(crashes, b"", "name")


def hangs(content):
    while True:
        pass


def test_a_reader_that_hangs_is_ended(monkeypatch):
    monkeypatch.setattr(confined, "WAIT", 1)
    with pytest.raises(UserError, match="name: refused: reading it took more than 1 seconds"):
        confined.call(hangs, b"", "name")


@pytest.mark.parametrize(
    ("inside", "told"),
    [
        (archive({str(number): b"" for number in range(501)}), "more than 500 files"),
        (archive({"bomb": bytes(confined.LARGEST + 1)}), "larger than 32 MB"),
        (archive({f"{number}": bytes(confined.LARGEST) for number in range(3)}), "all together"),
        ('<a href="data:application/zip;base64,UEsDBA==">x</a>', "an archive inside that can be read"),
        (archive({"a": b""}) * 2, "expected one archive inside, found 2"),
        ("<p>no archive</p>", "carries no evidence"),
        ("<div>" * 100_000, "nested too deeply"),
    ],
)  # fmt: skip
def test_a_hostile_archive_is_refused(tmp_path, inside, told):
    path = tmp_path / "report.html"
    path.write_text(f"<!doctype html><html><body>{inside}</body></html>")
    assert told in refused(path)
