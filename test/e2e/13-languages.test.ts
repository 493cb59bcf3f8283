import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { imageFile } from "../../lab/image/image";
import { schemaOf } from "../../lab/languages/component";
import { mirrorFolder, mirrorSettings } from "../../lab/mirror/mirror";
import { projectFolder } from "../../lab/system/project";
import { ConsulApi } from "../support/consul";
import {
  compileGoExample,
  hasGo,
  installPythonSdk,
  languageEnv,
  yamlExample,
} from "../support/languages";
import { testMachines } from "../support/machines";
import { type Settings, TestStack } from "../support/stack";

// examples/languages: the component from YAML and from Python, on machines, and from Go as far as the compiler goes.
// One stack, so that a cluster of one language's is seen to be the same to another.
//
// The component is hosted from what a clone has, with the packages that its own package.json names.
//
// Does not prove that `pulumi package add` fetches it over a network.

const committed = join(projectFolder, "components/schema.json");
const folder = mkdtempSync(join(tmpdir(), "consul-cluster-languages-"));
const settings: Settings = {
  image: imageFile,
  share: mirrorFolder,
  ...mirrorSettings,
  directory: testMachines,
};
let env: NodeJS.ProcessEnv;
let schema: string;
let yaml: TestStack;
let python: TestStack;

beforeAll(async () => {
  const sdk = join(folder, "python");
  env = await languageEnv(folder, sdk);
  [schema] = await Promise.all([schemaOf(folder, env), installPythonSdk(committed, sdk, env)]);
  yaml = new TestStack("lang", settings, undefined, yamlExample(join(folder, "yaml")), env);
  python = new TestStack("lang", settings, undefined, "languages/python", env);
  await yaml.forget();
});

afterAll(async () => {
  await yaml.destroy();
  await yaml.forget();
  rmSync(folder, { recursive: true, force: true });
});

test("the plugin says the committed schema", () => {
  // It has no configuration, which the CLI says in words.
  const config = {};
  expect(JSON.parse(schema)).toEqual({ ...JSON.parse(readFileSync(committed, "utf8")), config });
});

test("a program in YAML makes a cluster", async () => {
  await yaml.up();
  expect(await yaml.outputs()).toEqual({
    httpAddresses: [1, 2, 3].map((i) => `http://198.18.77.4${i}:80`),
    ready: true,
  });
  const { Servers } = await new ConsulApi("198.18.77.41").get<{ Servers: { Voter: boolean }[] }>(
    "/v1/operator/raft/configuration",
  );
  expect(Servers.filter(({ Voter }) => Voter)).toHaveLength(3);
});

test("the same program in Python finds nothing to change, and changes a setting", async () => {
  await python.up("--expect-no-changes");
  python.settings = { ...settings, maxStale: "20s" };
  expect((await python.up()).stdout).toContain("lang-3: reload done");
});

test("what is wrong is said in every language as it is in TypeScript", async () => {
  yaml.settings = { ...settings, maxStale: "soon" };
  expect(await yaml.previewThatFails()).toMatch(/dnsConfig\.maxStale +"soon" is not a Go duration/);
  yaml.settings = python.settings;
});

test.runIf(hasGo)("the same program in Go compiles", async () => {
  await compileGoExample(committed, join(folder, "go"), env);
});
