import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "./net";
import type { Values } from "./values";

const program = "/usr/sbin/sshd";

/** A real OpenSSH server on loopback, with keys and a folder of its own. */
export class Sshd {
  private constructor(
    private readonly process: ChildProcess,
    /** For whatever a test's commands leave behind; gone with the server. */
    readonly dir: string,
    readonly port: number,
  ) {}

  /** @param settings more lines of its configuration */
  static async start(settings: string[] = []): Promise<Sshd> {
    if (!existsSync(program)) {
      throw new Error(`${program} is missing: install Debian's openssh-server`);
    }
    const dir = mkdtempSync(join(tmpdir(), "conformance-"));
    const port = await freePort();
    makeKey(join(dir, "host"));
    makeKey(join(dir, "client"));
    writeFileSync(join(dir, "config"), config(dir, port, settings));
    if (process.getuid?.() === 0) {
      // Debian's sshd locks itself in here when it runs as root, and does not start without it.
      mkdirSync("/run/sshd", { recursive: true });
    }
    const child = spawn(program, ["-D", "-e", "-f", join(dir, "config")], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    const server = new Sshd(child, dir, port);
    await server.listening();
    return server;
  }

  get hostKey(): string {
    return readFileSync(join(this.dir, "host.pub"), "utf8");
  }

  get privateKey(): string {
    return readFileSync(join(this.dir, "client"), "utf8");
  }

  get privateKeyFile(): string {
    return join(this.dir, "client");
  }

  /** A `connection` input that logs in here as the user who runs the tests. */
  connection(changes: Values = {}): Values {
    return {
      host: "127.0.0.1",
      port: this.port,
      user: userInfo().username,
      privateKey: this.privateKey,
      dialErrorLimit: 0,
      ...changes,
    };
  }

  async stop(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      this.process.kill("SIGTERM");
      await once(this.process, "exit");
    }
    rmSync(this.dir, { recursive: true, force: true });
  }

  private async listening(): Promise<void> {
    let messages = "";
    this.process.stderr?.on("data", (data: Buffer) => {
      messages += data.toString();
    });
    for (let tries = 0; tries < 100; tries++) {
      if (this.process.exitCode !== null) {
        throw new Error(`${program} ended by itself: ${messages}`);
      }
      if (await answers(this.port)) {
        return;
      }
      await sleep(50);
    }
    throw new Error(`${program} does not listen after 5 s: ${messages}`);
  }
}

function config(dir: string, port: number, settings: string[]): string {
  return [
    "ListenAddress 127.0.0.1",
    `Port ${port}`,
    `HostKey ${join(dir, "host")}`,
    `AuthorizedKeysFile ${join(dir, "client.pub")}`,
    `PidFile ${join(dir, "pid")}`,
    // The folder of temporary files is open to all, which sshd otherwise refuses.
    "StrictModes no",
    "PasswordAuthentication no",
    "PermitRootLogin prohibit-password",
    ...settings,
    "",
  ].join("\n");
}

function makeKey(path: string): void {
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "conformance", "-f", path]);
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: "127.0.0.1", port });
    socket.once("data", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
