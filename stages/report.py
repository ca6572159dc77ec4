"""Fill the templates and write the report: python stages/report.py"""

import sys

import source  # noqa: F401  the code beside this folder comes first

from ronkyo.run import report, stage

if __name__ == "__main__":
    stage.main(report.run, sys.argv[1:])
