"""What must not be printed as a chapter has it: one line with the template and its line."""

import shutil

import pytest
from new_project import alone

from ronkyo.errors import ReportError
from ronkyo.project import Project
from ronkyo.report import build


@pytest.fixture(scope="module")
def chapter(small, tmp_path_factory):
    """A chapter of a project, to be changed; and the project."""
    root = tmp_path_factory.mktemp("chapters") / "small"
    shutil.copytree(small.root, root)
    with alone():
        project = Project.find(root)
        yield sorted((project.templates / "chapters").glob("*.md.j2"))[0], project


def refused(chapter, added: str) -> str:
    """The one message about what was added at the chapter's end."""
    file, project = chapter
    before = file.read_text(encoding="utf-8")
    file.write_text(f"{before}\n{added}\n", encoding="utf-8")
    try:
        with pytest.raises(ReportError) as error:
            build.Draft.of(project)
    finally:
        file.write_text(before, encoding="utf-8")
    (line,) = str(error.value).splitlines()
    place, _, message = line.partition(": ")
    first = before.count("\n") + 2
    assert place.startswith(f"report_templates/chapters/{file.name}:")
    assert first <= int(place.rpartition(":")[2]) < first + added.count("\n") + 1
    return message


@pytest.mark.parametrize(
    ("added", "told"),
    [
        ('<iframe src="file:///etc/passwd"></iframe>', "<iframe>"),
        ("<script>alert()</script>", "<script>"),
        ("[a link](javascript:alert())", "javascript:"),
        ('<b onclick="x()">bold</b>', "onclick="),
        ('<object data="file:///etc/passwd"></object>', "<object>"),
        ('<video src="http://127.0.0.1/x"></video>', "src="),
        ('<base href="http://127.0.0.1/">', "<base>"),
        ('<p style="background: url(http://127.0.0.1/x.png)">text</p>', "url()"),
        ('<style>@import "http://127.0.0.1/x.css";</style>', "@import"),
    ],
)
def test_markup_that_runs_or_loads_something_is_refused(chapter, added, told):
    assert told in refused(chapter, added)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("file:///etc/passwd", "an address"),
        ("http://127.0.0.1:1/x.png", "an address"),
        ("../../x.png", "one outside"),
        ("figures/none.png", "none"),
    ],
)
def test_a_picture_that_is_not_in_the_project_is_refused_with_its_address_as_written(chapter, source, found):
    expected = f"picture {source!r}: expected a file of the project, found {found}"
    assert refused(chapter, f"![words]({source})") == expected
    assert refused(chapter, f'<img src="{source}" alt="words">') == expected


@pytest.mark.parametrize("added", ["It is $x + y here.", "$$\nx + y\n\nText", "Text $\\alpha"])
def test_a_dollar_that_nothing_closes_is_refused(chapter, added):
    assert "dollar that nothing closes" in refused(chapter, added)


def test_dollars_that_are_meant_are_printed(chapter):
    file, project = chapter
    before = file.read_text(encoding="utf-8")
    file.write_text(f"{before}\n\\$HOME and `$HOME` and $x$ and 5 $.\n", encoding="utf-8")
    try:
        assert "$HOME and $HOME and " in build.Draft.of(project).tree.root.text_content()
    finally:
        file.write_text(before, encoding="utf-8")


def test_an_unsolved_conflict_of_a_merge_is_refused(chapter):
    assert "conflict of a merge" in refused(chapter, "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> other")


def test_a_blank_chapter_is_refused(chapter):
    file, project = chapter
    before = file.read_text(encoding="utf-8")
    file.write_text("\n \n", encoding="utf-8")
    try:
        with pytest.raises(ReportError, match=rf"{file.name}: expected text, found a blank file"):
            build.Draft.of(project)
    finally:
        file.write_text(before, encoding="utf-8")


@pytest.mark.parametrize(
    ("added", "told"),
    [
        ('{{ mean("least_squares.plain.excess_loss", ".1000000000f") }}', "at most 100 digits"),
        ('{{ mean("least_squares.plain.excess_loss", "1000000000") }}', "at most 100 digits"),
        ("{% for i in range(10 ** 9) %}{% endfor %}", "at most 1,000,000 turns"),
        ("{% for i in range(10 ** 5) %}{% for j in range(10 ** 5) %}{% endfor %}{% endfor %}", "1,000,000 turns"),
        ("{% for i in range(10 ** 30) %}{% endfor %}", "too large"),
    ],
)
def test_what_would_take_all_time_or_memory_is_refused(chapter, added, told):
    assert told in refused(chapter, added)


@pytest.mark.parametrize("call", ["listing('{name}', 'train', 'text')", "figure('{name}', 'text', 'text')"])
def test_a_name_that_no_file_can_have_is_refused(chapter, call):
    assert refused(chapter, "{{ " + call.format(name="[" * 300) + " }}").endswith("File name too long")
