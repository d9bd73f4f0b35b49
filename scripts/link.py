"""Make the checkout importable in its own virtual environment, with the `bosco` command."""

import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
packages = Path(sysconfig.get_paths()["purelib"])
(packages / "bosco-checkout.pth").write_text(f"{ROOT / 'src'}\n")
command = Path(sys.executable).parent / "bosco"
command.write_text(f"#!{sys.executable}\nimport sys\n\nfrom bosco.cli.main import main\n\nsys.exit(main())\n")
command.chmod(0o755)
