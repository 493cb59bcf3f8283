import { eventually } from "../../../support/wait";
import { type Agent, type Question, server, servers } from "./agent";

export interface RaftServer {
  ID: string;
  Node: string;
  Address: string;
  Leader: boolean;
  Voter: boolean;
}

export interface Health {
  Name: string;
  Healthy: boolean;
  Voter: boolean;
}

/** Three servers, as a recording needs to see them; `token`: where it asks with one. */
export class Trio {
  readonly all: readonly [Agent, Agent, Agent];

  constructor(
    consul: string,
    root: string,
    more: Record<string, unknown> = {},
    private readonly token?: string,
  ) {
    const [one, two, three] = servers;
    const make = (number: number) => server(consul, root, number, more);
    this.all = [make(one), make(two), make(three)];
  }

  /** What an agent answers, as a value; fails where it does not answer with 200 or 429. */
  async see<T>(agent: Agent, path: string): Promise<T> {
    const question: Question = { method: "GET", path, token: this.token };
    const { code, body } = await agent.ask(question);
    if (code !== 200 && code !== 429) throw new Error(`${path}: ${code} ${body}`);
    return JSON.parse(body) as T;
  }

  /** Who leads, and one who follows, once all three are healthy voters. */
  async well(): Promise<{ leader: Agent; follower: Agent; other: Agent }> {
    const health = await eventually("three healthy voters", 60, async () => {
      const seen = await this.see<{ Healthy: boolean; Servers: { Voter: boolean }[] }>(
        this.all[0],
        "/v1/operator/autopilot/health",
      );
      return (
        seen.Healthy &&
        seen.Servers.length === 3 &&
        seen.Servers.every((each) => each.Voter) &&
        seen
      );
    });
    const leader = await this.leader();
    const [follower, other] = this.all.filter((agent) => agent !== leader);
    if (!health || !follower || !other) throw new Error("a cluster of three has two followers");
    return { leader, follower, other };
  }

  async leader(): Promise<Agent> {
    return eventually("a leader that all name", 30, async () => {
      const named = await Promise.all(
        this.all.map((agent) => this.see<string>(agent, "/v1/status/leader")),
      );
      const [first] = named;
      return (
        named.every((each) => each === first) &&
        this.all.find((agent) => first === `${agent.address}:8300`)
      );
    });
  }

  async leaderless(agent: Agent): Promise<void> {
    await eventually("no leader any more", 30, async () => {
      return (await this.see<string>(agent, "/v1/status/leader")) === "";
    });
  }

  /** Waits until `agent` sees this member in this status of gossip (1 alive, 3 left, 4 failed). */
  async member(agent: Agent, name: string, status: number, pool = ""): Promise<void> {
    await eventually(`${name} in status ${status}`, 180, async () => {
      const path = `/v1/agent/members${pool}`;
      const seen = await this.see<{ Name: string; Status: number }[]>(agent, path);
      return seen.some((each) => each.Name === name && each.Status === status);
    });
  }

  /** Waits until Raft's configuration, as `agent` has it, is so. */
  async raft(agent: Agent, what: string, so: (servers: RaftServer[]) => boolean): Promise<void> {
    await eventually(what, 60, async () => {
      const path = "/v1/operator/raft/configuration?stale";
      return so((await this.see<{ Servers: RaftServer[] }>(agent, path)).Servers);
    });
  }

  /** Waits until autopilot, as `agent` tells it, sees its servers so. */
  async autopilot(agent: Agent, what: string, so: (servers: Health[]) => boolean): Promise<void> {
    await eventually(what, 60, async () => {
      const path = "/v1/operator/autopilot/health";
      return so((await this.see<{ Servers: Health[] }>(agent, path)).Servers);
    });
  }

  async start(): Promise<void> {
    await Promise.all(this.all.map((agent) => agent.start()));
  }

  async kill(): Promise<void> {
    await Promise.all(this.all.map((agent) => agent.kill()));
  }
}
