// Rotation of the gossip key: what the scripts tell Consul's keyring, and in which order. Its answers are recorded ones,
// which change with each request.
//
// Does not prove that gossip goes on meanwhile: the rotation on real machines does.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Agents, Answer, Answers } from "../../support/curl/fakeConsul";
import { gossipKey } from "../render/cases";
import { Host } from "../support/host";
import { agent, bodyOf, recorded, releases } from "./answers";
import { gossipKeys } from "./recording/dummies";

const api = "http://127.0.0.1:80";
const ring = "/v1/operator/keyring";
const { first, second } = gossipKeys;

describe.each(releases)("Consul %s", (release) => {
  const as = (situation: string) => recorded(release, `${situation}.keyring`);

  /** The keyring as it was recorded at each step of a rotation; `more`: what is answered otherwise. */
  function pool(before: string, more: Answers = {}): Answers {
    const now = (situation: string) => ({ [api]: { [`GET ${ring}`]: as(situation) } });
    return {
      ...agent(release, "leader"),
      [`GET ${ring}`]: as(before),
      [`POST ${ring}`]: {
        ...recorded(release, "rotation.install"),
        next: now("two-keys-old-used"),
      },
      [`PUT ${ring}`]: { ...recorded(release, "rotation.use"), next: now("two-keys-new-used") },
      [`DELETE ${ring}`]: { ...recorded(release, "rotation.remove"), next: now("new-key") },
      ...more,
    };
  }

  /** Runs a function; nobody sleeps, and the clock runs fast. */
  function run(call: string, answers: Answers, others: Agents = {}) {
    const host = new Host();
    host.write("key", `${second}\n`);
    host.write("clock", "0\n");
    host.agents = { [api]: answers, ...others };
    const fast = `now_s() { n=$(cat "$1/clock"); echo $((n + 5)) >"$1/clock"; echo "$n"; }
      sleep() { :; }; key=$1/key via=${api}`.replaceAll('"$1/', `"${host.folder}/`);
    const result = host.run("library", `${fast}\n${call}`);
    const changes = result.requests
      .map((request) => request.replace(`${api}${ring} `, ""))
      .filter((request) => /^(POST|PUT|DELETE) \{/.test(request));
    return { ...result, changes, left: existsSync(join(host.folder, "key.old")) };
  }

  const verb = (method: string, key: string) => `${method} {"Key":"${key}"}`;

  describe("a rotation", () => {
    const rotate = 'rotate_gossip_key "$key"';

    test("installs the key, waits for all, then uses it", () => {
      const { status, changes } = run(rotate, pool("leader"));
      expect({ status, changes }).toEqual({
        status: 0,
        changes: [verb("POST", second), verb("PUT", second)],
      });
    });

    test.each([
      ["installed", "two-keys-old-used", [verb("PUT", second)]],
      ["in use", "two-keys-new-used", []],
      ["in use, the old one gone", "new-key", []],
    ])("goes on where a run was cut off: the key is %s", (_, before, changes) => {
      expect(run(rotate, pool(before))).toMatchObject({ status: 0, changes });
    });

    test("uses no key that somebody lacks", () => {
      const lacking = { ...recorded(release, "rotation.install") };
      const { status, changes, stderr } = run(
        rotate,
        pool("leader", { [`POST ${ring}`]: lacking }),
      );
      expect({ status, changes }).toEqual({ status: 1, changes: [verb("POST", second)] });
      expect(stderr).toContain("all go on with the old one");
    });

    test("that not all have followed says that nobody is locked out", () => {
      const answers = pool("two-keys-old-used", {
        [`PUT ${ring}`]: recorded(release, "rotation.use"),
      });
      expect(run(rotate, answers).stderr).toContain("both keys are installed");
    });

    test("that Consul refuses changes nothing more", () => {
      const refused = recorded(release, "one-down.install");
      const { status, changes } = run(rotate, pool("leader", { [`POST ${ring}`]: refused }));
      expect({ status, changes }).toEqual({ status: 1, changes: [verb("POST", second)] });
    });

    test.each([
      ["a server is down", "one-down.members", /is away: consul-\d \(down\);/],
      ["a client is down", "client-failed.members", /is away: web-1 \(down\);/],
      ["the members are withheld", "anonymous-leader.members", /members .* are not known/],
      ["the members are forbidden", "wrong-token.members", /members .* are not known/],
    ])("does not begin while %s", (_, name, message) => {
      const answers = pool("leader", { "GET /v1/agent/members": recorded(release, name) });
      const { status, stderr, changes } = run(rotate, answers);
      expect({ status, changes }).toEqual({ status: 1, changes: [] });
      expect(stderr).toMatch(message);
    });

    test.each<[string, Answer, boolean]>([
      [
        "has left in a run that replaces it, and comes back with the new key",
        { body: "left" },
        true,
      ],
      ["has left, and nobody replaces it", { code: 404 }, false],
      ["has left, and what for is not known", { code: 500 }, false],
    ])("a server %s", (_, replaced, rotates) => {
      const all = JSON.parse(bodyOf(release, "leader.members")) as { Name: string }[];
      const leaving = all.map((each) =>
        each.Name.startsWith("consul-3") ? { ...each, Status: 3 } : each,
      );
      const answers = pool("leader", {
        "GET /v1/agent/members": JSON.stringify(leaving),
        "GET /v1/kv/consul-cluster/replaced/consul-3?raw": replaced,
      });
      const { status, stderr } = run(rotate, answers);
      expect(status).toBe(rotates ? 0 : 1);
      if (!rotates) expect(stderr).toContain("is away: consul-3 (left);");
    });

    test("nor while one is away from the other datacenters alone; a client that has left is none", () => {
      const wan = {
        "GET /v1/agent/members?wan=1": recorded(release, "one-down-for-long.members-wan"),
      };
      expect(run(rotate, pool("leader", wan)).stderr).toMatch(/is away: consul-\d\.dc1 \(down\);/);
      const left = { "GET /v1/agent/members": recorded(release, "client-left.members") };
      expect(run(rotate, pool("leader", left))).toMatchObject({ status: 0 });
    });
  });

  describe("where there is no pool of all datacenters (ports.serfWan: -1)", () => {
    // As both releases answer then: read off agents on loopback.
    const off = { "GET /v1/agent/members?wan=1": "null" };
    const lan = (name: string) => {
      const { body: _, ...answer } = recorded(release, `${name}.keyring`);
      const pools = JSON.parse(bodyOf(release, `${name}.keyring`));
      return {
        ...answer,
        file: undefined,
        body: JSON.stringify(pools.filter(({ WAN }: { WAN: boolean }) => !WAN)),
      };
    };
    const noted = (port: string, file: string) =>
      `look_up() { case "$2 $1" in "serf_wan ${file}") value=${port} ;; *) value= ;; esac; }`;
    const facts = (port: string) => noted(port, "$FACTS");
    const now = (name: string) => ({ [api]: { [`GET ${ring}`]: lan(name) } });
    const answers = (name: string) =>
      pool(name, {
        ...off,
        [`GET ${ring}`]: lan(name),
        [`POST ${ring}`]: { next: now("two-keys-old-used") },
        [`PUT ${ring}`]: { next: now("two-keys-new-used") },
        [`DELETE ${ring}`]: { next: now("new-key") },
      });

    test("nobody is asked for it: a key is changed, and the old one removed", () => {
      const changed = run(`${facts("-1")}; rotate_gossip_key "$key"`, answers("leader"));
      expect(changed).toMatchObject({
        status: 0,
        changes: [verb("POST", second), verb("PUT", second)],
      });
      const retired = run(`${facts("-1")}; retire_old_keys "$key"`, answers("two-keys-new-used"));
      expect(retired).toMatchObject({ status: 0, changes: [verb("DELETE", first)] });
    });

    test.each(["8302", "9302", "''"])("else what is withheld is not known: port %s", (port) => {
      const refused = run(`${facts(port)}; rotate_gossip_key "$key"`, answers("leader"));
      expect(refused).toMatchObject({ status: 1, changes: [] });
      expect(refused.stderr).toContain("the members of the cluster are not known");
    });

    test("a server that has nothing applied yet goes by its staged port", () => {
      const staged = noted("-1", "$STAGED_CONFIG/facts");
      expect(run(`${staged}; refuse_while_a_member_is_down`, answers("leader")).status).toBe(0);
    });
  });

  describe("a client that one server has for failed, for it has missed that it left", () => {
    const [peer, other] = ["http://10.0.0.12:80", "http://10.0.0.13:80"];
    const peers = `peer_views() { echo "10.0.0.12 ${peer} -"; echo "10.0.0.13 ${other} -"; }`;
    /** The recorded members, one of whom has failed; or has left, as the same server would say. */
    const members = (name: "failed" | "left") => {
      const all: { Status: number }[] = JSON.parse(bodyOf(release, "client-failed.members"));
      const seen = all.map((one) =>
        one.Status === 4 && name === "left" ? { ...one, Status: 3 } : one,
      );
      return { "GET /v1/agent/members": { body: JSON.stringify(seen) } };
    };
    const failed = pool("leader", members("failed"));
    const refuse = `${peers}; refuse_while_a_member_is_down`;

    test("has left where another server knows of it", () => {
      const others = { [peer]: members("failed"), [other]: members("left") };
      expect(run(refuse, failed, others).status).toBe(0);
    });

    test("is down where they all say so: asked once", () => {
      const others = { [peer]: members("failed"), [other]: members("failed") };
      const { status, stderr, requests } = run(refuse, failed, others);
      expect(status).toBe(1);
      expect(stderr).toContain("is away: web-1 (down);");
      expect(requests.filter((request) => request.includes(peer))).toHaveLength(1);
    });

    test("is waited for where a server cannot be asked, until they have told each other", () => {
      const first = run(refuse, failed, { [peer]: members("failed") });
      expect(first.status).toBe(1);
      expect(first.requests.filter((request) => request.includes(peer)).length).toBeGreaterThan(2);
      const now = { [api]: members("left") };
      const once = {
        "GET /v1/agent/members": { ...members("failed")["GET /v1/agent/members"], next: now },
      };
      expect(run(refuse, pool("leader", once), { [peer]: members("failed") }).status).toBe(0);
    });
  });

  test("who is away from both pools is named once", () => {
    const both = {
      "GET /v1/agent/members": recorded(release, "one-down-for-long.members"),
      "GET /v1/agent/members?wan=1": recorded(release, "one-down-for-long.members-wan"),
    };
    const { stderr } = run("refuse_while_a_member_is_down", pool("leader", both));
    expect(stderr).toMatch(/is away: consul-\d \(down\);/);
  });

  describe("the old key", () => {
    const retire = 'retire_old_keys "$key"';

    test("is removed", () => {
      const { status, changes, left } = run(retire, pool("two-keys-new-used"));
      expect({ status, changes, left }).toEqual({
        status: 0,
        changes: [verb("DELETE", first)],
        left: false,
      });
    });

    test("is none where there is one key", () => {
      expect(run(retire, pool("new-key"))).toMatchObject({ changes: [] });
    });

    test("stays where somebody still uses it, or is away", () => {
      const down = { "GET /v1/agent/members": recorded(release, "one-down.members") };
      for (const answers of [pool("two-keys-old-used"), pool("two-keys-new-used", down)])
        expect(run(retire, answers)).toMatchObject({ status: 1, changes: [] });
    });

    test("that could not be removed is an error, and lies in no file", () => {
      const refused = { [`DELETE ${ring}`]: recorded(release, "rotation.remove-used") };
      const { status, stderr, left } = run(retire, pool("two-keys-new-used", refused));
      expect({ status, left }).toEqual({ status: 1, left: false });
      expect(stderr).toContain("could not be removed from every member");
      expect(stderr).not.toContain(first);
    });

    test("is looked for before anybody is kept waiting: no answer is no yes", () => {
      const left = (situation: string) => {
        const call = 'if other_keys_are_left "$key"; then exit 0; fi; exit 9';
        return run(call, pool(situation)).status === 0;
      };
      expect(left("two-keys-new-used")).toBe(true);
      for (const situation of ["new-key", "one-down", "one-down-for-long", "anonymous-leader"])
        expect(left(situation)).toBe(false);
    });
  });
});

test("all keys but one are removed, whatever they have in common", () => {
  const others = [first, `c${second}`, second.slice(1)];
  const Keys = Object.fromEntries([second, ...others].map((key) => [key, 3]));
  const pools = [true, false].map((WAN) => ({
    WAN,
    Keys,
    PrimaryKeys: { [second]: 3 },
    NumNodes: 3,
  }));
  const host = new Host();
  host.write("key", `${second}\n`);
  host.agents = {
    [api]: {
      ...agent("1.22.0", "leader"),
      [`GET ${ring}`]: JSON.stringify(pools),
      [`DELETE ${ring}`]: "",
    },
  };
  const { status, requests } = host.run(
    "library",
    `via=${api}; retire_old_keys "${host.folder}/key"`,
  );
  expect(status).toBe(0);
  expect(requests.filter((request) => request.startsWith("DELETE")).sort()).toEqual(
    others.map((Key) => `DELETE ${api}${ring} ${JSON.stringify({ Key })}`).sort(),
  );
});

test("a key travels in stdin, and stands in no command line", () => {
  const host = new Host();
  host.write("key", `${second}\n`);
  const curl = `curl() { printf '%s ' "$@" >${host.folder}/words; cat >${host.folder}/body; printf 200; }`;
  host.run("library", `${curl}\nvia=${api}; keyring_request "${host.folder}/key" PUT`);
  expect(JSON.parse(host.read("body"))).toEqual({ Key: second });
  expect(host.read("words")).toContain(`-X PUT -d @-`);
  expect(host.read("words")).not.toContain(second);
});

describe("the key of the settings", () => {
  /** `keyring`: what Consul keeps of its own, the key in use first. */
  function uses(keyring?: string[], key: string = gossipKey): boolean {
    const host = new Host();
    host.stage(host.render({}, { key }));
    if (keyring) host.write("data/serf/local.keyring", JSON.stringify(keyring, null, 2));
    return host.holds("library", "uses_staged_key");
  }

  test("is the one in use, or there is no keyring yet and it will be", () => {
    expect(uses([gossipKey])).toBe(true);
    expect(uses([gossipKey, first])).toBe(true);
    expect(uses()).toBe(true);
  });

  test("is another one", () => {
    expect(uses([first])).toBe(false);
    expect(uses([first, gossipKey])).toBe(false);
    // 24 bytes have no padding, and so may begin a longer key.
    const short = gossipKey.slice(0, 32);
    expect(uses([gossipKey], short)).toBe(false);
  });
});
