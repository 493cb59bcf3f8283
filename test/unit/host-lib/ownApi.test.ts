// The own agent where it answers over HTTPS alone, or on a unix socket: how it is asked, by curl and by Consul's own commands, and
// what becomes of a server whose certificate has ended, so that nobody can ask it.
//
// Does not prove that a signal reloads Consul, nor that curl ends so: test/changes/05-tls.test.ts has servers of both kinds.

import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { PlainArgs } from "../../../components/cluster/args";
import { harmless } from "../support/harmless";
import type { SetOptions } from "../support/host";
import { Host } from "../support/host";
import { agent } from "./answers";

const socket = "unix:///run/consul/http.sock";
const https = "https://127.0.0.1:8501";
const http = "http://127.0.0.1:80";
const raft = "https://10.0.0.11:8300";
const alone: PlainArgs = { tls: {}, ports: { http: -1 } };
const bySocket: PlainArgs = { addresses: { http: socket } };

function host(applied: PlainArgs | null, staged: PlainArgs = applied ?? {}): Host {
  const made = new Host();
  if (applied) made.apply(made.render(applied));
  made.stage(made.render(staged));
  return made;
}

describe("the own agent is found", () => {
  const leader = agent("1.22.0", "leader");
  test.each<[string, PlainArgs | null, PlainArgs, string]>([
    ["over HTTPS alone", alone, alone, https],
    ["over HTTPS alone, for the first time", null, alone, https],
    ["on the way to HTTPS alone, before", { tls: {} }, alone, http],
    ["on the way to HTTPS alone, after", { tls: {} }, alone, https],
    ["on the way back, before", alone, { tls: {} }, https],
    ["on the way back, after", alone, { tls: {} }, http],
    ["on its socket", bySocket, bySocket, socket],
    ["on the way to its socket, before", {}, bySocket, http],
    ["on the way to its socket, after", {}, bySocket, socket],
    ["on the way from its socket to HTTPS alone", { tls: {}, ...bySocket }, alone, https],
  ])("%s", (_, applied, staged, at) => {
    const made = host(applied, staged);
    made.agents = { [at]: leader };
    expect(made.says("library", 'find_own_agent; echo "$api"')).toBe(at);
    expect(made.holds("library", "{ find_own_agent; serves $api; }")).toBe(true);
  });

  // Before each question it is looked up with which token and which CA: with programs that took nine times as long as the question.
  test("and a question starts no program but curl", () => {
    const made = host({ acl: {}, tls: {}, ports: { http: -1 } });
    made.agents = { [https]: leader };
    const told = (name: string) => `${name}() { echo ${name} >&2; command ${name} "$@"; }`;
    const programs = "awk cat cut cmp grep head mkdir mktemp paste sed sha256sum sort tail tr";
    const call = `${programs.split(" ").map(told).join("\n")}\nserves ${https} && peer_ips`;
    expect(made.run("library", call)).toMatchObject({
      status: 0,
      stdout: "10.0.0.12\n10.0.0.13\n",
      stderr: "",
    });
  });

  test("nowhere: where what runs should answer is told", () => {
    expect(host(alone, { tls: {} }).says("library", 'find_own_agent || echo "$api"')).toBe(https);
    expect(host(bySocket, {}).says("library", 'find_own_agent || echo "$api"')).toBe(socket);
  });
});

test("a write over a socket has its body and its token", () => {
  const made = host({ ...bySocket, acl: {} });
  made.agents = { [socket]: { "PUT /v1/kv/a": "true" } };
  const { status, requests, headers } = made.run("library", `kv_put ${socket} a text`);
  expect(status).toBe(0);
  expect(requests).toEqual([`PUT ${socket}/v1/kv/a text`]);
  expect(headers).toHaveLength(1);
});

test("peers are not asked over a socket: as where HTTP is on loopback alone", () => {
  const made = host(bySocket);
  expect(made.says("library", "peer_urls 10.0.0.12")).toBe("");
  expect(made.holds("library", "peers_are_closed")).toBe(true);
  const open = host({ addresses: { http: `${socket} own` } });
  expect(open.says("library", "peer_urls 10.0.0.12")).toBe("http://10.0.0.12:80");
  expect(host(alone).says("library", "peer_urls 10.0.0.12")).toBe("https://10.0.0.12:8501");
});

test("Consul's own command to leave finds the agent in the same way", () => {
  const made = host(alone);
  made.write("consul", '#!/bin/sh\necho "$*" >>"$0.said"\n', 0o755);
  const stubs =
    'me() { :; }; timeout() { shift; "$@"; }; say() { :; }; own_place() { echo 1; }; peer_ips() { echo 1; }';
  const more =
    "require_facts() { :; }; own_evidence() { echo bootstrapped; }; await_agent() { :; }; raft_of() { :; }; cluster_lock() { :; }; wait_until_well() { :; }; missing_servers() { :; }; require_cluster_lock() { :; }; hand_over_leadership() { :; }; require_answering_voters() { :; }";
  made.says("leave.sh", `${stubs}; ${more}; api=${https}; leave_cluster`);
  expect(made.read("consul.said")).toBe(
    `leave -http-addr=${https} -ca-file=${made.folder}/state/staged/secrets/tls-ca.pem -tls-server-name=server.dc1.consul\n`,
  );
});

describe("with another CA staged than that of what runs", () => {
  test("an agent is known by either, until the switch is whole", () => {
    const made = host(alone);
    const staged = made.read("state/staged/secrets/tls-ca.pem");
    expect(made.says("library", "known_ca")).toBe(`${made.folder}/state/staged/secrets/tls-ca.pem`);
    made.write("config/tls/ca.pem", "what runs\n-END CERTIFICATE-\n");
    expect(made.says("library", "known_ca")).toBe(`${made.folder}/run/known-ca.pem`);
    expect(made.read("run/known-ca.pem")).toBe(`${staged}what runs\n-END CERTIFICATE-\n`);
    // In the middle of a switch the new one is in the active place, and what runs is remembered.
    made.write("state/secrets/tls-ca.pem", "remembered\n-END CERTIFICATE-\n");
    made.says("library", "known_ca");
    expect(made.read("run/known-ca.pem")).toBe(`${staged}remembered\n-END CERTIFICATE-\n`);
    made.write("state/secrets/tls-ca.pem", staged);
    expect(made.says("library", "known_ca")).toBe(`${made.folder}/state/staged/secrets/tls-ca.pem`);
  });
});

describe("a certificate that has ended, with HTTPS alone", () => {
  const ended = { "*": { exit: 60 } };
  const renewed: SetOptions = { certificate: "server", certificateLabel: "renewal-2" };
  /** What an activation does until it would look at the cluster; `heals`: whether the signal is what it takes. */
  const activation = (
    staged: PlainArgs = alone,
    {
      heals = true,
      cut = false,
      options = renewed,
      applied = alone,
    }: { heals?: boolean; cut?: boolean; options?: SetOptions; applied?: PlainArgs } = {},
  ) => {
    const made = new Host();
    made.apply(made.render(applied));
    const set = made.stage(made.render(staged, options));
    if (cut) made.write("state/previous/complete", "");
    made.agents = { [https]: ended, [raft]: ended };
    // A signal is told by the answers that come from then on.
    const signal = join(made.folder, "signalled");
    const stubs = `${harmless(made)}
      leader_of() { [ -e '${signal}' ]; }
      shown_certificate() { if [ -e '${signal}' ]; then echo good; else echo bad; fi; }
      ask() { echo "ask $2" >&2; [ -e '${signal}' ]; }
      systemctl() {
        case " $* " in
          *" reload "*) echo "signal" >&2; ${heals ? `touch '${signal}'` : ":"} ;;
          *MainPID*) echo 4711 ;;
        esac
      }
      require_facts() { :; }; require_owner() { :; }; lock() { :; }; take() { :; }
      read_desired() { desired_part release "$desired" >/dev/null; release=1.22.0; }
      switch_over() { echo switched >&2; }; restore_previous() { echo restored >&2; }; forget_previous() { :; }
      switch_is_whole() { echo whole >&2; cp "$desired" "$APPLIED"; }
      await_leader() { echo "looks at the cluster" >&2; exit 7; }`;
    const { status, stderr } = made.run("activate.sh", `${stubs}\nmain </dev/null`, set.desired);
    return { status, said: stderr };
  };

  test("is renewed by a signal, and the reload that is asked for after that tells whether all was taken", () => {
    const { status, said } = activation();
    expect(said).toMatch(/^switched\nsignal\nask \/v1\/agent\/reload\nwhole\n/);
    expect(said).toContain("reload done");
    expect(said).not.toContain("looks at the cluster");
    expect(status).toBe(0);
  });

  test("is told from others: nothing else is done to a server that cannot be asked", () => {
    for (const staged of [{ ...alone, ui: false }, { ...alone, version: "1.21.5" }, { tls: {} }]) {
      const { status, said } = activation(staged);
      expect(status).toBe(1);
      expect(said).toContain("only a reload renews it");
      expect(said).toContain("nothing was changed");
      expect(said).not.toContain("switched");
    }
    expect(activation(alone, { options: { ...renewed, label: "rotation-2" } }).said).toContain(
      "only a reload renews it",
    );
  });

  // Its cluster would be told of none of them: DNS and the scripts went on with tokens that nobody had made.
  test("nor do its tokens rotate meanwhile", () => {
    const withTokens = { ...alone, acl: {} };
    const options = { ...renewed, rotation: 2, rotationBefore: 1 };
    const rotates = { applied: withTokens, options };
    expect(activation(withTokens, rotates).said).toContain("only a reload renews it");
    expect(activation(withTokens, { applied: withTokens }).said).toContain("reload done");
  });

  test("that a signal does not renew has its settings of before again, told by a signal, too", () => {
    const { status, said } = activation(alone, { heals: false });
    expect(status).toBe(1);
    expect(said).toMatch(
      /switched\nsignal\nrestored\nsignal\n[\s\S]*a signal to reload did not bring this server its certificate/,
    );
  });

  test("whose renewal was cut off gets the signal, and goes on under the gates", () => {
    const { status, said } = activation(alone, { cut: true });
    expect(said).toMatch(/^switched\nsignal\nlooks at the cluster/);
    expect(status).toBe(7);
  });

  test("is no matter of a signal where HTTP answers", () => {
    const made = host({ tls: {} });
    made.agents = { [http]: "refused", [raft]: ended };
    expect(made.holds("library", "{ find_own_agent || true; is_locked_out; }")).toBe(false);
  });

  test("is told by the certificate that is shown: one that does not answer for another reason is not locked out", () => {
    for (const [shown, is] of [
      [60, true],
      [51, true],
      [56, false],
      [28, false],
      [7, false],
    ] as const) {
      const made = host(alone);
      made.agents = { [https]: { "*": { exit: shown } }, [raft]: { "*": { exit: shown } } };
      expect(made.holds("library", "{ find_own_agent || true; is_locked_out; }"), `${shown}`).toBe(
        is,
      );
    }
  });
});
