import type { PlainArgs } from "../../../../components/cluster/args";
import type { Answer, Answers } from "../../../support/curl/fakeConsul";
import { agent, bodyOf, type Release } from "../../host-lib/answers";
import { owner } from "../../render/cases";
import { Host } from "../../support/host";

/** The own agent, where the facts of the host have it. */
export const api = "http://127.0.0.1:80";
export const address = "127.0.78.13";
export const id = "00000000-0000-4000-8000-000000000013";

export const raft = "GET /v1/operator/raft/configuration";
export const autopilot = "GET /v1/operator/autopilot/health";
export const members = "GET /v1/agent/members";
export const wan = "GET /v1/agent/members?wan=1";
/** The names of the servers that shall be, as ready.sh notes them. */
export const noted = "GET /v1/kv/consul-cluster/servers?raw";
/** That this one comes back, for who looks for members that are away. */
export const told = "PUT /v1/kv/consul-cluster/replaced/consul-3?acquire=11";
/** Whether that has been told by then. */
export const noteOf = "GET /v1/kv/consul-cluster/replaced/consul-3?raw";
const session = "PUT /v1/session/create";
export const join = `PUT /v1/agent/join/${address}`;

export const about = (dead: "yes" | "no") =>
  `name=consul-1 owner=${owner} server=consul-3 address=${address} datacenter=dc1 dead=${dead}`;

/** An answer's JSON, with other servers. */
export function without(
  release: Release,
  name: string,
  is: (server: Record<string, unknown>) => boolean,
) {
  const document = JSON.parse(bodyOf(release, name));
  document.Servers = document.Servers.filter((server: Record<string, unknown>) => !is(server));
  return JSON.stringify(document);
}

/** The members of a pool, this server with another status: 3 has left, 4 has failed. */
export function membersWith(release: Release, name: string, status: number): string {
  const all: { Name: string; Status: number }[] = JSON.parse(bodyOf(release, name));
  const changed = (each: { Name: string }) => each.Name.split(".")[0] === "consul-3";
  return JSON.stringify(all.map((each) => (changed(each) ? { ...each, Status: status } : each)));
}

/** The removal of the server from Raft, after which it is in no configuration any more. */
const removal = (release: Release, change: Answers = {}): Answers => ({
  [`DELETE /v1/operator/raft/peer?id=${id}`]: {
    next: {
      [api]: {
        [raft]: without(release, "unknown-server.raft-configuration", ({ ID }) => ID === id),
        ...change,
      },
    },
  },
});

export const leaves = (next?: Answer["next"]): Answers => ({
  "PUT /v1/agent/force-leave/consul-3?prune": next ? { next } : {},
  "PUT /v1/agent/force-leave/consul-3.dc1?prune&wan=1": {},
});

/** `seconds` to forget it in, `dies` to find out that it is dead, `returns` where it is to come back under its name. */
export function run(
  answers: Answers,
  {
    words = about("no"),
    more = "",
    seconds = 60,
    dies = 0,
    returns = false,
    args = {} as PlainArgs,
  } = {},
) {
  const host = new Host();
  host.apply(host.stage(host.render(args)));
  const names = { body: returns ? "consul-1 consul-2 consul-3" : "consul-1 consul-2" };
  host.agents = {
    [api]: {
      [noted]: names,
      [told]: "true",
      [noteOf]: { code: 404 },
      [session]: '{"ID":"11"}',
      ...answers,
    },
  };
  const { status, stdout, stderr, requests } = host.run(
    "force-remove.sh",
    `lock() { echo "lock $1"; }
    sleep() { :; }
    cluster_lock() { echo "cluster lock $1"; }
    wait_until_well() { echo "gate without $2 $3"; }
    missing_servers() { :; }
    require_cluster_lock() { echo "look at the lock"; }
    FORGOTTEN_S=${seconds} DEAD_S=${dies}
    ${more}
    main ${words} </dev/null`,
  );
  const changes = requests.filter((request) => !/^(GET |PUT \S*\/session\/)/.test(request));
  return {
    status,
    did: stdout.split("\n").slice(0, -1),
    changes: changes.map((change) => change.replace(api, "")),
    said: stderr,
  };
}

export const both = [
  "PUT /v1/agent/force-leave/consul-3?prune",
  "PUT /v1/agent/force-leave/consul-3.dc1?prune&wan=1",
];
export const gates = [
  "lock forgetting consul-3",
  "cluster lock forgetting consul-3",
  `gate without consul-3 ${id}`,
  "look at the lock",
];

/** What an agent says, but for the names of the servers, which are for `run`. */
export function answersOf(release: Release, situation: string): Answers {
  const { [noted]: _, ...answers } = agent(release, situation);
  return answers;
}

/** What is said of a server that is dead, its name forgotten, until it is taken out. */
export const deadOf =
  (release: Release) =>
  (more: Answers = {}): Answers => ({
    ...answersOf(release, "unknown-server"),
    ...leaves(),
    ...removal(release),
    ...more,
  });
