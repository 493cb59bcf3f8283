// A script that is packed on its way to a host: the same bytes everywhere, and on the host the same script, whole or
// not at all.
//
// Does not prove that a real connection ends so: a shell reads a pipe here.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packed } from "../../../components/steps/packed";
import { releaseInstaller } from "../../../components/steps/scripts";
import { which } from "../../../lab/system/which";
import { unpacked } from "../../support/unpacked";
import { temporaryFolder } from "../support/shell";
import { systems } from "../support/systems";

/** Runs a text as a release step does. */
function fromStdin(text: string, args: string[], shell = ["sh"], path = process.env.PATH) {
  const [program = "", ...words] = shell;
  const options = { input: text, encoding: "utf8", env: { PATH: path } } as const;
  const { status, stdout, stderr } = spawnSync(program, [...words, "-s", "--", ...args], options);
  return { status, stdout, stderr };
}

describe.each(systems.filter(({ name }) => name.endsWith("mawk")))("$name", (system) => {
  const shell = system.shell.slice(0, -1);

  test.runIf(system.present)("it runs as it is, with its arguments", () => {
    const script = `printf '%s\\n' "$@" 'it''s $HOME' "$(cat <<'END'\n\\ # "x"\nEND\n)"\nexit 3\n`;
    expect(fromStdin(packed("A test", script), ["one", "t w o"], shell)).toEqual({
      status: 3,
      stdout: 'one\nt w o\nits $HOME\n\\ # "x"\n',
      stderr: "",
    });
  });

  test.runIf(system.present)("cut off anywhere, it runs nothing", () => {
    const text = packed("A test", `echo ran >"$1"\n`);
    const mark = join(temporaryFolder(), "mark");
    for (let length = 0; length < text.length - 1; length += 9) {
      fromStdin(text.slice(0, length), [mark], shell);
      expect(existsSync(mark), text.slice(0, length)).toBe(false);
    }
    fromStdin(text, [mark], shell);
    expect(existsSync(mark)).toBe(true);
  });

  test.runIf(system.present)("damaged, it runs nothing and says so", () => {
    const text = packed("A test", `echo ran; ${": padding; ".repeat(99)}\n`);
    const line = (text.split("\n")[3] as string).slice(40, 48);
    const run = fromStdin(text.replace(line, "AAAAAAAA"), [], shell);
    expect(run).toMatchObject({ status: 1, stdout: "" });
    expect(run.stderr).toContain("the scripts do not unpack on this host; nothing was changed");
  });
});

// Seen: nothing was laid down, and the step was green.
test.each([
  ["nothing", "cat >/dev/null"],
  ["half of it", "gzip -d | head -c 900"],
  ["all of it but the last line", "gzip -d | sed '$d'"],
])("a program that ends well and unpacks %s: nothing runs", (_, lies) => {
  const bin = temporaryFolder();
  const path = process.env.PATH ?? "";
  writeFileSync(join(bin, "gzip"), `#!/bin/sh\nPATH='${path}'\n${lies}\n`, { mode: 0o755 });
  const text = packed("A test", `echo ran\n${"# a line\n".repeat(200)}`);
  const run = fromStdin(text, [], ["sh"], `${bin}:${path}`);
  expect(run).toMatchObject({ status: 1, stdout: "" });
  expect(run.stderr).toContain("the scripts do not unpack on this host; nothing was changed");
});

test.each(["base64", "gzip"])("a host without %s is told so, and nothing runs", (missing) => {
  const bin = temporaryFolder();
  for (const program of ["base64", "gzip", "cat"].filter((name) => name !== missing))
    symlinkSync(which(program) as string, join(bin, program));
  const run = fromStdin(packed("A test", "echo ran\n"), [], [which("sh") as string], bin);
  expect(run).toEqual({
    status: 1,
    stdout: "",
    stderr: `this host has no ${missing}, which unpacks the scripts: install it; nothing was changed\n`,
  });
});

// Other bytes are a change: every host's release step would run again.
test("the same bytes on every computer, under every Node", () => {
  const text = packed("A test", Array.from({ length: 5000 }, (_, i) => `line ${i * i}\n`).join(""));
  expect(
    createHash("sha256")
      .update(text.split("\n}\n")[0] as string)
      .digest("hex"),
  ).toBe("4e26fd217ba6d13445e0e4b80162a9913520cf61ee51f92cfeef79fdbe29426a");
});

test("an installer is less than half of its scripts, and holds all of them", () => {
  const text = packed("The installer", releaseInstaller());
  expect(text.length).toBeLessThan(releaseInstaller().length / 2);
  expect(unpacked(text)).toContain(releaseInstaller());
});
