// What remove.sh takes off a host, and what it leaves: the script as it stands, on the folders of a test.
//
// Does not prove that a real host is clean afterwards: machines in the lab do.

import { existsSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { owner } from "../../render/cases";
import { Host, type RenderedSet } from "../../support/host";

const stranger = "fedcba9876543210";

const words = (more = "") => `name=consul-1 owner=${owner} address=10.0.0.11 removeData=no ${more}`;

/** Runs it; nothing of this computer's own is touched. */
function remove(host: Host, text = words(), whileItWaits = ":") {
  const { status, stdout, stderr } = host.run(
    "remove.sh",
    `lock() { echo "lock $1"; ${whileItWaits}; }
    userdel() { echo "userdel $*"; }
    chown() { echo "chown $*"; }
    main ${text} </dev/null`,
  );
  const said = stderr.replaceAll(host.folder, "HOST");
  const did = stdout.replaceAll(host.folder, "HOST").split("\n").slice(0, -1);
  return { status, did, said };
}

const has = (host: Host, path: string) => existsSync(join(host.folder, path));

/** What is left on it. */
const left = (host: Host) => readdirSync(host.folder).sort();

function link(host: Host, path: string, target: string): void {
  symlinkSync(target, join(host.folder, path));
}

/** A host whose server runs what is staged, made by this library from the user to the unit. */
function running(more: Parameters<Host["render"]>[0] = {}): { host: Host; set: RenderedSet } {
  const host = new Host();
  const set = host.apply(host.stage(host.render(more)));
  host.write("state/made", `user\ndata ${join(host.folder, "data")}\n`);
  host.write("unit", set.config["consul.service"] as string);
  host.write("environment", "");
  host.write("library/lib.sh", "");
  host.write("snapshots/one.snap", "");
  host.write("config.sets/0123456789ab/10-server.json", "{}");
  link(host, "config", join(host.folder, "config.sets/0123456789ab"));
  link(host, "consul", join(host.folder, "releases", set.plan.version, "consul"));
  return { host, set };
}

describe("a host that was made by its owner", () => {
  test("is as it was before, but for the data, which is named", () => {
    const { host } = running();
    host.write("data/raft/raft.db", "x");
    expect(remove(host)).toEqual({
      status: 0,
      did: ["lock removal", "chown -R -h root:root HOST/data", "userdel consul"],
      said: "consul-1: service, settings and release removed; Consul's data stays in HOST/data\n",
    });
    expect(left(host)).toEqual(["data", "snapshots"]);
    expect(host.read("data/raft/raft.db")).toBe("x");
  });

  test("loses the data where that was asked for", () => {
    const { host } = running();
    host.write("data/raft/raft.db", "x");
    const { status, said } = remove(host, words("removeData=yes"));
    expect(status).toBe(0);
    expect(said).toBe("consul-1: service, settings and release removed\n");
    expect(left(host)).toEqual([]);
  });

  test("an empty folder for data goes with the rest", () => {
    const { host } = running();
    expect(remove(host).status).toBe(0);
    expect(has(host, "data")).toBe(false);
  });

  test("is left a second time as the first one", () => {
    const { host } = running();
    remove(host);
    expect(remove(host).status).toBe(0);
    expect(left(host)).toEqual(["snapshots"]);
  });

  test("is as it was where it was cut off before the end: what was made is known until then", () => {
    const { host } = running();
    const { status } = host.run(
      "remove.sh",
      `lock() { :; }
      userdel() { kill -9 $$; }
      main ${words("removeData=yes")} </dev/null`,
    );
    expect(status).not.toBe(0);
    expect(remove(host, words("removeData=yes"))).toMatchObject({
      status: 0,
      did: ["lock removal", "userdel consul"],
    });
    expect(left(host)).toEqual([]);
  });
});

describe("in the middle of a change", () => {
  test("the folders of settings go, of what runs, of what is staged and of what ran before", () => {
    const { host } = running();
    host.stage(host.render({ configDir: join(host.folder, "next") }));
    host.write("state/previous/facts", `config_dir=${join(host.folder, "before")}\n`);
    for (const name of ["next", "before"]) {
      host.write(`${name}.sets/0123456789ab/30-secrets.json`, "{}");
      link(host, name, join(host.folder, `${name}.sets/0123456789ab`));
    }
    expect(remove(host).status).toBe(0);
    expect(left(host)).toEqual(["snapshots"]);
  });

  test("a first start that never became well: the unit goes, or the next run takes it for a stranger's", () => {
    const { host, set } = running();
    host.run("library", "rm $STATE/active");
    expect(remove(host).status).toBe(0);
    expect(left(host)).toEqual(["snapshots"]);
    // Cut off between the unit and the facts.
    const other = new Host();
    other.stage(other.render());
    other.write("unit", set.config["consul.service"]?.replaceAll(host.folder, other.folder) ?? "");
    other.write("environment", "");
    expect(remove(other).status).toBe(0);
    expect(left(other)).toEqual([]);
  });

  test.each(["no", "yes"])(
    "only the release is there: the folder made for the data goes, removeData=%s",
    (removeData) => {
      const host = new Host();
      host.write("state/made", `user\ndata ${join(host.folder, "data")}\n`);
      expect(remove(host, words(`removeData=${removeData}`))).toEqual({
        status: 0,
        did: ["lock removal", "userdel consul"],
        said: "consul-1: service, settings and release removed\n",
      });
      expect(left(host)).toEqual([]);
    },
  );

  test("nothing is known of any data: none is removed", () => {
    const host = new Host();
    host.write("data/raft/raft.db", "x");
    expect(remove(host, words("removeData=yes")).status).toBe(0);
    expect(left(host)).toEqual(["data"]);
  });
});

describe("what was here before stays", () => {
  test("a user that was not made", () => {
    const { host } = running();
    host.write("state/made", `data ${join(host.folder, "data")}\nusers\n`);
    expect(remove(host).did).toEqual(["lock removal"]);
  });

  test("a program of another's, be it a link", () => {
    const { host } = running();
    host.run("library", "rm $BINARY");
    host.write("consul", "a program");
    remove(host);
    expect(host.read("consul")).toBe("a program");

    const linked = running().host;
    linked.run("library", "ln -sfn /bin/true $BINARY");
    remove(linked);
    expect(has(linked, "consul")).toBe(true);
  });

  test("a folder of settings that is no link of ours", () => {
    const { host } = running();
    host.run("library", 'rm "$1/config"; mkdir "$1/config"; touch "$1/config/theirs.json"');
    remove(host);
    expect(has(host, "config/theirs.json")).toBe(true);
    expect(has(host, "config.sets")).toBe(false);
  });

  test("a unit and an environment, where nothing was ever switched to", () => {
    const host = new Host();
    host.stage(host.render());
    host.write("unit", "[Unit]\nDescription=theirs\n");
    host.write("environment", "THEIRS=1\n");
    expect(remove(host).status).toBe(0);
    expect(left(host)).toEqual(["environment", "unit"]);
  });

  test("what else lies beside the folders that go", () => {
    const { host } = running();
    mkdirSync(join(host.folder, "config.other"));
    host.write("other/file", "");
    remove(host);
    expect(left(host)).toEqual(["config.other", "other", "snapshots"]);
  });
});

describe("who lets it go", () => {
  test("another component: nothing is touched, and that is no failure", () => {
    const { host } = running();
    const before = left(host);
    expect(remove(host, words(`owner=${stranger}`))).toEqual({
      status: 0,
      did: [],
      said: "consul-1: is project/stack/component's by now, so nothing here is touched\n",
    });
    expect(left(host)).toEqual(before);
  });

  // Nothing that another component has taken over is removed because it was not yet so when the lock was asked for.
  test.each([
    ["another component's", 'owner_id() { echo "$0"; }', /by now, so nothing here is touched/],
    ["another server", "is_another_ones() { :; }", /which is consul-1's by now/],
    ["in use under another address", "has_another_address() { :; }", /stays in use/],
  ])("looks again behind the host's lock: by then it is %s", (_, change, says) => {
    const { host } = running();
    host.write("data/raft/raft.db", "x");
    const before = left(host);
    const outcome = remove(host, words("removeData=yes"), change);
    expect(outcome).toMatchObject({ status: 0, did: ["lock removal"] });
    expect(outcome.said).toMatch(says);
    expect(left(host)).toEqual(before);
  });

  // As its depart.sh calls it.
  const older =
    "name=consul-1 address=10.0.0.11 dataDir=/nowhere/data configDir=/nowhere/config removeData=yes";

  test("a departure of 0.1.0, on a host that was staged since: refused, with what to do", () => {
    const { host } = running();
    const before = left(host);
    const { status, did, said } = remove(host, older);
    expect({ status, did }).toEqual({ status: 1, did: [] });
    expect(said).toMatch(
      /staged by a newer release .* run once with nothing taken away, then again/,
    );
    expect(said).toContain("nothing was changed");
    expect(left(host)).toEqual(before);
  });

  test("a departure of 0.1.0, on a host without a mark: what runs there goes", () => {
    const { host } = running();
    host.run("library", "rm $OWNER");
    expect(remove(host, older)).toMatchObject({
      status: 0,
      did: ["lock removal", "userdel consul"],
    });
    expect(left(host)).toEqual([]);
  });
});
