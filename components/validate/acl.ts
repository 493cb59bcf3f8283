import { sameAs } from "./clusterOfClients";
import { type Problem, problem, show } from "./problem";
import { type Check, type Fields, fieldsOf, number, optional, text } from "./values";

const POLICIES = ["deny", "allow", "off"];

export const checkAclRotation = number((rotation, path) =>
  Number.isSafeInteger(rotation) && rotation >= 1
    ? []
    : problem(path, `${show(rotation)} is not a whole number from 1; the first tokens are 1`),
);

export const checkPolicy = text((policy, path) =>
  POLICIES.includes(policy)
    ? []
    : problem(
        path,
        `${show(policy)} is none of "deny" (nobody without a token), "allow" (the step before it) and "off"`,
      ),
);

/** What is said of the ACLs of client agents: with "" there are none, whatever the policy is. `clusters`: the policy of its cluster. */
export function checkClientAcl(
  agentToken: unknown,
  policy: unknown,
  clusters?: unknown,
): Problem[] {
  const token: Check = text((said, path) => (said === "" ? [] : checkForm(said, path)), "a token");
  const problems = [
    ...optional(token)(agentToken, "agentToken"),
    ...optional(checkPolicy)(policy, "aclDefaultPolicy"),
    ...sameAs("aclDefaultPolicy", policy, clusters),
  ];
  if (agentToken === undefined && policy !== undefined)
    return problem("aclDefaultPolicy", "has no effect without an agentToken; leave it out");
  const isOff = policy === "off" && typeof agentToken === "string" && agentToken !== "";
  return problems.length === 0 && isOff
    ? problem("aclDefaultPolicy", '"off" has no sense beside an agentToken; give "deny" or "allow"')
    : problems;
}

const checkForm = text((token, path) =>
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(token)
    ? []
    : problem(path, "is no UUID in lower-case letters, as Consul's tokens are; give its SecretID"),
);

/** Never shows the token, nor a part of it. */
export const checkToken = text((token, path): Problem[] => {
  const advice = "leave it out to have one made, or `uuidgen` makes a good one";
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(token))
    return problem(path, `is no UUID in lower-case letters, as Consul demands; ${advice}`);
  return new Set(token.replaceAll("-", "")).size < 6
    ? problem(path, `can be guessed; ${advice}`)
    : [];
}, "a token");

/** What a server's own settings register goes with its agent's token, which may write nothing but the node. */
export function checkServicesBesideAcl(args: Fields): Problem[] {
  const { defaultPolicy = "deny" } = fieldsOf(args.acl);
  if (args.acl === undefined || defaultPolicy !== "deny") return [];
  const extra = fieldsOf(args.extraConfig);
  return ["service", "services"]
    .filter((key) => extra[key] !== undefined)
    .flatMap((key) =>
      problem(
        `extraConfig.${key}`,
        "is not registered where ACLs deny: the servers' own agents have no right to; register it through the API, with a token of its own",
      ),
    );
}
