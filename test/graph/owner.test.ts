// The owner's mark: made once, kept in the state, and handed to every step that looks at it. The two scripts of its
// command run here as the Command plugin runs them.
//
// Does not prove what a host does with it: test/unit/host-lib and test/unit/remote do.

import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { clientsAlone } from "./support/clients";
import { clusterOf, existing, madeOwner, names, textOf } from "./support/clusters";

async function run(input: "create" | "update", previous?: string) {
  const command = (await clusterOf(existing())).get("c-owner");
  const [program, ...args] = command.inputs.interpreter as [string, ...string[]];
  const { PULUMI_COMMAND_STDOUT: _, ...env } = process.env;
  if (previous !== undefined) env.PULUMI_COMMAND_STDOUT = previous;
  return spawnSync(program, [...args, textOf(command, input)], { env, encoding: "utf8" });
}

test("it is 16 random digits", async () => {
  const [one, other] = [await run("create"), await run("create")];
  expect([one.status, other.status]).toEqual([0, 0]);
  expect(one.stdout).toMatch(/^[0-9a-f]{16}$/);
  expect(other.stdout).not.toBe(one.stdout);
});

test("a later run says the same again, and fails where there is nothing to say", async () => {
  expect(await run("update", madeOwner)).toMatchObject({ status: 0, stdout: madeOwner });
  for (const previous of [undefined, ""]) {
    const { status, stdout, stderr } = await run("update", previous);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain("pulumi stack import");
  }
});

test("nothing of settings and hosts is among its inputs", async () => {
  const [one, other] = [
    await clusterOf(existing()),
    await clusterOf({ ...existing(5), domain: "x" }),
  ];
  expect(other.get("c-owner").inputs).toEqual(one.get("c-owner").inputs);
  expect(one.get("c-owner").inputs).not.toHaveProperty("stdin");
});

test("release and secrets bring it in stdin; no command line names it", async () => {
  const cluster = await clusterOf(existing());
  for (const name of names(3)) {
    const release = textOf(cluster.get(`c-${name}-release`), "stdin").split("\n");
    expect(release.slice(0, 2)).toEqual([
      `OWNER_ID='${madeOwner}'`,
      "OWNER_NAME='consul-cluster/test/c'",
    ]);
    const secrets = textOf(cluster.get(`c-${name}-secrets`), "stdin");
    expect(secrets).toMatch(new RegExp(`==> owner <==\n${madeOwner}\n$`));
    for (const step of ["release", "secrets"])
      expect(textOf(cluster.get(`c-${name}-${step}`), "create")).not.toContain(madeOwner);
  }
});

test("every later step is told whose run it is: another component may have taken the host over", async () => {
  const cluster = await clusterOf(existing());
  const clients = await clientsAlone();
  const told = [
    ...names(3).flatMap((name) =>
      ["repair", "activate"].map((step) => cluster.get(`c-${name}-${step}`)),
    ),
    cluster.get("c-ready"),
    clients.get("w-web-1-activate"),
    clients.get("w-ready"),
  ];
  for (const step of told) expect(textOf(step, "create")).toContain(` owner=${madeOwner}`);
});

// Policies and plans read it in previews, and the first one knows no id.
test("the step that verifies is told by name, so that a preview shows its command line", async () => {
  const cluster = await clusterOf(existing());
  const unmade = { "c-owner": "04da6b54-80e4-46f7-96ec-b56ff0331ba9" };
  const first = await clusterOf(existing(), { preview: true, stdout: unmade });
  for (const name of names(3)) {
    const [is, shown] = [cluster, first].map((one) =>
      textOf(one.get(`c-${name}-config`), "create"),
    );
    expect(is).toContain(`name=${name} owner=consul-cluster/test/c `);
    expect(shown).toBe(is);
  }
  expect(textOf((await clientsAlone()).get("w-web-1-config"), "create")).toContain(
    " owner=consul-cluster/test/w ",
  );
});

test("a component may have any name", async () => {
  const name = "the 'big' one/$HOME";
  const cluster = await clusterOf(existing(1), { name });
  const text = textOf(cluster.get(`${name}-consul-1-release`), "stdin").split("\n");
  const { stdout } = spawnSync("sh", ["-c", `${text[1]}\nprintf %s "$OWNER_NAME"`], {
    encoding: "utf8",
  });
  expect(stdout).toBe(`consul-cluster/test/${name}`);
});

test("clients are a component of their own, with an owner's mark of their own", async () => {
  const { get } = await clientsAlone();
  expect(textOf(get("w-web-1-release"), "stdin")).toContain("OWNER_NAME='consul-cluster/test/w'");
  expect(get("w-owner").inputs).toEqual((await clusterOf(existing())).get("c-owner").inputs);
});
