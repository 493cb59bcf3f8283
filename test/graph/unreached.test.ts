// A host that is not reached, in the words of OpenSSH: one at which nothing answers is passed, one that answers and lets
// nobody in may serve its cluster, and stops the run. In OpenSSH's place stands a program that says what OpenSSH said to
// real hosts.
//
// Does not prove that OpenSSH still says so: departureAccess.test.ts asks it where it can, and so do machines in the lab.

import { beforeAll, describe, expect, test } from "vitest";
import { type Cluster, clusterOf, existing, nspawn } from "./support/clusters";
import { away, Computer, type Outcome } from "./support/departing";

let hosts: Cluster;
let machines: Cluster;

beforeAll(async () => {
  hosts = await clusterOf(existing());
  machines = await clusterOf(nspawn());
});

const closed = "kex_exchange_identification: Connection closed by remote host";

/** The one behind a bastion. */
const behind = "consul-3";
const direct = "consul-2";

/** What OpenSSH says where nothing answers, of a host and of one behind a bastion. */
const nothingAnswers: [words: string, host: string][] = [
  [away, direct],
  ["ssh: connect to host 10.0.0.12 port 22: Connection timed out", direct],
  ["Timeout, server 10.0.0.12 not responding.", direct],
  [
    `channel 0: open failed: connect failed: No route to host\nstdio forwarding failed\n${closed}`,
    behind,
  ],
  [
    `channel 0: open failed: connect failed: Connection timed out\nstdio forwarding failed\n${closed}`,
    behind,
  ],
];

/** What it says where somebody answers, and what is made of it. */
const somebodyAnswers: [why: string, words: string, host?: string][] = [
  // Nothing is known of the host: it is this computer that has no way to it.
  [
    "it is not reachable from this computer",
    "ssh: connect to host 10.0.0.12 port 22: Network is unreachable",
  ],
  [
    "it is not reachable from this computer",
    "ssh: Could not resolve hostname consul-2.example: Name or service not known",
  ],
  ["it refuses the login", "admin@10.0.0.12: Permission denied (publickey)."],
  [
    "it refuses the login",
    "Received disconnect from 10.0.0.12 port 22:2: Too many authentication failures",
  ],
  [
    "it shows another host key than the one in the settings",
    "No ED25519 host key is known for consul-2 and you have requested strict checking.\nHost key verification failed.",
  ],
  [
    "it shows another host key than the one in the settings",
    "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\nHost key for consul-2 has changed and you have requested strict checking.\nHost key verification failed.",
  ],
  [
    "its host answers, and no SSH server does",
    "ssh: connect to host 10.0.0.12 port 22: Connection refused",
  ],
  [
    "its host answers, and no SSH server does",
    `channel 0: open failed: connect failed: Connection refused\nstdio forwarding failed\n${closed}`,
    behind,
  ],
  [
    "it accepts the connection and says nothing",
    "Connection timed out during banner exchange\nConnection to 10.0.0.12 port 22 timed out",
  ],
  [
    "nothing is said behind its bastion, in time",
    "Connection timed out during banner exchange\nConnection to UNKNOWN port 65535 timed out",
    behind,
  ],
  [
    "its bastion does not answer",
    `ssh: connect to host bastion.example port 22: Connection timed out\n${closed}`,
    behind,
  ],
  [
    "its bastion does not answer",
    `ssh: connect to host bastion.example port 22: No route to host\n${closed}`,
    behind,
  ],
  [
    "it refuses the login",
    `root@bastion.example: Permission denied (publickey).\n${closed}`,
    behind,
  ],
  [`the connection ended: ${closed}`, closed],
  [
    "the connection ended: Connection reset by 10.0.0.12 port 22",
    "Connection reset by 10.0.0.12 port 22",
  ],
  ["the connection ended", ""],
];

const departure = (host: string) => `c-${host}-departure`;

/** What the departure of a host says, of which OpenSSH says this. */
function leave(computer: Computer, host: string, words: string): Outcome {
  return computer.run(departure(host), "delete", { [host]: words });
}

function forWholeCluster(cluster: Cluster): Computer {
  const computer = new Computer(cluster);
  expect(computer.run("c-farewell", "delete").status).toBe(0);
  return computer;
}

/** Who was told what since. */
const steps = ({ told }: Outcome) => told.map(({ host, script }) => `${host} ${script}`);

describe("nothing answers", () => {
  test.each(nothingAnswers)("the server is taken for dead: %s", (words, host) => {
    const outcome = leave(new Computer(hosts), host, words);
    expect(outcome).toMatchObject({ status: 0, left: false });
    expect(outcome.stderr).toContain(`${host}: does not answer SSH at 10.0.0.1`);
    // What OpenSSH said is shown, once, with line ends that are no terminal's.
    expect(outcome.stderr.startsWith(`${words}\n${host}: `)).toBe(true);
    expect(steps(outcome)).toEqual(["consul-1 force-remove.sh"]);
    expect(outcome.told[0]?.settings.dead).toBe("yes");
  });

  test("where the whole cluster goes, that is passed", () => {
    const computer = forWholeCluster(hosts);
    for (const [words, host] of [nothingAnswers[0], nothingAnswers.at(-1)] as [string, string][]) {
      const outcome = leave(computer, host, words);
      expect(outcome).toMatchObject({ status: 0, told: [], left: false });
      expect(outcome.stderr).toContain("what is on it stays there");
    }
  });
});

describe("somebody answers", () => {
  function expectStop(outcome: Outcome, why: string, host: string) {
    expect(outcome).toMatchObject({ status: 1, told: [], left: false });
    const address = host === direct ? "10.0.0.12" : "10.0.0.13";
    expect(outcome.stderr).toContain(
      `${host}: cannot be taken out: at ${address} ${why}. It may run`,
    );
    // What to do.
    expect(outcome.stderr).toContain("Mend its access and run it again");
    expect(outcome.stderr).toContain(`CONSUL_CLUSTER_LEAVE_BEHIND=${host} in the environment`);
    expect(outcome.stderr).not.toContain("\r");
  }

  test.each(somebodyAnswers)("the run stops, for %s: %j", (why, words, host = direct) => {
    expectStop(leave(new Computer(hosts), host, words), why, host);
  });

  const [why, words] = somebodyAnswers[0] as [string, string];

  // Seen: a run that was cut off, or had failed, with the new machine there, could go neither on nor back.
  test("a machine of the stack's own with another key is gone: its neighbours tell whether its server serves all the same", async () => {
    for (const [why, words, host] of somebodyAnswers) {
      if (host === behind) continue;
      const outcome = leave(new Computer(machines), "consul-2", words);
      const isGone = why.includes("another host key");
      expect(outcome.status, why).toBe(isGone ? 0 : 1);
      expect(steps(outcome)).toEqual(isGone ? ["consul-1 force-remove.sh"] : []);
      if (isGone) expect(outcome.told[0]?.settings.dead).toBe("yes");
    }
  });

  test("OpenSSH's alarm at another key is told of a neighbour, and not of a machine that was made anew", () => {
    const alarm = "REMOTE HOST IDENTIFICATION HAS CHANGED!";
    const words = (host: string) => `${alarm}\nHost key for ${host} has changed.`;
    const neighbours = { "consul-2": words("consul-2"), "consul-1": words("consul-1") };
    const outcome = new Computer(machines).run(departure("consul-2"), "delete", neighbours);
    expect(outcome.status).toBe(0);
    expect(steps(outcome)).toEqual(["consul-3 force-remove.sh"]);
    expect(outcome.stderr.split(alarm)).toHaveLength(2);
    expect(outcome.stderr).toContain("Host key for consul-1 has changed.");
  });

  test("it stops where the whole cluster goes, too, for a host that stays", () => {
    expectStop(leave(forWholeCluster(hosts), direct, words), why, direct);
  });

  test("it stops where others are left behind", () => {
    const computer = new Computer(hosts).leavingBehind("consul-1,consul-22,onsul-2");
    expectStop(leave(computer, direct, words), why, direct);
  });

  test.each([direct, `consul-1,${direct}`, "all"])("but not where %s is left behind", (named) => {
    const outcome = leave(new Computer(hosts).leavingBehind(named), direct, words);
    expect(outcome).toMatchObject({ status: 0, left: false });
    expect(outcome.stderr).toContain(
      `${direct}: is left as it is (${why}); its neighbours are asked to forget it\n`,
    );
    // They refuse, should it serve them.
    expect(outcome.told.map(({ settings }) => settings.dead)).toEqual(["yes"]);
  });

  test("nor where it is left behind and the whole cluster goes", () => {
    const outcome = leave(forWholeCluster(hosts).leavingBehind(direct), direct, words);
    expect(outcome).toMatchObject({ status: 0, told: [] });
    expect(outcome.stderr).toContain(`is left as it is (${why}); what is on it stays there\n`);
  });
});

describe("a machine that is deleted next", () => {
  const refusal = "root@198.18.77.12: Permission denied (publickey).";

  test("is in nobody's way where the whole cluster goes", () => {
    const outcome = leave(forWholeCluster(machines), "consul-2", refusal);
    expect(outcome).toMatchObject({ status: 0, told: [], left: false });
    expect(outcome.stderr).toContain("is left as it is (it refuses the login)");
  });

  test("stops the run where its cluster goes on: there is an order in which it leaves", () => {
    const outcome = leave(new Computer(machines), "consul-2", refusal);
    expect(outcome).toMatchObject({ status: 1, told: [], left: false });
  });
});

describe("a connection that ends in the middle", () => {
  test.each(["leave.sh", "remove.sh"])("of %s: the run stops", (script) => {
    const answers = { [`consul-2 ${script}`]: "Connection to 10.0.0.12 closed by remote host." };
    const outcome = new Computer(hosts).run(departure("consul-2"), "delete", answers);
    expect(outcome).toMatchObject({ status: 1, left: false });
    expect(steps(outcome).at(-1)).toBe(`consul-2 ${script}`);
  });

  test("of a neighbour's script: the next one is asked, as where it had never begun", () => {
    const answers = {
      "consul-1 force-remove.sh": "Connection to 10.0.0.11 closed by remote host.",
    };
    const outcome = new Computer(hosts).run(departure("consul-2"), "delete", answers);
    expect(outcome.status).toBe(0);
    expect(steps(outcome).slice(-2)).toEqual([
      "consul-1 force-remove.sh",
      "consul-3 force-remove.sh",
    ]);
  });
});
