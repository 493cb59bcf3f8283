// Whom a host asks: where what runs listens, and not where the staged set will. The answers are recorded ones, the hosts'
// silence is not.
//
// Does not prove that a run looks there: test/changes changes ports on machines.

import { describe, expect, test } from "vitest";
import type { PlainArgs } from "../../../components/cluster/args";
import type { Agents } from "../../support/curl/fakeConsul";
import { servers } from "../render/cases";
import { Host } from "../support/host";
import { agent } from "./answers";

const own = "http://127.0.0.1:80";
const peer = (number: number, port = 80) => `http://10.0.0.${number}:${port}`;

/** A host where this set runs, or shall run for the first time. */
function host(
  agents: Agents,
  { applied = {}, staged = {} }: { applied?: PlainArgs | null; staged?: PlainArgs } = {},
) {
  const made = new Host();
  made.stage(made.render(staged));
  if (applied !== null) made.apply(made.render(applied));
  made.agents = agents;
  return made;
}

describe("where agents are", () => {
  const answering = agent("1.22.0", "leader");

  test("the own one is asked where what runs listens, not where the staged set will", () => {
    const changed = { applied: {}, staged: { ports: { http: 8500 } } };
    const ask = (agents: Agents) =>
      host(agents, changed).says("library", 'find_own_agent || :; echo "$api"');
    expect(ask({ [own]: answering })).toBe(own);
    // A switch that was cut off: the new set listens already.
    expect(ask({ "http://127.0.0.1:8500": answering })).toBe("http://127.0.0.1:8500");
    expect(ask({})).toBe(own);
  });

  test("nor is one that runs taken for silent whose socket somebody has deleted: it is asked over HTTPS, and that is told", () => {
    const http = "unix:///run/consul/http.sock";
    const tls = { tls: { mode: "required" }, addresses: { http } };
    const call = 'exec 2>&1; find_own_agent || echo silent; echo "$api"; tell_of_a_lost_socket';
    const asked = (agents: Agents) => {
      const made = host(agents, { applied: tls });
      made.write("config/tls/ca.pem", "a CA, -END CERTIFICATE-");
      return made.says("library", call);
    };
    expect(asked({ [http]: answering })).toBe(http);
    expect(asked({ "https://10.0.0.11:8501": answering })).toMatch(
      /^https:\/\/10\.0\.0\.11:8501\n.*the socket \/run\/consul\/http\.sock of this agent is gone/,
    );
    expect(asked({})).toBe(`silent\n${http}`);
  });

  test("the peers are asked on either port while a run changes it", () => {
    const changed = host({}, { applied: {}, staged: { ports: { http: 8500 } } });
    expect(changed.says("library", "peer_urls 10.0.0.12")).toBe(`${peer(12)}\n${peer(12, 8500)}`);
    expect(host({}).says("library", "peer_urls 10.0.0.12")).toBe(peer(12));
    const closed = host({}, { applied: null, staged: { addresses: { http: "127.0.0.1" } } });
    expect(closed.says("library", "peer_urls 10.0.0.12")).toBe("");
  });

  test("the peers are those of the set that runs and of the staged one, and never this server", () => {
    const ips = (staged: PlainArgs, applied: PlainArgs | null = {}) =>
      host({}, { applied, staged }).says("library", "peer_ips").split("\n").filter(Boolean);
    expect(ips({})).toEqual(["10.0.0.12", "10.0.0.13"]);
    expect(ips({ existing: servers("10.0.0.11", "10.0.0.12", "10.0.0.14") })).toEqual([
      "10.0.0.12",
      "10.0.0.13",
      "10.0.0.14",
    ]);
    expect(ips({ existing: servers("10.0.0.99", "10.0.0.12", "10.0.0.13") })).not.toContain(
      "10.0.0.11",
    );
    expect(ips({ existing: servers("10.0.0.11") }, null)).toEqual([]);
  });

  test("in IPv6, too", () => {
    const existing = servers("2001:db8::11", "2001:db8::12");
    const made = host({}, { applied: null, staged: { existing, addresses: { http: "::" } } });
    expect(made.says("library", "for ip in $(peer_ips); do peer_urls $ip; done")).toBe(
      "http://[2001:db8::12]:80",
    );
  });

  test("what each peer says in person: a leader, none, nothing", () => {
    const made = host({ [peer(12)]: agent("1.22.0", "no-leader"), [peer(13)]: answering });
    expect(made.says("library", "peer_views")).toMatch(
      /^10\.0\.0\.12 http:\/\/10\.0\.0\.12:80 -\n10\.0\.0\.13 http:\/\/10\.0\.0\.13:80 127\.0\.78\.1\d:8300$/,
    );
    expect(host({}).says("library", "peer_views")).toBe("10.0.0.12 - -\n10.0.0.13 - -");
  });

  test.each<[string, Agents, string]>([
    ["the own one, where it names a leader", { [own]: answering, [peer(12)]: answering }, own],
    [
      "a peer's, where the own one names none",
      { [own]: agent("1.22.0", "no-leader"), [peer(13)]: answering },
      peer(13),
    ],
    ["a peer's, where the own one is dead", { [peer(12)]: answering }, peer(12)],
  ])("the cluster is asked through %s", (_, agents, via) => {
    expect(host(agents).says("library", `api=${own}; find_agent; echo "$via"`)).toBe(via);
  });

  test("and through nobody, where nobody names a leader", () => {
    const agents = { [own]: agent("1.22.0", "no-leader"), [peer(12)]: agent("1.22.0", "waiting") };
    expect(host(agents).holds("library", `{ api=${own}; find_agent; }`)).toBe(false);
  });
});
