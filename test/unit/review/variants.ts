// Previews of this release that nobody has recorded yet, made from recorded ones of 0.1.0: with a facts file, a repair
// and the guard of the fixed settings, and with commands that name no API and no folders.

import { nameOf, type PreviewStep, type ResourceState } from "../../../components/review/preview";
import { hasHttps } from "../../../components/settings/tlsModes";
import { changed } from "./recorded";

type Side = "oldState" | "newState";
type Edit = (text: string, server: string) => string;

const servers = ["consul-1", "consul-2", "consul-3"];

/** The step with an input of one side, or of both, edited. */
function edited(step: PreviewStep, input: string, edit: Edit, sides: Side[]): PreviewStep {
  const server = servers.find((name) => nameOf(step.urn).includes(name)) ?? "";
  const of = (state: ResourceState | undefined) =>
    state && {
      ...state,
      inputs: { ...state.inputs, [input]: edit(String(state.inputs?.[input] ?? ""), server) },
    };
  return { ...step, ...Object.fromEntries(sides.map((side) => [side, of(step[side])])) };
}

const both: Side[] = ["oldState", "newState"];
const kind = ({ urn }: PreviewStep) => nameOf(urn).replace(/^prod-(consul-\d-)?/, "");

const forget: Edit = (command) => command.replace(/ (api|dataDir|configDir)=\S+/g, "");

const withFacts: Edit = (files, server) => {
  const [dataDir, configDir] = [
    /"data_dir": "(.*)"/.exec(files)?.[1],
    /-config-dir=(\S+)/.exec(files)?.[1],
  ];
  return `${files}==> facts <==\nrole=server\nname=${server}\ndata_dir=${dataDir}\nconfig_dir=${configDir}\n`;
};

/** Beside an activation its repair, with the same stdin. */
function repairOf(step: PreviewStep): PreviewStep {
  const named = { ...step, urn: step.urn.replace(/-activate$/, "-repair") };
  return edited(named, "create", (command) => command.replace("activate.sh", "repair.sh"), both);
}

function guard(steps: PreviewStep[], op: string, is: string): PreviewStep {
  const ready = steps.find((step) => kind(step) === "ready") as PreviewStep;
  const state = { type: "command:local:Command", parent: ready.newState?.parent };
  const urn = ready.urn.replace("remote", "local").replace(/-ready$/, "-fixed-settings");
  const of = (stdin: string) => ({ ...state, inputs: { stdin } });
  return {
    op,
    urn,
    ...(op !== "create" && { oldState: of("as they were\n") }),
    newState: of(is),
  };
}

/** What 0.1.0's preview would be with this release on both sides. */
function modern(steps: PreviewStep[], fixed: "same" | "update" = "same"): PreviewStep[] {
  const known = steps.flatMap((step) => {
    if (kind(step) === "config" && step.newState?.inputs)
      return [edited(edited(step, "create", forget, both), "stdin", withFacts, both)];
    if (kind(step) === "ready") return [edited(step, "create", forget, both)];
    if (kind(step) !== "activate") return [step];
    const activate = edited(step, "create", forget, both);
    return [activate, repairOf(activate)];
  });
  return [...known, guard(steps, fixed, fixed === "same" ? "as they were\n" : "others\n")];
}

/** The settings of all servers with texts replaced in them; nothing else differs. */
function settingsWith(...texts: [string, string][]): (steps: PreviewStep[]) => PreviewStep[] {
  return (steps) =>
    steps.map((step) => {
      if (kind(step) !== "config") return step;
      const was = step.oldState?.inputs?.stdin;
      const replaced = texts.reduce((text, [from, to]) => text.replaceAll(from, to), String(was));
      return edited(step, "stdin", () => replaced, ["newState"]);
    });
}

/** The same on one server alone: the others have nothing to do. */
function settingsOfOne(one: string, ...texts: [string, string][]) {
  return (steps: PreviewStep[]): PreviewStep[] =>
    settingsWith(...texts)(steps).map((step) =>
      servers.some((name) => name !== one && nameOf(step.urn).includes(name))
        ? { ...step, op: "same", newState: step.oldState, diffReasons: undefined }
        : step,
    );
}

/** `wipeData` on several servers, where the recorded preview has it on one. */
function wipedToo(...names: string[]): (steps: PreviewStep[]) => PreviewStep[] {
  const mark = (text: string) => `${text}wipe-data ticket-18\n`;
  return (steps) =>
    steps.map((step) =>
      kind(step) === "activate" && names.some((name) => nameOf(step.urn).includes(name))
        ? { ...edited(step, "stdin", mark, ["newState"]), op: "update", diffReasons: ["stdin"] }
        : step,
    );
}

/** Every command of a server's once more, for it names another machine. */
function generationRaised(server: string): (steps: PreviewStep[]) => PreviewStep[] {
  const number = (value: number) => (command: string) =>
    command.replace(/ machine=\S+|$/, value === 1 ? "" : ` machine=generation-${value}`);
  return (steps) =>
    steps.map((step) => {
      if (!["activate", "repair"].includes(kind(step)) || !nameOf(step.urn).includes(server))
        return edited(step, "create", number(1), step.newState?.inputs?.create ? both : []);
      const old = edited(step, "create", number(1), ["oldState"]);
      const raised = edited(old, "create", number(2), ["newState"]);
      return { ...raised, op: "update", diffReasons: ["create"] };
    });
}

/** As the guard of replacements notes machines that AWS does not end. */
export function machinesProtected(steps: PreviewStep[]): PreviewStep[] {
  const noted = (text: string) => `${text.trimEnd()}\n! protected\n`;
  return steps.map((step) =>
    kind(step) === "replacements" ? edited(step, "stdin", noted, both) : step,
  );
}

/** From 0.1.0 to this release: no facts, no repair, no guard before, and scripts that are others. */
function upgraded(steps: PreviewStep[]): PreviewStep[] {
  const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
  const known = steps.flatMap((step): PreviewStep[] => {
    if (kind(step) === "release")
      return [
        {
          ...edited(step, "stdin", () => unknown, ["newState"]),
          op: "update",
          diffReasons: ["stdin"],
        },
      ];
    if (kind(step) !== "activate") return [step];
    const activate = {
      ...edited(step, "create", forget, ["newState"]),
      op: "update",
      diffReasons: ["create"],
    };
    const { oldState: _, ...repair } = repairOf(activate);
    return [activate, { ...repair, op: "create" }];
  });
  return [...known, guard(steps, "create", "as they are\n")];
}

/** From one mode of TLS to another, as the files of a set and the desired text have it. */
function withTls(steps: PreviewStep[], from: string, to: string): PreviewStep[] {
  const names = `"tls": {\n    "internal_rpc": {\n      "verify_server_hostname": true\n    }\n  },\n  "ui_config"`;
  const settings = (mode: string) => (files: string) => {
    if (mode === "off") return files;
    const incoming = `,\n    "internal_rpc": {\n      "verify_incoming": ${mode === "required"}\n    }`;
    return files
      .replace('"ui_config"', hasHttps(mode) ? names : '"ui_config"')
      .replace(
        '"recursors"',
        `"tls": {\n    "defaults": {\n      "verify_outgoing": ${mode !== "offered"}\n    }${hasHttps(mode) ? incoming : ""}\n  },\n  "recursors"`,
      )
      .replace("role=server\n", `role=server\ntls=${mode}\n`);
  };
  const label = (mode: string) => (desired: string) => {
    if (mode === "off") return desired;
    const digests = desired.replace(/^reloadable-settings .*/m, `reloadable-settings ${mode}`);
    const restarting = digests.replace(/^restart-settings .*/m, "restart-settings true");
    return `${hasHttps(mode) ? restarting : digests}certificate renewal-1-0123456789ab\n`;
  };
  return steps.map((step) => {
    const edit = { config: settings, activate: label, repair: label }[kind(step)];
    if (edit === undefined) return step;
    const same = edited(step, "stdin", () => String(step.oldState?.inputs?.stdin ?? ""), both);
    return edited(edited(same, "stdin", edit(from), ["oldState"]), "stdin", edit(to), ["newState"]);
  });
}

/** From one policy of ACLs to another, and of what the recorded preview changes nothing else. */
function withAcl(steps: PreviewStep[], from: string, to: string): PreviewStep[] {
  const settings = (policy: string) => (files: string) =>
    policy === "off"
      ? files
      : files
          .replace(
            "{\n",
            `{\n  "acl": {\n    "default_policy": "${policy}",\n    "enable_token_persistence": false,\n    "enabled": true\n  },\n`,
          )
          .replace("role=server\n", `role=server\nacl=${policy}\n`);
  const tokens = (policy: string) => (desired: string) =>
    policy === "off" ? desired : `${desired}tokens made\n`;
  return steps.map((step) => {
    const edit = { config: settings, activate: tokens, repair: tokens }[kind(step)];
    if (edit === undefined) return step;
    const same = edited(step, "stdin", () => String(step.oldState?.inputs?.stdin ?? ""), both);
    const desired = kind(step) === "config" ? same : step;
    return edited(edited(desired, "stdin", edit(from), ["oldState"]), "stdin", edit(to), [
      "newState",
    ]);
  });
}

/** Another rotation of the tokens, and nothing else. */
function withRotation(steps: PreviewStep[]): PreviewStep[] {
  return steps.map((step) => {
    if (kind(step) === "config") {
      const labelled = edited(step, "create", (command) => `${command} tokens=made`, both);
      const rotated = edited(labelled, "create", (text) => `${text}.rotation-2`, ["newState"]);
      return { ...rotated, op: "update", diffReasons: ["create"] };
    }
    if (!["activate", "repair"].includes(kind(step))) return step;
    const was = String(step.oldState?.inputs?.stdin ?? "");
    return edited(step, "stdin", () => `${was}acl-rotation rotation-2\n`, ["newState"]);
  });
}

const dataDir: [string, string][] = [
  ['"data_dir": "/var/consul"', '"data_dir": "/srv/consul"'],
  ["RequiresMountsFor=/var/consul", "RequiresMountsFor=/srv/consul"],
  ["ReadWritePaths=/var/consul", "ReadWritePaths=/srv/consul"],
];

/** By name, as the goldens are called. */
export const variants: Record<string, () => string> = {
  "http-port": () =>
    changed("setting", (steps) => modern(settingsWith(['"http": 80', '"http": 8500'])(steps))),
  "per-server": () =>
    changed("reload", (steps) =>
      modern(
        settingsOfOne("consul-2", [
          '"recursors"',
          '"node_meta": {\n    "rack": "r7"\n  },\n  "recursors"',
        ])(steps),
      ),
    ),
  places: () =>
    changed("setting", (steps) =>
      modern(
        settingsWith(
          ['"dns": 53', '"dns": 8600'],
          ['"server": 8300', '"server": 8310'],
          ['"http": "0.0.0.0"', '"http": "127.0.0.1"'],
          ['"domain": "consul"', '"domain": "internal"'],
          ["/etc/consul.d/server", "/etc/consul"],
        )(steps),
      ),
    ),
  "fixed-settings": () =>
    changed("setting", (steps) =>
      modern(
        settingsWith(
          ['"datacenter": "dc1"', '"datacenter": "fra1"'],
          ['"serf_lan": 8301', '"serf_lan": 8311'],
          ['"serf_wan": 8302', '"serf_wan": 8312'],
          ...dataDir,
        )(steps),
        "update",
      ),
    ),
  "fixed-settings-of-0.1.0": () =>
    changed("setting", (steps) => [
      ...settingsWith(['"datacenter": "dc1"', '"datacenter": "fra1"'])(steps),
      guard(steps, "create", "others\n"),
    ]),
  "acl-allow": () => changed("setting", (steps) => withAcl(modern(steps), "off", "allow")),
  "acl-deny": () => changed("setting", (steps) => withAcl(modern(steps), "allow", "deny")),
  "acl-deny-at-once": () =>
    changed("setting", (steps) => withAcl(modern(steps, "update"), "off", "deny")),
  "acl-rotation": () =>
    changed("setting", (steps) => withRotation(withAcl(modern(steps), "deny", "deny"))),
  "tls-offered": () => changed("setting", (steps) => withTls(modern(steps), "off", "offered")),
  "tls-required": () =>
    changed("setting", (steps) => withTls(modern(steps), "outgoing", "required")),
  "tls-preferred": () =>
    changed("setting", (steps) => withTls(modern(steps), "outgoing", "preferred")),
  "tls-required-of-clients": () =>
    changed("setting", (steps) => withTls(modern(steps), "preferred", "required")),
  "tls-at-once": () =>
    changed("setting", (steps) => withTls(modern(steps, "update"), "off", "required")),
  protected: () => changed("replacement", machinesProtected),
  "two-wipes": () =>
    changed("wipe", (steps) => modern(wipedToo("consul-1", "consul-3")(steps), "update")),
  "generation-raised": () =>
    changed("nothing", (steps) => generationRaised("consul-2")(modern(steps))),
  "library-upgrade": () => changed("nothing", upgraded),
};
