"""From the runs of one experiment to its metrics and curves: python stages/summarize.py EXPERIMENT"""

import sys

import source  # noqa: F401  the code beside this folder comes first

from ronkyo.run import stage, summarize

if __name__ == "__main__":
    stage.main(summarize.run, sys.argv[1:])
