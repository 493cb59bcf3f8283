// What a plan warns of, beyond the plans that are kept as files.

import { describe, expect, test } from "vitest";
import { type Review, renderMarkdown, reviewPreview } from "../../../components/review";
import { nameOf, type PreviewStep } from "../../../components/review/preview";
import { changed, previews, readPreview } from "./support";
import { machinesProtected } from "./variants";

function dangersOf(json: string): string[] {
  return reviewPreview(json).clusters.flatMap(({ warnings }) =>
    warnings.flatMap(({ danger }) => danger ?? []),
  );
}

type Cluster = Review["clusters"][number];

const serverOf = (review: Review, name: string) =>
  review.clusters[0]?.servers.find((server) => server.name === name);

test.each([
  ["nothing", []],
  ["setting", []],
  ["version", []],
  ["rotation", []],
  ["scale-up", []],
  ["scale-down", []],
  ["replacement", []],
  ["new-address", []],
  ["replacement-and-setting", ["quorum"]],
  ["downgrade", ["downgrade"]],
  ["downgrade-allowed", ["downgrade"]],
  ["wipe", ["wipe"]],
  ["http-port", []],
  ["places", []],
  ["fixed-settings", ["fixed-settings", "fixed-settings", "fixed-settings", "fixed-settings"]],
  ["fixed-settings-of-0.1.0", ["fixed-settings"]],
  ["two-wipes", ["wipe", "two-wipes"]],
  ["protected", ["protected"]],
  ["generation-raised", []],
  ["library-upgrade", []],
])("%s: %j", (name, expected) => {
  expect(dangersOf(readPreview(name))).toEqual(expected);
});

test("a whole cluster that goes", () => {
  const gone = changed("nothing", (steps) =>
    steps.map(({ urn, oldState }) => ({ op: "delete", urn, oldState })),
  );
  expect(dangersOf(gone)).toEqual(["destroy"]);
  expect(renderMarkdown(reviewPreview(gone))).toContain("The cluster goes, with all 3 servers.");
});

test("machines that AWS does not end: a replacement, a server that leaves, a whole cluster", () => {
  const found = (name: string, change: (steps: PreviewStep[]) => PreviewStep[] = (all) => all) =>
    reviewPreview(changed(name, (steps) => change(machinesProtected(steps)))).clusters.flatMap(
      ({ warnings }) => warnings.filter(({ danger }) => danger === "protected"),
    );
  const refused = (names: string) => [
    expect.objectContaining({
      refused: true,
      text: expect.stringContaining(`would end the machine of ${names}: it is refused before any`),
    }),
  ];
  expect(found("setting")).toEqual([]);
  expect(found("scale-up")).toEqual([]);
  expect(found("replacement")).toEqual(refused("consul-2"));
  expect(found("scale-down")).toEqual(refused("consul-2, consul-4"));
  const all = (deleting: string) => (steps: PreviewStep[]) =>
    steps.map((step) => {
      const { urn, oldState } = step;
      const inputs = { ...oldState?.inputs, delete: deleting };
      const state = urn.endsWith("-farewell") ? { ...oldState, inputs } : oldState;
      return { op: "delete", urn, oldState: state } as PreviewStep;
    });
  const names = "consul-1, consul-2, consul-3";
  expect(found("nothing", all("exec sh -s teardown protected=yes"))).toEqual(refused(names));
  // A release before this check: AWS alone refuses.
  expect(found("nothing", all("exec sh -s teardown"))).toEqual([
    expect.not.objectContaining({ refused: true }),
  ]);
});

test("a whole cluster of which a run that was cut off has left little", () => {
  const left = changed("nothing", (steps) =>
    steps
      .filter(({ urn }) => !/-(ready|farewell|activate|departure)$/.test(nameOf(urn)))
      .map(({ urn, oldState }) => ({ op: "delete", urn, oldState })),
  );
  expect(dangersOf(left)).toEqual(["destroy"]);
  const [cluster] = reviewPreview(left).clusters;
  expect(cluster).toMatchObject({ before: 3, after: 0 });
  expect(cluster?.servers.map(({ effect }) => effect)).toEqual(["leave", "leave", "leave"]);
  expect(renderMarkdown(reviewPreview(left))).toContain("The cluster goes, with all 3 servers.");
});

test("a cluster that goes while another comes: that an alias may be missing", () => {
  const renamed = readPreview("create").replaceAll(/::prod(?=[-"])/g, "::registry");
  const text = changed("nothing", (steps) => [
    ...steps.map(({ urn, oldState }) => ({ op: "delete", urn, oldState })),
    ...(JSON.parse(renamed) as { steps: PreviewStep[] }).steps,
  ]);
  const [prod, registry] = reviewPreview(text).clusters;
  expect(prod?.warnings.map((warning) => warning.text)).toContain(
    'where registry is prod under another name, give it `aliases: [{ name: "prod" }]`: then nothing is taken away',
  );
  expect(JSON.stringify(registry?.warnings)).not.toContain("alias");
});

test("a server that gets another name on its host, which preflight refuses", () => {
  const text = changed("scale-down", (steps) => {
    const isOf4 = ({ urn }: PreviewStep) => /-consul-4-(?!machine)/.test(nameOf(urn));
    const existing = steps.filter(({ urn }) => !nameOf(urn).endsWith("-machine"));
    const renamed = existing.filter(isOf4).map(({ urn, oldState }) => {
      const made = JSON.stringify({ op: "create", urn, newState: oldState });
      return JSON.parse(made.replaceAll("consul-4", "consul-9")) as PreviewStep;
    });
    return [...existing, ...renamed];
  });
  const [cluster] = reviewPreview(text).clusters;
  expect(cluster?.warnings).toContainEqual({
    refused: true,
    text: "consul-9 is on the host of consul-4, under another name: its preflight refuses that; take consul-4 off in a run of its own, then add the server",
  });
  expect(JSON.stringify(reviewPreview(readPreview("scale-down")))).not.toContain("another name");
});

test("two machines that would be replaced at once", () => {
  const two = changed("replacement", (steps) =>
    steps.map((step) =>
      nameOf(step.urn) === "prod-consul-3-departure" ? { ...step, op: "replace" } : step,
    ),
  );
  expect(dangersOf(two)).toContain("replacements");
});

test("a gossip key that is made anew", () => {
  const anew = changed("setting", (steps) =>
    steps.map((step) =>
      nameOf(step.urn) === "prod-gossip-key" ? { ...step, op: "replace" } : step,
    ),
  );
  expect(dangersOf(anew)).toEqual(["gossip-key"]);
});

test("a data volume that is replaced", () => {
  const volume: PreviewStep = {
    op: "replace",
    urn: "urn:pulumi:prod::consul-cluster::consul-cluster:index:ConsulCluster$aws:ebs/volume:Volume::prod-consul-1-data",
    newState: {
      type: "aws:ebs/volume:Volume",
      parent: "urn:pulumi:prod::consul-cluster::consul-cluster:index:ConsulCluster::prod",
    },
  };
  expect(dangersOf(changed("setting", (steps) => [...steps, volume]))).toEqual(["wipe"]);
});

test("one server is down while it restarts, and that is no surprise", () => {
  const one = changed("setting", (steps) =>
    steps
      .filter(({ urn }) => !/consul-[23]/.test(nameOf(urn)))
      .map((step) => {
        if (!/-(ready|farewell)$/.test(step.urn)) return step;
        const text = JSON.stringify(step).replaceAll("consul-1,consul-2,consul-3", "consul-1");
        return JSON.parse(text) as PreviewStep;
      }),
  );
  const { warnings } = reviewPreview(one).clusters[0] as Cluster;
  expect(warnings).toEqual([
    { text: "a cluster of one server is down while that server restarts" },
  ]);
});

describe("what is not shown is said", () => {
  const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
  const ofServers = (input: string, value: string) => (steps: PreviewStep[]) =>
    steps.map((step) => {
      if (!/-consul-\d-(config|activate)$/.test(step.urn) || !step.newState) return step;
      const inputs = { ...step.newState.inputs, [input]: value };
      return { ...step, newState: { ...step.newState, inputs } };
    });

  test("an address that is known in the update only", () => {
    const review = reviewPreview(changed("setting", ofServers("stdin", unknown)));
    expect(serverOf(review, "consul-1")).toMatchObject({ effect: "unknown", hidden: "unknown" });
    expect(renderMarkdown(review)).toContain("known in the update only");
  });

  test("and is no run that was cut off, though what is found on the host is not known, either", () => {
    // As with a new server whose address AWS gives: the command names it as well.
    const more = (steps: PreviewStep[]) =>
      ["stdin", "update", "create"].reduce((all, input) => ofServers(input, unknown)(all), steps);
    const { clusters } = reviewPreview(changed("setting", more));
    expect(clusters[0]?.servers.map(({ cutOff }) => cutOff)).toEqual(Array(3).fill(undefined));
    const texts = clusters[0]?.warnings.map(({ text }) => text);
    expect(texts).toContainEqual(expect.stringContaining("an address is not known"));
    expect(texts).not.toContainEqual(expect.stringContaining("cut off"));
  });

  // Seen: an upgrade of the library, with another script for machines of this computer, was three runs that were cut off.
  test("nor is one whose commands alone are not known, for they name the machine", () => {
    const was = "/usr/local/lib/consul-cluster/stage-config.sh name=NAME version=1.22.0";
    const renewed = (steps: PreviewStep[]) =>
      ["update", "create"]
        .reduce((all, input) => ofServers(input, unknown)(all), steps)
        .map((step) => {
          const [, name, kind] = /-(consul-\d)-(config|activate)$/.exec(step.urn) ?? [];
          if (!name || !step.oldState) return step;
          if (kind === "activate") return { ...step, op: "update" };
          const inputs = { ...step.oldState.inputs, create: was.replace("NAME", name) };
          return { ...step, op: "update", oldState: { ...step.oldState, inputs } };
        });
    const { clusters } = reviewPreview(changed("nothing", renewed));
    expect(clusters[0]?.servers.map(({ cutOff }) => cutOff)).toEqual(Array(3).fill(undefined));
    expect(clusters[0]?.servers.map(({ effect }) => effect)).toEqual(Array(3).fill("staging"));
  });

  // As each real preview is whose settings change: what is found on the host then names the command.
  test.each(previews)(
    "what is found on the host is not known before, and %s is the same plan",
    (name) => {
      const text = readPreview(name);
      const preview = JSON.parse(text);
      const steps = preview.steps.map((step: PreviewStep) => {
        if (!/-consul-\d-activate$/.test(step.urn) || step.op !== "update") return step;
        const inputs = { ...step.newState?.inputs, update: unknown };
        return { ...step, newState: { ...step.newState, inputs } };
      });
      expect(reviewPreview(JSON.stringify({ ...preview, steps }))).toEqual(reviewPreview(text));
    },
  );

  /** The change of a run that was cut off before any activation ended, taken back: its settings are staged by the state. */
  const takenBack = (input: string) => (steps: PreviewStep[]) =>
    steps.map((step) => {
      if (!/-consul-\d-activate$/.test(step.urn) || !step.newState) return step;
      const inputs = { ...step.oldState?.inputs, [input]: unknown };
      return { ...step, op: "update", newState: { ...step.newState, inputs } };
    });

  test("how far a run came that was cut off, where its change is taken back", () => {
    const review = reviewPreview(changed("setting", takenBack("update")));
    const [cluster] = review.clusters;
    expect(serverOf(review, "consul-1")).toMatchObject({ effect: "unknown", cutOff: true });
    expect(serverOf(review, "consul-1")?.reasons[0]).toMatch(/^a run was cut off here/);
    const texts = cluster?.warnings.map(({ text }) => text);
    expect(texts).toContainEqual(expect.stringMatching(/changed back, with a restart or a reload/));
    expect(texts).not.toContainEqual(expect.stringContaining("an address is not known"));
  });

  test("also where less than a restart changes beside it", () => {
    const reloading = (steps: PreviewStep[]) =>
      takenBack("update")(steps).map((step) => {
        if (!/-consul-\d-activate$/.test(step.urn) || !step.newState) return step;
        const stdin = String(step.oldState?.inputs?.stdin);
        const other = stdin.replace(/^(reloadable-settings|certificate) .*$/m, "$1 other");
        expect(other).not.toBe(stdin);
        const inputs = { ...step.newState.inputs, stdin: other };
        return { ...step, newState: { ...step.newState, inputs } };
      });
    const review = reviewPreview(changed("setting", reloading));
    expect(serverOf(review, "consul-1")).toMatchObject({ effect: "unknown", cutOff: true });
    // A reload that is nothing else stays one, though what is found on the host is not known before.
    const alone = reviewPreview(changed("reload", ofServers("update", unknown)));
    expect(serverOf(alone, "consul-1")).toMatchObject({ effect: "reload" });
  });

  test("settings that a run which was cut off has staged, and another run goes on from", () => {
    const said = (steps: (steps: PreviewStep[]) => PreviewStep[]) =>
      serverOf(reviewPreview(changed("setting", steps)), "consul-1")?.reasons.join();
    expect(said((steps) => steps)).not.toContain("more may change than is named");
    const other = said((steps) =>
      steps.map((step) => {
        if (!/-consul-1-activate$/.test(step.urn) || !step.oldState) return step;
        const stdin = String(step.oldState.inputs?.stdin);
        const older = stdin.replace(/^restart-settings .*$/m, "restart-settings 0123456789ab");
        const inputs = { ...step.oldState.inputs, stdin: older };
        return { ...step, oldState: { ...step.oldState, inputs } };
      }),
    );
    expect(other).toContain("a run was cut off here, and more may change than is named");
  });

  test("a file that no activation looks at is no sign of it", () => {
    const other = (steps: PreviewStep[]) =>
      takenBack("update")(steps).map((step) => {
        if (!/-consul-\d-config$/.test(step.urn) || !step.newState) return step;
        const stdin = String(step.oldState?.inputs?.stdin);
        expect(stdin).toContain("==> bootstrap.json <==\n{");
        const more = stdin.replace("==> bootstrap.json <==\n{", '$&\n  "autopilot": {},');
        const inputs = { ...step.oldState?.inputs, stdin: more };
        return { ...step, op: "update", newState: { ...step.newState, inputs } };
      });
    const review = reviewPreview(changed("setting", other));
    expect(serverOf(review, "consul-1")).toMatchObject({ effect: "staging" });
  });

  test("but a restart is one, though what is found on the host is not known before", () => {
    const found = (steps: PreviewStep[]) => ofServers("update", unknown)(steps);
    const review = reviewPreview(changed("setting", found));
    expect(serverOf(review, "consul-1")).toMatchObject({ effect: "restart" });
    const plain = reviewPreview(changed("setting", (steps) => steps));
    expect(review.clusters).toEqual(plain.clusters);
  });

  test("and an activation that has nothing but that is nothing now", () => {
    const same = (steps: PreviewStep[]) =>
      takenBack("update")(steps).map((step) =>
        /-consul-\d-config$/.test(step.urn) && step.newState
          ? { ...step, newState: { ...step.newState, inputs: step.oldState?.inputs } }
          : step,
      );
    expect(serverOf(reviewPreview(changed("setting", same)), "consul-1")).toMatchObject({
      effect: "staging",
    });
  });

  test("settings that are secret as a whole", () => {
    const hide = (state: PreviewStep["newState"]) =>
      state && { ...state, inputs: { ...state.inputs, stdin: "[secret]" } };
    const review = reviewPreview(
      changed("setting", (steps) =>
        steps.map((step) =>
          step.urn.endsWith("-config")
            ? { ...step, oldState: hide(step.oldState), newState: hide(step.newState) }
            : step,
        ),
      ),
    );
    expect(serverOf(review, "consul-2")).toMatchObject({
      effect: "restart",
      hidden: "secret",
      files: [],
    });
    expect(renderMarkdown(review)).toContain("the settings are a secret as a whole");
  });
});

// With a password of sudo's in front, every stdin is secret; what it says stands beside it.
test("a host whose sudo asks for a password has the same plan", () => {
  const asked = changed("setting", (steps) =>
    steps.flatMap((step) => {
      if (!/-(config|activate|ready)$/.test(step.urn)) return [step];
      const shown = { ...step, urn: `${step.urn}-shown` };
      const hide = (state: PreviewStep["newState"]) =>
        state && { ...state, inputs: { ...state.inputs, stdin: "[secret]" } };
      return [{ ...step, oldState: hide(step.oldState), newState: hide(step.newState) }, shown];
    }),
  );
  const withoutRaw = (json: string) => renderMarkdown(reviewPreview(json)).split("<details>")[0];
  expect(withoutRaw(asked)).toBe(withoutRaw(readPreview("setting")));
});

test("another release of this library renews its scripts, and restarts nothing", () => {
  const renewed = changed("nothing", (steps) =>
    steps.map((step) =>
      step.urn.endsWith("-release") ? { ...step, op: "update", diffReasons: ["stdin"] } : step,
    ),
  );
  const review = reviewPreview(renewed);
  expect(serverOf(review, "consul-1")).toMatchObject({
    effect: "staging",
    reasons: ["this library's scripts on the host"],
  });
  expect(renderMarkdown(review)).toContain("**No server restarts or reloads.**");
});

// Its id is printed by the script: until that has run, the engine takes whatever stands on it for replaced.
test("another release's script for a machine replaces no machine", () => {
  const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
  const kind = (step: PreviewStep) => nameOf(step.urn).split("-").at(-1);
  const unknownIn = (step: PreviewStep, input: string) =>
    step.newState && {
      ...step.newState,
      inputs: { ...step.newState.inputs, [input]: input === "triggers" ? [unknown] : unknown },
    };
  const renewed = changed("nothing", (steps) =>
    steps.map((step) => {
      if (kind(step) === "machine") return { ...step, op: "update", diffReasons: ["stdin"] };
      if (kind(step) === "departure")
        return { ...step, op: "replace", newState: unknownIn(step, "triggers") };
      if (kind(step) === "activate")
        return { ...step, op: "update", newState: unknownIn(step, "create") };
      return step;
    }),
  );
  const review = reviewPreview(renewed);
  expect(dangersOf(renewed)).toEqual([]);
  expect(serverOf(review, "consul-2")).toMatchObject({
    effect: "nothing",
    reasons: ["this library's script for its machine, which stays"],
  });
});

test("a changed login is named, its value is not", () => {
  const review = reviewPreview(
    changed("nothing", (steps) =>
      steps.map((step) =>
        step.urn.endsWith("consul-2-config")
          ? { ...step, op: "update", diffReasons: ["connection"] }
          : step,
      ),
    ),
  );
  expect(serverOf(review, "consul-2")).toMatchObject({
    effect: "staging",
    secrets: ["how it is reached over SSH (address, user, key or host key)"],
  });
});
