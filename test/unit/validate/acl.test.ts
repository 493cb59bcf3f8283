import { describe, expect, test } from "vitest";
import { problemsOf } from "./support";

const token = "0b511b38-9014-4f68-9b61-b23fc4f3e61c";

describe("what is said of ACLs", () => {
  test.each([{}, { defaultPolicy: "deny" }, { defaultPolicy: "allow" }, { defaultPolicy: "off" }])(
    "%j is taken",
    (acl) => {
      expect(problemsOf({ acl })).toEqual([]);
    },
  );

  test.each<[unknown, string]>([
    [{ defaultPolicy: "permit" }, 'acl.defaultPolicy: "permit" is none of "deny"'],
    [{ defaultPolicy: true }, "acl.defaultPolicy: must be a string, not a boolean"],
    [{ rotation: 0 }, "acl.rotation: 0 is not a whole number from 1"],
    [{ rotation: 1.5 }, "acl.rotation: 1.5 is not a whole number from 1"],
    ["deny", "acl: must be an object, not a string"],
  ])("%j is refused", (acl, message) => {
    expect(problemsOf({ acl })).toEqual([expect.stringContaining(message)]);
  });

  test("a token is a UUID that nobody guesses, and is not shown", () => {
    expect(problemsOf({ acl: { managementToken: token } })).toEqual([]);
    for (const [wrong, why] of [
      [token.toUpperCase(), "is no UUID in lower-case"],
      [token.slice(1), "is no UUID"],
      [`${token}\n`, "is no UUID"],
      ["00000000-0000-0000-0000-000000000001", "can be guessed"],
    ] as const) {
      const problems = problemsOf({ acl: { managementToken: wrong } });
      expect(problems).toEqual([expect.stringContaining(`acl.managementToken: ${why}`)]);
      expect(problems[0]).not.toContain(wrong.slice(9));
    }
  });

  test("services of the servers' own settings, which nothing could register under deny, are refused", () => {
    const extraConfig = { services: [{ name: "web", port: 80 }] };
    expect(problemsOf({ acl: {}, extraConfig })).toEqual([
      expect.stringContaining("extraConfig.services: is not registered where ACLs deny"),
    ]);
    for (const acl of [{ defaultPolicy: "allow" }, { defaultPolicy: "off" }])
      expect(problemsOf({ acl, extraConfig })).toEqual([]);
    expect(problemsOf({ extraConfig })).toEqual([]);
  });

  test("beside it extraConfig says nothing of ACLs; without it, what it says is the user's own", () => {
    const extraConfig = { acl: { enabled: true, default_policy: "allow" } };
    expect(problemsOf({ acl: {}, extraConfig })).toEqual([
      "extraConfig.acl: is governed by this component: use the argument `acl`",
    ]);
    for (const acl of [undefined, { defaultPolicy: "off" }])
      expect(problemsOf({ ...(acl && { acl }), extraConfig })).toEqual([]);
  });
});
