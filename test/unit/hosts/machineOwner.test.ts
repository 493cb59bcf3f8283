// Whose a machine on this computer is: what becomes of another's when a run would make or delete it. The script is the
// component's own, on a folder of the test's, where nothing is booted.
//
// Does not prove that a machine runs on and lets its own key in: changes/07-two-runs does.

import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../support/shell";

const own = "0123456789abcdef";
const theirs = "fedcba9876543210";
const key = "ssh-ed25519 AAAAown";
const script = join(__dirname, "../../../components/hosts/nspawn/machine.sh");
/** It asks for root, and notes process ids below /run. */
const able = process.getuid?.() === 0;

class Machine {
  readonly directory = temporaryFolder();
  readonly folder = join(this.directory, "machines/owned-test");

  /** One that has been booted, and lets this key in. */
  constructor(mark?: string, authorized = key) {
    this.write("boot", "bridge=\ngateway=\nshare=\naddress=198.18.77.250\n");
    this.write("root/home/admin/.ssh/authorized_keys", `${authorized} a comment\n`);
    if (mark) this.write("owner", `${mark}\n`);
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), text);
  }

  /** Every file, with what is in it. */
  files(): string[] {
    return readdirSync(this.directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => `${file} ${statSync(file).mtimeMs} ${readFileSync(file, "utf8")}`)
      .sort();
  }

  run(verb: "create" | "delete", owner?: string, image = "/no/such/image") {
    const words = Object.entries({
      directory: this.directory,
      name: "owned-test",
      address: "198.18.77.250",
      gateway: "198.18.77.1/24",
      bridge: "",
      image,
      user: "admin",
      publicKey: key,
      share: "",
      ...(owner && { owner }),
    }).map(([name, value]) => `${name}=${value}`);
    const { status, stderr } = spawnSync("sh", [script, verb, ...words], { encoding: "utf8" });
    return { status, said: stderr };
  }
}

describe.runIf(able)("a machine of another's", () => {
  test.each([
    ["by its mark", theirs, key],
    ["of an older release, by the key that it lets in", undefined, "ssh-ed25519 AAAAtheirs"],
  ])(
    "is refused before anything is written, and left where it would be deleted: %s",
    (_, mark, authorized) => {
      const machine = new Machine(mark, authorized);
      chmodSync(machine.folder, 0o700);
      const before = machine.files();
      const { status, said } = machine.run("create", own);
      expect(status).toBe(1);
      expect(said).toMatch(
        /destroy it from there, or give yours another name.*nothing was changed/,
      );
      expect(machine.run("delete", own)).toMatchObject({
        status: 0,
        said: expect.stringContaining("owned-test: stays as it is"),
      });
      expect(machine.files()).toEqual(before);
      expect(statSync(machine.folder).mode & 0o777).toBe(0o700);
    },
  );

  test("is called by its component's name, which lies with the key", () => {
    const machine = new Machine(theirs);
    machine.write("../../keys/dev/owner", `id=${theirs}\nname=project/dev/consul\n`);
    expect(machine.run("create", own).said).toContain("this machine is project/dev/consul's:");
    expect(machine.run("delete", own).said).toContain("it is project/dev/consul's");
  });

  test("is refused to whoever gives no owner, too; and deleted for them, who say so", () => {
    const machine = new Machine(theirs);
    expect(machine.run("create").status).toBe(1);
    expect(machine.run("delete").status).toBe(0);
    expect(existsSync(machine.folder)).toBe(false);
  });

  test("is not one's own by a link that it has laid down", () => {
    const machine = new Machine(undefined, "ssh-ed25519 AAAAtheirs");
    machine.write("../../mine", `${key}\n`);
    mkdirSync(join(machine.folder, "root/home/other/.ssh"), { recursive: true });
    symlinkSync(
      join(machine.directory, "mine"),
      join(machine.folder, "root/home/other/.ssh/authorized_keys"),
    );
    expect(machine.run("create", own).status).toBe(1);
  });
});

describe.runIf(able)("one's own machine", () => {
  test.each([
    ["by its mark, whatever key it lets in", own, "ssh-ed25519 AAAAformer"],
    ["of an older release, by the key that it lets in", undefined, key],
  ])("is taken, and goes with its stack: %s", (_, mark, authorized) => {
    const machine = new Machine(mark, authorized);
    // Nothing can be run in this root, and that is where it ends.
    expect(machine.run("create", own).said).not.toContain("this machine is");
    expect(readFileSync(join(machine.folder, "owner"), "utf8")).toBe(`${own}\n`);
    expect(statSync(join(machine.folder, "owner")).mode & 0o777).toBe(0o600);
    expect(machine.run("delete", own)).toEqual({ status: 0, said: "" });
    expect(existsSync(join(machine.directory, "machines"))).toBe(false);
  });

  test("is marked before its image is unpacked: one that is cut off there is nobody else's", () => {
    const machine = new Machine();
    machine.run("delete");
    expect(machine.run("create", theirs).said).toContain("the image /no/such/image is not there");
    expect(readdirSync(machine.folder)).toEqual(["owner"]);
    expect(machine.run("create", own).said).toContain("another component's");
    expect(machine.run("delete", own).said).toContain("stays as it is");
    expect(machine.run("delete", theirs)).toEqual({ status: 0, said: "" });
    expect(existsSync(machine.folder)).toBe(false);
  });

  test("is one that was never booted and has no mark: nothing of anybody's runs there", () => {
    const machine = new Machine(undefined, "ssh-ed25519 AAAAtheirs");
    spawnSync("rm", [join(machine.folder, "boot")]);
    expect(machine.run("create", own).said).not.toContain("this machine is");
  });
});
