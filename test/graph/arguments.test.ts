// What is refused, when, and in how many messages; and arguments that other resources make.
//
// Does not prove which arguments are wrong: test/unit/validate does.

import { local } from "@pulumi/command";
import { log, output, RunError, secret } from "@pulumi/pulumi";
import { describe, expect, test, vi } from "vitest";
import type { ConsulClusterArgs } from "../../components/index";
import { localFiles } from "../../components/validate/localFiles";
import {
  type Cluster,
  clusterOf,
  existing,
  freshClusterOf,
  givenKey,
  names,
  nspawn,
  privateKey,
  type Server,
  servers,
  textOf,
} from "./support/clusters";

/** The names of everything that was registered below the component. */
function children(cluster: Cluster): string[] {
  return cluster.resources.filter(({ parent }) => parent !== undefined).map(({ name }) => name);
}

function expectOneMessage(cluster: Cluster, ...parts: string[]): void {
  // One cause reaches the program's end on several ways; Pulumi shows an error that it has shown no more.
  const [error, ...others] = new Set(cluster.errors);
  expect(others).toEqual([]);
  expect(RunError.isInstance(error)).toBe(true);
  // To print one, Node reads all of the SDK's sources: 18 s, 3.8 GB. The SDK's own text of calls is as long.
  expect(error?.stack).toBe("");
  for (const part of parts) expect(error?.message).toContain(part);
}

const threeWrong = {
  version: "v1.22",
  recursors: ["resolver.example"],
  performance: { raftMultiplier: 11 },
};

describe("plain arguments with problems", () => {
  test.each([
    ["hosts", existing()],
    ["machines", nspawn()],
  ])("throw one error with all of them, and register nothing: %s", async (_, args) => {
    const cluster = await clusterOf({ ...args, ...threeWrong });
    expectOneMessage(
      cluster,
      "version",
      "recursors[0]",
      "performance.raftMultiplier",
      "3 problems",
    );
    expect(cluster.errors).toHaveLength(1);
    expect(cluster.result).toBeUndefined();
    expect(children(cluster)).toEqual([]);
  });

  test("no source of hosts, or two", async () => {
    for (const args of [{}, { ...nspawn(), ...existing() }]) {
      const cluster = await clusterOf(args);
      expectOneMessage(cluster, "nspawn", "existing");
      expect(children(cluster)).toEqual([]);
    }
  });

  test("the message shows no secret", async () => {
    const half = givenKey.slice(0, 20);
    const cluster = await clusterOf({ ...existing(), gossipKey: half });
    expectOneMessage(cluster, "gossipKey");
    expect(cluster.errors[0]?.message).not.toContain(half);
  });
});

describe("arguments are looked at once", () => {
  test.each([
    ["plain ones", () => nspawn()],
    ["some that arrive late", () => ({ ...nspawn(), datacenter: output(Promise.resolve("dc2")) })],
  ])("%s", async (_, args) => {
    const exists = vi.spyOn(localFiles, "exists");
    const cluster = await freshClusterOf(args);
    const looks = exists.mock.calls.filter(([path]) => path === "/bin/sh");
    exists.mockRestore();
    expect(cluster.errors).toEqual([]);
    expect(looks).toHaveLength(1);
  });
});

/** A cluster whose first server's address, and a setting, come from another resource of the program. */
function discovered(
  make: (found: local.Command) => Partial<ConsulClusterArgs>,
): () => ConsulClusterArgs {
  return () => {
    const found = new local.Command("discover", { create: "find-the-host" });
    const [first, ...others] = servers() as [Server, ...Server[]];
    const all = [{ ...first, address: found.stdout }, ...others];
    return { existing: { servers: all }, ...make(found) };
  };
}

describe("arguments that another resource makes", () => {
  test("are used like plain ones, and wait for it", async () => {
    const cluster = await clusterOf(
      discovered((found) => ({ datacenter: found.stdout.apply(() => "dc-found") })),
      { stdout: { discover: "10.0.0.77" } },
    );
    expect(cluster.errors).toEqual([]);
    for (const name of names(3)) {
      const config = cluster.get(`c-${name}-config`);
      const [, server] = textOf(config, "stdin").split(/^==> .* <==$/m);
      expect(JSON.parse(server as string)).toMatchObject({ datacenter: "dc-found" });
      expect(config.dependencies).toContain("discover");
    }
    const settings = textOf(cluster.get("c-consul-2-config"), "stdin");
    expect(settings).toMatch(/"retry_join": \[\s*"10\.0\.0\.77",\s*"10\.0\.0\.13"\s*\]/);
    expect(cluster.get("c").outputs.httpAddresses).toContain("http://10.0.0.77:80");
    expect(cluster.get("c-consul-1-release").inputs.connection).toMatchObject({
      value: { host: "10.0.0.77" },
    });
    // Not even then: the key has nothing to do with hosts.
    expect(cluster.get("c-gossip-key").dependencies).toEqual([]);
  });

  test("refused before anything runs on a host, all problems in one message", async () => {
    const cluster = await clusterOf(
      discovered(() => threeWrong),
      { stdout: { discover: "not-an-address" } },
    );
    expectOneMessage(
      cluster,
      "existing.servers[0].address",
      "not-an-address",
      "version",
      "recursors[0]",
      "performance.raftMultiplier",
      "4 problems",
    );
    const remote = cluster.commands.filter(({ type }) => type.includes(":remote:"));
    expect(remote.map(({ name }) => name)).toEqual([]);
  });

  test("a wrong private key that arrives late", async () => {
    const [first, ...others] = servers() as [Server, ...Server[]];
    const wrong = privateKey(0).replace("BEGIN", "BEGUN");
    const all = [{ ...first, privateKey: output(Promise.resolve(wrong)) }, ...others];
    const cluster = await clusterOf({ existing: { servers: all } });
    expectOneMessage(cluster, "existing.servers[0].privateKey");
    expect(cluster.commands.filter(({ type }) => type.includes(":remote:"))).toEqual([]);
  });

  test.each([
    ["hosts", existing()],
    ["machines", nspawn()],
  ])("a wrong setting that arrives late: no key, no machine is made: %s", async (_, args) => {
    const datacenter = output(Promise.resolve("NOT A DATACENTER"));
    const cluster = await clusterOf(() => ({ ...args, datacenter }));
    expectOneMessage(cluster, "datacenter");
    expect(cluster.commands.map(({ name }) => name)).toEqual([]);
  });
});

describe("in a preview in which some of it is not known yet", () => {
  /** The engine's word for it. */
  const notKnown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

  test("what is known is judged all the same, and the component is named", async () => {
    const cluster = await clusterOf(
      discovered((found) => ({ ...threeWrong, domain: found.stdout })),
      { preview: true, stdout: { discover: notKnown } },
    );
    expectOneMessage(cluster, "The settings of ConsulCluster c have 3 problems", "version");
  });

  test("also what is known of an object that is one Output", async () => {
    const cluster = await clusterOf(
      discovered((found) => ({ ports: output({ dns: found.stdout.apply(Number), http: 70000 }) })),
      { preview: true, stdout: { discover: notKnown } },
    );
    expectOneMessage(cluster, "ports.http", "70000");
  });

  test("and what is not known is no problem", async () => {
    const cluster = await clusterOf(
      discovered((found) => ({ domain: found.stdout })),
      { preview: true, stdout: { discover: notKnown } },
    );
    expect(cluster.errors).toEqual([]);
  });
});

describe("what is no argument, or comes too late", () => {
  test("a key that is none is refused where no compiler looks, also inside of an Output", async () => {
    const args = { ...existing(), dnsConfig: output({ maxstale: "30s" }), dataCenter: "fra1" };
    const cluster = await clusterOf(args as ConsulClusterArgs);
    expectOneMessage(cluster, "dnsConfig.maxstale", "did you mean maxStale?", "dataCenter");
  });

  test("names and hosts that come from elsewhere are refused at once, and nothing is registered below", async () => {
    const [first, ...others] = servers() as [Server, ...Server[]];
    const named = [{ ...first, name: output("consul-1") as unknown as string }, ...others];
    for (const [args, path] of [
      [{ existing: { servers: output(servers()) } }, "existing.servers "],
      [{ existing: { servers: named } }, "existing.servers[0].name "],
      [{ ...existing(), tls: output({}) }, "tls "],
    ] as const) {
      const cluster = await clusterOf(args as unknown as ConsulClusterArgs);
      expectOneMessage(cluster, path, "decides what resources there are");
      expect(children(cluster)).toEqual([]);
    }
  });

  test("what are no hosts is told as that, with an Output beside it", async () => {
    const late = { datacenter: output("dc2") };
    for (const [hosts, said] of [
      [{ existing: {} }, "existing.servers  is missing; give a list of 1, 3, 5 or 7 servers"],
      [
        { existing: { servers: "x" } },
        "existing.servers  must be a list of 1, 3, 5 or 7 servers, not a string",
      ],
      [{ existing: { servers: [] } }, "existing.servers  no server; a cluster needs one at least"],
      [{ nspawn: { image: "/bin/sh", machines: [] } }, "nspawn.machines  no server; a cluster"],
      [{ aws: { servers: [], subnetIds: ["subnet-1", "subnet-2", "subnet-3"] } }, "aws.servers"],
      [{}, "none of them is set"],
      [{ ...existing(), ...nspawn() }, "of them are set; give exactly one"],
      [{ existing: { servers: [null] } }, "existing.servers[0]  must be an object, not null"],
      [{ nspawn: { image: "x", machines: null } }, "nspawn.machines  must be a list of"],
      [{ ...existing(), tls: null }, "tls  must be an object, not null"],
      [{ ...existing(), tls: { authorities: "1" } }, "tls.authorities  must be a list"],
    ] as const) {
      const cluster = await clusterOf({ ...hosts, ...late } as unknown as ConsulClusterArgs);
      expectOneMessage(cluster, said);
      expect(children(cluster)).toEqual([]);
    }
  });

  test("what holds itself is told, and nothing runs in circles", async () => {
    const circle: Record<string, unknown> = {};
    circle.circle = circle;
    const cluster = await clusterOf(() => ({ ...existing(), extraConfig: { a: circle } }));
    expectOneMessage(cluster, "extraConfig.a.circle", "holds itself");
  });
});

describe("a file of this computer that is not there, or cannot be read, is told as that", () => {
  const late = { domain: output("example") };
  const withFirst = (own: Partial<Server>): ConsulClusterArgs => {
    const [first, ...others] = servers() as [Server, ...Server[]];
    return { existing: { servers: [{ ...first, ...own }, ...others] } };
  };
  const fromFile = (privateKeyFile: string) => ({ privateKey: undefined, privateKeyFile });
  const bastion = (own: object) =>
    ({ host: "b.example", hostKey: servers()[0]?.hostKey, ...own }) as Server["bastion"];

  test.each<[string, ConsulClusterArgs, string]>([
    ["a key", withFirst(fromFile("/no/such/key")), "existing.servers[0].privateKeyFile "],
    ["a key that is a folder", withFirst(fromFile("/")), "existing.servers[0].privateKeyFile "],
    [
      "a bastion's key",
      withFirst({ bastion: bastion({ privateKeyFile: "/no/such/key" }) }),
      "existing.servers[0].bastion.privateKeyFile ",
    ],
    [
      "one of a bastion that comes late",
      withFirst({
        bastion: output(
          bastion({ privateKeyFile: "/no/such/key" }),
        ) as unknown as Server["bastion"],
      }),
      "existing.servers[0].bastion.privateKeyFile ",
    ],
    ["a signing key", { ...existing(), signingKeyFile: "/no/such/key" }, "signingKeyFile "],
    ["a signing key that is a folder", { ...existing(), signingKeyFile: "/" }, "signingKeyFile "],
    ["an image", nspawn({ image: "/no/such/image" }), "nspawn.image "],
  ])("%s", async (_, args, path) => {
    for (const beside of [{}, late]) {
      const cluster = await clusterOf(() => ({ ...args, ...beside }));
      expectOneMessage(cluster, "ConsulCluster c have a problem", path, "on this computer");
      expect(cluster.commands).toEqual([]);
    }
  });
});

describe("what fails, or is secret, is told without what must not be seen", () => {
  test("an argument that fails by itself ends the program with its words once, and the line that it comes from: a whole stack takes Node a minute", async () => {
    const cluster = await clusterOf(() => ({
      ...existing(),
      datacenter: output(
        Promise.resolve().then(() => {
          const error = new Error("no such region");
          error.stack = "Error: no such region\n    at program.ts:1\n    at sdk.ts:2";
          throw error;
        }),
      ),
    }));
    const [error, ...others] = new Set(cluster.errors);
    expect(others).toEqual([]);
    expect(error?.message).toBe("no such region");
    expect(error?.stack).toBe("Error: no such region\n    at program.ts:1");
    expect(cluster.commands).toEqual([]);
  });

  test.each<[string, Partial<ConsulClusterArgs>, string[]]>([
    ["a version", { version: secret("v1.22-hush") }, ["version", "[secret] has a leading v"]],
    ["a number", { performance: { raftMultiplier: secret(4711) } }, ["performance.raftMultiplier"]],
    ["a long text", { datacenter: secret(`hush ${"x".repeat(90)}`) }, ["datacenter", "[secret]"]],
    ["one in a list", { recursors: output([secret("hush hush")]) }, ["recursors[0]", "[secret]"]],
  ])("a secret where none belongs is not shown: %s", async (_, args, parts) => {
    const cluster = await clusterOf(() => ({ ...existing(), ...args }));
    expectOneMessage(cluster, ...parts);
    expect(cluster.errors[0]?.message).not.toMatch(/hush|4711|xxx/);
  });

  test("and all else that is wrong beside it is", async () => {
    const cluster = await clusterOf(() => ({
      ...existing(),
      version: secret("v1"),
      domain: "not a domain",
    }));
    expectOneMessage(cluster, '"not a domain"');
  });
});

test("an option that has no effect on a component is told, and changes nothing", async () => {
  const warn = vi.spyOn(log, "warn").mockResolvedValue();
  const args = { ...existing(), datacenter: "dc2" };
  const cluster = await freshClusterOf(args, { opts: { ignoreChanges: ["version"] } });
  const without = await freshClusterOf(args);
  const said = warn.mock.calls.map(([text]) => text);
  warn.mockRestore();
  expect(said).toEqual([
    expect.stringContaining("`ignoreChanges` has no effect here: a change of version"),
  ]);
  expect(cluster.errors).toEqual([]);
  expect(cluster.commands).toEqual(without.commands);
});
