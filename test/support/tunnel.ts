import { spawn } from "node:child_process";
import { connect, createServer } from "node:net";
import { sshOptions } from "./machines";
import { eventually } from "./wait";

/** A way to a port of a machine's own loopback. */
export interface Tunnel {
  /** `host:port` on this computer. */
  address: string;
  close(): void;
}

export async function openTunnel(stack: string, name: string, port: number): Promise<Tunnel> {
  const { options, address } = sshOptions(stack, name);
  const own = await freePort();
  const forward = `127.0.0.1:${own}:127.0.0.1:${port}`;
  const argv = [...options, "-o", "ExitOnForwardFailure=yes", "-N", "-L", forward];
  const child = spawn("ssh", [...argv, `admin@${address}`], { stdio: "ignore" });
  const close = () => {
    child.kill();
  };
  await eventually(`a tunnel to ${name}`, 20, () => accepts(own)).catch((error: unknown) => {
    close();
    throw error;
  });
  return { address: `127.0.0.1:${own}`, close };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const ended = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket.once("connect", () => ended(true)).once("error", () => ended(false));
  });
}
