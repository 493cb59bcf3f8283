import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { validate } from "../../../components/validate";
import { type Context, readConfig, withoutRepeats } from "../../../stack/readConfig";
import { schema } from "../../../stack/schema";

const machines = [{ name: "consul-1", address: "198.18.77.11" }];

function read(settings: Record<string, unknown>, context?: Context) {
  const raw = Object.entries(settings).map(([key, value]) => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  const { args, problems } = readConfig(Object.fromEntries(raw), context);
  return { args, problems: problems.map(({ path, message }) => `${path}: ${message}`) };
}

describe("right settings", () => {
  test("texts become values of their types", () => {
    const settings = {
      nspawn: { machines, image: "/srv/image.tar" },
      version: "1.22.0",
      ui: "false",
      recursors: ["223.5.5.5"],
      ports: { http: 8080, grpc: -1 },
      performance: { raftMultiplier: 2 },
      dnsConfig: { allowStale: false },
      extraConfig: { limits: { http_max_conns_per_client: 300 } },
    };
    const { args, problems } = read(settings);
    expect(problems).toEqual([]);
    expect(args).toEqual({ ...settings, ui: false });
  });

  test("a text that looks like another type stays a text", () => {
    expect(read({ datacenter: "1", domain: "true", version: "null" })).toEqual({
      args: { datacenter: "1", domain: "true", version: "null" },
      problems: [],
    });
  });

  test("whole numbers in the environment become texts, other things do not", () => {
    expect(read({ environment: { GOMAXPROCS: 2, A: "x" } })).toEqual({
      args: { environment: { GOMAXPROCS: "2", A: "x" } },
      problems: [],
    });
    expect(read({ environment: { GOMAXPROCS: 2, A: true, B: 1.5 } })).toEqual({
      args: { environment: { GOMAXPROCS: "2", A: true, B: 1.5 } },
      problems: [
        "environment.A: must be a string, not a boolean; put it in quotes",
        "environment.B: must be a string, not a number; put it in quotes",
      ],
    });
  });

  test("the empty defaults of Pulumi.yaml mean that nothing is set", () => {
    const hosts = { nspawn: {}, existing: {}, aws: {} };
    const trust = { signingKey: "", signingKeyFile: "", sha256: {} };
    const empty = { ...hosts, ...trust, gossipKey: "", allowDowngradeTo: "" };
    expect(read(empty)).toEqual({ args: {}, problems: [] });
    expect(read({ ports: {}, recursors: [] }).args).toEqual({ ports: {}, recursors: [] });
  });
});

describe("wrong shapes", () => {
  test("wrong types are told with their path", () => {
    const { problems } = read({
      ui: "yes",
      recursors: "223.5.5.5",
      ports: { http: "80" },
      performance: [],
      dnsConfig: { allowStale: "true", maxStale: 15 },
      nspawn: { machines: [{ name: 1, address: null }, "consul-2"] },
    });
    expect(problems).toEqual([
      "nspawn.machines[0].name: must be a string, not a number; put it in quotes",
      "nspawn.machines[0].address: must be a string, not null",
      "nspawn.machines[1]: must be an object, not a string",
      "nspawn.image: is missing; give a string",
      "ui: must be true or false, not a string",
      "performance: must be an object, not a list",
      "dnsConfig.allowStale: must be true or false, not a string; leave the quotes off",
      "dnsConfig.maxStale: must be a string, not a number; put it in quotes",
      "ports.http: must be a number, not a string; leave the quotes off",
      "recursors: must be a list, not a string",
    ]);
  });

  test("unknown keys are told on every level, with what was meant", () => {
    const { problems } = read({
      data_dir: "/var/consul",
      colour: "red",
      ports: { htpp: 80 },
      nspawn: { machines: [{ ...machines[0], adress: "x" }], image: "/i" },
      existing: { servers: [{ ...server, bastion: { ...login, hots: "b", host: "b" } }] },
      aws: { servers: [{ name: "consul-1", subnet: "x" }], sshCidr: [], bastion: { ...login } },
    });
    expect(problems).toEqual([
      "data_dir: is not a setting; did you mean dataDir?",
      expect.stringMatching(/^colour: is not a setting; known here: version, allowDowngradeTo, /),
      "nspawn.machines[0].adress: is not a setting; did you mean address?",
      "existing.servers[0].bastion.hots: is not a setting; did you mean host?",
      "aws.servers[0].subnet: is not a setting; did you mean subnetId?",
      "aws.bastion.host: is missing; give a string",
      "aws.sshCidr: is not a setting; did you mean sshCidrs?",
      "ports.htpp: is not a setting; did you mean http?",
    ]);
  });

  test("values are not shown, they may be secret", () => {
    const { problems } = read(
      { existing: "hunter2", nspawn: { hunted: "hunter2" }, gossipKey: "hunter2", ui: "hunter2" },
      { secretKeys: new Set(["gossipKey"]) },
    );
    expect(problems).toHaveLength(5);
    expect(problems.join()).not.toContain("hunter2");
  });

  test("any text for any key is read without a throw, here and in validation", () => {
    const key = fc.oneof(fc.constantFrom(...Object.keys(schema)), fc.string());
    fc.assert(
      fc.property(fc.dictionary(key, fc.oneof(fc.string(), fc.json())), (raw) => {
        const { args, problems } = readConfig(raw, { folders: { project: "/p", home: "/h" } });
        const all = withoutRepeats(problems, validate(args));
        expect(all.every(({ path }) => typeof path === "string")).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

const login = { privateKeyFile: "/k/id", hostKey: "ssh-ed25519 AAAA" };
const server = { name: "consul-1", address: "10.0.0.11", ...login };

describe("secrets in the stack file", () => {
  const locked = { ...server, privateKeyFile: undefined, privateKey: "key" };
  const both = {
    ...locked,
    sudoPassword: "hunter2",
    bastion: { ...locked, name: undefined, address: undefined, host: "b" },
  };
  const aws = { servers: [{ name: "consul-1" }], bastion: { ...both.bastion } };
  const settings = { gossipKey: "c2VjcmV0", existing: { servers: [server, both] }, aws };

  test("are refused where they are not encrypted, with the command that encrypts them", () => {
    const paths = [
      "gossipKey",
      "existing.servers[1].privateKey",
      "existing.servers[1].sudoPassword",
      "existing.servers[1].bastion.privateKey",
      "aws.bastion.privateKey",
    ];
    expect(read(settings).problems).toEqual(
      paths.map((path) =>
        expect.stringMatching(
          new RegExp(`^${escaped(path)}: .* --secret --path '${escaped(path)}'`),
        ),
      ),
    );
    expect(read(settings, { secretKeys: new Set(["existing", "aws"]) }).problems).toEqual([
      expect.stringMatching(/^gossipKey: stands unencrypted/),
    ]);
    const secretKeys = new Set(["existing", "gossipKey", "aws"]);
    expect(read(settings, { secretKeys }).problems).toEqual([]);
  });

  test("are found where they stand, also in an object that is wrong otherwise", () => {
    const { problems } = read({ existing: { servers: { privateKey: "hunter2" } }, aws: ["x"] });
    expect(problems).toContainEqual(
      expect.stringMatching(/^existing\.servers\.privateKey: stands unencrypted/),
    );
    expect(problems.join()).not.toContain("hunter2");
  });

  test("an encrypted empty gossip key is no missing one", () => {
    const { args } = read({ gossipKey: "" }, { secretKeys: new Set(["gossipKey"]) });
    expect(args).toEqual({ gossipKey: "" });
  });
});

function escaped(text: string): string {
  return text.replace(/[.[\]]/g, "\\$&");
}

describe("paths of this computer", () => {
  const folders = { project: "/repo/cluster", home: "/home/ann" };

  test("start at the project's folder or at the home", () => {
    const key = (privateKeyFile: string) => ({ ...server, privateKeyFile });
    const { args } = read(
      {
        signingKeyFile: "keys/vendor.asc",
        nspawn: { machines, image: "lab/image.tar", share: "../release", directory: "/var/lib/m" },
        aws: { servers: [{ name: "consul-1" }], bastion: { ...login, privateKeyFile: "~/.ssh/b" } },
        existing: {
          servers: [
            key("~/.ssh/id"),
            key("keys/id"),
            { ...key("/k/id"), bastion: { ...login, host: "b", privateKeyFile: "./id" } },
          ],
        },
      },
      { folders },
    );
    expect(args.nspawn).toMatchObject({
      image: "/repo/cluster/lab/image.tar",
      share: "/repo/release",
      directory: "/var/lib/m",
    });
    expect(args.signingKeyFile).toBe("/repo/cluster/keys/vendor.asc");
    expect(args.existing?.servers.map((entry) => entry.privateKeyFile)).toEqual([
      "/home/ann/.ssh/id",
      "/repo/cluster/keys/id",
      "/k/id",
    ]);
    expect(args.existing?.servers[2]?.bastion?.privateKeyFile).toBe("/repo/cluster/id");
    expect(args.aws?.bastion?.privateKeyFile).toBe("/home/ann/.ssh/b");
  });

  test("wrongly shaped entries around them are left as they are", () => {
    const existing = { servers: [5, { ...server, bastion: "b", privateKeyFile: 7 }] };
    expect(read({ existing }, { folders }).args).toEqual({ existing });
    for (const aws of [5, { servers: [] }, { servers: [], bastion: "b" }]) {
      expect(read({ aws }, { folders }).args).toEqual({ aws });
    }
    expect(read({ existing: { servers: "x" } }, { folders }).args).toEqual({
      existing: { servers: "x" },
    });
  });
});

describe("one problem a path", () => {
  const at = (path: string) => ({ path, message: path });

  test("what validation says of a wrongly shaped part, or of something in it, is left out", () => {
    const shape = [at("ports"), at("recursors[1]"), at("ui")];
    const found = [
      "ports",
      "ports.http",
      "recursors[1]",
      "recursors[10]",
      "recursors",
      "uiX",
      "domain",
    ];
    expect(withoutRepeats(shape, found.map(at)).map(({ path }) => path)).toEqual([
      "ports",
      "recursors[1]",
      "ui",
      "recursors[10]",
      "recursors",
      "uiX",
      "domain",
    ]);
  });

  test("a whole reading tells each path once", () => {
    const { args, problems } = readConfig({
      nspawn: '{"machines":[{"name":5},7],"bridge":false}',
      ports: '{"http":"80"}',
      environment: '{"A":[]}',
    });
    const paths = withoutRepeats(problems, validate(args)).map(({ path }) => path);
    expect(paths).toEqual([...new Set(paths)]);
    expect(paths).toContain("nspawn.machines");
  });
});
