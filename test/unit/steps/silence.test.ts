// A host that goes silent while a step waits for it: when it is told, whom that ends, and who is none of them.
//
// Does not prove that the engine ends with its plugin: it was seen to on machines, docs/operations.md, "A host that does not answer".

import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Limits, watchDoor } from "../../../components/steps/silence/door";
import { commandPlugins } from "../../../components/steps/silence/plugin";
import { eventually } from "../../support/wait";

const limits = { first: 20, pause: 20, answer: 60, silence: 250 };

/** A port on which each connection is given to `greet`; closed when the test ends. */
async function door(greet: (socket: Socket) => void) {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    greet(socket);
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  return { host: "127.0.0.1", port: (server.address() as AddressInfo).port };
}

/** Whether it was told silent in this time. */
async function isToldSilent(
  at: Awaited<ReturnType<typeof door>>,
  { within = 1000, ...more }: Partial<Limits & { within: number }> = {},
): Promise<boolean> {
  return new Promise((resolve) => {
    const stop = watchDoor(at, { ...limits, ...more }, () => resolve(true));
    setTimeout(() => {
      stop();
      resolve(false);
    }, within);
  });
}

const banner = "SSH-2.0-OpenSSH_9.2\r\n";

describe("a door", () => {
  test("that accepts and says nothing is told", async () => {
    expect(await isToldSilent(await door(() => {}), { within: 10_000 })).toBe(true);
  });

  test.each<[string, (socket: Socket) => void]>([
    ["says who it is", (socket) => void socket.write(banner)],
    ["hangs up", (socket) => void socket.end()],
  ])("that %s is not", async (_, greet) => {
    expect(await isToldSilent(await door(greet), { answer: 5000 })).toBe(false);
  });

  test("that nobody listens at is not: a dial ends there", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, "close");
    expect(await isToldSilent({ host: "127.0.0.1", port })).toBe(false);
  });

  test("that says a word now and then is not: it is slow", async () => {
    let visits = 0;
    const at = await door((socket) => {
      visits += 1;
      if (visits % 3 === 0) socket.write(banner);
    });
    // Two times in three it is silent, and never for long.
    const slow = { answer: 200, silence: 3000, within: 4000 };
    expect(await isToldSilent(at, slow)).toBe(false);
    expect(visits).toBeGreaterThan(5);
  });

  test("is looked at no more once its step has ended", async () => {
    let visits = 0;
    const at = await door(() => {
      visits += 1;
    });
    watchDoor(at, limits, () => expect.unreachable())();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(visits).toBe(0);
  });
});

test.skipIf(!existsSync("/proc/self/stat"))(
  "the plugins of this run are those of the process that started this one, or of one above it",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "consul-cluster-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const plugin = join(folder, "pulumi-resource-command");
    copyFileSync("/bin/sleep", plugin);
    // The CLI, its plugin, and the program beside it, below a shell of its own.
    const script = `"${plugin}" 60 & echo $!; sh -c 'sleep 60 & echo $!; wait' & wait`;
    const cli = (text: string) => {
      const child = spawn("sh", ["-c", text], { detached: true });
      onTestFinished(() => void process.kill(-(child.pid as number), "SIGKILL"));
      return child;
    };
    const other = cli(script);
    await once(other.stdout, "data");
    const child = cli(script);
    let said = "";
    child.stdout.on("data", (data) => {
      said += data;
    });
    while (said.trim().split("\n").length < 2) await new Promise((next) => setTimeout(next, 20));
    const ids = said.trim().split("\n").map(Number);
    // Each is told before it has become its own program.
    const own = await eventually("it is found from beside it", 10, async () =>
      ids.find((pid) => commandPlugins(pid).includes(ids[0] as number) && pid !== ids[0]),
    );
    expect(own).toBe(ids[1]);
    expect(commandPlugins(ids[1])).toEqual([ids[0]]);
    // None is found from here: those are children of processes that this one has started, not of one above.
    expect(commandPlugins()).toEqual([]);
  },
);
