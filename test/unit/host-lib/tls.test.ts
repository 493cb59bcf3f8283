// How a host asks over TLS: by the name of the certificates and with the CA of the cluster, or not at all; and what a
// server shows who dials it, by how curl ends.
//
// Does not prove that curl ends so: test/changes/05-tls.test.ts dials servers.

import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { PlainArgs } from "../../../components/cluster/args";
import { caDigests } from "../../../components/render/tls";
import type { Answer, Answers } from "../../support/curl/fakeConsul";
import { tlsFile } from "../../support/tlsFiles";
import { Host } from "../support/host";
import { agent } from "./answers";

const mode = (name: string): PlainArgs => ({ tls: { mode: name } });
const plain = "http://10.0.0.12:80";
const https = "https://10.0.0.12:8501";

function host(applied: PlainArgs | null, staged: PlainArgs = applied ?? {}): Host {
  const made = new Host();
  if (applied) made.apply(made.render(applied));
  made.stage(made.render(staged));
  return made;
}

describe("a peer is asked", () => {
  test.each<[string, PlainArgs | null, PlainArgs, string[]]>([
    ["over HTTP, without TLS", {}, {}, [plain]],
    ["over HTTP, before TLS is required", mode("offered"), mode("outgoing"), [plain]],
    ["over HTTPS, where TLS is required", mode("required"), mode("required"), [https]],
    ["over HTTPS, where it is preferred", mode("preferred"), mode("required"), [https]],
    // In the rolling restart there are servers on either side.
    ["over both, on the way there", mode("outgoing"), mode("required"), [plain, https]],
    ["over both, on the way back", mode("required"), mode("outgoing"), [https, plain]],
    ["over HTTPS, for the first time", null, mode("required"), [https]],
    [
      "over HTTPS first, where HTTP is open too",
      { tls: {}, addresses: { http: "0.0.0.0" } },
      { tls: {}, addresses: { http: "0.0.0.0" } },
      [https, plain],
    ],
  ])("%s", (_, applied, staged, urls) => {
    expect(host(applied, staged).says("library", "peer_urls 10.0.0.12")).toBe(urls.join("\n"));
  });

  test("by the name of the certificates, wherever it is", () => {
    const made = host(mode("required"));
    made.agents = { [https]: agent("1.22.0", "leader") };
    const view = made.says("library", "peer_views");
    expect(view).toMatch(/^10\.0\.0\.12 https:\/\/10\.0\.0\.12:8501 \S+:8300\n10\.0\.0\.13 - -$/);
  });

  test("with the CA of what runs, where nothing is staged", () => {
    const made = host(mode("required"));
    rmSync(join(made.folder, "state/staged/secrets"), { recursive: true });
    made.agents = { [https]: agent("1.22.0", "leader") };
    const call = `names_a_leader ${https}`;
    expect(made.holds("library", call)).toBe(false);
    made.write("config/tls/ca.pem", "a certificate, -END CERTIFICATE-");
    expect(made.holds("library", call)).toBe(true);
  });

  test("by Consul's own commands in the same way", () => {
    const made = host(mode("required"));
    expect(made.says("library", `tls_arguments ${https}`)).toBe(
      `-ca-file=${made.folder}/state/staged/secrets/tls-ca.pem -tls-server-name=server.dc1.consul`,
    );
    expect(made.says("library", `tls_arguments ${plain}`)).toBe("");
  });
});

test.each<[string, PlainArgs, boolean]>([
  ["open", {}, false],
  ["closed, with HTTP on loopback alone", { addresses: { http: "127.0.0.1" } }, true],
  ["open over HTTPS", mode("required"), false],
  ["closed over either", { tls: {}, addresses: { https: "127.0.0.1" } }, true],
])("the peers' API is %s", (_, args, closed) => {
  expect(host(args).holds("library", "peers_are_closed")).toBe(closed);
});

describe("a reload of a certificate", () => {
  const own = "http://127.0.0.1:80";
  const raft = "https://10.0.0.11:8300";
  const reloaded = (answers: Answers, shown: number) => {
    const made = host(mode("required"));
    made.write("state/previous/complete", "");
    made.agents = { [own]: answers, [raft]: { "GET /": { exit: shown } } };
    // What is put back is looked at elsewhere.
    const stubs =
      "switch_over() { :; }; restore_previous() { echo restored; }; switch_is_whole() { echo whole; };";
    const { status, stdout, stderr, requests } = made.run(
      "activate.sh",
      `api=${own}; forget_previous() { :; }; ${stubs} reload`,
    );
    const reloads = requests.filter((request) => request.includes("/v1/agent/reload")).length;
    return { status, said: stdout + stderr, reloads };
  };

  test("is over where the server shows one that is accepted", () => {
    expect(reloaded({ "PUT /v1/agent/reload": "" }, 56)).toMatchObject({
      status: 0,
      said: "whole\n",
      reloads: 1,
    });
  });

  test("is taken back where it does not: no other server gets its one", () => {
    const { status, said, reloads } = reloaded({ "PUT /v1/agent/reload": "" }, 60);
    expect({ status, reloads }).toEqual({ status: 1, reloads: 2 });
    expect(said).toContain("what it shows since the reload is not accepted here");
  });

  // By then Consul has dropped the services of its settings, until it takes a reload again.
  test("that Consul refuses is followed by one with what was there before", () => {
    const refused = { code: 500, body: "tls: private key does not match public key" };
    const { status, said, reloads } = reloaded({ "PUT /v1/agent/reload": refused }, 56);
    expect({ status, reloads }).toEqual({ status: 1, reloads: 2 });
    expect(said).toMatch(/^restored\n[\s\S]*Consul refuses to reload/);
  });
});

describe("what a server shows who dials it", () => {
  test.each<[string, number]>([
    ["good", 0],
    ["good", 52],
    ["good", 56],
    ["bad", 60],
    ["silent", 7],
    ["silent", 28],
    ["plain", 35],
  ])("%s, where curl ends with %i", (shown, exit) => {
    const made = host(mode("offered"));
    made.agents = { "https://10.0.0.12:8300": { "GET /": { exit } } as Answers };
    expect(made.says("library", "shown_certificate 10.0.0.12 8300")).toBe(shown);
  });
});

describe("whether a server takes the staged certificate", () => {
  const takes = (...answers: Answer[]) => {
    const made = host(mode("required"));
    const [first, ...others] = answers.reverse();
    const last: Answers = { "CERT /": first as Answer };
    const all = others.reduce<Answers>(
      (next, answer) => ({ "CERT /": { ...answer, next: { [raft]: next } } }),
      last,
    );
    made.agents = { [raft]: all };
    return made.says("library", "takes_staged_certificate 10.0.0.12 8300");
  };
  const raft = "https://10.0.0.12:8300";

  // In TLS 1.2 whatever comes behind the handshake comes after a yes.
  test.each<[string, number]>([
    ["yes", 52],
    ["yes", 55],
    ["yes", 56],
    ["no", 35],
    ["no", 58],
    ["silent", 7],
    ["silent", 28],
  ])("%s, where curl ends with %i", (said, exit) => {
    expect(takes({ exit })).toBe(said);
  });

  test("is asked again of who talks TLS 1.3 alone: there a no may be lost, and a yes, too", () => {
    const old = { exit: 35, body: "tlsv1 alert protocol version" };
    expect(takes(old, { exit: 56 }, { exit: 52 })).toBe("yes");
    expect(takes(old, { exit: 56 })).toBe("no");
  });
});

describe("another CA", () => {
  const raft = (last: number) => `https://10.0.0.${last}:8300`;
  const [ca, other] = ["ca.pem", "other-ca.pem"].map(tlsFile) as [string, string];
  const shows = (dialled: number, taken = 52): Answers => ({
    "GET /": { exit: dialled },
    "CERT /": { exit: taken },
  });
  const changed = (
    trusted: string,
    peers: Record<number, Answers | "refused">,
    staged = "required",
  ) => {
    const made = host(mode("required"), mode(staged));
    made.write("config/tls/ca.pem", ca);
    made.write("state/staged/secrets/tls-ca.pem", trusted);
    made.agents = Object.fromEntries(
      Object.entries({ 11: shows(52), 12: shows(52), 13: shows(52), ...peers }).map(
        ([last, answers]) => [raft(Number(last)), answers],
      ),
    );
    const call = `check_cas_of_clients() { echo asked; }; check_ca_step required ${staged}`;
    return () => made.says("library", call);
  };

  test("is trusted beside the one that signs, and then signs", () => {
    expect(changed(ca, {})()).toBe("");
    expect(changed(ca + other, {})(), "who signs is the same").toBe("");
    expect(changed(other + ca, { 13: "refused" })()).toBe("asked");
  });

  test.each<[string, Record<number, Answers>, RegExp]>([
    [
      "while a server shows what would be trusted no more",
      { 12: shows(60) },
      /10\.0\.0\.12 shows a certificate of a CA that would/,
    ],
    ["while this one itself does", { 11: shows(60) }, /10\.0\.0\.11 shows a certificate/],
    [
      "while a server does not trust who signs",
      { 13: shows(52, 35) },
      /10\.0\.0\.13 does not trust the CA that shall sign/,
    ],
  ])("does not come %s", (_, peers, said) => {
    expect(changed(other + ca, peers)).toThrow(said);
  });

  test("does not come in a mode in which connections do not show who trusts whom", () => {
    expect(changed(ca + other, {}, "preferred")).toThrow(/in the mode required alone/);
  });

  test("shares one with what runs, or it is not staged", () => {
    const stages = (incoming: string, applied = ca) => {
      const made = host(mode("required"));
      made.write("config/tls/ca.pem", applied);
      made.write("state/staged/incoming/tls-ca.pem", incoming);
      return () => made.says("stage-secrets.sh", 'incoming="$STAGED/incoming"; refuse_strange_cas');
    };
    expect(stages(other + ca)()).toBe("");
    // Damaged, it is not known, and no other one.
    expect(stages(other, "garbage")()).toBe("");
    expect(stages(other)).toThrow(
      /the CA of these certificates is another one.*\n?.*nothing was changed/,
    );
  });

  describe("and client agents", () => {
    const looks = (cas: string) => {
      const made = host(mode("required"));
      made.write("config/tls/ca.pem", ca);
      made.write("state/staged/secrets/tls-ca.pem", other + ca);
      const clients = `echo "web-1 tls alive ${cas}"; echo "web-2 plain alive -"; echo "web-3 tls away -"`;
      const stubs = `await_agent() { via=x; }; clients_by_tls() { ${clients}; };`;
      return () => made.says("library", `exec 2>&1; ${stubs} check_cas_of_clients`);
    };
    const [one, two] = [ca, other].map((pem) => caDigests(pem)[0]) as [string, string];

    test("all know it before it signs; nobody waits for one that is away, and it is named", () => {
      expect(looks(`${one}.${two}`)()).toMatch(
        /away now, .*the CA that signs now, get into .*: web-3$/,
      );
      expect(looks(one)).toThrow(/another CA cannot sign yet.* web-1; run their stack first/);
      expect(looks("-")).toThrow(/web-1/);
    });
  });
});

describe("a certificate", () => {
  const valid = (from: number, to: number) => {
    const made = host(mode("required"));
    const now = Math.floor(Date.now() / 1000);
    const text = `not_before=${now + from}\nnot_after=${now + to}\n`;
    made.write("state/staged/secrets/tls-valid", text);
    made.write("config/tls/valid", text);
    return made;
  };
  const check = 'check_certificate_time "nothing that runs was touched"';

  test("is held against the host's own clock", () => {
    expect(valid(-10, 1000).says("library", check)).toBe("");
    expect(() => valid(500, 1000).says("library", check)).toThrow(/begins in (500|499) s by this/);
    expect(() => valid(-999_999, -200_000).says("library", check)).toThrow(/has ended 2 days ago/);
    expect(host({}).says("library", check)).toBe("");
  });

  test("that has ended lets nobody restart", () => {
    const call = 'refuse_an_ended_certificate "not restarted"';
    expect(valid(-10, 1000).says("library", call)).toBe("");
    expect(() => valid(-20, -10).says("library", call)).toThrow(
      /not restarted: its certificate has/,
    );
    expect(host({}).says("library", call)).toBe("");
  });

  test("lies in the set that Consul reads, and for no other eyes", () => {
    const made = host(mode("required"));
    made.run("activate.sh", "chown() { :; }; bootstraps=no; install_config");
    expect(made.read("config/tls/ca.pem")).toBe(made.read("state/staged/secrets/tls-ca.pem"));
    const modes = 'find "$(readlink "$(staged_fact config_dir)")/" -printf "%m %y %P\\n" | sort';
    const lines = made.says("library", modes).split("\n");
    expect(lines.filter((line) => line.includes("tls/")).sort()).toEqual([
      "640 f tls/ca.pem",
      "640 f tls/certificate.pem",
      "640 f tls/key.pem",
      "640 f tls/valid",
    ]);
    expect(lines).toContain("750 d tls");
  });

  test("shows its key to nobody who reads what Consul says", () => {
    const made = host(mode("required"));
    const line = made.read("state/staged/secrets/tls-key.pem").split("\n")[1] as string;
    expect(made.says("library", "without_secrets", `before ${line} behind`)).toBe(
      "before [secret] behind",
    );
  });
});
