import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ApiCall } from "../../lab/ec2/account";

export interface Statement {
  Sid: string;
  Effect: string;
  Action: string | string[];
  Resource: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

/** What docs/aws.md tells a runner to be allowed. */
export function runnerPolicy(): Statement[] {
  const file = join(__dirname, "../../docs/aws/runner-policy.json");
  return (JSON.parse(readFileSync(file, "utf8")) as { Statement: Statement[] }).Statement;
}

/** One thing that AWS looks up in a policy before it does what a call asks for: a call may need several. */
interface Need {
  action: string;
  resource: string;
  context: Record<string, string>;
}

const listed = (value: string | string[]) => [value].flat();

/**
 * What calls would have needed in an account, and a policy does not grant; and the statements that none of them made use of. What AWS
 * asks for is its Service Authorization Reference's: a stand-in of it here, as the emulator asks for nothing.
 */
export function heldAgainst(statements: Statement[], calls: ApiCall[]) {
  const used = new Set<string>();
  const refused = new Set<string>();
  const known = new Known();
  for (const call of calls) {
    known.note(call);
    for (const need of needsOf(call, known)) {
      const granting = statements.filter((statement) => grants(statement, need));
      for (const { Sid } of granting) used.add(Sid);
      if (granting.length === 0)
        refused.add(`${call.action} needs ${need.action} on ${need.resource}`);
    }
  }
  const unused = statements.map(({ Sid }) => Sid).filter((sid) => !used.has(sid));
  return { refused: [...refused].sort(), unused };
}

/** Actions that a policy grants and no call made use of. */
export function unusedActions(statements: Statement[], calls: ApiCall[]): string[] {
  const known = new Known();
  const used = new Set(calls.flatMap((call) => needsOf(call, known)).map(({ action }) => action));
  const granted = new Set(statements.flatMap(({ Action }) => listed(Action)));
  return [...granted].filter((action) => !used.has(action)).sort();
}

function grants({ Effect, Action, Resource, Condition = {} }: Statement, need: Need): boolean {
  if (Effect !== "Allow" || !listed(Action).includes(need.action)) return false;
  if (!listed(Resource).some((pattern) => matches(pattern, need.resource))) return false;
  return Object.values(Condition).every((keys) =>
    Object.entries(keys).every(([key, values]) => {
      const is = need.context[key];
      return is !== undefined && listed(values).some((value) => matches(value, is));
    }),
  );
}

function matches(pattern: string, text: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s").test(text);
}

/** What AWS knows of roles and profiles, by name, and a call does not say: it names them without their path. */
class Known {
  readonly paths = new Map<string, string>();
  readonly boundaries = new Map<string, string>();

  /** What a call tells of it. */
  note({ service, parameters }: ApiCall): void {
    if (service !== "iam") return;
    const { RoleName = "", InstanceProfileName, Path, PermissionsBoundary } = parameters;
    if (Path !== undefined) this.paths.set(InstanceProfileName ?? RoleName, Path);
    if (PermissionsBoundary !== undefined) this.boundaries.set(RoleName, PermissionsBoundary);
  }
}

function needsOf(call: ApiCall, known: Known): Need[] {
  switch (call.service) {
    case "ec2":
      return ec2Needs(call, known);
    case "iam":
      return iamNeeds(call, known);
    default:
      // Who one is may be asked by everybody.
      return [];
  }
}

const kinds: Record<string, string> = {
  ami: "image",
  eipalloc: "elastic-ip",
  eni: "network-interface",
  i: "instance",
  key: "key-pair",
  sg: "security-group",
  subnet: "subnet",
  vol: "volume",
  vpc: "vpc",
};

/** What a call makes, and so has no tags yet but those that come with it. */
const makes: Record<string, string[]> = {
  AllocateAddress: ["elastic-ip"],
  CreateNetworkInterface: ["network-interface"],
  CreateSecurityGroup: ["security-group"],
  CreateVolume: ["volume"],
  ImportKeyPair: ["key-pair"],
  RunInstances: ["instance", "volume"],
};

function ec2Needs({ action, parameters, tags }: ApiCall, { paths }: Known): Need[] {
  if (action.startsWith("Describe"))
    return [{ action: `ec2:${action}`, resource: "*", context: {} }];
  const made = makes[action] ?? [];
  const born = tagsAtBirth(parameters);
  const need = (resource: string, context: Record<string, string>): Need => ({
    action: `ec2:${action}`,
    resource,
    context,
  });
  const named = Object.entries(parameters)
    // A rule of a group names others, which nobody has to be allowed to change.
    .filter(([key]) => !/Tag|Filter|ClientToken|IpPermissions/.test(key))
    .map(([, value]) => value)
    .filter((value) => /^[a-z]+-[0-9a-f]{8,}$/.test(value) && kinds[value.split("-")[0] as string])
    .map((id) => need(arnOf(id), tagContext("aws:ResourceTag", tags[id] ?? {})));
  const keys = Object.entries(tags)
    .filter(([id]) => id.startsWith("key-") && !Object.values(parameters).includes(id))
    .map(([id, own]) => need(arnOf(id), tagContext("aws:ResourceTag", own)));
  const profile = parameters["IamInstanceProfile.Name"];
  return [
    ...(named.length + made.length > 0 ? named : []),
    ...keys,
    ...made.map((kind) => need(arn(kind, "*"), tagContext("aws:RequestTag", born[kind] ?? {}))),
    ...Object.keys(born).map((kind) => ({
      action: "ec2:CreateTags",
      resource: arn(kind, "*"),
      context: { ...tagContext("aws:RequestTag", born[kind] ?? {}), "ec2:CreateAction": action },
    })),
    // The role has its profile's path here, as the component has it.
    ...(profile === undefined ? [] : [passRole(`role${paths.get(profile) ?? "/"}x`)]),
  ];
}

const account = "123456789012";
const arn = (kind: string, id: string) =>
  kind === "image"
    ? `arn:aws:ec2:eu-central-1::image/${id}`
    : `arn:aws:ec2:eu-central-1:${account}:${kind}/${id}`;
const arnOf = (id: string) => arn(kinds[id.split("-")[0] as string] as string, id);

function tagContext(key: string, tags: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).map(([name, value]) => [`${key}/${name}`, value]));
}

/** Tags that a call gives to what it makes, by kind. */
function tagsAtBirth(parameters: Record<string, string>): Record<string, Record<string, string>> {
  const born: Record<string, Record<string, string>> = {};
  for (const [key, kind] of Object.entries(parameters)) {
    const specification = /^(TagSpecification\.\d+)\.ResourceType$/.exec(key)?.[1];
    if (specification === undefined) continue;
    const tags: Record<string, string> = {};
    for (const [name, value] of Object.entries(parameters)) {
      const tag = name.startsWith(`${specification}.Tag.`) && /^(.*)\.Key$/.exec(name)?.[1];
      if (tag) tags[value] = parameters[`${tag}.Value`] ?? "";
    }
    born[kind] = tags;
  }
  return born;
}

function iamNeeds({ action, parameters }: ApiCall, { paths, boundaries }: Known): Need[] {
  const { RoleName = "", InstanceProfileName, PolicyArn } = parameters;
  const role = `role${paths.get(RoleName) ?? "/"}${RoleName}`;
  // Asked for where a role is made, where its boundary is set, and of a role that has one.
  const boundary = boundaries.get(RoleName);
  const profile = `instance-profile${paths.get(InstanceProfileName ?? "") ?? "/"}${InstanceProfileName}`;
  const resource = `arn:aws:iam::${account}:${InstanceProfileName === undefined ? role : profile}`;
  const need = (name: string): Need => ({
    action: `iam:${name}`,
    resource,
    context: {
      ...(PolicyArn === undefined ? {} : { "iam:PolicyARN": PolicyArn }),
      ...(boundary === undefined ? {} : { "iam:PermissionsBoundary": boundary }),
    },
  });
  const isTagged = Object.keys(parameters).some((key) => key.startsWith("Tags."));
  return [
    need(action),
    ...(isTagged && action.startsWith("Create") ? [need(action.replace("Create", "Tag"))] : []),
    ...(action === "AddRoleToInstanceProfile" ? [passRole(role)] : []),
  ];
}

function passRole(role: string): Need {
  return {
    action: "iam:PassRole",
    resource: `arn:aws:iam::${account}:${role}`,
    context: { "iam:PassedToService": "ec2.amazonaws.com" },
  };
}
