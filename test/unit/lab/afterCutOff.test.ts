// Whose lock of the file backend is taken away: that of a run on this computer which is certainly over.
//
// Does not prove that the CLI then goes on: test/failures/cut-off does.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { repairAfterCutOff } from "../../../lab/pulumi/afterCutOff";
import { layoutOf } from "../../../lab/pulumi/layout";
import { eventually } from "../../support/wait";

function locks(): { lock(name: string, pid: number, host?: string): string; repair(): void } {
  const folder = mkdtempSync(join(tmpdir(), "locks-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const layout = { ...layoutOf(), state: folder };
  const place = join(folder, ".pulumi/locks/organization/consul-cluster/dev");
  mkdirSync(place, { recursive: true });
  return {
    lock(name, pid, host = hostname()) {
      const file = join(place, `${name}.json`);
      writeFileSync(file, JSON.stringify({ pid, hostname: host }));
      return file;
    },
    repair: () => repairAfterCutOff(layout, "dev"),
  };
}

/** A process that is called pulumi, and the number of one that was, whose parent does not ask for its end. */
async function processes(): Promise<{ alive: number; ended: number }> {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-"));
  const pulumi = join(folder, "pulumi");
  copyFileSync("/bin/sleep", pulumi);
  const script = '"$1" 60 & echo $!; "$1" 0 & echo $!; exec sleep 60';
  const parent = spawn("sh", ["-c", script, "sh", pulumi], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  parent.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const numbers = () => said.trim().split("\n").map(Number);
  onTestFinished(async () => {
    process.kill(numbers()[0] as number);
    parent.kill();
    await once(parent, "close");
    rmSync(folder, { recursive: true });
  });
  const [alive, ended] = await eventually("both have begun", 10, async () => {
    return numbers().length === 2 && numbers();
  });
  return { alive: alive as number, ended: ended as number };
}

test.runIf(process.platform === "linux")(
  "a lock goes with its process, also where nobody has asked for that one's end, and stays while it lives",
  async () => {
    const { alive, ended } = await processes();
    const { lock, repair } = locks();
    const none = lock("none", 2 ** 22);
    const [dead, living] = [lock("dead", ended), lock("living", alive)];
    const elsewhere = lock("elsewhere", ended, "another.example");
    await eventually("it has ended", 10, async () => {
      repair();
      return !existsSync(dead);
    });
    expect([none, living, elsewhere].map((file) => existsSync(file))).toEqual([false, true, true]);
  },
);
