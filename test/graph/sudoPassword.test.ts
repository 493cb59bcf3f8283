// A password for sudo: where it travels, what a preview still shows, and how it reaches a host that is left.
//
// Does not prove that a sudo takes it: test/unit/remote/asRoot.test.ts and the end-to-end tests do.

import { secret } from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import type { ConsulClusterArgs } from "../../components/index";
import { clusterOf, existing, servers, textOf } from "./support/clusters";
import { Computer } from "./support/departing";
import { expectSecretIn } from "./support/places";
import { Secret } from "./support/values";

const password = "correct horse battery staple";
const asking = ["consul-2", "consul-3"];

/** The first host's user is root; those of the others are asked. */
function withPassword(give: (text: string) => Server["sudoPassword"]): ConsulClusterArgs {
  const all = servers().map((server) =>
    asking.includes(server.name) ? { ...server, sudoPassword: give(password) } : server,
  );
  return { existing: { servers: all } };
}

type Server = ReturnType<typeof servers>[number];

const plainly = withPassword((text) => text);

describe.each([
  ["plain", () => plainly],
  ["a secret", () => withPassword((text) => secret(text))],
])("given as %s", async (_, args) => {
  const cluster = await clusterOf(args);
  const without = await clusterOf(existing());

  test("it stands in the stdin of each step on its host and of each departure, as a secret", () => {
    expect(cluster.errors).toEqual([]);
    expectSecretIn(cluster, password, [
      ...asking.flatMap((name) =>
        ["release", "secrets", "config", "repair", "activate"].map(
          (step) => `c-${name}-${step} inputs.stdin`,
        ),
      ),
      ...["consul-1", ...asking].map((name) => `c-${name}-departure inputs.stdin`),
      "c-farewell inputs.stdin",
    ]);
  });

  test.each(["release", "secrets", "config", "repair", "activate"])(
    "it is the first line of what %s is handed, and the rest is as without it",
    (step) => {
      const name = `c-consul-2-${step}`;
      const stdin = textOf(cluster.get(name), "stdin");
      expect(stdin).toBe(`${password}\n${textOf(without.get(name), "stdin")}`);
    },
  );

  test("as-root.sh takes the place of `sudo -n`, from the library or, on a bare host, as a text", () => {
    for (const step of ["secrets", "config", "repair", "activate"]) {
      const [name, library] = [`c-consul-2-${step}`, "/usr/local/lib/consul-cluster"];
      const before = textOf(without.get(name), "create");
      const after = before.replace("sudo -n ", `${library}/as-root.sh `);
      expect(after).not.toBe(before);
      expect(textOf(cluster.get(name), "create")).toBe(after);
    }
    const [as, release] = textOf(cluster.get("c-consul-2-release"), "create").split(" as-root.sh ");
    expect(as).toMatch(/^sh -c '.*sudo -kS/s);
    expect(`sudo -n ${release}`).toBe(textOf(without.get("c-consul-2-release"), "create"));
  });

  test("what a reviewer reads stands beside each step whose stdin people read, in plain", () => {
    const shown = cluster.commands.filter(({ name }) => name.endsWith("-shown"));
    const expected = asking.flatMap((name) => [`c-${name}-activate`, `c-${name}-config`]);
    expect(shown.map(({ name }) => name).sort()).toEqual(expected.map((name) => `${name}-shown`));
    for (const { name, inputs } of shown) {
      const step = without.get(name.replace(/-shown$/, ""));
      expect(inputs.stdin, name).toBe(step.inputs.stdin);
      expect(inputs.create).toBe("cat >/dev/null");
    }
  });

  test("a host without one, and everything but the commands, is as it was", () => {
    for (const { name, inputs } of without.commands) {
      if (asking.some((asked) => name.startsWith(`c-${asked}-`))) continue;
      const now = cluster.get(name).inputs;
      if (!name.endsWith("-departure") && !name.endsWith("-farewell")) {
        expect(now, name).toEqual(inputs);
        continue;
      }
      const { stdin, ...others } = now;
      expect(stdin).toBeInstanceOf(Secret);
      expect(others).toEqual({ ...inputs, stdin: undefined });
    }
  });
});

describe("a host that is left", async () => {
  const cluster = await clusterOf(plainly);
  const leaving = ["leave.sh", "remove.sh"].map((script) => `consul-2 ${script}`);

  test("hears it through ssh's stdin, from a file for nobody else to read", () => {
    const computer = new Computer(cluster).withSudoPassword(password);
    const outcome = computer.run("c-consul-2-departure", "delete");
    expect(outcome).toMatchObject({ status: 0, stderr: "", left: false });
    expect(outcome.told.map(({ host, script }) => `${host} ${script}`)).toEqual([
      ...leaving,
      "consul-1 force-remove.sh",
    ]);
    expect(outcome.access).toContain("600 consul-2.password");
    expect(outcome.access).not.toContain("600 consul-1.password");
  });

  test("with another one is not left, and that is said", () => {
    const computer = new Computer(cluster).withSudoPassword("another");
    const outcome = computer.run("c-consul-2-departure", "delete");
    expect(outcome).toMatchObject({ status: 1, told: [], left: false });
    expect(outcome.stderr).toMatch(/^sudo does not take the sudoPassword of .*\n$/);
    expect(outcome.stderr).not.toContain(password);
  });
});
