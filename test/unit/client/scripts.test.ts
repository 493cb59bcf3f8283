// What a client's scripts decide on its host: what a change of the staged set means, when it is lost, whose host it
// is, how it leaves; and what the servers' scripts make of clients in the pool. The functions run as they stand.
//
// Does not prove that Consul or systemd follow: machines in the lab do.

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { PlainClientArgs } from "../../../components/client/args";
import { renderSecretFiles } from "../../../components/render/server";
import { gossipKey } from "../render/cases";
import { consulAnswers, functionsOf, sh, temporaryFolder } from "../support/shell";
import { type Rendered, rendered } from "./support";

const api = "http://127.0.0.1:8500";
const leader = { [`${api}/v1/status/leader`]: '"10.0.0.11:8300"' };
const none = { [`${api}/v1/status/leader`]: '""' };
const label = "label-1";

/** A host on which the set is staged, and the text of an activation has arrived. */
function host({ plan, files, wanted }: Rendered, keyring?: string): string {
  const folder = temporaryFolder();
  const secrets = renderSecretFiles(gossipKey, label);
  const all = {
    ...Object.fromEntries(Object.entries(files).map(([name, text]) => [`config/${name}`, text])),
    ...Object.fromEntries(Object.entries(secrets).map(([name, text]) => [`secrets/${name}`, text])),
  };
  for (const [name, text] of Object.entries(all)) {
    const file = join(folder, "state/staged", name);
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, text);
  }
  mkdirSync(join(folder, "releases", plan.version), { recursive: true });
  writeFileSync(join(folder, "releases", plan.version, "consul"), "", { mode: 0o755 });
  writeFileSync(join(folder, "state/wanted"), wanted);
  mkdirSync(join(folder, "data/serf"), { recursive: true });
  if (keyring) writeFileSync(join(folder, "data/serf/local.keyring"), `["${keyring}"]`);
  return folder;
}

function run(
  script: string,
  folder: string,
  call: string,
  answers: Record<string, unknown> = {},
): string {
  const places = `STATE=$1/state STAGED=$1/state/staged RELEASES=$1/releases FAREWELL=$1/state/farewell
    wanted=$STATE/wanted dataDir=$1/data name=web-1 api=${api}`;
  return sh(
    `${functionsOf("lib.sh")}${functionsOf(script)}${places}\n${consulAnswers(answers)}${call}`,
    [folder],
  );
}

test("the staged set is found to be what was asked for, and another is refused", () => {
  const set = rendered({ services: [{ name: "a", port: 1 }] });
  expect(run("activate-client.sh", host(set), 'check_staged; echo "$release"')).toBe("1.22.0\n");
  const other = { ...set, wanted: rendered({ domain: "other" }).wanted };
  expect(() => run("activate-client.sh", host(other), "check_staged")).toThrow(
    /staged restart-settings are not those/,
  );
});

describe("the least that serves", () => {
  const now = rendered();
  const choose = (more: Partial<PlainClientArgs>, secrets = label, mainPid = 4711) => {
    const folder = host(rendered(more, secrets));
    writeFileSync(join(folder, "state/active"), now.wanted);
    return run(
      "activate-client.sh",
      folder,
      `systemctl() { echo ${mainPid}; }; choose_action`,
    ).trim();
  };

  test.each([
    ["nothing", "nothing new", {}],
    ["reload", "a service", { services: [{ name: "a", port: 1 }] }],
    ["restart", "a port", { ports: { http: 8501 } }],
    ["note", "another server to join", { servers: ["10.0.0.13"] }],
  ])("%s: %s", (action, _, more: Partial<PlainClientArgs>) => {
    expect(choose(more)).toBe(action);
  });

  test("note: another gossip key, which the servers have rotated in", () => {
    expect(choose({}, "label-2")).toBe("note");
  });

  test("start: nothing runs", () => {
    expect(choose({}, label, 0)).toBe("start");
  });
});

describe("a client is lost", () => {
  const other = Buffer.alloc(32, "other").toString("base64");
  const lost = (
    answers: Record<string, unknown>,
    keyring: string | undefined,
    active = rendered().wanted,
  ) => {
    const folder = host(rendered(), keyring);
    writeFileSync(join(folder, "state/active"), active);
    return (
      run("activate-client.sh", folder, "if lost; then echo yes; fi", answers).trim() === "yes"
    );
  };

  test("where it knows no leader, and has another key or others to join", () => {
    expect(lost(none, other)).toBe(true);
    expect(lost(none, gossipKey, rendered({ servers: ["10.0.0.99"] }).wanted)).toBe(true);
    expect(lost({}, other)).toBe(true);
  });

  test("not while it knows one, nor where a restart would read nothing new", () => {
    expect(lost(leader, other)).toBe(false);
    expect(lost(none, gossipKey)).toBe(false);
    expect(lost(none, undefined)).toBe(false);
  });

  test("and a start takes the key of the settings, not that of yesterday", () => {
    const ring = (keyring: string) => {
      const folder = host(rendered(), keyring);
      run("activate-client.sh", folder, "exec 2>/dev/null; forget_stale_keyring");
      expect(existsSync(join(folder, "state/key"))).toBe(false);
      return existsSync(join(folder, "data/serf/local.keyring"));
    };
    expect(ring(other)).toBe(false);
    expect(ring(gossipKey)).toBe(true);
  });

  test("a key that is not the pool's is refused at staging, while the client is in the pool", () => {
    const check = (keyring: string, answers: Record<string, unknown>) => {
      const call =
        'sleep() { :; }; seconds() { n=$(cat "$STATE/n" 2>/dev/null || echo 0); n=$((n + 5)); echo $n >"$STATE/n"; echo $n; }; systemctl() { echo 4711; }; candidate=$STATE; check_key_of_client; echo passed';
      return run("stage-config.sh", host(rendered(), keyring), call, answers);
    };
    expect(() => check(other, leader)).toThrow(/not the one of the pool that this client is in/);
    expect(check(gossipKey, leader)).toBe("passed\n");
    expect(check(other, none)).toBe("passed\n");
  });
});

describe("a host is of one kind", () => {
  const check = (role: string, file: string | undefined) => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "state/staged/config"), { recursive: true });
    if (file) writeFileSync(join(folder, "state/staged/config", file), "{}");
    return run(
      "install-release.sh",
      folder,
      `role=${role} configDir=$1/none problems=''; check_role; printf %s "$problems"`,
    );
  };

  test("no server becomes a client by the way, and no client a server", () => {
    expect(check("client", "10-server.json")).toContain("this host is a server of a cluster");
    expect(check("server", "10-client.json")).toContain("this host has a client agent");
    expect(check("client", undefined)).toBe("");
    for (const file of [undefined, "10-server.json"]) expect(check("server", file)).toBe("");
  });
});

test("a client keeps its name as long as it is there: the pool would take another for an intruder", () => {
  const check = (name: string) =>
    run(
      "install-release.sh",
      host(rendered()),
      `role=client name=${name} problems=''; check_role; printf %s "$problems"`,
    );
  expect(check("web-1")).toBe("");
  expect(check("web-9")).toContain("this host has the client agent web-1; take that off");
});

test("a client leaves without gates", () => {
  const folder = host(rendered());
  const said = run(
    "leave.sh",
    folder,
    `exec 2>&1; lock() { :; }; runs() { :; }; timeout() { shift; echo "$*"; }; systemctl() { :; }
     leave_cluster() { echo "as a server"; }; main name=web-1 api=${api} configDir=x whole=no`,
  );
  expect(said.split("\n")).toEqual([
    "web-1: has left the cluster",
    "systemctl --quiet disable --now consul.service",
    "",
  ]);
});

describe("in the pool", () => {
  const member = (Name: string, role: string, Status: number) => ({
    Name,
    Addr: "10.0.0.1",
    Port: 8301,
    Tags: { dc: "dc1", id: `id-of-${Name}`, role, vsn: "2" },
    Status,
  });
  const pool = [
    member("consul-1", "consul", 1),
    member("web-1", "node", 1),
    member("web-2", "node", 3),
    member("web-3", "node", 4),
  ];
  const answers = { ...leader, [`${api}/v1/agent/members`]: pool };
  const folder = () => host(rendered());

  test("members are told apart", () => {
    expect(run("lib.sh", folder(), `members ${api}`, answers).split("\n").slice(0, 4)).toEqual([
      "consul-1 1",
      "web-1 1 client",
      "web-2 3 client",
      "web-3 4 client",
    ]);
  });

  test("a rotation waits for no client that has left, but for one that is down", () => {
    const refuse = "via=$api; refuse_while_a_member_is_down";
    const wan = { [`${api}/v1/agent/members?wan=1`]: [member("consul-1.dc1", "consul", 1)] };
    expect(() => run("gossip.sh", folder(), refuse, { ...answers, ...wan })).toThrow(
      /is away: web-3 \(down\);/,
    );
    const left = { [`${api}/v1/agent/members`]: pool.slice(0, 3) };
    expect(run("gossip.sh", folder(), refuse, { ...answers, ...left, ...wan })).toBe("");
  });

  test("readiness says who is who", () => {
    const ready = (clients: string) =>
      run("ready-client.sh", folder(), `clients=${clients}; missing; node_ids`, answers);
    expect(ready("web-1,consul-1").split("\n").slice(1)).toEqual([
      "web-1 id-of-web-1",
      "consul-1 id-of-consul-1",
      "",
    ]);
    // The last one of the answer, which ends without a line break.
    expect(ready("web-3").split("\n")[1]).toBe("web-3 id-of-web-3");
    expect(ready("web-1,web-3,web-4").split("\n")[0]).toBe("web-3 web-4");
  });
});
