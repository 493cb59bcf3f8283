import { once } from "node:events";
import {
  type AddressInfo,
  createConnection,
  createServer,
  type Server,
  type Socket,
} from "node:net";

/** A port on loopback that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * A port on loopback that counts who dials it. It hangs up on everybody, or passes them on to
 * another port, and can cut the lines that it holds.
 */
export class Gate {
  /** When each connection arrived, in milliseconds. */
  readonly arrivals: number[] = [];
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  /**
   * @param target where to pass connections on to; hangs up on all where it is not given
   * @param refuseFirst how many to hang up on before passing on
   */
  static async open(target?: number, refuseFirst = 0): Promise<Gate> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const gate = new Gate(server, (server.address() as AddressInfo).port);
    server.on("connection", (socket) => {
      gate.arrivals.push(performance.now());
      if (target === undefined || gate.arrivals.length <= refuseFirst) {
        socket.destroy();
        return;
      }
      gate.join(socket, createConnection({ host: "127.0.0.1", port: target }));
    });
    return gate;
  }

  /** How many ends of lines it holds: two of each. */
  get held(): number {
    return this.sockets.size;
  }

  /** Cuts every line that goes through the gate, without a goodbye. */
  cut(): void {
    for (const socket of this.sockets) {
      socket.destroy();
    }
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(here: Socket, there: Socket): void {
    for (const [one, other] of [
      [here, there],
      [there, here],
    ] as const) {
      this.sockets.add(one);
      one.pipe(other);
      // A cut line is the point of the exercise; nobody needs to hear of it here.
      one.on("error", () => other.destroy());
      one.on("close", () => {
        this.sockets.delete(one);
        other.destroy();
      });
    }
  }
}
