// A leader hands over before it stops, and asks again where nobody took it: the script as it stands, with answers made up.
//
// Does not prove how raft transfers a leadership: test/changes sees it done on machines.

import { expect, test } from "vitest";
import { library, sh } from "../support/shell";

const me = "10.0.0.1:8300";
const other = "10.0.0.2:8300";

interface Cluster {
  peers?: string;
  /** The release that is to run here. */
  release?: string;
}

/**
 * What is said, a line for each request to transfer first. `leaders`: whom this server and the others name after so
 * many requests; "down": it does not answer.
 */
function handOver(
  leaders: (tries: number) => Record<"own" | "second" | "third", string>,
  { peers = "second third", release = "1.19.2" }: Cluster = {},
): string[] {
  const table = [0, 1, 2]
    .flatMap((tries) =>
      Object.entries(leaders(tries)).map(
        ([agent, leader]) =>
          `${tries}:${agent}) ${leader === "down" ? "return 2" : `echo '${leader}'`} ;;`,
      ),
    )
    .join(" ");
  const view = ["b true true alive 10.0.0.2:8300 id-b 1.22.0"].concat(
    ["c", "d"].map((name) => `${name} true true alive 10.0.0.9:8300 id-${name} 1.19.2`),
    "a true true alive 10.0.0.1:8300 id-a 1.18.0",
    "e false true failed 10.0.0.5:8300 id-e 1.18.0",
    "f true false alive 10.0.0.6:8300 id-f 1.18.0",
  );
  const text = sh(
    `${library}
    name=a api=own via=own release="$2" peers="$1"
    said=$(mktemp); tries() { grep -c transfer "$said" || true; }
    now_s() { n=$(cat "$said.clock" 2>/dev/null || echo 0); echo $((n + 1)) | tee "$said.clock"; }
    sleep() { :; }
    leader_of() { t=$(tries); [ "$t" -le 2 ] || t=2; case $t:$1 in ${table} esac; }
    peer_ips() { [ -z "$peers" ] || printf '%s\\n' $peers; }
    peer_views() { for p in $peers; do l=$(leader_of $p) || { echo "$p - -"; continue; }; echo "$p $p \${l:--}"; done; }
    autopilot_of() { cat <<END
${view.join("\n")}
END
}
    ask() { echo "transfer \${2##*=}" >>"$said"; }
    say() { echo "$*" >>"$said"; }
    die() { echo "$*" >>"$said"; cat "$said"; exit; }
    hand_over_leadership ${me}
    cat "$said"; rm -f "$said" "$said.clock"`,
    [peers, release],
  );
  return text.trim().split("\n");
}

const all = (leader: string) => ({ own: leader, second: leader, third: leader });

test("whoever does not lead hands nothing over", () => {
  expect(handOver(() => all(other))).toEqual([""]);
});

test("the oldest release takes over, asked once", () => {
  expect(handOver((tries) => all(tries === 0 ? me : other))).toEqual([
    "transfer id-c",
    `leadership handed over to ${other}`,
  ]);
});

test("in an upgrade the last of the old ones takes over, for it leads until all others are new", () => {
  expect(handOver((tries) => all(tries < 2 ? me : other), { release: "1.22.0" })).toEqual([
    "transfer id-d",
    "transfer id-c",
    `leadership handed over to ${other}`,
  ]);
});

test("a candidate that lost its election is followed by the next of the oldest release", () => {
  expect(handOver((tries) => all(tries < 2 ? me : other))).toEqual([
    "transfer id-c",
    "transfer id-d",
    `leadership handed over to ${other}`,
  ]);
});

test("what all of the others say counts where this server is told nothing", () => {
  const told = (own: string) => (tries: number) =>
    tries === 0 ? all(me) : { own, second: other, third: other };
  for (const own of ["", me, "down"])
    expect(handOver(told(own))).toContain(`leadership handed over to ${other}`);
});

test("whether this server leads the others say, where it does not", () => {
  const silent = (tries: number) => ({ ...all(tries === 0 ? me : other), own: "down" });
  // It leads and cannot be asked: it is not stopped as if it did not.
  expect(handOver(silent).at(-1)).toMatch(/took over|handed over to|not restarted/);
  expect(handOver(silent)).not.toEqual([""]);
});

test("no stop where nobody takes over, or the others do not agree", () => {
  const after = (divided: ReturnType<typeof all>) => (tries: number) =>
    tries === 0 ? all(me) : divided;
  const divided = { own: "", second: other, third: "10.0.0.3:8300" };
  for (const leaders of [() => all(me), after(divided), after({ ...divided, third: "" })])
    expect(handOver(leaders).at(-1)).toBe(
      "this server leads and no other took over within 20 s; it was not restarted",
    );
});

test("a cluster of one has nobody to hand over to", () => {
  expect(handOver(() => all(me), { peers: "" })).toEqual([""]);
});
