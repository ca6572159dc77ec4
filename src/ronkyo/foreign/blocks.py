"""Blocks of the preview that mdit-py-plugins does not have: contents, page breaks, imports, abbreviations and headings
without a blank, as rules of the parser, so that code is never looked at; and a bound on how deep blocks stand in blocks."""

from __future__ import annotations

import re
from types import FunctionType
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.parser_block import ParserBlock
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock, table
from markdown_it.rules_block.table import escapedSplit
from markdown_it.token import Token

from ronkyo.foreign import imports
from ronkyo.foreign.patterns import JAPANESE

DEEPEST = 100  # lists in lists, quotes in quotes, elements of HTML, emphasis
LEVELS = 2 * DEEPEST  # of tokens: a list has two, itself and its item
CONTENTS = re.compile(r"(?:<!--\s*)?@import\s+\"\[TOC\]\"(.*?)(?:-->)?|\[toc\]|\[\[_?toc_?\]\]", re.IGNORECASE)
LISTED = re.compile(r"<!--\s*code_chunk_output\s*-->")
LISTED_END = re.compile(r"<!--\s*/code_chunk_output\s*-->")
ANCHOR = re.compile(r"\]\(#([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)\)")
PAGE_BREAK = re.compile(r"<!--\s*(?:pagebreak|newpage)\b.*?-->|\\(?:newpage|pagebreak|clearpage)")
IMPORT = re.compile(
    r"(?:<!--\s*)?(?P<written>@import\s+([\"'])(?P<address>[^\"']+)\2\s*+(?:;\s*+)?(?P<options>\{[^{}]*\})?)\s*+(?:-->)?"
)
ABBREVIATION = re.compile(r"\*\[([^\]\\]{1,80})\]:\s*(.*)")
RULE = re.compile(r"[|:-][|:\s-]*")  # below the head of a table
BAR = re.compile(
    r"(?P<whole>(`+)(?!`).+?(?<!`)\2(?!`)|\$(?=[^\s$])[^$]*[^\s$\\]\$|\\\((?:(?!\\\().)+?\\\)|!?\[\[[^\[\]]+\]\])|\\(?P<bar>\|)|(?P<end>\|)"
)
CLOSE_HEADING = re.compile(rf"(#{{1,6}})(?=[\u3000{JAPANESE}])")
ATTRIBUTE = re.compile(r"([\w-]+)\s*[=:]\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s,}\"']+))|([#.]?)([\w:-]+)")


def blocks_plugin(parser: MarkdownIt) -> None:
    parser.block = BoundedBlocks()
    parser.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
    anywhere: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    parser.block.ruler.before("html_block", "directive", _directive, anywhere)
    parser.block.ruler.before("reference", "abbreviation", _abbreviation, anywhere)
    parser.block.ruler.before("heading", "close_heading", _close_heading, anywhere)


def attributes(text: str) -> dict[str, str]:
    """{#id .class key=value key2="a value" key3}, as the preview and Pandoc write them."""
    read: dict[str, str] = {}
    for key, double, single, bare, sign, name in ATTRIBUTE.findall(text):
        if sign == ".":
            read["class"] = f"{read.get('class', '')} {name}".strip()
        elif sign == "#":
            read["id"] = name
        else:
            read[(key or name).lower()] = double or single or bare or "true"
    return read


def info(written: str) -> tuple[str, str, dict[str, str]]:
    """Language, file and attributes of a fence: ```python {cmd=true .line-numbers}, ```{.python}, ```{r, echo=FALSE},
    ```python:file.py. What stands behind a directive of MyST, ```{figure} a.png, is told with it as a file is."""
    named, _, options = written.strip().partition("{")
    given = attributes(options)
    name, _, file = named.strip().partition(":")
    classes = [one for one in given.get("class", "").split() if one != "line-numbers"]
    chunk = re.match(r"(\w+)[\s,}]", options)
    language = re.sub(r"[^\w+#-].*", "", name) or (chunk[1] if chunk else "") or " ".join(classes[:1])
    directive = re.match(r"\{[\w-]+\}\s*\S", written.strip())
    return language.lower(), written.strip() if directive else file.strip(), given


def read_line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].rstrip()


class BoundedBlocks(ParserBlock):
    """Where the parser would leave out what stands too deep, it becomes a paragraph as it is written."""

    def tokenize(self, state: StateBlock, startLine: int, endLine: int) -> None:  # noqa: N803  (markdown-it's names)
        if state.level <= LEVELS:
            return super().tokenize(state, startLine, endLine)
        line = startLine
        while line < endLine and (state.isEmpty(line) or state.sCount[line] >= state.blkIndent):
            line += 1
        source = state.getLines(startLine, line, state.blkIndent, False).strip()
        if source:
            state.env["deep"].append(state.env["first"] + startLine)
            imports.push_paragraph(state, source, startLine, line)
        state.line = line
        return None


def _directive(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A line, or a comment of one line, that asks for something else to stand in its place."""
    if state.is_code_block(start) or state.src[state.bMarks[start] + state.tShift[start]] not in "[@<\\":
        return False
    line = read_line(state, start)
    last = start
    if match := CONTENTS.fullmatch(line):
        pushed = Token("contents", "div", 0, attrs=_depths(attributes(match[1] or "")))
    elif LISTED.fullmatch(line):
        last = _listed_end(state, start, end)
        listed = "\n".join(read_line(state, n) for n in range(start, last))
        anchors = " ".join(map(unquote, ANCHOR.findall(listed)))
        pushed = Token("contents", "div", 0, attrs={"data-contents": "yes", "data-listed": anchors})
    elif PAGE_BREAK.fullmatch(line):
        pushed = Token("page_break", "div", 0, attrs={"style": "break-before: page"})
    elif match := IMPORT.fullmatch(line):
        if not silent:
            imports.place(state, start, match["written"], match["address"], attributes(match["options"] or ""))
        return True
    else:
        return False
    if last < 0:
        return False
    if not silent:
        before = state.tokens[-1] if state.tokens else pushed
        if before.type == pushed.type == "contents":  # the preview's list stands below what asks for it
            before.attrs |= pushed.attrs
        else:
            pushed.map, pushed.block, pushed.level = [start, last + 1], True, state.level
            state.tokens.append(pushed)
        state.line = last + 1
    return True


def _listed_end(state: StateBlock, start: int, end: int) -> int:
    """-1: there is none, which is remembered, since each line that begins a list looks for it."""
    without = state.env.setdefault("unclosed", set())
    if (key := (state.src, LISTED_END, end)) in without:
        return -1
    last = next((line for line in range(start, end) if LISTED_END.fullmatch(read_line(state, line))), -1)
    if last < 0:
        without.add(key)
    return last


def _depths(given: dict[str, str]) -> dict[str, str | int | float]:
    """From which level of headings to which contents go."""
    levels = {key: given.get(f"depth{key}", given.get(f"depth_{key}", "")) for key in ("from", "to")}
    known = {f"data-{key}": level for key, level in levels.items() if re.fullmatch("[0-9]{1,2}", level)}
    return {"data-contents": "yes", **known}


def _table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """The library's, but that a bar in code and in a formula parts no cells where the row has too many otherwise. What is too
    much in any case is told."""
    if start + 1 >= end or not RULE.fullmatch(rule := read_line(state, start + 1)):
        return False
    columns = len(_trimmed(rule.split("|")))

    def split(row: str) -> list[str]:
        found = escapedSplit(row)
        if len(_trimmed(found)) > columns and len(_trimmed(parted := _cells(row))) <= columns:
            return parted
        return found

    rule_of_library = FunctionType(table.__code__, {**table.__globals__, "escapedSplit": split}, "table")
    if not rule_of_library(state, start, end, silent):
        return False
    for line in range(start + 2, state.line) if not silent else ():
        surplus = _trimmed(split(read_line(state, line)))[columns:]
        if left_out := " | ".join(filter(None, map(str.strip, surplus))):
            said = f"a row of a table has more cells than its head; left out: {left_out}"
            state.env["warn"](state.env["first"] + line, said)
    return True


def _trimmed(cells: list[str]) -> list[str]:
    """Without the empty ones at the ends."""
    return cells[not cells[0].strip() : len(cells) - (len(cells) > 1 and not cells[-1].strip())]


def _cells(row: str) -> list[str]:
    cells, place = [""], 0
    for match in BAR.finditer(row):
        whole = match["whole"] or match["bar"] or ""
        cells[-1] += row[place : match.start()] + (whole.replace("\\|", "|") if whole[:1] == "`" else whole)
        cells += [""] * bool(match["end"])
        place = match.end()
    cells[-1] += row[place:]
    return cells


def _abbreviation(state: StateBlock, start: int, _end: int, silent: bool) -> bool:
    """*[HTML]: HyperText Markup Language"""
    match = None if state.is_code_block(start) else ABBREVIATION.fullmatch(read_line(state, start))
    if match and not silent:
        state.env["abbreviations"].setdefault(match[1], match[2])
        state.line = start + 1
    return bool(match)


def _close_heading(state: StateBlock, start: int, _end: int, silent: bool) -> bool:
    """A heading whose sign has no blank behind it, or a Japanese one: ##見出し"""
    line = "" if state.is_code_block(start) else read_line(state, start)
    match = CLOSE_HEADING.match(line)
    if match and not silent:
        tag = f"h{len(match[1])}"
        opening = state.push("heading_open", tag, 1)
        inline = state.push("inline", "", 0)
        inline.content = re.sub(r"\s#+$", "", line[match.end() :]).strip()
        opening.map = inline.map = [start, start + 1]
        inline.children = []
        state.push("heading_close", tag, -1)
        state.line = start + 1
    return bool(match)
