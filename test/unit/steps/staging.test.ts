// What is looked at while everything is staged, before any server changes: data too old to join with, a downgrade,
// secrets that nobody rotated, a key that cannot be rotated, a quorum that is lost, settings that never change.
//
// Does not prove that a refusal comes in time: the order of the commands does, in test/graph.

import { existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { PlainArgs } from "../../../components/cluster/args";
import { tlsFile } from "../../support/tlsFiles";
import { agent, recorded, releases } from "../host-lib/answers";
import { gossipKeys } from "../host-lib/recording/dummies";
import { gossipKey, owner, servers } from "../render/cases";
import { Host, type SetOptions } from "../support/host";

const api = "http://127.0.0.1:80";
const peer = (number: number) => `http://10.0.0.${number}:80`;

describe("data of a server", () => {
  const day = 86_400;
  const seen = (days: number) =>
    JSON.stringify({ last_seen_unix: Math.floor(Date.now() / 1000 - days * day) });
  const check = (metadata: string | undefined, more: PlainArgs = {}, served = true) => {
    const host = new Host();
    host.stage(host.render(more));
    if (metadata !== undefined) host.write("data/server_metadata.json", metadata);
    if (served) host.agents = { [peer(12)]: agent("1.22.0", "leader") };
    return host.says("stage-config.sh", "check_data_age");
  };

  test.each([
    ["never written", undefined],
    ["without a time", "{}"],
    ["of today", seen(0)],
    ["of almost a week ago", seen(6.9)],
  ])("%s is young enough to join with", (_, metadata) => {
    expect(check(metadata)).toBe("");
  });

  test("of more than a week ago is too old; the others hold what is newer", () => {
    expect(() => check(seen(7.1))).toThrow(/is 7 days old, .* set wipeData for this server/);
    expect(() => check(seen(400))).toThrow(/is 400 days old/);
  });

  test("where nobody serves it may be all there is: the way is Consul's own, and never a wipe", () => {
    expect(() => check(seen(8), {}, false)).toThrow(
      /server_rejoin_age_max: "240h" .*Do not wipe it; nothing that runs was touched/,
    );
  });

  test("is measured by server_rejoin_age_max, where that is set", () => {
    expect(check(seen(8), { extraConfig: { server_rejoin_age_max: "8760h" } })).toBe("");
    expect(() => check(seen(3), { extraConfig: { server_rejoin_age_max: "48h" } })).toThrow(
      /server_rejoin_age_max is 48h/,
    );
  });

  test.each([
    ["no mark", "", "ticket-17", undefined, false],
    ["a first mark", "ticket-17", undefined, undefined, true],
    ["another mark", "ticket-18", "ticket-17", `${owner} ticket-17`, true],
    ["the mark of a wipe that was done", "ticket-17", "ticket-17", undefined, false],
    // The host was installed anew, and its data disk is the same.
    ["a mark that was followed here", "ticket-17", undefined, `${owner} ticket-17`, false],
    ["another than that", "ticket-18", undefined, `${owner} ticket-17`, true],
    ["a mark that another owner's data had", "ticket-17", undefined, "f00 ticket-17", true],
  ])("with %s: whether it goes", (_, wipeData, applied, noted, goes) => {
    const host = new Host();
    if (applied) host.write("state/active", `release 1.22.0\nwipe-data ${applied}\n`);
    if (noted) host.write("data/.consul-cluster-wiped", `${noted}\n`);
    const asked = `will_be_wiped '${wipeData}' '${host.folder}/data'`;
    expect(host.holds("stage-config.sh", asked)).toBe(goes);
    // Before the release step has marked the host, it has the owner's id from the program.
    rmSync(join(host.folder, "state/owner"));
    expect(host.holds("release", `{ OWNER_ID=${owner}; ${asked}; }`)).toBe(goes);
  });
});

describe("a downgrade", () => {
  const check = (applied: string | undefined, version: string, allowed = "") => {
    const host = new Host();
    if (applied) host.write("state/active", `release ${applied}\nsecrets x\n`);
    const settings = `version='${version}' allowDowngradeTo='${allowed}'`;
    return host.says("stage-config.sh", `${settings}; check_downgrade`);
  };

  test.each([
    [undefined, "1.18.0"],
    ["1.22.0", "1.22.0"],
    ["1.22.0", "1.22.1"],
    ["1.9.17", "1.10.0"],
    ["1.22.0", "2.0.0"],
    ["1.22.0-rc1", "1.22.0"],
    ["1.22.0-rc1", "1.22.0-rc2"],
    ["1.21.5", "1.22.0-rc1"],
  ])("is not what leads from %s to %s", (applied, version) => {
    expect(check(applied, version)).toBe("");
  });

  test.each([
    ["1.22.1", "1.22.0"],
    ["1.10.0", "1.9.17"],
    ["2.0.0", "1.22.0"],
    ["1.22.0", "1.22.0-rc1"],
  ])("is what leads from %s to %s: refused, unless it is allowed by name", (applied, version) => {
    expect(() => check(applied, version)).toThrow(`does not support a downgrade to ${version}`);
    expect(() => check(applied, version, "1.18.0")).toThrow("does not support");
    expect(check(applied, version, version)).toBe("");
  });
});

describe("what a cluster that exists cannot change", () => {
  const check = (before: PlainArgs | undefined, after: PlainArgs) => {
    const host = new Host();
    if (before) host.apply(host.render(before));
    host.stage(host.render(after));
    return host.says("stage-config.sh", "check_fixed_settings");
  };

  test.each<[string, PlainArgs]>([
    ["datacenter", { datacenter: "other" }],
    ["serf_lan", { ports: { serfLan: 9301 } }],
    ["serf_wan", { ports: { serfWan: 9302 } }],
    ["data_dir", { dataDir: "/srv/other" }],
  ])("%s", (fact, more) => {
    expect(() => check({}, more)).toThrow(new RegExp(`${fact} cannot change from \\S+ to \\S+`));
    expect(check(undefined, more)).toBe("");
    expect(check(more, more)).toBe("");
  });

  const acl = (defaultPolicy: string): PlainArgs => ({ acl: { defaultPolicy } });

  // Also where the guard has nothing to compare with, or noted what a run that was cut off never did.
  test("ACLs go one step a run", () => {
    expect(() => check({}, acl("deny"))).toThrow(/acl cannot go from off to deny here in one run/);
    expect(() => check(acl("deny"), {})).toThrow(/acl cannot go from deny to off here in one run/);
    for (const [before, after] of [
      ["off", "allow"],
      ["allow", "deny"],
      ["deny", "allow"],
      ["allow", "off"],
      ["deny", "deny"],
    ] as const)
      expect(check(acl(before), acl(after))).toBe("");
    expect(check(undefined, acl("deny"))).toBe("");
  });

  const tls = (mode: string, more: PlainArgs = {}): PlainArgs => ({ tls: { mode }, ...more });

  /** A host between two modes of TLS, whose peers end curl so where it dials Raft's port. */
  const checkTls = (
    before: string,
    after: PlainArgs,
    exits = [56, 56],
    members = "",
    nodes = "echo web-1 b auto-encrypt; echo web-2 c -",
    leads = "true",
  ) => {
    const host = new Host();
    host.apply(host.render(tls(before)));
    host.stage(host.render(after));
    for (const [index, exit] of exits.entries())
      host.agents[`https://10.0.0.${12 + index}:8300`] = { "GET /": { exit } };
    const leader = `find_agent() { via=x; ${leads}; }; members_of() { echo "$pool"; }; nodes_of() { ${nodes}; };`;
    return host.says(
      "stage-config.sh",
      `exec 2>&1; STEP_S=0; FULL_EXCHANGE_S=0; pool='${members}'; ${leader} check_fixed_settings`,
    );
  };
  const modes = ["off", "offered", "outgoing", "preferred", "required"];

  test("TLS goes one step a run, in either direction, or over the one that is for client agents", () => {
    for (const [from, before] of modes.entries())
      for (const [to, after] of modes.entries()) {
        const call = () => checkTls(before, tls(after));
        const isOver = [before, after].sort().join() === "outgoing,required";
        if (Math.abs(from - to) <= 1 || isOver) expect(call(), `${before} ${after}`).toBe("");
        else expect(call).toThrow(`tls cannot go from ${before} to ${after} here in one run`);
      }
    expect(check(undefined, tls("required"))).toBe("");
  });

  test("and nobody relies on a certificate of a peer that is not good, or not there", () => {
    const next = [
      ["offered", "outgoing"],
      ["outgoing", "preferred"],
      ["outgoing", "required"],
      ["preferred", "required"],
    ] as const;
    for (const [before, after] of next) {
      expect(() => checkTls(before, tls(after), [56, 60])).toThrow(/10\.0\.0\.13 is not accepted/);
      expect(() => checkTls(before, tls(after), [35, 56])).toThrow(/10\.0\.0\.12 shows no/);
      // Where nothing runs it is no reason to stop: that server has its own step to take.
      expect(checkTls(before, tls(after), [7, 56])).toBe("");
    }
    // On the way back nobody has to show any.
    expect(checkTls("required", tls("outgoing"), [60, 60])).toBe("");
    expect(checkTls("off", tls("offered"), [35, 35])).toBe("");
  });

  describe("client agents are not locked out", () => {
    /** What is said of a step with these in the pool, NAME STATUS role ID ADDRESS; the catalog knows web-1 as one with TLS. */
    const step = (before: string, after: string, members: string, nodes?: string) =>
      checkTls(before, tls(after), [56, 56], members, nodes);
    const server = "consul-1 1 server a 10.0.0.11";
    const secure = "web-1 1 client b 10.0.0.21";
    const plain = "web-2 1 client c 10.0.0.22";

    test("where TLS is required from preferred on: those that do not say that they talk it are named", () => {
      expect(step("preferred", "required", [server, secure].join("\n"))).toBe("");
      expect(() => step("preferred", "required", [server, secure, plain].join("\n"))).toThrow(
        /does not say that they talk TLS: web-2;/,
      );
    });

    test("nor is one taken for another that had its name", () => {
      expect(() => step("preferred", "required", "web-1 1 client z 10.0.0.21")).toThrow(/: web-1;/);
    });

    test("and where it is not known who they are, nothing goes on", () => {
      for (const nodes of ["return 3", "return 2"])
        expect(() => step("preferred", "required", secure, nodes)).toThrow(/is not known, x does/);
    });

    test("nor where nobody leads who could tell", () => {
      const call = () =>
        checkTls("preferred", tls("required"), [56, 56], "", undefined, "return 1");
      expect(call).toThrow(
        /no server that is reached names a leader, .*; stay with preferred until/,
      );
    });

    test("who has left is nobody, and who is away is named", () => {
      expect(step("preferred", "required", plain.replace(" 1 ", " 3 "))).toBe("");
      expect(step("preferred", "required", plain.replace(" 1 ", " 4 "))).toMatch(
        /client agents that are away now and do not talk TLS .*: web-2$/,
      );
    });

    test("where preferred is left out, none may be there, whatever it says", () => {
      expect(() => step("outgoing", "required", secure)).toThrow(
        /cannot go from outgoing to required while client agents are in the pool: web-1; go by pref/,
      );
      expect(step("outgoing", "required", server)).toBe("");
    });

    test("other steps ask nobody; on the way back those with TLS are named", () => {
      for (const [before, after] of [
        ["off", "offered"],
        ["offered", "outgoing"],
        ["outgoing", "preferred"],
        ["required", "preferred"],
        ["outgoing", "offered"],
      ] as const)
        expect(step(before, after, [secure, plain].join("\n"), "return 3")).toBe("");
      for (const before of ["preferred", "required"])
        expect(step(before, "outgoing", [secure, plain].join("\n"))).toMatch(
          /client agents that talk TLS get no certificates .*: web-1$/,
        );
    });
  });

  test("with TLS the domain stays: it stands in every certificate", () => {
    expect(() => checkTls("required", tls("required", { domain: "other" }))).toThrow(
      /tls_name cannot change from server\.dc1\.consul to server\.dc1\.other/,
    );
    expect(check({}, { domain: "other" })).toBe("");
    expect(checkTls("off", tls("offered", { domain: "other" }))).toBe("");
  });

  // Of a file that is whole; one that is damaged is no word on ACLs: host-lib/notes.
  test("facts of a release that knew of no ACLs are those of a cluster without", () => {
    const host = new Host();
    host.write("old", "name=consul-1\nend=facts\n");
    expect(host.says("stage-config.sh", `acl_policy ${host.folder}/old`)).toBe("off");
  });

  test("anything else may", () => {
    expect(check({}, { ports: { http: 8500, server: 9300 }, configDir: "/etc/x" })).toBe("");
  });
});

test("a socket's folder that somebody else has made is not taken over: systemd would empty it", () => {
  const socket = { addresses: { http: "unix:///run/consul-cluster-test/http.sock" } };
  const look = (applied: PlainArgs, makes: boolean) => {
    const host = new Host();
    const was = host.apply(host.render(applied));
    host.write("unit", was.config["consul.service"] as string);
    host.stage(host.render(socket));
    // The folder below /run is one of the test's.
    const name = `socket_folder_name() { sed -n 's|^RuntimeDirectory=|..${host.folder}/run-|p' "$1"; }`;
    if (makes) host.write("run-consul-cluster-test/theirs", "");
    return () => host.says("stage-config.sh", `${name}; check_socket_folder; echo passed`);
  };
  expect(look({}, false)()).toBe("passed");
  expect(look(socket, true)()).toBe("passed");
  expect(look({}, true)).toThrow(
    /is there already, and not of this server: name a folder of its own/,
  );
});

describe("the folder of settings", () => {
  /** A host that runs with settings in one folder, and gets them staged for another. */
  const look = (was: string, is: string, more = (_: Host) => {}) => {
    const host = new Host();
    const at = (folder: string) => join(host.folder, folder);
    host.apply(host.render({ configDir: at(was) }));
    host.stage(host.render({ configDir: at(is) }));
    more(host);
    return () => host.says("stage-config.sh", 'check_config_folder "$untouched"; echo passed');
  };

  test.each([
    ["etc/consul.d/server", "etc/consul.d/server"],
    ["etc/consul.d/server", "etc/consul/server"],
    ["etc/consul", "etc/consul.d"],
  ])("may move from %s to %s", (was, is) => {
    expect(look(was, is)()).toBe("passed");
  });

  // Seen: the new one lay in the old one, and went with it; "restart done", and no server could start again.
  test.each([
    ["etc/consul.d", "etc/consul.d/server"],
    ["etc/consul.d/server", "etc/consul.d"],
    ["etc/consul", "etc/consul.sets"],
    ["etc/consul", "etc/consul.sets/server"],
  ])("may not move from %s to %s: one goes with the other", (was, is) => {
    expect(look(was, is)).toThrow(/lies in it or holds it: give a folder beside that one; nothing/);
  });

  test("nor to the same one by another way", () => {
    const another = (host: Host) => {
      mkdirSync(join(host.folder, "etc/consul.d"), { recursive: true });
      symlinkSync(join(host.folder, "etc/consul.d"), join(host.folder, "etc/consul"));
    };
    expect(look("etc/consul.d/server", "etc/consul/server", another)).toThrow(/lies in it/);
  });

  test("nor to a link of somebody's", () => {
    const theirs = (host: Host) => {
      mkdirSync(join(host.folder, "etc"), { recursive: true });
      symlinkSync("/srv/theirs", join(host.folder, "etc/consul"));
    };
    expect(look("etc/consul.d", "etc/consul", theirs)).toThrow(
      /a link to \/srv\/theirs that this library has not made/,
    );
  });
});

describe("secrets", () => {
  const arrive = (
    staged: { key: string; label: string } | undefined,
    incoming: { key: string; label: string },
  ) => {
    const host = new Host();
    if (staged) host.stage(host.render({}, staged));
    for (const [name, text] of Object.entries(host.render({}, incoming).secrets))
      host.write(`state/staged/incoming/${name}`, text);
    const call = 'incoming=$STAGED/incoming; refuse_a_silent_change; echo "accepted"';
    return { host, run: () => host.says("stage-secrets.sh", call) };
  };
  const [first, second] = [
    { key: gossipKeys.first, label: "rotation-1" },
    { key: gossipKeys.second, label: "rotation-2" },
  ];

  test.each([
    ["the first ones", undefined, first],
    ["the same again", first, first],
    ["a rotation's", first, second],
    ["the same by another name", first, { ...first, label: "another" }],
  ])("%s are accepted", (_, staged, incoming) => {
    expect(arrive(staged, incoming).run()).toBe("accepted");
  });

  test("others under the same name are refused: a state that was lost makes a new key", () => {
    const attempt = arrive(first, { ...second, label: first.label });
    expect(attempt.run).toThrow(/others than those that this host has as rotation-1: .*state lost/);
    expect(existsSync(join(attempt.host.folder, "state/staged/incoming"))).toBe(false);
    expect(attempt.host.read("state/staged/secrets/gossip-key")).toBe(`${first.key}\n`);
  });

  describe("of ACLs", () => {
    const deny: PlainArgs = { acl: {} };
    const tokensArrive = (staged: SetOptions | null, incoming: SetOptions | null) => {
      const host = new Host();
      const of = (options: SetOptions | null) =>
        options === null ? host.render() : host.render(deny, options);
      host.stage(of(staged));
      for (const [name, text] of Object.entries(of(incoming).secrets))
        host.write(`state/staged/incoming/${name}`, text);
      const call = 'incoming=$STAGED/incoming; refuse_a_silent_change; echo "accepted"';
      return () => host.says("stage-secrets.sh", call);
    };

    test.each<[string, SetOptions | null, SetOptions | null]>([
      ["the first ones", null, {}],
      ["the same again", {}, {}],
      ["those of another server on this host", {}, { index: 1 }],
      ["others under another label", {}, { seed: "other", tokensLabel: "0123456789ab" }],
      ["none any more", {}, null],
    ])("%s are accepted", (_, staged, incoming) => {
      expect(tokensArrive(staged, incoming)()).toBe("accepted");
    });

    test("others under the same label are refused: what runs knows no others", () => {
      expect(tokensArrive({}, { seed: "other" })).toThrow(/ACL tokens are others .*state lost/);
    });
  });

  describe("of TLS", () => {
    const arrives = (applied: string | undefined, ca: string) => {
      const host = new Host();
      host.apply(host.render({ tls: {} }));
      if (applied) host.write("config/tls/ca.pem", tlsFile(applied));
      host.write("state/staged/incoming/tls-ca.pem", tlsFile(ca));
      const call = 'incoming=$STAGED/incoming; refuse_strange_cas; echo "accepted"';
      return () => host.says("stage-secrets.sh", call);
    };

    test("the first CA is accepted, and the same again", () => {
      expect(arrives(undefined, "ca.pem")()).toBe("accepted");
      expect(arrives("ca.pem", "ca.pem")()).toBe("accepted");
    });

    test("others under the same names are of another state, and refused", () => {
      const [ca, other] = ["ca.pem", "other-ca.pem"].map(tlsFile) as [string, string];
      const again = (label: string, trusted: string) => {
        const host = new Host();
        const set = host.stage(host.render({ tls: {} }));
        const known = set.secrets["certificate-label"] as string;
        host.write("state/staged/secrets/tls-ca.pem", ca + other);
        rmSync(join(host.folder, "state/staged/secrets/checksums"), { force: true });
        host.write("state/staged/incoming/certificate-label", label || known);
        host.write("state/staged/incoming/tls-ca.pem", trusted);
        const call = 'incoming=$STAGED/incoming; refuse_cas_of_another_state; echo "accepted"';
        return () => host.says("stage-secrets.sh", call);
      };
      expect(again("", ca + other)()).toBe("accepted");
      expect(again("another\n", ca)()).toBe("accepted");
      expect(again("", ca)).toThrow(
        /are others than those that this host has under the same names/,
      );
    });

    test("another one is refused: what runs trusts no other", () => {
      expect(arrives("ca.pem", "other-ca.pem")).toThrow(/CA of these certificates is another one/);
    });
  });

  test("no key shows in what is said", () => {
    const attempt = arrive(first, { ...second, label: first.label });
    expect(attempt.run).not.toThrow(first.key);
    expect(attempt.run).not.toThrow(second.key);
  });
});

describe("of five servers", () => {
  const five = { existing: servers(...[1, 2, 3, 4, 5].map((n) => `10.0.0.${n}`)) };
  const raft = (n: number) => `http://10.0.0.${n}:8300`;
  const check = (others: Record<number, "silent" | "refused" | "open">) => {
    const host = new Host();
    host.apply(host.stage(host.render(five)));
    for (const [number, state] of Object.entries(others))
      host.agents[raft(Number(number))] = state === "open" ? { "*": { exit: 52 } } : state;
    return host.says("library", "die_without_quorum");
  };

  test("a majority of hosts that answer can be a quorum: an election ends it, or a start", () => {
    expect(check({ 2: "open", 3: "open", 4: "open", 5: "open" })).toBe("");
    expect(check({ 2: "silent", 3: "open", 4: "silent", 5: "open" })).toBe("");
    // Consul alone is stopped there, and a run can start it.
    expect(check({ 2: "silent", 3: "refused", 4: "silent", 5: "refused" })).toBe("");
  });

  test.each([
    [[4], "2 of 5 servers answer and 3 are needed; away: 10.0.0.2 10.0.0.3 10.0.0.5."],
    [[], "1 of 5 servers answer and 3 are needed; away: 10.0.0.2 10.0.0.3 10.0.0.4 10.0.0.5."],
  ])("a minority is none, and who is away is named: %j answer", (answering, message) => {
    const others = [2, 3, 4, 5].map((n) => [n, answering.includes(n as never) ? "open" : "silent"]);
    expect(() => check(Object.fromEntries(others))).toThrow(message);
  });
});

test("a lost quorum is said of an agent that is too busy to say whether it was ever elected, too", () => {
  const check = (own: Host["agents"][string]) => {
    const host = new Host();
    host.apply(host.stage(host.render()));
    host.agents = {
      [api]: own,
      [peer(12)]: "silent",
      [peer(13)]: "silent",
      "http://10.0.0.12:8300": "silent",
      "http://10.0.0.13:8300": "silent",
    };
    return host.says(
      "stage-config.sh",
      "sleep() { :; }; RESTING_S=1; find_own_agent || :; check_quorum",
    );
  };
  const late = { ...agent("1.22.0", "no-leader"), "GET /v1/agent/self": { exit: 28 } };
  expect(() => check(agent("1.22.0", "no-leader"))).toThrow(/the cluster has lost its quorum/);
  expect(() => check(late)).toThrow(/the cluster has lost its quorum/);
  // Nobody has been elected yet: it waits for those whom this run is about to start.
  expect(check(agent("1.22.0", "waiting"))).toBe("");
});

describe.each(releases)("another gossip key than the one in the keyring, Consul %s", (release) => {
  // The label of the settings' key: another one than the applied key has is a rotation.
  const stage = (ring: string, agents: Host["agents"], secrets = "rotation-2") => {
    const host = new Host();
    host.apply(host.stage(host.render()));
    host.write("data/serf/local.keyring", JSON.stringify([ring], null, 2));
    host.agents = agents;
    return host.says(
      "stage-config.sh",
      `secrets=${secrets}; find_own_agent || true; check_gossip_key`,
    );
  };
  const other = Buffer.alloc(32).toString("base64");
  const down = {
    "GET /v1/agent/members": recorded(release, "one-down.members"),
    "GET /v1/agent/members?wan=1": recorded(release, "one-down.members-wan"),
  };

  test("is no other where it is the same", () => {
    expect(stage(gossipKey, {})).toBe("");
  });

  test("needs a running cluster, and every member of it", () => {
    expect(() => stage(other, {})).toThrow(/changed in a running cluster only/);
    expect(stage(other, { [api]: agent(release, "leader") })).toBe("");
    expect(() => stage(other, { [api]: { ...agent(release, "leader"), ...down } })).toThrow(
      /is away: consul-\d \(down\)/,
    );
  });

  test("is not begun where the members are not told, as to a caller without a right", () => {
    const withheld = {
      ...agent(release, "anonymous-leader"),
      "GET /v1/status/leader": recorded(release, "leader.status-leader"),
    };
    expect(() => stage(other, { [api]: withheld })).toThrow(
      /members of the cluster are not known: .*403/,
    );
  });

  test("of a server that is out of it, while the settings' key is the applied one, is for its repair", () => {
    const agents = {
      [api]: agent(release, "restarted-no-leader"),
      [peer(12)]: agent(release, "leader"),
    };
    expect(stage(other, agents, "rotation-1")).toBe("");
    expect(stage(other, {}, "rotation-1")).toBe("");
  });

  test("of a server that is out of the cluster has to be the cluster's own", () => {
    // This server's agent names no leader, its neighbour does.
    const agents = {
      [api]: agent(release, "restarted-no-leader"),
      [peer(12)]: agent(release, "leader"),
    };
    expect(() => stage(other, agents)).toThrow(/neither the one in this server's keyring nor/);
  });
});
