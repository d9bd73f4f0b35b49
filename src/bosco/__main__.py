"""`python -m bosco` is the command `bosco`."""

import sys

from bosco.cli.main import main

sys.exit(main())
