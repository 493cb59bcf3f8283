// What the user consul may have planted in its own folder: root follows it neither to write nor to read.
//
// Does not prove that there is no other place of that kind; docs/security.md names those that were looked for.

import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { owner } from "../render/cases";
import { Host } from "../support/host";

/** A host whose data folder has a link to a file of root's under this name. */
function planted(name: string): Host {
  const host = new Host();
  host.apply(host.stage(host.render()));
  host.write("passwd", "root's\n");
  host.write("data/raft/raft.db", "x");
  symlinkSync("../passwd", join(host.folder, "data", name));
  return host;
}

test("the mark on a volume is put into its place, past a link", () => {
  const host = planted(".consul-cluster");
  const mark = `OWNER_ID=${owner} dataVolume=vol-1 dataDir="$1/data"; mark_data_volume`;
  host.says("release", mark);
  expect(host.read("passwd")).toBe("root's\n");
  expect(host.read("data/.consul-cluster")).toBe(`${owner}\n`);
});

test("the mark of another component is not read through a link", () => {
  const host = planted(".consul-cluster");
  host.write("passwd", `${owner}\n`);
  expect(host.says("library", `data_mark "$1/data"`)).toBe("");
});

test("where a quorum is recovered, a server's id is not read through one, nor is anything written as root", () => {
  const host = planted("node-id");
  const { status, stderr, stdout } = host.run("recover-quorum.sh", "main show=yes");
  expect(status).toBe(1);
  expect(stderr).toContain("holds no server's data");
  expect(stdout + stderr).not.toContain("root's");
});

test("Raft's list of servers is written as the user consul", () => {
  const host = new Host();
  host.apply(host.stage(host.render()));
  host.write("data/node-id", "11111111-2222-3333-4444-555555555555");
  host.write("data/raft/raft.db", "x");
  const told = `
    refuse_over_a_leader() { :; }; lock() { :; }; watch_crashes() { :; }
    timeout() { shift; "$@"; }
    runuser() { printf '%s\\n' "$1 $2"; shift 3; "$@"; }
    main`;
  expect(host.says("recover-quorum.sh", told)).toContain("-u consul");
  const [server] = JSON.parse(host.read("data/raft/peers.json"));
  expect(server.id).toBe("11111111-2222-3333-4444-555555555555");
});
