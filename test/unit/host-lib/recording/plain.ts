import { eventually } from "../../../support/wait";
import { type Agent, client, server } from "./agent";
import type { Book } from "./book";
import { Trio } from "./cluster";
import { gossipKeys } from "./dummies";
import { keyring, leave, reading, refused, vain, writing } from "./questions";

/** The life of a cluster without ACLs, from its first agent to the loss of its quorum and back. */
export async function recordPlain(book: Book, consul: string, root: string): Promise<void> {
  const trio = new Trio(consul, root);
  const more: Agent[] = [];
  try {
    await waiting(book, trio);
    const { leader, follower, other } = await whole(book, trio);
    const web = ["web-1", "web-2"].map((name, i) => client(consul, root, 21 + i, name));
    more.push(...web);
    await withClients(book, trio, leader, web);
    await locking(book, leader);
    await rotation(book, leader);
    await reloading(book, follower);
    await oneDown(book, trio, leader, follower, other);
    await leaderless(book, trio, leader, follower, web);
    await unknownServer(book, trio);
    const fourth = server(consul, root, 14, { bootstrap_expect: undefined });
    more.push(fourth);
    await joining(book, trio, fourth);
  } finally {
    await Promise.all([trio.kill(), ...more.map((agent) => agent.kill())]);
  }
}

/** One of three, which waits for the others and the first election. */
async function waiting(book: Book, trio: Trio): Promise<void> {
  const [first] = trio.all;
  await first.start();
  await book.noteAll("waiting", first, { ...reading, ...writing, ...vain, ...refused });
}

async function whole(book: Book, trio: Trio) {
  await Promise.all(trio.all.slice(1).map((agent) => agent.start()));
  const roles = await trio.well();
  const noted = { method: "PUT", path: "/v1/kv/consul-cluster/servers" };
  await roles.leader.ask({ ...noted, body: "consul-1 consul-2 consul-3" });
  await book.noteAll("leader", roles.leader, { ...reading, ...writing, ...vain });
  await book.noteAll("follower", roles.follower, { ...reading, ...writing });
  return roles;
}

/** A client that is there, one that has left and one that has failed. */
async function withClients(book: Book, trio: Trio, leader: Agent, web: Agent[]): Promise<void> {
  const [first, second] = web as [Agent, Agent];
  await Promise.all(web.map((agent) => agent.start()));
  for (const agent of web) await trio.member(leader, agent.name, 1);
  const { members, keyring } = reading;
  await book.noteAll("clients", leader, { members, keyring } as typeof reading);
  await book.noteAll("client", first, reading);
  await book.note("client.leave", second, leave);
  await second.ended();
  await trio.member(leader, second.name, 3);
  await book.noteAll("client-left", leader, { members, keyring } as typeof reading);
  await first.kill();
  await trio.member(leader, first.name, 4);
  await book.noteAll("client-failed", leader, { members, keyring } as typeof reading);
  await first.start();
  await trio.member(leader, first.name, 1);
}

/** The cluster's lock: taken, refused to another, looked at, given back. */
async function locking(book: Book, leader: Agent): Promise<void> {
  const ids = ["00000000-0000-4000-8000-0000000000a1", "00000000-0000-4000-8000-0000000000a2"];
  for (const dummy of ids) {
    const made = await leader.ask({
      method: "PUT",
      path: "/v1/session/create",
      body: '{"Name":"consul-cluster","TTL":"30s","Checks":[]}',
    });
    book.replace(JSON.parse(made.body).ID, dummy);
    const name = dummy.endsWith("1") ? "lock-free" : "lock-held";
    const id = JSON.parse(made.body).ID;
    const put = (path: string, body?: string) => ({ method: "PUT", path, body });
    const get = (path: string) => ({ method: "GET", path });
    const key = "/v1/kv/consul-cluster/lock";
    await book.note(`${name}.acquire`, leader, put(`${key}?acquire=${id}`, "holder"));
    await book.note(`${name}.kv-found`, leader, get(key));
    await book.note(`${name}.session-info`, leader, get(`/v1/session/info/${id}`));
    await book.note(`${name}.session-renew`, leader, put(`/v1/session/renew/${id}`));
    if (name === "lock-free") continue;
    await book.note(`${name}.release`, leader, put(`${key}?release=${id}`));
    await book.note(`${name}.session-destroy`, leader, put(`/v1/session/destroy/${id}`));
    await book.note(`${name}.session-gone`, leader, get(`/v1/session/info/${id}`));
    await book.note(`${name}.session-renew-gone`, leader, put(`/v1/session/renew/${id}`));
  }
}

/** A rotation, seen after each of its steps; it ends with the first key again, which the settings have. */
async function rotation(book: Book, leader: Agent): Promise<void> {
  const { first, second } = gossipKeys;
  const look = (situation: string) =>
    book.noteAll(situation, leader, { keyring: reading.keyring } as typeof reading);
  await book.note("rotation.install", leader, keyring("POST", second));
  await look("two-keys-old-used");
  await book.note("rotation.use", leader, keyring("PUT", second));
  await look("two-keys-new-used");
  await book.note("rotation.remove-used", leader, keyring("DELETE", second));
  await book.note("rotation.remove", leader, keyring("DELETE", first));
  await look("new-key");
  for (const method of ["POST", "PUT"] as const) await leader.ask(keyring(method, first));
  await leader.ask(keyring("DELETE", second));
}

async function reloading(book: Book, follower: Agent): Promise<void> {
  const { reload } = writing;
  follower.configure("20-broken.json", '{"log_level": ');
  await book.noteAll("broken-settings", follower, { reload } as typeof writing);
  follower.configure("20-broken.json", '{"no_such_setting": 1}');
  await book.noteAll("unknown-setting", follower, { reload } as typeof writing);
  follower.configure("20-broken.json");
}

/** One server of three is away: a rotation that goes on all the same, and a leadership handed over. */
async function oneDown(book: Book, trio: Trio, leader: Agent, follower: Agent, other: Agent) {
  await other.kill();
  await trio.member(leader, other.name, 4);
  await eventually("autopilot sees it", 30, async () => {
    return (
      (await leader.ask(reading["autopilot-health"] as { method: string; path: string })).code ===
      429
    );
  });
  await book.noteAll("one-down", leader, reading);
  await book.noteAll("one-down-follower", follower, reading);
  await book.note("one-down.install", leader, keyring("POST", gossipKeys.second));
  await book.note("one-down.keyring-two-keys", leader, reading.keyring as never);
  await leader.ask(keyring("DELETE", gossipKeys.second));
  // The pool of all datacenters is slower to notice.
  await trio.member(leader, `${other.name}.dc1`, 4, "?wan=1");
  await book.noteAll("one-down-for-long", leader, reading);
  await other.start();
  await trio.well();
  const path = "/v1/operator/raft/transfer-leader";
  const to = `00000000-0000-4000-8000-0000000000${follower.number}`;
  await book.note("leader.transfer-leader", leader, { method: "POST", path: `${path}?id=${to}` });
  await eventually(
    "the leadership is handed over",
    30,
    async () => (await trio.leader()) === follower,
  );
  await follower.ask({
    method: "POST",
    path: `${path}?id=00000000-0000-4000-8000-0000000000${leader.number}`,
  });
  await eventually("and back", 30, async () => (await trio.leader()) === leader);
}

/** Two servers of three are away; then the third is started anew. */
async function leaderless(book: Book, trio: Trio, leader: Agent, follower: Agent, web: Agent[]) {
  for (const agent of trio.all) if (agent !== follower) await agent.kill();
  await trio.leaderless(follower);
  for (const agent of trio.all) if (agent !== follower) await trio.member(follower, agent.name, 4);
  const all = { ...reading, ...writing, ...vain, ...refused };
  await book.noteAll("no-leader", follower, all);
  await book.noteAll("client-no-leader", web[0] as Agent, { ...reading, ...refused });
  await follower.kill();
  await book.noteAll("client-alone", web[0] as Agent, reading);
  await Promise.all(web.map((agent) => agent.kill()));
  await leader.start();
  await book.noteAll("restarted-no-leader", leader, all);
  await leader.kill();
}

/** Two servers that have never heard of the third since they were started: it has no name there. */
async function unknownServer(book: Book, trio: Trio): Promise<void> {
  const [first, second] = trio.all;
  for (const agent of trio.all) agent.forgetNeighbours();
  await Promise.all([first.start(), second.start()]);
  await eventually("a leader of two", 30, async () => {
    return (await trio.see<string>(first, "/v1/status/leader")) !== "";
  });
  await trio.member(first, second.name, 1);
  await trio.autopilot(
    first,
    "both are well",
    (servers) => servers.filter((each) => each.Healthy).length === 2,
  );
  await book.noteAll("unknown-server", first, reading);
}

/** A fourth server joins, and does not vote yet. */
async function joining(book: Book, trio: Trio, fourth: Agent): Promise<void> {
  const [first] = trio.all;
  await fourth.start();
  await trio.raft(first, "it is there without a vote", (servers) =>
    servers.some((each) => each.Node === fourth.name && !each.Voter),
  );
  await trio.autopilot(first, "and autopilot knows it", (servers) =>
    servers.some((each) => each.Name === fourth.name && !each.Voter),
  );
  await book.noteAll("joining", first, reading);
  await book.noteAll("joining-itself", fourth, reading);
}
