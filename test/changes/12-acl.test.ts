import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConsulApi, dns, type Member } from "../support/consul";
import { ssh } from "../support/machines";
import { keepsItsPromise } from "../support/promise";
import { addresses, names, on, processes, trio, trioIsUpWith } from "../support/secondTrio";
import { eventually, pause } from "../support/wait";

// ACLs alone: a cluster that denies from its first start, whose tokens rotate, and which gets another management token, under load; it is led away from them in two runs,
// and in two runs back, with other tokens, while writers write. What else changes under ACLs is in the files before.
//
// A cluster whose HTTP is on loopback alone is not here; client agents are in 14-tls-clients.

/** As somebody asks who has no token. */
const strangers = names.map((name) => new ConsulApi(addresses[name] as string));

const withToken = (token: string) =>
  names.map((name) => new ConsulApi(addresses[name] as string, token));

const managementToken = async () =>
  (await trio.outputs<{ managementToken: string }>()).managementToken;

/** What a caller without a token gets: a key, the keyring, the members, a write. */
async function strangerSees(): Promise<unknown[]> {
  const seen = strangers.map(async (api) => [
    await api.status("GET", "/v1/kv/consul-cluster/servers"),
    await api.status("GET", "/v1/operator/keyring"),
    await api.get<Member[]>("/v1/agent/members").then((members) => members.length),
    await api.status("PUT", "/v1/kv/of-a-stranger", "x"),
    await api.status("PUT", "/v1/agent/leave"),
  ]);
  return Promise.all(seen);
}

const nothing = names.map(() => [403, 403, 0, 403, 403]);

/** Descriptions of all tokens that this project makes; the writers' own has none. */
async function tokens(token: string): Promise<string[]> {
  const [api] = withToken(token);
  const all = await (api as ConsulApi).get<{ Description: string }[]>("/v1/acl/tokens");
  return all
    .map(({ Description }) => Description)
    .filter((description) => !["Anonymous Token", former, ""].includes(description))
    .sort();
}

const made = [
  "Initial Management Token",
  ...names.map((name) => `consul-cluster agent ${name}`),
  "consul-cluster clients",
  "consul-cluster dns",
  "consul-cluster provisioner",
];

/** The clients' token of the rotation before is known until the next one. */
const rotated = [...made, "consul-cluster clients"].sort();

/** Management tokens of before are known for ever, and may do nothing. */
const former = "consul-cluster former management token, without rights";

/** What DNS on these servers has not answered while `change` went on. */
async function whileDnsIsAsked(servers: string[], change: () => Promise<void>): Promise<string[]> {
  const unanswered: string[] = [];
  let isOver = false;
  const asked = servers.map(async (name) => {
    while (!isOver) {
      const found = await dns(addresses[name] as string)
        .resolve4("more-2.node.consul")
        .catch((error: Error) => [error.message]);
      if (found[0] !== addresses["more-2"]) unanswered.push(`${name}: ${found}`);
      await pause(50);
    }
  });
  await change().finally(() => {
    isOver = true;
  });
  await Promise.all(asked);
  return unanswered;
}

/** The cluster, after the first half. */
let isThere = false;

describe("a new cluster with ACLs", () => {
  let token = "";
  let writer = "";

  beforeAll(async () => {
    await trioIsUpWith({ acl: {} });
    token = await managementToken();
  });

  test("denies whoever has no token, from its first start", async () => {
    expect(await strangerSees()).toEqual(nothing);
  });

  test("its management token may do anything, on every server; the others are there", async () => {
    for (const api of withToken(token)) {
      expect(await api.status("GET", "/v1/operator/keyring")).toBe(200);
      expect(await api.put("/v1/kv/of-a-friend", "x")).toBe(true);
    }
    expect(await tokens(token)).toEqual(made);
  });

  test("DNS is answered to everybody", async () => {
    for (const name of names) {
      const found = await dns(addresses[name] as string).resolve4("more-2.node.consul");
      expect(found).toEqual([addresses["more-2"]]);
    }
  });

  test("no token shows in a process or a journal", async () => {
    const hidden = "sudo cat /var/lib/consul-cluster/server/staged/secrets/provisioner.token";
    // What is looked for comes on stdin.
    const look =
      "exec 3<&0; { sudo sh -c 'cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ'; sudo journalctl; } 2>/dev/null </dev/null | tr '\\0' '\\n' | grep -acF -f /dev/fd/3 || true";
    for (const name of names) {
      const provisioner = (await on(name, hidden)).trim();
      for (const secret of [token, provisioner]) {
        const { stdout } = await ssh(trio.name, name, look, secret);
        expect(stdout.trim(), name).toBe("0");
      }
    }
  });

  test("its tokens rotate by reloads, while DNS is answered", async () => {
    const { clientToken } = await trio.outputs<{ clientToken: string }>();
    writer = await (withToken(token)[0] as ConsulApi).secretOfToken(
      '{"Policies":[{"Name":"global-management"}]}',
    );
    const before = await processes();
    const unanswered = await whileDnsIsAsked(["more-1", "more-2"], async () => {
      const settings = { ...trio.settings, acl: { rotation: 2 } };
      await keepsItsPromise(trio, addresses, settings, { says: "reload", token: writer });
    });
    expect(unanswered).toEqual([]);
    expect(await processes()).toEqual(before);
    const next = await managementToken();
    expect(next).not.toBe(token);
    expect(await tokens(next)).toEqual(rotated);
    // A server that comes to lead makes what it read at its start, if it is not there.
    await (withToken(next)[0] as ConsulApi).put("/v1/operator/raft/transfer-leader");
    await eventually("another server leads", 20, async () => {
      const [api] = withToken(next) as [ConsulApi];
      return (await api.status("GET", "/v1/operator/keyring")) === 200;
    });
    await pause(3000);
    for (const api of withToken(token))
      expect(await api.status("GET", "/v1/operator/keyring")).toBe(403);
    // Client agents get theirs in their own stack's next run.
    expect(await withToken(clientToken)[0]?.status("GET", "/v1/acl/token/self")).toBe(200);
    expect(await strangerSees()).toEqual(nothing);
  });

  test("another management token takes the place of the one before, in a restart under load", async () => {
    const given = "5f7d2c64-8a0e-4b1c-9d3f-6e2a7b90c1d8";
    const [before] = withToken(await managementToken()) as [ConsulApi];
    const kept = await keepsItsPromise(
      trio,
      addresses,
      { ...trio.settings, acl: { rotation: 2, managementToken: await trio.encrypted(given) } },
      { says: "restart", token: writer },
    );
    expect(kept.said).toContain("leadership handed over");
    expect(await managementToken()).toBe(given);
    expect(await tokens(given)).toEqual(rotated);
    expect(await before.status("GET", "/v1/operator/keyring")).toBe(403);
    expect(await strangerSees()).toEqual(nothing);
  });

  // And with it to the tokens of the rotation before.
  test("is led back in two runs: nobody needs a token, and none is left on a host", async () => {
    const { acl: _, ...without } = trio.settings;
    for (const settings of [{ ...without, acl: { defaultPolicy: "allow" } }, without])
      await keepsItsPromise(trio, addresses, settings, { says: "restart", token: writer });
    expect(await strangers[0]?.put("/v1/kv/of-a-stranger", "x")).toBe(true);
    const left = "sudo find /var/lib/consul-cluster/server -name '*.token' -o -name '*.curl'";
    for (const name of names) expect(await on(name, left), name).toBe("");
    isThere = true;
  });
});

describe("a cluster without ACLs any more", () => {
  // Where these tests run alone it has none yet.
  beforeAll(() => (isThere ? undefined : trioIsUpWith({})));
  afterAll(() => trio.destroy());

  test("cannot deny in one run, as the plan says", async () => {
    const kept = await keepsItsPromise(
      trio,
      addresses,
      { ...trio.settings, acl: {} },
      { says: "restart", refused: "fixed-settings" },
    );
    expect(kept.said).toContain("acl cannot go from off to deny in one run");
    expect(kept.said, "no host was reached").not.toMatch(/-(release|secrets|config) updating/);
    expect(await strangers[0]?.put("/v1/kv/of-a-stranger", "x")).toBe(true);
  });

  test("allows first: writers without a token write on, and tokens are made", async () => {
    await keepsItsPromise(
      trio,
      addresses,
      { ...trio.settings, acl: { defaultPolicy: "allow" } },
      { says: "restart" },
    );
    // Consul has kept what others made; what is this project's comes of another seed.
    expect(await tokens(await managementToken())).toEqual(made);
    expect(await strangers[0]?.put("/v1/kv/of-a-stranger", "x")).toBe(true);
  });

  // Both in one run: while the tokens are tried every server still judges by "allow".
  test("and then denies, with other tokens: writers with one of their own write on, and strangers see nothing", async () => {
    const before = await managementToken();
    const token = await (withToken(before)[0] as ConsulApi).secretOfToken(
      '{"Policies":[{"Name":"global-management"}]}',
    );
    await keepsItsPromise(
      trio,
      addresses,
      { ...trio.settings, acl: { rotation: 2 } },
      { says: "restart", token },
    );
    const next = await managementToken();
    expect(next).not.toBe(before);
    expect(await tokens(next)).toEqual(rotated);
    expect(await strangerSees()).toEqual(nothing);
  });
});
