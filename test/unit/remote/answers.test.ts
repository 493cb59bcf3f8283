// What the scripts make of Consul's answers: JSON that sed and awk take apart, for a host has nothing else.
// The answers have the shape and the order of fields of Consul 1.18 to 1.22.
//
// Does not prove that Consul still answers so: every run on real machines does.

import { describe, expect, test } from "vitest";
import { consulAnswers, functionsOf, sh } from "../support/shell";

const own = "http://127.0.0.1:80";
const peers = ["http://10.0.0.12:80", "http://10.0.0.13:80"];
const library = functionsOf("lib.sh");

/** The lines that a function says. */
function lines(call: string, answers: Record<string, unknown>, functions = library): string[] {
  const settings = `name=test api=${own} others='${peers.join(" ")}'`;
  const said = sh(`${functions}${settings}\n${consulAnswers(answers)}${call}`);
  // Consul's JSON ends without a line break, and so does what sed makes of it.
  return said === "" ? [] : said.replace(/\n$/, "").split("\n");
}

/** Whether a function succeeds. */
function succeeds(call: string, answers: Record<string, unknown>, functions = library): boolean {
  return lines(`if ${call}; then echo yes; else echo no; fi`, answers, functions)[0] === "yes";
}

describe("the leader", () => {
  const path = `${own}/v1/status/leader`;

  test("is named by its address, or nobody is, or nobody answers", () => {
    expect(lines(`leader ${own}`, { [path]: '"10.0.0.11:8300"' })).toEqual(["10.0.0.11:8300"]);
    expect(lines(`leader ${own}`, { [path]: '"[2001:db8::11]:8300"' })).toEqual([
      "[2001:db8::11]:8300",
    ]);
    expect(lines(`leader ${own}`, { [path]: '""' })).toEqual([""]);
    expect(succeeds(`leader ${own}`, {})).toBe(false);
  });

  test.each([
    ["the own agent", { [path]: '"10.0.0.11:8300"', [`${peers[0]}/v1/status/leader`]: '"x"' }, own],
    ["a neighbour", { [path]: '""', [`${peers[1]}/v1/status/leader`]: '"x"' }, peers[1]],
    ["a neighbour of a dead agent", { [`${peers[0]}/v1/status/leader`]: '"x"' }, peers[0]],
  ])("is asked for where one is known: %s", (_, answers, agent) => {
    expect(lines('find_agent; echo "$via"', answers)).toEqual([agent]);
  });

  test("nobody can be asked where nobody knows one", () => {
    expect(succeeds("find_agent", { [path]: '""' })).toBe(false);
  });
});

function health(name: string, address: string, more: object = {}) {
  return {
    ID: `id-of-${name}`,
    Name: name,
    Address: address,
    SerfStatus: "alive",
    Version: "1.22.0",
    Leader: false,
    LastContact: "8.1ms",
    LastTerm: 2,
    LastIndex: 71,
    Healthy: true,
    Voter: true,
    StableSince: "2026-01-02T03:04:05Z",
    ...more,
  };
}

const healthPath = "/v1/operator/autopilot/health";
const view = {
  Healthy: false,
  FailureTolerance: 0,
  Servers: [
    health("consul-1", "10.0.0.11:8300", { Leader: true, LastContact: "0s" }),
    health("consul-2", "[2001:db8::12]:8300", { Healthy: false, SerfStatus: "failed" }),
    health("Node3", "10.0.0.13:8300", { Voter: false, SerfStatus: "left" }),
  ],
};

test("autopilot's view: a line for each server", () => {
  expect(lines(`autopilot_servers ${own}`, { [`${own}${healthPath}`]: view })).toEqual([
    "consul-1 true true alive 10.0.0.11:8300",
    "consul-2 false true failed [2001:db8::12]:8300",
    "Node3 true false left 10.0.0.13:8300",
  ]);
  const alone = { ...view, Servers: view.Servers.slice(0, 1) };
  expect(lines(`autopilot_servers ${own}`, { [`${own}${healthPath}`]: alone })).toHaveLength(1);
});

describe("the members of gossip: a line for each, with its status", () => {
  const member = (Name: string, Status: number) => ({
    Name,
    Addr: "10.0.0.11",
    Port: 8301,
    Tags: { acls: "0", build: "1.22.0:(1)", dc: "dc1", id: "a-b", 'feature_{"Name"': "1" },
    Status,
    ProtocolMin: 1,
    ProtocolMax: 5,
    ProtocolCur: 2,
    DelegateMin: 2,
    DelegateMax: 5,
    DelegateCur: 4,
  });

  test("of the datacenter, and of all of them", () => {
    const answers = {
      [`${own}/v1/agent/members`]: [member("consul-1", 1), member("a-web-client", 4)],
      [`${own}/v1/agent/members?wan=1`]: [member("consul-1.dc1", 1), member("consul-9.dc2", 3)],
    };
    expect(lines(`members ${own}`, answers)).toEqual(["consul-1 1", "a-web-client 4"]);
    expect(lines(`members ${own} '?wan=1'`, answers)).toEqual(["consul-1.dc1 1", "consul-9.dc2 3"]);
    expect(lines(`members ${own}`, {})).toEqual([]);
  });
});

const raftPath = `${own}/v1/operator/raft/configuration`;

function raft(...servers: [name: string, address: string, voter?: boolean][]) {
  const Servers = servers.map(([Node, Address, Voter = true]) => ({
    ID: `id-of-${Address}`,
    Node,
    Address,
    Leader: false,
    ProtocolVersion: "3",
    Voter,
    LastIndex: 71,
  }));
  return { [raftPath]: { Servers, Index: 0 } };
}

describe("Raft's configuration", () => {
  test("a line for each server: those without a name, too, which are dead", () => {
    const answers = raft(
      ["consul-1", "10.0.0.11:8300"],
      ["(unknown)", "10.0.0.12:8300"],
      ["consul-3", "[2001:db8::13]:8300", false],
    );
    expect(lines(`raft_servers ${own}`, answers)).toEqual([
      "consul-1 id-of-10.0.0.11:8300 true 10.0.0.11:8300",
      "(unknown) id-of-10.0.0.12:8300 true 10.0.0.12:8300",
      "consul-3 id-of-[2001:db8::13]:8300 false [2001:db8::13]:8300",
    ]);
  });

  const whoGoes = (server: string, address: string, answers: Record<string, unknown>) => {
    const call = `server=${server} address=${address}; raft_id`;
    return lines(call, answers, functionsOf("forget.sh"));
  };

  test("who goes is known by its name, whatever its address", () => {
    const answers = raft(["consul-1", "10.0.0.11:8300"], ["consul-2", "10.0.0.12:8300"]);
    expect(whoGoes("consul-2", "10.0.0.99", answers)).toEqual(["id-of-10.0.0.12:8300"]);
    expect(whoGoes("consul-3", "10.0.0.13", answers)).toEqual([]);
  });

  test("who is dead and has no name any more is known by its address", () => {
    const answers = raft(["consul-1", "10.0.0.11:8300"], ["(unknown)", "[2001:db8::12]:8300"]);
    expect(whoGoes("consul-2", "2001:db8::12", answers)).toEqual(["id-of-[2001:db8::12]:8300"]);
    expect(whoGoes("consul-2", "2001:db8::1", answers)).toEqual([]);
  });

  test("another server that has got the address stays", () => {
    const answers = raft(["consul-1", "10.0.0.11:8300"], ["consul-4", "10.0.0.12:8300"]);
    expect(whoGoes("consul-2", "10.0.0.12", answers)).toEqual([]);
  });
});

describe("a server is part of a cluster", () => {
  const self = (index: string) => ({
    [`${own}/v1/agent/self`]: { Stats: { raft: { last_log_index: index, state: "Follower" } } },
  });

  test.each([
    ["since its first election", self("57"), true],
    ["not while it waits for that", self("0"), false],
    ["not where Consul does not answer", {}, false],
  ])("%s", (_, answers, expected) => {
    expect(succeeds("bootstrapped", answers)).toBe(expected);
  });
});

describe("servers that the last whole run has noted, and that are no healthy voters", () => {
  const gates = `${library}${functionsOf("gates.sh")}`;
  const noted = { [`${own}/v1/kv/consul-cluster/servers?raw`]: "consul-1 consul-2 Node3 consul-4" };

  test("are named in one line, but for the one that does not matter", () => {
    const answers = { ...noted, [`${own}${healthPath}`]: view };
    expect(lines("missing_servers consul-4", answers, gates)).toEqual(["consul-2 Node3"]);
    expect(lines("missing_servers consul-2", answers, gates)).toEqual(["Node3 consul-4"]);
  });

  test("are none before the first whole run", () => {
    expect(lines("missing_servers consul-4", { [`${own}${healthPath}`]: view }, gates)).toEqual([]);
  });
});
