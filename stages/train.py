"""Train every seed of one variant: python stages/train.py EXPERIMENT VARIANT"""

import sys

import source  # noqa: F401  the code beside this folder comes first

from ronkyo.run import stage, train

if __name__ == "__main__":  # workers import this file
    stage.main(train.run, sys.argv[1:])
