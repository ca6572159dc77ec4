"""`ronkyo render`: diagrams of other people's Markdown, drawn without a browser or shown as their source."""

import base64
import io
import re
import sys
import time
from importlib.util import find_spec

import pypdf
import pytest
from fontTools.ttLib import TTFont
from lxml import etree, html

from ronkyo.foreign import diagrams, render

drawn = pytest.mark.skipif(not find_spec("merman"), reason="ronkyo[diagrams] is not installed")
SOURCES = {
    "flowchart": "flowchart TD\n  A[データを読む] --> B{欠損値}\n  B -->|はい| C((補完))\n  subgraph 前処理\n    A\n  end\n",
    "sequence": "sequenceDiagram\n  participant U as 利用者\n  U->>U: 予測を依頼\n  Note right of U: 読み込む\n",
    "class": "classDiagram\n  class 層 {\n    +重み W\n  }\n  層 <|-- 畳み込み層\n",
    "state": "stateDiagram-v2\n  [*] --> 待機\n  待機 --> 学習中: 開始\n",
    "gantt": "gantt\n  title 研究計画\n  dateFormat YYYY-MM-DD\n  section 準備\n  文献調査 :a1, 2024-01-01, 20d\n",
    "pie": 'pie showData\n  title 内訳\n  "学習" : 38\n  "評価" : 20\n',
}
LABELS = {
    "flowchart": "データを読む 欠損値 はい 補完 前処理",
    "sequence": "利用者 予測を依頼 読み込む",
    "class": "層 畳み込み層",
    "state": "待機 学習中 開始",
    "gantt": "研究計画 準備 文献調査",
    "pie": "内訳 学習 評価",
}


@pytest.fixture
def parse(tmp_path):
    def parsed(*fences, language="mermaid"):
        file = tmp_path / "report.md"
        fenced = "\n後\n\n".join(f"```{language}\n{fence}```\n" for fence in fences)
        file.write_text(f"# 題\n\n## 章\n\n{fenced}", encoding="utf-8")
        result = render.parse(file, "ja")
        return result.tree.root, [warning.removeprefix(f"{file}:") for warning in result.warnings]

    return parsed


def svg_of(image):
    kind, content = image.get("src").split(",")
    assert kind == "data:image/svg+xml;base64"
    return etree.tostring(etree.fromstring(base64.b64decode(content)), encoding="unicode")


def texts_of(image):
    svg = etree.fromstring(svg_of(image))
    return ["".join(text.itertext()).strip() for text in svg.iter("{http://www.w3.org/2000/svg}text")]


@drawn
@pytest.mark.parametrize("kind", SOURCES)
def test_a_diagram_is_a_figure_whose_labels_are_text(parse, kind):
    root, warnings = parse(SOURCES[kind])
    (image,) = root.xpath('//figure[@class="figure"]//img')
    texts = " ".join(texts_of(image))
    assert [label for label in LABELS[kind].split() if label not in texts] == []
    assert not root.xpath("//pre")
    assert warnings == []


@drawn
def test_a_diagram_is_read_aloud_by_its_title_and_without_one_by_its_source(parse):
    root, _ = parse(SOURCES["gantt"], SOURCES["state"])
    titled, untitled = root.xpath("//figure")
    assert titled.xpath(".//img/@alt") == ["研究計画"]
    assert not root.xpath("//figcaption")
    assert untitled.xpath(".//img/@alt") == [" ".join(SOURCES["state"].split())]
    assert not root.xpath("//@data-source")


@drawn
def test_labels_are_found_in_the_pdf_and_both_editions_are_the_same_twice(tmp_path):
    file = tmp_path / "a.md"
    fences = "\n".join(f"```mermaid\n{source}```\n" for source in SOURCES.values())
    file.write_text(f"# 題\n\n2024年5月1日\n\n## 章\n\n{fences}", encoding="utf-8")
    for folder in ("one", "two"):
        assert render.render(file, tmp_path / folder, say=lambda _: None) == []
    text = "".join(page.extract_text() for page in pypdf.PdfReader(tmp_path / "one/a.pdf").pages)
    assert [label for labels in LABELS.values() for label in labels.split() if label not in text] == []
    for name in ("a.html", "a.pdf"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


@drawn
def test_the_page_gives_a_diagram_its_font_and_the_width_that_it_was_drawn_in(tmp_path):
    file = tmp_path / "a.md"
    file.write_text(f"# 題\n\n## 章\n\n```mermaid\n{SOURCES['state']}```\n", encoding="utf-8")
    render.render(file, say=lambda _: None)
    (image,) = html.parse(tmp_path / "a.html").xpath("//figure//img")
    svg = etree.fromstring(svg_of(image))
    (face,) = re.findall(
        r"@font-face{font-family:'Noto Sans JP';src:url\(data:font/woff2;base64,([^)]*)", svg_of(image)
    )
    with TTFont(io.BytesIO(base64.b64decode(face))) as font:
        assert set(map(ord, "待機学習中開始")) <= set(font.getBestCmap())
    assert image.get("style") == f"width: {float(svg.get('width')):.0f}px"


@drawn
def test_what_cannot_be_drawn_is_shown_as_its_source_with_one_warning_a_file(parse):
    root, (warning,) = parse(SOURCES["pie"], "flowchart TD\n  A[a --> B\n", "nothing known\n")
    assert warning.startswith("14: 2 drawings are shown as their source, the first, in mermaid: ")
    assert len(root.xpath("//figure//img")) == 1
    assert [code.text_content().split()[0] for code in root.xpath("//pre")] == ["flowchart", "nothing"]


def test_other_languages_of_the_preview_are_shown_as_their_source(parse):
    root, (warning,) = parse("digraph { a -> b }\n", language="dot")
    assert warning == (
        "5: a drawing in dot is shown as its source: only mermaid is drawn; export it as SVG to show it drawn"
    )
    assert "digraph" in root.xpath("//pre")[0].text_content()


def test_without_the_extra_the_source_is_shown_and_the_warning_names_the_extra(parse, monkeypatch):
    monkeypatch.setitem(sys.modules, "merman", None)
    root, warnings = parse(*SOURCES.values())
    assert warnings == [
        "5: 6 drawings are shown as their source, the first, in mermaid: ronkyo[diagrams] is not installed"
    ]
    assert len(root.xpath("//pre")) == len(SOURCES)


@drawn
def test_a_diagram_brings_nothing_that_runs_or_loads(parse):
    root, _ = parse(
        "%%{init: {'themeCSS': '@import url(http://evil.example/a.css);'}}%%\n"
        "flowchart TD\n"
        '  A["<script>alert(1)</script>x"] --> B["<img src=http://evil.example/b.png onerror=alert(1)>y"]\n'
        '  click A "javascript:alert(1)"\n'
        '  click B href "http://evil.example/c"\n'
    )
    svg = svg_of(root.xpath("//figure//img")[0])
    for word in ("<script", "javascript:", "onerror=", "url(http", "@import", 'href="http', "src="):
        assert word not in svg


@drawn
def test_a_letter_that_no_font_has_is_a_geta_in_the_drawing(parse):
    root, warnings = parse("flowchart TD\n  A[𒀀 開始] --> B\n")
    assert "〓 開始" in texts_of(root.xpath("//figure//img")[0])
    assert warnings == ["5: no font has a glyph, shown as 〓 in the drawing: U+12000 '𒀀'"]


@drawn
def test_a_graph_too_large_to_lay_out_is_given_up():
    edges = "".join(f"  a{i} --> a{i * 7919 % 1500}\n" for i in range(3000))
    begun = time.monotonic()
    with pytest.raises(diagrams.DiagramError, match="limit"):
        diagrams.draw("mermaid", f"flowchart TD\n{edges}")
    assert time.monotonic() - begun < 2 * diagrams.MILLISECONDS / 1000


@drawn
def test_labels_of_a_diagram_are_not_cut(report):
    drawing = (
        report("## 章\n\n[[_TOC_]]\n\n```mermaid\nclassDiagram\n  Animal <|-- Duck\n```\n")
        .tree.root.find(".//img")
        .get("src")
    )
    assert b"overflow:hidden" not in base64.b64decode(drawing.partition(",")[2])
