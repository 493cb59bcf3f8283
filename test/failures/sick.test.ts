import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { upCutOffAt } from "../support/cutOff";
import { HostsCluster } from "../support/hosts";
import { keepsItsPromise } from "../support/promise";
import type { Settings } from "../support/stack";
import { eventually, pause } from "../support/wait";

// The sick first: one server of three is ill in five ways, and one run with another setting makes it well, whatever its
// place in the list. The others restart meanwhile only where the setting asks for it, one at a time.
//
// Each way hits another server; with EVERY_SERVER=1 each hits each, which takes three times as long. Around it, what
// can change of hosts that exist and are well: their generation, and which of them a server stands on.

const addresses = { "ill-1": "198.18.77.81", "ill-2": "198.18.77.82", "ill-3": "198.18.77.83" };
const cluster = new HostsCluster("ill", addresses);
const { stack, names } = cluster;

beforeAll(async () => {
  await cluster.make();
  await stack.up();
});
afterAll(() => cluster.remove());

test("the generation of a host that is well is raised: its steps run again, and nothing else happens", async () => {
  const change = cluster.changed("ill-2", { generation: 2 });
  await keepsItsPromise(stack, addresses, change, {
    says: { "ill-1": "nothing", "ill-2": "staging", "ill-3": "nothing" },
  });
});

interface Illness {
  /** Makes a server ill, and what the run shall change, beside that. */
  befall(name: string): Promise<void>;
  /** Whether the others have to restart for it. */
  restarts?: boolean;
}

/** Has this server lead: gossip does not know it, so the leader can hand over to anybody else alone. The others are held for a moment. */
async function madeLeader(name: string): Promise<boolean> {
  const leads = async () =>
    (await cluster.api(name).leader()) === `${addresses[name as keyof typeof addresses]}:8300`;
  if (await leads()) return true;
  const hold = "sudo pkill -STOP -x consul; sleep 3; sudo pkill -CONT -x consul";
  await Promise.all(
    names.filter((other) => other !== name).map((other) => cluster.on(other, hold)),
  );
  await pause(1000);
  return leads();
}

let count = 0;
/** A setting that a reload takes over: never the same twice. */
const reload = () => cluster.set({ dnsConfig: { maxStale: `${20 + count++}s` } });

const otherKey = "b3RoZXIga2V5IG90aGVyIGtleSBvdGhlciBrZXkgb3Q=";
const spoil = (name: string, script: string) =>
  cluster.on(
    name,
    `sudo systemctl stop consul; sudo sh -euc '${script}'; sudo systemctl start consul`,
  );

const illnesses: Record<string, Illness> = {
  "is stopped": {
    async befall(name) {
      await cluster.on(name, "sudo systemctl stop consul");
      reload();
    },
  },
  "crashes again and again, for its DNS port is taken": {
    restarts: true,
    async befall(name) {
      const { ports } = stack.settings as { ports?: { dns: number } };
      const port = ports?.dns ?? 53;
      await spoil(
        name,
        `systemd-run -q --unit=taken-${port} systemd-socket-activate -d -l ${port} cat`,
      );
      cluster.set({ ports: { dns: port === 53 ? 5300 + count++ : port + 1 } });
    },
  },
  "has no leader, for somebody has had it listen on loopback": {
    async befall(name) {
      const address = addresses[name as keyof typeof addresses];
      await spoil(
        name,
        `sed -i "/_addr/s/${address}/127.0.0.1/" /etc/consul.d/server/10-server.json`,
      );
      reload();
    },
  },
  // Raft goes on without gossip: what it says of itself, and of its keyring, is a leader's word then.
  "has another gossip key, and leads": {
    async befall(name) {
      await spoil(
        name,
        `for r in local remote; do echo "[\\"${otherKey}\\"]" >/var/consul/serf/$r.keyring; done`,
      );
      await eventually("it leads", 60, () => madeLeader(name));
      reload();
    },
  },
  "was installed anew": {
    async befall(name) {
      await cluster.makeAnew(name);
      cluster.change(name, { generation: 3 + count++ });
    },
  },
};

async function isWell(): Promise<boolean> {
  const { Healthy, FailureTolerance } = await cluster
    .api("ill-1")
    .get<{ Healthy: boolean; FailureTolerance: number }>("/v1/operator/autopilot/health");
  return Healthy && FailureTolerance === 1;
}

const everyServer = process.env.EVERY_SERVER === "1";
const cases = Object.entries(illnesses).flatMap(([what, illness], index) =>
  names.filter((_, i) => everyServer || i === index % 3).map((name) => ({ name, what, illness })),
);

describe.each(cases)("$name $what", ({ name, illness }) => {
  test("one run mends it before the others change", async () => {
    const others = names.filter((other) => other !== name);
    await illness.befall(name);
    await eventually("the others see it", 60, async () => !(await wellNow()));
    const before = await cluster.processes(...others);
    const { stdout } = await stack.up();
    expect(stdout).toContain(`${name}: this server`);
    expect(stdout).toMatch(new RegExp(`${name}: mended`));
    const after = await cluster.processes(...others);
    if (illness.restarts) {
      for (const i of others.keys()) expect(after[i]).not.toBe(before[i]);
      expect(stdout.indexOf(`${name}: mended`)).toBeLessThan(stdout.indexOf("restart done"));
    } else expect(after, "the others never restart").toEqual(before);
    expect(await isWell()).toBe(true);
    await stack.up("--expect-no-changes");
  });
});

const onAll = (command: string) => Promise.all(names.map((name) => cluster.on(name, command)));

describe("all three are stopped", () => {
  test("one run starts them all", async () => {
    await onAll("sudo systemctl stop consul");
    reload();
    const { stdout } = await stack.up();
    expect(stdout.match(/this server does not run: it is mended/g)).toHaveLength(3);
    expect(await isWell()).toBe(true);
  });

  test("none is wiped while none serves: it may be all there is", async () => {
    await onAll("sudo systemctl stop consul");
    cluster.change("ill-2", { wipeData: "no-copy-left" });
    const nodeId = await cluster.on("ill-2", "sudo cat /var/consul/node-id");
    expect(await stack.upThatFails()).toMatch(
      /ill-2: its data is not wiped while no server serves/,
    );
    expect(await cluster.on("ill-2", "sudo cat /var/consul/node-id")).toBe(nodeId);
    // Once the other two serve, they hold what the third gives up.
    for (const name of ["ill-1", "ill-3"]) await cluster.on(name, "sudo systemctl start consul");
    await eventually("a leader", 60, () => cluster.api("ill-1").leader());
    const { stdout } = await stack.up();
    expect(stdout).toContain("/var/consul wiped");
    expect(await isWell()).toBe(true);
    expect(await cluster.on("ill-2", "sudo cat /var/consul/node-id")).not.toBe(nodeId);
  });

  test("their data is older than Consul takes: the way is named, and it is none that wipes", async () => {
    await onAll("sudo systemctl stop consul");
    const old = Math.floor(Date.now() / 1000) - 8 * 86_400;
    await onAll(`sudo sed -i 's/[0-9]\\{10,\\}/${old}/' /var/consul/server_metadata.json`);
    const nodeIds = await onAll("sudo cat /var/consul/node-id");
    reload();
    const said = await stack.upThatFails();
    expect(said).toMatch(/is 8 days old.*server_rejoin_age_max is 168h.*Do not wipe it/);
    cluster.set({ extraConfig: { server_rejoin_age_max: "240h" } });
    await stack.up();
    expect(await isWell()).toBe(true);
    expect(await onAll("sudo cat /var/consul/node-id")).toEqual(nodeIds);
  });
});

describe("a server moves to another host", () => {
  let place: Settings;
  beforeAll(async () => {
    const address = "198.18.77.85";
    const { hostKey } = await cluster.hosts.add({ name: "ill-4", address });
    place = { address, hostKey };
  });

  test("killed once it has left the old one, and given up: what it has left there is named, and it is back once that may go", async () => {
    const { hostKey } = cluster.server("ill-3");
    cluster.change("ill-3", place);
    await upCutOffAt(stack, (said) => /ill-3-departure deleted/.test(said));
    expect(await isWell()).toBe(false);
    cluster.change("ill-3", { address: addresses["ill-3"], hostKey });
    expect(await stack.upThatFails()).toMatch(/ill-3: .*\n.*\/var\/consul holds data.*wipeData/);
    cluster.change("ill-3", { wipeData: "it-has-left" });
    await stack.up();
    expect(await isWell()).toBe(true);
    await stack.up("--expect-no-changes");
  });

  test("it leaves the old one, which stays, and joins from the new one", async () => {
    await keepsItsPromise(stack, addresses, cluster.changed("ill-3", place), {
      says: { "ill-1": "staging", "ill-2": "staging", "ill-3": "replacement" },
      without: ["ill-3"],
      movesTo: { "ill-3": "ill-4" },
    });
    expect(await isWell()).toBe(true);
    const left =
      "systemctl is-active consul || true; ls -A /var/consul /var/lib/consul-cluster 2>&1 || true";
    expect(await cluster.on("ill-3", left)).toMatch(/^(inactive|failed)/);
  });
});

/** As the servers that answer see it. */
async function wellNow(): Promise<boolean> {
  for (const each of names) {
    const answer = await cluster
      .api(each)
      .get<{ Healthy: boolean }>("/v1/operator/autopilot/health")
      .catch(() => undefined);
    if (answer !== undefined && !answer.Healthy) return false;
  }
  return true;
}
