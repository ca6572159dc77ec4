"""What a report carries: everything that its numbers stand on, and back in a project's layout."""

import hashlib
import io
import json
import zipfile

import pypdf
import pytest
from lxml import html
from ruamel.yaml import YAML

from ronkyo.errors import UserError
from ronkyo.report import chapters, evidence
from ronkyo.words import Words

words = Words("en")


def carried(project):
    return evidence.collect(project, chapters.render(project))


def test_the_pdf_carries_the_results_as_the_project_has_them(small):
    pdf = pypdf.PdfReader(small.report_file("pdf"))
    for path in (
        "params.yaml",
        "versions.yaml",
        "reports/small.md",
        "reports/claims.json",
        "reports/metrics/least_squares.json",
        "reports/seeds/least_squares.csv",
        "reports/curves/least_squares/momentum.csv",
    ):
        assert pdf.attachments[evidence.attachment_name(path)] == [(small.root / path).read_bytes()], path


def test_names_say_the_folders_of_a_project():
    assert evidence.attachment_name("dvc.yaml") == "dvc.yaml"
    assert evidence.attachment_name("report_templates/original.yaml") == "templates-original.yaml"
    assert evidence.attachment_name("reports/items/digits.csv") == "items-digits.csv"
    assert evidence.attachment_name("reports/curves/digits/long_run.csv") == "curves-digits-long_run.csv"
    assert evidence.attachment_name("reports/day3.md") == "day3.md"


def test_what_is_unpacked_lies_as_in_the_project(small, tmp_path):
    items = carried(small)
    evidence.unpack({name: item.content for name, item in items.items()}, tmp_path)
    written = {str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*") if file.is_file()}
    assert written == {item.path or name for name, item in items.items()}
    for item in items.values():
        assert item.path is None or (tmp_path / item.path).read_bytes() == item.content


@pytest.mark.parametrize(
    "name", ["../params.yaml", "/etc/passwd", "seeds-../x.csv", "seeds-a.csv/", "..md", "setup.py"]
)
def test_a_name_that_no_report_gives_is_refused_before_anything_is_written(name, tmp_path):
    with pytest.raises(UserError, match="expected a file that a report carries"):
        evidence.unpack({"params.yaml": b"", name: b""}, tmp_path / "there")
    assert not (tmp_path / "there").exists()


def test_settings_have_defaults_and_what_variants_inherit(small):
    told = json.loads(carried(small)["settings.json"].content)
    params = small.load_params()
    assert told["numerics"] == small.numerics
    assert told["report"]["title"] == params["report"].title
    assert told["least_squares"]["settings"] == params["least_squares"].model_dump(mode="json")
    assert told["least_squares"]["title"] == small.title("least_squares")
    labels = {name: small.label("least_squares", params["least_squares"], name) for name in ("plain", "momentum")}
    assert told["least_squares"]["labels"] == labels


def test_every_drawing_is_named_by_its_content(small):
    drawn = json.loads(carried(small)["figures.json"].content)
    assert list(drawn) == [
        f"least_squares/{file.stem}" for file in sorted(small.figures_folder("least_squares").iterdir())
    ]
    for id, figure in drawn.items():
        content = (small.root / figure["path"]).read_bytes()
        assert figure["md5"] == hashlib.md5(content).hexdigest()
        assert f"![{figure['alt']}](figures/{id}.svg)" in small.report_file("md").read_text("utf-8")


STAGES = {
    "summarize_gone": {"cmd": "python stages/summarize.py gone"},
    "train_least_squares@momentum": {
        "cmd": "python stages/train.py least_squares momentum",
        "deps": [{"path": "a", "md5": "0" * 32}],
    },
    "train_least_squares@dropped": {"cmd": "python stages/train.py least_squares dropped"},
    "train_least_squares@plain": {"cmd": "python stages/train.py least_squares plain"},
    "report": {"cmd": "python stages/report.py", "outs": [{"path": "reports/small.pdf", "md5": "0" * 32}]},
    "prepare_least_squares": {"cmd": "python stages/prepare.py least_squares"},
}


def test_the_lock_has_the_stages_before_the_report_in_the_pipelines_order(small_copy):
    def lock(stages):
        with (small_copy.root / "dvc.lock").open("w") as file:
            YAML().dump({"schema": "2.0", "stages": dict(stages)}, file)
        return carried(small_copy)["dvc.lock"].content

    first = lock(STAGES.items())
    stages = YAML(typ="safe").load(first)["stages"]
    order = ["prepare_least_squares", "train_least_squares@plain", "train_least_squares@momentum"]
    assert list(stages) == order
    assert stages == {name: STAGES[name] for name in order}
    assert lock(reversed(STAGES.items())) == first, "the order in which stages ran is told"


def test_without_a_lock_the_report_has_none(small):
    assert not (small.root / "dvc.lock").exists()
    assert "dvc.lock" not in carried(small)


@pytest.fixture(scope="module")
def page(small):
    return html.parse(str(small.report_file("html"))).getroot()


def test_both_forms_say_of_every_file_what_it_is_and_its_size(small, page):
    pdf = pypdf.PdfReader(small.report_file("pdf"))
    text = "".join("".join(sheet.extract_text() for sheet in pdf.pages).split())
    assert f"{words('evidence.text')} 1; " in page.xpath("string(//p[contains(., 'Kinds of files')])")
    for name, (content,) in pdf.attachments.items():
        (entry,) = page.xpath("//*[@id=$id]", id=f"evidence:{name}")
        size = " (in the PDF alone)" if name == "pages.json" else f" ({len(content):,} B)"
        assert entry.tail.startswith(size)
        assert (name + size).replace(" ", "") in text
        assert words("evidence." + evidence.kind_of(name)) in entry.getparent().text_content()


def test_the_ledger_leads_to_the_entry_of_its_evidence_in_both_forms(small, page):
    name = "evidence:seeds-least_squares.csv"
    assert page.xpath('//*[starts-with(@id, "ledger:")]//a[@href=$href]', href=f"#{name}")
    pdf = pypdf.PdfReader(small.report_file("pdf"))
    assert name in pdf.named_destinations
    links = [note.get_object() for sheet in pdf.pages for note in sheet.get("/Annots", [])]
    assert name in {str(link.get("/Dest")) for link in links}


def test_the_archive_is_the_same_bytes_in_whatever_order_the_files_come():
    contents = {"b.csv": b"1", "a.json": b"{}"}
    packed = evidence.archive(contents)
    assert packed == evidence.archive(dict(reversed(contents.items())))
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == contents
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
