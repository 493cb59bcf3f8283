// A cluster of each released version is previewed by the code of today, through the real engine: with the same
// settings nothing of it is made, replaced, deleted, restarted or reloaded. docs/upgrading.md says what to do
// where that fails.
//
// Does not prove that the steps which lay down newer scripts end well on a host that has the older ones: live.ts
// does, by hand. Clusters of `aws` are not among them, for no account made one: graph.test.ts has what is asked for.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { nameOf, parsePreview } from "../../components/review/preview";
import { imageFile } from "../../lab/image/image";
import { FileStack } from "./fileStack";
import { readSaved, type SavedState, savedNames, savedVersions } from "./savedState";
import { judge, renewedHere, type Verdict } from "./verdict";

const folder = mkdtempSync(join(tmpdir(), "upgrade-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Exported {
  deployment: { resources: Resource[] };
}

interface Resource {
  urn: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

const ownerStep = "-owner";

async function verdictOn(saved: SavedState): Promise<Verdict> {
  const stack = new FileStack(saved.name, mkdtempSync(join(folder, `${saved.name}-`)));
  mkdirSync(dirname(stack.layout.passphrase), { recursive: true });
  writeFileSync(stack.layout.passphrase, saved.passphrase, { mode: 0o600 });
  await stack.init();
  // With the salt of the saved one: what it holds encrypted was sealed with it.
  writeFileSync(stack.stackFile, saved.settings);
  // With the owner's id, which a machine on this computer is told and a preview of an old state cannot know.
  await stack.import(saved.state);
  await stack.run("up", "--yes", "--skip-preview", "--target", `**${ownerStep}`);
  const state = JSON.parse(await stack.exported()) as Exported;
  const { resources } = state.deployment;
  const preview = async () => {
    await stack.import(JSON.stringify(state));
    return parsePreview(await stack.run("preview", "--json", "--show-sames"));
  };
  const first = await preview();
  // Of a machine whose script changes a preview cannot know what it will say, and calls all that hangs on it changed.
  // It says the same (live.ts), so the rest is looked at as if the script had been this one before.
  const scripts = renewedHere(first);
  for (const { urn, newState } of scripts) {
    // In the state it may still have the name that an alias finds it by.
    const own = (one: Resource) => nameOf(one.urn).replace(/^[^-]+/, "");
    const resource = resources.find((one) => own(one) === own({ urn }));
    for (const values of [resource?.inputs, resource?.outputs])
      if (values !== undefined) values.stdin = newState?.inputs?.stdin;
  }
  const { renewed, unwanted } = judge(
    resources.map(({ urn }) => urn),
    scripts.length > 0 ? await preview() : first,
  );
  return { unwanted, renewed: [...renewed, ...scripts.map(({ urn }) => nameOf(urn))].sort() };
}

describe.concurrent.each(savedVersions())("a cluster made by %s", (version) => {
  test.each(savedNames(version))("%s: nothing of it is touched", async (name) => {
    const { renewed, unwanted } = await verdictOn(current(readSaved(version, name)));
    if (renewed.length > 0)
      console.log(`${version}, ${name}: other scripts at ${renewed.join(", ")}`);
    expect(unwanted).toEqual([]);
  });
});

test.each(["existing", "nspawn"])(
  "%s: a stack that is renamed later is the same cluster",
  async (name) => {
    const saved = current(readSaved("0.1.0", name));
    // As a run of today's code leaves the names, and `pulumi stack rename` the stack's.
    const state = saved.state
      .replaceAll(`::${name}-`, "::consul-")
      .replaceAll(`ConsulCluster::${name}"`, 'ConsulCluster::consul"')
      .replaceAll(`urn:pulumi:${name}::`, "urn:pulumi:renamed::")
      .replaceAll(`::consul-cluster-${name}"`, '::consul-cluster-renamed"');
    const [before, after] = [saved, { ...saved, name: "renamed", state }].map(verdictOn);
    expect(await after).toEqual(await before);
    expect((await after)?.unwanted).toEqual([]);
  },
);

test("a name, a setting and an address that were others are noticed", async () => {
  const saved = readSaved(savedVersions()[0] as string, "existing");
  const state = saved.state
    .replaceAll("existing-ready", "existing-readiness")
    .replace(/restart-settings [0-9a-f]+/, "restart-settings 000000000000")
    .replace('"triggers": [\n', '"triggers": [ "another",');
  const { unwanted } = await verdictOn({ ...saved, state });
  expect(unwanted.map((line) => line.replace(/ \(.*/, ""))).toEqual([
    "consul-consul-a-activate: update",
    "consul-consul-a-departure: replace",
    "consul-ready: create",
    "existing-readiness: delete",
  ]);
});

/** The lab's image is another file as its contents change, and has nothing to do with the library's version. */
function current({ state, settings, ...saved }: SavedState): SavedState {
  const [was] = /\S+\/image\/debian-\S+?\.tar/.exec(settings) ?? [];
  const renamed = (text: string) => (was === undefined ? text : text.replaceAll(was, imageFile));
  return { ...saved, state: renamed(state), settings: renamed(settings) };
}
