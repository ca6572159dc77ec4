"""What a report's page for the browser leads to."""

import json


def expect_numbers_to_lead_home(page, root, least):
    """Every number outside the ledger leads to a line of the project that holds it, and there are more than `least`."""
    bare = page.xpath('//data[not(ancestor::a)][not(ancestor::*[starts-with(@id, "ledger:")])]')
    unlinked = {data.get("value") for data in bare if not data.xpath("ancestor::tr//a[starts-with(@href, '#ledger:')]")}
    assert unlinked == set()
    links = page.xpath('//a[@class="origin"]')
    assert len(links) > least
    for link in links:
        if link.get("href").startswith("#ledger:"):
            continue
        file, _, line = link.get("href").removeprefix("../").partition("#L")
        if file == "reports/claims.json":
            continue
        lines = (root / file).read_text(encoding="utf-8").splitlines()
        if file.startswith("reports/metrics/"):
            name = json.dumps(link.get("title").split(".", 2)[2], ensure_ascii=False)
            assert lines[int(line) - 1].strip().startswith(f"{name}:"), link.get("title")


def expect_sources_to_be_files(page, root):
    for href in set(page.xpath('//a[starts-with(@href, "../")]/@href')):
        assert (root / href.removeprefix("../").partition("#")[0]).exists(), href
