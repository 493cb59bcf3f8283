// What a host was found to have applied, when its settings were staged: it leads to its repair, its activation and the readiness,
// and to nothing else. A run that was cut off may have brought a host to what has been taken back since.
//
// And which machine is wanted: a run that is cut off once a server has left for another machine, and is given up, leaves nothing else.
//
// Does not prove what the hosts tell: test/unit/steps/secrets has that.

import { describe, expect, test } from "vitest";
import { ConsulClient } from "../../components/index";
import { digest } from "../../components/render/files";
import { clientHosts } from "./support/clients";
import {
  clusterOf,
  existing,
  givenKey,
  names,
  nspawn,
  readyText,
  servers,
  textOf,
} from "./support/clusters";
import { type Recording, record } from "./support/recorder";
import { Unknown } from "./support/values";

const told = (word: string) =>
  `hello\nconsul-cluster: begin\napplied ${word}\nconsul-cluster: end\n`;
const [first, second] = ["0123456789ab", "ba9876543210"];

const tells = (words: Record<string, string>) =>
  Object.fromEntries(Object.entries(words).map(([name, word]) => [`c-${name}-config`, told(word)]));

/** The update's command line of each command that has one. */
const updates = ({ resources }: Pick<Recording<unknown>, "resources">) =>
  Object.fromEntries(
    resources
      .filter(({ inputs }) => String(inputs.create).includes("name=") && "update" in inputs)
      .map((resource) => [resource.name, textOf(resource, "update")]),
  );

describe("three servers", () => {
  test("nothing is found where no host tells: as in the state of an earlier release", async () => {
    expect(updates(await clusterOf(existing()))).toEqual({});
    const odd = Object.fromEntries(names(3).map((name) => [`c-${name}-config`, "applied now\n"]));
    expect(updates(await clusterOf(existing(), { stdout: odd }))).toEqual({});
  });

  test("each one's stands in its own update, and in that of the readiness; `create` is as ever", async () => {
    const found = { "consul-1": first, "consul-2": "none", "consul-3": second };
    const cluster = await clusterOf(existing(), { stdout: tells(found) });
    const without = await clusterOf(existing());
    const steps = Object.entries(found).flatMap(([name, word]) =>
      ["repair", "activate"].map((step) => [`c-${name}-${step}`, word] as const),
    );
    const all = [...steps, ["c-ready", `${first},none,${second}`] as const];
    expect(updates(cluster)).toEqual(
      Object.fromEntries(
        all.map(([name, word]) => [name, `${textOf(cluster.get(name), "create")} found=${word}`]),
      ),
    );
    for (const { name, inputs } of cluster.resources) {
      const { update: _, ...rest } = inputs;
      const { update: __, ...before } = without.get(name).inputs;
      expect(rest).toEqual(before);
    }
  });

  test("another one on one host touches that host and the readiness alone", async () => {
    const both = { "consul-1": first, "consul-2": first };
    const before = await clusterOf(existing(), { stdout: tells(both) });
    const after = await clusterOf(existing(), { stdout: tells({ ...both, "consul-2": second }) });
    const changed = after.resources
      .filter(
        ({ name, inputs }) => JSON.stringify(inputs) !== JSON.stringify(before.get(name).inputs),
      )
      .map(({ name }) => name);
    expect(changed.sort()).toEqual(["c-consul-2-activate", "c-consul-2-repair", "c-ready"]);
    expect(textOf(after.get("c-ready"), "update")).toMatch(/ found=0123456789ab,ba9876543210,-$/);
  });

  test("it is no secret, also where a password makes the stdin one", async () => {
    const all = servers().map((server) => ({
      ...server,
      user: "admin",
      sudoPassword: "a password",
    }));
    const cluster = await clusterOf(
      { existing: { servers: all } },
      { stdout: tells({ "consul-1": first }) },
    );
    expect(cluster.get("c-consul-1-activate").inputs.update).toMatch(/ found=0123456789ab$/);
  });

  test("a preview that does not know it shows the command lines all the same", async () => {
    const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    const stdout = Object.fromEntries(names(3).map((name) => [`c-${name}-config`, unknown]));
    const cluster = await clusterOf(existing(), { preview: true, stdout });
    const made = await clusterOf(existing());
    for (const name of ["c-consul-1-repair", "c-consul-1-activate", "c-ready"]) {
      expect(cluster.get(name).inputs.update).toBeInstanceOf(Unknown);
      expect(cluster.get(name).inputs.create).toEqual(made.get(name).inputs.create);
    }
  });
});

test("a machine that was to be replaced leads to its server's steps and the readiness, whatever was found", async () => {
  const stdout = tells({ "consul-1": first, "consul-2": first, "consul-3": first });
  const before = await clusterOf(nspawn(), { stdout });
  const ids = { "c-consul-2-wanted": "of another run" };
  const after = await clusterOf(nspawn(), { stdout, ids });
  const changed = after.resources
    .filter(
      ({ name, inputs }) => JSON.stringify(inputs) !== JSON.stringify(before.get(name).inputs),
    )
    .map(({ name }) => name);
  // Its host is asked first whether it is there.
  expect(changed.sort()).toEqual([
    "c-consul-2-activate",
    "c-consul-2-reach",
    "c-consul-2-repair",
    "c-ready",
  ]);
  expect(textOf(after.get("c-consul-2-repair"), "update")).toContain(
    ` found=${first} wanted=${digest("of another run")}`,
  );
  // Hosts that others have made are never replaced.
  expect(Object.values(updates(await clusterOf(existing(), { stdout }))).join()).not.toContain(
    "wanted",
  );
});

test("client agents are looked at again in the same way", async () => {
  const program = () =>
    new ConsulClient("w", {
      servers: ["10.0.0.11"],
      gossipKey: givenKey,
      existing: { hosts: clientHosts() },
    });
  const stdout = (name: string) =>
    name === "w-web-1-config"
      ? told(first)
      : name === "w-ready"
        ? readyText(["web-1", "web-2"])
        : "";
  const found = updates(await record(program, { stdout }));
  expect(Object.keys(found).sort()).toEqual(["w-ready", "w-web-1-activate"]);
  expect(found["w-web-1-activate"]).toMatch(/activate-client\.sh .* found=0123456789ab$/);
  expect(found["w-ready"]).toMatch(/ found=0123456789ab,-$/);
});
