// Files on a host: what is quoted of them, and that they are on the disk before anything relies on them.
//
// Does not prove that whatever a program quotes is passed through it, nor that a disk keeps what it was told to.

import { expect, test } from "vitest";
import { Host } from "../support/host";

test("what a text quotes of the secrets does not show", () => {
  const host = new Host();
  host.stage(host.render());
  const key = host.read("state/staged/secrets/gossip-key").trim();
  const text = `printf 'a "${key}" and ${key}${key}\\nb\\n' | without_secrets`;
  expect(host.says("library", text)).toBe('a "[secret]" and [secret][secret]\nb');
});

test.each<[string, string, string | undefined, boolean]>([
  ["the same", "a\nb\n", "a\nb\n", true],
  ["another line", "a\nb\n", "a\nc\n", false],
  ["a line more", "a\n", "a\nb\n", false],
  ["an empty line more", "a\n", "a\n\n", false],
  ["the last line not ended", "a\nb\n", "a\nb", false],
  ["both not ended", "a\\n\nb", "a\\n\nb", true],
  ["empty", "", "", true],
  ["none", "", undefined, false],
  ["long, the same", "line\n".repeat(900), "line\n".repeat(900), true],
  ["long, another end", "line\n".repeat(900), `${"line\n".repeat(899)}lime\n`, false],
  ["as long as is read", "line\n".repeat(300), "line\n".repeat(300), true],
])("two files compared by the shell itself: %s", (_, one, other, same) => {
  const host = new Host();
  host.write("one", one);
  if (other !== undefined) host.write("other", other);
  const call = `same_text ${host.folder}/one ${host.folder}/other`;
  const left = `echo left | { ${call} && echo same; cat; }`;
  expect(host.says("library", left)).toBe(same ? "same\nleft" : "left");
});

/** Nothing belongs to a user of this computer. */
const quiet =
  'chown() { :; }; install() { if [ "$1" = -m ]; then cp "$7" "$8"; else mkdir -p "$4"; fi; }';

/** What is flushed, each with whether its place was taken by then; also of what a caller takes as its answer. */
const watched = (place: string) =>
  `exec 3>&1; sync() { shift; for f; do echo "$(basename "$f") $([ -e "${place}" ] && echo late || echo first)" >&3; done; }`;

test("what was sent is on the disk before its folder is in its place", () => {
  const host = new Host();
  const folder = `${host.folder}/staged`;
  const files = "==> a.json <==\n{}\n==> b.json <==\n{}\n";
  const call = `${watched(folder)}; unpack_files ${folder}`;
  expect(host.says("library", call, files)).toBe("a.json first\nb.json first");
});

test("a set, its unit, its facts and its release are on the disk before they are switched to", () => {
  const host = new Host();
  host.stage(host.render());
  const call = `${quiet}; release=1.22.0; ${watched(`${host.folder}/config`)}; switch_over; find ${host.folder} -name '*.new'`;
  const said = host.says("library", call).split("\n");
  for (const file of ["10-server.json", "30-secrets.json"]) expect(said).toContain(`${file} first`);
  // Later than the settings, and before the program or the service sees them.
  for (const file of ["unit.new", "facts.new", "data.new", "consul"])
    expect(
      said.some((line) => line.startsWith(`${file} `)),
      file,
    ).toBe(true);
});

test("Consul's temporary files lie on the disk of its data from its next start on, and nothing restarts for it", () => {
  const host = new Host();
  const { plan, config } = host.stage(host.render());
  host.says("library", `${quiet}; release=1.22.0; switch_over`);
  expect(host.read("unit.d/50-consul-cluster-tmpdir.conf")).toBe(
    `[Service]\nEnvironment="TMPDIR=${plan.dataDir}"\n`,
  );
  // What tells a restart is told by the unit.
  expect(config["consul.service"]).not.toContain("TMPDIR");
});

test("where sync takes no files, all of them are flushed", () => {
  const host = new Host();
  host.write("file", "");
  const call = `sync() { [ $# = 0 ] && echo all; }; flush ${host.folder}/file`;
  expect(host.says("library", call)).toBe("all");
});
