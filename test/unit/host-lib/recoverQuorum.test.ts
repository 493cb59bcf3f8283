// When a person may tell the servers that are left to be the cluster: not where it has a leader, whether the own server
// is part of that or not, and not past a server that runs.
//
// Does not prove that a cluster is brought back: test/failures/quorum-lost does.

import { expect, test } from "vitest";
import type { PlainArgs } from "../../../components/cluster/args";
import type { Agents } from "../../support/curl/fakeConsul";
import { Host } from "../support/host";
import { agent } from "./answers";

const own = "http://127.0.0.1:80";
const peer = (number: number) => `http://10.0.0.${number}:80`;
const serves = agent("1.22.0", "leader");
const leaderless = { "GET /v1/status/leader": '""' };

/** What it says to a server with these agents around it; `open`: peers whose Raft listens. */
function refusal(agents: Agents, open: string[] = [], servers = "id@10.0.0.11", args?: PlainArgs) {
  const host = new Host();
  const set = host.stage(host.render(args));
  host.apply(set);
  host.agents = agents;
  if (agents[own] === "refused") host.service.MainPID = 0;
  const probe = `probe() { case " ${open.join(" ")} " in *" $1 "*) echo "$2" | sed 's/^8300$/open/' ;; *) echo silent ;; esac; }`;
  const { status, stderr } = host.run(
    "recover-quorum.sh",
    `${probe}; servers=${servers}; refuse_over_a_leader`,
  );
  return status === 0 ? "" : stderr;
}

test("not where the cluster has a leader, of which a server that does not run knows nothing", () => {
  const dead = { [own]: "refused" as const };
  const said = refusal({ ...dead, [peer(12)]: serves, [peer(13)]: "silent" });
  expect(said).toMatch(
    /this cluster has a leader, at http:\/\/10\.0\.0\.12:80: .*nothing was changed/,
  );
});

test("not where the own server knows one", () => {
  expect(refusal({ [own]: serves })).toContain("this cluster has a leader");
});

test("not past a server whose Raft listens, though its HTTP is closed to this host", () => {
  const closed = { addresses: { http: "127.0.0.1" } };
  const said = refusal({ [own]: leaderless }, ["10.0.0.13"], "id@10.0.0.11", closed);
  expect(said).toMatch(/Consul listens at 10\.0\.0\.13, port 8300, which the list does not name/);
  const both = "id@10.0.0.11,id@10.0.0.13";
  expect(refusal({ [own]: leaderless }, ["10.0.0.13"], both, closed)).toBe("");
  // 10.0.0.1 is none of them.
  const other = "id@10.0.0.11,id@10.0.0.130";
  expect(refusal({ [own]: leaderless }, ["10.0.0.13"], other, closed)).toContain("10.0.0.13");
});

test("where the others are gone", () => {
  const gone = { [own]: leaderless, [peer(12)]: "silent" as const, [peer(13)]: "silent" as const };
  expect(refusal(gone)).toBe("");
});
