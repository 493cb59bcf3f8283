// Releases that nobody needs any more: 200 MB each. The one that runs and the one before it stay.

import { mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { harmless } from "../support/harmless";
import { Host } from "../support/host";

function hostWith(...releases: string[]): Host {
  const host = new Host();
  for (const release of releases) host.write(`releases/${release}/consul`, "", 0o755);
  return host;
}

const left = (host: Host) => readdirSync(join(host.folder, "releases")).sort();

describe("pruning", () => {
  const prune = (host: Host, release = "1.22.0") =>
    host.run("library", `release=${release}; prune_releases`);

  test("leaves the active one and the one before, and says which go", () => {
    const host = hostWith("1.9.17", "1.20.6", "1.21.5", "1.22.0", "1.22.0-rc1", "1.22.0+ent");
    host.write("state/release.previous", "1.21.5\n");
    const { status, stderr } = prune(host);
    expect({ status, left: left(host) }).toEqual({ status: 0, left: ["1.21.5", "1.22.0"] });
    expect(stderr.match(/release \S+ removed/g)?.sort()).toEqual(
      ["1.20.6", "1.22.0+ent", "1.22.0-rc1", "1.9.17"].map((name) => `release ${name} removed`),
    );
  });

  test("leaves the active one alone where there was none before", () => {
    const host = hostWith("1.21.5", "1.22.0");
    prune(host);
    expect(left(host)).toEqual(["1.22.0"]);
  });

  test("takes nothing that is no release", () => {
    const host = hostWith("1.22.0");
    mkdirSync(join(host.folder, "releases/empty"));
    host.write("releases/half/consul", "not yet whole", 0o644);
    host.write("releases/notes/README", "a person's");
    host.write("releases/a file", "a person's");
    host.write("elsewhere/kept", "what a link leads to");
    symlinkSync(join(host.folder, "elsewhere"), join(host.folder, "releases/link"));
    expect(prune(host)).toMatchObject({ status: 0, stderr: "" });
    expect(left(host)).toEqual(["1.22.0", "a file", "empty", "half", "link", "notes"]);
    expect(host.read("elsewhere/kept")).not.toBe("");
  });

  test("has nothing to do where nothing is", () => {
    const host = new Host();
    expect(prune(host)).toMatchObject({ status: 0, stderr: "" });
  });
});

test("from one release to the next: the last two are there, also after a change that is none of the release", () => {
  const host = new Host();
  const change = (version: string, domain: string) => {
    const set = host.stage(host.render({ version, domain }));
    const call = `${harmless(host)}\nread_desired; switch_over; switch_is_whole`;
    host.says("activate.sh", call, set.desired);
    return left(host);
  };
  expect(change("1.20.6", "a")).toEqual(["1.20.6"]);
  expect(change("1.21.5", "a")).toEqual(["1.20.6", "1.21.5"]);
  expect(change("1.22.0", "a")).toEqual(["1.21.5", "1.22.0"]);
  expect(change("1.22.0", "b")).toEqual(["1.21.5", "1.22.0"]);
  // What was not whole took nothing: the way back is there.
  const set = host.stage(host.render({ version: "1.22.1" }));
  host.says("activate.sh", `${harmless(host)}\nread_desired; switch_over`, set.desired);
  expect(left(host)).toEqual(["1.21.5", "1.22.0", "1.22.1"]);
});
