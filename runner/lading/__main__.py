"""``python -m lading``."""

import sys

from lading.runner.cli import main

sys.exit(main())
