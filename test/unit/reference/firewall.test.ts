// Rules for hosts' own firewalls: read here everywhere, and applied by nft to traffic where a network can be made for it.
//
// Does not prove that firewalld reads its files as they are read here: no firewalld was at hand.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { which } from "../../../lab/system/which";
import { firewallFiles } from "../../../reference/firewall";

const files = firewallFiles();

/** Who reaches which port, said once more: by Consul's documentation, not by what the rules are made of. */
const wanted = {
  server: {
    tcp: { 53: "applications", 80: "servers applications", 8300: "servers agents" },
    udp: { 53: "applications", 8301: "servers agents", 8302: "servers" },
    more: { 8301: "servers agents", 8302: "servers", 8503: "servers applications" },
  },
  client: {
    tcp: { 8301: "servers agents", 8500: "", 8600: "" },
    udp: { 8301: "servers agents", 8600: "" },
    more: {},
  },
};

type Kind = keyof typeof wanted;
const kinds = Object.keys(wanted) as Kind[];

interface Knock {
  from: string;
  protocol: "tcp" | "udp";
  port: number;
  may: boolean;
}

const callers = {
  servers: "192.0.2.12",
  agents: "198.51.100.7",
  applications: "203.0.113.9",
  strangers: "192.0.2.99",
};

function knocks(kind: Kind): Knock[] {
  const { tcp, udp, more } = wanted[kind];
  const ports = (protocol: Knock["protocol"], who: Record<string, string>) =>
    Object.entries(who).flatMap(([port, may]) =>
      Object.entries(callers).map(([name, from]) => ({
        from,
        protocol,
        port: Number(port),
        may: may.split(" ").includes(name),
      })),
    );
  // SSH and all else is none of these rules' business.
  const others = Object.values(callers).map((from) => ({
    from,
    protocol: "tcp" as const,
    port: 22,
    may: true,
  }));
  return [...ports("tcp", { ...tcp, ...more }), ...ports("udp", udp), ...others];
}

/** What the first rule that fits says. */
function lets(rules: string, { from, protocol, port }: Knock): boolean {
  const setOf = (address: string) =>
    [...rules.matchAll(/set (\w+) \{ type ipv4_addr;.*elements = \{ (.*) \}; \}/g)]
      .filter(([, , elements = ""]) => elements.split(", ").some((one) => holds(one, address)))
      .map(([, name]) => name);
  const sets = setOf(from);
  const lines = /^ {4}(?:ip saddr @(\w+) )?(tcp|udp) dport \{ ([\d, ]+) \} (accept|drop)$/gm;
  for (const [, set, of, ports = "", verdict] of rules.matchAll(lines)) {
    const fits = set === undefined || sets.includes(set);
    if (fits && of === protocol && ports.split(", ").includes(String(port)))
      return verdict === "accept";
  }
  return true;
}

function holds(network: string, address: string): boolean {
  return network.endsWith(".0/24")
    ? address.startsWith(network.replace("0/24", ""))
    : network === address;
}

describe.each(kinds)("nftables of a %s", (kind) => {
  const rules = files[`docs/firewall/${kind}.nft`] as string;

  test("every port is open to those who need it, and closed to all others", () => {
    const read = knocks(kind).map((knock) => ({ ...knock, may: lets(rules, knock) }));
    expect(read).toEqual(knocks(kind));
  });

  test("each rule stands there for both families of addresses", () => {
    const of = (family: string, six: string) =>
      [...rules.matchAll(new RegExp(`^ {4}${family} saddr @([a-z]+)${six} (.*)$`, "gm"))].map(
        ([, set, rest]) => `${set} ${rest}`,
      );
    expect(of("ip", "").length).toBeGreaterThan(1);
    expect(of("ip6", "6")).toEqual(of("ip", ""));
  });

  const here = networkOfItsOwn();
  test.skipIf(here === undefined)("the kernel takes it, and does so", () => {
    const folder = mkdtempSync(join(tmpdir(), "consul-cluster-firewall-"));
    writeFileSync(join(folder, "rules"), rules);
    const tools = join(__dirname, "firewall");
    const [program = "", ...words] = [
      ...(here as string[]),
      "sh",
      join(tools, "in-a-network.sh"),
      join(folder, "rules"),
      join(tools, "knock.cjs"),
      ...Object.values(callers),
    ];
    const input = JSON.stringify(knocks(kind));
    const { status, stdout, stderr } = spawnSync(program, words, { input, encoding: "utf8" });
    rmSync(folder, { recursive: true });
    expect(stderr).toBe("");
    expect(status).toBe(0);
    const seen = (JSON.parse(stdout) as boolean[]).map((may, index) => ({
      ...knocks(kind)[index],
      may,
    }));
    expect(seen).toEqual(knocks(kind));
  });
});

/** How to make a network that nobody else has; undefined where that is not allowed, or nft is not there. */
function networkOfItsOwn(): string[] | undefined {
  if (!["nft", "ip", "nsenter", "unshare"].every((program) => which(program))) return undefined;
  const ways = [
    ["unshare", "-n"],
    ["unshare", "-rn"],
  ];
  return ways.find(
    ([program = "", ...words]) =>
      spawnSync(program, [...words, "nft", "list", "ruleset"]).status === 0,
  );
}

describe("firewalld's services", () => {
  const services = Object.entries(files).filter(([file]) => file.endsWith(".xml"));

  test("there is one for each kind of caller", () => {
    expect(services.map(([file]) => file.replace(/.*\//, ""))).toEqual([
      "consul-server-for-servers.xml",
      "consul-server-for-agents.xml",
      "consul-server-for-applications.xml",
      "consul-client-for-servers.xml",
      "consul-client-for-agents.xml",
    ]);
  });

  test.each(services)("%s opens what its caller needs, and no more", (file, text) => {
    const [, kind, who] = /consul-(server|client)-for-(\w+)\.xml$/.exec(file) ?? [];
    const open = [...text.matchAll(/^ {2}<port protocol="(tcp|udp)" port="(\d+)"\/>$/gm)].map(
      ([, protocol, port]) => `${port}/${protocol}`,
    );
    const needed = knocks(kind as Kind)
      .filter(({ from, may, port }) => may && port !== 22 && from === callers[who as "servers"])
      .map(({ protocol, port }) => `${port}/${protocol}`);
    expect(open.sort()).toEqual(needed.sort());
    expect(text.startsWith('<?xml version="1.0" encoding="utf-8"?>\n')).toBe(true);
    expect(text.match(/<\/?service>/g)).toEqual(["<service>", "</service>"]);
  });
});

test("the page names services that there are", () => {
  const page = readFileSync(join(__dirname, "../../../docs/security.md"), "utf8");
  const named = [...page.matchAll(/service name=([\w-]+)/g)].map(([, name]) => name);
  expect(named).toHaveLength(3);
  for (const name of named) expect(files).toHaveProperty([`docs/firewall/firewalld/${name}.xml`]);
});
