"""What the report of a replay says in English."""

TEXTS: dict[str, str] = {
    "replay.title": "Replay: {title}",
    "replay.what": "What was computed again",
    "replay.of": "Input were the files of the commit {commit}, on {day}. ",
    "replay.of_workspace": "Input were the files of the working folder, on {day}. ",
    "replay.computed.all": "Every stage ran again, the report too. ",
    "replay.computed.claims": (
        "The experiments that the claims {names} compare ran again, with all their seeds; "
        "what other claims stand on is as committed. "
    ),
    "replay.computed.seeds": (
        "Of every variant, {number} of its seeds were drawn at random, or as many as the variant with the fewest seeds has; "
        "<code>--draw {draw}</code> draws the same ones again. "
    ),
    "replay.other_numerics": "The numerical baseline was {new}, where the report says {old}. ",
    "replay.clone": (
        "It ran in an empty folder that had only the files which the pipeline declares as inputs, with an empty cache and an "
        "empty store of runs, so that nothing was taken from an earlier run."
    ),
    "replay.statement": (
        "All {drawn} drawn runs of {total} give the same bytes. With {level} confidence, at most {bound} of all runs "
        "({share}) do not. This holds for runs that lie in any way among the variants; it is computed exactly, from the "
        "hypergeometric distribution of each variant."
    ),
    "replay.statement.differ": (
        "Of {total} runs, {drawn} were drawn; not the same bytes: {differ}. For a statement on all runs, compute them all."
    ),
    "replay.variant": "Variant",
    "replay.drawn_seeds": "Seeds",
    "replay.of_seeds": "Of",
    "replay.drawn": "Runs that were drawn",
    "replay.grades": "Grades",
    "replay.grades.caption": "How many things got which grade",
    "replay.best": (
        "Each thing has the best grade that holds. A run is the metrics of one seed; an item, a metric over the items that were "
        "judged; a number, one that the text prints; an output, what only a digest is recorded of: data, arrays, pages."
    ),
    "replay.grade": "Grade",
    "replay.grade.bytes": "same bytes",
    "replay.grade.number": "same printed number",
    "replay.grade.interval": "same interval within rounding",
    "replay.grade.verdict": "same verdict",
    "replay.grade.other": "other verdict",
    "replay.grade.unchecked": "could not be checked",
    "replay.meaning": "{grade}: {meaning}",
    "replay.meaning.bytes": "as committed, to the last digit that is kept.",
    "replay.meaning.number": (
        "the mean and its 95 % interval are printed in the same way, to the digits that the seeds support; of a run or a "
        "curve, all values are the same to six digits; of a claim, its sentences and its printed estimate are the same."
    ),
    "replay.meaning.interval": (
        "the mean and both bounds of its interval differ by no more than one unit of the last printed digit; of a curve, all "
        "values by no more than one unit of the sixth."
    ),
    "replay.meaning.verdict": (
        "of a claim, the verdict is the same; of a metric, which has none, neither interval excludes the other mean. A run is "
        "judged by what the metrics are when its values stand in place of the committed ones."
    ),
    "replay.meaning.other": "the claim has another verdict; or an interval excludes the other mean.",
    "replay.meaning.unchecked": (
        "it was not computed, or nothing decides whether its difference matters. The reason stands beside it."
    ),
    "replay.kind.runs": "Runs",
    "replay.kind.metrics": "Metrics",
    "replay.kind.items": "Items",
    "replay.kind.curves": "Curves",
    "replay.kind.figures": "Figures",
    "replay.kind.numbers": "Numbers",
    "replay.kind.claims": "Claims",
    "replay.kind.outputs": "Outputs",
    "replay.differences": "What differs beyond rounding",
    "replay.none": "Nothing that was computed differs beyond rounding.",
    "replay.rounding": "What differs within rounding ({n:,}) is named in replay.json.",
    "replay.space": " ",
    "replay.name": "Name",
    "replay.detail": "Report → replay",
    "replay.more": "{n} more",
    "replay.because": "{detail}; {why}",
    "replay.why.missing": "not computed",
    "replay.why.no_interval": "it has no interval that says whether the difference matters",
    "replay.why.curves": "a curve has no interval",
    "replay.why.figures": "the drawing is another; what it draws is graded by itself",
    "replay.why.other_numbers": "the text prints other numbers there, as another verdict has another sentence",
    "replay.why.printed_otherwise": "the metric agrees, the text prints it otherwise",
    "replay.why.digest_alone": "only its digest is recorded; what is made from it is graded by itself",
    "replay.inputs": "Inputs",
    "replay.inputs.how": (
        "Each Python process of a stage told which files it opened. What a stage opened is compared with what it declares. "
        "Left out are Python and its libraries, the system's files, and caches and settings of libraries."
    ),
    "replay.all_declared": "No stage opened a file that it does not declare.",
    "replay.undeclared": "Files that were opened and are not declared",
    "replay.file": "File",
    "replay.where": "Where",
    "replay.inside": "in the project",
    "replay.outside": "outside",
    "replay.opened_by": "Opened by",
    "replay.failed": "Stages that failed",
    "replay.stage": "Stage",
    "replay.said": "The end of what it printed",
    "replay.sides": "Conditions on both sides",
    "replay.sides.caption": "Under what the report and the replay were computed",
    "replay.condition": "Condition",
    "replay.report": "Report",
    "replay.replay": "Replay",
    "replay.side.numerics": "Chosen numerical baseline",
    "replay.side.baseline": "What it meant",
    "replay.side.processor": "Processor",
    "replay.side.machine": "Machine",
    "replay.side.python": "Python",
    "replay.not_recorded": "not recorded",
    "replay.machine": "{name} ({n} runs)",
    "replay.same_versions": "The {n} libraries that the pipeline's lock records have the same versions here.",
    "replay.other_versions": "Of the {n} libraries that the pipeline's lock records, these have another version here",
    "replay.library": "Library",
    "replay.durations": "Durations",
    "replay.seconds": "Seconds",
    "replay.took": "The replay took {minutes} minutes.",
    "replay.took_before": " The store notes {minutes} minutes for the report's runs, one after the other.",
    "replay.limits": "What this does not establish",
    "replay.limit.code": "That the code does what the report says. The same mistake gives the same bytes.",
    "replay.limit.data": "That the data are what they claim to be, or fit the question.",
    "replay.limit.seeds": (
        "That the seeds, the settings and the claims were not chosen among more, after their results were seen."
    ),
    "replay.limit.hardware": "That other processors, systems or versions of libraries give the same.",
    "replay.limit.compiled": (
        "That compiled code and programs that a stage starts open no undeclared file: only files that Python opens are seen."
    ),
    "replay.limit.words": "That sentences outside claims follow from the numbers.",
    "replay.limit.rest": "Anything about what was not computed again.",
}
