"""`python -m packbuilder`: what `build.py` runs once the environment is there."""

import sys

from packbuilder.cli import main

sys.exit(main(sys.argv[1:]))
