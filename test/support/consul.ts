import { Resolver } from "node:dns/promises";
import { Agent, type RequestOptions, request } from "node:https";

/** What a cluster is asked with; nothing where it has neither ACLs nor HTTPS. */
export interface Access {
  token?: string;
  /** Certificate of the CA by which servers are known, where they are asked over HTTPS. */
  ca?: string;
}

/** One server's HTTP API, from outside of its machine. */
export class ConsulApi {
  /** `token`: where there are ACLs. `ca`: the certificate by which it is known, where it is asked over HTTPS. */
  constructor(
    readonly address: string,
    private readonly token?: string,
    private readonly ca?: string,
  ) {}

  /** Where it is asked, and with what. */
  protected async door(): Promise<Access & { address: string }> {
    return { address: this.address, token: this.token, ca: this.ca };
  }

  async get<T>(path: string): Promise<T> {
    const response = await this.request("GET", path);
    if (!response.ok && response.status !== 429) {
      throw new Error(`${this.address}${path}: ${response.status} ${await response.text()}`);
    }
    return (await response.json()) as T;
  }

  /** Consul's leader as this server names it, "" for none. */
  leader(): Promise<string> {
    return this.get<string>("/v1/status/leader");
  }

  async put(path: string, body = "", timeout?: number): Promise<boolean> {
    const response = await this.request("PUT", path, body, timeout);
    return response.ok && (await response.text()).trim() === "true";
  }

  /** Makes something and returns its ID. */
  async create(path: string, body: string): Promise<string> {
    const { ID } = (await (await this.request("PUT", path, body)).json()) as { ID: string };
    return ID;
  }

  /** Makes a token of ACLs and returns what it is used by. */
  async secretOfToken(body: string): Promise<string> {
    const response = await this.request("PUT", "/v1/acl/token", body);
    return ((await response.json()) as { SecretID: string }).SecretID;
  }

  /** A value of the KV store, linearizable. */
  async value(key: string): Promise<string | undefined> {
    const response = await this.request("GET", `/v1/kv/${key}?raw&consistent`);
    return response.ok ? await response.text() : undefined;
  }

  /** The HTTP code of an answer. */
  async status(method: string, path: string, body?: string): Promise<number> {
    const response = await this.request(method, path, body);
    await response.text();
    return response.status;
  }

  private async request(
    method: string,
    path: string,
    body?: string,
    timeout = 5000,
  ): Promise<Response> {
    const { address, token, ca } = await this.door();
    const headers = token ? { "X-Consul-Token": token } : undefined;
    const signal = AbortSignal.timeout(timeout);
    if (ca === undefined)
      return fetch(`http://${address}${path}`, { method, body, headers, signal });
    const options = { method, headers, signal, agent: agentOf(ca) };
    return overTls(`https://${address}${path}`, options, body);
  }
}

const agents = new Map<string, Agent>();

/**
 * Connections are kept, as `fetch` does: a writer in a rhythm of 20 ms would keep this computer busy with handshakes. Of one that
 * has ended nobody hears again; what was just being asked on it has failed.
 */
function agentOf(ca: string): Agent {
  const agent = agents.get(ca) ?? new Agent({ ca, keepAlive: true });
  agents.set(ca, agent);
  return agent;
}

/** `fetch` takes no CA. */
function overTls(url: string, options: RequestOptions, body?: string): Promise<Response> {
  return new Promise((resolve, reject) => {
    request(url, options, (answer) => {
      const parts: Buffer[] = [];
      answer.on("data", (part: Buffer) => parts.push(part)).on("error", reject);
      answer.on("end", () => {
        const { statusCode: status = 0 } = answer;
        const text = Buffer.concat(parts).toString();
        resolve(new Response([204, 304].includes(status) ? null : text, { status }));
      });
    })
      .on("error", reject)
      .end(body);
  });
}

export interface Member {
  Name: string;
  Addr: string;
  /** 1 alive, 2 leaving, 3 left, 4 failed. */
  Status: number;
}

export interface RaftServer {
  ID: string;
  Node: string;
  Leader: boolean;
  Voter: boolean;
}

/** Asks a server's DNS on port 53. */
export function dns(address: string): Resolver {
  const resolver = new Resolver({ timeout: 2000, tries: 2 });
  resolver.setServers([address]);
  return resolver;
}
