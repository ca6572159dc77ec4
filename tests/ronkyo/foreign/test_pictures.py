"""Pictures of reports from elsewhere: which are read, how large they are, what becomes of those that are not."""

import base64
import io
import random
import time
import zlib
from itertools import pairwise
from pathlib import Path

import pypdfium2
import pytest
from lxml import html
from PIL import Image
from reading import read, warned

from ronkyo.foreign import passes, pictures, render

PLACEHOLDER = "; a placeholder stands for it"


def picture(file, mode="RGB", size=(300, 200), kind=None, **options):
    """A picture with a gradient, so that a part of it is not the whole."""
    file.parent.mkdir(parents=True, exist_ok=True)
    image = Image.linear_gradient("L").resize(size)
    image = Image.merge("RGB", (image, image.rotate(180), image)) if mode in ("RGB", "CMYK", "P") else image
    image = image.convert("I").point(lambda value: value * 257) if mode == "I;16" else image
    image.convert(mode).save(file, kind, **options)
    return file


def images(parsed):
    return parsed.tree.root.xpath("//img")


def style_of(parsed):
    return images(parsed)[0].get("style")


def shown(parsed):
    """The picture as the page has it."""
    return Image.open(io.BytesIO(base64.b64decode(images(parsed)[0].get("src").partition(",")[2])))


def test_pictures_have_room_together_each_as_often_as_it_stands_in_the_page(tmp_path, monkeypatch):
    picture(tmp_path / "a.png")
    (image,) = images(read(tmp_path, "## 章\n\n![](a.png)\n"))
    monkeypatch.setattr(passes.pictures, "MOST_BYTES", 2 * len(image.get("src")))
    parsed = read(tmp_path, "## 章\n\n" + "![](a.png)\n\n" * 3)
    assert len(images(parsed)) == 2
    (warning,) = warned(parsed)
    assert warning.startswith("7: image 'a.png': expected at most ")
    assert warning.endswith(PLACEHOLDER)


# -- sizes ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "style"),
    [
        ("<img src=a.png height=50 width=60px>", "width: 60px; height: 50px"),
        ('<img src="a.png" style="zoom: 0.33" />', "width: 99px"),
        ("<img src=a.png style='zoom:200%'>", "width: 600px"),
        ("<img src=a.png width=100 style='zoom:50%'>", "width: 50px"),
        ("<img src=a.png style='zoom:50%;height:80px'>", "height: 40px"),
        ("<img src=a.png style='max-width:10px;width:70%'>", "width: 70%"),
        ("<img src=a.png style='width:5cm;height:auto' width=3>", "width: 5cm"),
        ("<img src=a.png height=50%>", None),
        ("<img src=a.png width=0>", None),
        ("<img src=a.png width=x style='zoom:x'>", None),
        ("![](a.png =100x50)", "width: 100px; height: 50px"),
        ("![図](a.png =100x)", "width: 100px"),
        ("![](a.png =x50)", "height: 50px"),
        ("![](a.png =50%x)", "width: 50%"),
        ("![](a.png){width=50%}", "width: 50%"),
        ('![](a.png){width="100px" height=40}', "width: 100px; height: 40px"),
    ],
)
def test_a_picture_has_the_size_that_the_report_gives_it(tmp_path, text, style):
    picture(tmp_path / "a.png")
    parsed = read(tmp_path, f"## 章\n\n{text}\n")
    assert style_of(parsed) == style
    assert not parsed.warnings


def test_a_drawing_is_zoomed_from_the_size_that_it_says(tmp_path):
    for name, size in (("a", 'width="80px" height="40"'), ("b", 'viewBox="0 0 60,30"'), ("c", 'width="100%"')):
        (tmp_path / f"{name}.svg").write_text(f'<svg xmlns="http://www.w3.org/2000/svg" {size}><rect/></svg>')
    for name, style in (("a", "width: 40px"), ("b", "width: 30px"), ("c", None)):
        assert style_of(read(tmp_path, f"<img src={name}.svg style='zoom:50%'>")) == style


def test_pictures_side_by_side_keep_a_size_of_their_own(tmp_path):
    picture(tmp_path / "a.png")
    parsed = read(
        tmp_path, "<img src=a.png height=40> <img src=a.png width=60>\n\n<img src=a.png width=40%> ![](a.png)\n"
    )
    assert [image.get("style") for image in images(parsed)] == ["height: 40px", "width: 60px", None, None]


def test_a_picture_floats_beside_text_and_nowhere_else(tmp_path):
    picture(tmp_path / "a.png")
    beside = read(tmp_path, '<img src="a.png" align="right" style="zoom:20%"> 文が続く。' + "長い。" * 200)
    assert style_of(beside) == "width: 60px; float: right"
    assert not render.printed(tmp_path / "report.md", beside)[1]
    assert style_of(read(tmp_path, '<img src="a.png" align="right">')) is None
    assert style_of(read(tmp_path, '<img src="a.png" align="left" width=50>\n\n文')) == "width: 50px"


# -- where they lie -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", ["/img/a.png", "/img/%61.png", "\\img\\a.png", "/IMG/A.png", "/./img/a.png", "img/a.png"]
)
def test_a_picture_from_the_root_is_one_from_the_reports_folder(tmp_path, address):
    picture(tmp_path / "img/a.png")
    assert len(images(read(tmp_path, f"![]({address})"))) == 1


def test_a_picture_from_the_root_is_looked_for_up_to_the_repositorys(tmp_path):
    folder = tmp_path / "work/reports/day1"
    folder.mkdir(parents=True)
    picture(tmp_path / "secret.png")
    picture(tmp_path / "work/img/a.png", size=(10, 10))
    picture(tmp_path / "work/reports/img/a.png", size=(20, 20))
    picture(tmp_path / "work/top.png", size=(30, 30))
    text = "![](/img/a.png)\n\n![](/top.png)\n\n![](/secret.png)\n\n![](/../secret.png)\n"
    assert not images(read(folder, text))
    (tmp_path / "work/.git").mkdir()
    parsed = read(folder, text)
    assert [shown(parsed).width, len(images(parsed))] == [20, 2]  # the nearest
    missing, outside = warned(parsed)
    assert missing == f"5: image '/secret.png': no such file{PLACEHOLDER}"
    assert outside == f"7: image '/../secret.png': outside the report's folder, so it is not read{PLACEHOLDER}"


def test_a_link_out_of_the_repository_is_not_followed(tmp_path):
    (tmp_path / "work/.git").mkdir(parents=True)
    (tmp_path / "work/a.png").symlink_to(picture(tmp_path / "secret.png"))
    assert "outside the report's folder" in warned(read(tmp_path / "work", "![](/a.png)"))[0]


# -- what they are --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "mode", "written"),
    [
        ("BMP", "RGB", "PNG"),
        ("BMP", "1", "PNG"),
        ("ICO", "RGB", "PNG"),
        ("TIFF", "RGB", "PNG"),
        ("TIFF", "CMYK", "PNG"),
        ("TIFF", "I;16", "PNG"),
        ("AVIF", "RGB", "AVIF"),
        ("WEBP", "RGB", "WEBP"),
        ("PNG", "I;16", "PNG"),
        ("PNG", "P", "PNG"),
        ("JPEG", "CMYK", "JPEG"),
        ("GIF", "P", "GIF"),
    ],
)
def test_pictures_of_every_kind_are_shown_in_both_outputs(tmp_path, kind, mode, written):
    picture(tmp_path / "a.xyz", mode, (64, 64), kind)
    parsed = read(tmp_path, "## 章\n\n![](a.xyz)\n")
    assert shown(parsed).format == written
    assert shown(parsed).size == (64, 64)
    top, bottom = (shown(parsed).convert("L").getpixel((40, row)) for row in (0, 63))
    assert abs(top - bottom) > 30
    assert not parsed.warnings
    paper, warnings = render.printed(tmp_path / "report.md", parsed)
    assert not warnings
    assert b"/Subtype /Image" in paper


def test_a_picture_that_a_camera_turned_is_measured_as_it_is_seen(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn
    for kind in ("JPEG", "TIFF"):
        picture(tmp_path / "a.x", "RGB", (300, 200), kind, exif=exif)
        assert style_of(read(tmp_path, "<img src=a.x style='zoom:50%'>")) == "width: 100px"


# -- broken and hostile ones ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", [2, 1, 300])
def test_a_jpeg_that_breaks_off_is_shown_as_browsers_show_it(tmp_path, cut):
    content = picture(tmp_path / "a.jpg").read_bytes()
    (tmp_path / "a.jpg").write_bytes(content[:-cut])
    parsed = read(tmp_path, "![](a.jpg)")
    assert not parsed.warnings
    assert shown(parsed).convert("L").getpixel((5, 5)) == pytest.approx(
        Image.open(io.BytesIO(content)).convert("L").getpixel((5, 5)), abs=3
    )
    assert not render.printed(tmp_path / "report.md", parsed)[1]


def broken(content, how):
    chunk = content.index(b"IDAT")
    return {
        "its end has another name": content.replace(b"IEND", b" IEN"),
        "without its end": content[: content.index(b"IEND") - 4],
        "breaks off": content[: len(content) // 2],
        "a wrong check sum": content[: chunk + 9] + bytes([content[chunk + 9] ^ 255]) + content[chunk + 10 :],
        "no pixels": content[: chunk - 4] + content[content.index(b"IEND") - 4 :],
        "only its head": content[:33],
        "only its mark": content[:8],
        "a part of no length": content[: chunk - 4] + b"\xff\xff\xff\xff" + content[chunk:],
    }[how]


@pytest.mark.parametrize("kind", ["image/png;base64", " image/png; base64", "image/png;name=a.png;base64"])
def test_a_picture_in_the_text_is_read_as_browsers_do(tmp_path, kind):
    content = base64.b64encode(picture(tmp_path / "a.png").read_bytes()).decode()
    parsed = read(tmp_path, f"<img src='data:{kind},{content}'>\n")
    assert (len(images(parsed)), parsed.warnings) == (1, [])


@pytest.mark.parametrize(
    "how",
    [
        "its end has another name",
        "without its end",
        "breaks off",
        "a wrong check sum",
        "no pixels",
        "only its head",
        "only its mark",
        "a part of no length",
    ],
)
@pytest.mark.parametrize("embedded", [False, True])
def test_a_damaged_png_is_a_placeholder_with_one_warning(tmp_path, how, embedded):
    content = broken(picture(tmp_path / "a.png").read_bytes(), how)
    (tmp_path / "a.png").write_bytes(content)
    address = f"data:image/png;base64,{base64.b64encode(content).decode()}" if embedded else "a.png"
    parsed = read(tmp_path, f"## 章\n\n文\n\n![]({address})\n")
    (warning,) = warned(parsed)
    assert warning.startswith("5: image '")
    assert warning.endswith(f"{pictures.UNREADABLE}{PLACEHOLDER}")
    assert not render.printed(tmp_path / "report.md", parsed)[1]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "AVIF", "BMP", "ICO", "TIFF"])
def test_no_damage_ends_in_a_traceback(tmp_path, kind):
    whole = picture(tmp_path / "a", "RGB", (40, 30), kind).read_bytes()
    chance = random.Random(7)
    names = []
    for number in range(12):
        content = bytearray(whole)
        for _ in range(chance.choice((1, 3, 20))):
            content[chance.randrange(len(content))] = chance.randrange(256)
        names.append(f"{number}.bin")
        (tmp_path / names[-1]).write_bytes(bytes(content)[: chance.choice((None, len(content) * 3 // 4))])
    parsed = read(tmp_path, "\n\n".join(f"![]({name})" for name in names))
    assert len(parsed.tree.root.xpath("//*[@class='missing']")) == len(parsed.warnings)
    render.printed(tmp_path / "report.md", parsed)


def huge_png(width, height):
    def chunk(kind, content):
        return len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([1, 0, 0, 0, 0])
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(20000, 20000), (100000, 1000), (2**31 - 1, 2**31 - 1)])
def test_a_picture_with_too_many_pixels_is_told_with_its_size_and_the_limit(tmp_path, size):
    (tmp_path / "a.png").write_bytes(huge_png(*size))
    start = time.process_time()
    (warning,) = warned(read(tmp_path, "![](a.png)"))
    assert time.process_time() - start < 5
    pixels = f"too large: {size[0]} × {size[1]} pixels, expected at most 90 million"
    assert warning == f"1: image 'a.png': {pixels}{PLACEHOLDER}"


SVG = '<svg xmlns="http://www.w3.org/2000/svg">'
ENTITIES = f'<!ENTITY a "{"x" * 1000}">' + "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in pairwise("abcdefghi")
)


def uses(levels, each):
    groups = "".join(f'<g id="g{level}">{f"""<use href="#g{level - 1}"/>""" * each}</g>' for level in range(1, levels))
    return f'{SVG}<defs><g id="g0"><rect/></g>{groups}</defs><use href="#g{levels - 1}"/></svg>'


def patterns(levels):
    content = "".join(
        f'<pattern id="p{level}">{f"""<rect style="fill: url(#p{level - 1})"/>""" * 10}</pattern>'
        for level in range(1, levels)
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg">{content}<rect fill="url(#p{levels - 1})"/></svg>'


@pytest.mark.parametrize(
    "drawing",
    [
        uses(20, 10),
        patterns(20),
        '<svg xmlns="http://www.w3.org/2000/svg"><g id="a"><use href="#a"/></g></svg>',
        '<svg xmlns="http://www.w3.org/2000/svg"><g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g></svg>',
        '<!DOCTYPE svg [{entities}]><svg xmlns="http://www.w3.org/2000/svg"><text>&i;</text></svg>',
    ],
)
def test_a_drawing_that_grows_without_end_is_not_drawn(tmp_path, drawing):
    (tmp_path / "a.svg").write_text(drawing.replace("{entities}", ENTITIES))
    start = time.process_time()
    parsed = read(tmp_path, "![](a.svg)")
    render.printed(tmp_path / "report.md", parsed)
    assert time.process_time() - start < 5
    page = html.tostring(parsed.tree.root)
    assert len(page) < 10_000


def test_a_drawing_that_uses_its_parts_often_is_drawn(tmp_path):
    (tmp_path / "a.svg").write_text(uses(3, 30))
    assert not read(tmp_path, "![](a.svg)").warnings


def test_a_picture_that_is_shown_often_is_read_once(tmp_path, monkeypatch):
    picture(tmp_path / "a.png", size=(2000, 2000))
    start = time.process_time()
    read(tmp_path, "![](a.png)\n\n" * 100)
    assert time.process_time() - start < 3


def test_words_before_a_long_placeholder_are_not_stretched(report):
    image = f"![{'alternative' * 4}](https://example.com/{'flow' * 8}.svg)"
    parsed = report(f"Words with {image} inside.\n", language="en")
    content, _ = render.printed(Path("report.md"), parsed)
    words = pypdfium2.PdfDocument(content)[0].get_textpage()
    assert words.get_charbox(9)[2] - words.get_charbox(0)[0] < 60


def test_a_placeholder_at_the_start_of_an_indented_paragraph_ends_within_it(report):
    parsed = report(f"# 題\n\n文\n\n![a](https://example.com/{'x' * 120}.svg) {'あ' * 200}\n")
    content, _ = render.printed(Path("report.md"), parsed)
    words = pypdfium2.PdfDocument(content)[0].get_textpage()
    letters = words.get_text_range()
    right = [max(words.get_charbox(n)[2] for n, there in enumerate(letters) if there == letter) for letter in "xあ"]
    assert right[0] < right[1]
