import { isSocket } from "../../components/cluster/listening";
import { hasHttps } from "../../components/settings/tlsModes";
import { type Access, ConsulApi } from "./consul";
import type { Settings } from "./stack";
import { openTunnel, type Tunnel } from "./tunnel";

/** What a load asks of a server. */
export type Asked = Pick<ConsulApi, "put" | "get">;

/**
 * One server's HTTP API while the place where it listens changes: whatever is asked goes through the door that was
 * open the last time, and through the others where that one is closed.
 */
export class ApiByDoors implements Asked {
  private last = 0;

  constructor(private readonly doors: readonly ConsulApi[]) {}

  put(path: string, body?: string, timeout?: number): Promise<boolean> {
    return this.ask((door) => door.put(path, body, timeout));
  }

  get<T>(path: string): Promise<T> {
    return this.ask((door) => door.get<T>(path));
  }

  /** A door that answers, or that keeps one waiting, was open: nothing is asked twice of a server. */
  private async ask<T>(question: (door: ConsulApi) => Promise<T>): Promise<T> {
    let closed: unknown;
    for (const [offset] of this.doors.entries()) {
      const index = (this.last + offset) % this.doors.length;
      try {
        const answer = await question(this.doors[index] as ConsulApi);
        this.last = index;
        return answer;
      } catch (error) {
        if (!isClosed(error)) throw error;
        closed = error;
      }
    }
    throw closed;
  }
}

/** Refused, or ended before there was an answer: as a tunnel does where nobody listens behind it. */
function isClosed(error: unknown): boolean {
  // What `fetch` says of it is the cause of its error.
  const { code, cause } = error as { code?: string; cause?: { code?: string } };
  return ["ECONNREFUSED", "ECONNRESET", "UND_ERR_SOCKET"].includes(code ?? cause?.code ?? "");
}

/** Where the servers of a stack are asked, before and after a change of where HTTP listens. */
export interface Doors {
  apis: Record<string, Asked>;
  close(): void;
}

/**
 * `hosts`: names by address; `access`: what they are asked with. A server that listens on loopback alone is asked through a
 * tunnel, and one with HTTPS over that, unless nobody knows its CA.
 */
export async function openDoors(
  stack: string,
  hosts: Record<string, string>,
  settings: readonly Settings[],
  { token, ca }: Access = {},
): Promise<Doors> {
  const all = settings.flatMap(placesOf).filter(({ https }) => !https || ca !== undefined);
  const places = [...new Map(all.map((place) => [JSON.stringify(place), place])).values()];
  const tunnels: Tunnel[] = [];
  const apis: Record<string, Asked> = {};
  const close = () => {
    for (const tunnel of tunnels) tunnel.close();
  };
  const addressOf = async (name: string, { port, open }: Place) => {
    if (open) return `${hosts[name]}:${port}`;
    const tunnel = await openTunnel(stack, name, port);
    tunnels.push(tunnel);
    return tunnel.address;
  };
  try {
    for (const name of Object.keys(hosts)) {
      const doors: ConsulApi[] = [];
      for (const place of places)
        doors.push(
          new ConsulApi(await addressOf(name, place), token, place.https ? ca : undefined),
        );
      apis[name] = new ApiByDoors(doors);
    }
  } catch (error) {
    close();
    throw error;
  }
  return { apis, close };
}

/** Where a server is asked from elsewhere. */
export interface Place {
  port: number;
  /** Otherwise it is open to programs of its host alone. */
  open: boolean;
  https: boolean;
}

/**
 * Plain HTTP may be there, too, where there is HTTPS: on loopback, for the host's own programs. None, where HTTP listens on a
 * socket alone, or nowhere.
 */
export function placesOf(settings: Settings): Place[] {
  const { ports, addresses, tls } = settings as {
    ports?: { http?: number; https?: number };
    addresses?: { http?: string; https?: string };
    tls?: { mode?: string };
  };
  const https = tls !== undefined && hasHttps(tls.mode ?? "required");
  const port = https ? (ports?.https ?? 8501) : (ports?.http ?? 80);
  const listening = ((https ? addresses?.https : addresses?.http) ?? "0.0.0.0").split(" ");
  if (port === -1 || listening.every(isSocket)) return [];
  const open = listening.some((address) => address !== "127.0.0.1" && address !== "::1");
  return [{ port, open, https }];
}
