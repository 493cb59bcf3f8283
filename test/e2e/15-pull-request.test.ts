import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "../../lab/system/command";
import { projectFolder } from "../../lab/system/project";
import { ConsulApi } from "../support/consul";
import { processesOn, sshOutput, testMachines } from "../support/machines";
import { nspawnSettings, TestStack } from "../support/stack";

// The scripts of .github/workflows on a cluster of one server, in the order in which a pull request meets them.
// GitHub's part, which job runs when and with which secrets, is not shown here: no test of ours can run it.

const machine = { name: "pull-1", address: "198.18.77.96" };
const settings = nspawnSettings({ [machine.name]: machine.address });
const stack = new TestStack("pull", settings);
const folder = mkdtempSync(join(tmpdir(), "pull-request-"));
const place = (name: string) => join(folder, name);
const read = (...names: string[]) => readFileSync(join(folder, ...names), "utf8");

afterAll(async () => {
  stack.settings = settings;
  await stack.destroy();
  await stack.forget();
  rmSync(folder, { recursive: true });
});

async function script(name: string, args: string[], more: NodeJS.ProcessEnv = {}) {
  const env = { ...(await stack.environment()), ...more };
  const argv = ["bash", `.github/scripts/${name}`, "pull", ...args];
  const { code, stdout, stderr } = await run(argv, { cwd: projectFolder, env });
  return { code, said: stdout + stderr };
}

const preview = (name: string, flags: string[] = [], more?: NodeJS.ProcessEnv) =>
  script("preview.sh", [place(name), ...flags], more);
const apply = (name: string) => script("apply.sh", [place(name)]);

async function anythingToDo(name: string): Promise<string> {
  const argv = ["node", ".github/scripts/changes.mjs", join(place(name), "plan.json")];
  return (await run(argv, { cwd: projectFolder })).stdout.trim();
}

describe("a new cluster", () => {
  test("has a plan for the reviewer and one for the engine", async () => {
    const { code, said } = await preview("new", ["--strict"]);
    expect(said).toContain("Cluster consul");
    expect(code).toBe(0);
    expect(read("new", "plan.md")).toContain("### Cluster `consul`");
    expect(await anythingToDo("new")).toBe("true");
  });

  test("is made from that plan", async () => {
    const { code, said } = await apply("new");
    expect(said).toContain("consul-ready");
    expect(code).toBe(0);
    expect(await new ConsulApi(machine.address).leader()).toBe(`${machine.address}:8300`);
  });

  test("has nothing to do after that", async () => {
    expect((await preview("same", ["--strict"])).code).toBe(0);
    expect(read("same", "plan.md")).toContain("**Nothing changes.**");
    expect(await anythingToDo("same")).toBe("false");
  });
});

describe("a change of the cluster", () => {
  let before: string[];

  beforeAll(async () => {
    before = await processes();
    stack.settings = { ...settings, dnsConfig: { maxStale: "22s" } };
  });

  test("has a plan in which no secret stands in plain", async () => {
    expect((await preview("change", ["--strict"])).code).toBe(0);
    expect(read("change", "plan.md")).toMatch(/\+ +"max_stale": "22s"/);
    const { gossipKey } = await stack.outputs<{ gossipKey: string }>();
    const loginKey = readFileSync(join(testMachines, "keys/pull/id_ed25519"), "utf8");
    const [, line] = loginKey.split("\n");
    for (const plan of ["new", "change"]) {
      const text = read(plan, "plan.json") + read(plan, "plan.md");
      expect(text).toContain("ciphertext");
      for (const secret of [gossipKey, line as string, "PRIVATE KEY"])
        expect(text.includes(secret), plan).toBe(false);
    }
  });

  test("is what was planned: a reload", async () => {
    const { code, said } = await apply("change");
    expect(said).toContain(`${machine.name}: reload done`);
    expect(code).toBe(0);
    expect(await processes()).toEqual(before);
    expect(await maxStale()).toBe("22s");
  });

  test("is refused where the sources have changed since, and nothing happens", async () => {
    stack.settings = { ...settings, dnsConfig: { maxStale: "33s" } };
    await preview("stale");
    stack.settings = { ...settings, dnsConfig: { maxStale: "44s" } };
    const state = fingerprint();
    const { code, said } = await apply("stale");
    expect(code).toBe(1);
    expect(said).toMatch(/-\+ +"max_stale": "33s"\n\+\+ +"max_stale": "44s"/);
    expect(said).toContain('run the workflow "apply" by hand');
    expect(fingerprint()).toEqual(state);
    expect(await processes()).toEqual(before);
    expect(await maxStale()).toBe("22s");
  });

  test("is refused where a secret has changed since, without telling it", async () => {
    const [first, second] = ["first-token-of-telemetry", "second-token-of-telemetry"] as const;
    const withToken = async (token: string) => ({
      ...settings,
      dnsConfig: { maxStale: "22s" },
      environment: { TOKEN: await stack.encrypted(token) },
    });
    stack.settings = await withToken(first);
    await preview("secret");
    expect(read("secret", "plan.json")).not.toContain(first);
    stack.settings = await withToken(second);
    const state = fingerprint();
    const { code, said } = await apply("secret");
    expect(code).toBe(1);
    expect(said).toContain("is not what the plan says. The values are not shown");
    for (const token of [first, second]) expect(said).not.toContain(token);
    expect(fingerprint()).toEqual(state);
    expect(await processes()).toEqual(before);
  });
});

describe("a plan that needs a decision", () => {
  test("fails the check, until a label accepts it", async () => {
    const [server] = (settings.nspawn as { machines: object[] }).machines;
    stack.settings = {
      ...settings,
      dnsConfig: { maxStale: "22s" },
      nspawn: { ...(settings.nspawn as object), machines: [{ ...server, wipeData: "ticket-17" }] },
    };
    const refused = await preview("wipe", ["--strict"]);
    expect(refused.code).toBe(2);
    expect(read("wipe", "plan.md")).toContain("**Danger:**");
    const accepted = await preview("wipe", ["--strict"], {
      LABELS: "bug,allow:wipe,allow: quorum",
    });
    expect(accepted.said).not.toContain("Not accepted");
    expect(accepted.code).toBe(0);
  });

  test("a preview that fails says why, to the reviewer too, and leaves no plan", async () => {
    stack.settings = { ...settings, datacenter: "Not Allowed" };
    const { code, said } = await preview("wipe");
    expect(code).toBe(1);
    for (const text of [said, read("wipe", "plan.md")]) {
      expect(text).toContain("**The preview failed.**");
      expect(text).toContain("Not Allowed");
    }
    expect(existsSync(join(folder, "wipe", "plan.json"))).toBe(false);
  });
});

function processes(): Promise<string[]> {
  return processesOn("pull", [machine.name]);
}

async function maxStale(): Promise<string> {
  const set = "/etc/consul.d/server/*.json";
  const argv = ["sudo", "sh", "-c", `'cat ${set}'`].join(" ");
  return /"max_stale": ?"(\w+)"/.exec(await sshOutput("pull", machine.name, argv))?.[1] ?? "none";
}

/** Everything that the file backend keeps of the stack's state; a refused update leaves no trace in it. */
function fingerprint(): string[] {
  const files = stack.stateFiles().filter(([file]) => file.includes("/stacks/"));
  expect(files).not.toEqual([]);
  return files.map(([file, text]) => `${file} ${text}`);
}
