"""The report's page for the browser: every number and figure leads to a file of the project that holds it."""

import json

import pytest
from lxml import html


@pytest.fixture(scope="module")
def report(project):
    return html.parse(str(project.root / "reports/day3.html")).getroot()


def test_every_number_of_the_report_leads_to_a_file_that_holds_it(project, report):
    bare = report.xpath('//data[not(ancestor::a)][not(ancestor::*[starts-with(@id, "ledger:")])]')
    unlinked = {data.get("value") for data in bare if not data.xpath("ancestor::tr//a[starts-with(@href, '#ledger:')]")}
    assert unlinked == set()
    links = report.xpath('//a[@class="origin"]')
    assert len(links) > 300
    for link in links:
        if link.get("href").startswith("#ledger:"):
            continue
        file, _, line = link.get("href").removeprefix("../").partition("#L")
        if file == "reports/claims.json":
            continue
        lines = (project.root / file).read_text(encoding="utf-8").splitlines()
        if file.startswith("reports/metrics/"):
            name = json.dumps(link.get("title").split(".", 2)[2], ensure_ascii=False)
            assert lines[int(line) - 1].strip().startswith(f"{name}:"), link.get("title")


def test_every_source_of_the_report_is_a_file_of_the_project(project, report):
    for href in set(report.xpath('//a[starts-with(@href, "../")]/@href')):
        assert (project.root / href.removeprefix("../").partition("#")[0]).exists(), href


def test_tests_of_the_course_and_discussions_stand_in_boxes(report):
    for words, kind in (("確認テスト", "test"), ("考察", "discussion")):
        headings = report.xpath("//main//h3[starts-with(@data-text, $words)]", words=words)
        assert headings
        assert {heading.getparent().get("class") for heading in headings} == {kind}
