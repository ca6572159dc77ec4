"""Fill the templates and write the report: python stages/report.py"""

import stage

from day3.report import build

if __name__ == "__main__":
    stage.run(build.build, [])
