"""The `report` section of params.yaml: what the front page says."""

from datetime import date

from pydantic import Field

from day3.params import Section


class Settings(Section):
    title: str = Field(min_length=1)
    course: str
    author: str
    date: date  # of the report; also the PDF's own date, so that no clock is read
    code_url: str  # where links to code lead: a folder relative to the HTML, or a repository's address
