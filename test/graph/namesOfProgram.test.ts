// Two components of one name in a program: refused in words of ours, and nothing of the second one is made. The engine would tell of a URN.
//
// Does not prove that the engine takes as one what is refused here, nor the others as two.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ComponentResource, DependencyResource, type Inputs, type Resource } from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { ConsulClient, ConsulCluster } from "../../components/index";
import { providerOf } from "../../components/provider";
import { clientHosts } from "./support/clients";
import { existing, givenKey, nspawn } from "./support/clusters";
import { record } from "./support/recorder";

const run = (program: () => unknown) => record(program, { stdout: () => "" });
const clients = () => ({
  servers: ["10.0.0.11"],
  gossipKey: givenKey,
  existing: { hosts: clientHosts() },
});
const components = ({ resources }: Awaited<ReturnType<typeof run>>) =>
  resources.filter(({ type }) => /:Consul(Cluster|Client)$/.test(type)).length;

const below = (type: string, name: string) =>
  new (class extends ComponentResource {})(`own:index:${type}`, name);

describe("two components of one type and one name", () => {
  test.each<[string, () => unknown]>([
    ["ConsulCluster", () => [new ConsulCluster("a", existing()), new ConsulCluster("a", nspawn())]],
    ["ConsulClient", () => [new ConsulClient("a", clients()), new ConsulClient("a", clients())]],
  ])("%s: refused before the second one is there", async (component, program) => {
    const recording = await run(program);
    const [error, ...others] = recording.errors;
    expect(others).toEqual([]);
    expect(error?.stack).toBe("");
    expect(error?.message).toMatch(
      new RegExp(
        `The settings of ${component} a have a problem; no host was reached.*\\n +name +another ${component} of this program is called so, .*give each a name of its own`,
      ),
    );
    expect(components(recording)).toBe(1);
  });

  test("below two parents of one type, whose names make no difference to a URN", async () => {
    const recording = await run(() => {
      for (const parent of [below("Region", "eu"), below("Region", "us")])
        new ConsulCluster("a", existing(), { parent });
    });
    expect(recording.errors.map(({ message }) => message)).toEqual([
      expect.stringContaining("is called so below a parent of the type own:index:Region"),
    ]);
    expect(components(recording)).toBe(1);
  });

  test("in another language, where of a parent nothing but its URN is known", async () => {
    const provider = providerOf(
      readFileSync(join(__dirname, "../../components/schema.json"), "utf8"),
    );
    const parent = (type: string) =>
      new DependencyResource(`urn:pulumi:test::consul-cluster::${type}::x`);
    const constructed: unknown[] = [];
    const recording = await run(() => {
      const made = ["pulumi:pulumi:Stack", "own:index:Region", "pulumi:pulumi:Stack"].map((type) =>
        provider.construct?.("a", "consul-cluster:index:ConsulCluster", existing() as Inputs, {
          parent: parent(type),
        }),
      );
      return Promise.allSettled(made).then((all) => constructed.push(...all));
    });
    expect(recording.errors).toEqual([]);
    expect(constructed).toEqual([
      expect.objectContaining({ status: "fulfilled" }),
      expect.objectContaining({ status: "fulfilled" }),
      expect.objectContaining({
        status: "rejected",
        reason: expect.objectContaining({
          message: expect.stringContaining("another ConsulCluster of this program is called so,"),
        }),
      }),
    ]);
  });
});

test("one name of two types, or below parents of two types, or in a next run: nothing is said", async () => {
  const program = (): Resource[] => [
    new ConsulCluster("a", existing()),
    new ConsulCluster("a", existing(), { parent: below("Region", "eu") }),
    new ConsulCluster("a", existing(), { parent: below("Zone", "eu") }),
    new ConsulClient("a", { ...clients(), existing: { hosts: clientHosts().slice(0, 1) } }),
  ];
  for (let runs = 0; runs < 2; runs += 1) expect((await run(program)).errors).toEqual([]);
});
