// What a host makes of a teardown, and which host is left alone when its server departs: the scripts as they stand,
// with nothing below them. Whatever they would run or remove is only said here.
//
// Does not prove that Consul leaves, nor that a host is clean afterwards: machines in the lab do.

import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Program } from "../../../components/steps/scripts";
import { agent, recorded, releases } from "../host-lib/answers";
import { owner, servers } from "../render/cases";
import { Host } from "../support/host";
import { main, note, noted, running } from "./leave/told";

const api = "http://127.0.0.1:80";
const peer = (number: number) => `http://10.0.0.${number}:80`;

describe("a teardown", () => {
  const words = `name=consul-1 owner=${owner}`;

  test("is noted, though another script is at work, and nothing else is done", () => {
    const host = running();
    for (let i = 0; i < 2; i++) {
      expect(main(host, "leave.sh", `${words} teardown=yes`)).toEqual([]);
      expect(existsSync(note(host))).toBe(true);
    }
  });

  test("is noted with the last readiness that the host knows of", () => {
    const host = running();
    const ready = { "GET /v1/kv/consul-cluster/ready?raw": "a-mark" };
    host.agents = { [api]: { ...agent("1.22.0", "leader"), ...ready } };
    main(host, "leave.sh", `${words} teardown=yes`);
    expect(host.read("state/farewell")).toMatch(/^boot=\S+\nat_s=\d+\nready=a-mark\n$/);
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
  ])("%s", (_, told, whole, expected) => {
    const host = running();
    if (told) host.write("state/farewell", noted());
    expect(main(host, "leave.sh", `${words} whole=${whole}`, runs)).toEqual(expected);
    // The peers' scripts, and this one once more, still know it.
    expect(existsSync(note(host))).toBe(told);
  });

  describe.each(releases)("Consul %s", (release) => {
    /** Whether the note stands where a server that names a leader says this of the readiness. */
    const stands = (before: string, ready: object) => {
      const host = running();
      host.write("state/farewell", noted(before));
      host.agents = {
        [peer(12)]: { ...agent(release, "leader"), "GET /v1/kv/consul-cluster/ready?raw": ready },
      };
      return host.run("leave.sh", "sleep() { :; }; TEARDOWN_S=0; teardown_stands");
    };

    test("stands until a run has seen the cluster ready, whatever the clocks say", () => {
      expect(stands("before", { body: "before" }).status).toBe(0);
      expect(stands("before", { body: "after" }).status).not.toBe(0);
      expect(stands("", recorded(release, "leader.kv-missing")).status).toBe(0);
    });

    test.each([
      ["forbidden", "anonymous-leader.kv-missing"],
      ["nothing in time", "no-leader.kv-missing"],
    ])("an answer that is none is no yes: %s", (_, name) => {
      const { status, stderr } = stands("before", recorded(release, name));
      expect(status).toBe(1);
      expect(stderr).toContain("whether the whole cluster is being taken away is not known");
    });
  });

  test.each([
    ["nobody is forgotten, and no lock is waited for", true, []],
    ["without it the script goes on", false, ["lock forgetting consul-2"]],
  ])("%s", (_, told, expected) => {
    const host = running();
    if (told) host.write("state/farewell", noted());
    const who = `${words} server=consul-2 address=10.0.0.12 datacenter=dc1 dead=no`;
    const stop = 'lock() { echo "lock $1"; exit 0; }; find_own_agent() { :; }';
    expect(main(host, "force-remove.sh", who, stop)).toEqual(expected);
  });

  describe("is taken back by an activation", () => {
    const idle = `unset -f rm; find_own_agent() { :; }; await_leader() { cluster=unknown; }
      choose_action() { echo no_op; }`;

    test("that has nothing else to do", () => {
      const host = running();
      host.write("state/farewell", noted());
      const said = main(
        host,
        "activate.sh",
        `name=consul-1 owner=${owner}`,
        `${idle}; read_desired() { :; }`,
      );
      expect(said).toEqual(["lock activation", "consul-1: runs these settings already"]);
      expect(existsSync(note(host))).toBe(false);
    });

    test("that fails over what is staged", () => {
      const host = running();
      host.write("state/farewell", noted());
      main(
        host,
        "activate.sh",
        `name=consul-1 owner=${owner}`,
        `${idle}; read_desired() { exit 0; }`,
      );
      expect(existsSync(note(host))).toBe(false);
    });

    test.each([
      ["does not get the host's lock", "lock() { exit 0; }"],
      ["is another component's", "require_owner() { exit 1; }"],
    ])("but not by one that %s", (_, more) => {
      const host = running();
      host.write("state/farewell", noted());
      main(host, "activate.sh", `name=consul-1 owner=${owner}`, `${idle}; ${more}`);
      expect(existsSync(note(host))).toBe(true);
    });
  });
});

describe("a host of another component", () => {
  test.each<Program>(["leave.sh", "remove.sh"])("is not touched by %s", (script) => {
    const said = main(running(), script, "name=consul-1 owner=fedcba9876543210");
    expect(said).toEqual([
      "consul-1: is project/stack/component's by now, so nothing here is touched",
    ]);
  });

  test("tells nobody to forget a server", () => {
    const host = running();
    host.agents = { [api]: agent("1.22.0", "leader") };
    const words = "name=consul-1 owner=fedcba9876543210 server=consul-2 address=10.0.0.12";
    const { status, requests } = host.run(
      "force-remove.sh",
      `main ${words} datacenter=dc1 dead=no`,
    );
    expect({ status, requests }).toEqual({ status: 3, requests: [] });
  });
});

describe.each(releases)("who goes, as Consul %s knows it", (release) => {
  const at = "http://10.0.0.99:80";
  const whoGoes = (situation: string, server: string, address: string) => {
    const host = running();
    host.agents = { [at]: agent(release, situation) };
    const who = `api=${at} server=${server} address=${address} datacenter=dc1`;
    return host.says("force-remove.sh", `${who}; raft_id`);
  };
  const id = (number: number) => `00000000-0000-4000-8000-00000000001${number}`;

  test("is known by its name, whatever its address", () => {
    expect(whoGoes("leader", "consul-2", "10.9.9.9")).toBe(id(2));
    expect(whoGoes("leader", "consul-9", "127.0.78.99")).toBe("");
  });

  test("is known by its address where it is dead and has no name any more", () => {
    expect(whoGoes("unknown-server", "consul-3", "127.0.78.13")).toBe(id(3));
    expect(whoGoes("unknown-server", "consul-3", "127.0.78.1")).toBe("");
  });

  test("is not another server that has got the address", () => {
    expect(whoGoes("leader", "consul-9", "127.0.78.12")).toBe("");
  });

  test.each(["anonymous-leader", "no-leader"])(
    "is not gone where that is not known: %s",
    (situation) => {
      const host = running();
      host.agents = { [at]: agent(release, situation) };
      const who = `api=${at} server=consul-9 address=127.0.78.99 datacenter=dc1`;
      expect(host.holds("force-remove.sh", `{ ${who}; is_known; }`)).toBe(true);
    },
  );
});

describe("a host that is in use under another address", () => {
  function remove(address: string, staged: string): string[] {
    const host = new Host();
    host.apply(host.stage(host.render({ existing: servers(staged) })));
    const words = `name=consul-1 owner=${owner} address=${address} removeData=yes`;
    return main(host, "remove.sh", words);
  }

  test.each([
    ["10.0.0.11", "10.0.0.99"],
    // A part of the other one.
    ["10.0.0.1", "10.0.0.11"],
    ["10.0.0.11", "10.0.0.1"],
    ["2001:db8::1", "2001:db8::11"],
    ["10.0.0.11", "2001:db8::11"],
  ])("loses nothing of what stood for %s: it is staged for %s", (address, staged) => {
    expect(remove(address, staged)).toEqual([`consul-1: stays in use, for the address ${staged}`]);
  });
});
