"""What is made for one version of WeasyPrint: in place while a page is set, then gone; another version does without."""

import io

import pypdf
import pytest
import weasyprint
from test_pdf import ATTACHMENTS, root, written  # noqa: F401

from ronkyo.typeset.pdf import weasyprint_70


def in_place() -> list[object]:
    return [getattr(patch.owner, patch.name) for patch in weasyprint_70._patches()]


def test_every_patch_is_in_place_and_then_as_before():
    before = in_place()
    with weasyprint_70.patched():
        assert all(now is not then for now, then in zip(in_place(), before, strict=True))
    assert in_place() == before


def test_patches_are_taken_back_after_an_error():
    before = in_place()
    with pytest.raises(ZeroDivisionError), weasyprint_70.patched():
        _ = 1 / 0
    assert in_place() == before


def test_another_version_is_not_touched_and_writes_a_pdf_that_claims_one_standard(root, monkeypatch):  # noqa: F811
    monkeypatch.setattr(weasyprint, "__version__", "71.0")
    before = in_place()
    with weasyprint_70.patched():
        assert in_place() == before
    reader = pypdf.PdfReader(io.BytesIO(written(root, attachments=ATTACHMENTS)))
    assert "本文" in reader.pages[0].extract_text() or "本文" in reader.pages[1].extract_text()
    metadata = reader.trailer["/Root"]["/Metadata"].get_object().get_data()
    assert b"pdfaid" in metadata
    assert b"pdfuaid" not in metadata


@pytest.mark.parametrize(
    ("path", "operators"),
    [
        ("M 1 2\nL 3.5 -4 \nz", b"1 2 m\n3.5 -4 l\nh"),
        ("M0 0C1 2 3 4 5 6Z M 7 8 L 9 10", b"0 0 m\n1 2 3 4 5 6 c\nh\n7 8 m\n9 10 l"),
    ],
)
def test_plain_paths_are_rewritten(path, operators):
    assert weasyprint_70.operators(path) == operators


@pytest.mark.parametrize(
    "path",
    ["", "m 0 0 l 1 1", "M 0 0 L 1", "M 0 0 L 1e-3 1", "L 1 1", "M 0 0 Z L 1 1", "M 0 0 L 1 1 2 2", "M 0 0 Q 3 3 6 0"],
)
def test_any_other_path_is_left_to_weasyprint(path):
    assert weasyprint_70.operators(path) is None
