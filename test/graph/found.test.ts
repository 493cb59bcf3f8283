// What a host was found to have applied, when its settings were staged: it leads to its repair, its activation and the readiness,
// and to nothing else. A run that was cut off may have brought a host to what has been taken back since. And which departure it has,
// which leads to its activation and the readiness: a run that was cut off behind a leave has deleted that.
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

/** The word for the departures of these servers. */
function departureOf(...servers: string[]): string {
  const each = servers.map((name) => digest(`c-${name}-departure-id`));
  return `departure=${each.length > 1 ? digest(each.join(",")) : each[0]}`;
}

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
    const all = [
      ...Object.entries(found).flatMap(([name, word]) => [
        [`c-${name}-repair`, `found=${word}`],
        [`c-${name}-activate`, `found=${word} ${departureOf(name)}`],
      ]),
      ["c-ready", `found=${first},none,${second} ${departureOf(...names(3))}`],
    ] as [string, string][];
    expect(updates(cluster)).toEqual(
      Object.fromEntries(
        all.map(([name, words]) => [name, `${textOf(cluster.get(name), "create")} ${words}`]),
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
    expect(textOf(after.get("c-ready"), "update")).toMatch(/ found=0123456789ab,ba9876543210,- /);
  });

  test("a departure that was made anew touches that host's activation and the readiness alone", async () => {
    const told = tells({ "consul-1": first, "consul-2": first, "consul-3": first });
    const before = await clusterOf(existing(), { stdout: told });
    const after = await clusterOf(existing(), {
      stdout: told,
      ids: { "c-consul-2-departure": "made-anew" },
    });
    const changed = after.resources
      .filter(
        ({ name, inputs }) => JSON.stringify(inputs) !== JSON.stringify(before.get(name).inputs),
      )
      .map(({ name }) => name);
    expect(changed.sort()).toEqual(["c-consul-2-activate", "c-ready"]);
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
    expect(cluster.get("c-consul-1-activate").inputs.update).toMatch(/ found=0123456789ab dep/);
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
  expect(found["w-web-1-activate"]).toMatch(/activate-client\.sh .* found=0123456789ab departure=/);
  expect(found["w-ready"]).toMatch(/ found=0123456789ab,- departure=/);
});
