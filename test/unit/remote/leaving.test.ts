// What a host makes of a farewell, and which host is left alone when its server departs: the scripts as they
// stand, with nothing below them. Whatever they would run or remove is only said here.
//
// Does not prove that Consul leaves, nor that a host is clean afterwards: machines in the lab do.

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { planCluster, type ServerPlan } from "../../../components/plan";
import { renderServerFiles } from "../../../components/render/server";
import { servers } from "../render/cases";
import { functionsOf, sh, temporaryFolder } from "../support/shell";

/** Commands that do nothing but to be said. */
const harmless = ["systemctl", "rm", "rmdir", "userdel"]
  .map((command) => `${command}() { echo "${command} $*"; }\n`)
  .join("");

/** When the cluster was last seen ready, in seconds; a cluster that is gone does not answer. */
const consul = (ready?: number) =>
  ready === undefined ? "consul_api() { return 1; }\n" : `consul_api() { echo ${ready}; }\n`;

/** Runs a script's `main` on the folder `$1`, and returns the lines that it says. */
function run(script: string, folder: string, words: string, more = ""): string[] {
  const text = `${functionsOf(script)}${harmless}${consul()}
    timeout() { shift; "$@"; }
    lock() { echo "lock $1"; }
    LIBRARY=$1/library RELEASES=$1/releases STATE=$1/state SNAPSHOTS=$1/snapshots
    STAGED=$STATE/staged FAREWELL=$STATE/farewell UNIT=$1/unit ENVIRONMENT=$1/environment
    ${more}
    exec 2>&1
    main ${words} </dev/null`;
  return sh(text, [folder]).split("\n").slice(0, -1);
}

/** A host, with or without the note that the whole cluster goes. */
function host(farewell: boolean): { folder: string; note: string } {
  const folder = temporaryFolder();
  const note = join(folder, "state/farewell");
  mkdirSync(join(folder, "state"));
  if (farewell) writeFileSync(note, "");
  return { folder, note };
}

describe("the farewell", () => {
  test("is noted, though another script is at work, and nothing else is done", () => {
    const { folder, note } = host(false);
    expect(run("leave.sh", folder, "name=consul-1 farewell=yes")).toEqual([]);
    expect(existsSync(note)).toBe(true);
    expect(run("leave.sh", folder, "name=consul-1 farewell=yes")).toEqual([]);
  });

  const runs = 'runs() { :; }; leave_cluster() { echo "in order"; }';
  const stops = [
    "lock leaving",
    "systemctl --quiet disable --now consul.service",
    "systemctl reset-failed consul.service",
  ];
  const inOrder = [stops[0], "in order", ...stops.slice(1)];

  test.each([
    ["a server leaves in order", false, "no", inOrder],
    ["not where the run knows that all of them go", false, "yes", stops],
    ["nor where only the host does", true, "no", stops],
    ["nor where both do", true, "yes", stops],
  ])("%s", (_, farewell, whole, expected) => {
    const { folder, note } = host(farewell);
    const words = `name=consul-1 api=x configDir=y whole=${whole}`;
    expect(run("leave.sh", folder, words, runs)).toEqual(expected);
    // The neighbours' scripts, and this one once more, still know it.
    expect(existsSync(note)).toBe(farewell);
  });

  test.each([
    ["before it", -60, stops],
    ["after it", 60, inOrder],
  ])("counts where the cluster was last seen ready %s", (_, offset, expected) => {
    const ready = consul(Math.floor(Date.now() / 1000) + offset);
    const words = "name=consul-1 api=x configDir=y whole=no";
    expect(run("leave.sh", host(true).folder, words, `${runs}; ${ready}`)).toEqual(expected);
  });

  test.each([
    ["nobody is forgotten, and no lock is waited for", true, []],
    ["without it the script goes on", false, ["lock forgetting consul-2"]],
  ])("%s", (_, farewell, expected) => {
    const words = "name=consul-1 api=x configDir=y server=consul-2 address=z datacenter=d dead=no";
    const said = run(
      "forget.sh",
      host(farewell).folder,
      words,
      'lock() { echo "lock $1"; exit 0; }',
    );
    expect(said).toEqual(expected);
  });

  describe("is taken back by an activation", () => {
    const words = "name=consul-1 api=x dataDir=y configDir=z";
    const idle = `unset -f rm; peers() { :; }; find_cluster() { cluster=no; }
      choose_action() { echo nothing; }; nothing() { :; }`;

    test("that has nothing else to do", () => {
      const { folder, note } = host(true);
      const said = run("activate.sh", folder, words, `${idle}; check_staged() { :; }`);
      expect(said).toEqual(["lock activation", "consul-1: runs these settings already"]);
      expect(existsSync(note)).toBe(false);
    });

    test("that fails over what is staged", () => {
      const { folder, note } = host(true);
      run("activate.sh", folder, words, `${idle}; check_staged() { exit 0; }`);
      expect(existsSync(note)).toBe(false);
    });

    test("but not by one that does not get the host's lock", () => {
      const { folder, note } = host(true);
      run("activate.sh", folder, words, `${idle}; lock() { exit 0; }`);
      expect(existsSync(note)).toBe(true);
    });
  });
});

describe("what is removed from a host", () => {
  /** Removes a server of this address from a host on which one of another address may be staged. */
  function remove(address: string, staged?: string): string[] {
    const { folder } = host(false);
    if (staged !== undefined) {
      const plan = planCluster({ existing: servers(staged) });
      const config = join(folder, "state/staged/config");
      mkdirSync(config, { recursive: true });
      const files = renderServerFiles(plan, plan.servers[0] as ServerPlan);
      for (const [name, text] of Object.entries(files)) writeFileSync(join(config, name), text);
    }
    const words = `name=consul-1 address=${address} dataDir="$1/data" configDir="$1/config" removeData=yes`;
    return run("remove.sh", folder, words).map((line) => line.replaceAll(folder, "HOST"));
  }

  const everything = [
    "lock removal",
    "rm -f HOST/unit HOST/environment",
    "systemctl daemon-reload",
    "rm -f /usr/local/bin/consul",
    "rm -rf HOST/config.sets HOST/releases HOST/state HOST/library",
    "rm -rf HOST/data HOST/snapshots",
    "rmdir HOST",
    "userdel consul",
    "rmdir HOST/data",
    "consul-1: service, settings and release removed",
    "rm -rf /run/consul-cluster",
  ];

  test.each([
    ["where its server is staged", "10.0.0.11", "10.0.0.11"],
    ["where its server is staged, in IPv6", "2001:db8::11", "2001:db8::11"],
    ["where nothing is staged", "10.0.0.11", undefined],
  ])("everything, %s", (_, address, staged) => {
    expect(remove(address, staged)).toEqual(everything);
  });

  test.each([
    ["10.0.0.11", "10.0.0.99"],
    // A part of the other one.
    ["10.0.0.1", "10.0.0.11"],
    ["10.0.0.11", "10.0.0.1"],
    ["2001:db8::1", "2001:db8::11"],
    ["10.0.0.11", "2001:db8::11"],
  ])("nothing of what stood for %s where the same host is staged for %s", (address, staged) => {
    expect(remove(address, staged)).toEqual([`consul-1: stays in use, for the address ${staged}`]);
  });
});
