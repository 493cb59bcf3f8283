// The snapshot before a change: taken from an agent that leads on, five of them kept, and told why where there is none. The consul
// that takes it is a script of the test's.
//
// Does not prove that a snapshot can be restored: test/failures/quorum-lost does.

import { chmodSync, mkdirSync, readdirSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { PlainArgs } from "../../../components/cluster/args";
import { gossipKey } from "../render/cases";
import { Host } from "../support/host";

const via = "http://10.0.0.12:80";

interface Consul {
  save?: string;
}

/** A host with a consul of these words; what it was called with is in `calls`. */
function hostWith({ save = "" }: Consul = {}): Host {
  const host = new Host();
  host.stage(host.render());
  host.write(
    "consul",
    `#!/bin/sh
    echo "$*" >>${host.folder}/calls
    for file; do :; done
    case $2 in
      save) echo data >"$file"; echo data >"$file.unverified"; ${save} ;;
    esac`,
    0o755,
  );
  return host;
}

const snapshotsOf = (host: Host) => readdirSync(join(host.folder, "snapshots")).sort();

function keep(host: Host, name: string, day: number): void {
  host.write(`snapshots/${name}`, "data");
  const time = new Date(Date.UTC(2026, 0, day));
  utimesSync(join(host.folder, "snapshots", name), time, time);
}

/** Snapshots of earlier days, the oldest first. */
function keepOlder(host: Host, count: number): string[] {
  const names = Array.from({ length: count }, (_, day) => `2026-01-0${day + 1}T00-00-00Z.snap`);
  mkdirSync(join(host.folder, "snapshots"));
  for (const [day, name] of names.entries()) keep(host, name, day + 1);
  return names;
}

const save = `via=${via}; save_snapshot`;

describe("a snapshot", () => {
  test("is taken through an agent that names a leader, looked into, and is root's alone", () => {
    const host = hostWith();
    const { status, stderr } = host.run("library", `umask 077\n${save}`);
    expect(status).toBe(0);
    const file = stderr.match(/snapshot saved: (\S+\.snap)/)?.[1] as string;
    expect(host.read("calls").split("\n").slice(0, -1)).toEqual([
      `snapshot save -http-addr=${via} ${file}`,
    ]);
    expect(file.startsWith(join(host.folder, "snapshots/"))).toBe(true);
    expect(statSync(join(host.folder, "snapshots")).mode & 0o777).toBe(0o700);
  });

  test.each([
    [0, 0],
    [4, 0],
    [5, 1],
    [8, 4],
  ])("five are kept, the youngest: beside %i older ones %i go", (count, gone) => {
    const host = hostWith();
    const older = keepOlder(host, count);
    host.write("snapshots/raft-2026-01-01", "of a recovery");
    host.says("library", save);
    const left = snapshotsOf(host).filter((name) => /^\d.*\.snap$/.test(name));
    expect(left).toHaveLength(Math.min(count + 1, 5));
    expect(left.slice(0, -1)).toEqual(older.slice(gone));
    expect(snapshotsOf(host)).toContain("raft-2026-01-01");
  });
});

// Of a follower over TLS, seen with 1.22.0: the leader ends the connection before the last of it has been read.
test.each([
  ["at the third try", 3, 0, 3, "500 (failed to decode response: read tcp: connection reset)"],
  [
    "of which a part is other bytes",
    2,
    0,
    2,
    "Error verifying snapshot file: failed to decompress: flate: corrupt input before offset 327756",
  ],
  ["found by itself", 5, 0, 5, "Error verifying snapshot file: failed to read: unexpected EOF"],
  ["whose end is another", 2, 0, 2, "Error verifying snapshot file: gzip: invalid checksum"],
  [
    "of which a sum is another",
    2,
    0,
    2,
    "failed to read snapshot file: failed checking integrity of snapshot: hash check failed",
  ],
  ["and given up after five", 9, 1, 5, "read tcp: connection reset by peer"],
])(
  "one whose connection was closed too early is taken again, %s",
  (_, goodAt, ends, tries, words) => {
    const host = hostWith();
    host.write(
      "consul",
      host
        .read("consul")
        .replace(
          'save) echo data >"$file"',
          `save) [ "$(grep -c 'snapshot save' ${host.folder}/calls)" -ge ${goodAt} ] || { echo '${words}' >&2; exit 1; }; echo data >"$file"`,
        ),
      0o755,
    );
    expect(host.run("library", save).status).toBe(ends);
    const calls = host.read("calls").split("\n").slice(0, -1);
    expect(calls).toHaveLength(tries);
    // Seen on quick disks: five times in a row. Then its own is as good, for a gate has just looked.
    expect(calls.map((call) => call.includes(" -stale "))).toEqual(calls.map((_, i) => i >= 3));
  },
);

test("one that was named by a clock that was ahead is as old as it is", () => {
  const host = hostWith();
  const older = keepOlder(host, 4);
  keep(host, "2099-01-01T00-00-00Z.snap", 0);
  const { stderr } = host.run("library", save);
  const file = stderr.match(/snapshot saved: \S+\/(\S+\.snap)/)?.[1] as string;
  expect(snapshotsOf(host).filter((name) => name.endsWith(".snap"))).toEqual([...older, file]);
});

describe("where there is none", () => {
  const words = "Error verifying snapshot file: write /tmp/x: no space left on device";
  const failing: Record<string, Consul> = {
    "it cannot be taken": { save: `echo '${words}' >&2; exit 1` },
    "it is empty": { save: `: >"$file"; echo '${words}'` },
  };

  test.each(Object.entries(failing))("%s: what Consul said is told, and no file stays", (_, as) => {
    const host = hostWith(as);
    const older = keepOlder(host, 5);
    const { status, stderr } = host.run("library", save);
    expect(status).toBe(1);
    expect(stderr).toContain("no snapshot could be taken");
    expect(stderr).toContain("nothing was changed");
    expect(stderr).toContain(words);
    expect(stderr).not.toContain("snapshot saved");
    expect(snapshotsOf(host)).toEqual(older);
  });

  test("no secret is told with it", () => {
    const host = hostWith({ save: `echo 'with encrypt=${gossipKey}: ${words}'; exit 1` });
    const { stderr } = host.run("library", save);
    expect(stderr).toContain(`with encrypt=[secret]: ${words}`);
    expect(stderr).not.toContain(gossipKey);
  });

  test("of many words the last are told, in one line", () => {
    const host = hostWith({ save: "seq 1 90; exit 1" });
    expect(host.run("library", save).stderr).toMatch(/nothing was changed: 88 89 90\n$/);
  });

  test("one that takes too long is given up", () => {
    const host = hostWith({ save: "exec sleep 9" });
    const { status, stderr } = host.run("library", `SNAPSHOT_S=0.3; ${save}`);
    expect({ status, left: snapshotsOf(host) }).toEqual({ status: 1, left: [] });
    expect(stderr).toMatch(/it took longer than 0\.3 s/);
  });

  test("nor where Consul cannot be called", () => {
    const host = hostWith();
    chmodSync(join(host.folder, "consul"), 0o644);
    expect(host.run("library", save)).toMatchObject({ status: 1 });
  });
});

test.each([
  ["the first of a run", 1, 0],
  ["the next, right after another has passed its gate", 0, 1],
])("each server keeps its own, taken before it is touched: %s", (_, passed, index) => {
  const host = hostWith();
  host.stage(host.render({}, { index }));
  const others = `just_passed() { return ${passed}; }; well_in_person() { :; }; wait_until_well() { :; }; look_once_more() { :; }; sleep() { :; }
    find_agent() { via=${via}; }; require_quorum_without_self() { :; }`;
  const call = `name=consul-${index + 1}; gate_before_restart "not restarted"`;
  const { status, stderr } = host.run("library", `${others}\n${call}`);
  expect(status).toBe(0);
  expect(stderr.match(/snapshot saved/g)).toHaveLength(1);
  expect(snapshotsOf(host).filter((name) => name.endsWith(".snap"))).toHaveLength(1);
});

describe("with ACLs", () => {
  const attempts = (acl: PlainArgs["acl"], refusal = "") => {
    const host = new Host();
    host.apply(host.stage(host.render({ acl })));
    host.write(
      "consul",
      `#!/bin/sh
      echo "$*" >>${host.folder}/calls
      for file; do :; done
      echo data >"$file"
      ${refusal}`,
      0o755,
    );
    const { status, stderr } = host.run("library", save);
    const tokens = host
      .read("calls")
      .trim()
      .split("\n")
      .map((call) => /-token-file=\S*\/(\w+)\.token/.exec(call)?.[1] ?? "none");
    return { status, stderr, tokens };
  };
  const refuses = (token: string, why: string) =>
    `case "$*" in ${token}) echo "Error saving snapshot: Unexpected response code: 403 (${why})" >&2; exit 1 ;; esac`;

  test("the provisioner takes it; the management token where nobody knows that one yet", () => {
    expect(attempts({})).toMatchObject({ status: 0, tokens: ["provisioner"] });
    expect(attempts({}, refuses("*provisioner.token*", "ACL not found"))).toMatchObject({
      status: 0,
      tokens: ["provisioner", "management"],
    });
  });

  // Consul's own "allow" is not for this.
  test("nobody takes one without a token, though everybody may do the rest", () => {
    const why = "Permission denied: anonymous token lacks permission 'acl:write'";
    const acl = { defaultPolicy: "allow" };
    expect(
      attempts(acl, `case "$*" in *token-file*) ;; *) ${refuses("*", why)} ;; esac`),
    ).toMatchObject({ status: 0, tokens: ["none", "provisioner"] });
  });

  test("where the provisioner's lacks the right, the management token stands in; where both do, it is said", () => {
    const { status, stderr, tokens } = attempts(
      {},
      refuses("*save*", "lacks permission 'acl:write'"),
    );
    expect([status, tokens]).toEqual([1, ["provisioner", "management"]]);
    expect(stderr).toContain("no snapshot could be taken");
  });
});
