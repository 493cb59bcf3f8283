// The files as they lie on a server's disk, byte by byte, for a person and for linters to read:
// `UPDATE_GOLDEN=1 npm run test:unit` writes them anew, and the diff is the review.
//
// Does not prove that Consul or systemd take them: the end-to-end tests do.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { planCluster, type ServerPlan } from "../../../components/cluster/plan";
import { renderServerAcl } from "../../../components/render/acl";
import type { Files } from "../../../components/render/files";
import {
  renderDesired,
  renderSecretFiles,
  renderServerFiles,
} from "../../../components/render/server";
import { renderTlsFiles } from "../../../components/render/tls";
import { validate } from "../../../components/validate";
import { aclSecretsOf, type Case, cases, gossipKey, label, owner, tlsMaterialOf } from "./cases";

const golden = join(__dirname, "golden");
const updating = process.env.UPDATE_GOLDEN === "1";

/** Names with the extensions that editors and linters know. */
function rendered({ args, server }: Case): Files {
  const plan = planCluster(args);
  const of = plan.servers.find(({ name }) => name === server) as ServerPlan;
  const acl = aclSecretsOf(plan, of.name);
  const tls = tlsMaterialOf(plan);
  const { environment, ...files } = renderServerFiles(plan, of);
  return {
    ...files,
    ...renderSecretFiles(
      gossipKey,
      label,
      owner,
      acl && renderServerAcl(acl),
      tls && renderTlsFiles(tls),
    ),
    "consul.env": environment as string,
    "wanted.txt": renderDesired(
      { version: plan.version, wipeData: of.wipeData },
      { ...files, environment: environment as string },
      label,
      { tokens: acl?.label, certificate: tls?.label },
    ),
  };
}

describe.each(Object.entries(cases))("%s", (name, entry) => {
  const folder = join(golden, name);
  const files = rendered(entry);
  if (updating) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, file), content);
  }

  test("is a case that validation lets through", () => {
    expect(validate(entry.args)).toEqual([]);
  });

  test("has a golden file for each file and none besides", () => {
    expect(existsSync(folder) && readdirSync(folder).sort()).toEqual(Object.keys(files).sort());
  });

  test.each(Object.keys(files))("%s", (file) => {
    expect(files[file]).toBe(readFileSync(join(folder, file), "utf8"));
  });
});

test("there is no golden folder without a case", () => {
  expect(readdirSync(golden).sort()).toEqual(Object.keys(cases).sort());
});

test("writing the defaults out changes no byte", () => {
  const { servers: _, mirror: __, version: ___, ...settings } = planCluster({});
  const args = { ...cases.defaults?.args, ...settings };
  expect(rendered({ args, server: "consul-1" })).toEqual(rendered(cases.defaults as Case));
});
