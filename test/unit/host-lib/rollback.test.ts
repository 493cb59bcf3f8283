// The way back: whatever a change has changed is again as it was, also where the change was cut off in its middle and another run
// had to finish it. Real files in the folder of a test; nothing runs.
//
// Does not prove that Consul comes back: test/changes/01-restart sees a server go back.

import { existsSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { PlainArgs } from "../../../components/cluster/args";
import { gossipKey, owner } from "../render/cases";
import { filesBelow, harmless } from "../support/harmless";
import { Host } from "../support/host";
import { agent } from "./answers";

/** Everything that an agent runs with, and what the host remembers of it. */
const all = (host: Host) =>
  filesBelow(
    host,
    ...["config", "config.sets", "other", "other.sets", "unit", "environment", "consul"],
    ...["state/active", "state/facts", "state/data", "state/previous"],
  );

const run = (host: Host, call: string, input = "") =>
  host.run("activate.sh", `${harmless(host)}\nbootstraps=no\n${call}`, input);

/** A host where a first set runs, and this one is staged beside it. */
function changing(more: PlainArgs) {
  const host = new Host();
  const first = host.stage(host.render({ version: "1.21.5", environment: { A: "1" } }));
  const applied = run(host, "read_desired; switch_over; switch_is_whole", first.desired);
  if (applied.status !== 0) throw new Error(applied.stderr);
  const before = all(host);
  const other = join(host.folder, "other");
  const set = host.stage(host.render({ version: "1.22.0", ...more, ...moved(more, other) }));
  return { host, before, desired: set.desired };
}

const moved = ({ configDir }: PlainArgs, other: string) =>
  configDir === undefined ? {} : { configDir: other };

const changes: Record<string, PlainArgs> = {
  "a release": {},
  "a folder of settings": { configDir: "another" },
  "an environment": { environment: { A: "2", B: "3" } },
  "a data folder": { dataDir: "/srv/other" },
  "ports and peers": { ports: { http: 8500, server: 9300 } },
  "all at once": { configDir: "another", environment: {}, dataDir: "/srv/other", domain: "other" },
};

const failing = `restart_service() { echo restarted; }; gate_after_restart() { echo "gate for $1"; }
  journal_words() { echo "what the journal says"; }
  reason="it does not start"; roll_back`;

describe.each(Object.entries(changes))("%s that does not come back", (_, more) => {
  test("is taken back whole: the new one leaves nothing, the old one is as it was", () => {
    const { host, before, desired } = changing(more);
    expect(run(host, "read_desired; switch_over", desired).status).toBe(0);
    expect(all(host)).not.toEqual(before);
    const { status, stdout, stderr } = run(host, failing);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "restarted\ngate for 1.21.5\n" });
    expect(stderr).toContain(
      "has its previous ones again: it does not start\nwhat the journal says",
    );
    expect(all(host)).toEqual(before);
  });
});

describe.each(["a folder of settings", "all at once"])("%s that does not come back", (kind) => {
  const more = changes[kind] as PlainArgs;

  // Where a run may be killed, each the function that it does not come back from.
  test.each([
    ["while the old set is noted", "touch() { exit 9; }"],
    ["before the settings", "install_config() { exit 9; }"],
    ["before the unit", "install_service() { exit 9; }"],
    ["before the release", "systemctl() { exit 9; }; install_file() { [ $2 = $UNIT ] || exit 9; }"],
    [
      "before the facts",
      "staged_fact() { [ $1 != data_dir ] || exit 9; fact $STAGED/config/facts $1; }",
    ],
    ["before it is started", "restart_service() { exit 9; }"],
  ])(
    "is taken back whole, too, where the run was killed %s, and the next one fails",
    (_, killed) => {
      const { host, before, desired } = changing(more);
      const cut = run(host, `read_desired; ${killed}\nswitch_over; restart_service`, desired);
      expect(cut.status).toBe(9);
      expect(run(host, "read_desired; switch_over", desired).status).toBe(0);
      expect(run(host, failing).status).toBe(1);
      expect(all(host)).toEqual(before);
    },
  );

  test("is taken back whole, too, where it was killed on the way back", () => {
    const { host, before, desired } = changing(more);
    run(host, "read_desired; switch_over", desired);
    expect(run(host, "cp() { exit 9; }; restore_previous").status).toBe(9);
    expect(run(host, "read_desired; switch_over", desired).status).toBe(0);
    run(host, failing);
    expect(all(host)).toEqual(before);
  });
});

test("the environment that there was none of before is gone again", () => {
  const { host, desired } = changing({ environment: { A: "2" } });
  rmSync(join(host.folder, "environment"));
  // A run that was killed had noted one of those days, and not to its end.
  host.write("state/previous/environment", "A=0\n");
  run(host, "read_desired; switch_over", desired);
  expect(host.read("environment")).toContain("A=");
  run(host, failing);
  expect(existsSync(join(host.folder, "environment"))).toBe(false);
});

test("who goes back is asked where it listened before", () => {
  const { host, desired } = changing({ ports: { http: 8500 } });
  const there = run(host, 'read_desired; switch_over; look_at_the_new_set; echo "$api"', desired);
  expect(there.stdout).toBe("http://127.0.0.1:8500\n");
  expect(run(host, 'restore_previous; echo "$api"').stdout).toBe("http://127.0.0.1:80\n");
});

test("one that is not well on its way back, either, says so", () => {
  const { host, desired } = changing({});
  run(host, "read_desired; switch_over", desired);
  const sick = failing.replace(/echo "gate for \$1"/, "reason=sick; return 1");
  expect(run(host, sick).stderr).toMatch(/but not healthy: sick\n.*it does not start/);
});

describe("the folder of settings that was left", () => {
  const withKey = (host: Host) =>
    Object.entries(filesBelow(host, "config", "config.sets", "other", "other.sets"))
      .filter(([, text]) => text.includes(gossipKey))
      .map(([path]) => path.replace(/\.sets\/.*/, ""));

  test("goes once the new one is whole, and the gossip key with it", () => {
    const { host, desired } = changing({ configDir: "another" });
    expect(withKey(host)).toEqual(["config"]);
    run(host, "read_desired; switch_over", desired);
    expect(withKey(host)).toEqual(["config", "other"]);
    run(host, "read_desired; switch_is_whole", desired);
    expect(withKey(host)).toEqual(["other"]);
    for (const gone of ["config", "config.sets"]) expect(filesBelow(host, gone), gone).toEqual({});
  });

  // Seen: taken back, and the gossip key lay in the other folder for good, which nobody knew any more.
  test.each([
    ["before it was laid down whole", "point() { exit 9; }; switch_over"],
    ["after it", "switch_over"],
  ])("so does a new one whose switch was cut off %s, and is taken back", (_, cut) => {
    const { host, desired } = changing({ configDir: "another" });
    run(host, `read_desired; ${cut}`, desired);
    expect(Object.keys(filesBelow(host, "other.sets")).join()).toContain("30-secrets.json");
    const back = host.stage(host.render({ version: "1.21.5", environment: { A: "1" } }));
    const { status } = run(host, "read_desired; switch_over; switch_is_whole", back.desired);
    expect(status).toBe(0);
    expect(withKey(host)).toEqual(["config"]);
    expect(filesBelow(host, "other", "other.sets")).toEqual({});
    expect(host.read("state/config-folders")).toBe(`${host.folder}/config\n`);
  });

  test("stays where it and its sets are a person's, and a switch to it was cut off", () => {
    const { host, desired } = changing({ configDir: "another" });
    host.write("theirs/a.json", "{}");
    symlinkSync(join(host.folder, "theirs"), join(host.folder, "other"));
    host.write("other.sets/precious", "theirs");
    run(host, "read_desired; install_certificate() { exit 9; }; switch_over", desired);
    const back = host.stage(host.render({ version: "1.21.5", environment: { A: "1" } }));
    expect(run(host, "read_desired; switch_over; switch_is_whole", back.desired).status).toBe(0);
    expect(host.read("other/a.json")).toBe("{}");
    expect(Object.keys(filesBelow(host, "other.sets")).join()).toBe("other.sets/precious");
  });

  test("is no way back any more where it went, and the rest did not", () => {
    const { host, desired } = changing({ configDir: "another" });
    const cut = "remove_socket_folder() { exit 9; }";
    run(host, `read_desired; switch_over; ${cut}; switch_is_whole`, desired);
    expect(run(host, "restore_previous").stderr).toContain("there is nothing to go back to");
  });

  test("so does the set before, in a folder that stays", () => {
    const { host, desired } = changing({ domain: "other" });
    run(host, "read_desired; switch_over; switch_is_whole", desired);
    expect(withKey(host)).toEqual(["config"]);
  });

  test("stays where it is a person's: ours is a link, and the sets that it leads to", () => {
    const { host } = changing({});
    host.write("etc/consul.d/theirs.json", "{}");
    host.says("library", `remove_config_folder ${host.folder}/etc/consul.d`);
    expect(host.read("etc/consul.d/theirs.json")).toBe("{}");
  });
});

// $APPLIED is what was whole last, and what is on the host is half of another set: "runs these settings already" is not so.
test("a change that was cut off and is taken back is undone by the run that takes it back", () => {
  const { host, before, desired } = changing({ domain: "other" });
  expect(run(host, "read_desired; switch_over; exit 9", desired).status).toBe(9);
  const first = host.stage(host.render({ version: "1.21.5", environment: { A: "1" } }));
  host.agents = { "http://127.0.0.1:80": agent("1.22.0", "leader") };
  const gates = `health_problem() { :; }; gate_before_restart() { :; }; require_answering_voters() { :; }; gate_after_restart() { :; }
    cluster_lock() { :; }; require_cluster_lock() { :; }; hand_over_leadership() { :; }`;
  const again = run(host, `${gates}\nmain name=consul-1 owner=${owner}`, first.desired);
  expect(again.status, again.stderr).toBe(0);
  expect(all(host)).toEqual(before);
});

describe("the folder of a socket, which systemd takes away at a stop of a unit that names it", () => {
  const unit = (name: string) => `[Service]\nRuntimeDirectory=${name}\nRuntimeDirectoryMode=0750\n`;
  test.each<[string, string, string, string]>([
    ["goes where what runs has none any more", unit("consul"), "[Service]\n", "rm -rf /run/consul"],
    ["goes where it has another", unit("consul-a"), unit("consul"), "rm -rf /run/consul-a"],
    ["stays where it has the same", unit("consul"), unit("consul"), ""],
    ["of nobody is none", "[Service]\n", unit("consul"), ""],
    ["of another name is not ours", unit("dbus"), "[Service]\n", ""],
    ["of the scripts is none", unit("consul-cluster"), "[Service]\n", ""],
    ["below another is none", unit("consul/../dbus"), "[Service]\n", ""],
  ])("%s", (_, before, now, done) => {
    const host = new Host();
    host.write("unit", now);
    host.write("state/previous/unit", before);
    const call = `rm() { echo "rm $*"; }; remove_socket_folder "$PREVIOUS/unit"`;
    expect(host.says("activate.sh", call)).toBe(done);
  });
});
