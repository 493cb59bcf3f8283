import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isSecret, Output, RunError, runtime } from "@pulumi/pulumi";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ConsulClusterArgs } from "../../../components/cluster/args";
import { loadArgs } from "../../../stack/config";
import { projectFolder } from "../../../stack/localPaths";
import { hostKey, openSshKey } from "../validate/keys";

/**
 * The wrapper around Pulumi's configuration, with the SDK's real store of it. That the engine fills the
 * store as it is filled here is not proven: a preview of the dev stack does.
 */
const PROJECT = "consul-cluster";
const folder = mkdtempSync(join(tmpdir(), "load-args-"));
const image = join(folder, "image.tar");
const gossipKey = Buffer.alloc(32, 7).toString("base64");

beforeAll(async () => {
  writeFileSync(image, "");
  await runtime.setMocks({ newResource: () => ({ id: "", state: {} }), call: () => ({}) }, PROJECT);
});

afterAll(() => rmSync(folder, { recursive: true }));

function load(settings: Record<string, unknown>, secretKeys: string[] = []): ConsulClusterArgs {
  const raw = Object.entries(settings).map(([key, value]) => [
    key.includes(":") ? key : `${PROJECT}:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  runtime.setAllConfig(
    Object.fromEntries(raw),
    secretKeys.map((key) => `${PROJECT}:${key}`),
  );
  return loadArgs();
}

function nspawn() {
  return { machines: [{ name: "consul-1", address: "198.18.77.11" }], image };
}

function plain<T>(output: unknown): Promise<T> {
  return (output as Output<T> & { promise(): Promise<T> }).promise();
}

test("what is encrypted is in no message, and everything else is", () => {
  const said = (settings: Record<string, unknown>, secretKeys: string[]) => {
    try {
      load(settings, secretKeys);
    } catch (error) {
      return String((error as Error).message);
    }
    throw new Error("it was not refused");
  };
  const settings = {
    existing: { servers: [{ name: "no name", address: "10.0.0.1", sudoPassword: "open\nsesame" }] },
    datacenter: "not this one",
    extraConfig: { log_file: "/hidden/elsewhere.log" },
    recursors: ["nowhere"],
  };
  const shown = said(settings, []);
  const hidden = said(settings, ["existing", "datacenter", "extraConfig", "recursors"]);
  for (const value of ["not this one", "/hidden/elsewhere.log", "nowhere"]) {
    expect(shown).toContain(value);
    expect(hidden).not.toContain(value);
  }
  // Of a source of hosts something is always encrypted, and its names have to be told.
  expect(hidden).toContain("no name");
  for (const message of [shown, hidden]) expect(message).not.toContain("sesame");
});

describe("loading", () => {
  test("gives the component's arguments", () => {
    const args = load({ nspawn: nspawn(), version: "1.22.0", ui: "true", "aws:region": "x" });
    expect(args).toEqual({ nspawn: nspawn(), version: "1.22.0", ui: true });
  });

  test("encrypted settings come out as secrets, with their values", async () => {
    const settings = {
      nspawn: nspawn(),
      gossipKey,
      extraConfig: { node_meta: { a: "b" } },
      ports: { http: 8080 },
      datacenter: "dc1",
    };
    const args = load(settings, ["gossipKey", "extraConfig", "ports"]);
    for (const [value, wanted] of [
      [args.gossipKey, gossipKey],
      [args.extraConfig, settings.extraConfig],
      [args.ports?.http, 8080],
    ]) {
      expect(Output.isInstance(value)).toBe(true);
      expect(await isSecret(value as Output<unknown>)).toBe(true);
      expect(await plain(value)).toEqual(wanted);
    }
    expect(args.datacenter).toBe("dc1");
  });

  test("of instances only the bastion's key is secret, whatever else is encrypted", async () => {
    const login = { privateKey: openSshKey(), hostKey: hostKey("ssh-ed25519") };
    const aws = { servers: [{ name: "consul-1" }], sshSecurityGroupIds: ["sg-0123abcd"] };
    const args = load({ aws: { ...aws, bastion: { host: "b", ...login } } }, ["aws"]);
    const { privateKey, ...bastion } = args.aws?.bastion ?? {};
    expect({ ...args.aws, bastion }).toEqual({
      ...aws,
      bastion: { host: "b", hostKey: login.hostKey },
    });
    expect(await isSecret(privateKey as Output<string>)).toBe(true);
    expect(await plain(privateKey)).toBe(login.privateKey);
    expect(load({ aws })).toEqual({ aws });
  });

  test("of what a server has of its own the environment is secret where anything of its source is", async () => {
    const own = {
      nodeMeta: { rack: "r7" },
      environment: { A: "b" },
      extraConfig: { log_level: "x" },
    };
    const { image, machines } = nspawn();
    const settings = { nspawn: { image, machines: [{ ...machines[0], ...own }] } };
    const [server] = load(settings, ["nspawn"]).nspawn?.machines ?? [];
    expect(await isSecret(server?.environment as Output<unknown>)).toBe(true);
    expect(await plain(server?.environment)).toEqual(own.environment);
    expect({ ...server, environment: own.environment }).toEqual(settings.nspawn.machines[0]);
    expect(load(settings)).toEqual(settings);
  });

  test("of ACLs only the token is secret: the policy decides what is made", async () => {
    const managementToken = "0b511b38-9014-4f68-9b61-b23fc4f3e61c";
    const acl = { defaultPolicy: "allow", managementToken };
    const loaded = load({ nspawn: nspawn(), acl }, ["acl"]).acl;
    expect(loaded?.defaultPolicy).toBe("allow");
    expect(await isSecret(loaded?.managementToken as Output<string>)).toBe(true);
    expect(await plain(loaded?.managementToken)).toBe(managementToken);
    expect(load({ nspawn: nspawn(), acl: {} }).acl).toEqual({});
    expect(() => load({ nspawn: nspawn(), acl })).toThrow(
      /acl\.managementToken +stands unencrypted/,
    );
  });

  test("of a server only private keys and passwords are secret: its name is needed in plain", async () => {
    const login = { privateKey: openSshKey(), hostKey: hostKey("ssh-ed25519") };
    const sudoPassword = "hunter2";
    const server = { name: "consul-1", address: "10.0.0.11", user: "ann", sudoPassword, ...login };
    const bastion = { host: "b", ...login };
    const args = load({ existing: { servers: [{ ...server, bastion }] } }, ["existing"]);
    const [loaded] = args.existing?.servers ?? [];
    expect(loaded).toMatchObject({
      name: "consul-1",
      address: "10.0.0.11",
      bastion: { host: "b" },
    });
    expect(await isSecret(loaded?.sudoPassword as Output<string>)).toBe(true);
    expect(await plain(loaded?.sudoPassword)).toBe(sudoPassword);
    for (const key of [loaded?.privateKey, loaded?.bastion?.privateKey]) {
      expect(await isSecret(key as Output<string>)).toBe(true);
      expect(await plain(key)).toBe(login.privateKey);
    }
  });
});

describe("what a change of the cluster is asked for with", () => {
  const machine = { name: "consul-1", address: "198.18.77.11" };

  test("reaches the component as it stands in the stack file", () => {
    const machines = [{ ...machine, wipeData: "2026-11-22" }];
    const settings = { nspawn: { machines, image }, gossip: { rotation: 2 }, removeData: "true" };
    expect(load(settings)).toEqual({ ...settings, removeData: true });
    const [server] =
      load({
        existing: {
          servers: [
            {
              ...machine,
              privateKeyFile: image,
              hostKey: hostKey("ssh-ed25519"),
              wipeData: "once",
            },
          ],
        },
      }).existing?.servers ?? [];
    expect(server?.wipeData).toBe("once");
  });

  test("the defaults of Pulumi.yaml ask for nothing", () => {
    const nothing = { nspawn: nspawn(), gossip: {}, removeData: "false" };
    expect(load(nothing)).toEqual({ ...nothing, removeData: false });
  });

  test("an empty gossipKey is none, so that a rotation may stand beside it", () => {
    const args = load({ nspawn: nspawn(), gossipKey: "", gossip: { rotation: 2 } });
    expect(args).toEqual({ nspawn: nspawn(), gossip: { rotation: 2 } });
    const settings = { nspawn: nspawn(), gossipKey, gossip: { rotation: 2 } };
    expect(() => load(settings, ["gossipKey"])).toThrow(/gossip\.rotation .*gossipKey is given/);
  });

  test("is refused where it has another shape, once for each", () => {
    const machines = [{ ...machine, wipeData: 20261122 }];
    const wrong = () =>
      load({ nspawn: { machines, image }, gossip: { rotations: 2 }, removeData: "yes" });
    expect(wrong).toThrow(/^The settings have 3 problems;/);
    expect(wrong).toThrow(
      /\n {2}nspawn\.machines\[0\]\.wipeData +must be a string, not a number; put it in/,
    );
    expect(wrong).toThrow(/\n {2}gossip\.rotations +is not a setting; did you mean rotation\?/);
    expect(wrong).toThrow(/\n {2}removeData +must be true or false, not a string/);
    expect(() => load({ nspawn: nspawn(), gossip: { rotation: "2" } })).toThrow(
      /gossip\.rotation +must be a number, not a string; leave the quotes off/,
    );
  });
});

describe("problems", () => {
  test("of shape and of sense are thrown as one error without a stack trace", () => {
    const wrong = () =>
      load({
        nspawn: { ...nspawn(), image: join(folder, "other.tar"), colour: "red" },
        ports: { http: "80" },
        version: "v1.22.0",
        retryInterval: "10",
        Datacenter: "dc1",
      });
    expect(wrong).toThrow(RunError);
    expect(wrong).toThrow(/^The settings have 6 problems;/);
    for (const path of [
      "nspawn.image",
      "nspawn.colour",
      "ports.http",
      "version",
      "retryInterval",
    ]) {
      expect(wrong).toThrow(new RegExp(`\n  ${path.replace(".", "\\.")} `));
    }
    expect(wrong).toThrow("did you mean datacenter?");
  });

  test("a secret is in no message, and an unencrypted one is refused", () => {
    const wrong = (...secretKeys: string[]) => {
      try {
        load({ nspawn: nspawn(), gossipKey: "hunter2" }, secretKeys);
      } catch (error) {
        return String(error);
      }
      return "accepted";
    };
    expect(wrong()).toContain("stands unencrypted");
    expect(wrong("gossipKey")).toContain("is not base64");
    expect(wrong() + wrong("gossipKey")).not.toContain("hunter2");
  });
});

describe("the project's folder", () => {
  const has = (file: string) => (path: string) => path === file;

  test("is the nearest one above with a Pulumi.yaml", () => {
    expect(projectFolder("/a/b/dist", has("/a/b/Pulumi.yaml"))).toBe("/a/b");
    expect(projectFolder("/a/b", has("/a/b/Pulumi.yaml"))).toBe("/a/b");
    expect(projectFolder("/a/b", has("/Pulumi.yaml"))).toBe("/");
    expect(projectFolder("/a/b", () => false)).toBe("/a/b");
  });
});
