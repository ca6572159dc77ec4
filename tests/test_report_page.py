"""The report's page for the browser: every number leads to what the page says of the file, inside it, that holds it."""

import links
import pytest
from lxml import html


@pytest.fixture(scope="module")
def report(project):
    return html.parse(str(project.root / "reports/day3.html")).getroot()


def test_every_number_of_the_report_leads_to_a_file_that_holds_it(report):
    links.expect_numbers_to_lead_home(report, 300)


def test_no_link_of_the_report_needs_a_file_beside_it(report):
    links.expect_to_lead_into_itself(report)


def test_tests_of_the_course_and_discussions_stand_in_boxes(report):
    for words, kind in (("確認テスト", "test"), ("考察", "discussion")):
        headings = report.xpath("//main//h3[starts-with(@data-text, $words)]", words=words)
        assert headings
        assert {heading.getparent().get("class") for heading in headings} == {kind}
