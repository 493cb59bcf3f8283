// What a cluster that exists cannot change, and that one server is wiped at a time. The guard's two scripts run here as
// the Command plugin runs them.
//
// Does not prove that no host is reached before it: order.test.ts does; nor that the plugin hands the old output on: the
// conformance tests do.

import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import type { ConsulClusterArgs } from "../../components/index";
import { clusterOf, existing, type Server, servers, textOf } from "./support/clusters";

const [one, two, three] = servers() as [Server, Server, Server];

/** Runs the guard of a cluster with these arguments. `previous`: what it said in the run before. */
async function run(input: "create" | "update", args: ConsulClusterArgs, previous?: string) {
  const cluster = await clusterOf(args);
  expect(cluster.errors).toEqual([]);
  const guard = cluster.get("c-fixed-settings");
  const [program, ...flags] = guard.inputs.interpreter as [string, ...string[]];
  const { PULUMI_COMMAND_STDOUT: _, ...env } = process.env;
  if (previous !== undefined) env.PULUMI_COMMAND_STDOUT = previous;
  const { status, stdout, stderr } = spawnSync(program, [...flags, textOf(guard, input)], {
    input: textOf(guard, "stdin"),
    env,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

const noted = `setting datacenter dc1
setting dataDir /var/consul
setting ports.serfLan 8301
setting ports.serfWan 8302
server consul-1
server consul-2
server consul-3
`;

const withAcl = (policy: string) => noted.replace("server", `setting acl ${policy}\nserver`);

const withMode = (mode: string, ca = "made", domain = "consul") =>
  noted.replace(
    "server",
    `setting tls ${mode}\nsetting tls.caCertificate ${ca}\nsetting tls.domain ${domain}\nserver`,
  );
const tls = (mode: string) => ({ ...existing(), tls: { mode } });
const modes = ["off", "offered", "outgoing", "preferred", "required"];

const marked = (...all: [Server, string?][]): ConsulClusterArgs => ({
  existing: {
    servers: all.map(([server, wipeData]) => (wipeData ? { ...server, wipeData } : server)),
  },
});

test("what the plugin tells of a refusal, before its words, is a word and not the program", async () => {
  const { inputs } = (await clusterOf(existing())).get("c-fixed-settings");
  expect(inputs).toMatchObject({ create: "note", update: "compare" });
});

test("the first run notes what there is", async () => {
  expect(await run("create", existing())).toEqual({ status: 0, stdout: noted, stderr: "" });
});

describe("is let through, and noted", () => {
  test.each<[string, ConsulClusterArgs]>([
    ["nothing new", existing()],
    ["what goes under the gates", { ...existing(), ports: { http: 8500, server: 8400 } }],
    ["another domain and folder of settings", { ...existing(), domain: "x", configDir: "/etc/c" }],
    ["one server that is wiped", marked([one], [two, "ticket-17"], [three])],
    ["another order", marked([three], [one], [two])],
    ["two servers more", existing(5)],
  ])("%s", async (_, args) => {
    const { status, stdout, stderr } = await run("update", args, noted);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toBe((await run("create", args)).stdout);
  });

  test.each<[string, ConsulClusterArgs, string]>([
    ["ACLs from off to allow", { ...existing(), acl: { defaultPolicy: "allow" } }, noted],
    ["from allow to deny", { ...existing(), acl: {} }, withAcl("allow")],
    ["from deny to allow", { ...existing(), acl: { defaultPolicy: "allow" } }, withAcl("deny")],
    ["from allow to off", existing(), withAcl("allow")],
    ["deny as it is", { ...existing(), acl: {} }, withAcl("deny")],
    ["off, said in so many words", { ...existing(), acl: { defaultPolicy: "off" } }, noted],
  ])("%s", async (_, args, was) => {
    const { status, stdout, stderr } = await run("update", args, was);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toBe((await run("create", args)).stdout);
  });

  test("a new cluster denies from its first start", async () => {
    const { status, stdout } = await run("create", { ...existing(), acl: {} });
    expect({ status, stdout }).toEqual({ status: 0, stdout: withAcl("deny") });
  });

  test("a new cluster has TLS from its first start", async () => {
    const { status, stdout } = await run("create", { ...existing(), tls: {} });
    expect({ status, stdout }).toEqual({ status: 0, stdout: withMode("required") });
  });

  // The hosts may have refused what was noted: whoever goes back, a step a run, gets there.
  test("step by step, whatever the hosts have made of the last one", async () => {
    const ways = [
      tls("offered"),
      tls("outgoing"),
      tls("required"),
      tls("outgoing"),
      tls("offered"),
    ];
    let noted = withMode("offered");
    for (const args of ways) {
      const { status, stdout } = await run("update", args, noted);
      expect(status).toBe(0);
      noted = stdout;
    }
    expect(noted).toBe(withMode("offered"));
  });

  test("marks that stay, that go, and one that is new", async () => {
    const was = noted.replace(/(consul-[12])/g, "$1 old");
    const { status } = await run("update", marked([one], [two, "old"], [three, "new"]), was);
    expect(status).toBe(0);
  });

  test("new servers with marks: what they hold is foreign", async () => {
    const [, , , four, five] = servers(5) as [Server, Server, Server, Server, Server];
    const args = marked([one], [two], [three], [four, "a"], [five, "a"]);
    expect((await run("update", args, noted)).status).toBe(0);
  });

  // Its words were lost, or are those of a release without it.
  test.each([undefined, ""])("whatever there is, where nothing was noted: %j", async (previous) => {
    const args = { ...existing(), datacenter: "dc2" };
    expect((await run("update", args, previous)).status).toBe(0);
  });
});

describe("is refused with both values and the way, and what was noted stays", () => {
  test.each<[string, Partial<ConsulClusterArgs>, string, string]>([
    [
      "another datacenter",
      { datacenter: "dc2" },
      "datacenter is dc1 on",
      "become dc2: a datacenter is made",
    ],
    [
      "another data folder",
      { dataDir: "/srv/consul" },
      "dataDir is /var/consul on",
      "/srv/consul: the servers would begin with empty",
    ],
    [
      "another port of gossip",
      { ports: { serfLan: 8401 } },
      "ports.serfLan is 8301 on",
      "8401: the agents would not find",
    ],
    [
      "another port of gossip among datacenters",
      { ports: { serfWan: 8402 } },
      "ports.serfWan is 8302 on",
      "8402: the servers would take each other",
    ],
  ])("%s", async (_, change, before, after) => {
    const { status, stdout, stderr } = await run("update", { ...existing(), ...change }, noted);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain(before);
    expect(stderr).toContain(after);
    expect(stderr).toMatch(/nothing was changed\n$/);
  });

  test.each<[string, ConsulClusterArgs, string]>([
    ["two new marks", marked([one, "a"], [two], [three, "a"]), "consul-1 (a), consul-3 (a)"],
    [
      "all of them",
      marked([one, "a"], [two, "a"], [three, "a"]),
      "consul-1 (a), consul-2 (a), consul-3 (a)",
    ],
  ])("%s", async (_, args, named) => {
    const { status, stdout, stderr } = await run("update", args, noted);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain(`one server is wiped at a time, and this run would wipe ${named}:`);
  });

  test.each<[string, ConsulClusterArgs, string, string]>([
    ["from off to deny", { ...existing(), acl: {} }, noted, "acl cannot go from off to deny"],
    ["from deny to off", existing(), withAcl("deny"), "acl cannot go from deny to off"],
  ])("ACLs, %s", async (_, args, was, message) => {
    const { status, stdout, stderr } = await run("update", args, was);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain(`${message} in one run`);
    expect(stderr).toContain("acl: { defaultPolicy: allow }");
    expect(stderr).toMatch(/nothing was changed\n$/);
  });

  test("TLS, but for one step a run in either direction, or over the one for client agents", async () => {
    for (const [from, before] of modes.entries())
      for (const [to, after] of modes.entries()) {
        const was = before === "off" ? noted : withMode(before);
        const { status, stderr } = await run("update", tls(after), was);
        const isOver = [before, after].sort().join() === "outgoing,required";
        expect(status, `${before} ${after}`).toBe(Math.abs(from - to) > 1 && !isOver ? 1 : 0);
        if (status === 0) continue;
        const next = modes[from + Math.sign(to - from)];
        expect(stderr).toContain(`tls cannot go from ${before} to ${after} in one run`);
        expect(stderr).toContain(`Set tls: { mode: ${next} }`);
      }
  }, 60_000);

  test("another domain, with TLS", async () => {
    const was = withMode("required", "made", "other");
    const { status, stdout, stderr } = await run("update", tls("required"), was);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain("domain is other on this cluster");
    expect((await run("update", existing(), was.replace("required", "offered"))).status).toBe(0);
  });

  // Whoever shows a certificate is trusted by those that have the last run's settings still, and the other way round.
  test.each<[string, ConsulClusterArgs["tls"], string]>([
    ["made", {}, ""],
    ["made", { authorities: [1, 2] }, ""],
    [
      "made",
      { authorities: [2, 1] },
      "Set tls: { authorities: [1, 2] }, run, and go on from there, one step a run: [2, 1], [2]",
    ],
    ["made", { authorities: [2] }, "{ authorities: [1, 2] }"],
    ["made+made-2", { authorities: [2, 1] }, ""],
    [
      "made+made-2",
      { authorities: [2] },
      "Set tls: { authorities: [2, 1] }, run, and go on from there, one step a run: [2]",
    ],
    ["made+made-2", { authorities: [1, 3] }, ""],
    ["made-2+made", { authorities: [2] }, ""],
    ["made-2", {}, "{ authorities: [2, 1] }"],
    ["0123456789ab", {}, "First trust the other one beside it, and run (trustedCaCertificates)"],
  ])("CAs %s to %j", async (before, after, way) => {
    const asked = { ...existing(), tls: after };
    const { status, stderr } = await run("update", asked, withMode("required", before));
    expect(status).toBe(way === "" ? 0 : 1);
    if (way !== "") expect(stderr).toContain(way);
  });

  test("CAs, where connections do not show yet who trusts whom", async () => {
    const asked = { ...existing(), tls: { mode: "preferred", authorities: [1, 2] } };
    const { status, stderr } = await run("update", asked, withMode("preferred"));
    expect(status).toBe(1);
    expect(stderr).toContain("its CAs change in the mode required alone");
  });

  test("all that is wrong is told at once", async () => {
    const args = { ...existing(), datacenter: "dc2", dataDir: "/srv/consul" };
    const { stderr } = await run("update", args, noted);
    expect(stderr.trim().split("\n")).toHaveLength(3);
  });
});
