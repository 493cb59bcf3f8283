import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { otherImageFile } from "../../lab/image/image";
import { mirrorSettings } from "../../lab/mirror/mirror";
import { versions } from "../../lab/toolchain/versions";
import { BareHosts, inside } from "../support/bareHosts";
import { filesWith, journalOf, within } from "../support/leaks/hosts";
import { sampleProcesses } from "../support/leaks/sampler";
import { leaksIn, patternsOf, type Secret, secretsOf } from "../support/leaks/secrets";
import { machineRoot, ssh } from "../support/machines";
import { blackHole, cutOff, fill, rejoin } from "../support/reach";
import { TestStack } from "../support/stack";
import { eventually } from "../support/wait";

// Hosts that exist, shaped like a production's: this computer does not reach them, a bastion does; root does
// not log in; and the login user's sudo asks for a password. They are of two systems, for their sudos differ: the newer one
// gives a program a terminal of its own. Their cluster has everything that is secret: TLS, ACLs, a gossip key, passwords, keys.
//
// It goes through all kinds of runs, and in the end each secret is looked for, in every encoding, wherever it could have shown.
// Pulumi's own debug logs (-v=9, --event-log) have them all and are not here (docs/security.md); a line of base64 that a host's file breaks within
// a secret is not found.

const addresses: Record<string, string> = {
  "prod-1": "198.18.77.51",
  "prod-2": "198.18.77.52",
  "prod-3": "198.18.77.53",
};
const names = Object.keys(addresses);
const bastion = { name: "prod-door", address: "198.18.77.54" };
const user = "ec2-user";
// With what a shell would trip over.
const heart = "open-sesame";
const password = `it's "an" $(${heart}) \\ of sudo`;

const hosts = new BareHosts("prodlike");
const settings = { ...mirrorSettings, version: versions.consulBefore, tls: {}, acl: {} };
// As users have it: the official plugin leaves all its connections with the bastion, until it ends.
const stack = new TestStack("prodlike", settings, undefined, undefined, {
  CONSUL_CLUSTER_COMMAND_WAYS: "official",
});
const folder = mkdtempSync(join(tmpdir(), "leaks-"));
const plan = join(folder, "plan.json");

const secrets: Secret[] = [
  { name: "sudo password", value: password },
  { name: "what a shell makes of it", value: heart },
  { name: "a wrong sudo password", value: "mistyped" },
  { name: "a token that is none", value: "no-uuid-at-all" },
];
/** What the processes were seen to be called with, and to have in their environments. */
let sampler: Awaited<ReturnType<typeof sampleProcesses>>;

const up = async () => (await stack.up()).stdout;

beforeAll(async () => {
  sampler = await sampleProcesses();
  // A run that was cut off has left it.
  await stack.forget();
  const machines = names.map((name) => ({
    name,
    address: addresses[name] as string,
    user,
    ...(name === "prod-3" && { image: otherImageFile }),
  }));
  const [opened, ...made] = await hosts.create(bastion, ...machines);
  for (const name of names) {
    await inside(name, "chpasswd", `${user}:${password}\n`);
    // One of them asks for most programs, but not for a shell: then nobody takes the password away.
    const rule = name === "prod-2" ? "ALL, NOPASSWD: /usr/bin/sh" : "ALL";
    await inside(
      name,
      `echo '${user} ALL=(ALL) ${rule}' >/etc/sudoers.d/90-${user}; echo 'PermitRootLogin no' >/etc/ssh/sshd_config.d/root.conf`,
    );
  }
  await cutOff(Object.values(addresses));
  const door = { user: "admin", privateKeyFile: hosts.keyFile };
  const servers = names.map((name, i) => ({
    name,
    address: addresses[name],
    hostKey: made[i]?.hostKey,
    user,
    privateKeyFile: hosts.keyFile,
    bastion: { host: bastion.address, hostKey: opened?.hostKey, ...door },
  }));
  stack.settings = { ...stack.settings, existing: { servers } };
  // A preview reaches no host; it makes the stack, whose key the password is encrypted with.
  await stack.preview();
  await changePassword(password);
});

afterAll(async () => {
  await stack.forget();
  await rejoin();
  await fill();
  await hosts.remove();
  rmSync(folder, { recursive: true });
});

async function changePassword(text: string): Promise<void> {
  const sudoPassword = await stack.encrypted(text);
  const { servers } = stack.settings.existing as { servers: Record<string, unknown>[] };
  stack.settings = {
    ...stack.settings,
    existing: { servers: servers.map((server) => ({ ...server, sudoPassword })) },
  };
}

/** Asks a server's API from the bastion, with the management token, which goes through stdin. */
async function api(name: string, path: string): Promise<string> {
  const { token } = await stack.access();
  const config = `header = "X-Consul-Token: ${token}"\n`;
  const command = `curl -skf -K - https://${addresses[name]}:8501${path}`;
  const { code, stdout } = await ssh("prodlike", bastion.name, command, config);
  if (code !== 0) throw new Error(`${name}${path}: curl ended with ${code}`);
  return stdout;
}

test("this computer does not reach the hosts, and their sudo asks for a password", async () => {
  for (const name of names) expect((await ssh("prodlike", name, "true")).code).toBe(255);
  await rejoin();
  const { code, stderr } = await ssh("prodlike", "prod-1", "true", "", user);
  expect([code, stderr]).toEqual([0, ""]);
  expect((await ssh("prodlike", "prod-1", "sudo -n true", "", user)).stderr).toContain(
    "a password is required",
  );
  expect((await ssh("prodlike", "prod-1", "true", "", "root")).code).toBe(255);
  await cutOff(Object.values(addresses));
});

describe("a cluster on them", () => {
  test("is made", async () => {
    await up();
    expect(await api("prod-3", "/v1/status/leader")).toMatch(/^"198\.18\.77\.5\d:8300"$/);
    expect((await stack.outputs()).ready).toBe(true);
    secrets.push(...(await secretsOf(stack)));
  });

  test("is upgraded and changed under the gates, and a preview shows which line of the settings changes", async () => {
    stack.settings = {
      ...stack.settings,
      version: versions.consul,
      rejoinAfterLeave: false,
    };
    // The log has all that is said: the engine's events, too.
    await stack.preview("--json", "--show-sames");
    const preview = await stack.preview("--diff", "--save-plan", plan);
    expect(preview).toMatch(/- +"rejoin_after_leave": true/);
    expect(preview).toMatch(/\+ +"rejoin_after_leave": false/);
    expect(preview).toMatch(/\+ restart-settings/);
    const said = await up();
    for (const name of names) expect(said).toContain(`${name}: restart done`);
    await stack.up("--expect-no-changes");
  });

  test("gets another gossip key, other tokens, and other keys of its certificates", async () => {
    const { gossipKey, managementToken } = await stack.outputs();
    stack.settings = {
      ...stack.settings,
      gossip: { rotation: 2 },
      acl: { rotation: 2 },
      tls: { renewal: 1, authorities: [1, 2] },
    };
    await up();
    secrets.push(...(await secretsOf(stack)));
    const after = await stack.outputs();
    expect(after.gossipKey).not.toBe(gossipKey);
    expect(after.managementToken).not.toBe(managementToken);
  });

  test("goes back where a setting fails at start, and says nothing but why", async () => {
    const { settings } = stack;
    const extraConfig = { addresses: { grpc: "198.51.100.1" } };
    stack.settings = { ...settings, ports: { grpc: 8502 }, extraConfig };
    expect(await stack.upThatFails()).toContain("it has its previous ones again");
    stack.settings = {
      ...settings,
      acl: { managementToken: await stack.encrypted("no-uuid-at-all") },
    };
    expect(await stack.previewThatFails()).toContain("managementToken");
    stack.settings = settings;
    await up();
  });
});

test("a black hole behind the bastion ends the run in time, by name, and nothing is changed", async () => {
  const { settings } = stack;
  stack.settings = { ...settings, performance: { raftMultiplier: 3 } };
  await blackHole(addresses["prod-2"] as string);
  vi.stubEnv("CONSUL_CLUSTER_PATIENCE", "12");
  const begin = Date.now();
  const said = await stack.upThatFails().finally(() => vi.unstubAllEnvs());
  await fill();
  expect((Date.now() - begin) / 1000).toBeLessThan(60);
  expect(said).toContain(
    "prod-2: cannot be reached over SSH: nothing is said behind its bastion, in time",
  );
  for (const name of ["prod-1", "prod-3"])
    expect(await api(name, "/v1/agent/self")).not.toContain('"raft_multiplier":3');
  stack.settings = settings;
});

test("a password that is wrong is said to be, in one line for each host, and nothing is changed", async () => {
  await changePassword("mistyped");
  const said = await stack.upThatFails();
  // Whoever is first ends the run for the others.
  expect(said).toMatch(/sudo does not take the sudoPassword of ec2-user on prod-\d/);
  expect(said).not.toContain("mistyped");
  await changePassword(password);
});

/** A crash, with what Go's runtime then writes of what it was doing. */
async function crash(name: string): Promise<void> {
  await within(name, "systemctl kill -s ABRT consul");
  await eventually("its goroutines in the journal", 30, async () =>
    (await journalOf(name)).includes("goroutine "),
  );
  await eventually("it is a healthy voter again", 60, async () => {
    const health = JSON.parse(await api("prod-3", "/v1/operator/autopilot/health"));
    return health.Healthy && health.FailureTolerance === 1;
  });
}

describe("no secret of it", () => {
  test("is on a host, but in files of root's and Consul's", async () => {
    await crash("prod-1");
    const patterns = patternsOf(secrets);
    for (const name of names) {
      expect(leaksIn(await journalOf(name), patterns), `${name}'s journal`).toEqual([]);
      const files = await filesWith(name, patterns);
      expect(files.filter((file) => !isKnown(file))).toEqual([]);
      expect(files.length, "what is known was found").toBeGreaterThan(4);
    }
  });

  test("stays on a host that leaves, or whose cluster ends: destroy leaves them as they were", async () => {
    const { servers } = stack.settings.existing as { servers: unknown[] };
    stack.settings = { ...stack.settings, existing: { servers: servers.slice(0, 1) } };
    await up();
    await stack.destroy();
    for (const name of names) {
      const files = "etc/systemd/system/consul.service etc/consul.d/server usr/local/bin/consul";
      expect(await inside(name, `cd /; ls -d ${files} usr/local/lib/consul* || true`)).toBe("");
      expect(readFileSync(`${machineRoot(name)}/etc/passwd`, "utf8")).not.toContain("consul");
      // The data stays, for it may be wanted: root's now, and closed.
      const left = await filesWith(name, patternsOf(secrets));
      expect(
        left.filter((file) => !/^-rw------- root:root \/var\/consul\//.test(file)),
        name,
      ).toEqual([]);
      expect(leaksIn(await journalOf(name), patternsOf(secrets)), name).toEqual([]);
    }
  });

  test("is in the state, in what was said and the events in it, in a plan", async () => {
    const patterns = patternsOf(secrets);
    const texts = stack.stateFiles();
    for (const file of [stack.logFile, plan]) texts.push([file, readFileSync(file, "utf8")]);
    expect(texts.map(([file]) => file).join()).toContain("prodlike.json");
    for (const [file, text] of texts) expect(leaksIn(text, patterns), file).toEqual([]);
  });

  test("is in a process's command line or environment, but Pulumi's own", async () => {
    const { seen, rounds, worst, cpu } = await sampler.stop();
    console.log(
      `${seen.length} texts, ${rounds} rounds, ${worst} ms at most, ${cpu} ms of a processor`,
    );
    const patterns = patternsOf(secrets);
    const leaks = seen.flatMap(({ kind, who, text }) =>
      leaksIn(text, patterns).map(({ name, encoding }) => ({
        kind,
        who,
        name,
        encoding,
        where: kind === "environment" ? text.split("=", 1)[0] : text.slice(0, 40),
      })),
    );
    expect(leaks.filter((leak) => !isPulumis(leak))).toEqual([]);
    expect(
      seen.some(({ text }) => text.includes("as-root.sh")),
      "runs were seen",
    ).toBe(true);
  });
});

/** What is Pulumi's own, and its owner's and root's to read (docs/security.md). */
function isPulumis({ kind, who, where, name }: Record<string, string | undefined>): boolean {
  if (kind !== "environment" || who !== "node") return false;
  // Settings that are secret, for the program.
  if (where === "PULUMI_CONFIG")
    return /^(sudo password|what a shell|a wrong|a token that is none)/.test(name ?? "");
  // What it said the last time, for a generator.
  return (
    where === "PULUMI_COMMAND_STDOUT" && /(gossip-key|acl-seed|tls-ca|certificate)/.test(name ?? "")
  );
}

/** Where a secret may lie on a server: `MODE OWNER:GROUP FILE`. */
function isKnown(file: string): boolean {
  return [
    /^-rw-r----- root:consul \/etc\/consul\.d\/server\.sets\/[0-9a-f]{12}\/(30-secrets\.json|tls\/key\.pem)$/,
    /^-rw------- root:root \/var\/lib\/consul-cluster\/server\/(staged\/secrets|secrets|tokens)\/[\w.-]+$/,
    /^-rw------- consul:consul \/var\/consul\/(raft|serf)\/[\w/.-]+$/,
  ].some((known) => known.test(file));
}
