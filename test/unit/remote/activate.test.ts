// What the program renders and what activate.sh makes of it on a host: the two halves of one protocol.
// The functions of the script run here as they stand, on folders of this test.
//
// Does not prove that Consul or systemd follow: no service runs here, `systemctl` says a process id.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { PlainArgs } from "../../../components/args";
import { localApi, planCluster, type ServerPlan } from "../../../components/plan";
import type { Files } from "../../../components/render/files";
import {
  renderSecretFiles,
  renderServerFiles,
  renderWanted,
} from "../../../components/render/server";
import { cases, gossipKey, label, servers } from "../render/cases";
import { functionsOf, sh, temporaryFolder } from "../support/shell";

type ServerArgs = NonNullable<PlainArgs["existing"]>["servers"][number];

interface Staged {
  plan: ReturnType<typeof planCluster>;
  config: Files;
  wanted: string;
}

function staged(args: PlainArgs, secrets = label): Staged {
  const plan = planCluster(args);
  const server = plan.servers[0] as ServerPlan;
  const config = renderServerFiles(plan, server);
  const about = { version: plan.version, wipeData: server.wipeData };
  return { plan, config, wanted: renderWanted(about, config, secrets) };
}

/** The functions of activate.sh and the library, on folders below $1. */
function functions(): string {
  return `${functionsOf("activate.sh")}
STATE=$1/state RELEASES=$1/releases
STAGED=$STATE/staged wanted=$STATE/wanted name=test
`;
}

/** A host on which the set is staged, and the text of an activation has arrived. */
function host({ plan, config }: Staged, wanted: string): string {
  const folder = temporaryFolder();
  const release = join(folder, "releases", plan.version);
  mkdirSync(release, { recursive: true });
  writeFileSync(join(release, "consul"), "", { mode: 0o755 });
  const secrets = renderSecretFiles(gossipKey, label);
  for (const [name, files] of Object.entries({ config, secrets })) {
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
    ["another release", { existing, version: "1.21.5" }, label, /release 1\.21\.5 is not on/],
    ["another setting", { existing, domain: "other" }, label, /staged restart-settings/],
    ["another unit", { existing, configDir: "/etc/other" }, label, /staged restart-settings/],
    [
      "another environment",
      { existing, environment: { A: "1" } },
      label,
      /staged restart-settings/,
    ],
    [
      "another recursor",
      { existing, recursors: ["192.0.2.1"] },
      label,
      /staged reloadable-settings/,
    ],
    ["another neighbour", { existing: servers("10.0.0.11") }, label, /staged neighbours/],
    ["another key", { existing }, "rotation-2", /staged secrets .* \(rotation-1, not rotation-2\)/],
  ])("%s", (_, args: PlainArgs, secrets, message) => {
    const folder = host(now, staged(args, secrets).wanted);
    expect(() => sh(`${functions()}check_staged`, [folder])).toThrow(message);
  });
});

describe("the least that serves", () => {
  const existing = servers("10.0.0.11", "10.0.0.12", "10.0.0.13");
  const choose = (active: Staged | undefined, wanted: Staged, mainPid = 4711) => {
    const folder = host(wanted, wanted.wanted);
    if (active) writeFileSync(join(folder, "state/active"), active.wanted);
    return sh(`${functions()}systemctl() { echo ${mainPid}; }; choose_action`, [folder]).trim();
  };
  const two = servers("10.0.0.11", "10.0.0.12");
  const now = staged({ existing });

  test.each([
    ["nothing", "nothing new", { existing }],
    ["reload", "another recursor", { existing, recursors: ["192.0.2.1"] }],
    ["reload", "another limit", { existing, extraConfig: { limits: { rpc_rate: 500 } } }],
    ["restart", "a limit read once", { existing, extraConfig: { limits: { txn_max_req_len: 9 } } }],
    ["restart", "another release", { existing, version: "1.21.5" }],
    ["restart", "another variable", { existing, environment: { GOMAXPROCS: "2" } }],
    ["restart", "both kinds", { existing, domain: "other", recursors: ["192.0.2.1"] }],
    ["note", "one neighbour less", { existing: two }],
    ["reload", "a neighbour and a recursor", { existing: two, recursors: ["192.0.2.1"] }],
    // Autopilot's settings are the cluster's, not a server's.
    ["nothing", "autopilot", { existing, extraConfig: { autopilot: { max_trailing_logs: 9 } } }],
  ])("%s: %s", (action, _, args: PlainArgs) => {
    expect(choose(now, staged(args))).toBe(action);
  });

  test("note: another gossip key, which is rotated without a restart", () => {
    expect(choose(now, staged({ existing }, "rotation-2"))).toBe("note");
  });

  test("start: nothing runs, whatever was active once", () => {
    expect(choose(now, now, 0)).toBe("start");
    expect(choose(undefined, now, 0)).toBe("start");
  });

  describe("a mark to wipe the data", () => {
    const marked = (wipeData: string) => {
      const [first, ...others] = existing?.servers ?? [];
      return staged({ existing: { servers: [{ ...(first as ServerArgs), wipeData }, ...others] } });
    };

    test.each([
      ["is new", now],
      ["is another", marked("first")],
      ["comes with the server", undefined],
    ])("wipe: it %s, whether or not the server runs", (_, active) => {
      expect(choose(active, marked("second"))).toBe("wipe");
      expect(choose(active, marked("second"), 0)).toBe("wipe");
    });

    test("it is heeded once, and taking it out again means nothing", () => {
      expect(choose(marked("first"), marked("first"))).toBe("nothing");
      expect(choose(marked("first"), marked("first"), 0)).toBe("start");
      expect(choose(marked("first"), now)).toBe("note");
    });
  });
});

describe("a wipe", () => {
  const existing = servers("10.0.0.11", "10.0.0.12", "10.0.0.13");
  const now = staged({ existing });
  const refuse = (others: string, ...paths: string[]) => {
    const folder = host(now, now.wanted);
    mkdirSync(join(folder, "data"));
    for (const path of paths) writeFileSync(join(folder, path), "");
    const set = `others=$2 dataDir=$1/data`;
    return sh(`${functions()}${set}; refuse_to_wipe_the_last`, [folder, others]);
  };

  test("of the only server is refused: nobody could teach it its data again", () => {
    expect(() => refuse("", "data/raft", "state/active")).toThrow(/the only one/);
    expect(refuse("http://10.0.0.12:80", "data/raft", "state/active")).toBe("");
  });

  test("of data that was never this cluster's is nobody's loss", () => {
    expect(refuse("", "data/raft")).toBe("");
    expect(refuse("", "state/active")).toBe("");
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
