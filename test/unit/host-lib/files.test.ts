// Files on a host: what is quoted of them.
//
// Does not prove that whatever a program quotes is passed through it.

import { expect, test } from "vitest";
import { Host } from "../support/host";

test("what a text quotes of the secrets does not show", () => {
  const host = new Host();
  host.stage(host.render());
  const key = host.read("state/staged/secrets/gossip-key").trim();
  const text = `printf 'a "${key}" and ${key}${key}\\nb\\n' | without_secrets`;
  expect(host.says("library", text)).toBe('a "[secret]" and [secret][secret]\nb');
});
