// The first look at a host, as the plugin runs it: how long it waits, what it says, and what it leaves behind.
//
// Does not prove that every step comes behind it: order.test.ts does; nor a real host: e2e/02 and e2e/08 do.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type Cluster, clusterOf, existing, names, textOf } from "./support/clusters";
import { Computer } from "./support/departing";
import { silentCluster } from "./support/silentServer";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await clusterOf(existing());
});

const look = (computer: Computer, answers = {}) =>
  computer.run("c-consul-1-reach", "create", answers);

/** How long it took, in seconds. */
function timed<T>(run: () => T): [T, number] {
  const begin = Date.now();
  const result = run();
  return [result, (Date.now() - begin) / 1000];
}

// What waits for ever without it. Machines that a run makes itself are given 300 s: golden/staging.yaml.
test("a host that is there is given 45 s, where the operator says nothing else", () => {
  for (const name of names(3))
    expect(textOf(cluster.get(`c-${name}-reach`), "create")).toBe(
      `exec sh -s name=${name} patience=45`,
    );
});

test("a host that lets somebody in is passed at once, and no key is left behind", () => {
  const [outcome, seconds] = timed(() => look(new Computer(cluster)));
  expect(outcome).toMatchObject({ status: 0, stdout: "", stderr: "", told: [], left: false });
  expect(outcome.access).toContain("600 consul-1.key");
  // Its own key and no other host's.
  expect(outcome.access.join()).not.toContain("consul-2");
  expect(seconds).toBeLessThan(10);
});

test("an operator who leaves the look out has it left out", () => {
  const computer = new Computer(cluster).impatient(0);
  expect(look(computer, { "consul-1": "Permission denied" })).toMatchObject({
    status: 0,
    stderr: "",
  });
});

test("a login shell that ends as it likes has let somebody in", () => {
  expect(look(new Computer(cluster).withSsh("exit 3")).status).toBe(0);
});

describe("a host is given up in time, and named with what is wrong", () => {
  test.each([
    ["nothing answers", "ssh: connect to host 10.0.0.11 port 22: No route to host"],
    ["it refuses the login", "root@10.0.0.11: Permission denied (publickey)."],
    ["it shows another host key", "Host key verification failed."],
    ["it accepts the connection and says nothing", "Connection timed out during banner exchange"],
  ])("%s", (why, said) => {
    const outcome = look(new Computer(cluster).impatient(2), { "consul-1": said });
    expect(outcome).toMatchObject({ status: 1, stdout: "", left: false });
    expect(outcome.stderr).toContain("consul-1: cannot be reached over SSH: ");
    expect(outcome.stderr).toContain(why);
    expect(outcome.stderr).toContain("for 2 s by now. Nothing was changed on it");
    expect(outcome.stderr).toMatch(/ at \S+ port 22, /);
    // By whoever was cut off while it deleted the machine.
    expect(outcome.stderr.includes("raise its generation")).toBe(why === "nothing answers");
  });

  test("it lets somebody in, and runs nothing", () => {
    const computer = new Computer(cluster).impatient(1).withSsh("exec sleep 60");
    const [outcome, seconds] = timed(() => look(computer));
    expect(outcome).toMatchObject({ status: 1, left: false });
    expect(outcome.stderr).toContain("it lets somebody in, and runs nothing");
    expect(outcome.stderr).not.toContain("Terminated");
    expect(seconds).toBeLessThan(15);
  });

  test("the same holds no departure: it stays in the stack", () => {
    const computer = new Computer(cluster).impatient(1).withSsh("exec sleep 60");
    const outcome = computer.run("c-consul-2-departure", "delete");
    expect(outcome).toMatchObject({ status: 1, left: false });
    expect(outcome.stderr).toContain("it lets somebody in, and runs nothing. It may run, so");
  });
});

test("one that is on its way up is waited for, and that is said once", () => {
  const booting = `[ -e "$HERE/third" ] && exit 0
[ -e "$HERE/second" ] && : >"$HERE/third"
: >"$HERE/second"
echo "ssh: connect to host 10.0.0.11 port 22: Connection refused" >>"$said"
exit 255`;
  const outcome = look(new Computer(cluster).withSsh(booting));
  expect(outcome.status).toBe(0);
  expect(outcome.stderr).toBe(
    "consul-1: is waited for: its host answers, and no SSH server does\n",
  );
});

test("without OpenSSH it says what that means, and is not in the way", () => {
  const bin = mkdtempSync(join(tmpdir(), "without-ssh-"));
  onTestFinished(() => rmSync(bin, { recursive: true }));
  for (const name of ["sh", "awk", "mktemp", "rm", "sed", "tr", "date"]) {
    const { stdout } = spawnSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" });
    symlinkSync(stdout.trim(), join(bin, name));
  }
  const command = cluster.get("c-consul-1-reach");
  const { status, stderr } = spawnSync("/bin/sh", ["-c", textOf(command, "create")], {
    input: textOf(command, "stdin"),
    encoding: "utf8",
    env: { PATH: bin },
  });
  expect([status, stderr]).toEqual([0, expect.stringContaining("ssh is not installed")]);
});

describe("OpenSSH itself", () => {
  const path = spawnSync("sh", ["-c", "command -v ssh"], { encoding: "utf8" }).stdout.trim();

  test("gives up a server that accepts the connection and says nothing", async ({ skip }) => {
    skip(path === "", "ssh is not installed; install it with the system's package manager");
    const { cluster: silent, port } = await silentCluster();
    const computer = new Computer(silent).impatient(1, 10).withOpenSsh(path, "-o ConnectTimeout=1");
    const outcome = look(computer);
    expect(outcome).toMatchObject({ status: 1, left: false });
    expect(outcome.stderr).toContain(
      `it accepts the connection and says nothing at 127.0.0.1 port ${port}`,
    );
  });
});
