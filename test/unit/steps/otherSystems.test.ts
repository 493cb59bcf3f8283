// What the scripts do on systems that the lab has none of: SELinux and firewalld, as on RHEL and Amazon Linux; a resolver
// on port 53, as on Ubuntu.
//
// Does not prove that such a system is content: none runs here.

import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, expect, test } from "vitest";
import { library, releaseFunctions, sh, temporaryFolder } from "../support/shell";

/** Runs functions of the release step where these programs stand before the system's own. */
function on(programs: Record<string, string>, call: string): string {
  const folder = temporaryFolder();
  const bin = join(folder, "bin");
  mkdirSync(bin);
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const path = `PATH=${bin}${delimiter}$PATH name=test here=$1`;
  return sh(`${releaseFunctions}${path}\n${call}`, [folder]);
}

const firewall = {
  systemctl: '[ "$1 $3" = "is-active firewalld" ]',
  "firewall-cmd": "case $2 in --query-port=8300/tcp) exit 0 ;; esac; exit 1",
};
const look = "tcp=8300,8301 udp=8301; note_firewall 2>&1";

test("a firewall that runs is named with the ports that it does not open, and nothing is refused", () => {
  expect(on(firewall, look)).toContain("its default zone does not list 8301/tcp 8301/udp: ");
});

test.each([
  ["does not run", { ...firewall, systemctl: "exit 3" }],
  ["opens all of them", { ...firewall, "firewall-cmd": "exit 0" }],
])("a firewall that %s is not spoken of", (_, programs) => {
  expect(on(programs, look)).toBe("");
});

test("what is put in place gets the place's SELinux context", () => {
  const folder = temporaryFolder();
  const noted = join(folder, "noted");
  writeFileSync(join(folder, "unit"), "text");
  on(
    { restorecon: `printf '%s\\n' "$*" >>${noted}`, install: 'cp "$7" "$8"' },
    `install_file ${folder}/unit ${folder}/active 0644`,
  );
  expect(readFileSync(noted, "utf8")).toBe(`${folder}/active\n`.replace(/^/, "-R "));
});

test("where there is no SELinux nothing is tried, and where it fails that is said and passed", () => {
  expect(sh(`${library}PATH=; restore_contexts /somewhere; printf %s $?`)).toBe("0");
  expect(on({ restorecon: "exit 1" }, "restore_contexts /somewhere 2>&1")).toContain(
    "the SELinux contexts of /somewhere were not restored",
  );
});

describe("a release's binary, which systemd starts though it lies below a folder called lib", () => {
  const label = (programs: Record<string, string>) => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "1.22.0"));
    writeFileSync(join(folder, "1.22.0/consul"), "");
    const noting = `printf '%s\\n' "\${0##*/} $*" >>${folder}/noted`;
    const noted = { restorecon: noting, chcon: noting };
    const said = on({ ...noted, ...programs }, `RELEASES=${folder}; label_releases 2>&1`);
    const lines = readFileSync(join(folder, "noted"), "utf8").replaceAll(folder, "RELEASES");
    return [...lines.trim().split("\n"), said];
  };

  test("gets a program's SELinux context, after the place's", () => {
    expect(label({ selinuxenabled: "exit 0" })).toEqual([
      "restorecon -R RELEASES",
      "chcon -t bin_t RELEASES/1.22.0/consul",
      "",
    ]);
  });

  test("is left alone where SELinux is off; where it fails, that is said and passed", () => {
    expect(label({ selinuxenabled: "exit 1" })).toEqual(["restorecon -R RELEASES", ""]);
    expect(label({ selinuxenabled: "exit 0", chcon: "exit 1" })[1]).toContain("were not set");
  });
});

describe("programs that are missing are named with their packages", () => {
  const missing =
    "curl sha256sum flock find systemctl ss ip useradd runuser awk unzip mkfs.ext4 gpgv";
  /** On a host whose os-release says this. `more`: functions of another distribution's file. */
  const advice = (release: string, more = "") =>
    on(
      {},
      `printf '%s\\n' '${release.replaceAll("\n", "' '")}' >"$here/os-release"
OS_RELEASE=$here/os-release
${more}
how_to_install ${missing}`,
    );

  const debian =
    "apt-get install coreutils curl e2fsprogs findutils gawk gpgv iproute2 passwd systemd unzip util-linux";
  const fedora =
    "dnf install coreutils curl e2fsprogs findutils gawk gnupg2 iproute shadow-utils systemd unzip util-linux";

  test.each([
    ["Debian", "ID=debian", debian],
    ["Ubuntu", "ID_LIKE=debian\nID=ubuntu\nVERSION_ID=24.04", debian],
    ["Linux Mint", 'ID=linuxmint\nID_LIKE="ubuntu debian"', debian],
    ["Fedora", "ID=fedora", fedora],
    ["Red Hat", 'ID="rhel"\nID_LIKE="fedora"', fedora],
    ["Rocky Linux", 'ID="rocky"\nID_LIKE="rhel centos fedora"', fedora],
    ["Amazon Linux", 'ID="amzn"\nID_LIKE="fedora"', fedora],
  ])("of %s", (_, release, packages) => {
    expect(advice(release)).toBe(`install them: ${packages}\n`);
  });

  test.each([
    ["one that nobody knows", "ID=arch"],
    ["one without a name", "NAME=Linux"],
    ["one with signs in its name", 'ID="a-$(id)"\nID_LIKE="b.c"'],
  ])("of %s", (_, release) => {
    expect(advice(release)).toBe("install them with the system's package manager\n");
  });

  test("of a distribution that is one more file", () => {
    const file = `suse_installer() { echo "zypper install"; }
suse_package() { case $1 in ss | ip) echo iproute2 ;; useradd) echo shadow ;; gpgv) echo gpg2 ;; *) any_package "$1" ;; esac; }`;
    expect(advice('ID="opensuse-leap"\nID_LIKE="suse opensuse"', file)).toBe(
      "install them: zypper install coreutils curl e2fsprogs findutils gawk gpg2 iproute2 shadow systemd unzip util-linux\n",
    );
  });

  test("of what has no package of the same name, on either", () => {
    const of = (release: string) => advice(release, "how_to_install getent mount grep; exit");
    expect(of("ID=debian")).toBe("install them: apt-get install grep libc-bin mount\n");
    expect(of("ID=fedora")).toBe("install them: dnf install glibc-common grep util-linux\n");
  });
});

test("a distribution's own word goes before what holds for any", () => {
  const own = "mine_firewall() { echo 'nftables: closed'; }";
  const here = 'echo ID=mine >"$here/os-release"; OS_RELEASE=$here/os-release';
  expect(on({}, `${here}; ${own}\nnote_firewall 2>&1`)).toContain(
    "nftables: closed: see that servers and clients get through",
  );
});

test("what each distribution's file has is called by it, and is asked for", () => {
  const folder = join(__dirname, "../../../components/steps/release/distributions");
  const functions = (file: string) =>
    [...readFileSync(join(folder, file), "utf8").matchAll(/^(\w+?)_(\w+)\(\)/gm)].map(
      ([, id, what]) => ({ id, what: what as string }),
    );
  const known = functions("any.sh").filter(({ id }) => id === "any");
  for (const file of readdirSync(folder).filter((name) => name !== "any.sh")) {
    for (const { id, what } of functions(file)) {
      expect(`${id}.sh`).toBe(file);
      expect(known.map((other) => other.what)).toContain(what);
    }
  }
  for (const { what } of known) expect(releaseFunctions).toContain(`distribution ${what}`);
});

test("a resolver that holds port 53 is named with both ways out", () => {
  const ss = `echo 'LISTEN 0 4096 127.0.0.53%lo:53 0.0.0.0:* users:(("systemd-resolve",pid=7,fd=14))'`;
  const ports = 'problems=; sleep() { :; }; check_ports tcp 53; printf %s "$problems"';
  expect(on({ ss, systemctl: "echo 0" }, ports)).toContain(
    "port 53/tcp is taken by systemd-resolve (process 7); put DNSStubListener=no into resolved.conf there, or give another port in ports.dns, or an address of the host's own in addresses.dns",
  );
});

describe("a port that is listened on at some addresses alone", () => {
  const taken = (held: string, port: string) => {
    const ss = `echo 'LISTEN 0 4096 ${held} 0.0.0.0:* users:(("systemd-resolve",pid=7,fd=14))'`;
    const call = `problems=; sleep() { :; }; check_ports tcp ${port}; printf %s "$problems"`;
    return on({ ss, systemctl: "echo 0" }, call) !== "";
  };

  test.each([
    ["127.0.0.53%lo:53", "53@10.0.0.11"],
    ["127.0.0.1:80", "80@10.0.0.11+127.0.0.2"],
    ["[::1]:53", "53@2001:db8::1"],
  ])("may be another's at %s: %s", (held, port) => expect(taken(held, port)).toBe(false));

  test.each([
    ["127.0.0.1:80", "80@10.0.0.11+127.0.0.1"],
    ["0.0.0.0:80", "80@10.0.0.11"],
    ["*:80", "80@127.0.0.1"],
    ["[::]:80", "80@::1"],
    ["[::1]%lo:80", "80@::1"],
    ["[::ffff:127.0.0.1]:80", "80@127.0.0.1"],
    ["127.0.0.53%lo:53", "53"],
  ])("may not at %s: %s", (held, port) => expect(taken(held, port)).toBe(true));
});
