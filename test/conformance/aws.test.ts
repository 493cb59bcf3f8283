import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AwsApi } from "./support/awsApi";
import type { Value, Values } from "./support/values";

// The AWS plugin, the stand-in or the official one (AWS_PLUGIN=FILE), against what its README says of each input. Nothing is made.

let api: AwsApi;
beforeAll(async () => {
  api = await AwsApi.start("conformance");
});
afterAll(() => api?.stop());

const of = (type: string) => {
  const name = type.split("/")[1] as string;
  return api.plugin.of(`aws:${type}:${name.charAt(0).toUpperCase()}${name.slice(1)}`);
};

/** Inputs that each type may have. */
const rule = { protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks: ["10.0.0.0/8"] };
const tags = { Name: "a" };
const inputs: Record<string, Values> = {
  "ebs/volume": { availabilityZone: "eu-central-1a", size: 1, type: "gp3", encrypted: true, tags },
  "ec2/eip": { domain: "vpc", networkInterface: "eni-1", tags },
  "ec2/instance": {
    ami: "ami-1",
    instanceType: "t4g.small",
    keyName: "a",
    iamInstanceProfile: "a",
    userData: "a",
    userDataReplaceOnChange: true,
    primaryNetworkInterface: { networkInterfaceId: "eni-1" },
    metadataOptions: { httpTokens: "optional", httpPutResponseHopLimit: 1 },
    rootBlockDevice: {
      deleteOnTermination: true,
      encrypted: true,
      kmsKeyId: "a",
      volumeSize: 16,
      volumeType: "gp2",
    },
    disableApiTermination: true,
    volumeTags: tags,
    tags,
  },
  "ec2/keyPair": { keyName: "a", publicKey: "ssh-ed25519 AAAA", tags },
  "ec2/networkInterface": {
    description: "a",
    subnetId: "subnet-1",
    privateIps: ["10.0.0.1"],
    securityGroups: ["sg-1"],
    tags,
  },
  "ec2/securityGroup": {
    name: "a",
    description: "a",
    vpcId: "vpc-1",
    ingress: [rule],
    egress: [rule],
    tags,
  },
  "ec2/volumeAttachment": {
    deviceName: "/dev/sdf",
    instanceId: "i-1",
    volumeId: "vol-1",
    stopInstanceBeforeDetaching: true,
  },
  "iam/instanceProfile": { name: "a", path: "/a/", role: "a", tags },
  "iam/role": {
    name: "a",
    path: "/a/",
    description: "a",
    assumeRolePolicy: "{}",
    permissionsBoundary: "arn:aws:iam::aws:policy/A",
    tags,
  },
  "iam/rolePolicy": { name: "a", role: "a", policy: "{}" },
};

/** What AWS says of a thing besides what it was given. */
const outputs: Record<string, Values> = { "ec2/networkInterface": { privateIp: "10.0.0.1" } };

function another(value: Value): Value {
  if (typeof value === "boolean") return !value;
  if (typeof value === "number") return value + 1;
  if (typeof value === "string") return `${value}2`;
  if (Array.isArray(value))
    return value.map((each) =>
      typeof each === "string" ? `${each}1` : { ...(each as object), toPort: 23 },
    );
  return Object.fromEntries(Object.entries(value as Values).map(([k, v]) => [k, another(v)]));
}

/** The inputs with another value at a path, or with none. */
function with_(values: Values, path: string, value?: Value): Values {
  const [head, ...rest] = path.split(".") as [string, ...string[]];
  const { [head]: old, ...others } = values;
  if (rest.length > 0) return { ...others, [head]: with_(old as Values, rest.join("."), value) };
  return value === undefined ? others : { ...others, [head]: value };
}

const readme = readFileSync(join(__dirname, "../../lab/aws-plugin/README.md"), "utf8");
const table = readme
  .split("\n")
  .filter((line) => /^\| (ebs|ec2|iam)\//.test(line))
  .map((line) => line.split("|").map((cell) => cell.trim()) as string[])
  .map(([, type = "", input = "", changed = "", removed = ""]) => ({
    type,
    input,
    changed,
    removed,
  }));

test.each(table)("$type: another $input: $changed", async ({ type, input, changed }) => {
  const was = inputs[type] as Values;
  const value = input.split(".").reduce<Value>((v, key) => (v as Values)[key] ?? "a", was);
  const is = with_(was, input, another(value));
  const { details } = await of(type).diff(was, is, { ...was, ...outputs[type] });
  const kinds = Object.values(details);
  expect(kinds.length).toBeGreaterThan(0);
  expect(kinds.every((kind) => kind.endsWith("_REPLACE"))).toBe(changed === "replaces");
});

test.each(table.filter(({ removed }) => removed !== ""))(
  "$type: $input taken away: $removed",
  async ({ type, input, removed }) => {
    const was = inputs[type] as Values;
    const { details } = await of(type).diff(was, with_(was, input), { ...was, ...outputs[type] });
    expect(Object.keys(details).length > 0).toBe(removed !== "stays");
    expect(Object.values(details).filter((kind) => kind.endsWith("_REPLACE"))).toEqual([]);
  },
);

test("the table names every input that is supported, and no other", async () => {
  for (const [type, values] of Object.entries(inputs)) {
    const listed = table
      .filter((line) => line.type === type)
      .map(({ input }) => input.split(".")[0]);
    const given = Object.keys(values).filter((name) => name !== "userDataReplaceOnChange");
    expect(new Set([...given, "kmsKeyId"])).toEqual(new Set([...listed, "kmsKeyId"]));
  }
});

test("a policy that is written in another way says the same", async () => {
  const policy = (document: unknown) => JSON.stringify(document, undefined, 2);
  const was = { name: "a", role: "a", policy: '{"Version":"1","Statement":[]}' };
  const same = { ...was, policy: policy({ Statement: [], Version: "1" }) };
  expect(await of("iam/rolePolicy").diff(was, same, was)).toMatchObject({ changed: false });
  const other = { ...was, policy: policy({ Statement: [{}], Version: "1" }) };
  expect(await of("iam/rolePolicy").diff(was, other, was)).toMatchObject({ changed: true });
});
