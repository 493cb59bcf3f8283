import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { otherImageFile } from "../../lab/image/image";
import { mirrorSettings } from "../../lab/mirror/mirror";
import { BareHosts, inside } from "../support/bareHosts";
import { machineRoot, ssh, sshOutput } from "../support/machines";
import { commandLines } from "../support/processes";
import { blackHole, cutOff, fill, rejoin } from "../support/reach";
import { TestStack } from "../support/stack";

// Hosts that exist, shaped like a production's: this computer does not reach them, a bastion does; root does
// not log in; and the login user's sudo asks for a password, which must show up nowhere. They are of two systems,
// for their sudos differ: the newer one gives a program a terminal of its own.

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
const stack = new TestStack("prodlike", { ...mirrorSettings });

beforeAll(async () => {
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
});

async function changePassword(text: string): Promise<void> {
  const sudoPassword = await stack.encrypted(text);
  const { servers } = stack.settings.existing as { servers: Record<string, unknown>[] };
  stack.settings = {
    ...stack.settings,
    existing: { servers: servers.map((server) => ({ ...server, sudoPassword })) },
  };
}

/** Asks a server's API from the bastion. */
function api(name: string, path: string): Promise<string> {
  return sshOutput("prodlike", bastion.name, `curl -sf http://${addresses[name]}${path}`);
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
  test("is made, and the password is in no process's command line while that goes on", async () => {
    const seen = new Set<string>();
    const timer = setInterval(() => {
      for (const line of commandLines()) seen.add(line);
    }, 5);
    await stack.up().finally(() => clearInterval(timer));
    expect([...seen].some((line) => line.includes("as-root.sh"))).toBe(true);
    expect([...seen].filter((line) => line.includes(heart))).toEqual([]);
    expect(await api("prod-3", "/v1/status/leader")).toMatch(/^"198\.18\.77\.5\d:8300"$/);
    expect((await stack.outputs()).ready).toBe(true);
  });

  test("is changed under the gates, and a preview shows which line of the settings changes", async () => {
    stack.settings = { ...stack.settings, performance: { raftMultiplier: 2 } };
    const preview = await stack.preview("--diff");
    expect(preview).toMatch(/- +"raft_multiplier": 1/);
    expect(preview).toMatch(/\+ +"raft_multiplier": 2/);
    expect(preview).toMatch(/\+ restart-settings/);
    const { stdout } = await stack.up();
    for (const name of names) expect(stdout).toContain(`${name}: restart done`);
    await stack.up("--expect-no-changes");
  });

  test("has the password nowhere: not in the state, not in what was said, not on a host", async () => {
    for (const [file, text] of stack.stateFiles()) expect(text.includes(heart), file).toBe(false);
    expect(readFileSync(stack.logFile, "utf8")).not.toContain(heart);
    for (const name of names)
      expect(
        await inside(name, `grep -rlF '${heart}' /etc /var /usr/local /home /tmp || true`),
      ).toBe("");
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
  expect(said).toContain("sudo does not take the sudoPassword of ec2-user on prod-1");
  expect(said).not.toContain("mistyped");
  await changePassword(password);
});

test("destroy leaves the hosts as they were", async () => {
  await stack.destroy();
  for (const name of names) {
    const files = "etc/systemd/system/consul.service etc/consul.d/server usr/local/bin/consul";
    expect(await inside(name, `cd /; ls -d ${files} usr/local/lib/consul* || true`)).toBe("");
    expect(readFileSync(`${machineRoot(name)}/etc/passwd`, "utf8")).not.toContain("consul");
  }
});
