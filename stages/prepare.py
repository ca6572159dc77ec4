"""Make or fetch the data of one experiment: python stages/prepare.py EXPERIMENT"""

import sys

import source  # noqa: F401  the code beside this folder comes first

from ronkyo.run import prepare, stage

if __name__ == "__main__":
    stage.main(prepare.run, sys.argv[1:])
