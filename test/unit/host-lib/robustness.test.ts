// Answers that are written in any other way, cut short, or somebody else's: the same rows, or none and a reason. Under every
// shell and in every awk of the hosts'.
//
// Does not prove what the rows of an answer are: rows.test.ts does.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { systems } from "../support/systems";
import { bodyOf, type Release, releases } from "./answers";
import { disguised } from "./disguise";
import { notUnderstood, type Reader, readAll, readEach } from "./documents";

const [yes, forbidden] = [0, 3];

/** Readers, with answers that they are for: of either release, in turn. */
const subjects = (
  [
    ["raft_peers_of", "leader.status-peers"],
    ["members_of", "client-failed.members"],
    ["members_of", "leader.members-wan"],
    ["autopilot_of", "one-down.autopilot-health"],
    ["autopilot_of", "unknown-server.autopilot-health"],
    ["raft_of", "joining.raft-configuration"],
    ["raft_of", "unknown-server.raft-configuration"],
    ["keyring_state", "two-keys-new-used.keyring"],
    ["kv_holder", "lock-held.kv-found"],
    ["read_self", "follower.self"],
  ] as const
).map(([reader, name], index) => {
  const release = releases[index % releases.length] as Release;
  return [reader as Reader, bodyOf(release, name).trimEnd()] as const;
});

describe.each(systems)("$name", (system) => {
  test.runIf(system.present)("the same rows, however an answer is written", () => {
    const expected = readEach(subjects);
    expect(expected.map(({ status }) => status)).toEqual(subjects.map(() => yes));
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const texts = subjects.map(
          ([reader, body], i) => [reader, disguised(JSON.parse(body), seed + i)] as const,
        );
        // As they came, and disguised.
        const read = readEach([...subjects, ...texts], system);
        const wrong = [...subjects, ...texts].filter(
          (_, i) => JSON.stringify(read[i]) !== JSON.stringify(expected[i % subjects.length]),
        );
        expect(wrong).toEqual([]);
      }),
      { numRuns: 1, endOnFailure: true },
    );
  });
});

describe.each(systems.filter(({ name }) => name.startsWith("dash")))("$name", (system) => {
  test.runIf(system.present)("nothing is read off an answer that ends early", () => {
    const cut = subjects.flatMap(([reader, body]) => {
      const places = Array.from({ length: 6 }, (_, i) => Math.floor((body.length * i) / 6));
      return [...places, body.length - 1].map((at) => [reader, body.slice(0, at)] as const);
    });
    expect(readEach(cut, system)).toEqual(cut.map(() => notUnderstood));
  });
});

describe("of somebody else's answer nothing is read", () => {
  const page = "<!DOCTYPE html><html><body>It works!</body></html>";
  const foreign = [
    "",
    page,
    "ok",
    "0",
    "{}",
    '{"error":"not found"}',
    '["a",1]',
    '[{"a":1}]',
    '{"Servers":{}}',
  ];

  test.each<[Reader, string[]]>([
    [
      "leader_of",
      [...foreign, "null", "[]", '["10.0.0.1:8300"]', '"', '"a b"', '"$(reboot)"', '"a";"b"'],
    ],
    ["raft_peers_of", [...foreign.filter((each) => !each.startsWith("[")), '"10.0.0.1:8300"']],
    ["members_of", [...foreign, '{"Servers":[]}', '[{"Name":"a"}]', "[[]]", "[null]"]],
    [
      "autopilot_of",
      [
        ...foreign,
        "[]",
        "null",
        '{"Servers":[]}',
        '{"Servers":null}',
        '{"Servers":[{"Name":"a"}]}',
      ],
    ],
    [
      "raft_of",
      [
        ...foreign,
        "[]",
        "null",
        '{"Servers":[]}',
        '{"Servers":null}',
        '{"Servers":[{"Node":"a"}]}',
      ],
    ],
    ["keyring_state", [...foreign, "[]", "null", '[{"Keys":{},"PrimaryKeys":{}}]']],
    ["read_self", [...foreign, "[]", "null", '{"Config":{}}', '{"Config":{"Version":"1"}}']],
  ])("%s", (reader, texts) => {
    const read = readAll(reader, texts);
    expect(read.map((each, index) => [texts[index], each])).toEqual(
      texts.map((text) => [text, notUnderstood]),
    );
  });

  test("a member list that is empty is one that was withheld", () => {
    expect(readAll("members_of", ["[]"])).toEqual([{ status: forbidden, rows: [] }]);
  });
});

describe("a server whose line lacks something takes the others with it", () => {
  test.each<[Reader, string, string]>([
    ["members_of", "leader.members", "Status"],
    ["autopilot_of", "leader.autopilot-health", "Healthy"],
    ["autopilot_of", "leader.autopilot-health", "Voter"],
    ["raft_of", "leader.raft-configuration", "Voter"],
    ["raft_of", "leader.raft-configuration", "ID"],
  ])("%s: %s without %s", (reader, name, field) => {
    for (const release of releases) {
      const document = JSON.parse(bodyOf(release, name));
      const list: Record<string, unknown>[] = Array.isArray(document) ? document : document.Servers;
      delete list[1]?.[field];
      expect(readAll(reader, [JSON.stringify(document)])).toEqual([notUnderstood]);
    }
  });
});
