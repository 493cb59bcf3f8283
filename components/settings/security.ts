import { TLS_MODES } from "../settings/tlsModes";
import { checkAclRotation, checkPolicy, checkToken } from "../validate/acl";
import { checkAuthorities, checkCa, checkCas } from "../validate/authorities";
import { checkGossipKey, checkRotation } from "../validate/gossip";
import { checkKey } from "../validate/pem";
import { problem, show } from "../validate/problem";
import { bool, number, object, text } from "../validate/values";
import { group, type Said, setting, unplanned } from "./setting";

/**
 * The gossip key, and the ACLs. What Consul's files say of ACLs and TLS hangs together, and stands in render/acl.ts and
 * render/tls.ts; so do its keys, in validate/managedKeys.ts.
 */
export const access = {
  gossipKey: unplanned({ type: "string", check: checkGossipKey, consul: "encrypt" }),
  gossip: group({ rotation: unplanned({ type: "number", check: checkRotation }) }),
  acl: group({
    defaultPolicy: setting({ type: "string", default: aclPolicy, check: checkPolicy }),
    managementToken: unplanned({ type: "string", check: checkToken }),
    rotation: unplanned({ type: "number", check: checkAclRotation }),
  }),
};

function aclPolicy({ acl }: Said): string {
  return acl === undefined ? "off" : "deny";
}

const checkMode = text((mode, path) =>
  (TLS_MODES as readonly string[]).includes(mode)
    ? []
    : problem(
        path,
        `${show(mode)} is none of "required" (TLS alone), "preferred", "outgoing" and "offered" (the steps before it) and "off"`,
      ),
);

const checkRenewal = number((renewal, path) =>
  Number.isInteger(renewal) && renewal >= 0
    ? []
    : problem(path, `${show(renewal)} is no whole number from 0 on`),
);

export const tls = {
  tls: group({
    mode: setting({
      type: "string",
      default: ({ tls }) => (tls === undefined ? "off" : "required"),
      check: checkMode,
    }),
    authorities: unplanned({ type: { listOf: "number" }, check: checkAuthorities }),
    caCertificate: unplanned({ type: "string", check: checkCa }),
    trustedCaCertificates: unplanned({ type: "string", check: checkCas }),
    caKey: unplanned({ type: "string", check: checkKey }),
    // What stands inside is judged with the servers' names.
    certificates: unplanned({
      type: { mapOf: { fields: { certificate: "string", privateKey: "string" } } },
      check: object(),
    }),
    renewal: unplanned({ type: "number", check: checkRenewal }),
    clientCertificates: setting({
      type: "boolean",
      default: (args) => (args.acl?.defaultPolicy ?? aclPolicy(args)) !== "off",
      check: bool,
    }),
  }),
};
