// Wrong settings, as a stack file may hold them, each with the whole of what is said about it. They go through
// the program's own entry: nothing is registered, and no connection is opened.
//
// Does not prove that the message is helpful: whoever reads the tables may judge.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RunError, runtime } from "@pulumi/pulumi";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { ConsulCluster } from "../../components/index";
import { projectSettings } from "../../reference/files";
import { loadArgs } from "../../stack/config";
import { record } from "./support/recorder";
import { wrongInstances } from "./support/wrong/aws";
import { type Row, rightConfig, wrong } from "./support/wrong/config";
import { wrongExisting } from "./support/wrong/existing";
import { wrongMachines } from "./support/wrong/nspawn";
import { wrongPerServer } from "./support/wrong/perServer";
import { wrongSettings } from "./support/wrong/settings";

const all = [
  ...wrongMachines,
  ...wrongExisting,
  ...wrongInstances,
  ...wrongPerServer,
  ...wrongSettings,
];
const files = mkdtempSync(join(tmpdir(), "consul-cluster-"));

beforeAll(() => {
  mkdirSync(join(files, "machines"));
  for (const file of ["image.tar", "id_ed25519", "id_ed25519.pub"])
    writeFileSync(join(files, file), "");
});
afterAll(() => rmSync(files, { recursive: true }));

/** Runs the program on a stack file's settings: what it said, and what it did meanwhile. */
async function run(settings: Record<string, unknown>) {
  const connect = vi.spyOn(Socket.prototype, "connect");
  const { resources, errors } = await record(
    () => {
      const raw = Object.entries(settings).map(([key, value]) => [
        `consul-cluster:${key}`,
        (typeof value === "string" ? value : JSON.stringify(value)).replaceAll("FILES", files),
      ]);
      runtime.setAllConfig(Object.fromEntries(raw));
      return new ConsulCluster("c", loadArgs());
    },
    { stdout: () => "" },
  );
  const connections = connect.mock.calls.length;
  connect.mockRestore();
  return { resources, errors, connections };
}

test.each(["nspawn", "existing", "aws"] as const)(
  "%s: what the tables start from is right",
  async (source) => {
    const { resources, errors } = await run(rightConfig(source));
    // The keys of `existing` are none, which is found out when they are used, and not before.
    expect(errors.filter((error) => RunError.isInstance(error))).toEqual([]);
    expect(resources.length).toBeGreaterThan(0);
  },
);

describe.each<[string, Row[]]>([
  ["machines of this computer", wrongMachines],
  ["hosts that exist", wrongExisting],
  ["instances of EC2", wrongInstances],
  ["what one server has of its own", wrongPerServer],
  ["settings", wrongSettings],
])("%s", (_, rows) => {
  test.each(rows.map((row) => [row.at, JSON.stringify(row.is) ?? "(left out)", row] as const))(
    "%s: %s",
    async (_at, _is, row) => {
      const { resources, errors, connections } = await run(wrong(row));
      expect(errors).toHaveLength(1);
      expect(RunError.isInstance(errors[0])).toBe(true);
      const [, ...lines] = (errors[0] as Error).message.split("\n\n")[0]?.split("\n") ?? [];
      expect(
        lines.map((line) => line.trim().replace(/ {2,}/, ": ").replaceAll(files, "FILES")),
      ).toEqual(row.says);
      expect(resources).toEqual([]);
      expect(connections).toBe(0);
    },
  );
});

test("there are at least 80 of them, and no two are the same", () => {
  const texts = all.map(({ at, is }) => JSON.stringify([at, is]));
  expect(new Set(texts).size).toBe(all.length);
  expect(all.length).toBeGreaterThanOrEqual(80);
});

/** Every setting with its places: `bastion.host` stands below hosts that exist, and below `aws`. */
const { top, sections } = projectSettings();
const places = [
  ...top.map(({ name }) => [name]),
  ...sections.flatMap(({ paths, settings }) =>
    settings.map(({ name }) => paths.map((path) => `${path}.${name}`)),
  ),
];

test.each(places)("%s is wrong in one of them at least, or something in it", (...alike) => {
  const told = all
    .flatMap(({ says }) => says)
    .map((line) => line.replace(/: .*/s, "").replace(/\[\d+\]/g, "[]"));
  const isAt = (place: string) => {
    // Some stand below a name of the user's choice.
    const [start, end = ""] = place.split(".NAME");
    return (path: string) =>
      path === place ||
      path.startsWith(`${place}.`) ||
      path.startsWith(`${place}[]`) ||
      (place.includes(".NAME") && path.startsWith(`${start}.`) && path.endsWith(end));
  };
  expect(alike.filter((place) => told.some(isAt(place)))).not.toEqual([]);
});

test("however many there are, they are told at once", async () => {
  const rows = all.filter(({ at }) =>
    ["nspawn.user", "nspawn.bridge", "version", "domain", "ports.server", "data_dir"].includes(at),
  );
  const oneEach = new Map(rows.map((row) => [row.at, row]));
  const settings = [...oneEach.values()].reduce<Record<string, unknown>>(
    (soFar, row) => wrong(row, soFar),
    rightConfig("nspawn"),
  );
  const { errors, resources } = await run(settings);
  expect(resources).toEqual([]);
  expect(errors[0]?.message).toContain("The settings have 6 problems");
  for (const { at } of oneEach.values()) expect(errors[0]?.message).toContain(`  ${at} `);
});
