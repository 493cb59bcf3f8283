import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pulumiEnv } from "../../../lab/pulumi/env";
import { layoutOf } from "../../../lab/pulumi/layout";
import { ensurePassphrase } from "../../../lab/pulumi/passphrase";

const toolchain = { binDir: "/cache/pulumi/bin", pulumiHome: "/cache/home" };

test("the tools come first on PATH, and the state stays in the project", () => {
  const env = pulumiEnv(layoutOf("/my project"), toolchain, "dev", {
    PATH: "/usr/bin",
    HOME: "/h",
  });
  expect(env).toEqual({
    HOME: "/h",
    PATH: "/cache/pulumi/bin:/usr/bin",
    PULUMI_HOME: "/cache/home",
    PULUMI_BACKEND_URL: "file:///my%20project/.lab/state",
    PULUMI_CONFIG_PASSPHRASE_FILE: "/my project/.lab/passphrase",
    PULUMI_STACK: "dev",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  });
});

test("a user's own passphrase, backend and stack do not leak in", () => {
  const env = pulumiEnv(layoutOf("/p"), toolchain, "dev", {
    PULUMI_CONFIG_PASSPHRASE: "mine",
    PULUMI_BACKEND_URL: "s3://mine",
    PULUMI_STACK: "prod",
  });
  expect(env).not.toHaveProperty("PULUMI_CONFIG_PASSPHRASE");
  expect(env).toMatchObject({ PULUMI_BACKEND_URL: "file:///p/.lab/state", PULUMI_STACK: "dev" });
});

test("the passphrase is made once, for its owner only", async () => {
  const folder = await mkdtemp(join(tmpdir(), "passphrase-"));
  const file = join(folder, "passphrase");
  await ensurePassphrase(file);
  const first = await readFile(file, "utf8");
  expect(Buffer.from(first, "base64")).toHaveLength(32);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  await ensurePassphrase(file);
  expect(await readFile(file, "utf8")).toBe(first);
  await rm(folder, { recursive: true });
});
