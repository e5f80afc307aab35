#!/usr/bin/env python3
"""Plants one violation at a time in a small good tree and wants to see it caught."""

import contextlib
import io
import pathlib
import re
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent.parent / "deploy" / "dev"))

import architecture  # noqa: E402
import count_tests  # noqa: E402


def header(path, body="", first="// Thing: what it is."):
    guard = "TTFLOW_" + path.upper().replace("/", "_").replace(".", "_") + "_"
    return f"{first}\n\n#ifndef {guard}\n#define {guard}\n\n{body}\n#endif  // {guard}\n"


GOOD = {
    "core/basis/CMakeLists.txt": "ttflow_library(basis SOURCES fourier.cc DEPS ttflow::math)\n",
    "core/basis/fourier.h": header(
        "core/basis/fourier.h",
        '#include "core/math/ridge.h"\n\nnamespace ttflow {\n\n'
        "// Computes it.\nint Compute(int x);\nint Compute(double x);\n\n"
        "// A value.\nclass Fourier {\n public:\n  int size() const { return 1; }\n};\n\n"
        "struct Options {\n  int size = 1;  // number of functions\n};\n\n"
        "}  // namespace ttflow\n"),
    "core/basis/fourier.cc": '#include "core/basis/fourier.h"\n\n#include <vector>\n',
    "core/math/ridge.h": header("core/math/ridge.h"),
    "core/sampler/model.h": header("core/sampler/model.h", '#include "core/basis/fourier.h"\n'),
    "server/CMakeLists.txt": "add_executable(ttflowd main.cc convert/model_codec.cc)\n",
    "server/main.cc": '#include "core/sampler/model.h"\n\nint main() {}\n',
    "server/convert/model_codec.cc": '#include "core/basis/basis.h"\n',
    "client/CMakeLists.txt": "add_executable(ttflow embedded/server.cc)\n",
    "client/embedded/server.cc": '#include "server/main.h"\n',
    "README.md": "See [the method](docs/method.md) or [the web](https://example.org).\n",
    "docs/method.md": "Data lies in /var/lib/ttflow.\n",
}


class ArchitectureSelfTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        for path, text in GOOD.items():
            self.write(path, text)

    def write(self, path, text):
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def findings(self):
        return {check.__name__: check(self.root) for check in architecture.CHECKS}

    def expect(self, check, path):
        """Exactly `check` objects, and to `path`."""
        found = {name: lines for name, lines in self.findings().items() if lines}
        self.assertEqual(list(found), [check], found)
        self.assertTrue(all(line.startswith(path) for line in found[check]), found)

    def test_ctest_runs_every_check(self):
        listing = (HERE / "CMakeLists.txt").read_text(encoding="utf-8")
        names = re.search(r"foreach\(check([^)]*)\)", listing).group(1).split()
        self.assertEqual(["check_" + name for name in names],
                         [check.__name__ for check in architecture.CHECKS])

    def test_a_good_tree_passes(self):
        self.assertFalse(any(self.findings().values()), self.findings())

    def test_include_of_a_later_layer(self):
        self.write("core/math/ridge.h",
                   header("core/math/ridge.h", '#include "core/basis/fourier.h"\n'))
        self.expect("check_core_layers", "core/math/ridge.h:6")

    def test_core_includes_server(self):
        self.write("core/basis/fourier.cc", '#include "server/main.h"\n')
        self.expect("check_core_layers", "core/basis/fourier.cc:1")

    def test_unknown_folder_of_core(self):
        self.write("core/util/CMakeLists.txt", "ttflow_library(util SOURCES a.cc)\n")
        self.write("core/util/a.cc", "int a;\n")
        self.expect("check_core_layers", "core/util/a.cc")

    def test_core_includes_the_outside(self):
        for include in ("<iostream>", "<grpcpp/grpcpp.h>", "<google/protobuf/message.h>",
                        "<sqlite3.h>", "<spdlog/spdlog.h>", "<chrono>", "<fstream>"):
            with self.subTest(include):
                self.write("core/basis/fourier.cc", f"#include {include}\n")
                self.expect("check_core_is_pure", "core/basis/fourier.cc:1")

    def test_sampler_names_a_target(self):
        self.write("core/targets/funnel.h", header("core/targets/funnel.h"))
        self.write("core/sampler/model.h",
                   header("core/sampler/model.h", '#include "core/targets/funnel.h"\n'))
        self.expect("check_sampler_names_no_target", "core/sampler/model.h:6")

    def test_server_reaches_too_deep(self):
        self.write("server/main.cc", '#include "core/transport/fit.h"\n')
        self.expect("check_outside_layers", "server/main.cc:1")

    def test_codec_takes_more_than_values(self):
        self.write("server/convert/model_codec.cc", '#include "core/moves/hmc.h"\n')
        self.expect("check_outside_layers", "server/convert/model_codec.cc:1")

    def test_client_includes_server(self):
        self.write("client/CMakeLists.txt", "add_executable(ttflow embedded/server.cc main.cc)\n")
        self.write("client/main.cc", '#include "server/main.h"\n')
        self.expect("check_outside_layers", "client/main.cc:1")

    def test_budgets(self):
        long = "".join(f"// {i}\n" for i in range(240))
        self.write("core/math/ridge.h", header("core/math/ridge.h", long))
        self.assertFalse(any(self.findings().values()))
        long += "//\n" * 10
        self.write("core/math/ridge.h", header("core/math/ridge.h", long))
        self.expect("check_budgets", "core/math/ridge.h")

    def test_budget_of_sources_and_tests(self):
        self.write("tests/CMakeLists.txt", "ttflow_test(a SOURCES a_test.cc)\n")
        self.write("tests/a_test.cc", "int a;\n" * 450)
        self.assertFalse(any(self.findings().values()))
        self.write("core/basis/fourier.cc", "int a;\n" * 401)
        self.expect("check_budgets", "core/basis/fourier.cc")

    def test_wrong_guard(self):
        self.write("core/math/ridge.h", header("core/math/rigde.h"))
        self.expect("check_header_guards", "core/math/ridge.h")

    def test_source_that_nobody_builds(self):
        self.write("core/basis/er.cc", "int a;\n")  # "fourier.cc" is no mention of it
        self.expect("check_sources_are_built", "core/basis/er.cc")

    def test_function_without_comment(self):
        self.write("core/math/ridge.h", header(
            "core/math/ridge.h",
            "namespace ttflow {\n\n// Good.\nint A();\n\nint B(int x,\n      int y);\n\n}  // namespace\n"))
        self.expect("check_headers_are_documented", "core/math/ridge.h:11")

    def test_class_without_comment(self):
        self.write("core/math/ridge.h", header(
            "core/math/ridge.h", "namespace ttflow {\n\nclass A {\n  // no\n};\n\n}  // namespace\n"))
        self.expect("check_headers_are_documented", "core/math/ridge.h:8")

    def test_class_that_the_first_line_names(self):
        self.write("core/math/ridge.h", header(
            "core/math/ridge.h", "class RidgePath {\n  int no_;\n};\n", "// ridge_path: a thing."))
        self.assertFalse(any(self.findings().values()), self.findings())

    def test_header_without_its_first_line(self):
        self.write("core/math/ridge.h", header("core/math/ridge.h", first=""))
        self.expect("check_headers_are_documented", "core/math/ridge.h:1")

    def test_machine_path(self):
        for path in ("/home/someone/data", "/root/x", "/tmp/build/x"):
            with self.subTest(path):
                self.write("docs/method.md", f"Look into {path} for it.\n")
                self.expect("check_no_machine_paths", "docs/method.md:1")

    def test_leftover(self):
        self.write("core/basis/fourier.cc", "// TODO: the rest\n")
        self.expect("check_no_leftovers", "core/basis/fourier.cc:1")

    def test_dead_link(self):
        self.write("README.md", "See [here](docs/nowhere.md).\n")
        self.expect("check_links", "README.md:1")

    def test_reason_that_no_document_explains(self):
        self.write("server/main.cc", 'auto a = Error("QUEUE_FULL"), b = getenv("TTFLOW_ADDRESS");\n')
        self.expect("check_reasons_are_documented", "server/main.cc:1")
        self.write("docs/errors.md", "| `QUEUE_FULL` | wait |\n")
        self.assertFalse(any(self.findings().values()), self.findings())


CTEST = """<?xml version="1.0"?>
<testsuite name="x">
  <testcase name="core_math_test" status="{math}"/>
  <testcase name="architecture" status="run"/>
</testsuite>
"""
CASES = """<?xml version="1.0"?>
<testsuites><testsuite name="S">
  <testcase name="a" status="run" result="completed"/>
  <testcase name="b" status="run" result="completed">{b}</testcase>
  <testcase name="c" status="run" result="skipped"><skipped/></testcase>
  <testcase name="d" status="notrun" result="suppressed"/>
</testsuite></testsuites>
"""


class CountTestsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def folder(self, name, math="run", b="", cases=CASES):
        (self.root / name / "cases").mkdir(parents=True)
        (self.root / name / "ctest.xml").write_text(CTEST.format(math=math))
        if cases:
            (self.root / name / "cases" / "core_math_test.xml").write_text(cases.format(b=b))
        return str(self.root / name)

    def count(self, *arguments):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            status = count_tests.main(list(arguments))
        return out.getvalue(), status

    def test_cases_are_summed(self):
        self.assertEqual(self.count(self.folder("dev")), ("3 passed, 0 failed\n", 0))

    def test_failed_case(self):
        dev = self.folder("dev", math="fail", b="<failure message='x'/>")
        self.assertEqual(self.count(dev), ("2 passed, 1 failed\n", 1))

    def test_crash_after_the_cases(self):
        self.assertEqual(self.count(self.folder("dev", math="fail")), ("3 passed, 1 failed\n", 1))

    def test_crash_before_any_case(self):
        dev = self.folder("dev", math="fail", cases=None)
        self.assertEqual(self.count(dev), ("1 passed, 1 failed\n", 1))

    def test_result_cut_short(self):
        dev = self.folder("dev", math="fail", cases="<testsuites><testsuite")
        self.assertEqual(self.count(dev), ("1 passed, 1 failed\n", 1))

    def test_program_that_is_missing(self):
        dev = self.folder("dev", math="notrun", cases=None)
        self.assertEqual(self.count(dev), ("1 passed, 1 failed\n", 1))

    def test_rerun_adds_failures_only(self):
        dev = self.folder("dev")
        self.assertEqual(self.count(dev, self.folder("tsan")), ("3 passed, 0 failed\n", 0))
        asan = self.folder("asan", math="fail")
        self.assertEqual(self.count(dev, asan), ("3 passed, 1 failed\n", 1))

    def test_broken_build(self):
        self.assertEqual(self.count("--extra-failed", "1", str(self.root)),
                         ("0 passed, 1 failed\n", 1))

    def test_nothing_ran(self):
        self.assertEqual(self.count(str(self.root)), ("0 passed, 0 failed\n", 1))


if __name__ == "__main__":
    unittest.main()
