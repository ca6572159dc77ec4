"""Where a report's page for the browser leads to: nowhere but into itself."""

import base64
import io
import json
import re
import zipfile
from urllib.parse import unquote

PLACE = re.compile(r"([\w.-]+\.(?:json|yaml))\D+(\d+)")  # of a number: metrics-x.json, line 12


def carried(page):
    """The files inside the page, by name."""
    (link,) = page.xpath("//a[@download]")
    kind, _, content = link.get("href").partition(",")
    assert kind == "data:application/zip;base64"
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(content))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def expect_numbers_to_lead_home(page, least):
    """Every number outside the ledger, except of versions, leads to a line that holds it of a file that the page carries,
    and there are more than `least`."""
    bare = page.xpath(
        '//data[not(ancestor::a)][not(ancestor::*[starts-with(@id, "ledger:") or @id="tab:versions"])]'
        "[not(ancestor::tr//*[starts-with(@href, '#ledger:') or starts-with(@popovertarget, 'ledger:')])]/@value"
    )
    assert set(bare) == set()
    links, files = page.xpath('//a[@class="origin"]'), carried(page)
    assert len(links) > least
    for link in links:
        if link.get("href").startswith("#ledger:") or link.get("href") == "#evidence:claims.json":
            continue
        place = PLACE.search(link.get("title"))
        assert place, link.get("title")
        assert link.get("href") == f"#evidence:{place[1]}"
        line = files[place[1]].decode().splitlines()[int(place[2]) - 1].strip()
        if place[1].startswith("metrics-"):
            key = link.find("data").get("value").partition(" ")[0].replace("\u00a0", " ")
            assert line.startswith(f"{json.dumps(key.split('.', 2)[2], ensure_ascii=False)}:"), link.get("title")


def expect_to_lead_into_itself(page):
    """No link needs a file beside the page."""
    ids = set(page.xpath("//@id"))
    inside = [href for href in page.xpath("//a/@href") if not href.startswith(("https://", "http://", "data:"))]
    assert {href for href in inside if not href.startswith("#") or unquote(href[1:]) not in ids} == set()
    assert any(href.startswith("#evidence:") for href in inside)
