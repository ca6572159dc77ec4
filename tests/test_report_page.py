"""The report's page for the browser: every number and figure leads to a file of the project that holds it."""

import links
import pytest
from lxml import html


@pytest.fixture(scope="module")
def report(project):
    return html.parse(str(project.root / "reports/day3.html")).getroot()


def test_every_number_of_the_report_leads_to_a_file_that_holds_it(project, report):
    links.expect_numbers_to_lead_home(report, project.root, 300)


def test_every_source_of_the_report_is_a_file_of_the_project(project, report):
    links.expect_sources_to_be_files(report, project.root)


def test_tests_of_the_course_and_discussions_stand_in_boxes(report):
    for words, kind in (("確認テスト", "test"), ("考察", "discussion")):
        headings = report.xpath("//main//h3[starts-with(@data-text, $words)]", words=words)
        assert headings
        assert {heading.getparent().get("class") for heading in headings} == {kind}
