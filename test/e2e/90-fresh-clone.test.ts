import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { devMachineNames } from "../../lab/machines/devStack";
import { machine, machineNames } from "../../lab/machines/machines";
import { type CommandResult, output, run, runOrFail } from "../../lab/system/command";
import { projectFolder } from "../../lab/system/project";
import { commandLines } from "../support/processes";

// What the README says, in a clone of its own: the commands of a stranger's first hour. Where the dev
// stack of this computer is up, its machines have the names that this test needs, and it does not run.

const clone = join(tmpdir(), `fresh-clone-${process.pid}`);
const busy = machineNames().some((name) => devMachineNames().includes(name));

beforeAll(async () => {
  if (busy) return;
  await runOrFail(["git", "clone", "--quiet", projectFolder, clone]);
  // What is not committed yet is tested, too.
  const changed =
    'git ls-files -z --cached --others --exclude-standard | tar -c --null --files-from=- --ignore-failed-read 2>/dev/null | tar -x -C "$1"';
  await runOrFail(["sh", "-c", changed, "sh", clone], { cwd: projectFolder });
  await runOrFail(
    [
      "sh",
      "-c",
      "git add -A && git -c user.name=t -c user.email=t@example.org commit -qm . --allow-empty",
    ],
    { cwd: clone },
  );
});

afterAll(() => rmSync(clone, { recursive: true, force: true }));

function npm(...args: string[]): Promise<CommandResult> {
  // Not what vitest sets for its own children.
  const { VITEST: _, NODE_ENV: __, ...env } = process.env;
  return run(["npm", ...args], { cwd: clone, env });
}

async function npmMust(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await npm(...args);
  if (code !== 0) throw new Error(`npm ${args.join(" ")} ended with ${code}:\n${stdout}${stderr}`);
  return stdout + stderr;
}

test.skipIf(busy)("npm run dev: three servers, a table of them, and what to run next", async () => {
  const said = await npmMust("run", "dev");
  for (const name of devMachineNames())
    expect(said).toMatch(new RegExp(`│ ${name} +│.*│ yes +│ healthy │ 1\\.22\\.0`));
  expect(said).toMatch(/fault tolerance +1 of 3 servers may fail/);
  expect(said).toContain("http://198.18.77.11/ui");
  expect(said).toContain("npm run dev:down");
  const ui = await fetch("http://198.18.77.11/ui/");
  expect(await ui.text()).toContain("Consul by HashiCorp");
});

test.skipIf(busy)("run again it changes nothing and says so", async () => {
  expect(await npmMust("run", "dev")).toContain("Nothing had to be changed");
});

test.skipIf(busy)("npm run pulumi runs the CLI on the dev stack", async () => {
  const outputs = JSON.parse(
    (await npm("run", "--silent", "pulumi", "--", "stack", "output", "--json")).stdout,
  );
  expect(outputs).toMatchObject({ faultTolerance: 1, ready: true, gossipKey: "[secret]" });
  expect(await npmMust("run", "pulumi", "--", "preview", "--diff")).toMatch(/\d+ unchanged/);
});

test.skipIf(busy)("npm run plan says what a changed line will do to which server", async () => {
  const file = join(clone, "Pulumi.dev.yaml");
  const settings = readFileSync(file, "utf8");
  writeFileSync(file, settings.replace('GOMAXPROCS: "2"', 'GOMAXPROCS: "1"'));
  const said = await npmMust("run", "plan");
  writeFileSync(file, settings);
  expect(said).toContain("consul-1, consul-2 and consul-3 restart, one after the other.");
  expect(said).toMatch(/\+GOMAXPROCS=.?1/);
});

test.skipIf(busy)("after a power cut npm run dev brings the machines back", async () => {
  await Promise.all(devMachineNames().map((name) => machine("kill", name)));
  const said = await npmMust("run", "dev");
  expect(said).toContain("Booted again: consul-1, consul-2, consul-3");
  expect(said.match(/│ healthy │/g)).toHaveLength(3);
});

test.skipIf(busy)("the clone is as clean as it came", async () => {
  expect(await output(["git", "status", "--porcelain"], { cwd: clone })).toBe("");
});

test.skipIf(busy)(
  "npm run dev:down leaves no machine, process, mount, bridge or route behind",
  async () => {
    await npmMust("run", "dev:down");
    expect(existsSync("/var/lib/consul-cluster")).toBe(false);
    expect(
      commandLines().filter(
        (command) => /systemd-nspawn|consul agent/.test(command) && / consul-\d /.test(command),
      ),
    ).toEqual([]);
    expect(readFileSync("/proc/self/mounts", "utf8")).not.toContain("/var/lib/consul-cluster/");
    // The tests' own machines may still be on the bridge; the last test of all sees it go.
    expect(await output(["ip", "-o", "link", "show", "type", "veth"])).not.toMatch(/vb-consul-\d/);
    expect(await output(["git", "status", "--porcelain"], { cwd: clone })).toBe("");
  },
);
