// A full disk is seen while everything is staged, whatever it is that changes: a server that restarts on one does not come back.

import { describe, expect, test } from "vitest";
import type { PlainArgs } from "../../../components/cluster/args";
import { label, owner } from "../render/cases";
import { harmless } from "../support/harmless";
import { Host } from "../support/host";

/** A df for which so many MiB are free where the data lies, and plenty elsewhere. */
const df = (host: Host, free: number, noted = 800) => `df() {
  echo "Filesystem 1048576-blocks Used Available Capacity Mounted on"
  case $2 in '${host.folder}/state'*) echo "/dev/z 900 1 ${noted} 99% /" ;; '${host.folder}/data'*) echo "/dev/x 900 1 ${free} 99% /" ;; *) echo "/dev/y 900 1 800 1% /" ;; esac; }`;

/** The step as it stands, of a host where this set runs: what does not look at the disk passes. */
function stageOn(
  free: number,
  { wipeData = "", wiped = "", more = {} as PlainArgs, noted = 800 } = {},
) {
  const host = new Host();
  host.apply(host.render());
  if (wiped) host.write("state/active", `${host.read("state/active")}wipe-data ${wiped}\n`);
  const set = host.stage(host.render(more));
  const others =
    "receive_settings() { :; }; check_gossip_key() { :; }; verify() { echo verified; }";
  const call = `${harmless(host)}\n${df(host, free, noted)}\n${others}
    main name=consul-1 owner=${owner} version=${set.plan.version} secrets=${label} wipeData=${wipeData}`;
  return host.run("stage-config.sh", call);
}

describe("the disk under the data", () => {
  test.each([100, 101, 50_000])("with %i MiB free is no trouble", (free) => {
    const { status, stdout } = stageOn(free);
    expect({ status, said: stdout.split("\n")[0] }).toEqual({ status: 0, said: "verified" });
  });

  test.each([0, 9, 99])("with %i MiB free is: nothing is verified, and nothing changes", (free) => {
    for (const more of [{}, { recursors: ["192.0.2.1"] }, { domain: "other" }]) {
      const { status, stdout, stderr } = stageOn(free, { more });
      expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
      expect(stderr).toMatch(
        new RegExp(`/data has ${free} MiB free, .* needs 100; make room there; nothing that runs`),
      );
    }
  });

  test("is nobody's trouble where the data is given up, for that makes room; once, and not again", () => {
    expect(stageOn(9, { wipeData: "ticket-17" })).toMatchObject({ status: 0 });
    expect(stageOn(9, { wipeData: "ticket-18", wiped: "ticket-17" })).toMatchObject({ status: 0 });
    expect(stageOn(9, { wipeData: "ticket-17", wiped: "ticket-17" })).toMatchObject({ status: 1 });
  });

  test("is looked at where the folder is still to be made, too", () => {
    const host = new Host();
    host.stage(host.render({ dataDir: `${host.folder}/data/not/yet` }));
    const { status, stderr } = host.run("stage-config.sh", `${df(host, 9)}\ncheck_disk`);
    expect({ status, said: /not\/yet has 9 MiB free/.test(stderr) }).toEqual({
      status: 1,
      said: true,
    });
  });
});

test.each([
  [10, 0],
  [9, 1],
])("the disk of what a host remembers, with %i MiB free: %i", (noted, ends) => {
  const { status, stderr } = stageOn(800, { noted });
  const said =
    /\/state has 9 MiB free, and what is remembered of a change needs 10; make room there/;
  expect([status, said.test(stderr)]).toEqual([ends, ends === 1]);
});

describe("before anything is laid down", () => {
  /** The problems of a host with so much room. */
  const problems = (
    { usr = 5000, releases = 5000, data = 5000 },
    { wipeData = "", applied = "", release = "1.22.0", readOnly = "" } = {},
  ) => {
    const host = new Host();
    if (applied) host.write("state/active", `release 1.22.0\nwipe-data ${applied}\n`);
    host.write(`releases/${release}/consul`, `#!/bin/sh\necho Consul v${release}\n`, 0o755);
    const settings = `OWNER_ID=${owner} version=1.22.0 dataDir=${host.folder}/data wipeData=${wipeData}`;
    const df = `free_mib() { case $1 in /usr/local) echo ${usr} ;; *releases) echo ${releases} ;; *) echo ${data} ;; esac; }`;
    const asConsul = 'timeout() { shift; "$@"; }; runuser() { shift 3; "$@"; }';
    const writable = `is_writable() { case $1 in ${readOnly || "''"}) return 1 ;; esac; }`;
    return host.says(
      "release",
      `${settings}; ${df}; ${asConsul}; ${writable}; check_disks; printf %s "$problems"`,
    );
  };

  test("room is asked for, for the data and for a release", () => {
    expect(problems({})).toBe("");
    expect(problems({ data: 199 })).toMatch(/data has 199 MiB free, Consul's data needs 200 MiB/);
    expect(problems({ releases: 499 }, { release: "1.21.5" })).toMatch(
      /\/releases has 499 MiB free, the release needs 500 MiB/,
    );
  });

  test("for the release where releases lie, which may be a disk of its own", () => {
    expect(problems({ usr: 10 }, { release: "1.21.5" })).toBe("");
    expect(problems({ usr: 9 }, { release: "1.21.5" })).toContain(
      "/usr/local has 9 MiB free, this library needs 10 MiB",
    );
  });

  // The data that fills the disk is what shall go.
  test("not for data that is given up, but for data whose mark was followed", () => {
    expect(problems({ data: 0 }, { wipeData: "ticket-17" })).toBe("");
    expect(problems({ data: 0 }, { wipeData: "ticket-18", applied: "ticket-17" })).toBe("");
    expect(problems({ data: 0 }, { wipeData: "ticket-17", applied: "ticket-17" })).toContain(
      "needs 200 MiB",
    );
  });

  test("what cannot be written is refused, each folder once, whatever room there is", () => {
    const said = (folder: string) => new RegExp(`\\n {2}- \\S*${folder} cannot be written`, "g");
    expect(problems({}, { readOnly: "/usr/local" }).match(said("/usr/local"))).toHaveLength(1);
    for (const folder of ["/data", "/releases"])
      expect(problems({}, { readOnly: `*${folder}` }).match(said(folder))).toHaveLength(1);
    // Releases below /usr/local, and nothing of it there yet.
    const below = `RELEASES=/usr/local/no/such; dataDir=/usr/local/no/data`;
    const all = new Host().says(
      "release",
      `${below} version=1.22.0 wipeData=''; is_writable() { return 1; }; has_release() { return 1; }
      free_mib() { echo 5000; }; check_disks; printf %s "$problems"`,
    );
    expect(all).toBe("\n  - /usr/local cannot be written");
  });

  test("nor for a release that is there", () => {
    expect(problems({ usr: 0, releases: 0 })).toBe("");
  });
});
