// The files with which a departure reaches the servers, as depart.sh unpacks them and OpenSSH reads them.
//
// Does not prove that a host lets anybody in: departures of the lab's machines do.

import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Access, renderSshAccess } from "../../../../components/steps/reach/sshAccess";
import { sh, temporaryFolder } from "../../support/shell";
import { hostKey, openSshKey } from "../../validate/keys";
import { problems, withSecond } from "../../validate/support";

const script = join(__dirname, "../../../../components/steps/reach/over-ssh.sh");
const owner = "0123456789abcdef";
const present = spawnSync("ssh", ["-V"]).status === 0;
const missing = "ssh is not installed; install it with the system's package manager";

type Connection = Partial<Access["connection"]>;

function access(name: string, connection: Connection = {}): Access {
  const own = { host: "10.0.0.11", privateKey: openSshKey(), hostKey: hostKey("ssh-ed25519") };
  return { name, connection: { ...own, ...connection } };
}

/** What OpenSSH makes of a host's name, `@ACCESS@` for the folder in which the files lie. */
function read(servers: Access[], name: string): Record<string, string> {
  const command = `. "$1"; name=test; unpack_access
    ssh -G -F "$access/ssh_config" "$2" | sed "s|$access|@ACCESS@|g"`;
  const lines = sh(command, [script, name], renderSshAccess(servers, owner)).split("\n");
  const pairs = lines.map((line) => [line.split(" ", 1)[0], line.replace(/^\S+ ?/, "")]);
  return Object.fromEntries(pairs);
}

/** The files by name, as they are unpacked. */
function files(servers: Access[]): Record<string, string> {
  const folder = temporaryFolder();
  const command = '. "$1"; name=test; unpack_access; cp "$access"/* "$2"; ls "$2"';
  const names = sh(command, [script, folder], renderSshAccess(servers, owner))
    .split("\n")
    .slice(0, -1);
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

/** Nobody is asked, no other key is tried, no other host is trusted, and a dead host costs seconds. */
const always = {
  batchmode: "yes",
  identitiesonly: "yes",
  identityagent: "none",
  stricthostkeychecking: "true",
  userknownhostsfile: "@ACCESS@/known_hosts",
  loglevel: "ERROR",
  connecttimeout: "5",
  serveraliveinterval: "5",
  serveralivecountmax: "3",
};

describe("a host, as OpenSSH reads it", () => {
  test.for<[string, Connection, Record<string, string>]>([
    ["all defaults", {}, { hostname: "10.0.0.11", port: "22", user: "root" }],
    ["a port", { port: 2222 }, { hostname: "10.0.0.11", port: "2222" }],
    ["a user", { user: "admin" }, { user: "admin" }],
    ["a user of a domain", { user: "DOMAIN\\ops" }, { user: "DOMAIN\\ops" }],
    ["a user with an at sign", { user: "ops@corp" }, { user: "ops@corp" }],
    ["a user with a dollar sign", { user: "ops$" }, { user: "ops$" }],
    ["a name", { host: "consul-1.example" }, { hostname: "consul-1.example" }],
    ["an IPv6 address", { host: "2001:db8::11" }, { hostname: "2001:db8::11", port: "22" }],
  ])("%s", ([, connection, expected], { skip }) => {
    skip(!present, missing);
    const found = read([access("other"), access("consul-1", connection)], "consul-1");
    expect(found).toMatchObject({ ...always, ...expected });
    expect(found.identityfile).toBe("@ACCESS@/consul-1.key");
    expect(found.hostkeyalias).toBe("consul-1");
    expect(found.proxycommand).toBeUndefined();
  });

  test("behind a bastion, which has a user, a port, a key and a host key of its own", ({
    skip,
  }) => {
    skip(!present, missing);
    const bastion = { host: "bastion.example", port: 2200, user: "jump", privateKey: "b" };
    const proxy = { ...bastion, hostKey: hostKey("ssh-ed25519") };
    const servers = [access("consul-1", { user: "admin", proxy }), access("consul-2")];
    expect(read(servers, "consul-1")).toMatchObject({
      ...always,
      hostname: "10.0.0.11",
      user: "admin",
      identityfile: "@ACCESS@/consul-1.key",
      proxycommand: expect.stringMatching(/^ssh .* bastion\.consul-1$/),
    });
    const through = read(servers, "bastion.consul-1");
    expect(through).toMatchObject({
      ...always,
      // That nobody answers behind it is said there at this level alone.
      loglevel: "INFO",
      hostname: "bastion.example",
      port: "2200",
      user: "jump",
      identityfile: "@ACCESS@/bastion.consul-1.key",
      hostkeyalias: "bastion.consul-1",
    });
    expect(through.proxycommand).toBeUndefined();
    expect(read(servers, "consul-2").proxycommand).toBeUndefined();
  });

  test("a server may have the name of another one's bastion, all but its dot", ({ skip }) => {
    skip(!present, missing);
    const proxy = { host: "jump.example", privateKey: "b", hostKey: hostKey("ssh-ed25519") };
    for (const name of ["consul-1-bastion", "bastion-consul-1", "bastion"]) {
      const servers = [access("consul-1", { proxy }), access(name, { host: "10.0.0.12" })];
      expect(read(servers, name)).toMatchObject({ hostname: "10.0.0.12" });
      expect(read(servers, "bastion.consul-1")).toMatchObject({ hostname: "jump.example" });
    }
  });

  test.for([
    ["10.0.0.11", 22],
    ["2001:db8::11", 22],
    ["consul-1.example", 2222],
  ] as const)("behind a bastion, which is told of %s, port %i", ([host, port], { skip }) => {
    skip(!present, missing);
    const proxy = { host: "jump.example", privateKey: "b", hostKey: hostKey("ssh-ed25519") };
    // OpenSSH starts the other one by its name: here it says what it is told.
    const bin = temporaryFolder();
    // To a shell the brackets are a pattern, which a file of this name would fit.
    writeFileSync(join(bin, `${host.slice(0, 1)}:${port}`), "");
    writeFileSync(join(bin, "ssh"), '#!/bin/sh\nprintf "%s\\n" "$@" >"$NOTED"\n', { mode: 0o755 });
    const command = `. "$1"; name=test; unpack_access
      ssh=$(command -v ssh)
      cd "$2"
      PATH=$2:$PATH NOTED=$2/noted SHELL=/bin/sh "$ssh" -F "$access/ssh_config" consul-1 true || true
      sed "s|$access|@ACCESS@|g" "$2/noted"`;
    const servers = [access("consul-1", { host, port, proxy })];
    const words = sh(command, [script, bin], renderSshAccess(servers, owner))
      .split("\n")
      .slice(0, -1);
    const place = `[${host}]:${port}`;
    // What it says stands with what is said of the host behind it.
    const said = ["-E", "@ACCESS@/consul-1.said"];
    expect(words).toEqual(["-F", "@ACCESS@/ssh_config", ...said, "-W", place, "bastion.consul-1"]);
  });
});

describe("the files", () => {
  const proxy = {
    host: "b.example",
    privateKey: openSshKey(),
    hostKey: hostKey("ecdsa-sha2-nistp256"),
  };
  const servers = [access("consul-1", { port: 2222 }), access("consul-2", { proxy })];
  const keys = {
    "consul-1": servers[0],
    "consul-2": servers[1],
    "bastion.consul-2": { connection: proxy },
  };

  test("each key is in a file of its own, and nowhere else", () => {
    const found = files(servers);
    const names = Object.keys(keys).map((name) => `${name}.key`);
    expect(Object.keys(found).sort()).toEqual(
      [...names, "known_hosts", "owner", "ssh_config"].sort(),
    );
    for (const [name, server] of Object.entries(keys)) {
      const key = server?.connection.privateKey as string;
      const holding = Object.keys(found).filter((file) =>
        found[file]?.includes(key.slice(60, 200)),
      );
      expect(holding).toEqual([`${name}.key`]);
      expect(found[`${name}.key`]).toBe(key);
    }
  });

  test("who the owner is stands in one of its own", () => {
    expect(files(servers).owner).toBe(`${owner}\n`);
  });

  test("a host is known by its name, whatever its address and its port, with its one key", ({
    skip,
  }) => {
    skip(!present, missing);
    const folder = temporaryFolder();
    const file = join(folder, "known_hosts");
    writeFileSync(file, files(servers).known_hosts as string);
    for (const [name, server] of Object.entries(keys)) {
      const [, ...lines] = sh('ssh-keygen -F "$1" -f "$2"', [name, file]).trim().split("\n");
      expect(lines).toEqual([`${name} ${server?.connection.hostKey}`]);
    }
    expect(() => sh('ssh-keygen -F "$1" -f "$2"', ["10.0.0.11", file])).toThrow();
  });

  test.for<[string, (key: string) => string]>([
    ["as it was made", (key) => key],
    ["without its last line break", (key) => key.trimEnd()],
    ["with more of them", (key) => `${key}\n\n`],
    ["behind an empty line", (key) => `\n${key}`],
    ["from Windows", (key) => key.replaceAll("\n", "\r\n")],
  ])("OpenSSH reads each key that validation takes: %s", ([, form], { skip }) => {
    skip(!present, missing);
    const [made, unpacked] = ["made", "unpacked"].map((name) => join(temporaryFolder(), name)) as [
      string,
      string,
    ];
    sh(`ssh-keygen -q -t ed25519 -N '' -C test -f "$1"`, [made]);
    const privateKey = form(readFileSync(made, "utf8"));
    expect(problems(withSecond({ privateKey }))).toEqual([]);
    const content = files([access("consul-1", { privateKey })])["consul-1.key"] as string;
    writeFileSync(unpacked, content, { mode: 0o600 });
    const publicKey = readFileSync(`${made}.pub`, "utf8");
    expect(sh('ssh-keygen -y -f "$1"', [unpacked])).toBe(publicKey);
  });

  test("what a run that was killed has left of them goes with a later one, and nobody else's does", ({
    skip,
  }) => {
    const memory = "/dev/shm";
    skip(!existsSync(memory), "this system has no such folder");
    const random = () => randomBytes(3).toString("hex");
    const names = [
      `consul-cluster.${random()}`,
      `consul-cluster.${random()}`,
      `others.${random()}`,
    ];
    const folders = names.map((name) => join(memory, name));
    for (const folder of folders) {
      mkdirSync(folder);
      writeFileSync(join(folder, "consul-1.key"), "a key");
    }
    const yesterday = Date.now() / 1000 - 24 * 3600;
    for (const i of [0, 2]) utimesSync(folders[i] as string, yesterday, yesterday);
    try {
      files([access("consul-1")]);
      expect(folders.map((folder) => existsSync(folder))).toEqual([false, true, true]);
    } finally {
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    }
  });

  test("no servers: a configuration that reaches nobody", () => {
    expect(Object.keys(files([]))).toEqual(["known_hosts", "owner", "ssh_config"]);
  });
});
