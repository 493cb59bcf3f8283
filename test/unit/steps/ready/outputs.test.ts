// Node ids out of what the ready steps printed, in this release and in 0.1.0: it stands in a state, so that whatever it
// is, it is read without an error.
//
// Does not prove what the scripts print: test/unit/remote has that.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nodeIds } from "../../../../components/steps/ready/outputs";

const ids = { "consul-1": "8f2c-1", "consul-2": "8f2c-2" };
const lines = Object.entries(ids).map(([name, id]) => `node ${name} ${id}`);
const marked = ["consul-cluster: begin", ...lines, "consul-cluster: end"].join("\n");

describe("between the marks", () => {
  test.each([
    ["alone", marked],
    ["behind a login shell's words", `hello\nnode of an island\n{"a": 1}\n${marked}`],
    ["before them", `${marked}\nbye\nnode consul-1 another\n`],
    ["with the ends of lines of another system", marked.replaceAll("\n", "\r\n")],
    ["the last of two", `consul-cluster: begin\nnode consul-1 old\nconsul-cluster: end\n${marked}`],
  ])("%s", (_, stdout) => {
    expect(nodeIds(stdout)).toEqual(ids);
  });

  test("nothing else is read, and a line that is no node's is passed over", () => {
    const text =
      "consul-cluster: begin\nnode consul-1\nconsul-2 id\nnode a b c\nconsul-cluster: end";
    expect(nodeIds(text)).toEqual({});
  });
});

describe("of 0.1.0", () => {
  const Servers = Object.entries(ids).map(([Node, ID]) => ({ ID, Node, Leader: false }));

  test.each([
    ["Raft's configuration", JSON.stringify({ Index: 0, Servers })],
    ["the same behind a login shell's words", `hello\n${JSON.stringify({ Servers }, null, 2)}\n`],
    ["lines of clients", "consul-1 8f2c-1\nconsul-2 8f2c-2\n"],
  ])("%s", (_, stdout) => {
    expect(nodeIds(stdout)).toEqual(ids);
  });
});

test("nothing was printed, or nothing is known: no ids", () => {
  for (const stdout of [undefined, "", "{", '{"Servers": 3}', '{"Servers": [null]}', "null"])
    expect(nodeIds(stdout)).toEqual({});
});

test("whatever stands there, it is no error", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void nodeIds(text)));
});
