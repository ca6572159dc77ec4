"""Every character that a Japanese file can hold is set, or named with its line."""

import io
import re
import unicodedata

import pypdf
import pypdfium2
import pytest
from fontTools.ttLib import TTFont

from ronkyo.foreign import render
from ronkyo.typeset import supplement
from ronkyo.typeset.glyphs import GETA, Missing


def characters(codec):
    """What a codec of Python can write, controls and blanks apart; pairs of a letter and a mark, too."""
    found = []
    for code in [*range(0x20, 0xD800), *range(0xF900, 0x30000)]:
        try:
            chr(code).encode(codec)
        except UnicodeEncodeError:
            continue
        if unicodedata.category(chr(code)) not in ("Cc", "Cf", "Zs"):
            found.append(chr(code))
    return found


@pytest.fixture
def rendered(tmp_path):
    """The HTML, the PDF and the warnings of a text."""

    def run(text):
        file = tmp_path / "text.md"
        file.write_text(text, encoding="utf-8")
        warnings = render.render(file, say=lambda _: None)
        return file.with_suffix(".html").read_text(encoding="utf-8"), file.with_suffix(".pdf").read_bytes(), warnings

    return run


def text_of(pdf):
    document = pypdfium2.PdfDocument(pdf)
    text = "".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize(
    "codec",
    ["iso2022_jp", "shift_jis", "cp932", "euc_jp", "euc_jisx0213", "euc_jis_2004", "gb2312", "gbk", "euc_kr", "big5"],
)
def test_a_font_has_every_character_of_an_east_asian_standard(codec):
    assert [letter for letter in characters(codec) if not supplement.draws(letter)] == []


@pytest.mark.parametrize("codec", ["iso8859_2", "iso8859_5", "iso8859_7", "iso8859_8", "iso8859_6", "tis_620"])
def test_a_font_has_the_letters_of_other_scripts(codec):
    assert [letter for letter in characters(codec) if not supplement.draws(letter)] == []


def test_no_character_of_jis_becomes_another():
    missing = Missing()
    text = "".join(characters("euc_jis_2004"))
    assert missing(text) == text
    assert not missing


@pytest.mark.parametrize(
    "text",
    [
        "円周率 ≒ 3.14",
        "ゔぁいおりん、ヷ、𠮷野家、〻",
        "☑ ✅ ❌ ⚠ ♥ ➔ ϵ ϕ ㋐",
        "안녕 하세요",
        "简单的专业",
        "Ελλάδα ά č Ж",
        "神 﨑 髙 纊 ㍻ № ㏍",  # of cp932
        "か゚ ト゚",  # of JIS X 0213, a letter and a mark
        "x̄ p̂ ŷ",
        "⟹ ∮ ⅓ ㉑ 𝑥 ⎵",
        "😀 🎉 🚀 🇯🇵 👍🏽 👨‍👩‍👧",
        "สวัสดี",
        "हिन्दी",
    ],
)
def test_a_text_is_printed_letter_by_letter(rendered, text):
    _, pdf, warnings = rendered(f"# A\n\n{text}\n\n**{text}**\n\n`{text}`\n\n|{text}|\n|-|\n|{text}|\n")
    assert warnings == []
    expected = unicodedata.normalize("NFC", re.sub(r"\s", "", text)) if "神" not in text else re.sub(r"\s", "", text)
    assert text_of(pdf).count(expected) == 5


def test_emoji_have_no_colour(rendered):
    _, pdf, _ = rendered("# A\n\n😀\n")
    fonts = [
        font.get_object()["/DescendantFonts"][0].get_object()
        for page in pypdf.PdfReader(io.BytesIO(pdf)).pages
        for font in page["/Resources"]["/Font"].values()
    ]
    emoji = next(font for font in fonts if "emoji" in font["/BaseFont"])
    with TTFont(io.BytesIO(emoji["/FontDescriptor"]["/FontFile2"].get_data())) as font:
        assert not {"CBDT", "COLR", "SVG ", "sbix"} & set(font.keys())


@pytest.mark.parametrize("emoji", ["👨‍👩‍👧", "👍🏽", "🇯🇵", "1️⃣", "⚠️"])
def test_the_parts_of_an_emoji_are_set_as_one(rendered, emoji):
    _, pdf, _ = rendered(f"# A\n\n始{emoji}終\n")
    place = places(pdf)
    assert place["終"][0] - place["始"][0] < 3 * 10


def test_a_blank_between_emoji_is_no_wider_than_elsewhere(rendered):
    place = places(rendered("# A\n\n☑ ✅ ❌\n")[1])
    assert place["✅"][0] - place["☑"][0] < 1.7 * 10


def test_the_browser_has_the_same_letters_inside(rendered):
    page, _, _ = rendered("# A\n\n≒ ✅ 안녕 简\n")
    ranges = " ".join(re.findall("unicode-range: ([^}]*)", page))
    assert all(f"U+{ord(letter):X}" in ranges for letter in "≒✅안녕简")
    assert "unicode-range" not in rendered("# A\n\n普通の文章。Plain text.\n")[0]


def test_a_few_rare_letters_make_a_small_file(rendered):
    plain = rendered("# A\n\n普通の文章。\n")
    rare = rendered("# A\n\n普通の文章。ゔ𠮷✅简안č\n")
    assert len(rare[1]) - len(plain[1]) < 20_000
    assert len(rare[0]) - len(plain[0]) < 40_000


def test_what_no_font_has_is_counted_and_named_with_its_line_once(rendered):
    _, pdf, (warning,) = rendered("# A\n\n楔 𒀀 と 𒀀。\n\n象 𓀀\n\n`𒀀`\n")
    assert "text.md:" in warning
    assert "U+12000 '𒀀', 3 times, first in line 3; U+13000 '𓀀', 1 time, first in line 5" in warning
    assert text_of(pdf).count(GETA) == 4


def test_what_is_beyond_a_dozen_is_numbered(rendered):
    text = "".join(map(chr, range(0x12000, 0x12014)))
    _, _, (warning,) = rendered(f"# A\n\n{text}\n")
    assert warning.count("U+") == 12
    assert warning.endswith("and 8 more")


@pytest.mark.parametrize("text", ["$$ A \\Longrightarrow B $$", '<span title="𒀀">a</span>'])
def test_what_nobody_sees_is_not_told(rendered, text):
    assert not [warning for warning in rendered(f"# A\n\n## a\n\n{text}\n")[2] if "glyph" in warning]


# -- readings ---------------------------------------------------------------------------------------------------------


def places(pdf):
    """Each letter of the first page, and the middle of its box from the left and from below."""
    document = pypdfium2.PdfDocument(pdf)
    page = document[0].get_textpage()
    found = {}
    for number in range(page.count_chars()):
        left, bottom, right, top = page.get_charbox(number)
        found.setdefault(page.get_text_range(number, 1), ((left + right) / 2, (bottom + top) / 2))
    return found


@pytest.mark.parametrize(
    "ruby",
    [
        "<ruby>漢<rt>か</rt></ruby>",
        "<ruby>漢<rp>(</rp><rt>か</rt><rp>)</rp></ruby>",
        "<ruby><rb>漢</rb><rt>か</rt></ruby>",
        "<ruby><b>漢</b><rt>か</rt></ruby>",
        "<ruby>漢<rt>か</rt>字<rt>じ</rt></ruby>",
        "<ruby>漢<rt>か</ruby>",
    ],
)
def test_a_reading_stands_above_its_base_and_the_base_on_the_line(rendered, ruby):
    place = places(rendered(f"# A\n\n木{ruby}を読む。\n")[1])
    assert abs(place["か"][0] - place["漢"][0]) < 2
    assert 6 < place["か"][1] - place["漢"][1] < 12
    assert abs(place["木"][1] - place["漢"][1]) < 1.5


def test_a_reading_does_not_part_the_lines(rendered):
    with_ruby = places(rendered("# A\n\n一\n<ruby>漢<rt>か</rt></ruby>\n二\n")[1])
    without = places(rendered("# A\n\n一\n漢か\n二\n")[1])
    assert with_ruby["一"][1] - with_ruby["二"][1] == pytest.approx(without["一"][1] - without["二"][1], abs=1)


@pytest.mark.parametrize(
    ("ruby", "copied"),
    [
        ("<ruby>漢<rt>かん</rt></ruby>", "漢(かん)"),
        ("<ruby>漢<rp>【</rp><rt>かん</rt><rp>】</rp></ruby>", "漢【かん】"),
        ("<ruby>漢<rt>かん</rt>字<rt>じ</rt></ruby>", "漢(かん)字(じ)"),
        ("<ruby>漢字</ruby>", "漢字"),
        ("[<ruby>漢<rt>かん</rt></ruby>](https://example.com)", "漢(かん)"),
    ],
)
def test_a_reading_is_copied_in_parentheses_behind_its_base(rendered, ruby, copied):
    assert f"木{copied}を" in text_of(rendered(f"# A\n\n木{ruby}を読む。\n")[1])


def test_the_browser_gets_ruby_as_it_was_written(rendered):
    assert (
        "<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby>"
        in rendered("# A\n\n<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby>\n")[0]
    )
