// The table of settings against the places that say the same in words of their own: args.ts, what judges an
// argument, and the files that Consul reads. Pulumi.yaml is held against args.ts in test/unit/stack/keys.test.ts.
//
// Does not prove that Consul takes a key over by a reload: that was read off its source.

import { describe, expect, test } from "vitest";
import { planCluster, planSettings, type ServerPlan } from "../../../components/cluster/plan";
import { renderServerFiles } from "../../../components/render/server";
import { settings } from "../../../components/settings";
import { clientSettings } from "../../../components/settings/client";
import { isPlanned, planned } from "../../../components/settings/planned";
import { group, isGroup, rowsOf, setting, unplanned } from "../../../components/settings/setting";
import { inConsulsNames } from "../../../components/settings/written";
import { governedKeys } from "../../../components/validate/managedKeys";
import type { Field } from "../../../reference/argsFile";
import { defaultValue, typeOf } from "../../../reference/settings";
import { cases, servers } from "../render/cases";
import { fieldsOf } from "../support/argsDefaults";
import { problemsOf } from "../validate/support";

const sources = ["nspawn", "existing", "aws"];
const rows = rowsOf(settings);

/** Every argument that is no source of hosts, those in groups by their whole names. */
const args: Record<string, Field> = Object.fromEntries(
  fieldsOf("ConsulClusterArgs")
    .filter(({ name }) => !sources.includes(name))
    .flatMap((field): [string, Field][] => {
      const type = typeOf(field.type);
      return type.kind === "group"
        ? fieldsOf(type.name).map((inner) => [`${field.name}.${inner.name}`, inner])
        : [[field.name, field]];
    }),
);

function nested(path: string, value: unknown): Record<string, unknown> {
  const [name, inner] = path.split(".") as [string, string?];
  return { [name]: inner === undefined ? value : { [inner]: value } };
}

function at(value: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>(
      (inside, step) => (inside as Record<string, unknown> | undefined)?.[step],
      value,
    );
}

describe("args.ts", () => {
  test("has every row, and no argument without one", () => {
    expect(rows.map(({ argument }) => argument).sort()).toEqual(Object.keys(args).sort());
    expect(Object.keys(settings)).toEqual([
      ...new Set(
        fieldsOf("ConsulClusterArgs")
          .map(({ name }) => name)
          .filter((name) => !sources.includes(name)),
      ),
    ]);
  });

  test.each(rows)("$argument may be left out, and has the row's type", ({ argument, row }) => {
    const field = args[argument] as Field;
    expect(field.optional).toBe(true);
    const type = typeOf(field.type);
    const simple = (name: unknown) => ({ kind: name });
    if (typeof row.type === "string") return expect(type).toEqual({ kind: row.type });
    if ("listOf" in row.type) {
      return expect(type).toEqual({ kind: "list", of: simple(row.type.listOf) });
    }
    const { mapOf } = row.type;
    if (typeof mapOf === "string") return expect(type).toEqual({ kind: "map", of: simple(mapOf) });
    const of = (type as { of: { name: string } }).of;
    expect(
      Object.fromEntries(fieldsOf(of.name).map((inner) => [inner.name, typeOf(inner.type).kind])),
    ).toEqual(mapOf.fields);
  });

  test.each(rows.filter(({ row }) => isPlanned(row)))(
    "the default of $argument is the one that is promised",
    ({ argument, row }) => {
      const promise = args[argument]?.default;
      const [name = "", inner] = argument.split(".");
      // What is promised of a group's inside holds where the group is there.
      const value = at(planSettings(inner === undefined ? {} : { [name]: {} }), argument);
      const promised = promise === undefined ? undefined : defaultValue({ default: promise });
      if (promised !== undefined) return expect(value).toEqual(promised);
      if (promise === "none")
        return expect(["", "[]", "{}"]).toContain(JSON.stringify(value ?? "").replaceAll('"', ""));
      // Words: it depends on others, or cannot be written down.
      expect(promise?.length).toBeGreaterThan(5);
      expect(typeof row.default === "function" || !row.default).toBe(true);
    },
  );
});

describe("validation", () => {
  const wrongFor = (type: unknown) => (type === "string" ? 5 : "5");

  test.each(rows)("refuses $argument of another type, and says it once", ({ argument, row }) => {
    const found = problemsOf(nested(argument, wrongFor(row.type)));
    const there = found.filter((problem) => problem.startsWith(`${argument}: must be `));
    expect(there, found.join("\n")).toHaveLength(1);
  });

  test.each(Object.entries(settings).filter(([, entry]) => isGroup(entry)))(
    "refuses %s that is no object",
    (name) => {
      expect(problemsOf({ [name]: [] })).toEqual([`${name}: must be an object, not a list`]);
    },
  );
});

describe("Consul's files", () => {
  const files = (args: object) => {
    const plan = planCluster({ existing: servers("10.0.0.11"), tls: {}, ...args });
    const written = renderServerFiles(plan, plan.servers[0] as ServerPlan);
    return (name: string) => JSON.parse(written[name] as string);
  };
  const [plain, all] = [files({}), files(cases.everything?.args ?? {})];

  test.each(rows.filter(({ row }) => row.consul !== undefined && isPlanned(row)))(
    "$argument stands in the one that its row says, and nowhere else",
    ({ row: { consul = "", reload, default: standard } }) => {
      const there = (name: string) => at(all(name), consul) !== undefined;
      expect(there("20-reloadable.json")).toBe(reload ?? false);
      // The case has no TLS, and this key is the user's own then.
      if (consul !== "addresses.https") expect(there("10-server.json")).toBe(!reload);
      const file = plain(reload ? "20-reloadable.json" : "10-server.json");
      expect(at(file, consul) !== undefined).toBe(standard !== undefined);
    },
  );

  test("no key is two arguments'", () => {
    const keys = rows.flatMap(({ row: { consul, formerly = [] } }) =>
      consul === undefined ? [] : [consul, ...formerly],
    );
    expect(new Set(keys).size).toBe(keys.length);
  });
});

test("the rows of a client agent are a server's, but for the default", () => {
  // Servers change one at a time.
  const { concurrency: _, ...shared } = clientSettings;
  for (const { argument, row } of rowsOf(shared)) {
    const same = rows.find((other) => other.argument === argument)?.row;
    expect({ ...row, default: null }, argument).toEqual({ ...same, default: null });
  }
});

describe("a table", () => {
  const table = {
    level: setting({ type: "string", default: undefined, consul: "log_level", reload: true }),
    paths: setting({ type: { listOf: "string" }, default: ["a"], plain: (said) => said.slice(1) }),
    limits: group({
      rate: setting({ type: "number", default: undefined, consul: "limits.rate" }),
      burst: setting({
        type: "number",
        default: ({ tls }) => (tls ? 2 : 1),
        consul: "limits.burst",
        formerly: ["burst"],
        written: (burst, { address }) => (burst > 1 ? `${burst} at ${address}` : undefined),
      }),
    }),
    keys: group({ key: unplanned({ type: "string", consul: "key" }) }),
  };
  const plan = (said: object) => ({ ports: { http: 80 }, ...planned(table, said) });

  test("is planned as the user wrote it, without what is told to others", () => {
    expect(planned(table, { keys: { key: "k" } })).toEqual({
      level: undefined,
      paths: [],
      limits: { rate: undefined, burst: 1 },
    });
    const said = { level: "warn", paths: ["x", "y"], limits: { rate: 0 }, tls: {} };
    expect(planned(table, said)).toEqual({
      level: "warn",
      paths: ["y"],
      limits: { rate: 0, burst: 2 },
    });
  });

  test("is written in Consul's names, and nothing where nothing is said", () => {
    expect(inConsulsNames(table, plan({}), "192.0.2.1")).toEqual({});
    const said = { level: "warn", limits: { rate: 0, burst: 7 } };
    expect(inConsulsNames(table, plan(said), "192.0.2.1")).toEqual({
      log_level: "warn",
      limits: { rate: 0, burst: "7 at 192.0.2.1" },
    });
  });

  test("governs its keys, and their older names", () => {
    expect(governedKeys(table).map(({ key }) => key)).toEqual([
      "log_level",
      "limits.rate",
      "limits.burst",
      "burst",
      "key",
    ]);
  });
});
