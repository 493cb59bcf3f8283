import { describe, expect, test } from "vitest";
import { encryptedKeys, hostKey, openSshKey, pemKeys } from "./keys";
import { existingArgs, existingServer, problems, withSecond } from "./support";

const SECOND = "existing.servers[1]";

describe("the private key", () => {
  test("OpenSSH and PEM keys are accepted, also with CRLF and without the last line break", () => {
    const keys = { openssh: openSshKey(), ...pemKeys() };
    for (const key of Object.values(keys)) {
      for (const privateKey of [key, key.replaceAll("\n", "\r\n"), key.trimEnd()]) {
        expect(problems(withSecond({ privateKey }))).toEqual([]);
      }
    }
  });

  test("a key with a passphrase, and one that is not private, are refused", () => {
    const { public: publicKey, ...locked } = encryptedKeys();
    for (const privateKey of Object.values(locked)) {
      expect(problems(withSecond({ privateKey }))).toEqual([
        expect.stringContaining(`${SECOND}.privateKey: is protected by a passphrase`),
      ]);
    }
    for (const privateKey of [publicKey, hostKey("ssh-ed25519")]) {
      expect(problems(withSecond({ privateKey }))).toEqual([
        expect.stringContaining(`${SECOND}.privateKey: is a public key`),
      ]);
    }
  });

  test("damaged keys are refused", () => {
    const key = openSshKey();
    const lines = key.split("\n");
    const damaged = {
      "not a private key": ["", "hunter2", lines.slice(1).join("\n"), lines.slice(0, 3).join("\n")],
      "not base64": [key.replace("\n", "\n!!\n")],
      "cut off": [[lines[0], ...lines.slice(2)].join("\n")],
      "line breaks": [key.replaceAll("\n", "\\n")],
      "looks like a path": ["/root/.ssh/id_ed25519", "~/.ssh/id_ed25519"],
      PuTTY: ["PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none"],
    };
    for (const [reason, keys] of Object.entries(damaged)) {
      for (const privateKey of keys) {
        expect(problems(withSecond({ privateKey })).join()).toContain(reason);
      }
    }
  });

  test("exactly one of the key and its file", () => {
    expect(problems(withSecond({ privateKey: undefined }))).toEqual([
      expect.stringContaining(`${SECOND}.privateKey: no private key is given`),
    ]);
    expect(problems(withSecond({ privateKeyFile: "/k" }))).toEqual([
      expect.stringContaining(`${SECOND}.privateKey: both are given`),
    ]);
  });

  test("its file must exist, and be the private one", () => {
    const file = (privateKeyFile: unknown) => withSecond({ privateKey: undefined, privateKeyFile });
    const files = { exists: (path: string) => path === "/k/id" };
    expect(problems(file("/k/id"), files)).toEqual([]);
    expect(problems(file("/k/other"), files)).toEqual([
      `${SECOND}.privateKeyFile: the private key "/k/other" does not exist on this computer`,
    ]);
    for (const wrong of ["", "~/.ssh/id", "/k/id.pub", 5]) {
      expect(problems(file(wrong))).toEqual([
        expect.stringContaining(`${SECOND}.privateKeyFile: `),
      ]);
    }
  });

  test("a key in the place of its path is refused and not shown", () => {
    const key = openSshKey();
    const found = problems(withSecond({ privateKey: undefined, privateKeyFile: key }));
    expect(found).toEqual([expect.stringContaining("holds a key")]);
    expect(found.join()).not.toContain(key.slice(40, 60));
  });
});

describe("the host key", () => {
  test.each(["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"])(
    "%s is accepted, also with a comment",
    (type) => {
      const key = hostKey(type);
      for (const value of [
        key,
        `${key} root@consul-2`,
        `${key} root@consul-2\n`,
        `${key}\n`,
        key.replace(" ", "  "),
      ]) {
        expect(problems(withSecond({ hostKey: value }))).toEqual([]);
      }
    },
  );

  test("what is not a whole host key is refused", () => {
    const key = hostKey("ssh-ed25519");
    const wrong = {
      "is missing": [undefined],
      "not a host key": ["", "AAAA", hostKey("ssh-dss"), hostKey("rsa-sha2-512", "ssh-rsa")],
      "cut off": [key.slice(0, -4), key.slice(0, -1), "ssh-ed25519", "ssh-ed25519 ...."],
      "`ssh-keyscan -t ed25519 HOST`": [
        hostKey("ssh-rsa"),
        `${hostKey("ssh-rsa")} root@consul-2\n`,
      ],
      "another type": [hostKey("ssh-rsa", "ecdsa-sha2-nistp256")],
      fingerprint: ["SHA256:uNiVztksCsDhcc0u9e8BrdJXDIIHg"],
      "starts with a host": [`10.0.0.12 ${key}`],
      "more than one line": [`${key}\n${key}`],
      "private key": [openSshKey()],
    };
    for (const [reason, keys] of Object.entries(wrong)) {
      for (const value of keys) {
        const found = problems(withSecond({ hostKey: value }));
        expect(found, `${value}`).toEqual([expect.stringContaining(`${SECOND}.hostKey: `)]);
        expect(found[0]).toContain(reason);
      }
    }
  });
});

describe("the password for sudo", () => {
  const given = (sudoPassword: unknown, user: unknown = "admin") =>
    problems(withSecond({ user, sudoPassword }));

  test("is any line", () => {
    for (const password of ["hunter2", " ", `it's "an" $(x) \\`, "pässword", "0"]) {
      expect(given(password)).toEqual([]);
    }
  });

  test.each([
    ["empty", "", "is empty; leave it off where sudo asks for nothing"],
    ["two lines", "hunter2\nhunter3", "holds the end of a line; a password is one line"],
    ["a line with its end", "hunter2\n", "holds the end of a line; a password is one line"],
    ["a line from Windows", "hunter2\r", "holds the end of a line; a password is one line"],
  ])("%s is refused, and not shown", (_, password, reason) => {
    expect(given(password)).toEqual([`${SECOND}.sudoPassword: ${reason}`]);
  });

  test("a number is refused, and not shown", () => {
    expect(given(12345)).toEqual([expect.stringContaining(`${SECOND}.sudoPassword: `)]);
    expect(given(12345).join()).not.toContain("12345");
  });

  test.each([
    ["named", "root"],
    ["where nobody is named", undefined],
  ])("root needs none: %s", (_, user) => {
    expect(problems(withSecond({ user, sudoPassword: "hunter2" }))).toEqual([
      `${SECOND}.sudoPassword: is given for root, who needs no sudo; leave it off, or give another user`,
    ]);
  });
});

describe("the way to the host", () => {
  test.each([0, -1, 65536, 22.5, "22"])("port %j is refused", (port) => {
    expect(problems(withSecond({ port }))).toEqual([expect.stringContaining(`${SECOND}.port: `)]);
  });

  test.each(["root", "ec2-user", "john.doe", "DOMAIN\\ops", "ops@corp"])(
    "user %j is accepted",
    (user) => {
      expect(problems(withSecond({ user }))).toEqual([]);
    },
  );

  test.each(["", "-l", "a b", "a;b", "a\nb", 0])("user %j is refused", (user) => {
    expect(problems(withSecond({ user }))).toEqual([expect.stringContaining(`${SECOND}.user: `)]);
  });

  test.each(["consul-2.example.com", "bastion", "192.0.2.9", "2001:db8::9"])(
    "sshHost %j is accepted",
    (sshHost) => {
      expect(problems(withSecond({ sshHost }))).toEqual([]);
    },
  );

  test.each([
    ["root@host", "holds a user"],
    ["host:2222", "holds a port"],
    ["192.0.2.256", "is not an IP address"],
    ["a_b", "letters, digits and `-` only"],
    ["a..b", "is empty"],
    [`${"a.".repeat(127)}a`, "has 255 characters"],
  ])("sshHost %j is refused", (sshHost, reason) => {
    expect(problems(withSecond({ sshHost }))).toEqual([
      expect.stringContaining(`${SECOND}.sshHost: `),
    ]);
    expect(problems(withSecond({ sshHost }))[0]).toContain(reason);
  });

  test("two servers behind one door are one server", () => {
    const behind = (number: number, changes: object) =>
      existingServer(number, { sshHost: "192.0.2.9", ...changes });
    const pair = (second: object) =>
      existingArgs({
        existing: { servers: [behind(1, { port: 2201 }), behind(2, second), existingServer(3)] },
      });
    expect(problems(pair({ port: 2202 }))).toEqual([]);
    expect(problems(pair({ port: 2201 }))).toEqual([
      expect.stringContaining(`${SECOND}.sshHost: "192.0.2.9" with its port leads to`),
    ]);
  });

  test("a bastion is checked as a host is", () => {
    const bastion = { host: "b@c", port: 0, user: " ", hostKey: "x" };
    const found = problems(withSecond({ bastion }));
    expect(found.map((line) => line.split(":")[0]).sort()).toEqual(
      ["host", "hostKey", "port", "privateKey", "user"].map((key) => `${SECOND}.bastion.${key}`),
    );
    expect(problems(withSecond({ bastion: "b" }))).toEqual([
      `${SECOND}.bastion: must be an object, not a string`,
    ]);
    const right = {
      host: "b.example.com",
      privateKey: openSshKey(),
      hostKey: hostKey("ssh-ed25519"),
    };
    expect(problems(withSecond({ bastion: right }))).toEqual([]);
  });
});
