import { afterAll, beforeAll, expect, test } from "vitest";
import { otherImageFile } from "../../lab/image/image";
import { mirrorSettings } from "../../lab/mirror/mirror";
import { BareHosts } from "../support/bareHosts";
import { ConsulApi } from "../support/consul";
import { power, sshOutput } from "../support/machines";
import { TestStack } from "../support/stack";
import { eventually, pause } from "../support/wait";

// examples/load-balancer as it stands, with one Consul server for three: who loses servers is tested elsewhere.
// Requests go through a real haproxy all the time, and none may fail, whatever happens to the web servers. They are
// GETs of one client, a handful at once: nothing is said about long ones, or about a load that needs more.

const server = { name: "shop-consul", address: "198.18.77.64" };
const web = [65, 66, 67].map((last, i) => ({
  name: `shop-web-${i + 1}`,
  address: `198.18.77.${last}`,
}));
const balancer = { name: "shop-lb", address: "198.18.77.68" };
const url = `http://${balancer.address}/`;
const [web1, web2, web3] = web.map(({ name }) => name) as [string, string, string];

const agentUnit = "consul";

const hosts = new BareHosts("shop");
const stack = new TestStack("shop", {}, undefined, "load-balancer");
let known: Record<string, unknown>[];

beforeAll(async () => {
  await stack.forget();
  const machines = [server, ...web, balancer];
  const made = await hosts.create(
    ...machines.map((machine) => ({ ...machine, image: otherImageFile })),
  );
  known = machines.map((machine, i) => ({ ...machine, hostKey: made[i]?.hostKey }));
  stack.settings = withWeb(2);
});

afterAll(async () => {
  await stack.forget();
  await hosts.remove();
});

function withWeb(count: number) {
  return {
    privateKeyFile: hosts.keyFile,
    ...mirrorSettings,
    servers: known.slice(0, 1),
    web: known.slice(1, 1 + count),
    balancer: known[4],
  };
}

const on = (name: string, command: string) => sshOutput("shop", name, command);

const haproxyProcess = () => on(balancer.name, "systemctl show haproxy -p MainPID --value");

/** Asks through the load balancer, some at once, as long as `during` takes: who answered, and what failed. */
async function asked(during: () => Promise<unknown>): Promise<Set<string>> {
  const answered = new Set<string>();
  const failures: string[] = [];
  let over = false;
  const client = async () => {
    while (!over) {
      try {
        const response = await fetch(url, { signal: AbortSignal.timeout(5000) });
        const body = (await response.text()).trim();
        if (response.ok) answered.add(body);
        else failures.push(`${response.status} ${body}`);
      } catch (error) {
        failures.push(String(error));
      }
      await pause(10);
    }
  };
  const clients = Promise.all([client(), client(), client()]);
  try {
    await during();
  } finally {
    over = true;
    await clients;
  }
  expect(failures).toEqual([]);
  return answered;
}

/** Who answers within a second. */
const answering = () => asked(() => pause(1000));

function answer(...names: string[]): Promise<unknown> {
  return eventually(`${names} and nobody else answer`, 30, async () => {
    return String([...(await answering())].sort()) === String(names);
  });
}

/** Names of the servers in haproxy's own list that it sends requests to. */
async function inTheList(): Promise<string[]> {
  const ask =
    'import socket as s; c = s.socket(s.AF_UNIX); c.connect("/run/haproxy/admin.sock"); c.send(b"show servers state web\\n"); print(c.makefile().read())';
  const lines = (await on(balancer.name, `sudo python3 -c '${ask}'`)).split("\n");
  // Name of the place, address, state (2: up), state as the administrator has it (32: no answer names it).
  const rows = lines.filter((line) => /^\d/.test(line)).map((line) => line.split(" "));
  return rows
    .filter(([, , , , , state, admin]) => state === "2" && (Number(admin) & 32) === 0)
    .map((row) => row[4] as string)
    .sort();
}

function listed(...machines: string[]): Promise<unknown> {
  const wanted = machines.map((name) => web.find((host) => host.name === name)?.address);
  return eventually(`${wanted} and no other in haproxy's list`, 30, async () => {
    return String(await inTheList()) === String(wanted);
  });
}

test("when the run ends, requests are answered by both web servers", async () => {
  await stack.up();
  const { url: output, ready } = await stack.outputs();
  expect([output, ready]).toEqual([`http://${balancer.address}:80`, true]);
  await listed(web1, web2);
  await answer(web1, web2);
});

test("nobody has written an address of theirs into haproxy's file", async () => {
  const file = await on(balancer.name, "sudo cat /etc/haproxy/haproxy.cfg");
  for (const { address } of web) expect(file).not.toContain(address);
});

test("a web server that stops is taken out, and comes back, and no request fails", async () => {
  const api = new ConsulApi(server.address);
  const passing = async () =>
    (await api.get<unknown[]>("/v1/health/service/web?passing")).length as number;
  await asked(async () => {
    await on(web1, "sudo systemctl stop web");
    await eventually("its check fails", 20, async () => (await passing()) === 1);
    await listed(web2);
    await answer(web2);
    await on(web1, "sudo systemctl start web");
    await listed(web1, web2);
    await answer(web1, web2);
  });
});

test("a third web host is one more line, and nothing of the load balancer changes", async () => {
  const before = await haproxyProcess();
  stack.settings = withWeb(3);
  await asked(async () => {
    const { stdout } = await stack.up();
    expect(stdout).not.toMatch(/haproxy (updating|updated)/);
    await listed(web1, web2, web3);
    await answer(web1, web2, web3);
  });
  expect(await haproxyProcess()).toBe(before);
});

test("a web host whose plug is pulled is taken out, and no request fails", async () => {
  await asked(async () => {
    await power("kill", web3);
    await listed(web1, web2);
  });
  await power("start", web3);
  await listed(web1, web2, web3);
});

test("while its agent is away haproxy keeps the servers that it knows", async () => {
  await asked(async () => {
    await on(balancer.name, `sudo systemctl stop ${agentUnit}`);
    await pause(5000);
    await listed(web1, web2, web3);
  });
  await on(balancer.name, `sudo systemctl start ${agentUnit}`);
});

test("a run without changes changes nothing", async () => {
  await stack.up("--expect-no-changes");
});

test("a line that goes takes its web server along, and no request fails", async () => {
  stack.settings = withWeb(2);
  await asked(async () => {
    await stack.up();
    await listed(web1, web2);
  });
  expect(await on(web3, "systemctl is-active web || true")).toBe("inactive");
});

test("destroy stops all of it", async () => {
  await stack.destroy();
  await expect(fetch(url, { signal: AbortSignal.timeout(5000) })).rejects.toThrow();
});
