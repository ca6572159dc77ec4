"""ronkyo language-server, over real stdio: names where a template wants them, what they are, what is wrong."""

from __future__ import annotations

import shutil

import pytest
from language_client import Client
from new_project import PACKAGE

pytest.importorskip("pygls")
CHAPTER = "report_templates/chapters/01_least_squares.md.j2"


class Editor:
    """One with the chapter open."""

    def __init__(self, client, root):
        self.file = root / CHAPTER
        self.client, self.uri, self.version = client, self.file.as_uri(), 1
        document = {"uri": self.uri, "languageId": "jinja", "version": 1, "text": self.file.read_text(encoding="utf-8")}
        self.client.tell("textDocument/didOpen", {"textDocument": document})

    def type(self, text):
        """Instead of the whole chapter."""
        self.version += 1
        document = {"uri": self.uri, "version": self.version}
        self.client.tell("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]})
        self.text = text

    def save(self):
        self.file.write_text(self.text, encoding="utf-8")
        self.client.tell("textDocument/didSave", {"textDocument": {"uri": self.uri}})

    def problems(self):
        """(line, text) of the chapter."""
        while (told := self.client.hear("textDocument/publishDiagnostics"))["uri"] != self.uri:
            pass
        return [(one["range"]["start"]["line"] + 1, one["message"]) for one in told["diagnostics"]]

    def offered(self, text):
        """The items at the end of a text."""
        self.type(text)
        position = {"line": text.count("\n"), "character": len(text.rpartition("\n")[2].encode("utf-16-le")) // 2}
        return self.client.ask("textDocument/completion", {"textDocument": {"uri": self.uri}, "position": position})

    def names(self, text):
        return {item["label"] for item in self.offered(text)}

    def hover(self, text, at):
        self.type(text)
        position = {"line": 0, "character": text.index(at) + 1}
        told = self.client.ask("textDocument/hover", {"textDocument": {"uri": self.uri}, "position": position})
        return told and told["contents"]["value"]


@pytest.fixture(scope="module")
def editor(small, tmp_path_factory):
    """After an error was saved and mended, so that all is known."""
    root = tmp_path_factory.mktemp("edited") / PACKAGE
    shutil.copytree(small.root, root)
    with Client(root) as client:
        editor = Editor(client, root)
        good = editor.file.read_text(encoding="utf-8")
        editor.type(good + '\nAbout {{ mean("least_squares.plain.los", ".2f") }}.\n')
        editor.save()
        editor.first, editor.last = editor.problems(), good.count("\n") + 2
        editor.type(good)
        editor.save()
        editor.after = editor.problems()
        yield editor
        assert client.close() == 0


def test_error_stands_at_its_line_after_saving_and_goes_when_it_is_mended(editor):
    ((line, text),) = editor.first
    assert line == editor.last
    assert "least_squares.plain.los" in text
    assert editor.after == []


@pytest.mark.parametrize(
    ("typed", "offered", "not_offered"),
    [
        ('{{ mean("least', "least_squares.plain.steps_needed", "mean"),
        ('{{ constant("', "least_squares.least.loss", "least_squares.plain.steps_needed"),
        ('{{ param("', "least_squares.training.momentum", "least_squares.least.loss"),
        ('{{ figure("', "least_squares/learning_curves", "least_squares.least.loss"),
        ('{% claim "a", lower("x", "y"), figure="', "least_squares/learning_curves", "mean"),
        ('{{ ref("', "eq:momentum", "mean"),
        ("see [it](#", "claim:momentum-needs-fewer-steps", "mean"),
        ("{{ me", "metrics_table", "claim"),
        ("{% cl", "claim", "eq:momentum"),
    ],
)
def test_names_are_offered_where_they_belong(editor, typed, offered, not_offered):
    names = editor.names(f"Text {{{{ mean('a') }}}}.\n{typed}")
    assert offered in names
    assert not_offered not in names


def test_prose_is_left_alone(editor):
    assert editor.names('{{ mean("a") }} and then "least') == set()


def test_accepted_name_takes_the_place_of_what_is_typed_behind_characters_of_two_units(editor):
    start = '𝑥 {{ mean("'
    item = editor.offered(f"{start}least_squares.pl")[0]
    assert item["textEdit"]["range"]["start"]["character"] == len(start) + 1
    assert item["textEdit"]["range"]["end"]["character"] == len(start) + 1 + len("least_squares.pl")


def test_hover_tells_value_and_file(editor):
    told = editor.hover('{{ mean("least_squares.plain.steps_needed") }}', "plain")
    assert "mean of 5 seeds" in told
    assert "reports/seeds/least_squares.csv" in told
    assert "supported" in editor.hover('{% claim "momentum-needs-fewer-steps" %}', "needs-fewer")
    assert editor.hover("momentum is a word", "momentum") is None


def test_file_outside_a_project_is_no_error(tmp_path):
    with Client(tmp_path) as client:
        uri = (tmp_path / "a.md.j2").as_uri()
        document = {"uri": uri, "languageId": "jinja", "version": 1, "text": '{{ mean("'}
        client.tell("textDocument/didOpen", {"textDocument": document})
        position = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 9}}
        assert client.ask("textDocument/completion", position) == []
        assert client.close() == 0
