import { afterAll, beforeAll, expect, test } from "vitest";
import { otherImageFile } from "../../lab/image/image";
import { mirrorSettings } from "../../lab/mirror/mirror";
import { BareHosts, inside } from "../support/bareHosts";
import { ConsulApi, type RaftServer } from "../support/consul";
import { processesOn } from "../support/machines";
import { TestStack } from "../support/stack";

// One cluster on hosts that differ: Debian 12 and Debian 13, with unzip and without, root and a user with sudo.

const machines = [
  { name: "mixed-1", address: "198.18.77.61" },
  { name: "mixed-2", address: "198.18.77.62", image: otherImageFile, user: "ubuntu" },
  { name: "mixed-3", address: "198.18.77.63", image: otherImageFile, user: "opc" },
];
const hosts = new BareHosts("mixed");
const stack = new TestStack("mixed", { ...mirrorSettings });

beforeAll(async () => {
  // A run that was cut off has left it.
  await stack.forget();
  const made = await hosts.create(...machines);
  // Root logs in on the last one, with the same key; its login user has no sudo at all.
  await inside(
    "mixed-3",
    "install -d -m 0700 /root/.ssh; cp /home/opc/.ssh/authorized_keys /root/.ssh/; rm /etc/sudoers.d/90-opc",
  );
  const servers = machines.map(({ name, address, user = "admin" }, i) => ({
    name,
    address,
    hostKey: made[i]?.hostKey,
    privateKeyFile: hosts.keyFile,
    user: name === "mixed-3" ? "root" : user,
  }));
  stack.settings = { ...stack.settings, existing: { servers } };
});

afterAll(async () => {
  await stack.forget();
  await hosts.remove();
});

test("they are what they are said to be", async () => {
  const systems = await Promise.all(
    machines.map(({ name }) => inside(name, ". /etc/os-release; echo $VERSION_ID")),
  );
  expect(systems).toEqual(["12", "13", "13"]);
  expect(await inside("mixed-1", "command -v unzip")).not.toBe("");
  expect(await inside("mixed-2", "command -v unzip || true")).toBe("");
});

test("they become one cluster of three voters", async () => {
  await stack.up();
  const { Servers } = await new ConsulApi("198.18.77.62").get<{ Servers: RaftServer[] }>(
    "/v1/operator/raft/configuration",
  );
  expect(Servers.map(({ Node, Voter }) => [Node, Voter]).sort()).toEqual(
    machines.map(({ name }) => [name, true]),
  );
});

test("a change restarts each of them under the gates, and a second run nothing", async () => {
  const before = await processes();
  stack.settings = { ...stack.settings, performance: { raftMultiplier: 2 } };
  await stack.up();
  const after = await processes();
  for (const [i, process] of after.entries()) expect(process).not.toBe(before[i]);
  await stack.up("--expect-no-changes");
  expect(await processes()).toEqual(after);
});

function processes(): Promise<string[]> {
  return Promise.all(
    machines.map(async ({ name, user = "admin" }) => {
      const [process] = await processesOn("mixed", [name], name === "mixed-3" ? "root" : user);
      return process as string;
    }),
  );
}

test("destroy takes all of it off each of them", async () => {
  await stack.destroy();
  for (const { name } of machines) {
    const files = "etc/systemd/system/consul.service etc/consul.d/server usr/local/bin/consul";
    expect(await inside(name, `cd /; ls -d ${files} usr/local/lib/consul* || true`)).toBe("");
    expect(await inside(name, "getent passwd consul || true")).toBe("");
  }
});
