// Whose run it is: every step is told, and looks at the host's mark before it lays anything down. Two components of a stack
// may list one host; the one that has lost it changes nothing there.
//
// Does not prove that every step is told: test/graph/owner does.

import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Program } from "../../../components/steps/scripts";
import { label, owner } from "../render/cases";
import { filesBelow } from "../support/harmless";
import { Host } from "../support/host";

const other = "fedcba9876543210";

/** A host whose set runs, of the owner that the mark and the staged secrets name. */
function host({ mark = owner, secrets = owner } = {}): Host {
  const made = new Host();
  made.apply(made.stage(made.render()));
  made.write("state/owner", `id=${mark}\nname=project/stack/component\n`);
  made.write("state/staged/secrets/owner", `${secrets}\n`);
  return made;
}

const look = (made: Host, told: string) => () =>
  made.says("library", `owner='${told}'; require_owner; echo passed`);

describe("a step of a run", () => {
  test.each([
    ["by its id", owner],
    ["by its name", "project/stack/component"],
  ])("of the host's owner passes: %s", (_, told) => {
    expect(look(host(), told)()).toBe("passed");
  });

  test.each([
    ["another's id", other],
    ["another's name", "project/stack/other"],
    ["nobody's", ""],
  ])("of another does not, and is told what to do: %s", (_, told) => {
    expect(look(host(), told)).toThrow(
      /is project\/stack\/component's, and not that of this run: take it out of this component's hosts; nothing was changed/,
    );
  });

  test("does not pass over another's secrets, nor on a host without a mark", () => {
    expect(look(host({ secrets: other }), owner)).toThrow(/secrets that are staged .* not those/);
    const unmarked = host();
    rmSync(join(unmarked.folder, "state/owner"));
    expect(look(unmarked, owner)).toThrow(/no owner's mark/);
    expect(look(unmarked, "")).toThrow(/no owner's mark/);
  });
});

// A lists the host still, and B has taken it over: its mark and its secrets are there.
describe("a component that has lost its host to another", () => {
  const steps: [Program, string][] = [
    ["stage-secrets.sh", ""],
    ["stage-config.sh", `owner=project/stack/before version=1.22.0 secrets=${label}`],
    ["repair.sh", `owner=${other}`],
    ["activate.sh", `owner=${other}`],
    ["activate-client.sh", `owner=${other}`],
    ["ready.sh", `owner=${other} servers=consul-1`],
    ["ready-client.sh", `owner=${other} clients=consul-1`],
  ];

  test.each(steps)("changes nothing there by %s", (script, words) => {
    const made = host();
    const before = filesBelow(made, "state", "config", "unit");
    const changed = made.render({ domain: "other" });
    const input =
      {
        "stage-secrets.sh": `==> owner <==\n${other}\n==> label <==\nrotation-1\n`,
        "stage-config.sh": "==> facts <==\nname=other\n",
      }[script as string] ?? changed.desired;
    const call = `lock() { :; }; systemctl() { echo "systemctl $*"; }; main name=consul-1 ${words}`;
    const { status, stdout, stderr, requests } = made.run(script, call, input);
    expect({ status, stdout, requests }).toEqual({ status: 1, stdout: "", requests: [] });
    expect(stderr).toContain("project/stack/component's, and not that of this run");
    expect(filesBelow(made, "state", "config", "unit")).toEqual(before);
  });
});
