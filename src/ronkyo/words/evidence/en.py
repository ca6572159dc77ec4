"""What the engine says in English of the files in a report, and of what it checks with them."""

TEXTS: dict[str, str] = {
    # -- evidence: files in the report --
    "evidence.text": "The Markdown that the pages were set from",
    "evidence.claims": "The verdicts of the claims and the numbers behind them",
    "evidence.params": "Parameters",
    "evidence.settings": "Parameters with defaults and what variants inherit, and the names of variants",
    "evidence.pipeline": "The stages of the computation",
    "evidence.lock": "MD5 of what each stage read and wrote",
    "evidence.versions": "Versions of libraries",
    "evidence.original": "Numbers and statements of the earlier report",
    "evidence.nouns": "How metrics are called",
    "evidence.metrics": "Means of metrics, and constants",
    "evidence.seeds": "The values of every seed",
    "evidence.items": "The values of every item",
    "evidence.data": "Origin and SHA-256 of the data",
    "evidence.curves": "Learning curves",
    "evidence.figures": "MD5 and alternative texts of the figures",
    "evidence.drawn": "SHA-256 of what each page and figure draws",
}
