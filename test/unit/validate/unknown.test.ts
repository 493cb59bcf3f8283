// What a preview does not know yet is left out of validation, and nothing else is.
//
// Does not prove that Pulumi says of a value that it is not known: test/graph/arguments does.

import { describe, expect, test } from "vitest";
import { planClients } from "../../../components/client/plan";
import { validateClients } from "../../../components/validate/client";
import { checkPlain } from "../../../components/validate/shape";
import { UNKNOWN } from "../../../components/validate/values";
import { clientArgs } from "../client/support";
import { cases } from "../render/cases";
import { type Anything, awsArgs, existingArgs, nspawnArgs, problems } from "./support";

type Path = (string | number)[];

/** Every place in the settings where a value stands, whole groups and lists among them. */
function placesIn(value: unknown, above: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [above];
  const below = Object.entries(value).flatMap(([key, field]) =>
    placesIn(field, [...above, Array.isArray(value) ? Number(key) : key]),
  );
  return above.length === 0 ? below : [above, ...below];
}

/** A symbol is nothing that structuredClone copies. */
function copyOf(value: Anything): Anything {
  if (Array.isArray(value)) return value.map(copyOf);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, copyOf(field)]));
}

function withUnknown(settings: object, path: Path): Anything {
  const copy = copyOf(settings);
  const owner = path.slice(0, -1).reduce((inner, step) => inner?.[step], copy);
  if (typeof owner === "object") owner[path.at(-1) as string] = UNKNOWN;
  return copy;
}

/** Those of the golden files name keys that are none: here they have some. */
const [{ privateKey, hostKey }] = existingArgs().existing.servers;
const withKeys = ({ existing, ...args }: Anything) => ({
  ...args,
  existing: {
    servers: existing.servers.map(({ privateKeyFile: _, ...server }: Anything) => ({
      ...server,
      privateKey,
      hostKey,
    })),
  },
});

const right: Record<string, Anything> = {
  machines: nspawnArgs(),
  instances: awsArgs(),
  ...Object.fromEntries(Object.entries(cases).map(([name, { args }]) => [name, withKeys(args)])),
};

describe.each(Object.entries(right))("settings with nothing wrong: %s", (_, settings) => {
  test("have nothing wrong with them where one value is not known, whichever", () => {
    expect(problems(settings)).toEqual([]);
    for (const path of placesIn(settings)) {
      const unknown = withUnknown(settings, path);
      // What has to be plain is refused before that.
      if (checkPlain(unknown, "ConsulCluster", (value) => value === UNKNOWN).length > 0) continue;
      expect(problems(unknown), path.join(".")).toEqual([]);
    }
  });
});

test.each(Object.entries(right))(
  "nor where nothing is known that may come late: %s",
  (_, settings) => {
    const unknown = placesIn(settings).reduce((soFar, path) => {
      const next = withUnknown(soFar, path);
      const isPlain = checkPlain(next, "ConsulCluster", (value) => value === UNKNOWN).length > 0;
      return isPlain ? soFar : next;
    }, settings);
    expect(unknown).not.toEqual(settings);
    expect(problems(unknown)).toEqual([]);
  },
);

test("two of whom the same is not known are not the same", () => {
  const late = { sshHost: UNKNOWN, bastion: { host: UNKNOWN, hostKey, privateKey } };
  const args = existingArgs();
  args.existing.servers = args.existing.servers.map((server: object) => ({ ...server, ...late }));
  expect(problems(args)).toEqual([]);
  const ids = [UNKNOWN, UNKNOWN, UNKNOWN];
  expect(
    problems(awsArgs({ subnetIds: ids, clientSecurityGroupIds: ids, clientCidrs: ids })),
  ).toEqual([]);
});

test("what is wrong is told whatever else is not known", () => {
  const wrong = {
    version: "latest",
    ports: { http: 8300 },
    recursors: ["resolver.example"],
    performance: { raftMultiplier: 11 },
  };
  const settings = existingArgs(wrong);
  const all = problems(settings);
  expect(all).toHaveLength(4);
  for (const path of placesIn(existingArgs())) {
    const [, list] = path;
    // Which servers there are is plain, always.
    if (path.length < 4 || list !== "servers") continue;
    expect(problems(withUnknown(settings, path)), path.join(".")).toEqual(all);
  }
});

test("the same of client agents", () => {
  const { services: ___, ...defaults } = planClients({});
  expect(defaults.version).not.toBe("");
  const settings = {
    ...clientArgs(),
    ports: { dns: 8600 },
    datacenter: "dc1",
    domain: "consul",
  } as Anything;
  expect(validateClients(settings)).toEqual([]);
  for (const path of placesIn(settings))
    expect(validateClients(withUnknown(settings, path)), path.join(".")).toEqual([]);
});
