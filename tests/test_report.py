"""The whole pipeline at tiny settings, run by DVC to a real PDF, and what a change costs."""

import json
import re
import shutil
import subprocess
from contextlib import contextmanager
from urllib.parse import unquote

import pdfplumber
import pypdf
import pytest
from drawn import PROJECT
from lxml import html
from ruamel.yaml import YAML

from ronkyo import params


@pytest.fixture(scope="module")
def pdf(project):
    return pypdf.PdfReader(project.root / "reports/day3.pdf")


@pytest.fixture(scope="module")
def page(project):
    return html.parse(str(project.root / "reports/day3.html")).getroot()


def outline(reader):
    found = []

    def visit(items, level):
        for item in items:
            if isinstance(item, list):
                visit(item, level + 1)
            else:
                found.append((level, item.title.replace("\u3000", " ")))

    visit(reader.outline, 0)
    return found


def of_the_edition(headings):
    """Without those that stand in the full edition only."""
    return [heading for heading in headings if not heading.xpath("ancestor-or-self::*[@data-full]")]


def text_of(element):
    return "".join(element.itertext())


def test_every_page_ends_with_its_number_and_the_number_of_pages(pdf):
    for number, sheet in enumerate(pdf.pages, start=1):
        assert sheet.extract_text().strip().splitlines()[-1].strip() == f"{number}/{len(pdf.pages)}"


def test_the_outline_is_every_heading_of_chapters_and_sections(pdf, page):
    headings = of_the_edition(page.xpath("//main//*[self::h2 or self::h3 or self::h4]"))
    expected = [(int(h.tag[1]) - 2, f"{h.get('data-number')} {h.get('data-text')}") for h in headings]
    assert outline(pdf) == [(0, "結論の一覧"), (0, "目次"), *expected]
    assert len([level for level, _ in expected if level == 0]) >= 12


def test_the_chapters_of_the_course_are_all_there_in_order(page):
    chapters = [heading.get("data-text") for heading in page.xpath("//main/h2")]
    assert chapters[:11] == [
        "再帰型ニューラルネットワークの概念",
        "LSTM",
        "GRU",
        "双方向 RNN",
        "Seq2Seq",
        "Word2vec",
        "Attention Mechanism",
        "VQ-VAE",
        "フレームワーク演習 Seq2Seq",
        "フレームワーク演習 data-augmentation",
        "フレームワーク演習 activation functions",
    ]


def test_contents_name_the_page_on_which_each_chapter_starts(pdf, page):
    starts = {
        item.title: pdf.get_destination_page_number(item) + 1 for item in pdf.outline if not isinstance(item, list)
    }
    chapters = of_the_edition(page.xpath("//main/h2"))
    first = starts[f"{chapters[0].get('data-number')} {chapters[0].get('data-text')}"]
    contents = "".join(sheet.extract_text() for sheet in pdf.pages[starts["目次"] - 1 : first - 1])
    for heading in chapters:
        title = f"{heading.get('data-number')} {heading.get('data-text')}"
        printed = re.search(re.escape(heading.get("data-text")) + r"[.\s․…]*?(\d+)\s", contents)
        assert printed, title
        assert int(printed[1]) == starts[title], title


def test_the_text_of_the_pdf_is_the_text_of_the_report(pdf):
    text = "".join(re.sub(r"\s", "", sheet.extract_text()) for sheet in pdf.pages)
    for phrase in (
        "深層学習DAY3レポート",
        "再帰型ニューラルネットワーク",
        "合成音声",
        "フレームワーク演習data-augmentation",
    ):
        assert phrase in text
    assert "\ufffd" not in text


def test_every_link_inside_the_page_leads_somewhere(page):
    ids = set(page.xpath("//@id"))
    links = [unquote(href[1:]) for href in page.xpath("//a/@href") if href.startswith("#")]
    assert len(links) > 100
    assert set(links) <= ids


def test_every_variant_appears_in_the_report(project, page):
    text = text_of(page)
    schemas = {name: schema for name, schema in PROJECT.schemas.items() if name != "report"}
    document = params.read_document(project.root / "params.yaml")
    for name, schema in schemas.items():
        settings = schema.model_validate(document[name])
        for variant in getattr(settings, "variants", {}):
            assert PROJECT.label(name, settings, variant) in text, f"{name}.{variant}"


def test_every_figure_drawn_is_used_and_every_figure_used_is_drawn(project, page):
    folders = (project.root / "reports/figures", project.root / "report_templates/drawings")
    drawn = {f"fig:{file.parent.name}/{file.stem}" for folder in folders for file in folder.glob("*/*.svg")}
    assert {figure.get("id") for figure in page.xpath('//figure[@class="figure"]')} == drawn


def test_every_image_has_an_alternative_text(page):
    assert not page.xpath("//img[not(@alt)]")
    drawings = page.xpath('//*[@class="drawing"]')
    assert len(drawings) > 25
    assert all(drawing.get("role") == "img" and len(drawing.get("aria-label")) > 8 for drawing in drawings)


def test_the_html_needs_nothing_but_itself(project, page):
    outside = [src for src in page.xpath("//@src") if not src.startswith("data:")]
    assert not outside
    assert not page.xpath("//script | //link")
    text = (project.root / "reports/day3.html").read_text(encoding="utf-8")
    assert not re.findall(r'url\("(?!data:)[^"]*"\)', text)


def test_no_text_or_figure_leaves_the_column(project):
    left, right = 30.9 / 25.4 * 72, (210 - 30.9) / 25.4 * 72
    with pdfplumber.open(project.root / "reports/day3.pdf") as document:
        for sheet in document.pages:
            outside = [char["text"] for char in sheet.chars if char["x0"] < left - 15 or char["x1"] > right + 6]
            assert not outside, f"page {sheet.page_number}: {''.join(outside)}"


def test_only_the_projects_fonts_are_in_the_pdf(pdf):
    fonts = {
        str(font.get_object()["/BaseFont"]).split("+")[-1]
        for sheet in pdf.pages
        for font in sheet["/Resources"].get("/Font", {}).values()
    }
    assert fonts
    assert all(re.match(r"Noto-?Sans-?JP|IBM-?Plex-?Mono|supplement-", name) for name in fonts), fonts


def test_nothing_of_the_machine_is_in_the_results(project, pdf):
    texts = [(project.root / "reports" / name).read_text(encoding="utf-8") for name in ("day3.md", "day3.html")]
    texts += [sheet.extract_text() for sheet in pdf.pages] + [str(pdf.metadata)]
    texts += [(project.root / "reports/day3.pdf").read_bytes().decode("latin-1")]
    assert not [text for text in texts if str(project.root) in text]


def test_a_second_run_has_nothing_to_do(project):
    assert "up to date" in project.run("dvc", "status").stdout
    again = project.run("dvc", "repro")
    assert "Running stage" not in again.stdout + again.stderr


def ran(output):
    return re.findall(r"Running stage '([^']+)'", output)


@contextmanager
def edited(file, change):
    """The file with its text changed, until the block ends."""
    before = file.read_text(encoding="utf-8")
    after = change(before)
    assert after != before
    file.write_text(after, encoding="utf-8")
    try:
        yield
    finally:
        file.write_text(before, encoding="utf-8")


def faster_gru(text):
    head, mark, section = text.partition("\nsine_to_cosine:")
    return head + mark + section.replace("gru: {cell: gru}", "gru: {cell: gru, learning_rate: 0.002}", 1)


def plan(project):
    """What `dvc repro` would run."""
    done = project.run("dvc", "repro", "--dry")
    return ran(done.stdout + done.stderr)


def test_editing_a_chapter_only_renders(project):
    with edited(project.root / "report_templates/chapters/06_word2vec.md.j2", lambda text: text + "\n追記。\n"):
        assert plan(project) == ["report"]


def test_the_command_stages_tells_what_is_out_of_date_and_why(project):
    command = ("python", "-c", "from ronkyo.cli import main; raise SystemExit(main(['stages']))")
    current = project.run(*command)
    assert current.returncode == 0, current.stderr
    lines = {line.split()[0]: line for line in current.stdout.splitlines()}
    assert lines["report"].endswith("up to date")
    assert re.search(r"train_spoken_digits@gru +\d+\.\d s +up to date", lines["train_spoken_digits@gru"])
    with edited(project.root / "report_templates/chapters/06_word2vec.md.j2", lambda text: text + "\n追記。\n"):
        changed = project.run(*command)
    assert changed.returncode == 1
    stale = [line for line in changed.stdout.splitlines() if not line.endswith("up to date")]
    assert [line.split()[0] for line in stale] == ["report", "total"]
    assert stale[0].endswith("deps report_templates: modified")


def test_editing_a_figure_retrains_nothing(project):
    with edited(project.root / "src/day3/experiments/sine_to_cosine/figures.py", lambda text: text + "# a remark\n"):
        assert plan(project) == ["draw_sine_to_cosine", "report"]


def test_editing_a_variant_runs_it_and_what_is_downstream(project):
    with edited(project.root / "params.yaml", faster_gru):
        stages = plan(project)
    gru = {"train_sine_to_cosine@gru", "summarize_sine_to_cosine", "draw_sine_to_cosine"}
    assert set(stages) == gru | {"draw_diagrams", "report"}


def test_the_same_inputs_give_the_same_bytes(project, tmp_path):
    """Another folder, another hash seed, another time zone and language: the same figures, HTML and PDF."""
    other = tmp_path / "elsewhere"
    shutil.copytree(project.root, other, symlinks=True)
    settings = {"PYTHONHASHSEED": "77", "TZ": "Asia/Tokyo", "LANG": "ja_JP.UTF-8"}
    names = ("day3.md", "day3.html", "day3.pdf", "figures/spoken_digits/confusion.svg")
    before = {name: (project.root / "reports" / name).read_bytes() for name in names}
    for command in ("stages/draw.py spoken_digits", "stages/report.py"):
        environment = [f"{key}={value}" for key, value in settings.items()]
        done = type(project)(other).run("env", *environment, "python", *command.split())
        assert done.returncode == 0, done.stderr
    for name in names:
        assert (other / "reports" / name).read_bytes() == before[name], name


def test_dvc_compares_parameters_and_metrics(project, tmp_path):
    other = tmp_path / "compared"
    shutil.copytree(project.root, other, symlinks=True)
    copy = type(project)(other)
    for command in ("git add -A", "git -c user.name=a -c user.email=a@example.org commit -qm first"):
        done = copy.run(*command.split())
        assert done.returncode == 0, done.stderr
    file = other / "params.yaml"
    file.write_text(faster_gru(file.read_text(encoding="utf-8")), encoding="utf-8")
    assert "sine_to_cosine.variants.gru.learning_rate" in copy.run("dvc", "params", "diff").stdout
    done = copy.run("ronkyo", "repro", "summarize_sine_to_cosine")
    assert done.returncode == 0, done.stderr
    lines = copy.run("dvc", "metrics", "diff").stdout.splitlines()
    metrics = {line.split()[1] for line in lines[1:]}
    assert "gru.train_mse" in metrics
    assert all(name.startswith("gru.") for name in metrics)


@pytest.fixture(scope="module")
def more_seeds(project, tmp_path_factory):
    """A copy of the project with enough seeds, and enough training of seq2seq, to decide something: run and committed."""
    root = tmp_path_factory.mktemp("claims") / "day3"
    shutil.copytree(project.root, root, symlinks=True)
    copy = type(project)(root)
    change_params(root, {"binary_addition.seeds": 8, "sine_to_cosine.seeds": 5, "sine_to_cosine.training.epochs": 20})
    change_params(root, {"sine_to_cosine.training.learning_rate": 0.01})
    decide(copy, "summarize_binary_addition", "summarize_sine_to_cosine")
    for command in ("git add -A", "git -c user.name=a -c user.email=a@example.org commit -qm first"):
        done = copy.run(*command.split())
        assert done.returncode == 0, done.stderr
    return copy


def decide(copy, *stages):
    """Run stages, and write the ledger as the report stage does, without typesetting."""
    for command in (("ronkyo", "repro", *stages), ("python", "-m", "ronkyo.cli", "claims", "--json")):
        done = copy.run(*command)
        assert done.returncode == 0, done.stderr
    (copy.root / "reports/claims.json").write_text(done.stdout, encoding="utf-8")


def change_params(root, changes):
    yaml = YAML()
    document = yaml.load((root / "params.yaml").read_text(encoding="utf-8"))
    for key, value in changes.items():
        *path, last = key.split(".")
        section = document
        for part in path:
            section = section[part]
        section[last] = value
    with (root / "params.yaml").open("w", encoding="utf-8") as file:
        yaml.dump(document, file)


def ledger_of(root):
    return json.loads((root / "reports/claims.json").read_text(encoding="utf-8"))


def test_with_two_seeds_the_text_hedges_and_with_more_it_speaks_out(project, more_seeds):
    few, more = ledger_of(project.root), ledger_of(more_seeds.root)
    for claim in ("relu-does-not-converge", "tanh-does-not-converge", "no-convergence-at-128"):
        assert (few[claim]["verdict"], few[claim]["n"]) == ("undecided", 2)
        assert (more[claim]["verdict"], more[claim]["n"]) == ("supported", 8)
    hedged, said = (claims["relu-does-not-converge"]["sentences"][0] for claims in (few, more))
    assert re.search("決められない|とまではいえない", hedged)
    assert re.search("収束しなかった|だけであった", said)
    page = html.parse(str(project.root / "reports/day3.html")).getroot()
    assert text_of(page.xpath('//*[@id="claim:relu-does-not-converge"]')[0]).startswith(hedged)


def test_with_a_learning_rate_of_zero_the_sentences_about_the_variant_turn(more_seeds, tmp_path):
    root = tmp_path / "stopped"
    shutil.copytree(more_seeds.root, root, symlinks=True)
    copy = type(more_seeds)(root)
    change_params(root, {"sine_to_cosine.variants.lstm": {"cell": "lstm", "learning_rate": 0.0}})
    decide(copy, "summarize_sine_to_cosine")
    before, after = ledger_of(more_seeds.root), ledger_of(root)
    claim = "lstm-validation-mse-than-simple-rnn"
    assert before[claim]["verdict"] != "contradicted"
    assert after[claim]["verdict"] == "contradicted"
    assert after[claim]["sentences"] != before[claim]["sentences"]
    of_the_variant = {
        name
        for name, entry in before.items()
        if any("sine_to_cosine.lstm." in comparison["quantity"] for comparison in entry["comparisons"])
    }
    assert claim in of_the_variant
    assert all(after[name]["sentences"] == before[name]["sentences"] for name in before.keys() - of_the_variant)
    diff = copy.run("dvc", "metrics", "diff").stdout
    assert re.search(rf"reports/claims.json +{claim}.verdict +{before[claim]['verdict']} +contradicted", diff)
    assert "sentences" not in diff
    told = copy.run("python", "-m", "ronkyo.cli", "claims")
    assert told.returncode == 0, told.stderr
    assert re.search(rf"contradicted +{claim} ", told.stdout)


def test_the_commands_claims_and_lint_fail_on_a_typed_number_and_tell_where(project):
    chapter = project.root / "report_templates/chapters/09_exercise_seq2seq.md.j2"
    with edited(chapter, lambda text: text + "\n誤差は 0.25 で、最も小さい。\n"):
        line = len(chapter.read_text(encoding="utf-8").splitlines())
        for command in ("claims", "lint"):
            done = project.run("python", "-m", "ronkyo.cli", command)
            assert done.returncode == 1
            found = re.findall(rf"09_exercise_seq2seq.md.j2:{line}: (\w+) (\S+),", done.stdout + done.stderr)
            assert found == [("number", "0.25"), ("comparison", "最も小さい")]
        built = project.run("python", "stages/report.py")
        assert built.returncode == 1
        assert f"09_exercise_seq2seq.md.j2:{line}: number 0.25" in built.stderr
    told = project.run("python", "-m", "ronkyo.cli", "claims", "--json")
    assert told.returncode == 0
    assert json.loads(told.stdout) == ledger_of(project.root)


def test_every_claim_has_a_wording_for_every_verdict_its_ledger_entry_and_a_link_back(project, page):
    chapters = "".join(
        file.read_text(encoding="utf-8") for file in (project.root / "report_templates").rglob("*.md.j2")
    )
    for claim in re.findall(r"\{% claim .*?\{% endclaim %\}", chapters, re.DOTALL):
        verdicts = re.findall(r"\{% (supported|equal|undecided|contradicted) %\}", claim)
        assert [verdict for verdict in verdicts if verdict != "equal"] == ["supported", "undecided", "contradicted"]
    stated = ledger_of(project.root)
    assert len(stated) >= 25
    for name in stated:
        sentence, entry = (page.xpath(f'//*[@id="{kind}:{name}"]')[0] for kind in ("claim", "ledger"))
        assert sentence.xpath(f'.//button[@popovertarget="ledger:{name}"]')
        assert entry.xpath(f'.//a[@href="#claim:{name}"]')
        assert "変わる条件" in text_of(entry)


def test_a_stage_fails_when_its_inputs_change_while_it_runs(project, tmp_path):
    other = tmp_path / "changing"
    shutil.copytree(project.root, other, symlinks=True)
    file = other / "src/day3/experiments/activations/figures.py"
    script = (
        "import pathlib\n"
        "from ronkyo.run import stage\n"
        f"file = pathlib.Path({str(file)!r})\n"
        "stage.main(lambda project: file.write_text(file.read_text() + '# edited meanwhile\\n'), [])\n"
    )
    copy = type(project)(other)
    done = copy.run("env", "DVC_STAGE=draw_activations", f"PYTHONPATH={other}/src", "python", "-c", script)
    assert done.returncode == 1
    assert done.stderr == (
        "draw_activations: src/day3/experiments/activations/figures.py: changed while the stage ran; run it again\n"
    )


def test_pdf_is_readable_by_another_program(project):
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    done = subprocess.run(
        ["pdftotext", project.root / "reports/day3.pdf", "-"], capture_output=True, text=True, check=True
    )
    assert "再帰型ニューラルネットワーク" in done.stdout
