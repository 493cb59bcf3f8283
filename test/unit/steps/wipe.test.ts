// A mark of wipeData is followed once, also where the host forgets that: it is noted beside the data. The scripts as they
// stand, on the folders of a test.
//
// Does not prove what Consul does with an empty folder: test/changes/04-replace does.

import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { PlainArgs } from "../../../components/cluster/args";
import { agent } from "../host-lib/answers";
import { owner, servers } from "../render/cases";
import { harmless } from "../support/harmless";
import { Host, type RenderedSet } from "../support/host";

const own = "http://127.0.0.1:80";
const peer = "http://10.0.0.12:80";
const note = "data/.consul-cluster-wiped";

const marked = (wipeData?: string): PlainArgs => {
  const [first, ...others] = servers("10.0.0.11", "10.0.0.12", "10.0.0.13")?.servers ?? [];
  return {
    existing: { servers: [{ ...first, ...(wipeData && { wipeData }) }, ...others] },
  } as PlainArgs;
};

/** Gates, locks and snapshots pass; what is wiped is told. */
const telling = `
  cluster_lock() { :; }; require_cluster_lock() { :; }; require_other_voters() { :; }
  gate_before_restart() { :; }; hand_over_leadership() { :; }; require_answering_voters() { :; }; gate_after_restart() { :; }
  wait_until_well() { :; }; health_problem() { :; }; caught_up() { :; }; keyring_is_stale() { return 1; }; sees_majority() { :; }
  rotate() { :; }; needs_rotation() { return 1; }`;

/** A host with data of Raft's, where nothing runs; what it remembers of itself is `applied`. */
function host(wipeData: string | undefined, applied?: PlainArgs): { made: Host; set: RenderedSet } {
  const made = new Host();
  made.write("data/raft/raft.db", "all there is");
  if (applied) made.apply(made.render(applied));
  const set = made.stage(made.render(marked(wipeData)));
  made.service = { MainPID: 0, NRestarts: 0, SubState: "dead" };
  made.agents = { [peer]: agent("1.22.0", "leader") };
  return { made, set };
}

const run = (
  script: "activate.sh" | "repair.sh",
  { made, set }: ReturnType<typeof host>,
  more = "",
) =>
  made.run(
    script,
    `${harmless(made)}\n${telling}\n${more}\nmain name=consul-1 owner=${owner}`,
    set.desired,
  );

const data = ({ made }: ReturnType<typeof host>) =>
  existsSync(join(made.folder, "data/raft/raft.db"));
const noted = ({ made }: ReturnType<typeof host>) =>
  existsSync(join(made.folder, note)) ? made.read(note) : undefined;

describe("a mark of wipeData", () => {
  test("is followed once, and noted beside the data", () => {
    const it = host("ticket-17", marked());
    const first = run("activate.sh", it);
    expect(first.status, first.stderr).toBe(0);
    expect(data(it)).toBe(false);
    expect(noted(it)).toBe(`${owner} ticket-17\n`);
  });

  // `generation: 2`, or another machine under the same data volume: what the host knew of itself is gone.
  test("that was followed is no word to a host that was installed anew over its data", () => {
    const it = host("ticket-17");
    it.made.write(note, `${owner} ticket-17\n`);
    const result = run("activate.sh", it);
    expect(result.status, result.stderr).toBe(0);
    expect(result.stdout).toContain("systemctl start");
    expect(result.stderr).not.toContain("wiped");
    expect(data(it)).toBe(true);
    expect(it.made.read("state/active")).toBe(it.set.desired);
  });

  // The folder is the user consul's, the script root's.
  test("is noted past whatever lies in its place: a link is followed neither to write nor to read", () => {
    const it = host("ticket-17", marked());
    const links = [`${note}.new`, note].map(
      (place) => `ln -sf ../passwd ${it.made.folder}/${place}`,
    );
    it.made.says("library", `mkdir -p ${it.made.folder}/data; ${links.join("; ")}`);
    it.made.write("passwd", `${owner} ticket-17\n`);
    expect(it.made.holds("library", "wipe_is_due")).toBe(true);
    it.made.write("passwd", "root's");
    const result = run("activate.sh", it, "empty_data_folder() { :; }");
    expect(result.status, result.stderr).toBe(0);
    expect(it.made.read("passwd")).toBe("root's");
    expect(noted(it)).toBe(`${owner} ticket-17\n`);
  });

  test("nor to its repair", () => {
    // One of the recorded cluster's own names: it is known there from before.
    const it = host("ticket-17");
    it.made.write(note, `${owner} ticket-17\n`);
    const known =
      "raft_of() { echo 'consul-1 id true 10.0.0.11:8300'; }; autopilot_of() { echo 'consul-1 true true alive x'; }";
    const result = run("repair.sh", it, known);
    expect(result.status, result.stderr).toBe(0);
    expect(result.stderr).toContain("this server was installed anew: it is mended");
    expect(data(it)).toBe(true);
  });

  test.each([
    ["another mark", "ticket-18", `${owner} ticket-17\n`],
    ["the same of another owner's data", "ticket-17", "fedcba9876543210 ticket-17\n"],
    ["none was noted", "ticket-17", undefined],
  ])("is followed by such a host where it is new: %s", (_, wipeData, before) => {
    const it = host(wipeData);
    if (before) it.made.write(note, before);
    const result = run("activate.sh", it);
    expect(result.status, result.stderr).toBe(0);
    expect(data(it)).toBe(false);
    expect(noted(it)).toBe(`${owner} ${wipeData}\n`);
  });

  test("is followed by the next run where this one is cut off before it", () => {
    const it = host("ticket-17", marked());
    expect(run("activate.sh", it, "empty_data_folder() { exit 9; }").status).toBe(9);
    expect({ data: data(it), noted: noted(it) }).toEqual({ data: true, noted: undefined });
    expect(run("activate.sh", it).status).toBe(0);
    expect(data(it)).toBe(false);
  });

  test("is not followed twice where the run is cut off behind it: what was learnt since stays", () => {
    const it = host("ticket-17", marked());
    expect(run("activate.sh", it, "switch_is_whole() { exit 9; }").status).toBe(9);
    expect(data(it)).toBe(false);
    it.made.write("data/raft/raft.db", "learnt anew");
    it.made.service = { MainPID: 4711, NRestarts: 0, SubState: "running" };
    it.made.agents = { [own]: agent("1.22.0", "follower") };
    const again = run("activate.sh", it);
    expect(again.status, again.stderr).toBe(0);
    expect(it.made.read("data/raft/raft.db")).toBe("learnt anew");
  });

  // Those that were followed before there was a note.
  test("that is applied is noted by whatever activation comes next", () => {
    const it = host("ticket-17", marked("ticket-17"));
    it.made.service = { MainPID: 4711, NRestarts: 0, SubState: "running" };
    it.made.agents = { [own]: agent("1.22.0", "follower") };
    const result = run("activate.sh", it);
    expect(result.status, result.stderr).toBe(0);
    expect({ data: data(it), noted: noted(it) }).toEqual({
      data: true,
      noted: `${owner} ticket-17\n`,
    });
  });

  test("that is taken out is forgotten: set again later, it is a new one", () => {
    const it = host(undefined, marked("ticket-17"));
    it.made.write(note, `${owner} ticket-17\n`);
    expect(run("activate.sh", it).status).toBe(0);
    expect({ data: data(it), noted: noted(it) }).toEqual({ data: true, noted: undefined });
  });
});

describe("data on a host that remembers nothing", () => {
  const check = (wipeData: string, before?: string) => {
    const made = new Host();
    made.write("data/node-id", "x");
    if (before) made.write(note, before);
    rmSync(join(made.folder, "state/owner"));
    const settings = `OWNER_ID=${owner} role=server dataVolume='' cluster='' dataDir=${made.folder}/data wipeData=${wipeData}`;
    return made.says("release", `${settings}; check_data; printf %s "$problems"`);
  };

  test("is given up for a new mark, and not for one that was followed there", () => {
    expect(check("ticket-17")).toBe("");
    expect(check("ticket-18", `${owner} ticket-17\n`)).toBe("");
    expect(check("ticket-17", `${owner} ticket-17\n`)).toMatch(
      /holds data that is not of this cluster; .* or set another wipeData/,
    );
  });

  test("is none where the note alone is left", () => {
    const made = new Host();
    made.write(note, `${owner} ticket-17\n`);
    const settings = `OWNER_ID=${owner} role=server dataVolume='' cluster='' wipeData='' dataDir=${made.folder}/data`;
    expect(made.says("release", `${settings}; check_data; printf %s "$problems"`)).toBe("");
  });
});
