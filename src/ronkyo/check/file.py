"""The PDF as a file: standards, fonts, pictures, the files inside."""

from __future__ import annotations

import base64
import re
import sys
from pathlib import Path

from ronkyo.check.report import Outcome, Report, last_line, listed, run

OUTLOUD = Path(sys.executable).with_name("outloud")
FONTS = re.compile(r"[A-Z]{6}\+(Noto-Sans-JP|IBM-Plex-Mono|supplement|emoji)(-\w+)?")


def is_pdf_a(report: Report) -> Outcome:
    return _validate(report, "pdfa-3a")


def is_pdf_ua(report: Report) -> Outcome:
    return _validate(report, "pdfua-1")


def is_sound(report: Report) -> Outcome:
    done = run("qpdf", "--check", report.pdf)
    return Outcome(done.returncode == 0, "no error" if done.returncode == 0 else last_line(done))


def reads_aloud(report: Report) -> Outcome:
    done = run(OUTLOUD, "--quiet", report.pdf)
    counts = re.search(r"(\d+) error\(s\), (\d+) warning", done.stdout)
    return Outcome(done.returncode == 0, f"{counts[1]} errors, {counts[2]} warnings" if counts else last_line(done))


def has_only_the_projects_fonts(report: Report) -> Outcome:
    rows = run("pdffonts", report.pdf).stdout.splitlines()[2:]
    bad = [row.split()[0] for row in rows if not _is_projects_font(row)]
    return Outcome(bool(rows) and not bad, f"{len(rows)} fonts, embedded, subset, with Unicode" + listed(bad))


def _is_projects_font(row: str) -> bool:
    name, *kind, _encoding, embedded, subset, unicode, _, _ = row.split()
    return bool(FONTS.fullmatch(name)) and "3" not in kind and embedded == subset == unicode == "yes"


def has_only_true_rasters(report: Report) -> Outcome:
    rows = [row.split() for row in run("pdfimages", "-list", report.pdf).stdout.splitlines()[2:]]
    images = [row for row in rows if row[2] == "image"]
    rasters = sum(_rasters(source) for source in report.html.xpath("//img/@src"))
    rasters += len(report.html.xpath('//*[@class="drawing"]//*[local-name()="image" or local-name()="img"]'))
    smoothed = [row for row in rows if row[9] == "yes"]
    return Outcome(
        len(images) <= rasters and not smoothed,
        f"{len(images)} images, {rasters} rasters in the figures, {len(smoothed)} interpolated",
    )


def _rasters(source: str) -> int:
    if not source.startswith("data:image/svg"):
        return 1
    return base64.b64decode(source.partition(",")[2]).count(b"<image")


def has_provenance(report: Report) -> Outcome:
    inside = set(re.findall(r"^\d+: (.+)$", run("pdfdetach", "-list", report.pdf).stdout, re.MULTILINE))
    return Outcome(inside >= report.attached, f"{len(inside)} files" + listed(sorted(report.attached - inside)))


def _validate(report: Report, profile: str) -> Outcome:
    import page

    result = page.validate_pdf(str(report.pdf), profile=profile)
    bad = sorted({failure.rule_id for failure in result.failures})
    return Outcome(result.is_compliant, f"{result.rules.total} rules, {result.rules.failed} broken" + listed(bad))
