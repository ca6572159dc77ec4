"""A report as a file: what it carries is read, and nothing that it holds does harm."""

import base64
import io
import os
import zipfile
import zlib
from datetime import date

import pypdf
import pytest
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject, TextStringObject

from ronkyo.errors import UserError
from ronkyo.typeset import Front, write
from ronkyo.typeset.pdf import Attachment
from ronkyo.verify import carried, confined, container

TEXT = """\
A summary with a number, 0.921.

## Results

The accuracy is 0.921, and this paragraph is long enough to be divided into lines, some of which end inside of a word.

- the first
- the second

### Details { #details }

As [](#details) says, $x^2$ is a formula.
"""
FRONT = Front("A report", date(2026, 1, 2), course="A course", author="A. N. Author", language="en")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    inside = [
        Attachment("params.yaml", b"seeds: 5\n", "What the runs were set to", "Supplement"),
        Attachment("report.md", TEXT.encode(), "What the PDF was set from", "Source"),
    ]
    return write(TEXT, FRONT, tmp_path_factory.mktemp("pictures"), attachments=inside)


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
    assert read.files == {"params.yaml": b"seeds: 5\n", "report.md": TEXT.encode()}
    assert "0.921" in read.pages[0]
    assert read.margins == ["1/1"]


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


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"%PD"])
def test_another_kind_of_file_is_told(tmp_path, content):
    path = tmp_path / "report.pdf"
    path.write_bytes(content)
    assert "expected a PDF or an HTML that ronkyo wrote, found" in refused(path)


def test_a_missing_file_is_told(tmp_path):
    assert "found No such file" in refused(tmp_path / "missing.pdf")


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
        stream._data = bytes(carried.LARGEST + 1)
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
        (archive({"bomb": bytes(carried.LARGEST + 1)}), "larger than 32 MB"),
        (archive({f"{number}": bytes(carried.LARGEST) for number in range(3)}), "all together"),
        ('<a href="data:application/zip;base64,UEsDBA==">x</a>', "expected an archive that can be read"),
        (archive({"a": b""}) * 2, "expected one archive inside, found 2"),
        ("<p>no archive</p>", "carries no evidence"),
        ("<div>" * 100_000, "nested too deeply"),
    ],
)  # fmt: skip
def test_a_hostile_archive_is_refused(tmp_path, inside, told):
    path = tmp_path / "report.html"
    path.write_text(f"<!doctype html><html><body>{inside}</body></html>")
    assert told in refused(path)
