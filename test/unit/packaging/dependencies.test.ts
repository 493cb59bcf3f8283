// What is installed with this project: under which licences, and with whose scripts.
//
// Does not prove that a package says the truth about its licence, nor that a package without an install script is harmless.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { libraryAlone, type Sbom } from "../../../packaging/sbom";
import { productionPackages } from "../../../reference/production";

const root = join(__dirname, "../../..");
const read = (file: string) => readFileSync(join(root, file), "utf8");
const lock = JSON.parse(read("package-lock.json"));
const packages = productionPackages(lock);

/** Licences that let anybody use, change and pass on, with a notice at most. */
const free = [
  "(BSD-3-Clause AND Apache-2.0)",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BlueOak-1.0.0",
  "CC-BY-3.0",
  "CC0-1.0",
  "ISC",
  "MIT",
  "Python-2.0",
];

/** Packages whose manifest says no licence by name, with what their file says. */
const readByHand: Record<string, string> = { "@logdna/tail-file 2.2.0": "MIT" };

describe("licences", () => {
  test("are looked at for every package of production", () => {
    const named = packages.map(({ name }) => name);
    const { dependencies } = JSON.parse(read("package.json"));
    expect(named).toEqual(expect.arrayContaining(Object.keys(dependencies)));
    expect(named.length).toBeGreaterThan(200);
    expect(named).not.toContain("vitest");
  });

  test("all let this be used", () => {
    const others = packages.filter(
      ({ name, version, license }) => !free.includes(readByHand[`${name} ${version}`] ?? license),
    );
    expect(others).toEqual([]);
  });

  test("what was read by hand is still there, and still says no name", () => {
    for (const known of Object.keys(readByHand)) {
      const found = packages.find(({ name, version }) => `${name} ${version}` === known);
      expect(found?.license, known).toMatch(/^SEE LICENSE/);
    }
  });
});

describe("install scripts", () => {
  const withScript = Object.entries(lock.packages as Record<string, { hasInstallScript?: boolean }>)
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([place]) => place.split("node_modules/").at(-1) as string)
    .sort();

  test("each package that has one is named with its why", () => {
    const section = read("docs/dependencies.md").split("## Install scripts")[1] ?? "";
    const named = [...section.matchAll(/^\| `(.+?)` +\| \S+/gm)].map(([, name]) => name as string);
    expect(withScript).toEqual(named.sort());
  });

  test("of production, two have one", () => {
    const ours = packages.filter(({ hasInstallScript }) => hasInstallScript);
    expect(ours.map(({ name }) => name)).toEqual(["@pulumi/command", "protobufjs"]);
  });

  test("none of them runs in a clone, and nothing of ours waits for one", () => {
    expect(read(".npmrc")).toMatch(/^ignore-scripts=true$/m);
    const { scripts } = JSON.parse(read("package.json"));
    const hooks = Object.keys(scripts).filter((name) => /^(pre|post|prepare$|install$)/.test(name));
    expect(hooks).toEqual([]);
  });
});

describe("the bill of materials", () => {
  const component = (name: string) => ({ "bom-ref": `${name}@1.0.0`, name });
  const project: Sbom = {
    serialNumber: "urn:uuid:1",
    metadata: { timestamp: "now", component: component("@our/library") },
    components: ["a", "b", "c", "peer", "test"].map(component),
    dependencies: [
      { ref: "@our/library@1.0.0", dependsOn: ["a@1.0.0", "peer@1.0.0", "test@1.0.0"] },
      { ref: "a@1.0.0", dependsOn: ["b@1.0.0"] },
      // A circle, as there are some.
      { ref: "b@1.0.0", dependsOn: ["a@1.0.0"] },
      { ref: "peer@1.0.0", dependsOn: [] },
      { ref: "test@1.0.0", dependsOn: ["c@1.0.0"] },
    ],
  };
  const manifest = { dependencies: { a: "1.0.0" }, peerDependencies: { peer: "^1.0.0" } };
  const alone = libraryAlone(project, manifest);

  test("holds what the library needs, and what that needs, and nothing else", () => {
    expect(alone.components.map(({ name }) => name)).toEqual(["a", "b", "peer"]);
    expect(alone.dependencies.map(({ ref }) => ref)).toEqual([
      "@our/library@1.0.0",
      "a@1.0.0",
      "b@1.0.0",
      "peer@1.0.0",
    ]);
    expect(alone.dependencies[0]?.dependsOn).toEqual(["a@1.0.0", "peer@1.0.0"]);
  });

  test("is the same every time, and calls the library by its name", () => {
    expect(alone).not.toHaveProperty("serialNumber");
    expect(alone.metadata).toEqual({ component: component("@our/library") });
  });
});
