import { isSocket } from "../../components/cluster/listening";
import { hasHttps } from "../../components/render/tls";
import { ConsulApi } from "./consul";
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
  private readonly doors: ConsulApi[];

  /** Doors over HTTP are their addresses. */
  constructor(doors: readonly (string | ConsulApi)[], token?: string) {
    this.doors = doors.map((door) =>
      typeof door === "string" ? new ConsulApi(door, token) : door,
    );
  }

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
  const { name, code, cause } = error as {
    name?: string;
    code?: string;
    cause?: { code?: string };
  };
  // Over HTTPS nothing is behind a tunnel.
  if (code === "ECONNREFUSED") return true;
  return (
    name === "TypeError" &&
    ["ECONNREFUSED", "ECONNRESET", "UND_ERR_SOCKET"].includes(cause?.code ?? "")
  );
}

/** Where the servers of a stack are asked, before and after a change of where HTTP listens. */
export interface Doors {
  apis: Record<string, Asked>;
  close(): void;
}

/** What servers are asked with. */
export interface Credentials {
  token?: string;
  /** Of TLS: with it, HTTPS is the door where it is open. */
  ca?: string;
}

/**
 * `hosts`: names by address. A server that listens on loopback alone is asked through a tunnel. Where HTTP is off, or on a socket
 * alone, HTTPS is its only door.
 */
export async function openDoors(
  stack: string,
  hosts: Record<string, string>,
  settings: readonly Settings[],
  { token, ca }: Credentials = {},
): Promise<Doors> {
  const found = settings.flatMap((one) => placeOf(one, ca !== undefined));
  const places = [...new Map(found.map((place) => [key(place), place])).values()];
  const tunnels: Tunnel[] = [];
  const apis: Record<string, Asked> = {};
  try {
    for (const [name, address] of Object.entries(hosts)) {
      const doors: (string | ConsulApi)[] = [];
      for (const { port, open, tls } of places) {
        if (tls) doors.push(new ConsulApi(`${address}:${port}`, token, ca));
        else if (open) doors.push(`${address}:${port}`);
        else {
          const tunnel = await openTunnel(stack, name, port);
          tunnels.push(tunnel);
          doors.push(tunnel.address);
        }
      }
      apis[name] = new ApiByDoors(doors, token);
    }
  } catch (error) {
    for (const tunnel of tunnels) tunnel.close();
    throw error;
  }
  const close = () => {
    for (const tunnel of tunnels) tunnel.close();
  };
  return { apis, close };
}

interface Place {
  port: number;
  open: boolean;
  tls: boolean;
}

const key = ({ port, open, tls }: Place) => `${port} ${open} ${tls}`;

function placeOf(settings: Settings, hasCa: boolean): Place | [] {
  const { ports, addresses, tls } = settings as {
    ports?: { http?: number; https?: number };
    addresses?: { http?: string };
    tls?: { mode?: string };
  };
  // With TLS it is HTTPS that is open.
  const closed = tls !== undefined && hasHttps(tls.mode ?? "required");
  if (closed && hasCa) return { port: ports?.https ?? 8501, open: true, tls: true };
  const places = (addresses?.http ?? (closed ? "127.0.0.1" : "0.0.0.0")).split(" ");
  const listening = places.filter((place) => !isSocket(place));
  if (listening.length === 0 || ports?.http === -1) return [];
  const open = listening.some((address) => address !== "127.0.0.1" && address !== "::1");
  return { port: ports?.http ?? 80, open, tls: false };
}
