// A component that was called otherwise: each resource below it is known by its former name by itself. The engine passes an
// alias of the component on to its children only in the run in which it finds the component under it; where that run is cut
// off, the next one would take them for new ones and delete the old: departures, and so every server.
//
// Does not prove what the engine makes of it: test/upgrade/saved.test.ts does, on saved states.

import { type ComponentResourceOptions, type Resource, runtime } from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { ConsulClient, ConsulCluster } from "../../components/index";
import { clientHosts } from "./support/clients";
import { existing, givenKey, madeKey, madeOwner, nspawn, readyText } from "./support/clusters";
import { record } from "./support/recorder";

/** What is read of a request; its class is generated, and the SDK gives it no types. */
interface Request {
  getName(): string;
  getType(): string;
  getAliasesList(): { getUrn(): string; getSpec(): { getName(): string } | undefined }[];
}

/** The aliases of every resource that a program makes, by its name: names, or URNs. */
async function aliasesOf(make: () => Resource): Promise<Record<string, string[]>> {
  const aliases: Record<string, string[]> = {};
  const program = () => {
    const engine = runtime.getMonitor() as unknown as {
      registerResource(request: Request, callback: unknown): unknown;
    };
    const register = engine.registerResource;
    engine.registerResource = (request, callback) => {
      if (!request.getType().startsWith("pulumi:"))
        aliases[request.getName()] = request
          .getAliasesList()
          .map((alias) => alias.getUrn() || (alias.getSpec()?.getName() ?? ""));
      return register(request, callback);
    };
    return make();
  };
  const { errors } = await record(program, { stdout: printed });
  expect(errors).toEqual([]);
  return aliases;
}

function printed(name: string): string {
  if (name.endsWith("-gossip-key")) return `1 ${madeKey}`;
  if (name.endsWith("-owner")) return madeOwner;
  if (name.endsWith("-ready"))
    return readyText(["consul-1", "consul-2", "consul-3", "web-1", "web-2"]);
  if (name.endsWith("-login-key")) return "PRIVATE\n\nssh-ed25519 PUBLIC";
  if (name.endsWith("-machine"))
    return JSON.stringify({ machineId: name, hostKey: "ssh-ed25519 KEY" });
  return "";
}

const clients = (name: string, opts?: ComponentResourceOptions) =>
  new ConsulClient(
    name,
    { servers: ["10.0.0.11"], gossipKey: givenKey, existing: { hosts: clientHosts() } },
    opts,
  );

type Make = (name: string, opts?: ComponentResourceOptions) => Resource;
const components: [string, Make, string[]][] = [
  [
    "servers on hosts",
    (name, opts) => new ConsulCluster(name, existing(), opts),
    [
      "consul-1-departure",
      "consul-1-activate",
      "consul-3-release",
      "farewell",
      "gossip-key",
      "owner",
    ],
  ],
  [
    "servers on machines",
    (name, opts) => new ConsulCluster(name, nspawn(), opts),
    ["consul-1-departure", "login-key", "farewell", "fixed-settings"],
  ],
  ["client agents", clients, ["web-1-departure", "web-2-activate", "owner", "ready"]],
];

const urn = (name: string) => `urn:pulumi:dev::consul-cluster::consul-cluster:index:X::${name}`;

describe.each(components)("%s", (_, make, some) => {
  test.each<[string, ComponentResourceOptions["aliases"], string[]]>([
    ["a name", [{ name: "dev" }], ["dev"]],
    ["a URN", [urn("former")], ["former"]],
    ["several", [{ name: "dev" }, urn("former")], ["dev", "former"]],
    ["another parent beside the name", [{ name: "dev", parent: undefined }], ["dev"]],
  ])(
    "each resource has an alias of its own under the former name: %s",
    async (_, aliases, former) => {
      const found = await aliasesOf(() => make("consul", { aliases }));
      const { consul: _component, ...children } = found;
      const expected = Object.keys(children).map((name) => [
        name,
        former.map((before) => name.replace(/^consul(?=-)/, before)),
      ]);
      expect(Object.fromEntries(expected)).toEqual(children);
      // None is of another name, which no alias would reach, and none is missing.
      expect(Object.keys(children).filter((name) => !name.startsWith("consul-"))).toEqual([]);
      expect(Object.keys(children)).toEqual(
        expect.arrayContaining(some.map((part) => `consul-${part}`)),
      );
    },
  );

  test("of the same names as it would have had under that name", async () => {
    const was = Object.keys(await aliasesOf(() => make("dev"))).sort();
    const is = await aliasesOf(() => make("consul", { aliases: [{ name: "dev" }] }));
    expect(Object.values(is).flat().sort()).toEqual(was);
  });

  test("none where the component tells of no former name", async () => {
    const found = await aliasesOf(() => make("consul"));
    expect(Object.values(found).flat()).toEqual([]);
  });
});

test("transformations that a program has given are heeded, too", async () => {
  const seen: string[] = [];
  const opts: ComponentResourceOptions = {
    aliases: [{ name: "dev" }],
    transformations: [
      ({ name }) => {
        seen.push(name);
        return undefined;
      },
    ],
  };
  const found = await aliasesOf(() => clients("consul", opts));
  expect(seen).toContain("consul-web-1-departure");
  expect(found["consul-web-1-departure"]).toEqual(["dev-web-1-departure"]);
});
