import { cp, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseConsulVersion } from "../../../lab/toolchain/consul";
import { buildDetail, goMissing, linkerFlags } from "../../../lab/toolchain/goBuild";
import { architecture } from "../../../lab/toolchain/platform";
import { fits } from "../../../lab/toolchain/semver";
import { sourceHash } from "../../../lab/toolchain/sourceHash";
import { standInNotice } from "../../../lab/toolchain/toolchain";
import { findSum } from "../../../lab/toolchain/vendor";

// Does not prove that a download or a build succeeds: `sh lab/run.sh prepare` does them.

test.each([
  ["v3.248.0", true],
  ["v3.259.0", true],
  ["v3.1000.0-alpha.1+abc", true],
  ["3.248.1", true],
  ["v3.247.9", false],
  ["v4.0.0", false],
  ["v2.300.0", false],
  ["", false],
  ["dev", false],
])("a Pulumi CLI that calls itself %j fits: %s", (version, fit) => {
  expect(fits(version, "3.248.0")).toBe(fit);
});

test("a Consul of another edition is not the one that was asked for", () => {
  expect(parseConsulVersion("Consul v1.22.0\nBuild Date 1970\n")).toBe("1.22.0");
  expect(parseConsulVersion("Consul v1.22.0+ent\n")).toBe("1.22.0+ent");
  expect(parseConsulVersion("Consul v1.22.0-dev\n")).toBe("1.22.0-dev");
  expect(parseConsulVersion("command not found")).toBeUndefined();
});

test("a sum is found by the whole name of the file", () => {
  const [a, b] = ["a".repeat(64), "b".repeat(64)];
  const sums = `${a}  pulumi-v3.259.0-linux-x64.tar.gz\n${b} *pulumi-v3.259.0-linux-arm64.tar.gz\n`;
  expect(findSum(sums, "pulumi-v3.259.0-linux-x64.tar.gz")).toBe(a);
  expect(findSum(sums, "pulumi-v3.259.0-linux-arm64.tar.gz")).toBe(b);
  expect(findSum(sums, "linux-x64.tar.gz")).toBeUndefined();
  expect(findSum("<html>not found</html>", "x")).toBeUndefined();
});

test("a tool learns its version from the linker", () => {
  expect(linkerFlags()).toBe("-s -w");
  expect(linkerFlags({ "example.com/version.Version": "v1.2.3" })).toBe(
    "-s -w -X example.com/version.Version=v1.2.3",
  );
});

test("a build tells how far it is, and that the linker is at work where it has been silent for long", () => {
  expect(buildDetail("the CLI", 412, 1380)).toBe(
    "building the CLI from its Go modules  412/1380 packages",
  );
  expect(buildDetail("the CLI", 1380, 1380)).toBe("linking the CLI");
  expect(buildDetail("the CLI", 0, 0)).toBe("linking the CLI");
});

test("where nothing can be had, one message names what is missing and the way out", () => {
  const message = goMissing("Pulumi 3.259.0 is not on PATH", "Go is not installed");
  expect(message).toContain("Pulumi 3.259.0 is not on PATH");
  expect(message).toContain("Go is not installed");
  expect(message).toContain("install Go 1.26 or newer");
});

test("an unknown processor is refused by name", () => {
  expect(architecture("arm64")).toEqual({ pulumi: "arm64", go: "arm64" });
  expect(() => architecture("riscv64")).toThrow(/riscv64/);
});

test("only a stand-in is worth a line", () => {
  const toolchain = {
    pulumi: "/b/pulumi",
    binDir: "/b",
    pulumiHome: "/h",
    startsPolicyPacks: true,
  };
  const official = { path: "/p", standIn: false };
  expect(standInNotice({ ...toolchain, commandPlugin: official })).toBeUndefined();
  const notice = standInNotice({ ...toolchain, commandPlugin: { path: "/p", standIn: true } });
  expect(notice).toMatch(/stands in/);
  expect(notice).not.toContain("\n");
});

test("the source hash changes with what is built, and with nothing else", async () => {
  const root = await mkdtemp(join(tmpdir(), "source-"));
  const folder = join(root, "plugin");
  await mkdir(join(folder, "remote"), { recursive: true });
  await writeFile(join(folder, "go.mod"), "module plugin\n");
  await writeFile(join(folder, "main.go"), "package main\n");
  await writeFile(join(folder, "remote", "dial.go"), "package remote\n");
  const hash = () => sourceHash("plugin", root);
  const first = await hash();

  await writeFile(join(folder, "main_test.go"), "package main\n");
  await writeFile(join(folder, "README.md"), "# plugin\n");
  expect(await hash()).toBe(first);

  await cp(root, `${root}-copy`, { recursive: true });
  expect(await sourceHash("plugin", `${root}-copy`)).toBe(first);

  await rename(join(folder, "remote", "dial.go"), join(folder, "remote", "ring.go"));
  const renamed = await hash();
  expect(renamed).not.toBe(first);
  await writeFile(join(folder, "remote", "ring.go"), "package remote // changed\n");
  expect(await hash()).not.toBe(renamed);
  await rm(root, { recursive: true });
  await rm(`${root}-copy`, { recursive: true });
});
