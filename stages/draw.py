"""Draw every figure of one experiment: python stages/draw.py EXPERIMENT"""

import sys

import source  # noqa: F401  the code beside this folder comes first

from ronkyo.run import draw, stage

if __name__ == "__main__":
    stage.main(draw.run, sys.argv[1:])
