// What a host remembers of the set that runs is lost, or damaged: it is read off the settings again, and where that cannot be, a
// file is named. Never is it taken for "nothing is here".
//
// Does not prove that a server keeps running meanwhile: no Consul runs here.

import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { planClients } from "../../../components/client/plan";
import type { PlainArgs } from "../../../components/cluster/args";
import { renderClientFiles } from "../../../components/render/client";
import type { Agents } from "../../support/curl/fakeConsul";
import { owner, servers } from "../render/cases";
import { harmless } from "../support/harmless";
import { Host, type RenderedSet } from "../support/host";

/** A host where this set runs, with its settings and its unit; whose notes are whole. */
function running(more: PlainArgs = {}, index = 0): { host: Host; set: RenderedSet } {
  const host = new Host();
  const set = host.stage(host.render(more, { index }));
  const call = `${harmless(host)}\nbootstraps=no; read_desired; switch_over; switch_is_whole`;
  const { status, stderr } = host.run("activate.sh", call, set.desired);
  if (status !== 0) throw new Error(stderr);
  return { host, set };
}

const cut = (text: string) => text.slice(0, text.length / 2);
const ofOlderRelease = (text: string) => text.replace(/acl=off\n|end=facts\n/g, "");

const sets: [string, PlainArgs, number?][] = [
  ["the defaults", {}],
  [
    "ports, addresses and the age of data",
    {
      ports: { http: 8500, server: 9300 },
      addresses: { http: "127.0.0.1" },
      extraConfig: { server_rejoin_age_max: "36h30m" },
    },
  ],
  ["ACLs", { acl: {} }, 2],
  ["ACLs that allow", { acl: { defaultPolicy: "allow" } }],
  ["ACLs of the user's own", { extraConfig: { acl: { enabled: true, default_policy: "deny" } } }],
  ["TLS", { tls: {} }],
  ["TLS that is offered", { tls: { mode: "offered" }, domain: "fra1.example." }],
  ["TLS on the way", { tls: { mode: "outgoing" } }],
  ["TLS that is preferred", { tls: { mode: "preferred" } }],
  ["HTTPS alone", { tls: {}, ports: { http: -1 } }],
  [
    "HTTPS alone, at another port of its own address",
    { tls: { mode: "preferred" }, ports: { http: -1, https: 8443 }, addresses: { https: "own" } },
  ],
  [
    "HTTPS alone, over IPv6",
    { existing: servers("2001:db8::1"), tls: {}, ports: { http: -1 }, addresses: { https: "own" } },
  ],
  ["a socket", { addresses: { http: "unix:///run/consul/http.sock" } }],
  [
    "a socket beside its own address",
    { addresses: { http: "unix:///run/consul-api/http.sock own" } },
  ],
  [
    "a socket beside all addresses",
    { addresses: { http: "0.0.0.0 unix:///run/consul/http.sock" } },
  ],
  ["a socket with TLS", { tls: {}, addresses: { http: "unix:///run/consul/http.sock" } }],
  ["HTTPS for this host alone", { tls: {}, addresses: { https: "127.0.0.1" } }],
  ["IPv6", { existing: servers("2001:db8::1", "2001:db8::2", "2001:db8::3") }],
  ["one server", { existing: servers("10.0.0.11") }],
];

const damages: [string, (text: string) => string | undefined][] = [
  ["lost", () => undefined],
  ["empty", () => ""],
  ["cut off", cut],
  ["without the last line", (text) => text.replace("end=facts\n", "")],
  ["without the own address", (text) => text.replace(/raft_address=.*/, "raft_address=")],
  ["of a release that knew no last line", ofOlderRelease],
];

// One host for all damages: its set is the same, and to have it run takes longer than to read it.
test.each(sets)(
  "facts of %s, lost or damaged, are read off the settings that run, to the byte",
  (_, more, index) => {
    const { host, set } = running(more, index);
    const facts = set.config.facts as string;
    for (const [damage, damaging] of damages) {
      const damaged = damaging(facts);
      if (damaged === undefined) rmSync(join(host.folder, "state/facts"));
      else host.write("state/facts", damaged);
      host.says("library", "require_facts");
      expect(host.read("state/facts"), damage).toBe(facts);
    }
  },
);

test("facts of a client agent, too", () => {
  const host = new Host();
  const hosts = [{ name: "web-1", address: "10.0.0.21", hostKey: "" }];
  const plan = planClients({ existing: { hosts } });
  const client = plan.clients[0] as (typeof plan.clients)[0];
  const files = renderClientFiles(plan, client, ["10.0.0.11:8401", "consul.example"]);
  for (const [name, text] of Object.entries(files)) host.write(`config/${name}`, text);
  const facts = host.says("library", `facts_of_settings ${host.folder}/config`);
  expect(`${facts}\n`.replace(/config_dir=.*/, "")).toBe(files.facts?.replace(/config_dir=.*/, ""));
});

describe("an applied text that is lost", () => {
  const api = "http://127.0.0.1:80";
  const leads = { "GET /v1/status/leader": '"10.0.0.11:8300"' };
  const lost = (more: PlainArgs = {}, says: Agents = { [api]: leads }) => {
    const { host, set } = running(more);
    host.agents = says;
    rmSync(join(host.folder, "state/active"));
    return { host, set };
  };

  test.each<[string, PlainArgs]>([
    ["of the defaults", {}],
    ["of ACLs", { acl: {}, ports: { http: 80 } }],
    ["of TLS on the way", { tls: { mode: "outgoing" } }],
    ["of an environment", { environment: { GOMAXPROCS: "2" } }],
  ])("%s is read off what runs, to the byte, so that there is a way back", (_, more) => {
    const { host, set } = lost(more);
    host.says("library", "require_facts; remember_previous");
    expect(host.read("state/active")).toBe(set.desired);
    expect(host.read("state/previous/active")).toBe(set.desired);
  });

  test("and cut off", () => {
    const { host, set } = running();
    host.agents = { [api]: leads };
    host.write("state/active", "");
    host.says("library", "require_facts");
    expect(host.read("state/active")).toBe(set.desired);
  });

  test("with the last mark of wipeData that was followed, and nothing else of that file", () => {
    const { host, set } = lost();
    host.write("data/.consul-cluster-wiped", `${owner} gone\nrelease 0.1.0\n`);
    host.says("library", "require_facts");
    expect(host.read("state/active")).toBe(`${set.desired}wipe-data gone\n`);
  });

  test("of one that waits for its first election there is none", () => {
    const { host } = lost({}, { [api]: { "GET /v1/status/leader": '""' } });
    host.says("library", "require_facts");
    expect(existsSync(join(host.folder, "state/active"))).toBe(false);
  });
});

describe("facts that cannot be had again", () => {
  const broken = () => {
    const { host, set } = running();
    rmSync(join(host.folder, "state/facts"));
    rmSync(join(host.folder, "config"));
    return { host, set };
  };

  test("of what runs end the run, which names the file and the way on", () => {
    const { status, stderr } = broken().host.run("library", "require_facts; echo went on");
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /state\/facts, which tells .* is missing or damaged.*nothing was changed\. Put one/,
    );
  });

  test("of what does not run end none: there is nothing to lose", () => {
    const { host } = broken();
    host.write("state/facts", "name=consul-1\n");
    host.service = { MainPID: 0 };
    host.says("library", "require_facts");
    expect(existsSync(join(host.folder, "state/facts"))).toBe(false);
    expect(host.holds("library", "is_applied")).toBe(false);
  });
});

test("a host where nothing was ever applied has none to miss", () => {
  const host = new Host();
  host.stage(host.render());
  host.says("library", "require_facts");
  expect(existsSync(join(host.folder, "state/facts"))).toBe(false);
});

describe("an address or a folder that is not known", () => {
  test("never says that this server does not lead", () => {
    const host = new Host();
    const { status, stderr } = host.run("library", "hand_over_leadership ''; echo not the leader");
    expect([status, stderr.includes("state/facts does not tell its raft_address")]).toEqual([
      1,
      true,
    ]);
  });

  test("never says that there is nothing to go back to", () => {
    const { host } = running();
    host.write("state/facts", "end=facts\n");
    const { status, stderr } = host.run("library", "remember_previous; echo went on");
    expect([status, stderr.includes("no way back")]).toEqual([1, true]);
  });

  test("is put into no link on the way back", () => {
    const { host } = running();
    host.says("library", "remember_previous");
    host.write("state/previous/facts", "");
    const { status, stderr } = host.run("library", "restore_previous");
    expect([status, stderr.includes("previous/facts is damaged")]).toEqual([1, true]);
  });
});

describe("staged facts that are damaged", () => {
  const damaged = () => {
    const { host, set } = running();
    host.write("state/staged/config/facts", cut(set.config.facts as string));
    return { host, set };
  };

  test("are not put in the place of those that run", () => {
    const { host, set } = damaged();
    rmSync(join(host.folder, "config"));
    const { status, stderr } = host.run("activate.sh", "read_desired", set.desired);
    expect([status, stderr.includes("staged/config/facts is damaged")]).toEqual([1, true]);
  });

  test("are staged again, where the same set runs", () => {
    const { host, set } = damaged();
    const { status, stderr } = host.run("activate.sh", "read_desired", set.desired);
    expect([status, stderr.includes("staged/config/facts is damaged: taken from")]).toEqual([
      0,
      true,
    ]);
    expect(host.read("state/staged/config/facts")).toBe(set.config.facts);
  });
});

test("a damaged applied text is no word on the release: the program's link has it", () => {
  const { host, set } = running();
  host.write("state/active", "");
  expect(host.says("library", "applied_release")).toBe(set.plan.version);
});

// All servers are stopped, and the host has lost its notes of a set that was once whole.
test("a server that was part of a cluster is not bootstrapped for want of its facts", () => {
  const { host } = running();
  rmSync(join(host.folder, "state/facts"));
  rmSync(join(host.folder, "config"));
  expect(host.says("activate.sh", "cluster=stopped; decide_bootstrap; echo $bootstraps")).toBe(
    "no",
  );
});

test("what leaves a cluster that stays is known, or stays", () => {
  const { host } = running();
  rmSync(join(host.folder, "state/facts"));
  rmSync(join(host.folder, "config"));
  const stubs =
    "lock() { :; }; teardown_stands() { return 1; }; find_own_agent() { :; }; peer_ips() { :; }";
  const leave = `${harmless(host)}\n${stubs}\nmain name=consul-1 owner=${owner} whole=`;
  const { status, stderr } = host.run("leave.sh", `${leave}no`);
  expect([status, stderr.includes("state/facts, which tells")]).toEqual([1, true]);
});
