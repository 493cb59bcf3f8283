// The staged settings: a run that is refused, or cut off, and taken back since, must find those that its state has as staged.
//
// Does not prove what Consul says of settings: `consul validate` is a program of the test's here.

import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { PlainArgs } from "../../../components/cluster/args";
import { renderFiles } from "../../../components/render/files";
import { label, owner } from "../render/cases";
import { filesBelow, harmless } from "../support/harmless";
import { Host, type RenderedSet } from "../support/host";

const before: PlainArgs = {};
const after: PlainArgs = { recursors: ["192.0.2.1"] };

/** Stages a set as a run does; `verdict`: what validation ends with. */
function stage(
  host: Host,
  set: RenderedSet,
  verdict = 0,
): { status: number | null; stderr: string } {
  const stubs = `${harmless(host)}
    lock() { :; }; check_disk() { :; }; check_quorum() { :; }; check_gossip_key() { :; }; check_data_age() { :; }
    runuser() { case " $* " in *" validate "*) return ${verdict} ;; esac; }`;
  const words = `name=consul-1 owner=${owner} version=1.22.0 allowDowngradeTo= secrets=${label} tokens= certificate= wipeData=`;
  return host.run("stage-config.sh", `${stubs}\nmain ${words}`, renderFiles(set.config));
}

/** Whether an activation takes what is staged for this set. */
function takes(host: Host, set: RenderedSet): string {
  const { status, stderr } = host.run("activate.sh", "read_desired", set.desired);
  return status === 0 ? "" : stderr;
}

const staged = (host: Host) => filesBelow(host, "state/staged/config");

function stagedHost(): { host: Host; was: RenderedSet; is: RenderedSet } {
  const host = new Host();
  const [was, is] = [before, after].map((args) => host.render(args)) as [RenderedSet, RenderedSet];
  host.stage(was);
  rmSync(join(host.folder, "state/staged/config"), { recursive: true });
  expect(stage(host, was)).toMatchObject({ status: 0 });
  return { host, was, is };
}

test("a set that is refused leaves the one that was staged before", () => {
  const { host, was, is } = stagedHost();
  const files = staged(host);
  const { status, stderr } = stage(host, is, 1);
  expect([status, stderr.includes("refuses the settings")]).toEqual([1, true]);
  expect(staged(host)).toEqual(files);
  expect(takes(host, was)).toBe("");
});

test("a set that is good takes its place, and the one before is kept beside it", () => {
  const { host, was, is } = stagedHost();
  expect(stage(host, is)).toMatchObject({ status: 0 });
  expect(takes(host, is)).toBe("");
  // The run was cut off behind it, and the change taken back: this host's state has the set before as staged.
  expect(takes(host, was)).toBe("");
  expect(takes(host, is)).toContain("the staged reloadable-settings are not those of this run");
});

test("once more the same set pushes nothing out", () => {
  const { host, was, is } = stagedHost();
  for (const set of [is, is, is]) expect(stage(host, set)).toMatchObject({ status: 0 });
  expect(takes(host, was)).toBe("");
});

test("between one and the other a cut loses neither", () => {
  const { host, was, is } = stagedHost();
  const cut = `mv() { command mv "$@"; case $2 in */config.before) exit 137 ;; esac; }`;
  const words = "stage_received_settings";
  host.run("library", `${cut}; receive_settings; ${words}`, renderFiles(is.config));
  expect(takes(host, was)).toBe("");
  expect(stage(host, is)).toMatchObject({ status: 0 });
  expect(takes(host, is)).toBe("");
});

describe("what runs has its settings, too", () => {
  const running = () => {
    const { host, was, is } = stagedHost();
    const call = `${harmless(host)}\nbootstraps=no; read_desired; switch_over; switch_is_whole`;
    expect(host.run("activate.sh", call, was.desired)).toMatchObject({ status: 0 });
    host.stage(is);
    rmSync(join(host.folder, "state/staged/config.before"), { recursive: true, force: true });
    return { host, was, is };
  };

  test("and they are staged again from there, all of them", () => {
    const { host, was } = running();
    host.write("state/staged/config/bootstrap.json", was.config["bootstrap.json"] as string);
    expect(takes(host, was)).toBe("");
    for (const [name, text] of Object.entries(was.config))
      expect(host.read(`state/staged/config/${name}`), name).toBe(text);
  });

  test("unless they are others: then the cure is named", () => {
    const { host } = running();
    const other = host.render({ domain: "other" });
    expect(takes(host, other)).toMatch(
      /staged restart-settings .* nothing was changed; lay them down again: pulumi up --replace/,
    );
  });
});
