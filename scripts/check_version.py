"""Fail where the newest version in CHANGELOG.md is not the package's."""

import re
import sys
from pathlib import Path

from clothier import __version__

heading = re.search(r"^## (\S+)", Path("CHANGELOG.md").read_text(), re.MULTILINE)
newest = heading[1] if heading else "none"
if newest != __version__:
    sys.exit(f"CHANGELOG.md begins with version {newest}, the package has {__version__}; make them equal")
