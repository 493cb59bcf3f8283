// Names are identity: what is changed, added or removed for one server touches no other.
//
// Does not prove how a running cluster grows or shrinks: tests on real machines do.

import { describe, expect, test } from "vitest";
import {
  type Cluster,
  clusterOf,
  existing,
  freshClusterOf,
  names,
  privateKey,
  type Server,
  servers,
  textOf,
} from "./support/clusters";

const five = servers(5);

function clusterOfServers(all: Server[]): Promise<Cluster> {
  return clusterOf({ existing: { servers: all } });
}

/** The settings of Consul in what is staged, without those that speak of the other servers. */
function ownSettings(cluster: Cluster, name: string): string {
  return textOf(cluster.get(`c-${name}-config`), "stdin")
    .replace(/"retry_join": \[[^\]]*\]/, "")
    .replace(/"(bootstrap_expect|min_quorum)": \d/g, "")
    .replace(/^(servers|peers)=.*$/gm, "");
}

/** The names of the resources that a program asks for with other inputs than another one. */
function changed(before: Cluster, after: Cluster): string[] {
  return after.resources
    .filter(({ name, inputs }) => {
      return JSON.stringify(inputs) !== JSON.stringify(before.get(name).inputs);
    })
    .map(({ name }) => name)
    .sort();
}

describe("of five servers the middle one and another are taken out", async () => {
  const staying = ["consul-1", "consul-4", "consul-5"];
  const before = await clusterOfServers(five);
  const after = await clusterOfServers(five.filter(({ name }) => staying.includes(name)));

  test("no resource of the others gets another name", () => {
    expect([...before.errors, ...after.errors]).toEqual([]);
    const gone = /-consul-[23](-|$)/;
    expect(after.resources.map(({ name, parent }) => `${parent} ${name}`).sort()).toEqual(
      before.resources
        .filter(({ name }) => !gone.test(name))
        .map(({ name, parent }) => `${parent} ${name}`)
        .sort(),
    );
  });

  test.each(staying)("%s: release and secrets stay as they are", (name) => {
    for (const step of ["release", "secrets"]) {
      expect(after.get(`c-${name}-${step}`)).toEqual(before.get(`c-${name}-${step}`));
    }
  });

  test.each(staying)("%s: of its settings only its neighbours change", (name) => {
    const [was, is] = [before, after].map((cluster) => cluster.get(`c-${name}-config`).inputs);
    expect({ ...is, stdin: "" }).toEqual({ ...was, stdin: "" });
    expect(is?.stdin).not.toBe(was?.stdin);
    expect(ownSettings(after, name)).toBe(ownSettings(before, name));
  });

  test.each(staying)("%s: its activation has nothing to do but to note its neighbours", (name) => {
    const [was, is] = [before, after].map((cluster) =>
      textOf(cluster.get(`c-${name}-activate`), "stdin").split("\n"),
    );
    expect(is?.filter((line, i) => line !== was?.[i])).toEqual([
      expect.stringMatching(/^neighbours /),
    ]);
  });

  test.each(staying)("%s: its departure is not replaced, and asks whoever is left", (name) => {
    const [was, is] = [before, after].map((cluster) => cluster.get(`c-${name}-departure`).inputs);
    expect(is?.triggers).toEqual(was?.triggers);
    const neighbours = staying.filter((other) => other !== name).join(",");
    expect(is?.delete).toContain(` neighbours=${neighbours} `);
    expect(is?.delete).toBe(
      String(was?.delete).replace(/ neighbours=\S+ /, ` neighbours=${neighbours} `),
    );
  });

  test("readiness is looked for again, and autopilot is told of fewer", () => {
    expect(textOf(after.get("c-ready"), "create")).toContain("servers=consul-1,consul-4,consul-5");
    expect(textOf(after.get("c-ready"), "stdin")).toContain('"MinQuorum":3');
    expect(textOf(before.get("c-ready"), "stdin")).toContain('"MinQuorum":5');
  });

  test("the gossip key stays, and of the farewell only whom it tells changes", () => {
    expect(after.get("c-gossip-key").inputs).toEqual(before.get("c-gossip-key").inputs);
    const [was, is] = [before, after].map((cluster) => cluster.get("c-farewell").inputs);
    const neighbours = staying.join(",");
    const told = (cluster: Cluster) =>
      textOf(cluster.get("c-farewell"), "stdin").match(/^Host consul-\d$/gm);
    expect(told(before)).toEqual(names(5).map((name) => `Host ${name}`));
    expect(told(after)).toEqual(staying.map((name) => `Host ${name}`));
    expect(is).toEqual({
      ...was,
      stdin: is?.stdin,
      delete: String(was?.delete).replace(/ neighbours=\S+/, ` neighbours=${neighbours}`),
    });
  });
});

test("a server is marked to be wiped: its own steps change and readiness, nothing else", async () => {
  const [first, second, third] = servers() as [Server, Server, Server];
  const before = await clusterOfServers([first, second, third]);
  const after = await clusterOfServers([first, { ...second, wipeData: "ticket-17" }, third]);
  const steps = ["activate", "config", "reach", "release", "repair"].map(
    (step) => `c-consul-2-${step}`,
  );
  expect(changed(before, after)).toEqual([...steps, "c-fixed-settings", "c-reach", "c-ready"]);
});

describe("a host was installed anew under its old address, and its generation is raised", async () => {
  const [first, second, third] = servers() as [Server, Server, Server];
  const before = await clusterOfServers([first, second, third]);
  const after = await clusterOfServers([first, { ...second, generation: 2 }, third]);
  const steps = ["activate", "config", "release", "repair", "secrets"].map(
    (step) => `c-consul-2-${step}`,
  );

  test("every step of its own server runs again, and readiness is seen again: nothing else", () => {
    expect([...before.errors, ...after.errors]).toEqual([]);
    const looks = ["c-consul-2-reach", "c-reach"];
    expect(changed(before, after)).toEqual([...steps, ...looks, "c-ready"].sort());
    for (const step of steps) {
      const { create: was, ...others } = before.get(step).inputs;
      expect(after.get(step).inputs).toEqual({ ...others, create: `${was} machine=generation-2` });
    }
    expect(textOf(after.get("c-ready"), "create")).toContain(" machines=-,generation-2,-");
  });

  test("nobody leaves for it", () => {
    const triggers = names(3).map((name) => after.get(`c-${name}-departure`).inputs.triggers);
    expect(triggers).toEqual([["10.0.0.11"], ["10.0.0.12"], ["10.0.0.13"]]);
  });

  test("the first one, written out, is as if it were not there", async () => {
    const written = await clusterOfServers([first, { ...second, generation: 1 }, third]);
    expect(changed(before, written)).toEqual([]);
  });
});

test("whether data is removed is the departures' alone", async () => {
  const [before, after] = [
    await clusterOf(existing()),
    await clusterOf({ ...existing(), removeData: true }),
  ];
  const departures = before.commands
    .map(({ name }) => name)
    .filter((name) => name.endsWith("-departure"));
  expect(changed(before, after)).toEqual(departures);
});

test("another order of the same servers changes no input but the list of neighbours", async () => {
  const [one, two, three] = servers() as [Server, Server, Server];
  const before = await clusterOfServers([one, two, three]);
  const after = await clusterOfServers([two, one, three]);
  for (const { name, inputs } of before.resources) {
    if (/-(release|secrets|key)$/.test(name)) expect(after.get(name).inputs, name).toEqual(inputs);
  }
});

describe("one host is reached in another way", async () => {
  const [first, second, third] = servers() as [Server, Server, Server];
  const before = await clusterOfServers([first, second, third]);

  test.each([
    ["user", { user: "operator" }],
    ["port", { port: 2222 }],
    ["private key", { privateKey: privateKey(7) }],
    ["host name", { sshHost: "consul-2.example" }],
    ["bastion", { bastion: third.bastion }],
  ])("%s: nothing of the key, of the others and of the settings changes", async (_, change) => {
    const after = await clusterOfServers([first, { ...second, ...change }, third]);
    expect(after.errors).toEqual([]);
    const steps = ["activate", "config", "release", "repair", "secrets"].map(
      (step) => `c-consul-2-${step}`,
    );
    // Every server can be taken out by way of each of its neighbours, so each knows how to reach them all.
    const departures = [...names(3).map((name) => `c-${name}-departure`), "c-farewell"];
    const look = "c-consul-2-reach";
    expect(changed(before, after)).toEqual([...steps, look, ...departures].sort());
    for (const step of steps) {
      const { connection: _was, create: _a, ...was } = before.get(step).inputs;
      const { connection: _is, create: _b, ...is } = after.get(step).inputs;
      expect(is).toEqual(was);
    }
    for (const departure of departures) {
      // Its triggers among them: nobody departs for it.
      const { stdin: _was, ...was } = before.get(departure).inputs;
      const { stdin: _is, ...is } = after.get(departure).inputs;
      expect(is).toEqual(was);
    }
    expect(after.get("c-gossip-key")).toEqual(before.get("c-gossip-key"));
  });
});

test("a host gets another address: it departs from the old one, and nobody else departs", async () => {
  const [first, second, third] = servers() as [Server, Server, Server];
  const before = await clusterOfServers([first, second, third]);
  const after = await clusterOfServers([first, { ...second, address: "10.0.0.99" }, third]);
  const triggers = (cluster: Cluster) =>
    names(3).map((name) => cluster.get(`c-${name}-departure`).inputs.triggers);
  expect(triggers(before)).toEqual([["10.0.0.11"], ["10.0.0.12"], ["10.0.0.13"]]);
  expect(triggers(after)).toEqual([["10.0.0.11"], ["10.0.0.99"], ["10.0.0.13"]]);
});

test.each([
  ["IPv4", "10.0.0.99"],
  ["IPv6, in another spelling", "2001:DB8:0::12"],
])(
  "a departure names the address as it is staged, which tells it from another one: %s",
  async (_, address) => {
    const all = servers(1).map((server) => ({ ...server, address }));
    const cluster = await clusterOfServers(all);
    expect(cluster.errors).toEqual([]);
    const staged = textOf(cluster.get("c-consul-1-config"), "stdin");
    const [, advertised] = /"advertise_addr": "(.*)"/.exec(staged) ?? [];
    expect(textOf(cluster.get("c-consul-1-departure"), "delete")).toContain(
      ` address=${advertised} `,
    );
  },
);

test("nothing at all changes where nothing has changed", async () => {
  const [once, again] = [await freshClusterOf(existing()), await freshClusterOf(existing())];
  expect(again.resources).toEqual(once.resources);
});
