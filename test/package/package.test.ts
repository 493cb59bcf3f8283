import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run, runOrFail } from "../../lab/system/command";
import { projectFolder } from "../../lab/system/project";
import { compiler } from "../../lab/toolchain/compiler";
import { lintPackage, type Packed, pack } from "../../packaging/pack";
import { existing } from "../graph/support/clusters";
import { readPreview } from "../unit/review/support";

// The library as a stranger gets it: packed, installed in an empty project, used from both kinds of modules and by
// the type checker, without @pulumi/aws.
//
// Does not prove that a registry takes it.

let folder: string;
let packed: Packed;

const own = require(join(projectFolder, "components/package.json"));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "consul-cluster-package-"));
  packed = await pack(folder);
  const { "@pulumi/pulumi": pulumi, "@types/node": node, typescript } = own.dependencies;
  const dependencies = {
    "@pulumi/pulumi": pulumi,
    "@types/node": node,
    "consul-cluster": `file:${packed.file}`,
    typescript,
  };
  write("package.json", JSON.stringify({ name: "stranger", private: true, dependencies }));
  const flags = ["--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"];
  await runOrFail(["npm", "install", ...flags], { cwd: folder });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): void {
  writeFileSync(join(folder, name), text);
}

test("it is small, and holds nothing but the library", () => {
  expect(packed.size).toBeLessThan(320_000);
  const strangers = packed.files.filter(
    (file) =>
      !/(\.js|\.d\.ts|\.sh|\.command\.mjs|^openpgp\/vendor-key\.asc|^package\.json|^schema\.json|^sbom\.cdx\.json|^README\.md|^CHANGELOG\.md|^LICENSE)$/.test(
        file,
      ),
  );
  expect(strangers).toEqual([]);
  expect(packed.files.filter((file) => /test|lab|stack|bench|example/.test(file))).toEqual([]);
  const library = join(projectFolder, "components");
  const scripts = readdirSync(library, { recursive: true, encoding: "utf8" }).filter((file) =>
    /^(?!node_modules\/).*\.(sh|mjs)$/.test(file),
  );
  expect(packed.files.filter((file) => /\.(sh|mjs)$/.test(file))).toEqual(scripts.sort());
  const needed = ["index.js", "index.d.ts", "review/bin.js", "steps/activate/activate.sh"];
  needed.push("openpgp/vendor-key.asc", "schema.json", "CHANGELOG.md");
  expect(packed.files).toEqual(expect.arrayContaining(needed));
});

test("it brings what it needs, and leaves Pulumi's SDKs and the compiler to the project", () => {
  const published = require(join(folder, "node_modules/consul-cluster/package.json"));
  expect(Object.keys(published.dependencies)).toEqual([
    "@pulumi/command",
    "cli-table3",
    "diff",
    "fflate",
    "ipaddr.js",
    "picocolors",
    "semver",
  ]);
  expect(Object.keys(published.peerDependencies)).toEqual(["@pulumi/aws", "@pulumi/pulumi"]);
  expect(published.peerDependenciesMeta).toEqual({ "@pulumi/aws": { optional: true } });
  expect(existsSync(join(folder, "node_modules/@pulumi/aws"))).toBe(false);
});

test("a bill of materials lies in it, with all that it needs and nothing of this computer", () => {
  const text = readFileSync(join(folder, "node_modules/consul-cluster/sbom.cdx.json"), "utf8");
  const { bomFormat, specVersion, components } = JSON.parse(text);
  expect(`${bomFormat} ${specVersion}`).toMatch(/^CycloneDX 1\.\d$/);
  const names: string[] = components.map(({ name }: { name: string }) => name);
  const published = require(join(folder, "node_modules/consul-cluster/package.json"));
  const { dependencies, peerDependencies } = published;
  expect(names).toEqual(
    expect.arrayContaining(Object.keys({ ...dependencies, ...peerDependencies })),
  );
  expect(names.filter((name) => /^(vitest|zod|knip|esbuild)$/.test(name))).toEqual([]);
  expect(text).not.toContain(projectFolder);
  expect(text).not.toMatch(/timestamp|serialNumber|registry\./);
});

test("the linters of packages find nothing", async () => {
  expect(await lintPackage(packed.file)).toBe("");
});

/** Registers a cluster with mocks, and says what was registered. */
const body = `
const registered = [];
runtime.setMocks({
  newResource: ({ type, name, inputs }) => {
    registered.push(type);
    return { id: name, state: { stdout: "", stderr: "", ...inputs } };
  },
  call: () => ({}),
});
const args = ${JSON.stringify(existing())};
new ConsulCluster("c", args);
runtime.disconnect().then(() => console.log(registered.sort().join("\\n")));
`;

test.each([
  [
    "main.cjs",
    `const { ConsulCluster } = require("consul-cluster");\nconst { runtime } = require("@pulumi/pulumi");`,
  ],
  [
    "main.mjs",
    `import { ConsulCluster } from "consul-cluster";\nimport { runtime } from "@pulumi/pulumi";`,
  ],
])("it runs in %s", async (file, imports) => {
  write(file, imports + body);
  const { stdout } = await runOrFail(["node", file], { cwd: folder });
  const types = stdout.trim().split("\n");
  expect(types).toContain("consul-cluster:index:ConsulCluster");
  expect(types.filter((type) => type === "command:remote:Command")).toHaveLength(16);
});

test("its types are whole, wherever a compiler looks for them, TypeScript 6 or 7", async () => {
  const consumer = `import { ConsulCluster, type ConsulClusterArgs, type ServerOutput } from "consul-cluster";
import { renderMarkdown, type Review, reviewPreview } from "consul-cluster/review";
const args: ConsulClusterArgs = { recursors: ["192.0.2.53"], version: "1.22.0" };
export const cluster = new ConsulCluster("c", args);
export const first = cluster.servers.apply((servers: ServerOutput[]) => servers[0]?.address);
export const text = (json: string): string => renderMarkdown(reviewPreview(json) satisfies Review);
// @ts-expect-error: a setting that is none
export const wrong: ConsulClusterArgs = { recursor: [] };
`;
  // For node16 and nodenext the one is CommonJS, the other a module.
  const files = ["consumer.cts", "consumer.mts"];
  for (const file of files) write(file, consumer);
  const flags = ["--noEmit", "--strict", "--target", "es2022", "--types", "node"];
  const compile = async ([module = "", resolution = "", ...tsc]: string[]) => {
    const options = [...flags, "--module", module, "--moduleResolution", resolution];
    const { stdout } = await run([...tsc, ...options, ...files], { cwd: folder });
    return `${resolution}: ${stdout}`;
  };
  // skipLibCheck stays off: a type that only @pulumi/aws has would be an error.
  const ways = [
    ["node16", "node16", "npx", "tsc"],
    ["nodenext", "nodenext", ...compiler],
    ["esnext", "bundler", ...compiler],
  ];
  expect(await Promise.all(ways.map(compile))).toEqual(
    ways.map(([, resolution]) => `${resolution}: `),
  );
});

test("its command reads a preview from standard input", async () => {
  const { stdout } = await runOrFail(["npx", "consul-cluster-plan", "--strict"], {
    cwd: folder,
    input: readPreview("setting"),
  });
  expect(stdout).toContain("consul-1, consul-2 and consul-3 restart, one after the other.");
});

test("without @pulumi/aws, `aws` says what is missing", async () => {
  write(
    "aws.cjs",
    `const { ConsulCluster } = require("consul-cluster");
const { runtime } = require("@pulumi/pulumi");
runtime.setMocks({ newResource: ({ name, inputs }) => ({ id: name, state: inputs }), call: () => ({}) });
const servers = [1, 2, 3].map((i) => ({ name: "consul-" + i }));
new ConsulCluster("c", { aws: { servers, sshCidrs: ["192.0.2.0/24"] } });
`,
  );
  const { code, stderr } = await run(["node", "aws.cjs"], { cwd: folder });
  expect(code).not.toBe(0);
  expect(stderr).toContain("`aws` needs the package @pulumi/aws, which is not installed");
});

test("the versions that it names are those of this project", () => {
  const project = require(join(projectFolder, "package.json"));
  expect({ ...project.devDependencies, ...project.dependencies }).toMatchObject(own.dependencies);
  expect(own.version).toBe(project.version);
});
