#!/usr/bin/env python3
"""Counts test cases of CTest runs and prints one line: 'N passed, N failed'.

    count_tests.py [--extra-failed N] MAIN [RERUN...]

MAIN and RERUN are result folders: `ctest.xml` as `ctest --output-junit` writes it,
and `cases/NAME.xml` as GoogleTest writes it for the CTest test NAME when
GTEST_OUTPUT=xml:cases/ is set. A CTest test without such a file counts as one case.
One that CTest calls failed although none of its cases is (a crash, a timeout, a
sanitizer's report at the end) adds one failed case.

A RERUN is the same tests in another build (a sanitizer): its failures count, its
passes do not, since they were counted already. --extra-failed adds failures that are
no test cases (a build that broke).

Exits with 1 if anything failed or nothing ran.
"""

import argparse
import pathlib
import sys
import xml.etree.ElementTree as ElementTree


def count_gtest(path):
    """Returns (passed, failed) of one GoogleTest XML file; skipped cases are neither."""
    passed = failed = 0
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif case.get("status") == "run" and case.get("result") != "skipped":
            passed += 1
    return passed, failed


def count_folder(folder):
    """Returns (passed, failed) of a result folder; (0, 0) if CTest left none."""
    junit = folder / "ctest.xml"
    if not junit.is_file():
        return 0, 0
    passed = failed = 0
    for test in ElementTree.parse(junit).getroot().iter("testcase"):
        status = test.get("status")
        if status in ("notrun", "disabled"):
            # CTest says "notrun" of a missing program as well, which is a failure.
            skipped = test.find("skipped")
            unavailable = skipped is None or "disabled" not in (
                skipped.get("message") or "").lower()
            if status == "notrun" and unavailable:
                failed += 1
            continue
        good = status == "run" and test.find("failure") is None
        cases = folder / "cases" / (test.get("name") + ".xml")
        case_passed, case_failed = (1, 0) if good else (0, 1)
        if cases.is_file():
            try:
                case_passed, case_failed = count_gtest(cases)
            except ElementTree.ParseError:  # cut short by a crash
                case_passed, case_failed = 0, 0
            if not good and case_failed == 0:
                case_failed = 1
        passed += case_passed
        failed += case_failed
    return passed, failed


def main(arguments):
    parser = argparse.ArgumentParser()
    parser.add_argument("--extra-failed", type=int, default=0)
    parser.add_argument("main", type=pathlib.Path)
    parser.add_argument("rerun", type=pathlib.Path, nargs="*")
    options = parser.parse_args(arguments)
    passed, failed = count_folder(options.main)
    for folder in options.rerun:
        failed += count_folder(folder)[1]
    failed += options.extra_failed
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 and passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
