// Whether a host is fit for a server: whose it is and whose data it holds, what it is called, and who holds its ports.
//
// Does not prove that a host is judged rightly in all: machines in the lab are.

import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { owner } from "../render/cases";
import { Host } from "../support/host";

/** What is wrong with a host, as a check finds it. */
function problems(host: Host, check: string, settings = ""): string {
  const places = `role=server wipeData='' dataVolume='' cluster='' dataDir="$1/data" configDir="$1/config"`;
  const mark = `OWNER_ID=${owner} OWNER_NAME=project/stack/component`;
  return host.says("release", `${places} ${mark} ${settings}\n${check}\nprintf %s "$problems"`);
}

describe("ports that a Consul holds", () => {
  const held = (host: Host, pid: number) => {
    host.service.MainPID = 4711;
    const ss = `ss() { echo 'LISTEN 0 9 *:8300 *:* users:(("consul",pid=${pid},fd=7))'; }`;
    return problems(host, `sleep() { :; }; ${ss}; check_ports tcp 8300`);
  };

  test("are no problem where it is the owner's own, and are one where it is anybody else's", () => {
    expect(held(new Host(), 4711)).toBe("");
    expect(held(new Host(), 9)).toContain("port 8300/tcp is taken by consul (process 9)");
    // A consul.service that nobody of ours has made.
    const foreign = new Host();
    rmSync(join(foreign.folder, "state/owner"));
    expect(held(foreign, 4711)).toContain("port 8300/tcp is taken by consul (process 4711)");
  });
});

// Seen: an agent that crashes again and again ended between the two questions, of systemd and of the kernel.
test.each([
  ["has just ended", "LISTEN 0 9 *:8300 *:*", ""],
  [
    "has just begun again",
    'LISTEN 0 9 *:8300 *:* users:(("consul",pid=8,fd=7))',
    'LISTEN 0 9 *:8300 *:* users:(("consul",pid=4711,fd=7))',
  ],
])("a port of the owner's own agent that %s is no problem", (_, first, then) => {
  const host = new Host();
  const ss = `ss() { if [ -e "$1/looked" ]; then echo '${then}'; else echo '${first}'; fi; }`;
  const sleep = `sleep() { : >"${host.folder}/looked"; }`;
  const text = `${sleep}; ${ss.replace("$1", host.folder)}; check_ports tcp 8300`;
  expect(problems(host, text)).toBe("");
});

describe("the data folder", () => {
  const check = (host: Host, settings = "", claimed = "nothing") => {
    host.write("state/data", `${claimed}\n`);
    return problems(host, "check_data", settings);
  };
  const filled = (files: Record<string, string> = {}) => {
    const host = new Host();
    for (const [name, text] of Object.entries({ "node-id": "x", ...files }))
      host.write(`data/${name}`, text);
    return host;
  };
  const volume = "dataVolume=vol-1 cluster=mine";

  test("that is empty, or not there, or was filled by this cluster, is no problem", () => {
    const empty = new Host();
    expect(check(empty)).toBe("");
    rmSync(join(empty.folder, "data"), { recursive: true });
    expect(check(empty)).toBe("");
    const own = filled();
    expect(check(own, "", join(own.folder, "data"))).toBe("");
  });

  test("that holds what this cluster did not make is one, unless it is to be wiped", () => {
    const host = filled();
    expect(check(host)).toMatch(/data that is not of this cluster; .* or set wipeData/);
    // Another folder was this cluster's.
    expect(check(host, "", "/var/consul")).toContain("not of this cluster");
    expect(check(host, "wipeData=ticket-17")).toBe("");
  });

  test.each([
    ["the owner's mark", owner],
    ["the mark of 0.1.0, which is the cluster's", "mine"],
  ])("that is a volume is this cluster's where the volume says so: %s", (_, mark) => {
    const own = filled({ ".consul-cluster": `${mark}\n` });
    expect(check(own, volume)).toBe("");
    // A folder of a machine has no such word.
    expect(check(own)).toContain("not of this cluster");
  });

  test("that is a volume of another's is not; an empty one is nobody's", () => {
    expect(check(filled({ ".consul-cluster": "another\n" }), volume)).toContain("not of this");
    expect(check(filled({ ".consul-cluster": "\n" }), "dataVolume=vol-1")).toContain("not of this");
    const empty = new Host();
    empty.write("data/lost+found/x", "");
    empty.write("data/.consul-cluster", "another\n");
    expect(check(empty, volume)).toBe("");
  });
});

describe("a server is not renamed on a host that stays: the old name leaves last, and would take the new one with it", () => {
  const check = (name: string, host = new Host()) => problems(host, "check_role", `name=${name}`);
  const server = () => {
    const host = new Host();
    host.apply(host.stage(host.render()));
    return host;
  };

  test("the server that is there stays, and none is no other", () => {
    expect(check("consul-1", server())).toBe("");
    expect(check("consul-1")).toBe("");
  });

  test("another name is refused, with the way there", () => {
    expect(check("another", server())).toContain(
      "this host has the server consul-1; take that off in a run of its own first",
    );
  });
});

describe("whose a host is", () => {
  const nobody = () => {
    const host = new Host();
    rmSync(join(host.folder, "state/owner"));
    host.service = { MainPID: 0, FragmentPath: "" };
    return host;
  };
  // Whatever this computer has is not looked at.
  const bare = "getent() { return 1; }; consul_processes() { :; }";
  const check = (host: Host, more = bare) => problems(host, `${more}; check_owner`);

  test("its owner's, or nobody's", () => {
    expect(check(new Host())).toBe("");
    expect(check(nobody())).toBe("");
  });

  test("another component's: named, with both ways out", () => {
    const host = new Host();
    host.write("state/owner", "id=fedcba9876543210\nname=project/stack/before\n");
    expect(check(host)).toMatch(
      /this host is project\/stack\/before's, .*take it off there .*aliases: \[\{ name: "before" \}\]/,
    );
  });

  test("that of a component of this name in a state that was lost", () => {
    const host = new Host();
    host.write("state/owner", "id=fedcba9876543210\nname=project/stack/component\n");
    expect(check(host)).toContain("was the state lost?");
  });

  test.each([
    [
      "a unit",
      { FragmentPath: "/lib/systemd/system/consul.service" },
      bare,
      /the unit \/lib\/systemd/,
    ],
    [
      "a process",
      {},
      `${bare}; consul_processes() { echo 4712; }`,
      /a Consul that runs, process 4712/,
    ],
    ["a user", {}, `${bare}; getent() { [ "$1" = passwd ]; }`, /a user consul/],
    ["a group", {}, `${bare}; getent() { [ "$1" = group ]; }`, /a group consul/],
  ])("a stranger's: %s", (_, service, more, message) => {
    const host = nobody();
    host.service = { ...host.service, ...service };
    expect(check(host, more)).toMatch(message);
    expect(check(host, more)).toContain("Nothing of it is taken over");
  });

  test.each([
    ["a binary", "consul"],
    ["a release", "releases/1.22.0/consul"],
    ["settings", "config/consul.hcl"],
  ])("a stranger's: %s", (_, path) => {
    const host = nobody();
    host.write(path, "");
    expect(check(host)).toContain("what this library has not made");
  });

  test("a stranger's: drop-ins, which would rule the unit that is to come", () => {
    const host = nobody();
    const drops = `drop_ins ${host.folder}/etc ${host.folder}/run`;
    mkdirSync(join(host.folder, "etc/systemd/system/consul.service.d"), { recursive: true });
    expect(host.says("release", drops)).toBe("");
    host.write("run/systemd/system/consul.service.d/limits.conf", "[Service]\n");
    expect(host.says("release", drops)).toBe(
      `; drop-ins in ${host.folder}/run/systemd/system/consul.service.d`,
    );
    // Wherever systemd looks.
    const found = 'drop_ins() { echo "; drop-ins below $*"; }';
    expect(check(host, `${bare}; ${found}`)).toContain(
      "drop-ins below /etc /run /usr/local/lib /usr/lib /lib",
    );
  });

  test("0.1.0's, which left no mark", () => {
    const host = nobody();
    host.write("state/active", "release 1.22.0\n");
    host.write("consul", "");
    expect(check(host)).toBe("");
  });

  test("a client's that moves from one component to another of its stack", () => {
    const host = new Host();
    host.write("state/owner", "id=fedcba9876543210\nname=project/stack/before\n");
    host.write("state/staged/config/10-client.json", "{}");
    expect(problems(host, `${bare}; check_owner`, "role=client")).toBe("");
    host.write("state/owner", "id=fedcba9876543210\nname=project/other/before\n");
    expect(problems(host, `${bare}; check_owner`, "role=client")).toContain("this host is");
  });
});
