// What a client's scripts decide on its host: what a change of the staged set means, when it has to join again, whose
// host it is, how it leaves; and what the servers' scripts make of clients in the pool.
//
// Does not prove that Consul or systemd follow: machines in the lab do.

import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { PlainClientArgs } from "../../../components/client/args";
import { agent, recorded, releases } from "../host-lib/answers";
import { gossipKeys } from "../host-lib/recording/dummies";
import { gossipKey, owner } from "../render/cases";
import { Host } from "../support/host";
import { clientHost as host } from "./host";
import { rendered } from "./support";

const api = "http://127.0.0.1:8500";
const label = "label-1";
const other = gossipKeys.first;

test("the staged set is found to be what was asked for, and another is refused", () => {
  const set = rendered({ services: [{ name: "a", port: 1 }] });
  const read = (desired: string) =>
    host(set).says("activate-client.sh", 'read_desired; echo "$release"', desired);
  expect(read(set.wanted)).toBe("1.22.0");
  expect(() => read(rendered({ domain: "other" }).wanted)).toThrow(
    /staged restart-settings are not those/,
  );
});

describe("the least that serves", () => {
  const choose = (more: Partial<PlainClientArgs>, secrets = label, pid = 4711) => {
    const made = host(rendered(more, secrets));
    made.write("state/active", rendered().wanted);
    made.service.MainPID = pid;
    return made.says("activate-client.sh", "choose_action");
  };

  test.each<[string, string, Partial<PlainClientArgs>]>([
    ["no_op", "nothing new", {}],
    ["reload", "a service", { services: [{ name: "a", port: 1 }] }],
    ["restart", "a port", { ports: { http: 8501 } }],
    ["record_only", "another server to join", { servers: ["10.0.0.13"] }],
  ])("%s: %s", (action, _, more) => {
    expect(choose(more)).toBe(action);
  });

  test("record_only: another gossip key, which the servers have rotated in", () => {
    expect(choose({}, "label-2")).toBe("record_only");
  });

  test("start: nothing runs", () => {
    expect(choose({}, label, 0)).toBe("start");
  });
});

describe.each(releases)("a client has to join again, Consul %s", (release) => {
  const rejoins = (
    situation: string | undefined,
    keyring?: string,
    applied = rendered().wanted,
  ) => {
    const made = host(rendered(), keyring);
    made.write("state/active", applied);
    made.agents = { [api]: situation ? agent(release, situation) : "refused" };
    return made.holds("activate-client.sh", `{ api=${api}; needs_rejoin; }`);
  };

  test("where it knows no leader, and has another key or others to join", () => {
    for (const situation of ["client-no-leader", "client-alone"]) {
      expect(rejoins(situation, other)).toBe(true);
      expect(rejoins(situation, gossipKey, rendered({ servers: ["10.0.0.99"] }).wanted)).toBe(true);
    }
    expect(rejoins(undefined, other)).toBe(true);
  });

  test("not while it knows one, nor where a restart would read nothing new", () => {
    expect(rejoins("client", other)).toBe(false);
    expect(rejoins("client-no-leader", gossipKey)).toBe(false);
    expect(rejoins("client-no-leader")).toBe(false);
  });

  test("a key that is not the pool's is refused at staging, while the client is in the pool", () => {
    const check = (keyring: string, situation: string) => {
      const made = host(rendered(), keyring);
      made.agents = { [api]: agent(release, situation) };
      return made.says(
        "stage-config.sh",
        `KEY_ARRIVES_S=0; api=${api}; check_key_of_client; echo passed`,
      );
    };
    expect(() => check(other, "client")).toThrow(/not the one of the pool that this client is in/);
    expect(check(gossipKey, "client")).toBe("passed");
    expect(check(other, "client-no-leader")).toBe("passed");
  });
});

test("a start takes the key of the settings, not that of yesterday", () => {
  const stays = (keyring: string) => {
    const made = host(rendered(), keyring);
    made.run("activate-client.sh", "forget_stale_keyring");
    return existsSync(join(made.folder, "data/serf/local.keyring"));
  };
  expect(stays(other)).toBe(false);
  expect(stays(gossipKey)).toBe(true);
});

describe("a host is of one kind", () => {
  const check = (role: string, file?: string, name = "web-1") => {
    const made = new Host();
    if (file) made.write(`state/staged/config/${file}`, "{}");
    if (file) made.write("state/facts", "name=web-1\n");
    return made.says("release", `role=${role} name=${name}; check_role; printf %s "$problems"`);
  };

  test("no server becomes a client by the way, and no client a server", () => {
    expect(check("client", "10-server.json")).toContain("this host is a server of a cluster");
    expect(check("server", "10-client.json")).toContain("this host has a client agent");
    expect(check("client")).toBe("");
    for (const file of [undefined, "10-server.json"]) expect(check("server", file)).toBe("");
  });

  test("a client keeps its name as long as it is there: the pool would take another for an intruder", () => {
    expect(check("client", "10-client.json")).toBe("");
    expect(check("client", "10-client.json", "web-9")).toContain(
      "this host has the client agent web-1; take that off",
    );
  });
});

test("a client leaves without gates", () => {
  const made = host(rendered());
  const { stdout } = made.run(
    "leave.sh",
    `exec 2>&1; lock() { :; }; runs() { :; }; timeout() { shift; echo "$*"; }
     systemctl() { case "$*" in *MainPID*) echo 0 ;; esac; }
     leave_cluster() { echo "as a server"; }; main name=web-1 owner=${owner} whole=no`,
  );
  expect(stdout.replaceAll(made.folder, "HOST").split("\n")).toEqual([
    "web-1: has left the cluster",
    "systemctl --quiet disable --now consul.service",
    "",
  ]);
});

describe.each(releases)("clients in the pool, Consul %s", (release) => {
  const members = (name: string) => ({
    "GET /v1/agent/members": recorded(release, `${name}.members`),
  });
  const ready = (clients: string, view: string) => {
    const made = host(rendered());
    made.agents = { [api]: { ...agent(release, "client"), ...members(view) } };
    return made.run(
      "ready-client.sh",
      `CLIENTS_READY_S=0; sleep() { :; }; main name=web-1 owner=${owner} clients=${clients}`,
    );
  };
  const id = (number: number) => `00000000-0000-4000-8000-00000000002${number}`;

  test("readiness says who is who, between its marks", () => {
    const { status, stdout } = ready("web-2,web-1", "clients");
    expect(status).toBe(0);
    const lines = stdout.split("\n");
    expect([lines[0], lines.at(-2)]).toEqual(["consul-cluster: begin", "consul-cluster: end"]);
    expect(lines.slice(1, -2).sort()).toEqual([`node web-1 ${id(1)}`, `node web-2 ${id(2)}`]);
  });

  test("who is not alive there is named: failed, left, not there, or a server", () => {
    expect(ready("web-1,web-2", "client-failed").stderr).toMatch(/in the pool: web-1, web-2\n/);
    expect(ready("web-1,web-9,consul-1", "clients").stderr).toMatch(/pool: web-9, consul-1\n/);
  });

  test("nothing is ready where the members are withheld", () => {
    const { status, stdout } = ready("web-1", "anonymous-leader");
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  });

  test("a client that is gone is told from one of which nothing is known", () => {
    const line = (client: string, view: string) => {
      const made = host(rendered());
      made.agents = { [api]: members(view) };
      return made.run("force-remove-client.sh", `api=${api} client=${client}; member_line`);
    };
    expect(line("web-1", "client-failed")).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^web-1 4 client /),
    });
    expect(line("web-9", "client-failed")).toMatchObject({ status: 0, stdout: "" });
    expect(line("web-9", "anonymous-leader")).toMatchObject({ status: 3, stdout: "" });
  });
});

test("a host without an owner is nobody's to activate", () => {
  const made = host(rendered());
  rmSync(join(made.folder, "state/owner"));
  expect(() => made.says("activate-client.sh", `owner=${owner}; require_owner`)).toThrow(
    /has no owner's mark/,
  );
});
