// What is looked at while everything is staged, before any server changes: data of another cluster or too old
// to join with, a downgrade, secrets that nobody rotated, a key that cannot be rotated, a quorum that is lost.
//
// Does not prove that a refusal comes in time: the order of the commands does, in test/graph.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { planCluster, type ServerPlan } from "../../../components/plan";
import { renderSecretFiles, renderServerFiles } from "../../../components/render/server";
import { gossipKey, servers } from "../render/cases";
import { consulAnswers, functionsOf, sh, temporaryFolder } from "../support/shell";

/** A folder with these files below it; what has no content is not there. */
function host(files: Record<string, string | undefined>): string {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    if (content === undefined) continue;
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** Runs functions of a script on a host, whose folders lie below $1. */
function run(
  script: string,
  folder: string,
  call: string,
  answers: Record<string, unknown> = {},
): string {
  const functions = `${functionsOf("lib.sh")}${functionsOf(script)}`;
  const places = "STATE=$1/state STAGED=$1/staged dataDir=$1/data name=test";
  return sh(`${functions}${places}\n${consulAnswers(answers)}${call}`, [folder]);
}

describe("the data folder", () => {
  const check = (folder: string, wipeData: string, claimed = "nothing", volume = "") => {
    mkdirSync(join(folder, "state"), { recursive: true });
    writeFileSync(join(folder, "state/data"), `${claimed}\n`);
    const call = `wipeData='${wipeData}' dataVolume='${volume}' cluster=mine problems=''; check_data; printf %s "$problems"`;
    return run("install-release.sh", folder, call);
  };
  const filled = { "data/node-id": "x" };

  test("that is empty, or not there, or was filled by this cluster, is no problem", () => {
    const empty = host({});
    expect(check(empty, "")).toBe("");
    mkdirSync(join(empty, "data"));
    expect(check(empty, "")).toBe("");
    const own = host(filled);
    expect(check(own, "", join(own, "data"))).toBe("");
  });

  test("that holds what this cluster did not make is one, unless it is to be wiped", () => {
    const folder = host(filled);
    expect(check(folder, "")).toMatch(/data that is not of this cluster; .* or set wipeData/);
    // Another folder was this cluster's.
    expect(check(folder, "", "/var/consul")).toContain("not of this cluster");
    expect(check(folder, "ticket-17")).toBe("");
  });

  test("that is a volume is this cluster's where the volume says so, whatever this machine knows", () => {
    const own = host({ ...filled, "data/.consul-cluster": "mine\n" });
    expect(check(own, "", "nothing", "vol-1")).toBe("");
    // A folder of a machine has no such word.
    expect(check(own, "")).toContain("not of this cluster");
    const other = host({ ...filled, "data/.consul-cluster": "another\n" });
    expect(check(other, "", "nothing", "vol-1")).toContain("not of this cluster");
    const empty = host({ "data/lost+found/x": "", "data/.consul-cluster": "another\n" });
    expect(check(empty, "", "nothing", "vol-1")).toBe("");
  });

  const seen = (days: number) =>
    JSON.stringify({ last_seen_unix: Math.floor(Date.now() / 1000 - days * 86400) });
  const age = (metadata: string | undefined) =>
    run("stage-config.sh", host({ "data/server_metadata.json": metadata }), "check_data_age");

  test.each([
    ["never written", undefined],
    ["without a time", "{}"],
    ["of today", seen(0)],
    ["of almost a week ago", seen(6.9)],
  ])("%s is young enough to join with", (_, metadata) => {
    expect(age(metadata)).toBe("");
  });

  test("of more than a week ago is too old", () => {
    expect(() => age(seen(7.1))).toThrow(/is 7 days old, .* set wipeData for this server/);
    expect(() => age(seen(400))).toThrow(/is 400 days old/);
  });

  test.each([
    ["no mark", "", "ticket-17", "stays"],
    ["a first mark", "ticket-17", undefined, "goes"],
    ["another mark", "ticket-18", "ticket-17", "goes"],
    ["the mark of a wipe that was done", "ticket-17", "ticket-17", "stays"],
  ])("with %s: whether it goes", (_, wipeData, active, outcome) => {
    const folder = host({ "state/active": active && `release 1.22.0\nwipe-data ${active}\n` });
    const call = `wipeData='${wipeData}'; if will_be_wiped; then echo goes; else echo stays; fi`;
    expect(run("stage-config.sh", folder, call)).toBe(`${outcome}\n`);
  });
});

describe("a downgrade", () => {
  const check = (active: string | undefined, version: string, allowed = "") => {
    const folder = host({ "state/active": active && `release ${active}\nsecrets x\n` });
    const settings = `version='${version}' allowDowngradeTo='${allowed}'`;
    return run("stage-config.sh", folder, `${settings}; check_downgrade`);
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
  ])("is not what leads from %s to %s", (active, version) => {
    expect(check(active, version)).toBe("");
  });

  test.each([
    ["1.22.1", "1.22.0"],
    ["1.10.0", "1.9.17"],
    ["2.0.0", "1.22.0"],
    ["1.22.0", "1.22.0-rc1"],
  ])("is what leads from %s to %s: refused, unless it is allowed by name", (active, version) => {
    expect(() => check(active, version)).toThrow(`does not support a downgrade to ${version}`);
    expect(() => check(active, version, "1.18.0")).toThrow("does not support");
    expect(check(active, version, version)).toBe("");
  });
});

describe("secrets", () => {
  const key = (fill: number) => Buffer.alloc(32, fill).toString("base64");
  const files = (folder: string, key: string, label: string) =>
    Object.fromEntries(
      Object.entries(renderSecretFiles(key, label)).map(([name, content]) => [
        `${folder}/${name}`,
        content,
      ]),
    );
  const arrive = (staged: object, incoming: object) => {
    const folder = host({ ...staged, ...incoming });
    const call = 'incoming=$1/incoming; refuse_a_silent_change; echo "accepted"';
    return { folder, run: () => run("stage-secrets.sh", folder, call) };
  };

  test.each([
    ["the first ones", {}, files("incoming", key(1), "rotation-1")],
    ["the same again", files("staged/secrets", key(1), "r-1"), files("incoming", key(1), "r-1")],
    ["a rotation's", files("staged/secrets", key(1), "r-1"), files("incoming", key(2), "r-2")],
    [
      "the same by another name",
      files("staged/secrets", key(1), "1"),
      files("incoming", key(1), "2"),
    ],
  ])("%s are accepted", (_, staged, incoming) => {
    expect(arrive(staged, incoming).run()).toBe("accepted\n");
  });

  test("others under the same name are refused: a state that was lost makes a new key", () => {
    const attempt = arrive(
      files("staged/secrets", key(1), "rotation-1"),
      files("incoming", key(2), "rotation-1"),
    );
    expect(attempt.run).toThrow(/others than those that this host has as rotation-1: .*state lost/);
    expect(attempt.run).not.toThrow(key(2));
    expect(existsSync(join(attempt.folder, "incoming"))).toBe(false);
    const staged = readFileSync(join(attempt.folder, "staged/secrets/30-secrets.json"), "utf8");
    expect(staged).toContain(key(1));
  });
});

describe("of five servers", () => {
  const api = "http://10.0.0.1:80";
  const plan = planCluster({ existing: servers(...[1, 2, 3, 4, 5].map((n) => `10.0.0.${n}`)) });
  const neighbours = renderServerFiles(plan, plan.servers[0] as ServerPlan)["40-neighbours.json"];
  const folder = () =>
    host({
      "staged/config/40-neighbours.json": neighbours as string,
      "staged/secrets/30-secrets.json": `  "encrypt": "${gossipKey}"\n`,
    });
  const joins = (...answering: number[]) =>
    Object.fromEntries(answering.map((n) => [`${api}/v1/agent/join/10.0.0.${n}`, ""]));
  const check = (answers: Record<string, unknown>) =>
    run("quorum.sh", folder(), `api=${api}; die_without_quorum "$STAGED/config"`, answers);

  test("a majority that answers is a quorum: then an election ends it", () => {
    expect(check(joins(2, 3, 4, 5))).toBe("");
    expect(check(joins(3, 5))).toBe("");
  });

  test.each([
    [[4], "2 of 5 servers answer and 3 are needed; away: 10.0.0.2 10.0.0.3 10.0.0.5."],
    [[], "1 of 5 servers answer and 3 are needed; away: 10.0.0.2 10.0.0.3 10.0.0.4 10.0.0.5."],
  ])("a minority is none, and who is away is named: %j answer", (answering, message) => {
    expect(() => check(joins(...answering))).toThrow(message);
  });

  describe("another gossip key than the one in the keyring", () => {
    const neighbour = "http://10.0.0.3:80";
    const leader = [`${neighbour}/v1/status/leader`, '"10.0.0.3:8300"'];
    const members = (Status: number) =>
      ["", "?wan=1"].map((pool) => [
        `${neighbour}/v1/agent/members${pool}`,
        [{ Name: "consul-2", Tags: {}, Status }],
      ]);
    const stage = (keyring: string, ...answers: unknown[][]) => {
      const place = folder();
      mkdirSync(join(place, "data/serf"), { recursive: true });
      writeFileSync(join(place, "data/serf/local.keyring"), `[\n  "${keyring}"\n]`);
      const call = `api=${api} candidate=$1; check_gossip_key`;
      return run("stage-config.sh", place, call, Object.fromEntries(answers));
    };
    const other = Buffer.alloc(32).toString("base64");

    test("needs a running cluster, and every member of it", () => {
      expect(stage(gossipKey)).toBe("");
      expect(() => stage(other)).toThrow(/changed in a running cluster only/);
      expect(stage(other, leader, ...members(1))).toBe("");
      expect(() => stage(other, leader, ...members(4))).toThrow(/is away: consul-2 \(down\)/);
    });
  });
});
