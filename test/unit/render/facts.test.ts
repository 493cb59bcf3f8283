// The facts that the scripts on a host read about it, in the place of Consul's own files.
//
// Does not prove what they make of them: test/unit/host-lib does.

import { describe, expect, test } from "vitest";
import { planClients } from "../../../components/client/plan";
import type { PlainArgs } from "../../../components/cluster/args";
import { planCluster, type ServerPlan } from "../../../components/cluster/plan";
import { renderClientFacts, renderServerFacts } from "../../../components/render/facts";
import { servers } from "./cases";

function factsOf(args: Partial<PlainArgs>, addresses = ["10.0.0.11", "10.0.0.12", "10.0.0.13"]) {
  const plan = planCluster({ existing: servers(...addresses), ...args });
  return parsed(renderServerFacts(plan, plan.servers[0] as ServerPlan));
}

function parsed(text: string): Record<string, string> {
  const lines = text.trimEnd().split("\n");
  return Object.fromEntries(lines.map((line) => /^(\w+)=(.*)$/.exec(line)?.slice(1) ?? []));
}

test("of a server, in their order", () => {
  const plan = planCluster({ existing: servers("10.0.0.11", "10.0.0.12", "10.0.0.13") });
  expect(renderServerFacts(plan, plan.servers[1] as ServerPlan)).toBe(`role=server
name=consul-2
datacenter=dc1
domain=consul
address=10.0.0.12
data_dir=/var/consul
config_dir=/etc/consul.d/server
api=http://127.0.0.1:80
http_port=80
http_open=yes
raft_address=10.0.0.12:8300
serf_lan=8301
serf_wan=8302
servers=3
rejoin_age_s=604800
peers=10.0.0.11,10.0.0.13
acl=off
end=facts
`);
});

test("of a client, in their order: whom it joins as they were given", () => {
  const plan = planClients({
    existing: { hosts: [{ name: "web-1", address: "10.0.0.21", hostKey: "" }] },
  });
  const client = plan.clients[0] as (typeof plan.clients)[0];
  expect(renderClientFacts(plan, client, ["10.0.0.11:8401", "consul.example"])).toBe(`role=client
name=web-1
datacenter=dc1
domain=consul
address=10.0.0.21
data_dir=/var/consul
config_dir=/etc/consul.d/client
api=http://127.0.0.1:8500
http_port=8500
http_open=no
serf_lan=8301
peers=10.0.0.11:8401,consul.example
end=facts
`);
});

test("with IPv6: brackets where a port follows, none among the peers", () => {
  const facts = factsOf({ ports: { server: 8400 } }, ["2001:db8::1", "2001:db8::2", "2001:db8::3"]);
  expect(facts).toMatchObject({
    address: "2001:db8::1",
    raft_address: "[2001:db8::1]:8400",
    peers: "2001:db8::2,2001:db8::3",
  });
});

describe("whether others reach HTTP at the server's own address", () => {
  test.each([
    ["0.0.0.0", "yes"],
    ["::", "yes"],
    ["127.0.0.1 10.0.0.11", "yes"],
    ["127.0.0.1", "no"],
    ["127.0.0.1 192.0.2.1", "no"],
  ])("%s: %s", (http, open) => {
    expect(factsOf({ addresses: { http } }, ["10.0.0.11"]).http_open).toBe(open);
  });
});

test.each([
  ["8760h", "31536000"],
  ["36h30m", "131400"],
  ["a week", "604800"],
  [undefined, "604800"],
])("how old data may be that a server comes back with: %s", (age, seconds) => {
  const extraConfig = age === undefined ? {} : { server_rejoin_age_max: age };
  expect(factsOf({ extraConfig }).rejoin_age_s).toBe(seconds);
});

test("a single server has no peers", () => {
  expect(factsOf({}, ["10.0.0.11"]).peers).toBe("");
});
