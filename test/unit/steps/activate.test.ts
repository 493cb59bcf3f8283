// What the program renders and what activate.sh makes of it on a host: the two halves of one protocol.
//
// Does not prove that Consul or systemd follow: no service runs here.

import { describe, expect, test } from "vitest";
import type { PlainArgs } from "../../../components/cluster/args";
import { agent } from "../host-lib/answers";
import { cases, servers } from "../render/cases";
import { Host, type RenderedSet, type SetOptions } from "../support/host";

const existing = servers("10.0.0.11", "10.0.0.12", "10.0.0.13");

describe.each(Object.entries(cases))("the case %s", (_, { args }) => {
  test("is found to be what was asked for", () => {
    const host = new Host();
    const set = host.stage(host.render(args));
    const release = host.says("activate.sh", 'read_desired; echo "$release"', set.desired);
    expect(release).toBe(set.plan.version);
  });
});

describe("a set that is not what was asked for is refused", () => {
  test.each<[string, PlainArgs, SetOptions, RegExp]>([
    ["another release", { version: "1.21.5" }, {}, /release 1\.21\.5 is not on/],
    ["another setting", { domain: "other" }, {}, /staged restart-settings/],
    ["another unit", { configDir: "/etc/other" }, {}, /staged restart-settings/],
    ["another environment", { environment: { A: "1" } }, {}, /staged restart-settings/],
    ["another recursor", { recursors: ["192.0.2.1"] }, {}, /staged reloadable-settings/],
    ["other tokens", { acl: {} }, {}, /staged restart-settings/],
    ["a certificate", { tls: { mode: "offered" } }, {}, /staged reloadable-settings/],
    ["another peer", { existing: servers("10.0.0.11") }, {}, /staged neighbours/],
    [
      "another key",
      {},
      { label: "rotation-2" },
      /staged secrets .* \(rotation-1, not rotation-2\)/,
    ],
  ])("%s", (_, args, options, message) => {
    const host = new Host();
    host.stage(host.render());
    const { desired } = host.render(args, options);
    expect(() => host.says("activate.sh", "read_desired", desired)).toThrow(message);
  });

  test("and so are tokens of another rotation", () => {
    const host = new Host();
    host.stage(host.render({ acl: {} }));
    const { desired } = host.render({ acl: {} }, { rotation: 2 });
    expect(() => host.says("activate.sh", "read_desired", desired)).toThrow(
      /staged tokens .* \(made, not made.rotation-2\)/,
    );
  });

  test("and so is nothing at all", () => {
    const host = new Host();
    host.stage(host.render());
    expect(() => host.says("activate.sh", "read_desired")).toThrow(/nothing arrived on stdin/);
  });
});

describe("the least that serves", () => {
  const choose = (
    more: PlainArgs,
    {
      options = {},
      pid = 4711,
      applied,
    }: { options?: SetOptions; pid?: number; applied?: PlainArgs | null } = {},
  ): string => {
    const host = new Host();
    if (applied !== null) host.apply(host.render(applied));
    host.stage(host.render(more, options));
    host.service.MainPID = pid;
    return host.says("activate.sh", "choose_action");
  };
  const two = servers("10.0.0.11", "10.0.0.12");

  test.each<[string, string, PlainArgs]>([
    ["no_op", "nothing new", {}],
    ["reload", "another recursor", { recursors: ["192.0.2.1"] }],
    ["reload", "another limit", { extraConfig: { limits: { rpc_rate: 500 } } }],
    ["restart", "a limit read once", { extraConfig: { limits: { txn_max_req_len: 9 } } }],
    ["restart", "another release", { version: "1.21.5" }],
    ["restart", "another variable", { environment: { GOMAXPROCS: "2" } }],
    ["restart", "both kinds", { domain: "other", recursors: ["192.0.2.1"] }],
    ["record_only", "one peer less", { existing: two }],
    ["reload", "a peer and a recursor", { existing: two, recursors: ["192.0.2.1"] }],
    // Autopilot's settings are the cluster's, not a server's.
    ["no_op", "autopilot", { extraConfig: { autopilot: { max_trailing_logs: 9 } } }],
  ])("%s: %s", (action, _, more) => {
    expect(choose(more)).toBe(action);
  });

  test("record_only: another gossip key, which is rotated without a restart", () => {
    expect(choose({}, { options: { label: "rotation-2" } })).toBe("record_only");
  });

  test("restart: other tokens, which a server reads when it starts; ACLs that come, and that go", () => {
    const acl: PlainArgs = { acl: {} };
    const other = { seed: "other", tokensLabel: "0123456789ab" };
    expect(choose(acl, { applied: acl })).toBe("no_op");
    expect(choose(acl, { applied: acl, options: other })).toBe("restart");
    expect(choose(acl)).toBe("restart");
    expect(choose({}, { applied: { acl: { defaultPolicy: "allow" } } })).toBe("restart");
  });

  test("reload: another rotation of the tokens, and the one before again; restart: with another management token", () => {
    const acl: PlainArgs = { acl: {} };
    const second = { rotation: 2, rotationBefore: 1 };
    expect(choose(acl, { applied: acl, options: second })).toBe("reload");
    const other = { ...second, tokensLabel: "0123456789ab" };
    expect(choose(acl, { applied: acl, options: other })).toBe("restart");
    const host = new Host();
    host.apply(host.render(acl, second));
    host.stage(host.render(acl, { rotationBefore: 2 }));
    expect(host.says("activate.sh", "choose_action")).toBe("reload");
  });

  test("reload: another certificate, and TLS that is offered, used, taken back; restart: TLS that is required", () => {
    const tls = (mode: string): PlainArgs => ({ tls: { mode } });
    const renewed = { options: { certificateLabel: "renewal-2-0123456789ab" } };
    expect(choose(tls("required"), { applied: tls("required") })).toBe("no_op");
    expect(choose(tls("required"), { applied: tls("required"), ...renewed })).toBe("reload");
    expect(choose(tls("offered"))).toBe("reload");
    expect(choose(tls("outgoing"), { applied: tls("offered") })).toBe("reload");
    expect(choose(tls("required"), { applied: tls("outgoing") })).toBe("restart");
    expect(choose(tls("outgoing"), { applied: tls("required") })).toBe("restart");
    expect(choose(tls("preferred"), { applied: tls("outgoing") })).toBe("restart");
    expect(choose(tls("required"), { applied: tls("preferred") })).toBe("reload");
    expect(choose(tls("preferred"), { applied: tls("required") })).toBe("reload");
    expect(choose(tls("offered"), { applied: tls("outgoing") })).toBe("reload");
    expect(choose({}, { applied: tls("offered") })).toBe("reload");
  });

  test("start: nothing runs, whatever was applied once", () => {
    expect(choose({}, { pid: 0 })).toBe("start");
    expect(choose({}, { pid: 0, applied: null })).toBe("start");
  });

  test("where systemd does not say what runs, something does", () => {
    const host = new Host();
    host.service = {};
    expect(host.holds("library", "runs")).toBe(true);
  });

  describe("a mark to wipe the data", () => {
    const marked = (wipeData: string): PlainArgs => {
      const [first, ...others] = existing?.servers ?? [];
      return {
        existing: { servers: [{ ...first, name: "consul-1", wipeData }, ...others] },
      } as PlainArgs;
    };

    test.each<[string, PlainArgs | null]>([
      ["is new", {}],
      ["is another", marked("first")],
      ["comes with the server", null],
    ])("wipe: it %s, whether or not the server runs", (_, applied) => {
      expect(choose(marked("second"), { applied })).toBe("wipe");
      expect(choose(marked("second"), { applied, pid: 0 })).toBe("wipe");
    });

    test("it is heeded once, and taking it out again means nothing", () => {
      const applied = marked("first");
      expect(choose(marked("first"), { applied })).toBe("no_op");
      expect(choose(marked("first"), { applied, pid: 0 })).toBe("start");
      expect(choose({}, { applied })).toBe("record_only");
    });
  });
});

describe("a wipe", () => {
  /** Raft's configuration of so many servers. */
  const rows = (count: number) =>
    `printf '%s\\n' ${Array.from({ length: count }, (_, i) => `'consul-${i + 1} id-${i + 1} true 10.0.0.1${i + 1}:8300'`).join(" ")}`;
  /** Only what it says: nothing is stopped, started or deleted here. */
  const wipe = (cluster: string, raft = rows(3), more: PlainArgs = {}): (() => string) => {
    const host = new Host();
    const set: RenderedSet = host.stage(host.render(more));
    host.apply(set);
    const harmless = `empty_data_folder() { echo emptied; }; start() { echo started; }
      gate_before_restart() { echo gate; }; require_cluster_lock() { echo locked; }
      hand_over_leadership() { echo "handed over from $1"; }; timeout() { shift; echo "$*"; }
      require_answering_voters() { echo "all answer"; }
      raft_of() { ${raft}; }`;
    return () => host.says("activate.sh", `${harmless}\ncluster=${cluster}; wipe`);
  };

  test("takes nothing away before the gate was passed, the lock seen and the leadership handed over", () => {
    expect(wipe("serving")().split("\n")).toEqual([
      "gate",
      "locked",
      "handed over from 10.0.0.11:8300",
      "all answer",
      "systemctl stop consul.service",
      "emptied",
      "started",
    ]);
  });

  // Its mark stands in the settings for good, and its machine may be another one since.
  test("of a machine that has nothing passes no gate: no release runs there that could take a snapshot", () => {
    const host = new Host();
    host.stage(host.render());
    host.service.MainPID = 0;
    const stubs =
      "empty_data_folder() { echo emptied; }; start() { echo started; }; gate_before_restart() { echo gate; }; timeout() { :; }";
    for (const cluster of ["serving", "forming", "leaderless"])
      expect(host.says("activate.sh", `${stubs}\ncluster=${cluster}; wipe`)).toBe(
        "emptied\nstarted",
      );
  });

  test("of the only server is refused: nobody could teach it its data again", () => {
    expect(wipe("serving", rows(1), { existing: servers("10.0.0.11") })).toThrow(/the only one/);
  });

  test("and where others are named that are still to come", () => {
    expect(wipe("serving", rows(1))).toThrow(/is the only one that votes.*nothing was changed/);
    expect(wipe("serving", "return 2")).toThrow(/its data is not wiped: which servers hold what/);
  });

  test.each(["leaderless", "stopped", "unknown"])(
    "is refused while the cluster is %s",
    (cluster) => {
      const stopped = "; runs() { return 1; }; has_raft_data() { :; }";
      for (const more of ["", stopped])
        expect(wipe(`${cluster}${more}`)).toThrow(
          /not wiped while no server serves.*nothing was changed/,
        );
    },
  );
});

test("a leader is known by the place in Raft of what runs, not by the one that is staged", () => {
  const host = new Host();
  host.apply(host.render());
  host.stage(host.render({ ports: { server: 8400 } }));
  const harmless = `hand_over_leadership() { echo "handed over from $1"; }; timeout() { :; }
    read_self() { self_node=id; }; gate_before_restart() { :; }; require_cluster_lock() { :; }
    require_other_voters() { :; }; switch_over() { :; }; restart_service() { :; }; switch_is_whole() { :; }
    keep_or_roll_back() { :; }; empty_data_folder() { :; }; start() { :; }
    require_answering_voters() { :; }`;
  for (const action of ["restart", "wipe"])
    expect(host.says("activate.sh", `${harmless}\ncluster=serving; ${action}`)).toBe(
      "handed over from 10.0.0.11:8300",
    );
});

describe("what a switch remembers and takes back", () => {
  test("a set that was never applied, and a host without one, have nothing to go back to", () => {
    const host = new Host();
    host.stage(host.render());
    expect(() => host.says("activate.sh", "remember_previous; restore_previous")).toThrow(
      /nothing to go back to/,
    );
  });
});

describe("a reload", () => {
  const api = "http://127.0.0.1:80";
  const harmless = `switch_over() { echo over; }; switch_is_whole() { echo whole; }
    restore_previous() { echo restored; }; forget_previous() { :; }`;
  const reload = (situation: string) => {
    const host = new Host();
    host.stage(host.render());
    host.agents = { [api]: agent("1.22.0", situation) };
    return host.run("activate.sh", `${harmless}\napi=${api}\nreload`);
  };

  test("that Consul takes over is whole", () => {
    expect(reload("follower")).toMatchObject({ status: 0, stdout: "over\nwhole\n" });
  });

  test.each([
    ["broken-settings", /Consul refuses to reload .*20-broken\.json/s],
    ["anonymous-leader", /Consul refuses to reload .*403/s],
  ])("that Consul refuses is taken back, and says why: %s", (situation, message) => {
    const { status, stdout, stderr } = reload(situation);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "over\nrestored\n" });
    expect(stderr).toMatch(message);
  });
});
