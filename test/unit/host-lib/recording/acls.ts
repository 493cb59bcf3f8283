import type { Book } from "./book";
import { Trio } from "./cluster";
import { tokens } from "./dummies";
import { leave, reading, refused, vain, withToken, writing } from "./questions";

/** With ACLs, and nothing allowed to whom has no token: what such callers see of the same cluster. */
export async function recordAcls(book: Book, consul: string, root: string): Promise<void> {
  const acl = {
    enabled: true,
    default_policy: "deny",
    tokens: { initial_management: tokens.management },
  };
  const trio = new Trio(consul, root, { acl }, tokens.management);
  const everything = { ...reading, ...writing, ...vain, ...refused, leave };
  try {
    const [first] = trio.all;
    await first.start();
    await book.noteAll("anonymous-waiting", first, everything);
    await Promise.all(trio.all.slice(1).map((agent) => agent.start()));
    const { leader, follower, other } = await trio.well();
    await leader.ask({
      method: "PUT",
      path: "/v1/kv/consul-cluster/servers",
      body: "consul-1 consul-2 consul-3",
      token: tokens.management,
    });
    await book.noteAll("anonymous-leader", leader, everything);
    await book.noteAll("anonymous-follower", follower, everything);
    await book.noteAll("wrong-token", leader, withToken(tokens.wrong, everything));
    await book.noteAll("management", leader, withToken(tokens.management, reading));
    await other.kill();
    await trio.member(leader, other.name, 4);
    await book.noteAll("anonymous-one-down", leader, reading);
    await leader.kill();
    await trio.leaderless(follower);
    await book.noteAll("anonymous-no-leader", follower, everything);
  } finally {
    await trio.kill();
  }
}
