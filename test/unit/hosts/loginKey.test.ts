// The copy of the machines' login key, for a person: where it lies, for whom, and whose it is. The script runs here as
// the Command plugin runs it, on a folder of the test's.
//
// Does not prove that a machine lets the key in: the lab's tests do.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../support/shell";

const script = readFileSync(
  join(__dirname, "../../../components/hosts/nspawn/login-key.sh"),
  "utf8",
);

const privately =
  "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaA==\n-----END OPENSSH PRIVATE KEY-----\n";
const publicly = "ssh-ed25519 AAAAC3Nza";

function run(verb: "create" | "delete", directory: string, folder: string, public_ = publicly) {
  const input = `${script}main "$@" <<'END'\n${privately}\n${public_}\nEND\n`;
  const { status, stdout, stderr } = spawnSync("sh", ["-s", verb, directory, folder], {
    input,
    encoding: "utf8",
  });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "", stderr: "" });
}

const place = () => join(temporaryFolder(), "machines");

test("it is laid down for nobody else to read, as often as it runs", () => {
  const directory = place();
  for (const _ of [1, 2]) run("create", directory, "dev");
  const folder = join(directory, "keys/dev");
  expect(readdirSync(folder).sort()).toEqual(["id_ed25519", "id_ed25519.pub"]);
  expect(readFileSync(join(folder, "id_ed25519"), "utf8")).toBe(privately);
  expect(readFileSync(join(folder, "id_ed25519.pub"), "utf8")).toBe(`${publicly}\n`);
  const modes = [folder, join(folder, "id_ed25519"), directory].map(
    (path) => statSync(path).mode & 0o777,
  );
  expect(modes).toEqual([0o700, 0o600, 0o755]);
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
