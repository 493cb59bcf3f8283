// Whose data lies in a folder: what nobody of this cluster has noted or marked is no evidence of it, and what stands on a volume
// of the cluster's is, on a machine that remembers nothing.

import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { owner } from "../render/cases";
import { Host } from "../support/host";

interface Data {
  /** What lies in Raft's folder. */
  file?: string;
  /** The folder that the host has noted. */
  note?: string;
  /** Whose mark is on the volume. */
  mark?: string;
  applied?: boolean;
  /** Notes of the host that somebody took away. */
  lost?: string[];
}

function hostWith({ file = "raft/raft.db", note, mark, applied, lost }: Data): Host {
  const host = new Host();
  const set = host.stage(host.render());
  if (applied) host.apply(set);
  if (note !== undefined) host.write("state/data", `${note.replace("DATA", set.plan.dataDir)}\n`);
  if (mark !== undefined) host.write("data/.consul-cluster", `${mark}\n`);
  if (file) host.write(`data/${file}`, "x");
  for (const name of lost ?? []) rmSync(join(host.folder, "state", name));
  host.service = { MainPID: 0 };
  return host;
}

const cases: [string, Data, boolean][] = [
  ["noted here", { note: "DATA" }, true],
  ["of the set that runs", { applied: true }, true],
  ["of the set that was applied, and its note is lost", { applied: true, lost: ["data"] }, true],
  ["of that, and the facts are lost, too", { applied: true, lost: ["data", "facts"] }, true],
  ["of the set that was applied, and its note is damaged", { applied: true, note: "/va" }, true],
  ["on a volume with the owner's mark", { mark: owner }, true],
  ["neither noted nor marked", {}, false],
  ["another folder is noted", { note: "/srv/other" }, false],
  ["with another owner's mark", { mark: "fedcba9876543210" }, false],
  ["a volume of the owner's, and nothing of Raft's on it", { mark: owner, file: "" }, false],
  ["noted, and nothing of Raft's in it", { note: "DATA", file: "checks/x" }, false],
];

describe.each(cases)("data that is %s", (_, data, isOurs) => {
  test(`is ${isOurs ? "" : "no "}data of this cluster's`, () => {
    expect(hostWith(data).holds("library", "has_raft_data")).toBe(isOurs);
  });

  test("is evidence of a cluster, or it is not", () => {
    const host = hostWith(data);
    expect(host.says("library", "own_evidence")).toBe(isOurs ? "data" : "nothing");
    // The peers' hosts say that nothing runs there.
    const assessed = host.says("library", "assess_cluster; echo $cluster");
    expect(assessed).toBe(isOurs ? "stopped" : "forming");
  });
});
