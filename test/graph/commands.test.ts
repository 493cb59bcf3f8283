// The texts of the commands: what a host's shell gets to read, and a reviewer.
//
// Does not prove what the scripts do with their settings.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { installerText, type Program, readScript } from "../../components/steps/scripts";
import { unpacked } from "../support/unpacked";
import { promisedDefaults } from "../unit/support/argsDefaults";
import {
  type Cluster,
  clusterOf,
  existing,
  heartOf,
  loginKey,
  loginPublicKey,
  madeKey,
  madeOwner,
  names,
  nspawn,
  type Server,
  servers,
  textOf,
} from "./support/clusters";

const root = join(__dirname, "../..");

/** The words of a command as a shell splits them. */
function words(text: string): string[] {
  const command = `set -- ${text}; printf '%s\\0' "$@"`;
  const { stdout, status } = spawnSync("sh", ["-c", command], { encoding: "utf8" });
  if (status !== 0) throw new Error(`a shell refuses ${text}`);
  return stdout.split("\0").slice(0, -1);
}

/** The words of a command without the program in front, as `KEY=VALUE` pairs. */
function settings(text: string): Record<string, string> {
  const pairs = words(text).filter((word) => /^[a-zA-Z]+=/.test(word));
  return Object.fromEntries(
    pairs.map((pair) => [pair.split("=", 1)[0], pair.replace(/^\w+=/, "")]),
  );
}

/** The settings that a script knows: those that it `take`s. */
function taken(script: Program | "install-release.sh"): string[] {
  const text = script === "install-release.sh" ? installerText() : readScript(script);
  const list = /^\s*take "([^"]+)" "\$@"$/m.exec(text)?.[1];
  if (list === undefined) throw new Error(`${script} takes nothing`);
  return list.split(" ");
}

const scriptOf = {
  release: "install-release.sh",
  secrets: "stage-secrets.sh",
  config: "stage-config.sh",
  repair: "repair.sh",
  activate: "activate.sh",
} as const;

describe.each([
  ["machines", nspawn()],
  ["hosts", existing()],
])("three %s", async (_, args) => {
  const cluster = await clusterOf(args);
  const texts = cluster.commands.flatMap(({ name, inputs }) =>
    (["create", "update", "delete"] as const)
      .filter((input) => input in inputs)
      .map((input) => [`${name}.${input}`, textOf(cluster.get(name), input)] as const),
  );

  test("no text holds a secret", () => {
    for (const [place, text] of texts) {
      for (const key of [madeKey, heartOf(loginKey), "PRIVATE KEY"]) {
        expect(text, place).not.toContain(key);
      }
    }
  });

  test("no text, and no script, names a folder of the computer that runs the program", () => {
    // One that did would run everything again when somebody else works on the stack.
    const stdins = cluster.commands.filter(({ inputs }) => "stdin" in inputs);
    const all = [
      ...texts,
      ...stdins.map((c) => [`${c.name}.stdin`, unpacked(textOf(c, "stdin"))] as const),
    ];
    for (const [place, text] of all) {
      for (const folder of [root, "dist/", "node_modules"]) {
        expect(text.includes(folder), `${place} names ${folder}`).toBe(false);
      }
    }
  });

  test.each(Object.entries(scriptOf) as [string, (typeof scriptOf)[keyof typeof scriptOf]][])(
    "%s says what its script takes, no more and no less",
    (step, script) => {
      for (const name of names(3)) {
        const said = Object.keys(settings(textOf(cluster.get(`c-${name}-${step}`), "create")));
        // What is not set is not said.
        const optional =
          "allowDowngradeTo tokens certificate wipeData dataVolume cluster role sha256".split(" ");
        const unset = optional.filter((key) => taken(script).includes(key));
        const all = [...said.filter((key) => key !== "machine"), ...unset];
        expect(all.sort()).toEqual(taken(script).sort());
        expect(said.includes("machine")).toBe(args.nspawn !== undefined);
      }
    },
  );

  test("ready says what its script takes, and first of all what autopilot shall be told", () => {
    const said = Object.keys(settings(textOf(cluster.get("c-ready"), "create")));
    // Hosts that tell nothing of their machines are not asked for it.
    const all = args.nspawn ? said : [...said, "machines"];
    expect(all.filter((key) => key !== "machine").sort()).toEqual(taken("ready.sh").sort());
    const [autopilot, ...rest] = textOf(cluster.get("c-ready"), "stdin").split("\n");
    expect(autopilot).toMatch(/^autopilot \{.*"MinQuorum":3.*\}$/);
    // What the activations shall bring about: any of it changes, and readiness is looked for again.
    const wanted = names(3).map((name) => textOf(cluster.get(`c-${name}-activate`), "stdin"));
    expect(rest.join("\n")).toBe(
      names(3)
        .map((name, i) => `${name}\n${wanted[i]}`)
        .join(""),
    );
  });

  test("the farewell says who is to be told, and whether their hosts stay", () => {
    expect(settings(textOf(cluster.get("c-farewell"), "delete"))).toEqual({
      cluster: "consul-cluster.test.c",
      name: "c",
      neighbours: names(3).join(","),
      stays: args.nspawn ? "no" : "yes",
    });
  });

  test("nothing runs on a host when its command is deleted: it would fail where the host is dead", () => {
    const remote = cluster.commands.filter(({ type }) => type === "command:remote:Command");
    expect(remote).toHaveLength(16);
    for (const { name, inputs } of remote)
      expect(Object.keys(inputs), name).not.toContain("delete");
  });

  test("a server's commands name the server", () => {
    for (const name of names(3)) {
      for (const step of Object.keys(scriptOf)) {
        expect(settings(textOf(cluster.get(`c-${name}-${step}`), "create")).name).toBe(name);
      }
    }
  });

  test("no command logs its stdout or gets its old output back through the environment", () => {
    for (const { name, inputs } of cluster.commands) {
      // These are made to read it: they compare, or say it again.
      const reads = /^c-(gossip-key|owner|login-key|replacements|fixed-settings)$/.test(name);
      expect(inputs.addPreviousOutputInEnv, name).toBe(reads ? undefined : false);
      expect(["none", "stderr"], name).toContain(inputs.logging);
    }
  });
});

test("sudo is for whoever is not root, and never asks", async () => {
  const cluster = await clusterOf(existing());
  const first = (name: string) => words(textOf(cluster.get(name), "create")).slice(0, 3);
  const folder = "/usr/local/lib/consul-cluster";
  expect(first("c-consul-1-activate")[0]).toBe(`${folder}/activate.sh`);
  expect(first("c-consul-2-activate")).toEqual(["sudo", "-n", `${folder}/activate.sh`]);
  expect(first("c-consul-1-release")).toEqual(["sh", "-s", "--"]);
  expect(first("c-consul-2-release")).toEqual(["sudo", "-n", "sh"]);
});

test("settings reach the script as they were written, whatever a shell thinks of them", async () => {
  const args = {
    ...existing(),
    mirror: "https://mirror.example/~a+b,c=d%20e",
    dataDir: "/srv/d@ta+1",
  };
  const cluster = await clusterOf(args);
  expect(cluster.errors).toEqual([]);
  expect(settings(textOf(cluster.get("c-consul-1-release"), "create"))).toMatchObject({
    mirror: args.mirror,
    dataDir: args.dataDir,
    address: "10.0.0.11",
    tcp: "53,8301,8302,80,8503,8300",
    udp: "53,8301,8302",
  });
});

describe("a machine", async () => {
  const cluster: Cluster = await clusterOf(nspawn());
  const machine = cluster.get("c-consul-2-machine");

  test("has the defaults that args.ts promises", () => {
    const { share, ...promised } = promisedDefaults("NspawnArgs");
    expect(share).toBe("none");
    const defaults = Object.entries(promised).map(([key, text]) => [key, JSON.parse(text)]);
    expect(settings(textOf(machine, "create"))).toEqual({
      ...Object.fromEntries(defaults),
      name: "consul-2",
      address: "198.18.77.12",
      image: "/bin/sh",
      publicKey: loginPublicKey,
      share: "",
    });
    expect(promisedDefaults("NspawnMachineArgs")).toEqual({ generation: "1", wipeData: "none" });
  });

  test("is removed with the settings that made it", () => {
    const [made, removed] = ["create", "delete"].map((input) => textOf(machine, input));
    expect(words(made as string)).toContain("create");
    expect(words(removed as string)).toContain("delete");
    expect(settings(removed as string)).toEqual(settings(made as string));
  });

  test("says what machine.sh reads, no more and no less", () => {
    const parts = ["power.sh", "contents.sh", "owner.sh", "machine.sh"].map((part) =>
      readFileSync(join(root, "components/hosts/nspawn", part), "utf8"),
    );
    const script = parts.join("\n");
    // Whose it is stands in no command line: a preview of the first run does not know it.
    const owner = `set -- "$@" owner=${madeOwner}`;
    expect(textOf(machine, "stdin")).toBe(`${owner}\n${script}`);
    const read = [...script.matchAll(/^ +([a-zA-Z]+)=\*\) \1=\$\{pair#\*=\} ;;$/gm)].map(
      ([, key]) => key,
    );
    const said = { ...settings(textOf(machine, "create")), ...settings(owner) };
    expect(Object.keys(said).sort()).toEqual(read.sort());
  });
});

test("a mark to wipe its data reaches the steps of its own server, and no other's", async () => {
  const [first, second, third] = servers() as [Server, Server, Server];
  const marked = { ...second, wipeData: "ticket-17" };
  const cluster = await clusterOf({ existing: { servers: [first, marked, third] } });
  expect(cluster.errors).toEqual([]);
  const said = (name: string, step: string) =>
    settings(textOf(cluster.get(`c-${name}-${step}`), "create")).wipeData;
  for (const step of ["release", "config"]) {
    expect(names(3).map((name) => said(name, step))).toEqual([undefined, "ticket-17", undefined]);
  }
  const wanted = names(3).map((name) => textOf(cluster.get(`c-${name}-activate`), "stdin"));
  expect(wanted.map((text) => /^wipe-data (.*)$/m.exec(text)?.[1])).toEqual([
    undefined,
    "ticket-17",
    undefined,
  ]);
});

test("SSH has the defaults that args.ts promises", async () => {
  const connection = (await clusterOf(existing())).get("c-consul-1-release").inputs.connection;
  const promised = promisedDefaults("SshArgs");
  expect(promised).toEqual({ port: "22", user: '"root"' });
  expect(connection).toMatchObject({ value: { port: 22, user: "root", host: "10.0.0.11" } });
});
