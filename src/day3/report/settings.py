"""The `report` section of params.yaml: what the front page says."""

from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from day3.params import Section


def _parse_date(value: Any) -> date:
    """From text, since DVC does not take YAML's own dates."""
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError('expected a date in quotes ("YYYY-MM-DD")') from None


class Settings(Section):
    title: str = Field(min_length=1)
    course: str
    author: str
    date: Annotated[date, BeforeValidator(_parse_date)]  # of the report and of the PDF itself: no clock is read
    code_url: str  # where links to code lead: a folder relative to the HTML, or a repository's address
