// How long the cluster's lock is waited for: whoever holds it may take its time, and several one after the other the same each.
//
// Does not prove that Consul gives the lock to one: test/changes/07-two-runs.test.ts does.

import { expect, test } from "vitest";
import { Host } from "../support/host";

/** A lock that others have, each of them until then; what was said, and the seconds after which it was got. */
function waits(...holders: [name: string, until: number][]) {
  const held = holders.map(([name, until]) => `[ $n -ge ${until} ] || { echo "${name}"; return; }`);
  const host = new Host();
  return host.run(
    "library",
    `n=0; now_s() { echo $n; }; sleep() { n=$((n + 5)); }; api=own; name=consul-1
    find_agent() { via=own; }; find_peer_agent() { :; }; new_session() { echo held; }; keep_session() { :; }; cluster_unlock() { :; }
    holder_now() { ${held.join("; ")}; }
    kv_get() { holder_now; }; kv_put() { [ -z "$(holder_now)" ] || return 1; }; drop_holder() { sleep 1; }
    cluster_lock repair; echo "after $n s"`,
  );
}

test("one that is let go of in time is got", () => {
  const { stdout, stderr } = waits(["consul-2: repair since 1", 25]);
  expect(stdout).toBe("after 25 s\n");
  expect(stderr).toBe("consul-1: waiting for another run: consul-2: repair since 1\n");
});

// Seen: with a member that does not answer each holder took 15 s and more, and the third waited for 24 s of its 30.
test("where several hold it in turn, each may take its time, and a line tells of each", () => {
  const { stdout, stderr } = waits(
    ["consul-2: repair since 1", 20],
    ["consul-3: repair since 2", 40],
    ["consul-4: repair since 3", 60],
  );
  expect(stdout).toBe("after 60 s\n");
  expect(stderr.match(/waiting for another run: consul-\d/g)).toHaveLength(3);
});

test("one that is not let go of ends the run, by name", () => {
  const { status, stderr } = waits(
    ["consul-2: repair since 1", 20],
    ["consul-3: activation since 2", 90],
  );
  expect(status).toBe(1);
  expect(stderr).toContain("another run is at work on this cluster (consul-3: activation since 2)");
});

test("nor is it waited for without an end, where others get it one after the other for ever", () => {
  const others = Array.from({ length: 40 }, (_, i): [string, number] => [
    `consul-2: repair since ${i}`,
    20 * (i + 1),
  ]);
  const { status, stderr } = waits(...others);
  expect(status).toBe(1);
  expect(stderr).toMatch(/another run is at work on this cluster \(consul-2: repair since 1\d\)/);
});

test("and not where it is this host's own, which nobody takes away", () => {
  expect(waits(["consul-1: repair since 1", 900]).status).toBe(1);
});
