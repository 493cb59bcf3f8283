// What a plan says of ports, addresses, folders and names that change, of what a run refuses by itself, and of the steps
// that this release has beside those of 0.1.0.
//
// Does not prove that a run does so: test/changes/10-places.test.ts does.

import { describe, expect, test } from "vitest";
import { type ClusterReview, renderMarkdown, reviewPreview } from "../../../components/review";
import type { PreviewStep } from "../../../components/review/preview";
import { changed, readPreview } from "./support";

const clusterOf = (json: string) => reviewPreview(json).clusters[0] as ClusterReview;

test.each([
  ["replacement-and-setting", true],
  ["downgrade", true],
  ["downgrade-allowed", false],
  ["wipe", false],
  ["fixed-settings", true],
  // The guard is made in this run and has nothing to compare with: the hosts have.
  ["fixed-settings-of-0.1.0", true],
  ["two-wipes", true],
  ["acl-allow", false],
  ["acl-deny", false],
  ["acl-deny-at-once", true],
  ["acl-rotation", false],
  ["tls-offered", false],
  ["tls-preferred", false],
  ["tls-required", false],
  ["tls-required-of-clients", false],
  ["tls-at-once", true],
])("%s: refused by the run itself: %j", (name, refused) => {
  const review = reviewPreview(readPreview(name));
  const { warnings } = clusterOf(readPreview(name));
  expect(warnings.some((warning) => warning.refused)).toBe(refused);
  expect(renderMarkdown(review).includes("**The run refuses this.")).toBe(refused);
});

test("a fixed setting that changes is refused with why, and with what to do instead", () => {
  const { warnings } = clusterOf(readPreview("fixed-settings"));
  const dangers = warnings.filter((warning) => warning.danger);
  expect(dangers.map(({ text }) => /^`(\S+)` /.exec(text)?.[1])).toEqual([
    "datacenter",
    "dataDir",
    "ports.serfLan",
    "ports.serfWan",
  ]);
  for (const { danger, text } of dangers) {
    expect(danger).toBe("fixed-settings");
    expect(text).toMatch(/→ \S+ is refused before any host is reached, because .*\. Instead: /);
  }
});

test("where no guard compares yet, or there is none, the plan does not say that it does", () => {
  const of = (json: string) => clusterOf(json).warnings[0];
  expect(of(readPreview("fixed-settings-of-0.1.0"))?.text).toContain(
    "`datacenter` dc1 → fra1 is refused when it is staged, before anything that runs changes",
  );
  const without = changed("fixed-settings-of-0.1.0", (steps) =>
    steps.filter(({ urn }) => !urn.endsWith("-fixed-settings")),
  );
  expect(of(without)?.text).toContain("must not change on hosts that run");
  expect(of(without)?.refused).toBeUndefined();
});

test("whoever has to follow a port, an address or a name is told", () => {
  const { warnings, servers } = clusterOf(readPreview("places"));
  expect(servers.map(({ effect }) => effect)).toEqual(["restart", "restart", "restart"]);
  expect(warnings.map(({ text }) => /^`(\S+)` /.exec(text)?.[1])).toEqual([
    "addresses.http",
    "configDir",
    "domain",
    "ports.dns",
    "ports.server",
  ]);
});

describe("ACLs", () => {
  const of = (name: string) => clusterOf(readPreview(name));

  test.each([
    ["acl-allow", "`acl` off → allow: everybody may go on as before"],
    ["acl-deny", "`acl` allow → deny: whoever asks without a token is refused"],
  ])(
    "a step restarts the servers, one after the other, and says who has to follow: %s",
    (name, text) => {
      const { servers, warnings } = of(name);
      expect(servers.map(({ effect }) => effect)).toEqual(["restart", "restart", "restart"]);
      expect(warnings.map((warning) => warning.text).join("\n")).toContain(text);
    },
  );

  test("two steps at once are refused, with the way to do it", () => {
    const [warning] = of("acl-deny-at-once").warnings;
    expect(warning?.danger).toBe("fixed-settings");
    expect(warning?.text).toMatch(
      /^`acl` off → deny is refused before any host is reached, because /,
    );
    expect(warning?.text).toContain("the first with `acl: { defaultPolicy: allow }`");
  });

  test("other tokens are named, and never shown", () => {
    const { servers } = of("acl-allow");
    expect(servers[0]?.secrets).toContain("the tokens of the ACLs (none → made)");
    expect(servers[0]?.reasons).toEqual(
      expect.arrayContaining(["acl off → allow", "the tokens of the ACLs"]),
    );
  });

  test("another rotation of them is a reload, and says what changes for others", () => {
    const { servers, order } = of("acl-rotation");
    expect(servers.map(({ effect }) => effect)).toEqual(["reload", "reload", "reload"]);
    expect(order.map(({ what }) => what)).toContain("consul-2 reloads its settings");
    for (const { reasons, secrets } of servers) {
      expect(reasons).toEqual(["the ACL tokens rotate, which a reload takes over"]);
      expect(secrets).toEqual([
        "the tokens of the ACLs (rotation-1 → rotation-2): the outputs managementToken and clientToken change, tokens of applications' own stay",
      ]);
    }
  });

  test("other tokens alone are a restart", () => {
    const given = changed("nothing", (steps) =>
      steps.map((step) => {
        if (!step.urn.endsWith("-activate")) return step;
        const tokens = (state: PreviewStep["newState"], label: string) =>
          state && {
            ...state,
            inputs: { ...state.inputs, stdin: `${state.inputs?.stdin}tokens ${label}\n` },
          };
        return {
          ...step,
          op: "update",
          oldState: tokens(step.oldState, "made"),
          newState: tokens(step.newState, "0123456789ab"),
        };
      }),
    );
    expect(clusterOf(given).servers.map(({ effect }) => effect)).toEqual([
      "restart",
      "restart",
      "restart",
    ]);
  });
});

// Its settings are secret as a whole: the command lines still name the folders and the datacenter.
test("a data folder that changes is seen where the settings are not shown", () => {
  const hidden = (state: PreviewStep["newState"], dataDir: string) => ({
    type: "command:remote:Command",
    parent: state?.parent,
    inputs: { create: `sh -s -- name=consul-1 dataDir=${dataDir}`, stdin: "[secret]" },
  });
  const secret = changed("setting", (steps) =>
    steps.map((step) =>
      /-(release|config)$/.test(step.urn)
        ? {
            ...step,
            op: "update",
            oldState: hidden(step.oldState, "/var/consul"),
            newState: hidden(step.newState, "/srv/consul"),
          }
        : step,
    ),
  );
  const { warnings } = clusterOf(secret);
  expect(warnings.map(({ danger }) => danger)).toContain("fixed-settings");
});

describe("what a cluster has beside its servers' steps", () => {
  test("an owner and a guard are nothing that happens", () => {
    const state = (step: PreviewStep) => ({ ...step.newState, type: "command:local:Command" });
    const made = changed("nothing", (steps) => {
      const ready = steps.find(({ urn }) => urn.endsWith("-ready")) as PreviewStep;
      const local = ready.urn.replace("command:remote", "command:local");
      return [
        ...steps,
        ...["owner", "fixed-settings"].map((name) => ({
          op: "create",
          urn: local.replace(/ready$/, name),
          newState: state(ready),
        })),
      ];
    });
    const of = (json: string) => reviewPreview(json).clusters;
    expect(of(made)).toEqual(of(readPreview("nothing")));
  });

  test("a look at a host is nothing that becomes of its server", () => {
    const looked = changed("nothing", (steps) =>
      steps.flatMap((step) => {
        if (!step.urn.endsWith("-activate")) return [step];
        const urn = step.urn.replace("command:remote", "command:local");
        return [step, { ...step, op: "update", urn: urn.replace(/activate$/, "reach") }];
      }),
    );
    const { servers } = clusterOf(looked);
    expect(servers.map(({ effect }) => effect)).toEqual(["nothing", "nothing", "nothing"]);
  });

  test("a repair counts as staging, and the plan tells of it", () => {
    const { servers, repairs } = clusterOf(readPreview("library-upgrade"));
    expect(servers.map(({ effect }) => effect)).toEqual(["staging", "staging", "staging"]);
    expect(repairs).toBe(true);
  });
});

test("a raised generation sets a host up again, and replaces nothing", () => {
  const { servers } = clusterOf(readPreview("generation-raised"));
  expect(servers.map(({ effect }) => effect)).toEqual(["nothing", "staging", "nothing"]);
  expect(servers[1]?.reasons[0]).toMatch(/^set up again, for its generation was raised/);
});

test("who moves to another host that is there leaves the old one in its turn", () => {
  const moved = changed("new-address", (steps) => {
    const own = steps.filter(({ urn }) => !urn.includes("machine"));
    return JSON.parse(JSON.stringify(own).replaceAll("stays=no", "stays=yes")) as PreviewStep[];
  });
  const { order } = clusterOf(moved);
  expect(order.map(({ what }) => what)).toEqual([
    expect.stringContaining("staged and verified"),
    expect.stringMatching(/^consul-\d leaves: its address changes/),
    expect.stringMatching(/^consul-\d joins again/),
  ]);
});

// What it has is foreign, and no data of this cluster: the guard counts it not either.
test("a server that comes with a mark of wipeData is no second wipe", () => {
  const marked = changed("wipe", (steps) =>
    steps.map((step) =>
      step.urn.endsWith("consul-3-activate")
        ? {
            op: "create",
            urn: step.urn,
            newState: {
              type: "command:remote:Command",
              parent: step.newState?.parent,
              inputs: { create: "activate.sh name=consul-3", stdin: "wipe-data ticket-18\n" },
            },
          }
        : step,
    ),
  );
  expect(clusterOf(marked).servers.map(({ effect }) => effect)).toContain("join");
  expect(clusterOf(marked).warnings.map(({ danger }) => danger)).not.toContain("two-wipes");
});

describe("another CA", () => {
  const of = (was: string, is: string, mode = "required", domain = "consul") => {
    const noted = (cas: string) =>
      `setting tls ${mode}\nsetting tls.caCertificate ${cas}\nsetting tls.domain ${cas === is ? domain : "consul"}\n`;
    const json = changed("tls-required", (steps) =>
      steps.map((step) =>
        step.urn.endsWith("-fixed-settings")
          ? {
              ...step,
              oldState: {
                ...step.oldState,
                inputs: { stdin: noted(was) },
              } as PreviewStep["oldState"],
              newState: {
                ...step.newState,
                inputs: { stdin: noted(is) },
              } as PreviewStep["newState"],
            }
          : step,
      ),
    );
    return clusterOf(json).warnings.filter(({ text }) => /^(CAs of|`domain`)/.test(text));
  };

  test("and another domain is a danger that the run refuses", () => {
    const found = of("made", "made-2", "required", "internal");
    expect(found.map(({ refused }) => refused)).toEqual([true, true]);
    expect(found[1]?.text).toContain("`domain` consul → internal is refused before any host");
  });

  test("is told to those who ask the servers, where the run takes it", () => {
    const [note] = of("made", "made+made-2");
    expect(note?.danger).toBeUndefined();
    expect(note?.text).toContain(
      "`made` → `made` and `made-2`: whoever asks the servers over HTTPS",
    );
    expect(of("made", "made")).toEqual([]);
  });

  test.each([
    ["made", "made-2", "required", "would not trust each other"],
    ["made", "made+made-2", "preferred", "in the mode `required` alone"],
  ])("%s to %s in the mode %s is a danger that the run refuses", (was, is, mode, why) => {
    expect(of(was, is, mode)).toMatchObject([{ danger: "fixed-settings", refused: true }]);
    expect(of(was, is, mode)[0]?.text).toContain(why);
  });
});
