// The rules for the scripts that run on hosts, of which shellcheck knows none: style/ has them. Each is shown snippets
// that it must find, and then every script.
//
// Does not prove what a script does; and reads shell as these scripts write it, not all that a shell would take.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as rules from "./style/rules";
import * as variables from "./style/variables";

const components = join(__dirname, "../../../components");

const scripts = Object.fromEntries(
  ["host-lib", "steps"].flatMap((folder) =>
    readdirSync(join(components, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".sh"))
      .map((file) => [`${folder}/${file}`, readFileSync(join(components, folder, file), "utf8")]),
  ),
);
const files = Object.entries(scripts);

/** What a rule finds, in all of these files. */
const findings = (rule: (text: string) => rules.Finding[], some = files) =>
  some.flatMap(([file, text]) => rule(text).map((finding) => `${file}:${finding}`));

const isOfLibrary = (file: string) =>
  file.startsWith("host-lib/") && !/(as-root|recover-quorum)\.sh$/.test(file);

/** What a shell, or who starts the script, has set. */
const environment = ["PATH", "PPID"];

/** What all functions may read: declared globals and arguments of any script, and the library's constants. */
const shared = new Set([
  ...environment,
  ...files.flatMap(([, text]) => [...variables.globalsOf(text), ...variables.argumentsOf(text)]),
  ...files
    .filter(([file]) => isOfLibrary(file))
    .flatMap(([, text]) => [...variables.constantsOf(text)]),
]);

test("there are scripts to look at", () => {
  expect(files.length).toBeGreaterThan(30);
});

// Seen: "did not answer within 30 s" after 2, of an agent that talks TLS and was busy.
describe("who waits longer for an answer waits as long for a handshake", () => {
  test("in every script", () => {
    expect(findings(rules.patience)).toEqual([]);
  });

  test("a limit without one for connecting is found", () => {
    expect(rules.patience("f() {\n  ask /v1/x --max-time 30\n}")).toHaveLength(1);
    expect(rules.patience("f() { ask /v1/x --connect-timeout 30 --max-time 30; }")).toEqual([]);
  });
});

describe("every variable of a function is local, or declared as shared", () => {
  test("in every script", () => {
    expect(findings(variables.localVariables)).toEqual([]);
  });

  test.each([
    ["an assignment", "f() {\n  x=1\n}", /^2: f sets x/],
    ["in one line", "f() { x=$(g); }", /f sets x/],
    ["behind a condition", "f() {\n  if g; then x=1; fi\n}", /f sets x/],
    ["behind a pattern", "f() {\n  case $1 in\n    a | b) x=1 ;;\n  esac\n}", /^3: f sets x/],
    ["of a read", "f() { while IFS=: read -r a b; do :; done; }", /f sets a.*\n.*f sets b/],
    ["of a loop", "f() { for i in 1 2; do :; done; }", /f sets i/],
    ["of a default", `f() { : "\${x:=1}"; }`, /f sets x/],
    ["of arithmetic", "f() { : $((x += 1)); }", /f sets x/],
    ["inside of a command's output", 'f() { echo "$(x=1; echo $x)"; }', /f sets x/],
    ["in a function of a subshell", "f() ( x=1 )", /f sets x/],
    ["two at once", "f() { a=1 b=2; }", /f sets a.*\n.*f sets b/],
    ["local in another function", "f() { local x=''; }\ng() { x=1; }", /g sets x/],
    ["local, with the caller's value in dash", "f() { local x; }", /local x without a value/],
    ["local, taken apart at spaces in dash", "f() { local x=$1; }", /not in quotes/],
  ])("is found: %s", (_, text, finding) => {
    expect(variables.localVariables(text).join("\n")).toMatch(finding);
  });

  test.each([
    ["local", "f() {\n  local x='' y=\"$1\"\n  x=1 y=2\n}"],
    ["declared", "# globals: x\n# globals: y z\nf() { x=1 z=2; }"],
    ["an argument", 'main() {\n  a=""\n  take "a b" "$@"\n  b=1\n}'],
    ["a command's environment", "f() { LC_ALL=C sort; IFS= read -r _ || :; }\n# globals: _"],
    ["outside of functions", "x=1\nf() { :; }\ny=2"],
    ["an awk program's", "f() { awk 'BEGIN { x=1 }\n x=2'; }"],
    ["a pattern's", "f() { case $1 in x=1) ;; y=*) ;; esac; }"],
    [
      "a comment's, a text's, a here-document's",
      "f() {\n  # x=1\n  echo 'x=1' \"x=1\"\n  cat <<E\nx=1\nE\n}",
    ],
    ["an argument of a command's", "f() { dd if=a of=b; }"],
  ])("is none: %s", (_, text) => {
    expect(variables.localVariables(text)).toEqual([]);
  });
});

describe("no function reads what is neither its own nor shared", () => {
  test("in every script", () => {
    const look = (text: string) =>
      variables.unknownVariables(text, new Set([...shared, ...variables.constantsOf(text)]));
    expect(findings(look)).toEqual([]);
  });

  test.each([
    [
      "a caller's",
      "f() { local x=''; g; }\ng() { echo $x; }",
      ["2: g reads x, which is not its own"],
    ],
    ["in a text", `f() { echo "a \${x#b}"; }`, ["1: f reads x, which is not its own"]],
    ["its own", 'f() { local x="$1"; echo "$x"; }', []],
    ["an awk program's", "f() { awk '{ print $x }'; }", []],
    ["shared", "f() { echo $api; }", []],
  ])("%s", (_, text, found) => {
    expect(variables.unknownVariables(text, new Set(["api"]))).toEqual(found);
  });
});

describe("what is set is read", () => {
  test("in every script", () => {
    expect(variables.unreadVariables(scripts)).toEqual([]);
  });

  test("and else it is found", () => {
    const texts = { a: "f() { x=1 y=2; }", b: 'g() { echo "$y"; }' };
    expect(variables.unreadVariables(texts)).toEqual(["a:1: nobody reads x"]);
  });
});

describe("Consul's JSON stands in host-lib/consul alone", () => {
  const others = files.filter(([file]) => !file.startsWith("host-lib/consul/"));

  test("in every other script", () => {
    expect(findings(rules.json, others)).toEqual([]);
  });

  test.each([
    `sed -n 's/.*"Name":"\\([^"]*\\)".*/\\1/p'`,
    `grep -o '"last_log_index":"[0-9]*"'`,
    `printf '{"Key":"%s"}' "$key"`,
    'echo "{\\"Key\\":\\"$1\\"}"',
    `sed -n 's/^ *"http": \\([0-9]*\\).*/\\1/p'`,
    `cut -d'"' -f4`,
    `tr -d '"'`,
    `sed -n 's/x/y/p' "$folder/10-server.json"`,
    "jq .Name",
  ])("is found: %s", (line) => {
    expect(rules.json(`f() {\n  ${line}\n}`)).toHaveLength(1);
  });

  test.each([
    `# "Name": of a server`,
    `echo "name: $name"`,
    `awk '{ print x ? "yes" : "no" }'`,
    'install_file "$STAGED/config/10-server.json" "$1" 0640',
  ])("is none: %s", (line) => {
    expect(rules.json(line)).toEqual([]);
  });
});

describe("who asks Consul asks through host-lib/consul; the release is downloaded by its step", () => {
  const others = files.filter(([file]) => !/^(host-lib\/consul|steps\/release)\//.test(file));

  test("in every other script", () => {
    expect(findings(rules.curl, others)).toEqual([]);
  });

  test.each(["curl -sS x", "a | curl -d @- x", "x=$(curl -f y)", "if curl x; then :; fi"])(
    "is found: %s",
    (line) => {
      expect(rules.curl(line)).toHaveLength(1);
    },
  );

  test.each(["# curl is asked", "for tool in curl awk; do :; done"])("is none: %s", (line) => {
    expect(rules.curl(line)).toEqual([]);
  });
});

describe("a number tells its unit by its name", () => {
  test("in every script", () => {
    expect(findings(rules.unitsInNames)).toEqual([]);
  });

  test.each([
    "TIMEOUT=120",
    "LIMIT=4.8",
    "f() { local timeout=3; }",
    'f() { local waited="$((now - start))"; }',
  ])("is found: %s", (line) => {
    expect(rules.unitsInNames(line)).toHaveLength(1);
  });

  test.each(["READY_S=120", "GATE_MS=4800", "LOOKS=3", "f() { local looks=0 age_s=1; }", "A=b"])(
    "is none: %s",
    (line) => {
      expect(rules.unitsInNames(line)).toEqual([]);
    },
  );
});

describe("a question prints nothing and ends nothing", () => {
  test("in every script", () => {
    expect(findings(rules.predicates)).toEqual([]);
  });

  test.each([
    ["is_well() { echo yes; }", 1],
    ["has_data() {\n  [ -e x ] || die no\n}", 1],
    ["is_well() { printf a | grep -q a; }", 0],
    ["say_who() { echo a; }", 0],
  ])("%s", (text, count) => {
    expect(rules.predicates(text)).toHaveLength(count);
  });
});

describe("one idea a file", () => {
  test("in every script", () => {
    expect(findings(rules.length)).toEqual([]);
  });

  test("a long one is found", () => {
    expect(rules.length("\n".repeat(251))).toHaveLength(1);
  });
});

describe("what becomes one file has each name once", () => {
  const ofLibrary = files.filter(([file]) => isOfLibrary(file));

  test("in the library", () => {
    expect(rules.twice(Object.fromEntries(ofLibrary))).toEqual([]);
  });

  test("and no program replaces one of the library's, but for the gate of client agents", () => {
    // What departs runs where Pulumi does, and sources nothing.
    const programs = files.filter(
      ([file]) => !isOfLibrary(file) && !/depart|reach|as-root|release\//.test(file),
    );
    const found = programs.flatMap(([file, text]) =>
      rules.twice({ ...Object.fromEntries(ofLibrary), [file]: text }),
    );
    const gate = /activate-client\.sh:\d+: gate_after_restart /;
    expect(found.filter((finding) => !gate.test(finding))).toEqual([]);
  });

  test("a second one is found", () => {
    expect(rules.twice({ a: "f() { :; }", b: "g() { :; }\nf() { :; }" })).toEqual([
      "b:2: f stands in a, too",
    ]);
  });
});
