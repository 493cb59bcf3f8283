// By what a release is known for what it should be, as a reviewer sees it in the release step, of servers and of client
// agents.
//
// Does not prove what a host makes of it: test/unit/steps/signature.test.ts does.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readPublicKey } from "../../components/openpgp/publicKey";
import { VENDOR_KEY } from "../../components/openpgp/vendorKey";
import { makePair } from "../unit/support/openPgp";
import { temporaryFolder } from "../unit/support/shell";
import { clientsOfCluster } from "./support/clients";
import { clusterOf, existing, names, textOf } from "./support/clusters";

const sha256 = { arm64: "b".repeat(64), amd64: "A".repeat(64) };

describe("a preview", () => {
  test("names the vendor's key, or that of the settings, by its fingerprint", async () => {
    const { publicKey, fingerprint } = await makePair("own");
    const file = join(temporaryFolder(), "key.asc");
    writeFileSync(file, publicKey);
    for (const [args, wanted] of [
      [{}, VENDOR_KEY.fingerprint],
      [{ signingKey: publicKey }, fingerprint],
      [{ signingKeyFile: file }, fingerprint],
    ] as const) {
      const cluster = await clusterOf({ ...existing(), ...args });
      expect(cluster.errors).toEqual([]);
      for (const name of names(3)) {
        const step = cluster.get(`c-${name}-release`);
        expect(textOf(step, "create")).toContain(` signingKey=${wanted} `);
        expect(textOf(step, "create")).not.toContain("sha256=");
        expect(textOf(step, "stdin")).toContain(`\nSIGNING_KEYS='${wanted}:`);
      }
    }
  });

  test("names checksums instead, whatever their order, and brings no key along", async () => {
    const cluster = await clusterOf({ ...existing(), sha256 });
    const step = cluster.get("c-consul-1-release");
    const sums = `amd64:${"a".repeat(64)},arm64:${"b".repeat(64)}`;
    expect(textOf(step, "create")).toContain(` sha256=${sums} `);
    expect(textOf(step, "create")).not.toContain("signingKey=");
    expect(textOf(step, "stdin")).not.toContain("\nSIGNING_KEY=");
  });

  test("of client agents says the same", async () => {
    const { publicKey, fingerprint } = await makePair("own");
    const text = (program: Awaited<ReturnType<typeof clientsOfCluster>>) =>
      textOf(program.get("w-web-1-release"), "create");
    expect(text(await clientsOfCluster())).toContain(` signingKey=${VENDOR_KEY.fingerprint} `);
    expect(text(await clientsOfCluster({ signingKey: publicKey }))).toContain(
      ` signingKey=${fingerprint} `,
    );
    expect(text(await clientsOfCluster({ sha256 }))).toContain(" sha256=amd64:");
  });
});

test("the key goes along as it is, and no server restarts for another one", async () => {
  const { publicKey } = await makePair("own");
  const [before, after] = [
    await clusterOf(existing()),
    await clusterOf({ ...existing(), signingKey: publicKey }),
  ];
  const base64 = /\nSIGNING_KEY='([^']*)'/.exec(textOf(after.get("c-consul-1-release"), "stdin"));
  expect(Buffer.from(base64?.[1] ?? "", "base64")).toEqual(readPublicKey(publicKey).bytes);
  for (const name of names(3))
    for (const step of ["secrets", "config", "repair", "activate"])
      expect(after.get(`c-${name}-${step}`).inputs).toEqual(before.get(`c-${name}-${step}`).inputs);
});
