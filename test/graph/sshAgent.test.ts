// An SSH agent that the environment names and that is gone, over which the Command plugin fails at every step: a preview warns, an
// update stops before anything is made.
//
// Does not prove that the plugin fails (test/conformance/dial.test.ts, line 29), nor that it has the program's environment.

import { log } from "@pulumi/pulumi";
import { afterEach, expect, test, vi } from "vitest";
import { ConsulClient } from "../../components/index";
import { clientHosts } from "./support/clients";
import { existing, freshClusterOf, givenKey } from "./support/clusters";
import { record } from "./support/recorder";

const gone = "/no/such/agent";
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test("an update is refused: no host is reached, no key is made", async () => {
  vi.stubEnv("SSH_AUTH_SOCK", gone);
  const { errors, commands } = await freshClusterOf(existing());
  const [error, ...others] = new Set(errors);
  expect(others).toEqual([]);
  expect(error?.message).toContain("ConsulCluster c have a problem; no host was reached");
  expect(error?.message).toMatch(/\n +SSH_AUTH_SOCK +names .*which is not there: .*unset the var/);
  expect(error?.stack).toBe("");
  expect(commands).toEqual([]);
});

test("so are client agents", async () => {
  vi.stubEnv("SSH_AUTH_SOCK", gone);
  const hosts = { existing: { hosts: clientHosts() } };
  const { errors, resources } = await record(
    () => new ConsulClient("w", { servers: ["10.0.0.11"], gossipKey: givenKey, ...hosts }),
    { stdout: () => "" },
  );
  expect(errors[0]?.message).toContain("SSH_AUTH_SOCK");
  expect(resources.filter(({ type }) => type.startsWith("command:"))).toEqual([]);
});

test("a preview, which dials nobody, warns once and shows all", async () => {
  vi.stubEnv("SSH_AUTH_SOCK", gone);
  const warn = vi.spyOn(log, "warn").mockResolvedValue();
  const { errors, commands } = await freshClusterOf(existing(), { preview: true });
  expect(errors).toEqual([]);
  expect(commands.length).toBeGreaterThan(0);
  expect(warn.mock.calls).toEqual([[expect.stringContaining("SSH_AUTH_SOCK names")]]);
});
