"""Checks of the source tree that no compiler makes.

Each check is a function of the tree's root that returns its findings, one string
each, "path[:line]: what is wrong"; an empty list is good.
"""

import pathlib
import re

# Layers of core: a folder may use itself and those before it, nothing else.
CORE_LAYERS = [
    "foundation", "math", "energy", "basis", "targets", "coordinates", "tensor_train",
    "als", "density", "particles", "path", "transport", "moves", "evidence", "sampler",
]

# core never talks to the outside: no RPC, no wire format, no database, no logger, no
# printing, no clock, no files, no threads beside the executor's.
FORBIDDEN_IN_CORE = re.compile(
    r"^(grpc|grpcpp|google/protobuf|proto/|sqlite3|libpq|pqxx|spdlog|fmt/"
    r"|iostream|fstream|ostream|istream|filesystem|chrono|ctime|time\.h|thread"
    r"|unistd\.h|nlohmann/|CLI/|absl/time|absl/synchronization)")

# server and client reach into core no deeper than the sampler, the seams and the
# registry; transport, moves and the like are the engine's own.
CORE_SEEN_FROM_OUTSIDE = re.compile(
    r"^core/(foundation|math|energy|density|targets|sampler)/")

# Values that a stored model or a result consists of: the codec in server/convert
# has to name them.
CORE_VALUES_FOR_CODEC = re.compile(
    r"^core/(coordinates/(coordinates|triangular_map)|moves/move|particles/resampling"
    r"|transport/(potential|velocity|fit)|tensor_train/tensor_train|basis/basis|particles/particles)\.h$")

BUDGETS = {".h": 250, ".cc": 400}
TEST_BUDGET = 500

SOURCE_FOLDERS = ["core", "server", "client", "tests"]

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')


def _files(root, folders, suffixes):
    for folder in folders:
        base = root / folder
        if not base.is_dir():
            continue
        for path in sorted(base.rglob("*")):
            relative = path.relative_to(root)
            if any(part.startswith("build") for part in relative.parts[:-1]):
                continue
            if path.is_file() and path.suffix in suffixes:
                yield relative


def _lines(root, relative):
    return (root / relative).read_text(encoding="utf-8").splitlines()


def _includes(root, relative):
    for number, line in enumerate(_lines(root, relative), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1)


def check_core_layers(root):
    """A folder of core includes only itself and earlier layers, and core alone."""
    findings = []
    for path in _files(root, ["core"], {".h", ".cc"}):
        if len(path.parts) < 3 or path.parts[1] not in CORE_LAYERS:
            findings.append(f"{path}: lies in no layer of core")
            continue
        own = CORE_LAYERS.index(path.parts[1])
        for number, include in _includes(root, path):
            parts = include.split("/")
            if parts[0] in ("server", "client", "proto", "tests"):
                findings.append(f"{path}:{number}: core includes {include}")
            if parts[0] != "core" or len(parts) < 3:
                continue
            if parts[1] not in CORE_LAYERS:
                findings.append(f"{path}:{number}: {include} lies in no layer of core")
            elif CORE_LAYERS.index(parts[1]) > own:
                findings.append(
                    f"{path}:{number}: {path.parts[1]} is below {parts[1]}, yet includes {include}")
    return findings


def check_core_is_pure(root):
    """core includes nothing of the outside world."""
    findings = []
    for path in _files(root, ["core"], {".h", ".cc"}):
        for number, include in _includes(root, path):
            if include == "thread" and path.name.startswith("executor"):
                continue
            if FORBIDDEN_IN_CORE.match(include):
                findings.append(f"{path}:{number}: core must not include <{include}>")
    return findings


def check_sampler_names_no_target(root):
    """The sampler knows energies, never a concrete target or the registry."""
    findings = []
    for path in _files(root, ["core/sampler"], {".h", ".cc"}):
        for number, include in _includes(root, path):
            if include.startswith("core/targets/"):
                findings.append(f"{path}:{number}: the sampler includes {include}")
    return findings


def check_outside_layers(root):
    """server does not know client; both enter core by its upper doors only."""
    findings = []
    for path in _files(root, ["server", "client"], {".h", ".cc"}):
        for number, include in _includes(root, path):
            if path.parts[0] == "server" and include.startswith("client/"):
                findings.append(f"{path}:{number}: server includes {include}")
            if (path.parts[0] == "client" and include.startswith("server/")
                    and path.parts[1] != "embedded"):
                findings.append(f"{path}:{number}: only client/embedded may include {include}")
            if not include.startswith("core/") or CORE_SEEN_FROM_OUTSIDE.match(include):
                continue
            in_codec = path.parts[:2] == ("server", "convert")
            if not (in_codec and CORE_VALUES_FOR_CODEC.match(include)):
                findings.append(f"{path}:{number}: reaches too deep into core: {include}")
    return findings


def check_budgets(root):
    """Headers, sources and tests stay within their numbers of lines."""
    findings = []
    for path in _files(root, SOURCE_FOLDERS, {".h", ".cc"}):
        budget = TEST_BUDGET if path.parts[0] == "tests" else BUDGETS[path.suffix]
        count = len(_lines(root, path))
        if count > budget:
            findings.append(f"{path}: {count} lines, the budget is {budget}: split it by concept")
    return findings


def check_header_guards(root):
    """core/basis/fourier.h is guarded by TTFLOW_CORE_BASIS_FOURIER_H_."""
    findings = []
    for path in _files(root, SOURCE_FOLDERS, {".h"}):
        guard = "TTFLOW_" + re.sub(r"[^A-Z0-9]", "_", str(path).upper()) + "_"
        directives = [line.strip() for line in _lines(root, path) if line.startswith("#")]
        if (len(directives) < 3 or directives[0] != f"#ifndef {guard}"
                or directives[1] != f"#define {guard}" or not directives[-1].startswith("#endif")):
            findings.append(f"{path}: the guard must be {guard}")
    return findings


def check_sources_are_built(root):
    """Every .cc is named in the CMakeLists.txt of its folder or of one above."""
    findings = []
    for path in _files(root, SOURCE_FOLDERS, {".cc"}):
        found = False
        for parent in path.parents:
            listing = root / parent / "CMakeLists.txt"
            name = str(path.relative_to(parent))
            if listing.is_file() and re.search(
                    r"(?<![\w/.])" + re.escape(name) + r"(?![\w.])",
                    listing.read_text(encoding="utf-8")):
                found = True
                break
        if not found:
            findings.append(f"{path}: no CMakeLists.txt builds it")
    return findings


def _namespace_level(lines):
    """Yields (number, line) of the lines of a header that stand at namespace level, by
    counting braces; the house format keeps one declaration from another."""
    depth = 0
    for number, line in enumerate(lines, 1):
        code = re.sub(r'"(\\.|[^"\\])*"', '""', line)
        code = re.sub(r"//.*$", "", code)
        if re.match(r"\s*(inline\s+)?namespace\b.*\{", code) or code.strip() == 'extern "" {':
            continue
        if depth == 0 and code.strip():
            yield number, line
        # The brace that closes a namespace finds nothing open.
        depth = max(0, depth + code.count("{") - code.count("}"))


def _body_has_comment(lines, number):
    """Whether the braces that open at line `number` hold a comment."""
    depth = 0
    for line in lines[number - 1:]:
        if "//" in line:
            return True
        depth += line.count("{") - line.count("}")
        if depth <= 0:
            return False
    return False


def _plain(name):
    return re.sub(r"[^a-z0-9]", "", name.lower())


TYPE = re.compile(r"(class|struct)\s+\w+[^;]*$")
FUNCTION = re.compile(r"(?!static_assert|inline constexpr|constexpr|using|typedef|namespace|TTFLOW_)"
                      r"[\w:<>,&*\[\]][\w:<>,&*\s\[\]]*\(")


def check_headers_are_documented(root):
    """A header of core begins with what it is; each class, and each function at
    namespace level, has a comment above it; a plain struct has one there or at its
    members. The class that the header's first line names ("// Funnel: ...") has its
    comment there. Overloads without a gap share the comment of the first."""
    findings = []
    for path in _files(root, ["core"], {".h"}):
        lines = _lines(root, path)
        if not lines or not re.match(r"// \S", lines[0]):
            findings.append(f"{path}:1: a header begins with a comment that says what it is")
        subject = _plain(lines[0].split(":")[0]) if lines else ""
        for number, line in _namespace_level(lines):
            is_type = bool(TYPE.match(line))
            if not is_type and not FUNCTION.match(line):
                continue
            above = number - 2
            while above >= 0 and lines[above].startswith("template"):
                above -= 1
            before = lines[above].rstrip() if above >= 0 else ""
            if before.startswith("//"):
                continue
            if is_type and subject and _plain(line.split()[1]) == subject:
                continue
            if line.startswith("struct") and _body_has_comment(lines, number):
                continue
            if not is_type and before.endswith((";", "}")):
                continue
            findings.append(f"{path}:{number}: has no comment: {line.strip()}")
    return findings


MACHINE_PATH = re.compile(
    r"(?<![\w.$}/-])/(home|root|work|Users|mnt|tmp/[\w-]+)/[\w.-]+")
TEXT_SUFFIXES = {".h", ".cc", ".txt", ".cmake", ".json", ".md", ".proto", ".py", ".sh",
                 ".yaml", ".yml", ".toml", ""}


def check_no_machine_paths(root):
    """Nothing names a folder of one particular machine."""
    findings = []
    folders = SOURCE_FOLDERS + ["proto", "deploy", "docs", ".ci"]
    paths = list(_files(root, folders, TEXT_SUFFIXES))
    paths += [p.relative_to(root) for p in sorted(root.glob("*"))
              if p.is_file() and p.name != ".git" and (p.suffix in TEXT_SUFFIXES or p.name == "Dockerfile")]
    for path in paths:
        if path.parts[:2] == ("tests", "architecture"):
            continue  # plants such paths
        try:
            lines = _lines(root, path)
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(lines, 1):
            match = MACHINE_PATH.search(line)
            if match:
                findings.append(f"{path}:{number}: names a machine's folder: {match.group(0)}")
    return findings


MARKER = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")


def check_no_leftovers(root):
    """No marker of unfinished work."""
    findings = []
    for path in _files(root, SOURCE_FOLDERS + ["proto", "deploy"], TEXT_SUFFIXES):
        if path.parts[:2] == ("tests", "architecture"):
            continue
        for number, line in enumerate(_lines(root, path), 1):
            match = MARKER.search(line)
            if match:
                findings.append(f"{path}:{number}: {match.group(0)}")
    return findings


LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(#[^)]*)?\)")


def check_links(root):
    """Relative links of the Markdown files lead to files."""
    findings = []
    paths = [p.relative_to(root) for p in sorted(root.glob("*.md"))]
    paths += list(_files(root, ["docs", "deploy", "core", "server", "client"], {".md"}))
    for path in paths:
        for number, line in enumerate(_lines(root, path), 1):
            for match in LINK.finditer(line):
                target = match.group(1)
                if re.match(r"[a-z]+:", target):
                    continue
                if not (root / path.parent / target).exists():
                    findings.append(f"{path}:{number}: leads nowhere: {target}")
    return findings


REASON = re.compile(r'"([A-Z][A-Z]+(?:_[A-Z]+)+)"')
# Words of the same look that are names of environment variables.
NO_REASON = re.compile(r"^(TTFLOW_|XDG_|LC_|NO_COLOR$|STATE_DIRECTORY$)")


def check_reasons_are_documented(root):
    """Every reason of an error or warning that the sources name is in docs/errors.md."""
    findings = []
    document = root / "docs" / "errors.md"
    text = document.read_text(encoding="utf-8") if document.is_file() else ""
    for path in _files(root, ["core", "server", "client"], {".h", ".cc"}):
        for number, line in enumerate(_lines(root, path), 1):
            for reason in REASON.findall(line):
                if not NO_REASON.match(reason) and f"`{reason}`" not in text:
                    findings.append(f"{path}:{number}: docs/errors.md does not explain {reason}")
    return findings


CHECKS = [
    check_core_layers,
    check_core_is_pure,
    check_sampler_names_no_target,
    check_outside_layers,
    check_budgets,
    check_header_guards,
    check_sources_are_built,
    check_headers_are_documented,
    check_no_machine_paths,
    check_no_leftovers,
    check_links,
    check_reasons_are_documented,
]
