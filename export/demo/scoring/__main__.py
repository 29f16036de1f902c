"""The score of any bundle of the demonstration's models, in any library and precision.

Run it as `python -m sideman.export.demo.scoring BUNDLE [--backend NAME] [--precision NAME]`. It
prints a row a regime as docs/demo-bundle.md has them; what 8 bits or bfloat16 cost is told by two
runs. A minute or two a regime on two cores.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from sideman.engine.backends.choice import BackendChoice
from sideman.engine.errors import SidemanError
from sideman.engine.files import write_whole
from sideman.engine.streams import bear_any_encoding
from sideman.export.demo.scoring.session import REGIMES, balanced_songs, score_bundle
from sideman.export.demo.scoring.table import to_json, to_markdown


def main(arguments: list[str]) -> int:
    """Score the bundle that the command line names.

    Args:
        arguments: without the program's name.
    """
    parser = argparse.ArgumentParser(
        prog="python -m sideman.export.demo.scoring", description=__doc__, allow_abbrev=False
    )
    parser.add_argument("bundle", type=Path, metavar="BUNDLE")
    parser.add_argument("--backend", default="onnxruntime", help="as of sideman serve")
    parser.add_argument("--precision", help="likewise")
    parser.add_argument(
        "--songs", type=int, default=6, help="how many held-out songs (%(default)s)"
    )
    parser.add_argument("--threads", type=int, help="as of sideman serve")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here, too")
    options = parser.parse_args(arguments)
    bear_any_encoding()
    choice = BackendChoice(options.backend, options.threads, options.precision)
    try:
        scores = score_bundle(
            options.bundle,
            balanced_songs(options.songs),
            report=lambda text: print(text, file=sys.stderr, flush=True),
            backend=choice,
        )
        rows = [(f"{REGIMES[w]} (w = {w})", found) for w, found in scores.items()]
        if options.json is not None:
            write_whole(options.json, to_json({}, rows))
    except SidemanError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    print(to_markdown({}, rows), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
