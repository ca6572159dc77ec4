"""What the engine says in English of the files in a report, and of what it checks with them."""

TEXTS: dict[str, str] = {
    # -- compare: a change of the project, and another machine --
    "compare.machine": (
        "Stages that gave other outputs: {own} for a change of the project, {other} from the same inputs, as on another "
        "machine. {measured} Numbers that the text prints otherwise: {printed}. Verdicts that changed: {flipped}."
    ),
    "compare.machine.most": "From the same inputs, a metric differs by {share} of itself at most ({metric}).",
    "compare.machine.same": "From the same inputs, all metrics are the same.",
    # -- evidence: files in the report --
    "evidence.title": "Evidence in this file",
    "evidence.opening": (
        "The files that numbers, claims and figures stand on are in the PDF as attachments, and in the HTML as the archive "
        "{archive}. The data, the arrays of the runs and the programs are not there. Given this file "
        "and nothing else, the command <code>ronkyo verify</code> checks that numbers and verdicts follow from them, and that "
        "the pages say what the Markdown says."
    ),
    "evidence.kinds": "Kinds of files, and how many there are: {kinds}.",
    "evidence.count": "{kind} {count}",
    "evidence.between": "; ",
    "evidence.row": "**{kind}**: {files}",
    "evidence.file": "{name} ({size} B)",
    "evidence.only_pdf": "{name} (in the PDF alone)",
    "evidence.place": "{number}: {file}",
    "evidence.line": "{number}: {file}, line {line}",
    "evidence.text": "The Markdown that the pages were set from",
    "evidence.claims": "The verdicts of the claims and the numbers behind them",
    "evidence.params": "Parameters",
    "evidence.settings": "Parameters with defaults and what variants inherit, and the names of variants",
    "evidence.pipeline": "The stages of the computation",
    "evidence.lock": "MD5 of what each stage read and wrote",
    "evidence.versions": "Versions of libraries",
    "evidence.original": "Numbers and statements of the earlier report",
    "evidence.nouns": "How metrics are called",
    "evidence.conclusions": "Questions, and the claims that answer them",
    "evidence.metrics": "Means of metrics, and constants",
    "evidence.seeds": "The values of every seed",
    "evidence.items": "The values of every item",
    "evidence.data": "Origin and SHA-256 of the data",
    "evidence.curves": "Learning curves",
    "evidence.figures": "MD5 and alternative texts of the figures",
    "evidence.pages": "SHA-256 of what each page and figure draws",
    "evidence.crate": "What these files are (RO-Crate)",
    "evidence.crate.description": "The files that the numbers, claims and figures of the report stand on",
    "evidence.crate.run": "Run of dvc.yaml",
    "evidence.crate.license": "As the license of the project says",
    # -- the badge of a README --
    "badge.report": "report",
    "badge.current": "current, {n} claims",
    "badge.current_one": "current, 1 claim",
    "badge.replayed": "{text}, replayed on {day}",
    "badge.stale": "not current",
    "badge.about": (
        "Current: the committed results and the report are what their sources say. Replayed: a sample or all of the runs was "
        "computed again, with the same verdicts."
    ),
}
