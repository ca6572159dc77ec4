"""The page that the front matter asks for: its size, its margins, what stands at its head and foot."""

import base64
import io

import pypdf
import pypdfium2
import pytest
from PIL import Image
from reading import read, warned

from ronkyo.foreign import render

MM = 72 / 25.4
BODY = '# 題\n\n2024-01-02\n\n## 章\n\n本文。\n\n<div style="page-break-after: always"></div>\n\n次の頁。\n'


def front_matter(*lines, name="puppeteer"):
    return "\n".join(["---", f"{name}:", *(f"  {line}" for line in lines), "---", BODY])


def templates(header="", footer=""):
    return front_matter("displayHeaderFooter: true", f"headerTemplate: '{header}'", f"footerTemplate: '{footer}'")


class Pages:
    """A report's PDF; lengths in mm, from the left and from the top of the page."""

    def __init__(self, folder, text):
        self.parsed = read(folder, text)
        content, self.warnings = render.printed(folder / "report.md", self.parsed)
        self.file = pypdf.PdfReader(io.BytesIO(content))
        self.document = pypdfium2.PdfDocument(content)
        self.sizes = [
            tuple(round(length / MM) for length in self.document[n].get_size()) for n in range(len(self.document))
        ]

    def found(self, text, page=0):
        """Left, top, right and bottom of the text's last place."""
        sheet = self.document[page]
        words = sheet.get_textpage()
        found = words.search(text)
        places = list(iter(found.get_next, None))
        assert places, (text, words.get_text_range())
        place = places[-1]
        boxes = [words.get_charbox(place[0] + n) for n in range(place[1])]
        height = sheet.get_size()[1]
        left, right = min(box[0] for box in boxes), max(box[2] for box in boxes)
        return tuple(
            length / MM for length in (left, height - max(box[3] for box in boxes), right, height - boxes[0][1])
        )

    def text(self, page=0):
        return " ".join(self.document[page].get_textpage().get_text_range().split())


@pytest.mark.parametrize(
    ("options", "size"),
    [
        (['format: "A3"', "landscape: true"], (420, 297)),
        (["format: a5"], (148, 210)),
        (["format: Letter"], (216, 279)),
        (["format: Tabloid"], (279, 432)),
        (["landscape: true"], (297, 210)),
        (["landscape: false"], (210, 297)),
        (["width: 10cm", "height: 150mm"], (100, 150)),
        (["width: 6in"], (152, 297)),
        (["width: 600", "height: 800px", "landscape: true"], (212, 159)),
        (["format: A6", "width: 10cm"], (105, 148)),
        (["format: A4", "scale: 0.5"], (210, 297)),
        (["printBackground: true", "preferCSSPageSize: true", "timeout: 3"], (210, 297)),
    ],
)
def test_the_paper_is_that_of_the_front_matter(tmp_path, options, size):
    pages = Pages(tmp_path, front_matter(*options))
    assert set(pages.sizes) == {size}
    assert not pages.parsed.warnings
    assert not pages.warnings


@pytest.mark.parametrize(
    ("margin", "left", "top"),
    [
        ("{top: 3cm, left: 40mm}", 40, 30),
        ("{top: 1in, left: 96px, right: 1cm, bottom: 1cm}", 25.4, 25.4),
        ("{top: 96, left: 0}", 0, 25.4),
        ("2cm", 20, 20),
        ("{right: 1cm}", 30.9, 26),
    ],
)
def test_margins_are_those_of_the_front_matter_and_else_the_engines(tmp_path, margin, left, top):
    pages = Pages(tmp_path, front_matter(f"margin: {margin}", "scale: 0.5", name="chrome"))
    x, y, right, bottom = pages.found("次の頁", page=1)
    assert left <= x < left + 6
    assert top <= y < top + 5
    assert not pages.parsed.warnings


def test_a_scale_makes_the_text_smaller_and_leaves_the_paper(tmp_path):
    whole, half = (Pages(tmp_path, front_matter(f"scale: {scale}")).found("本文") for scale in (1, 0.5))
    assert half[2] - half[0] == pytest.approx((whole[2] - whole[0]) / 2, abs=0.2)


def test_margins_and_pictures_follow_the_paper(tmp_path):
    Image.new("RGB", (50, 2000), "navy").save(tmp_path / "a.png")
    pages = Pages(tmp_path, front_matter("format: A6", "landscape: true") + "\n![](a.png)\n")
    assert pages.sizes[0] == (148, 105)
    left = pages.found("次の頁", page=1)[0]
    assert 21 < left < 28
    assert len(pages.sizes) == 2  # the picture is no higher than one


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "format: B5",
            "format: expected one of letter, legal, tabloid, ledger, a0, a1, a2, a3, a4, a5, a6, found 'B5'",
        ),
        (
            "format: [A4]",
            "format: expected one of letter, legal, tabloid, ledger, a0, a1, a2, a3, a4, a5, a6, found list",
        ),
        ("scale: 3", "scale: expected a number from 0.1 to 2, found 3"),
        ("scale: big", "scale: expected a number from 0.1 to 2, found 'big'"),
        ("width: wide", "width: expected a length as 10cm, found 'wide'"),
        ("margin: {top: 2em}", "margin: expected a length as 10mm for top, right, bottom or left, found 'top': '2em'"),
        (
            "margin: {inner: 2cm}",
            "margin: expected a length as 10mm for top, right, bottom or left, found 'inner': '2cm'",
        ),
        ("margin: 20cm", "margin: leaves -190 mm for the text, expected at least 30"),
        ("margins: 2cm", "margins: not known, so it has no effect"),
        ("pageRanges: 1-2", "pageRanges: not known, so it has no effect"),
        ("'a(': 1", "a(: not known, so it has no effect"),
        ("Landscape: true", "Landscape: not known, so it has no effect"),
        ("width: 1cm", "margin: leaves 7 mm for the text, expected at least 30"),
    ],
)
def test_what_cannot_be_used_is_told_with_its_line_and_the_own_page_stands(tmp_path, line, message):
    pages = Pages(tmp_path, front_matter("timeout: 1", line))
    found = warned(pages.parsed)
    assert found == [f"{4 if not line.startswith('width: 1cm') else 1}: front matter: puppeteer.{message}"]
    assert pages.sizes[0] == (210, 297)


@pytest.mark.parametrize(
    "header",
    [
        '<div style="font-size:10px; width:100%; text-align:right">学籍番号 00000 氏名</div>',
        '<div style="font-size:10px; width:100%; display:flex; justify-content:flex-end">学籍番号 00000 氏名</div>',
        '<div style="display:flex"><span>左</span><span style="margin-left:auto">学籍番号 00000 氏名</span></div>',
        '<span style="margin-left:1cm">左</span><span style="margin-left:auto; margin-right:3cm">学籍番号 00000 氏名</span>',
        '<table style="width:100%"><tr><td>左</td><td style="text-align:right">学籍番号 00000 氏名</td></tr></table>',
        '<span style="float:right">学籍番号 <b>00000</b> <i>氏名</i></span>',
        '<p style="text-align: right; margin: 0">学籍番号 00000 <span>氏名</span></p>',
        '<div style="width:100%; display:flex; justify-content:space-between"><p>左</p><p>学籍番号 00000 氏名</p></div>',
    ],
)
def test_a_header_stands_on_every_page_where_its_style_puts_it(tmp_path, header):
    pages = Pages(tmp_path, templates(header))
    for page in range(2):
        left, top, right, bottom = pages.found("学籍番号 00000 氏名", page)
        assert 170 < right < 181
        assert bottom < 26
    assert not pages.warnings


@pytest.mark.parametrize(
    ("footer", "text"),
    [
        ('<span class="pageNumber"></span> / <span class="totalPages"></span>', "1 / 2"),
        ('<div><span class="pageNumber"></span>/<span class="totalPages"></span></div>', "1/2"),
        ('<span class="date"></span> <span>-</span> <span class="pageNumber">7</span>', "2024 年 1 月 2 日 - 1"),
        ('<span class="title"></span> <span class="url"></span>', "題 report.html"),
        ('<p>- <span class="pageNumber"></span> -</p>', "- 1 -"),
        ('<span class="title big">x</span>：<b>頁 <span class="pageNumber"></span></b>', "題：頁 1"),
        ("&copy; 2024 &lt;名&gt;", "© 2024 <名>"),
        ('<table style="width:100%"><tr><td>左</td><td style="text-align:right">右</td></tr></table>', "左右"),
    ],
)
def test_a_footer_has_the_fields_of_chrome_and_the_blanks_between_them(tmp_path, footer, text):
    pages = Pages(tmp_path, templates(footer=footer))
    assert pages.text().replace(" ", "").endswith(text.replace(" ", ""))
    assert pages.found(text.split()[0])[1] > 272
    words = pages.document[0].get_textpage().get_text_range().splitlines()[-1]
    assert words.split() == text.split() or text == "左右"
    assert not pages.warnings


def test_the_second_page_has_its_own_number(tmp_path):
    pages = Pages(tmp_path, templates(footer='<span class="pageNumber"></span> of <span class="totalPages"></span>'))
    assert [pages.text(page)[-6:] for page in range(2)] == ["1 of 2", "2 of 2"]


def test_a_length_in_a_template_counts_from_the_edge_of_the_paper(tmp_path):
    number = '<div style="margin-left: 19cm;"><span class="pageNumber"></span>/<span class="totalPages"></span></div>'
    assert pages_left(tmp_path, number) == pytest.approx(190, abs=1)
    centred = '<div style="text-align: center; padding-left: 1cm; padding-right: 1cm"><span class="pageNumber"></span>/2</div>'
    assert pages_left(tmp_path, centred) == pytest.approx(105, abs=4)
    spread = '<div style="display:flex; width:100%; margin: 0 2cm"><span style="margin-left:auto">1/2</span></div>'
    assert pages_left(tmp_path, spread) == pytest.approx(185, abs=4)


def pages_left(folder, footer):
    return Pages(folder, templates(footer=footer)).found("1/2")[0]


def test_a_template_without_text_leaves_the_engines_own_and_no_display_nothing(tmp_path):
    pages = Pages(tmp_path, templates('<div style="margin-left: 1cm;"></div>', "<span></span>"))
    assert pages.found("題", 1)[1] < pages.found("次の頁", 1)[1]
    assert pages.text(1).endswith("2/2")
    hidden = Pages(tmp_path, front_matter("displayHeaderFooter: false", "headerTemplate: <b>頭</b>"))
    assert hidden.text(1) == "次の頁。"


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>頭",
        '<b onclick="alert(1)">頭</b>',
        "<style>body { display: none } @import url(//alert)</style>頭",
        '<img src="//alert/a.png"><img src="file:///etc/passwd"><img src="/etc/passwd">頭',
        '<div style="background: url(//alert); position: fixed; content: url(//alert)">頭</div>',
        '</div></main></body><iframe src="//alert"></iframe>頭',
        '頭 "; } </style>',
        '<div class="running contents title-page front">頭</div>',
        "<div>" * 1500 + "頭",
    ],
)
def test_a_template_runs_and_loads_nothing(tmp_path, hostile):
    text = templates().replace("headerTemplate: ''", f"headerTemplate: {hostile!r}" if "'" not in hostile else "")
    pages = Pages(tmp_path, text)
    assert "頭" in pages.text()
    assert "本文。" in pages.text()
    assert "alert" not in pages.text()


def test_a_style_that_is_none_is_told_of_and_the_others_stay(tmp_path):
    pages = Pages(tmp_path, templates('<div style="font-size: 10; text-align: right">頭</div>'))
    (warning,) = pages.warnings
    assert "`font-size:10`" in warning
    assert pages.found("頭")[2] > 170


def test_what_a_style_element_of_a_template_says_is_left_out_and_told(tmp_path):
    pages = Pages(tmp_path, templates("<style>b { margin: 2cm }</style><b>頭</b>"))
    assert pages.warnings == [
        f"{tmp_path}/report.md: <style> of the page's head or foot is left out: expected style attributes"
    ]
    assert pages.found("頭")[0] > 20


def test_a_template_may_hold_a_picture_that_is_in_it(tmp_path):
    written = io.BytesIO()
    Image.new("RGB", (10, 10), "navy").save(written, "PNG")
    dot = base64.b64encode(written.getvalue()).decode()
    pages = Pages(tmp_path, templates(f'<img src="data:image/png;base64,{dot}" alt="印">頭'))
    assert len(pages.file.pages[0].images) == 1
    broken = Pages(tmp_path, templates('<img src="data:image/png;base64,AAAA">頭'))
    assert len(broken.file.pages[0].images) == 0
    assert len(broken.warnings) == 1
