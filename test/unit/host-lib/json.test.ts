// The tokenizer, in every awk and under every shell of the hosts': against JavaScript's, over made-up documents and
// over what real agents said.
//
// Does not prove what the rows mean: rows.test.ts does.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { library, sh } from "../support/shell";
import { systems } from "../support/systems";
import { bodyOf, indexOf, releases } from "./answers";
import { notUnderstood, readAll } from "./documents";

/** What json_lines is to print. */
function lines(value: unknown, path = ""): string[] {
  const below = (name: string | number) => (path === "" ? String(name) : `${path}.${name}`);
  if (value === null || typeof value !== "object") return [`${path}\t${flat(value)}`];
  const members = Object.entries(value);
  if (members.length === 0) return [`${path}\t`];
  return members.flatMap(([name, member]) => lines(member, below(flat(name))));
}

/** A value in one line; what has no place there, a lone half of a character among it, is one space or a question mark. */
const flat = (value: unknown) =>
  typeof value === "string"
    ? // biome-ignore lint/suspicious/noControlCharactersInRegex: those are meant
      value.replace(/[\u0000-\u001f]/g, " ").replace(/\p{Surrogate}/gu, "?")
    : JSON.stringify(value);

const unit = fc.constantFrom(
  ...["a", "Z", "0", " ", '"', "\\", "/", "{", "}", "[", "]", ",", ":", "'", "$", "`", "%", "&"],
  ...["é", "漢", "😀", "\u2028", "\u007f"],
);
const strange = fc.constantFrom("\t", "\n", "\r", "\b", "\f", "\u0000", "\u001f", "\ud800");
const text = fc.string({ unit: fc.oneof({ weight: 9, arbitrary: unit }, strange) });
const name = fc.string({ unit, minLength: 1 });
const { value: document } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.oneof(
      text,
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
    ),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(name, tie("value"), { maxKeys: 4 }),
  ),
}));
const some = fc.array(document, { minLength: 15, maxLength: 15 });

/** A few of each kind of answer, of both releases. */
const recordings = releases.flatMap((release) =>
  Object.entries(indexOf(release))
    .filter(
      ([name, { code }]) =>
        code !== 500 &&
        /^(one-down|client|unknown-server|lock-held|two-keys-new-used)\./.test(name),
    )
    .map(([name]) => bodyOf(release, name))
    .filter((body) => /^[[{"]/.test(body)),
);

describe.each(systems)("$name", (system) => {
  test.runIf(system.present)("reads what JavaScript reads", () => {
    fc.assert(
      fc.property(some, (documents) => {
        const texts = documents.map((each, index) => JSON.stringify(each, null, index % 3));
        const read = readAll("json_lines", texts, system);
        expect(read).toEqual(documents.map((each) => ({ status: 0, rows: lines(each) })));
      }),
      { numRuns: 2 },
    );
  });

  test.runIf(system.present)("rows have the fields that are asked for, or are none at all", () => {
    const list =
      '{"L": [{"a": "x y", "b": {"c": 1}}, {"b": {"c": ""}, "a": null}], "O": {}, "N": null}';
    const expected: [string, string, string[]][] = [
      ["L a b.c", list, ["x_y 1", "null -"]],
      ["L a 'd?'", list, ["x_y -", "null -"]],
      ["L a d", list, ["status 4"]],
      ["L b", list, ["status 4"]],
      ["N a", list, []],
      ["O a", list, ["status 4"]],
      ["M a", list, ["status 4"]],
      ["'' a", "[]", []],
      ["'' a", "{}", ["status 4"]],
      ["'' a", '[{"a": 1}, 2]', ["status 4"]],
    ];
    const calls = expected.map(
      ([words, text]) =>
        `echo '== '; printf '%s' '${text}' | json_rows ${words} || echo "status $?"`,
    );
    const said = sh(`${library}\n${calls.join("\n")}`, [], { system })
      .split(/^== \n/m)
      .slice(1);
    expect(said.map((each) => each.split("\n").slice(0, -1))).toEqual(
      expected.map(([, , rows]) => rows),
    );
  });
});

describe.each(systems.filter(({ name }) => name.startsWith("dash")))("$name", (system) => {
  test.runIf(system.present)("reads what agents said", () => {
    expect(recordings.length).toBeGreaterThan(20);
    const read = readAll("json_lines", recordings, system);
    const rows = recordings.map((body) => lines(JSON.parse(body)));
    expect(read).toEqual(rows.map((each) => ({ status: 0, rows: each })));
  });

  test.runIf(system.present)("reads nothing where a document ends early, or is none", () => {
    const whole = '{"a": [1, "b\\\\", {"c": "\\u00e9 \\" x"}, -2.5e3, true, []], "d": {}}';
    const cut = [...whole].map((_, at) => whole.slice(0, at));
    const none = [
      ...[
        "",
        " ",
        "\n",
        "<html></html>",
        "No cluster leader",
        "nul",
        "tru",
        "'a'",
        "a",
        "01",
        "1.",
        ".5",
        "+1",
        "1e",
        "0x1",
      ],
      ...[
        '"',
        '"a',
        '"\\"',
        '"\\x"',
        '"\\u12"',
        '"\\u12g4"',
        '"a" "b"',
        '"a""b"',
        '"a"1',
        "1 2",
        "1,2",
      ],
      ...["[", "]", "[1,]", "[,1]", "[1 2]", "[1:2]", "[[]", "[}", "[1]]", "[1],", "[] []"],
      ...[
        "{",
        "}",
        "{a:1}",
        '{"a"}',
        '{"a":}',
        '{"a":1,}',
        '{"a" 1}',
        '{"a":1 "b":2}',
        "{1:2}",
        '{"a":1}}',
        '{"a"::1}',
        "{:1}",
        '{"a":{}',
      ],
    ];
    const read = readAll("json_lines", [...cut, ...none], system);
    expect(read.map((each, index) => [[...cut, ...none][index], each])).toEqual(
      [...cut, ...none].map((each) => [each, notUnderstood]),
    );
  });
});

test("it is quick, for a gate asks often", () => {
  const body = bodyOf("1.22.0", "leader.self");
  const started = performance.now();
  readAll("json_lines", Array(20).fill(body));
  expect((performance.now() - started) / 20).toBeLessThan(50);
});
