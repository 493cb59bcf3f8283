// The staged secrets: they are those that a run wants, and as they were laid down, or a run says which are not and mends them
// where it can. Real files in the folder of a test.
//
// Does not prove that Consul takes them.

import { existsSync, mkdirSync, rmSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { PlainArgs } from "../../../components/cluster/args";
import { renderFiles } from "../../../components/render/files";
import { gossipKeys } from "../host-lib/recording/dummies";
import { harmless } from "../support/harmless";
import { Host, type RenderedSet, type SetOptions } from "../support/host";

const deny: PlainArgs = { acl: {} };
const folder = "state/staged/secrets";
const second: SetOptions = { key: gossipKeys.second, label: "rotation-2" };
const cure = "lay them down again: pulumi up --replace '**-consul-1-secrets'";

/** As the secrets step does it. */
function lay(host: Host, { secrets }: RenderedSet) {
  return host.run(
    "stage-secrets.sh",
    `${harmless(host)}\nmain name=consul-1`,
    renderFiles(secrets),
  );
}

/** A host whose secrets were laid down by the step, and where the set runs; `kept` as an activation of today leaves it. */
function running(kept = true) {
  const host = new Host();
  const set = host.stage(host.render(deny));
  expect(lay(host, set).status).toBe(0);
  host.apply(set);
  if (kept) host.says("library", "keep_secrets");
  return { host, set };
}

const tokensOf = ({ desired }: RenderedSet) => /^tokens (.*)$/m.exec(desired)?.[1] as string;

const require = (host: Host, set: RenderedSet, secrets = "rotation-1") =>
  host.run("library", `require_secrets ${secrets} ${tokensOf(set)}`);

const texts = (host: Host, { secrets }: RenderedSet) =>
  Object.keys(secrets).map((file) => [file, host.read(`${folder}/${file}`)]);

test("as they were laid down are those of the run, and nothing is said", () => {
  const { host, set } = running();
  expect(require(host, set)).toMatchObject({ status: 0, stdout: "", stderr: "" });
});

const damages: Record<string, (host: Host) => void> = {
  "an emptied token": (host) => host.write(`${folder}/management.curl`, ""),
  "a token that is gone": (host) => rmSync(join(host.folder, folder, "management.curl")),
  "a token cut short": (host) => host.write(`${folder}/management.curl`, "header"),
};

describe.each(Object.entries(damages))("%s", (_, damage) => {
  test("is named, and taken from the applied set", () => {
    const { host, set } = running();
    const before = texts(host, set);
    damage(host);
    const { status, stderr } = require(host, set);
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: expect.stringMatching(/: management\.curl: taken from the applied set, which has/),
    });
    expect(texts(host, set)).toEqual(before);
    expect(statSync(join(host.folder, folder)).mode & 0o777).toBe(0o700);
    expect(statSync(join(host.folder, folder, "management.curl")).mode & 0o077).toBe(0);
  });

  test("stops staging and activation before anything changes where nothing has them whole, with the cure", () => {
    const { host, set } = running();
    damage(host);
    host.write("state/secrets/gossip-key", "");
    for (const [script, call] of [
      ["activate.sh", "read_desired"],
      ["repair.sh", "read_desired"],
      ["activate-client.sh", "read_desired"],
      [
        "stage-config.sh",
        `main name=consul-1 owner=project/stack/component version=1.22.0 secrets=rotation-1 tokens=${tokensOf(set)}`,
      ],
    ] as const) {
      const { status, stderr } = host.run(script, `${harmless(host)}\n${call}`, set.desired);
      expect(status, script).toBe(1);
      expect(stderr).toContain(": management.curl; nothing was changed; ");
      expect(stderr).toContain(cure);
    }
    expect(lay(host, set).status).toBe(0);
    expect(require(host, set).stderr).toMatch(
      /: gossip-key: taken from the staged ones, which are/,
    );
    expect(require(host, set)).toMatchObject({ status: 0, stderr: "" });
  });
});

test("a copy that is cut off leaves a whole folder of what runs, or none that counts as one", () => {
  for (const cut of ["rm", "mv"]) {
    const { host, set } = running();
    host.write("state/secrets/recovery.curl", "");
    const half = `${cut}() { [ "\${cut_off:-}" ] || { case $* in *secrets.old*) cut_off=yes; exit 9 ;; esac; }; command ${cut} "$@"; }`;
    host.run("library", `${half}; keep_secrets`);
    require(host, set);
    expect(host.says("library", 'damaged_secrets "$APPLIED_SECRETS"')).toBe("");
    expect(host.says("library", "has_token former-recovery && echo yes")).toBe("yes");
  }
});

test("damaged beside what runs, and staged are others: named, and the run goes on", () => {
  const { host } = running();
  const next = host.render(deny, second);
  expect(lay(host, next).status).toBe(0);
  host.write("state/secrets/management.curl", 'header = "X-Consul-Token: ');
  const { status, stderr } = require(host, next, "rotation-2");
  expect({ status, stderr }).toEqual({
    status: 0,
    stderr: expect.stringMatching(/: management\.curl: what is staged takes their place/),
  });
});

test.each<[string, (at: string) => void]>([
  ["a folder", (at) => mkdirSync(at)],
  ["a link to nothing", (at) => symlinkSync("/nowhere", at)],
])("%s among them, which nobody can copy, is named before anything changes", (_, put) => {
  const { host, set } = running();
  host.write("state/secrets/gossip-key", "");
  put(join(host.folder, folder, "foreign"));
  const { status, stderr } = require(host, set);
  expect(status).toBe(1);
  expect(stderr).toContain(": foreign; nothing was changed; ");
});

test("a note of checksums that was cut short quotes nothing of itself", () => {
  const { host, set } = running();
  host.write("state/secrets/gossip-key", "");
  host.write(`${folder}/checksums`, host.read(`${folder}/checksums`).slice(0, 40));
  expect(require(host, set).stderr).toContain(": checksums; nothing was changed; ");
});

test("an emptied key and its checksums are no reason to refuse the same key again", () => {
  const { host, set } = running(false);
  host.write(`${folder}/gossip-key`, "");
  host.write(`${folder}/checksums`, "");
  expect(require(host, set).stderr).toContain("checksums, gossip-key");
  expect(lay(host, set).status).toBe(0);
  expect(require(host, set)).toMatchObject({ status: 0, stderr: "" });
});

test("another key under the same label is refused also where the staged one is gone: what runs has it", () => {
  const { host, set } = running();
  rmSync(join(host.folder, folder), { recursive: true });
  const { status, stderr } = lay(host, host.render(deny, { ...second, label: "rotation-1" }));
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: expect.stringContaining("others than those that this host has as rotation-1"),
  });
  expect(lay(host, set).status).toBe(0);
});

describe("staged by a run that was cut off, and taken back since", () => {
  test("they are taken from the applied set", () => {
    const { host, set } = running();
    expect(lay(host, host.render(deny, second)).status).toBe(0);
    const { status, stderr } = require(host, set);
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: expect.stringMatching(/\(rotation-2, not rotation-1\): taken from the applied set/),
    });
    expect(host.read(`${folder}/label`)).toBe("rotation-1\n");
  });

  test("where no set that is applied has them, the cure is named", () => {
    const { host, set } = running(false);
    expect(lay(host, host.render(deny, second)).status).toBe(0);
    const { status, stderr } = require(host, set);
    expect(status).toBe(1);
    expect(stderr).toContain("(rotation-2, not rotation-1); nothing was changed; ");
    expect(stderr).toContain(cure);
  });

  test("nor are another owner's taken", () => {
    const { host, set } = running();
    host.write("state/secrets/owner", "f00\n");
    host.says("library", 'note_checksums "$APPLIED_SECRETS"');
    expect(lay(host, host.render(deny, second)).status).toBe(0);
    expect(require(host, set).status).toBe(1);
  });
});

test("of an earlier release, which noted no checksums, are looked at for what is empty; and kept", () => {
  const { host, set } = running(false);
  rmSync(join(host.folder, folder, "checksums"));
  expect(require(host, set)).toMatchObject({ status: 0, stderr: "" });
  expect(existsSync(join(host.folder, "state/secrets/gossip-key"))).toBe(true);
  host.write(`${folder}/recovery.token`, "");
  expect(require(host, set).stderr).toContain(": recovery.token: taken from the applied set");
});

test("a switch keeps them beside what runs, for root alone", () => {
  const host = new Host();
  const set = host.stage(host.render(deny));
  const call = `${harmless(host)}\nbootstraps=no\numask 027\nread_desired; switch_over; switch_is_whole`;
  host.says("activate.sh", call, set.desired);
  expect(host.read("state/secrets/label")).toBe("rotation-1\n");
  expect(statSync(join(host.folder, "state/secrets")).mode & 0o777).toBe(0o700);
});

describe("what is applied, in a word for the program", () => {
  const word = (host: Host) => host.says("library", "applied_word");
  const change = (host: Host, more: PlainArgs, call = "switch_over; switch_is_whole") => {
    const set = host.stage(host.render(more));
    host.says(
      "activate.sh",
      `${harmless(host)}\nbootstraps=no\nread_desired; ${call}`,
      set.desired,
    );
    return word(host);
  };

  // "none" was the same before an agent came and after it had left: its activation did not run again.
  test("another one with every look, as long as nothing is", () => {
    const host = new Host();
    const words = [word(host), word(host), word(new Host())];
    expect(new Set(words).size).toBe(3);
    for (const each of words) expect(each).toMatch(/^[0-9a-f]{12}$/);
  });

  test("the text's own digest, where an earlier release switched to it", () => {
    const host = new Host();
    host.apply(host.render());
    expect(word(host)).toMatch(/^[0-9a-f]{12}$/);
    expect(word(host)).toBe(word(host));
  });

  test("another one after every switch, to and fro and taken back", () => {
    const host = new Host();
    const words = [
      change(host, {}),
      change(host, { domain: "other" }),
      change(host, {}),
      change(host, { domain: "other" }, "switch_over; restore_previous"),
    ];
    expect(new Set(words).size).toBe(words.length);
    expect(word(host)).toBe(words.at(-1));
  });
});
