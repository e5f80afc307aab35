#!/usr/bin/env python3
"""Runs the checks of architecture.py on a tree.

    architecture_test.py ROOT [CHECK...]     all checks, or those named

Prints every finding; exits with 1 if there is any.
"""

import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import architecture  # noqa: E402


def main(arguments):
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    root = pathlib.Path(arguments[0]).resolve()
    by_name = {check.__name__: check for check in architecture.CHECKS}
    names = arguments[1:] or list(by_name)
    unknown = [name for name in names if name not in by_name]
    if unknown:
        print(f"no such check: {', '.join(unknown)}; there are {', '.join(by_name)}",
              file=sys.stderr)
        return 2
    findings = [finding for name in names for finding in by_name[name](root)]
    for finding in findings:
        print(finding)
    print(f"architecture: {len(names)} checks, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
