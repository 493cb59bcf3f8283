import type { Question } from "./agent";
import { gossipKeys } from "./dummies";

const get = (path: string): Question => ({ method: "GET", path });
const put = (path: string, body?: string): Question => ({ method: "PUT", path, body });

/** What an agent knows by itself, and what it passes on to the leader: all of it changes nothing. */
export const reading: Record<string, Question> = {
  "status-leader": get("/v1/status/leader"),
  "status-peers": get("/v1/status/peers"),
  self: get("/v1/agent/self"),
  members: get("/v1/agent/members"),
  "members-wan": get("/v1/agent/members?wan=1"),
  "autopilot-health": get("/v1/operator/autopilot/health"),
  "autopilot-configuration": get("/v1/operator/autopilot/configuration"),
  "raft-configuration": get("/v1/operator/raft/configuration"),
  "raft-configuration-stale": get("/v1/operator/raft/configuration?stale"),
  keyring: get("/v1/operator/keyring"),
  "kv-found": get("/v1/kv/consul-cluster/servers"),
  "kv-raw": get("/v1/kv/consul-cluster/servers?raw"),
  "kv-consistent": get("/v1/kv/consul-cluster/servers?raw&consistent"),
  "kv-missing": get("/v1/kv/consul-cluster/nothing?raw"),
};

/** Who is in the pool, and what the leader's catalog knows of each. */
export const catalog: Record<string, Question> = {
  members: get("/v1/agent/members"),
  nodes: get("/v1/catalog/nodes?consistent"),
};

/** What changes something, where it is not refused. */
export const writing: Record<string, Question> = {
  "kv-put": put("/v1/kv/consul-cluster/canary", "a canary"),
  "autopilot-put": put("/v1/operator/autopilot/configuration", '{"MinQuorum":3}'),
  "session-create": put("/v1/session/create", '{"Name":"consul-cluster","TTL":"30s","Checks":[]}'),
  reload: put("/v1/agent/reload"),
};

/** What fails even where it is allowed: there is no such server, host or key. */
export const vain: Record<string, Question> = {
  "join-nobody": put("/v1/agent/join/127.0.78.99"),
  "force-leave-nobody": put("/v1/agent/force-leave/consul-9"),
  "transfer-leader-nobody": {
    method: "POST",
    path: "/v1/operator/raft/transfer-leader?id=00000000-0000-4000-8000-000000000099",
  },
  "remove-peer-nobody": {
    method: "DELETE",
    path: "/v1/operator/raft/peer?id=00000000-0000-4000-8000-000000000099",
  },
  "keyring-use-unknown": put("/v1/operator/keyring", JSON.stringify({ Key: gossipKeys.unknown })),
  "session-destroy-unknown": put("/v1/session/destroy/00000000-0000-4000-8000-000000000099"),
};

/** Only where it is refused: elsewhere it answers with an archive, or ends the agent. */
export const refused: Record<string, Question> = {
  snapshot: get("/v1/snapshot"),
};

export const leave = put("/v1/agent/leave");

export const keyring = (method: "POST" | "PUT" | "DELETE", key: string): Question => ({
  method,
  path: "/v1/operator/keyring",
  body: JSON.stringify({ Key: key }),
});

/** The same questions of a caller with this token. */
export function withToken(
  token: string,
  questions: Record<string, Question>,
): Record<string, Question> {
  return Object.fromEntries(
    Object.entries(questions).map(([name, question]) => [name, { ...question, token }]),
  );
}
