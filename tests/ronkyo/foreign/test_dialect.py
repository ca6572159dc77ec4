"""The dialect of reports from elsewhere."""

import pytest
from lxml import html
from reading import all_text, inner, text_of, unresolved, warned


def test_lists_nest_by_two_blanks_and_hold_code(report):
    parsed = report("## 章\n\n文\n- a\n  - b\n    ```python\n    x = 1\n\n    y = 2\n    ```\n  - [x] 済\n  - [ ] 未\n")
    assert len(parsed.tree.root.xpath("//ul/li/ul/li")) == 3
    code = parsed.tree.root.find(".//li/ul/li//pre")
    assert "".join(code.itertext()) == "x = 1\n\ny = 2\n"
    assert [mark.text for mark in parsed.tree.root.xpath('//span[@class="task"]')] == ["✓", "□"]
    assert not parsed.tree.root.xpath("//li/p")


def test_footnotes_blanks_breaks_and_strong(report):
    parsed = report("## 章\n\n&emsp;本文[^1]と**「強調」**。\n次の行\n\n[^1]: 注の文\n    続き。\n")
    paragraph = parsed.tree.root.find("p")
    assert paragraph.text == "本文"
    assert paragraph.find("br") is not None
    assert text_of(paragraph.find("strong")) == "「強調」"
    note = parsed.tree.root.find(".//div[@class='footnote']//li")
    assert text_of(note) == "注の文 続き。 ↩"
    assert note.find("br") is not None  # as everywhere else
    assert note.find("b") is None
    assert not unresolved(parsed.tree.root)


def test_notes_stand_within_a_line_too_hold_blocks_and_are_called_again(report):
    parsed = report(
        "## 章\n\nその場^[その場の**注**。]と[^a]と[^a]と[^無い]。\n\n[^a]: 一。\n\n    - 二\n\n```\n[^b]: コード\n```\n"
    )
    marks = parsed.tree.root.xpath("./p//sup")
    assert [(mark.get("id"), mark.find("a").get("href")) for mark in marks] == [
        ("fnref:1", "#fn:1"),
        ("fnref:2", "#fn:2"),
        (None, "#fn:2"),
    ]
    notes = parsed.tree.root.xpath(".//div[@class='footnote']/ol/li")
    assert [text_of(note) for note in notes] == ["その場の注。 ↩", "一。 二 ↩"]
    assert notes[1].find("ul") is not None
    assert parsed.tree.root.xpath("//a[@class='footnote-backref']/@title") == ["本文の注 1 に戻る", "本文の注 2 に戻る"]
    assert "[^無い]" in all_text(parsed)
    assert text_of(parsed.tree.root.find(".//pre")) == "[^b]: コード"


def test_a_question_is_parted_from_its_answer(report):
    parsed = report("## 章\n\n#### 確認テスト 1\n\nQ:何か。\n答え。\n")
    section = parsed.tree.root.find("section")
    assert [text_of(paragraph) for paragraph in section.findall("p")] == ["何か。", "答え。"]
    assert section.find("p").get("class") == "question"


def test_numbered_questions_are_parted_and_keep_their_numbers(report):
    lines = "問1. 何か。\n答え。\n続き。\n問２：何故か。\n答え。\n\nQ3. 何時か\n答え\n\n問題は難しい。\n"
    section = report(f"## 章\n\n#### 確認テスト\n\n{lines}").tree.root.find("section")
    questions = section.xpath('./p[@class="question own"]')
    assert [question.find("span").text for question in questions] == ["問1.", "問２：", "Q3."]
    assert [text_of(paragraph) for paragraph in section.findall("p")] == [
        "問1. 何か。",
        "答え。 続き。",
        "問２：何故か。",
        "答え。",
        "Q3. 何時か",
        "答え",
        "問題は難しい。",
    ]


def test_short_tests_stay_in_one_piece_and_long_ones_break(report):
    parsed = report(f"## 章\n\n#### 確認テスト 1\n\n$$ x $$\n\n#### 確認テスト 2\n\n{'長い。' * 400}\n")
    assert [section.get("class") for section in parsed.tree.root.iter("section")] == ["test short", "test"]


def test_lines_of_every_block_of_code_are_known(report):
    block = '```python\ndef f():\n    """日本"""\n```\n\n'
    parsed = report(f"## 章\n\n{block * 2}- 項目\n\n  ```\n  a\n      日本\n  ```\n\n      字下げ\n")
    lines = [code.xpath('./span[starts-with(@class, "line")]') for code in parsed.tree.root.iter("code")]
    assert [len(one) for one in lines] == [2, 2, 2, 1]
    assert [blanks.text for blanks in parsed.tree.root.xpath('//*[@class="blanks"]')] == ["    "] * 3


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("H~2~O と CO~2~", "H<sub>2</sub>O と CO<sub>2</sub>"),
        ("x~i,j~である", "x<sub>i,j</sub>である"),
        ("W~入力~と", "W<sub>入力</sub>と"),
        ("1010~2~", "1010<sub>2</sub>"),
        ("10^-3^ と x^2^y", "10<sup>-3</sup> と x<sup>2</sup>y"),
        ("5^th^", "5<sup>th</sup>"),
        ("これが==重要==だ", "これが<mark>重要</mark>だ"),
        ("==**太字**と`a==b`==", "<mark><strong>太字</strong>と<code>a==b</code></mark>"),
        ("~~消す~~と==印==", "<s>消す</s>と<mark>印</mark>"),
        *[
            (text, text)
            for text in (
                "1~3",
                "1~3 と 5~10",
                "「1~3」と「5~10」",
                "1~3や5~10",
                "1~3,5~10",
                "約~100~200",
                "10~20~30",
                "月~金、土~日",
                "A~C組とD~F組",
                "2^3+2^4",
                "x^2y^2",
                "x^ 2^",
                "[^1]と[^2]",
                "x==1 と y==2",
                "a == b == c",
                "====",
            )
        ],
        ("`H~2~O` と `x^2^` と `a ==b== c`", "<code>H~2~O</code> と <code>x^2^</code> と <code>a ==b== c</code>"),
    ],
)
def test_marks_and_small_letters(report, text, shown):
    paragraph = report(f"## 章\n\n文。{text}\n").tree.root.find("p")
    assert html.tostring(paragraph, encoding="unicode").strip() == f"<p>文。{shown}</p>"


def test_notes_are_boxes(report):
    parsed = report(
        '## 章\n\n!!! note "題 $x$"\n    本文。\n\n    - 項目\n\n文\n!!! WARNING\n    危ない\n\n!!! own ""\n    無題\n\n'
        "- 項目\n  !!! tip\n      中\n\n```\n!!! note\n```\n"
    )
    boxes = parsed.tree.root.xpath('//div[starts-with(@class, "admonition ") or @class="admonition"]')
    assert [box.get("class") for box in boxes] == [
        "admonition short",
        "admonition warning short",
        "admonition short",
        "admonition short",
    ]
    titles = parsed.tree.root.xpath('//div[@class="admonition-title"]')
    assert [title.text.strip() for title in titles] == ["題", "警告", "ヒント"]
    assert boxes[0].find("ul/li").text.strip() == "項目"
    assert boxes[2].find("p").text == "無題"
    assert boxes[3].getparent().tag == "li"


CODE = """![im](./my image.png)
@import "x.png"
[TOC]
# 見出し
<!-- pagebreak -->
:smile: ==印== H~2~O $x$ **「太」** [^1] {.a}
*[HTML]: Hyper
::: message
\t\ttabs
- [ ] 項目  \\(x\\) &amp; <b> www.example.com
"""


@pytest.mark.parametrize(
    "written",
    [
        "```\n{}```",
        "````markdown\n{}````",
        "~~~text\n{}~~~",
        "```[eq](x)```で始まる段落。\n\n```\n{}```",
        "```python {{.line-numbers}}\n{}```",
        "- 項目\n\n  ```\n  {}  ```",
        "> ```\n> {}> ```",
        "    {}",
        "!!! note\n    ```\n    {}    ```",
    ],
)
def test_code_is_the_authors_character_by_character(report, written):
    indent = {"-": "  ", ">": "> ", " ": "    ", "!": "    "}.get(written[0], "")
    code = CODE.replace("\t\ttabs", "tabs") if indent else CODE  # which CommonMark expands there
    parsed = report("## 章\n\n" + written.format(code.replace("\n", f"\n{indent}").removesuffix(indent)) + "\n\n後\n")
    assert "".join(parsed.tree.root.xpath("//pre")[-1].itertext()) == code
    assert parsed.warnings == []
    assert text_of(parsed.tree.root[-1]) == "後"


def test_blank_lines_at_both_ends_of_code_stay(report):
    parsed = report("## 章\n\n```\n\n\n  a\n\n\n```\n")
    assert "".join(parsed.tree.root.find(".//pre").itertext()) == "\n\n  a\n\n\n"


def test_code_within_a_line_and_in_html_stays(report):
    parsed = report('## 章\n\n`:smile: ![a](b c.png)` と `` ==a== ` ``\n\n<pre>\n[TOC]\n@import "x.md"\n</pre>\n')
    assert [code.text for code in parsed.tree.root.iter("code")] == [":smile: ![a](b c.png)", "==a== `"]
    assert text_of(parsed.tree.root.find("pre")) == '[TOC] @import "x.md"'
    assert parsed.warnings == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("文**「語」**は", "<p>文<strong>「語」</strong>は</p>"),
        ("**具体：**与える", "<p><strong>具体：</strong>与える</p>"),
        ("これは**「`x`」**です", "<p>これは<strong>「<code>x</code>」</strong>です</p>"),
        ("重要な*（注）*点", "<p>重要な<em>（注）</em>点</p>"),
        ("**A社**と**（B社）**の", "<p><strong>A社</strong>と<strong>（B社）</strong>の</p>"),
        ("2 * 3 * 4 と ** と", "<p>2 * 3 * 4 と ** と</p>"),
        ("***「強」***だ", "<p><em><strong>「強」</strong></em>だ</p>"),
    ],
)
def test_emphasis_ends_where_a_reader_sees_it(report, text, shown):
    assert inner(report(f"## 章\n\n{text}\n")).endswith(shown)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (":+1::tada:", "<p>👍🎉</p>"),
        ("終了:warning:", "<p>終了⚠</p>"),
        ("10:100:20 と 12:34:56 と :nothing_so:", "<p>10:100:20 と 12:34:56 と :nothing_so:</p>"),
        ("語\n\n: 一つ目\n\n: 二つ目", "<dl> <dt>語</dt> <dd> <p>一つ目</p> </dd> <dd> <p>二つ目</p> </dd> </dl>"),
        (
            "*[HTML]: HyperText\n\nHTMLです。XHTMLは別。",
            '<p><abbr title="HyperText">HTML</abbr>です。XHTMLは別。</p>',
        ),
        (
            "> [!WARNING]\n> 危険\n>\n> - 項",
            '<div class="admonition warning short"> <div class="admonition-title">警告</div><p>危険</p> <ul> <li>項</li> </ul>',
        ),
        (
            "> [!quote]+ 題 **1**\n> 文\n> > [!nope]\n> > 中",
            '<div class="admonition short"> <div class="admonition-title">題 <strong>1</strong></div><p>文</p> '
            '<div class="admonition"> <div class="admonition-title">Nope</div><p>中</p> </div> </div>',
        ),
        (
            "::: {.warning}\n囲み\n:::",
            '<div class="admonition warning short"> <div class="admonition-title">警告</div>',
        ),
        (
            '::: {.callout-tip #a collapse=true title="題 **1**"}\n囲み\n:::',
            '<div class="admonition short"> <div class="admonition-title">題 <strong>1</strong></div><p>囲み</p> </div>',
        ),
        (
            ":::message alert\n##### 見出し\n囲み\n:::",
            '警告</div><h3 id="見出し" data-text="見出し" data-number="">見出し</h3> <p>囲み</p> </div>',
        ),
        (":::note[題 **1**]\n囲み\n:::", '<div class="admonition-title">題 <strong>1</strong></div><p>囲み</p> </div>'),
        (":::details[答え]\n中\n:::", "<summary>答え</summary><p>中</p> </details>"),
        (":::spoiler 答え\n中\n:::", '<details open="open"> <summary>答え</summary><p>中</p> </details>'),
        (
            ":::message alert\n囲み\n:::",
            '<div class="admonition warning short"> <div class="admonition-title">警告</div><p>囲み</p> </div>',
        ),
        (
            "::: details 答え **1**\n中\n:::",
            '<details open="open"> <summary>答え <strong>1</strong></summary><p>中</p> </details>',
        ),
        (":::note info\nQiita\n:::", '<div class="admonition short"> <p>Qiita</p> </div>'),
        (
            "::::details 外\n:::message\n内\n:::\n::::",
            '<summary>外</summary><div class="admonition short"> <p>内</p> </div> </details>',
        ),
        ("- [x] 済\n- [ ] 未", '<li class="task-item"><span class="task">✓</span>済</li>'),
        ("1. [ ] 未", '<li class="task-item"><span class="task">□</span>未</li>'),
        ("www.example.com を", '<a href="http://www.example.com">www.example.com</a> を'),
        ("連絡はtaro@example.comへ", '<a href="mailto:taro@example.com">taro@example.com</a>へ'),
        ("詳細はhttps://example.com/a_b。", '<a href="https://example.com/a_b">https://example.com/a_b</a>。'),
        ("一行目\n二行目", '<p class="continued">一行目<br> 二行目</p>'),
        ("前\n\n<!-- pagebreak -->\n\n後", '<p>前</p> <div style="break-before: page"></div><p>後</p>'),
        ("前\n<!-- newpage -->\n後", '<p>前</p> <div style="break-before: page"></div><p>後</p>'),
        ("##見出し\n\n文", ">見出し</h2> <p>文</p>"),
        ("##　見出し", ">見出し</h2>"),
        ("#hashtag と #1", "<p>#hashtag と #1</p>"),
    ],
)
def test_constructs_are_set(report, text, shown):
    parsed = report(f"# 題\n\n## 章\n\n{text}\n")
    assert shown in inner(parsed)
    assert parsed.warnings == []


def test_a_chunk_that_is_to_be_hidden_is_and_one_that_is_to_run_is_shown_with_one_warning(report):
    chunks = (
        "```python {cmd=true hide=true}\nsecret\n```\n\n```python {cmd=true}\nshown\n```\n\n```bash {cmd}\nls\n```\n"
    )
    parsed = report(f"## 章\n\n{chunks}\n```python {{.line-numbers #a}}\nplain\n```\n\n```js:main.js\nnamed\n```\n")
    assert [text_of(code) for code in parsed.tree.root.iter("pre")] == ["shown", "ls", "plain", "named"]
    assert text_of(parsed.tree.root.find("p[@class='file']")) == "main.js"
    assert len(parsed.tree.root.xpath("//*[contains(@class, 'line-numbers')]")) == 1
    assert warned(parsed) == ["3: code is not run; chunks with cmd, whose output is missing: 3"]


@pytest.mark.parametrize("box", [":::youtube", "::: columns 2", ":::: {.columns}"])
def test_what_an_unknown_box_holds_stays(report, box):
    parsed = report(f"## 章\n\n文\n\n{box}\n- **左**\n::::\n\n後\n")
    assert "<p>文</p> <ul> <li><strong>左</strong></li> </ul> <p>後</p>" in inner(parsed)
    assert warned(parsed) == [f"5: {box}: no such box; what it holds stays"]


def test_an_unknown_box_is_told_of_once(report):
    parsed = report("## 章\n\n" + "::: {.cell}\n文\n:::\n\n" * 3)
    assert warned(parsed) == ["3: ::: {.cell}: no such box; what it holds stays (as 2 more of them do)"]


def test_warnings_stand_in_the_order_of_lines(report):
    parsed = report('## 章\n\n:::a\n\n[x](#y)\n\n![](b.png)\n\n<blink>c</blink>\n\n@import "d.md"\n\n:::e\n')
    assert [int(warning.split(":")[0]) for warning in warned(parsed)] == [3, 5, 7, 9, 11, 13]


def test_a_note_that_is_left_out_is_told(report):
    parsed = report("# A\n\n文[^a]\n\n[^a]: 前\n\n[^b]: 注\n\n[^a]: 後\n")
    assert warned(parsed) == [
        "5: [^a]: stands again below; this one is left out",
        "7: [^b]: nothing refers to this note; it is left out",
    ]
    assert "後" in all_text(parsed)


@pytest.mark.parametrize(
    ("info", "language"),
    [("{python}", "python"), ("{r, echo=FALSE}", "r"), ("{.python .x}", "python"), ("{cmd=true}", "text")],
)
def test_the_language_of_a_chunk_is_known(report, info, language):
    parsed = report(f"# A\n\n```{info}\nx = 1\n```\n")
    assert parsed.tree.root.xpath("//div/@class") == ["title", f"language-{language} highlight"]


def test_contents_of_nothing_are_nothing(report):
    assert not report("# A\n\n[TOC]\n\n文\n").tree.root.xpath("//nav | //ol")
