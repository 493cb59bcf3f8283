// What the program renders and what activate.sh makes of it on a host: the two halves of one protocol.
// The functions of the script run here as they stand, on folders of this test.
//
// Does not prove that Consul or systemd follow: no service runs here, `systemctl` says a process id.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { PlainArgs } from "../../../components/args";
import { localApi, planCluster, type ServerPlan } from "../../../components/plan";
import { readScript } from "../../../components/remote/scripts";
import type { Files } from "../../../components/render/files";
import {
  renderSecretFiles,
  renderServerFiles,
  renderWanted,
  secretsDigest,
} from "../../../components/render/server";
import { cases, gossipKey, servers } from "../render/cases";
import { scripts, sh, temporaryFolder } from "../support/shell";

interface Staged {
  plan: ReturnType<typeof planCluster>;
  config: Files;
  wanted: string;
}

function staged(args: PlainArgs, key = gossipKey): Staged {
  const plan = planCluster(args);
  const config = renderServerFiles(plan, plan.servers[0] as ServerPlan);
  return {
    plan,
    config,
    wanted: renderWanted({ version: plan.version, wipeData: "" }, config, secretsDigest(key)),
  };
}

/** The functions of activate.sh and the library, on folders below $1. */
function functions(): string {
  const text = readScript("activate.sh")
    .replaceAll("/usr/local/lib/consul-cluster/", `${scripts}/`)
    .replace(/^main "\$@"$/m, "");
  return `${text}
STATE=$1/state RELEASES=$1/releases
STAGED=$STATE/staged wanted=$STATE/wanted name=test
logger() { :; }
`;
}

/** A host on which the set is staged, and the text of an activation has arrived. */
function host({ plan, config }: Staged, wanted: string): string {
  const folder = temporaryFolder();
  const release = join(folder, "releases", plan.version);
  mkdirSync(release, { recursive: true });
  writeFileSync(join(release, "consul"), "", { mode: 0o755 });
  for (const [name, files] of Object.entries({ config, secrets: renderSecretFiles(gossipKey) })) {
    const staged = join(folder, "state/staged", name);
    mkdirSync(staged, { recursive: true });
    for (const [file, content] of Object.entries(files)) writeFileSync(join(staged, file), content);
  }
  writeFileSync(join(folder, "state/wanted"), wanted);
  return folder;
}

describe.each(Object.entries(cases))("the case %s", (_, { args }) => {
  test("is found to be what was asked for", () => {
    const set = staged(args);
    expect(sh(`${functions()}check_staged; echo "$release"`, [host(set, set.wanted)])).toBe(
      `${set.plan.version}\n`,
    );
  });
});

describe("a set that is not what was asked for is refused", () => {
  const existing = servers("10.0.0.11", "10.0.0.12", "10.0.0.13");
  const now = staged({ existing });
  test.each([
    ["another release", { existing, version: "1.21.5" }, gossipKey, /release 1\.21\.5 is not on/],
    ["another setting", { existing, domain: "other" }, gossipKey, /staged restart-settings/],
    ["another unit", { existing, configDir: "/etc/other" }, gossipKey, /staged restart-settings/],
    ["another environment", { existing, environment: { A: "1" } }, gossipKey, /staged restart-set/],
    ["another recursor", { existing, recursors: ["192.0.2.1"] }, gossipKey, /staged reloadable-/],
    ["another key", { existing }, Buffer.alloc(16).toString("base64"), /staged secrets/],
  ])("%s", (_, args: PlainArgs, key, message) => {
    const folder = host(now, staged(args, key).wanted);
    expect(() => sh(`${functions()}check_staged`, [folder])).toThrow(message);
  });
});

describe("the least that serves", () => {
  const existing = servers("10.0.0.11", "10.0.0.12", "10.0.0.13");
  const choose = (active: Staged, wanted: Staged, mainPid = 4711) => {
    const folder = host(wanted, wanted.wanted);
    writeFileSync(join(folder, "state/active"), active.wanted);
    return sh(`${functions()}systemctl() { echo ${mainPid}; }; choose_action`, [folder]).trim();
  };
  const now = staged({ existing });

  test.each([
    ["nothing", "nothing new", { existing }],
    ["reload", "another recursor", { existing, recursors: ["192.0.2.1"] }],
    ["reload", "another limit", { existing, extraConfig: { limits: { rpc_rate: 500 } } }],
    ["restart", "a limit read once", { existing, extraConfig: { limits: { txn_max_req_len: 9 } } }],
    ["restart", "another release", { existing, version: "1.21.5" }],
    ["restart", "another variable", { existing, environment: { GOMAXPROCS: "2" } }],
    ["restart", "both kinds", { existing, domain: "other", recursors: ["192.0.2.1"] }],
  ])("%s: %s", (action, _, args: PlainArgs) => {
    expect(choose(now, staged(args))).toBe(action);
  });

  test("restart: another gossip key", () => {
    expect(choose(now, staged({ existing }, Buffer.alloc(16).toString("base64")))).toBe("restart");
  });

  test("start: nothing runs, whatever was active once", () => {
    expect(choose(now, now, 0)).toBe("start");
  });
});

describe("the other servers, read off the staged settings", () => {
  const peers = (args: PlainArgs) => {
    const set = staged(args);
    const command = `${functions()}peers "$STAGED/config" "$2"`;
    return sh(command, [host(set, set.wanted), localApi(set.plan)])
      .split("\n")
      .slice(0, -1);
  };

  test("IPv4, on the port of the settings", () => {
    const existing = servers("10.0.0.11", "10.0.0.12", "10.0.0.13");
    expect(peers({ existing })).toEqual(["http://10.0.0.12:80", "http://10.0.0.13:80"]);
    expect(peers({ existing, ports: { http: 8500 } })[0]).toBe("http://10.0.0.12:8500");
  });

  test("IPv6", () => {
    const existing = servers("2001:db8::11", "2001:db8::12", "2001:db8::13");
    const found = ["http://[2001:db8::12]:80", "http://[2001:db8::13]:80"];
    expect(peers({ existing })).toEqual(found);
    expect(peers({ existing, addresses: { http: "::1" } })).toEqual(found);
  });

  test("none of a single server", () => {
    expect(peers({ existing: servers("10.0.0.11") })).toEqual([]);
  });

  // `"retry_join": [],` must not open a range of lines that ends only with the next list.
  test("none of a single server, whatever other lists there are", () => {
    const extraConfig = { retry_join_wan: ["192.0.2.1", "192.0.2.2"] };
    expect(peers({ existing: servers("10.0.0.11"), extraConfig })).toEqual([]);
  });
});
