// Rotation of the gossip key: what the scripts read off Consul's keyring, and what they tell it, in which
// order. Consul is a file here, which changes with each request.
//
// Does not prove that gossip goes on meanwhile: the rotation on real machines does.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { renderSecretFiles } from "../../../components/render/server";
import { consulAnswers, functionsOf, sh, temporaryFolder } from "../support/shell";

const agent = "http://127.0.0.1:80";
/** Keys with every character of base64 that means something to sed, awk or grep. */
const [first, second, third] = ["a+/+b/Q=", "b+/+b/Q=", "+b/Q="] as [string, string, string];

type Counts = Record<string, number>;

function pool(WAN: boolean, Keys: Counts, PrimaryKeys: Counts, more: object = {}) {
  return { WAN, Datacenter: "dc1", Segment: "", ...more, Keys, PrimaryKeys, NumNodes: 3 };
}

/** Both pools in the same state. */
function ring(Keys: Counts, PrimaryKeys: Counts) {
  return [pool(true, Keys, PrimaryKeys), pool(false, Keys, PrimaryKeys)];
}

const old = ring({ [first]: 3 }, { [first]: 3 });
const installed = ring({ [first]: 3, [second]: 3 }, { [first]: 3 });
const used = ring({ [first]: 3, [second]: 3 }, { [second]: 3 });
const clean = ring({ [second]: 3 }, { [second]: 3 });

const members = (statuses: number[], suffix = "") =>
  statuses.map((Status, i) => ({ Name: `consul-${i + 1}${suffix}`, Tags: {}, Status }));

interface Host {
  folder: string;
  /** Runs functions of gossip.sh; $key is the file with the second key. A clock runs fast and nobody sleeps. */
  run(call: string): string;
  /** The requests that changed the keyring, `VERB KEY`. */
  requests(): string[];
}

/** A host whose agent says this of the keyring; `after`: what it says once it has been told something. */
function host(
  before: object,
  after: Record<string, object> = {},
  { lan = [1, 1, 1], wan = [1, 1, 1] } = {},
): Host {
  const folder = temporaryFolder();
  const say = (file: string, what: object) =>
    writeFileSync(join(folder, file), JSON.stringify(what));
  say("ring", before);
  for (const [verb, ring] of Object.entries(after)) say(`after ${verb}`, ring);
  writeFileSync(join(folder, "key"), `${second}\n`);
  writeFileSync(join(folder, "clock"), "0");
  const answers = {
    [`${agent}/v1/agent/members`]: members(lan),
    [`${agent}/v1/agent/members?wan=1`]: members(wan, ".dc1"),
  };
  const functions = `${functionsOf("lib.sh")}${functionsOf("gossip.sh")}
${consulAnswers(answers, "other_answers")}
consul_api() { case $2 in */keyring) cat "$here/ring" ;; *) other_answers "$@" ;; esac; }
keyring_request() {
  echo "$2 $(cat "$1")" >>"$here/requests"
  [ -e "$here/after $2" ] && cp "$here/after $2" "$here/ring"
}
seconds() { n=$(cat "$here/clock"); echo $((n + 10)) | tee "$here/clock"; }
sleep() { :; }
here=$1 key=$1/key name=test via=${agent}
`;
  return {
    folder,
    run: (call) => sh(`set -eu\n${functions}${call}`, [folder]),
    requests() {
      const file = join(folder, "requests");
      return existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : [];
    },
  };
}

describe("what the keyring says of a key: members, who have it, who use it, how many keys there are", () => {
  test.each([
    ["of a key that nobody has", old, "3 0 0 1\n3 0 0 1\n"],
    ["that all have and nobody uses", installed, "3 3 0 2\n3 3 0 2\n"],
    ["that all use", used, "3 3 3 2\n3 3 3 2\n"],
    ["that is the only one", clean, "3 3 3 1\n3 3 3 1\n"],
    [
      "of which the pools differ",
      [pool(true, { [first]: 3, [second]: 2 }, { [first]: 3 }), ...clean.slice(1)],
      "3 2 0 2\n3 3 3 1\n",
    ],
    ["that ends like another one", ring({ [third]: 1 }, { [third]: 1 }), "3 0 0 1\n3 0 0 1\n"],
    [
      "where members complain",
      [pool(true, { [second]: 2 }, { [second]: 1 }, { Messages: { "consul-3.dc1": "no" } })],
      "3 2 1 1\n",
    ],
  ])("%s", (_, state, expected) => {
    expect(host(state).run('keyring_state "$key"')).toBe(expected);
  });

  test.each([
    ["nobody", old, "no", "no"],
    ["all have it", installed, "yes", "no"],
    ["all use it", used, "yes", "yes"],
    ["one pool uses it", [...used.slice(1), ...installed.slice(0, 1)], "yes", "no"],
    ["one member lacks it", ring({ [first]: 3, [second]: 2 }, { [first]: 3 }), "no", "no"],
    ["there is no answer", [], "no", "no"],
  ])("%s", (_, state, have, use) => {
    const ask = (column: number) =>
      `if all_members "$key" ${column}; then echo yes; else echo no; fi`;
    expect(host(state).run(`${ask(2)}; ${ask(3)}`)).toBe(`${have}\n${use}\n`);
  });
});

describe("a rotation", () => {
  const rotate = 'rotate_gossip_key "$key"';

  test("installs the key, waits for all, then uses it", () => {
    const server = host(old, { POST: installed, PUT: used });
    server.run(rotate);
    expect(server.requests()).toEqual([`POST ${second}`, `PUT ${second}`]);
  });

  test.each([
    ["installed", installed, [`PUT ${second}`]],
    ["in use", used, []],
    ["in use, the old one gone", clean, []],
  ])("goes on where a run was cut off: the key is %s", (_, state, expected) => {
    const server = host(state, { PUT: used });
    server.run(rotate);
    expect(server.requests()).toEqual(expected);
  });

  test("uses no key that somebody lacks", () => {
    const server = host(old, { POST: ring({ [first]: 3, [second]: 2 }, { [first]: 3 }) });
    expect(() => server.run(rotate)).toThrow(/all go on with the old one/);
    expect(server.requests()).toEqual([`POST ${second}`]);
  });

  test("that not all have followed says that nobody is locked out", () => {
    const server = host(installed, { PUT: ring({ [first]: 3, [second]: 3 }, { [second]: 2 }) });
    expect(() => server.run(rotate)).toThrow(/both keys are installed/);
  });

  test.each([
    ["has left", { lan: [1, 3, 1] }, "consul-2 (left)"],
    ["does not answer", { lan: [1, 4, 1] }, "consul-2 (down)"],
    ["is away from the other datacenters alone", { wan: [1, 1, 4] }, "consul-3.dc1 (down)"],
    ["is one of two", { lan: [4, 1, 3] }, "consul-1 (down) consul-3 (left)"],
  ])("does not begin while a member %s", (_, statuses, named) => {
    const server = host(old, {}, statuses);
    expect(() => server.run(rotate)).toThrow(`is away: ${named};`);
    expect(server.requests()).toEqual([]);
  });
});

describe("old keys", () => {
  const retire = 'retire_old_keys "$key"';

  test("are removed, all of them and no other", () => {
    // One of them is a part of the key that stays, of another it is a part.
    const others = [first, third, `c${second}`];
    const keys = Object.fromEntries([second, ...others].map((key) => [key, 3]));
    const server = host(ring(keys, { [second]: 3 }), { DELETE: clean });
    server.run(retire);
    expect(server.requests().sort()).toEqual(others.map((key) => `DELETE ${key}`).sort());
    expect(existsSync(join(server.folder, "key.old"))).toBe(false);
  });

  test("are none where there is one key", () => {
    const server = host(clean);
    server.run(retire);
    expect(server.requests()).toEqual([]);
  });

  test("stay where somebody still uses one, or is away", () => {
    for (const server of [
      host(ring({ [first]: 3, [second]: 3 }, { [first]: 1, [second]: 2 })),
      host(used, {}, { lan: [1, 1, 4] }),
    ]) {
      expect(() => server.run(retire)).toThrow();
      expect(server.requests()).toEqual([]);
    }
  });

  test("that could not be removed are an error", () => {
    const server = host(used);
    expect(() => server.run(retire)).toThrow(/could not be removed from every member/);
    expect(existsSync(join(server.folder, "key.old"))).toBe(false);
  });
});

test("a key travels in stdin, and stands in no command line", () => {
  const folder = temporaryFolder();
  const functions = `${functionsOf("lib.sh")}${functionsOf("gossip.sh")}
curl() { printf '%s ' "$@" >"$here/words"; cat >"$here/body"; }
here=$1 via=${agent}
`;
  writeFileSync(join(folder, "key"), `${second}\n`);
  sh(`${functions}keyring_request "$1/key" PUT`, [folder]);
  expect(JSON.parse(readFileSync(join(folder, "body"), "utf8"))).toEqual({ Key: second });
  const words = readFileSync(join(folder, "words"), "utf8");
  expect(words).toContain(`-X PUT -d @- ${agent}/v1/operator/keyring`);
  expect(words).not.toContain(second);
});

describe("the key of the settings", () => {
  const gossipKey = Buffer.alloc(32, 251).toString("base64");

  /** A server on which a key is staged; `keyring`: what Consul keeps of its own, the key in use first. */
  function uses(keyring?: string[], key = gossipKey): string {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "staged/secrets"), { recursive: true });
    mkdirSync(join(folder, "data/serf"), { recursive: true });
    for (const [name, content] of Object.entries(renderSecretFiles(key, "rotation-1"))) {
      writeFileSync(join(folder, "staged/secrets", name), content);
    }
    if (keyring) {
      const file = join(folder, "data/serf/local.keyring");
      writeFileSync(file, JSON.stringify(keyring, null, 2));
    }
    const functions = `${functionsOf("lib.sh")}${functionsOf("gossip.sh")}STAGED=$1/staged dataDir=$1/data`;
    const call = 'staged_key "$1/key"; cat "$1/key"; if gossip_uses "$1/key"; then echo yes; fi';
    return sh(`${functions}\n${call}`, [folder]);
  }

  test("is the one in use, or there is no keyring yet and it will be", () => {
    expect(uses([gossipKey])).toBe(`${gossipKey}\nyes\n`);
    expect(uses([gossipKey, first])).toBe(`${gossipKey}\nyes\n`);
    expect(uses()).toBe(`${gossipKey}\nyes\n`);
  });

  test("is another one", () => {
    expect(uses([first])).toBe(`${gossipKey}\n`);
    expect(uses([first, gossipKey])).toBe(`${gossipKey}\n`);
    // 24 bytes have no padding, and so may begin a longer key.
    const short = Buffer.alloc(24, 251).toString("base64");
    expect(gossipKey.startsWith(short)).toBe(true);
    expect(uses([gossipKey], short)).toBe(`${short}\n`);
  });
});
