// A leader hands over before it stops, and asks again where nobody took it: the script as it stands, with answers made up.
//
// Does not prove how raft transfers a leadership: test/changes sees it done on machines.

import { expect, test } from "vitest";
import { functionsOf, sh } from "../support/shell";

const me = "10.0.0.1:8300";
const other = "10.0.0.2:8300";

/**
 * What is said, a line for each request to transfer first. `leaders`: whom this server and the others name after so
 * many requests.
 */
function handOver(
  leaders: (tries: number) => Record<"own" | "second" | "third", string>,
  others = "second third",
  release = "1.19.2",
): string[] {
  const named = [0, 1, 2].map(leaders);
  const table = named
    .map(
      ({ own, second, third }, tries) =>
        `${tries}:own) echo "${own}" ;; ${tries}:second) echo "${second}" ;; ${tries}:third) echo "${third}" ;;`,
    )
    .join(" ");
  const ids = ["1.22.0 b", "1.19.2 c", "1.19.2 d"].map((server) => {
    const [version, name] = server.split(" ");
    return `{"ID":"id-${name}","Name":"${name}","Version":"${version}","Healthy":true,"Voter":true}`;
  });
  const text = sh(
    `${functionsOf("gates.sh")}
    name=a api=own others="$1" release="$2" HANDOVER=20
    said=$(mktemp); tries() { grep -c transfer "$said" || true; }
    clock=0; hundredths() { clock=$(($(cat "$said.clock" 2>/dev/null || echo 0) + 50)); echo $clock >"$said.clock"; echo $clock; }
    sleep() { :; }
    leader() { t=$(tries); [ "$t" -le 2 ] || t=2; case $t:$1 in ${table} esac; }
    consul_api() { case $2 in */health) printf '%s\\n' '[${ids.join(",")}]' ;; *) echo "transfer \${2##*=}" >>"$said" ;; esac; }
    say() { echo "$*" >>"$said"; }
    die() { echo "$*" >>"$said"; cat "$said"; exit; }
    hand_over_leadership ${me}
    cat "$said"`,
    [others, release],
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
  expect(handOver((tries) => all(tries < 2 ? me : other), undefined, "1.22.0")).toEqual([
    "transfer id-d",
    "transfer id-c",
    `leadership handed over to ${other}`,
  ]);
});

test("an heir that lost its election is followed by the next of the oldest release", () => {
  expect(handOver((tries) => all(tries < 2 ? me : other))).toEqual([
    "transfer id-c",
    "transfer id-d",
    `leadership handed over to ${other}`,
  ]);
});

test("what all of the others say counts where this server is told nothing", () => {
  const told = (own: string) => (tries: number) =>
    tries === 0 ? all(me) : { own, second: other, third: other };
  for (const own of ["", me])
    expect(handOver(told(own))).toContain(`leadership handed over to ${other}`);
});

test("no stop where nobody takes over, or the others do not agree", () => {
  const divided = { own: "", second: other, third: "" };
  for (const leaders of [() => all(me), (tries: number) => (tries === 0 ? all(me) : divided)])
    expect(handOver(leaders).at(-1)).toBe(
      "this server leads and no other took over within 20 s; it was not restarted",
    );
});

test("a cluster of one has nobody to hand over to", () => {
  expect(handOver(() => all(me), "")).toEqual([""]);
});
