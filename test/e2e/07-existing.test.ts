import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureKeyPair } from "../../lab/machines/keyPair";
import { createMachine, removeMachine } from "../../lab/machines/machines";
import { mirrorSettings } from "../../lab/mirror/mirror";
import { inside } from "../support/bareHosts";
import { ConsulApi } from "../support/consul";
import { sshOutput, testMachines } from "../support/machines";
import { TestStack } from "../support/stack";

// A cluster of one server on a host that stood before, behind a bastion: first as unfit as a host can be,
// then put right, then left by the stack. AWS and clouds have hosts like it.

const host = { name: "stands-1", address: "198.18.77.46" };
const bastion = { name: "bastion-1", address: "198.18.77.47" };
const key = join(testMachines, "keys/existing/id_ed25519");
let stack: TestStack;

beforeAll(async () => {
  const publicKey = await ensureKeyPair(key);
  const [{ hostKey }, made] = await Promise.all([
    createMachine({ ...host, publicKey }, testMachines),
    createMachine({ ...bastion, publicKey }, testMachines),
  ]);
  // sshd of the host answers the bastion alone: what goes around it fails.
  await on(
    `echo 'table inet t { chain c { type filter hook input priority 0; tcp dport 22 ip saddr != { ${bastion.address}, 198.18.77.1 } drop; }; }' | sudo nft -f -`,
  );
  const login = { user: "admin", privateKeyFile: key };
  stack = new TestStack("existing", {
    existing: {
      servers: [
        {
          ...host,
          hostKey,
          ...login,
          bastion: { host: bastion.address, hostKey: made.hostKey, ...login },
        },
      ],
    },
    ...mirrorSettings,
  });
});

afterAll(async () => {
  // Where a test has failed, the stack still knows a host that is about to go.
  await stack.forget();
  for (const { name } of [host, bastion]) await removeMachine(name, testMachines);
  rmSync(dirname(key), { recursive: true });
});

function on(command: string): Promise<string> {
  return sshOutput("existing", host.name, command);
}

describe("a host that is not fit", () => {
  test("is refused with all of its problems, before anything on it changes", async () => {
    await on("sudo mkdir -p /var/consul/raft && sudo touch /var/consul/raft/raft.db");
    await on("sudo mount -t tmpfs -o size=50m tmpfs /usr/local");
    await on(
      "sudo mkdir /usr/local/bin && printf '#!/bin/sh\\necho riscv64\\n' | sudo tee /usr/local/bin/uname && sudo chmod +x /usr/local/bin/uname",
    );
    await on("sudo systemd-run -q --unit taken-80 systemd-socket-activate -l 80 cat");
    await on("sudo systemd-run -q --unit taken-53 systemd-socket-activate -d -l 53 cat");
    await on(
      "sudo groupadd consul; printf '[Service]\\nExecStart=/bin/sleep 1h\\n' | sudo tee /run/systemd/system/consul.service; sudo systemctl start consul",
    );
    await on(
      "sudo mkdir /etc/systemd/system/consul.service.d; printf '[Service]\\nLimitNOFILE=64\\n' | sudo tee /etc/systemd/system/consul.service.d/limits.conf",
    );
    const pid = await on("systemctl show consul -p MainPID --value");
    const said = await stack.upThatFails();
    expect(said).toContain("nothing on it was changed");
    expect(said, "what nobody of ours has made").toMatch(
      new RegExp(
        `the unit /run/systemd/system/consul.service .*drop-ins in /etc/systemd/system/consul.service.d; .*process ${pid} .*a group consul`,
      ),
    );
    expect(await on("systemctl show consul -p MainPID --value"), "runs on").toBe(pid);
    expect(said).toContain("no Consul release exists for this architecture, riscv64");
    expect(said).toMatch(/\/usr\/local\/lib\/consul has \d+ MiB free, the release needs 500 MiB/);
    expect(said).toMatch(
      /port 80\/tcp is taken by systemd-socket-activate|port 80\/tcp is taken by systemd-socket/,
    );
    expect(said).toMatch(/port 53\/udp is taken by systemd-socket/);
    expect(said).toContain("/var/consul holds data that is not of this cluster");
    expect(await on("getent passwd consul || true")).toBe("");
    expect(await on("ls /etc/consul.d 2>/dev/null || true")).toBe("");
  });

  test("is taken once it is fit, also where its login shell prints something", async () => {
    await on("echo 'echo a word of welcome' >>.bashrc");
    await on(
      "sudo systemctl stop taken-80 taken-53 consul; sudo umount /usr/local; sudo rm -rf /var/consul /run/systemd/system/consul.service /etc/systemd/system/consul.service.d; sudo groupdel consul; sudo systemctl daemon-reload",
    );
    await stack.up();
    expect(await new ConsulApi(host.address).leader()).toBe(`${host.address}:8300`);
    const nodeId = await on("sudo cat /var/consul/node-id | tail -n 1");
    expect(await stack.outputs()).toMatchObject({
      faultTolerance: 0,
      servers: [{ ...host, nodeId: nodeId.split("\n").at(-1) }],
    });
    await on("rm .bashrc");
  });
});

test("a reload applies what needs no restart, through systemd as well", async () => {
  const before = await on("systemctl show consul -p MainPID --value");
  stack.settings = { ...stack.settings, recursors: ["198.18.77.1"] };
  expect((await stack.up()).stdout).toContain("reload done");
  await on("sudo systemctl reload consul");
  expect(await on("systemctl show consul -p MainPID --value"), "the same process").toBe(before);
  const { DebugConfig } = await new ConsulApi(host.address).get<{
    DebugConfig: { DNSRecursors: string[] };
  }>("/v1/agent/self");
  expect(DebugConfig.DNSRecursors).toEqual(["198.18.77.1"]);
});

test("destroy stops at a host that answers and lets nobody in, and takes nothing from it", async () => {
  await on("sudo sed -i.kept /./d .ssh/authorized_keys");
  const pid = (await new ConsulApi(host.address).leader()) !== "";
  const said = await stack.destroyThatFails();
  expect(said).toMatch(
    /Permission denied[\s\S]*the cluster is not taken away, for these answer and could not be told: stands-1\. No server was touched/,
  );
  expect(said).toContain("CONSUL_CLUSTER_LEAVE_BEHIND=stands-1");
  expect((await new ConsulApi(host.address).leader()) !== "").toBe(pid);
  await inside(
    host.name,
    "mv /home/admin/.ssh/authorized_keys.kept /home/admin/.ssh/authorized_keys",
  );
});

test("destroy takes the service, the settings, the release and the user along, and leaves the data", async () => {
  await stack.destroy();
  expect(await on("systemctl is-active consul || true")).toBe("inactive");
  expect(await on("getent passwd consul || true")).toBe("");
  const gone =
    "/etc/systemd/system/consul.service /etc/systemd/system/consul.service.d /etc/consul.d/server /etc/consul.d/server.sets /etc/sysconfig/consul /usr/local/bin/consul /usr/local/lib/consul /usr/local/lib/consul-cluster /var/lib/consul-cluster /run/consul-cluster";
  expect(await on(`ls -d ${gone} 2>/dev/null || true`)).toBe("");
  expect(await on("sudo ls /var/consul")).toContain("raft");
  // Tokens and the gossip key are in it: not for the next user who gets the number of the one that is gone.
  expect(await on("sudo find /var/consul ! -user root")).toBe("");
});

test("what it left is foreign to the next stack, which wipes it where asked for, and takes its own along where asked for", async () => {
  expect(await stack.upThatFails()).toContain("/var/consul holds data that is not of this cluster");
  const { existing, ...others } = stack.settings;
  const { servers } = existing as { servers: Record<string, unknown>[] };
  const wiped = servers.map((server) => ({ ...server, wipeData: "of-the-stack-before" }));
  stack.settings = { ...others, existing: { servers: wiped }, removeData: true };
  const { stdout } = await stack.up();
  expect(stdout).toContain("/var/consul wiped");
  expect(await new ConsulApi(host.address).leader()).toBe(`${host.address}:8300`);
  await stack.destroy();
  expect(await on("ls -d /var/consul 2>/dev/null || true")).toBe("");
});
