// A source of hosts is a folder and its lines in components/hosts/sources.ts. Here is one more: support/rack, with the list of
// sources as that file would have it, and the schema for other languages as it is generated. Nothing else is touched.
//
// Does not prove that such hosts are reached: nobody logs in here.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Output } from "@pulumi/pulumi";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { parse } from "yaml";
import { parseInterfaces } from "../../reference/argsFile";
import { clusterArgs } from "../../reference/files";
import { withArguments } from "../../reference/projectFile";
import {
  givenKey,
  heartOf,
  loginKey,
  madeOwner,
  readyText,
  servers,
  textOf,
} from "./support/clusters";
import { places } from "./support/places";
import type { RackArgs, RackSource } from "./support/rack/args";
import { schemaWithRack } from "./support/rack/schema";
import { type Recording, record } from "./support/recorder";
import { reveal } from "./support/values";

const root = join(__dirname, "../..");
const rackFile = (file: string) => readFileSync(join(__dirname, "support/rack", file), "utf8");

/** The modules that read the list of sources, each as it is with the rack in that list. */
async function load() {
  return {
    ...(await import("../../components/index")),
    ...(await import("../../components/cluster/plan")),
    ...(await import("../../components/client/plan")),
    ...(await import("../../components/validate")),
    ...(await import("../../components/validate/client")),
    ...(await import("../../reference/stackSchema")),
    ...(await import("../../stack/readConfig")),
    ...(await import("../../stack/secrets")),
  };
}

let library: Awaited<ReturnType<typeof load>>;

beforeAll(async () => {
  vi.resetModules();
  vi.doMock("../../components/hosts/sources", async (original) => {
    const { default: sources } = await original<{ default: object[] }>();
    const { rack } = await import("./support/rack");
    return { default: [...sources, rack] };
  });
  vi.doMock("node:fs", async (original) => {
    const fs = await original<typeof import("node:fs")>();
    const read = (...[path, options]: Parameters<typeof fs.readFileSync>) => {
      const text = fs.readFileSync(path, options);
      return String(path).endsWith("components/schema.json") ? schemaWithRack(`${text}`) : text;
    };
    return { ...fs, readFileSync: read };
  });
  library = await load();
});

afterAll(() => {
  vi.doUnmock("../../components/hosts/sources");
  vi.doUnmock("node:fs");
  vi.resetModules();
});

function rackOf(more: Partial<RackArgs> = {}): Required<RackSource> {
  const hosts = servers(3).map(({ name, address, hostKey }, i) => {
    return { name, address, hostKey, unit: `U${i + 1}` };
  });
  return { rack: { servers: hosts, privateKey: loginKey, ...more } };
}

/** Arguments that the compiler knows only once the lines are written. */
const as = <T>(args: object) => args as T;

const clientArgs = (args: object) => ({ servers: ["10.0.0.99"], gossipKey: givenKey, ...args });

test("it is short, and the words for its lines are there", () => {
  const lines = [rackFile("args.ts"), rackFile("index.ts")].map((text) => text.split("\n").length);
  expect(lines.reduce((sum, count) => sum + count)).toBeLessThan(70);
  expect(parseInterfaces(rackFile("args.ts")).get("RackSource")?.fields[0]?.name).toBe("rack");
});

describe("validation", () => {
  const told = (args: object) =>
    library.validate(as(args)).map(({ path, message }) => `${path}: ${message}`);

  test("takes it, for servers and for clients", () => {
    expect(told(rackOf())).toEqual([]);
    expect(library.validateClients(as(clientArgs(rackOf())))).toEqual([]);
  });

  test("names it beside the others", () => {
    const choice =
      "exactly one of `nspawn` (machines on this computer), `existing` (your hosts), `aws` (EC2) and `rack` (hosts of a rack)";
    expect(told({})).toEqual([`nspawn, existing, aws, rack: none of them is set; give ${choice}`]);
    expect(told({ ...rackOf(), existing: { servers: servers(3) } })).toContain(
      `existing, rack: 2 of them are set; give ${choice}`,
    );
    expect(library.validateClients(as(clientArgs({})))[0]?.message).toContain(
      "`nspawn` (machines on this computer), `existing` (your hosts) and `rack` (hosts of a rack)",
    );
  });

  test("asks of its hosts what it asks of all, and then what the source does", () => {
    const [one, two] = rackOf().rack.servers as [object, object];
    const wrong = [one, { ...two, address: "10.0.0.11" }, { ...two, name: "a.b", unit: "top" }];
    expect(told(as(rackOf({ servers: as(wrong) })))).toEqual([
      expect.stringMatching(/^rack.servers\[2\].name: "a.b" has dots/),
      expect.stringMatching(/^rack.servers\[1\].address: .* is the address of rack.servers\[0\]/),
      'rack.servers[2].unit: "top" is no height unit; give one such as U12',
    ]);
    expect(told({ rack: [] })).toEqual([expect.stringMatching(/^rack: must be an object/)]);
  });
});

describe("a stack file", () => {
  const folders = { project: "/project", home: "/home/me" };
  const read = (rack: object, secretKeys = new Set(["rack"])) =>
    library.readConfig({ rack: JSON.stringify(rack) }, { secretKeys, folders });

  test("has its shape, and its paths begin at the file", () => {
    const { rack } = rackOf({ plan: "racks/7.svg" });
    const { args, problems } = read(rack);
    expect(problems).toEqual([]);
    expect(args).toEqual({ rack: { ...rack, plan: "/project/racks/7.svg" } });
    expect(library.readConfig({ rack: "{}" }).args).toEqual({});
  });

  test("slips are told, and a key that stands there for everybody", () => {
    const { problems } = read({ ...rackOf().rack, heigth: 1, plan: 7 }, new Set());
    expect(problems.map(({ path }) => path).sort()).toEqual([
      "rack.heigth",
      "rack.plan",
      "rack.privateKey",
    ]);
  });

  test("its secrets are marked, and its names are not", async () => {
    const marked = as<Required<RackSource>>(library.withSecrets(as(rackOf()), new Set(["rack"])));
    expect(Output.isInstance(marked.rack.privateKey)).toBe(true);
    expect(marked.rack.servers).toEqual(rackOf().rack.servers);
  });

  test("an editor knows it, and that it is one of them; Pulumi.yaml gets it behind the last of them", () => {
    const known = readFileSync(join(root, "Pulumi.yaml"), "utf8");
    const words = clusterArgs().replace("AwsSource {}", "AwsSource, RackSource {}");
    const project = withArguments(known, words + rackFile("args.ts"));
    const keys = Object.keys(parse(project).config);
    expect(keys.slice(keys.indexOf("aws"), keys.indexOf("aws") + 2)).toEqual(["aws", "rack"]);
    const schema = JSON.stringify(library.stackSchema({ top: [], sections: [] }));
    expect(schema).toContain('{"consul-cluster:rack":{}},"required":["consul-cluster:rack"]');
  });
});

test("the plan has its hosts", () => {
  const hosts = [11, 12, 13].map((last, i) => ({
    name: `consul-${i + 1}`,
    address: `10.0.0.${last}`,
    wipeData: "",
    own: { nodeMeta: {}, environment: {}, extraConfig: {} },
  }));
  expect(library.planCluster(as(rackOf())).servers).toMatchObject(hosts);
  expect(library.planClients(as(rackOf())).clients).toMatchObject(hosts);
});

describe("a program", () => {
  const names = ["consul-1", "consul-2", "consul-3"];
  const stdout = (name: string) => {
    if (name.endsWith("-gossip-key")) return `1 ${givenKey}`;
    if (name.endsWith("-owner")) return madeOwner;
    return name.endsWith("-ready") ? readyText(names) : "";
  };
  const connections = (component: string) =>
    names.flatMap((name) =>
      ["release", "secrets", "config", "activate"].map(
        (step) => `${component}-${name}-${step} inputs.connection.privateKey`,
      ),
    );

  const keyIn = (program: Recording<unknown>) => {
    const found = places(program, heartOf(loginKey));
    const of = (isSecret: boolean) =>
      found.filter(({ secret }) => secret === isSecret).map(({ place }) => place);
    return { open: of(false), secret: of(true) };
  };

  test("makes servers of it, and its key is secret wherever it stands", async () => {
    const program = await record(() => new library.ConsulCluster("c", as(rackOf())), { stdout });
    expect(program.errors).toEqual([]);
    const release = program.resources.find(({ name }) => name === "c-consul-2-release");
    expect(reveal(release?.inputs.connection)).toMatchObject({ host: "10.0.0.12", user: "root" });
    expect(release && textOf(release, "create")).toContain(" address=10.0.0.12 ");
    const { open, secret } = keyIn(program);
    expect(open).toEqual([]);
    expect(secret).toEqual(expect.arrayContaining(connections("c")));
    const config = program.resources.find(({ name }) => name === "c-consul-1-config");
    // What is rendered is read by people.
    expect(typeof config?.inputs.stdin).toBe("string");
  });

  test("makes clients of it", async () => {
    const args = clientArgs(rackOf());
    const program = await record(() => new library.ConsulClient("w", as(args)), { stdout });
    expect(program.errors).toEqual([]);
    const { open, secret } = keyIn(program);
    expect(open).toEqual([]);
    expect(secret).toEqual(expect.arrayContaining(connections("w")));
  });

  test("is refused before anything is made, by its argument's name", async () => {
    const args = rackOf({ servers: as([{ name: "consul-1" }]) });
    const program = await record(() => new library.ConsulCluster("c", as(args)), { stdout });
    expect(String(program.errors[0])).toContain("rack.servers[0].address");
    expect(program.resources.filter(({ type }) => type.startsWith("command:"))).toEqual([]);
  });
});
