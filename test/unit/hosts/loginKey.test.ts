// The copy of the machines' login key, for a person: where it lies, for whom, and whose it is. The script runs here as
// the Command plugin runs it, on a folder of the test's.
//
// Does not prove that a machine lets the key in: the lab's tests do.

import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../support/shell";

const script = readFileSync(
  join(__dirname, "../../../components/hosts/nspawn/login-key.sh"),
  "utf8",
);

const privately =
  "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaA==\n-----END OPENSSH PRIVATE KEY-----\n";
const publicly = "ssh-ed25519 AAAAC3Nza";

const own = { id: "0123456789abcdef", name: "project/dev/consul" };

function attempt(
  verb: "create" | "delete",
  directory: string,
  folder: string,
  public_ = publicly,
  { id, name } = own,
) {
  const input = `${script}main "$@" ${id} '${name}' <<'END'\n${privately}\n${public_}\nEND\n`;
  const { status, stdout, stderr } = spawnSync("sh", ["-s", verb, directory, folder], {
    input,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

function run(...args: Parameters<typeof attempt>) {
  expect(attempt(...args)).toEqual({ status: 0, stdout: "", stderr: "" });
}

const place = () => join(temporaryFolder(), "machines");

test("it is laid down for nobody else to read, as often as it runs", () => {
  const directory = place();
  for (const _ of [1, 2]) run("create", directory, "dev");
  const folder = join(directory, "keys/dev");
  expect(readdirSync(folder).sort()).toEqual(["id_ed25519", "id_ed25519.pub", "owner"]);
  expect(readFileSync(join(folder, "owner"), "utf8")).toBe(`id=${own.id}\nname=${own.name}\n`);
  expect(readFileSync(join(folder, "id_ed25519"), "utf8")).toBe(privately);
  expect(readFileSync(join(folder, "id_ed25519.pub"), "utf8")).toBe(`${publicly}\n`);
  const modes = [folder, join(folder, "id_ed25519"), join(folder, "owner"), directory].map(
    (path) => statSync(path).mode & 0o777,
  );
  expect(modes).toEqual([0o700, 0o600, 0o600, 0o755]);
});

test("under another name it moves, and a key of another stack stays where it is", () => {
  const directory = place();
  run("create", directory, "dev");
  run("create", directory, "other", "ssh-ed25519 AAAAanother");
  // As 0.1.0 laid it down, with a comment behind the key.
  writeFileSync(join(directory, "keys/dev/id_ed25519.pub"), `${publicly} consul-cluster dev\n`);
  run("create", directory, "renamed");
  expect(readdirSync(join(directory, "keys")).sort()).toEqual(["other", "renamed"]);
});

test("it is taken away with its stack, the folders with the last one, and never another's", () => {
  const directory = place();
  run("create", directory, "dev");
  run("create", directory, "other", "ssh-ed25519 AAAAanother");
  run("delete", directory, "other");
  expect(readdirSync(join(directory, "keys"))).toEqual(["dev", "other"]);
  run("delete", directory, "other", "ssh-ed25519 AAAAanother");
  run("delete", directory, "dev");
  expect(existsSync(directory)).toBe(false);
  run("delete", directory, "dev");
});

test("what else is in the folder of the machines stays", () => {
  const directory = place();
  mkdirSync(join(directory, "machines/m-1"), { recursive: true });
  run("create", directory, "dev");
  run("delete", directory, "dev");
  expect(readdirSync(directory)).toEqual(["machines"]);
});

describe("a pair in its place that is another's is not written over: it opens machines that run", () => {
  const theirs = { id: "fedcba9876543210", name: "project/dev/other" };
  const another = "ssh-ed25519 AAAAanother";
  const filesOf = (directory: string) =>
    readdirSync(join(directory, "keys/dev")).map((name) => [
      name,
      readFileSync(join(directory, "keys/dev", name), "utf8"),
    ]);

  test.each([
    ["of another component", theirs, `is ${theirs.name}'s:`],
    [
      "of another state of the same name",
      { ...theirs, name: own.name },
      `is ${own.name}'s by name, and yet not of this stack's state`,
    ],
  ])("%s", (_, owner, words) => {
    const directory = place();
    run("create", directory, "dev", another, owner);
    const before = filesOf(directory);
    const { status, stderr } = attempt("create", directory, "dev");
    expect(status).toBe(1);
    expect(stderr).toContain(`the login key in ${directory}/keys/dev ${words}`);
    expect(stderr).toContain("nothing was changed");
    expect(filesOf(directory)).toEqual(before);
  });

  test("of an older release of this library, which left no mark", () => {
    const directory = place();
    run("create", directory, "dev", another, theirs);
    rmSync(join(directory, "keys/dev/owner"));
    const before = filesOf(directory);
    const { status, stderr } = attempt("create", directory, "dev");
    expect({ status, said: stderr.includes("is another stack's:") }).toEqual({
      status: 1,
      said: true,
    });
    expect(filesOf(directory)).toEqual(before);
  });

  test("but one's own is, by its mark or by itself", () => {
    const directory = place();
    run("create", directory, "dev", another);
    run("create", directory, "dev");
    rmSync(join(directory, "keys/dev/owner"));
    run("create", directory, "dev");
    expect(readFileSync(join(directory, "keys/dev/owner"), "utf8")).toContain(`id=${own.id}\n`);
  });

  test("cut off between mark and pair it is known by the mark", () => {
    const directory = place();
    run("create", directory, "dev", another, theirs);
    rmSync(join(directory, "keys/dev/id_ed25519.pub"));
    expect(attempt("create", directory, "dev").status).toBe(1);
    run("create", directory, "dev", another, theirs);
  });
});
