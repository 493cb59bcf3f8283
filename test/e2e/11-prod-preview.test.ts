import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { parse } from "yaml";
import { ensureKeyPair } from "../../lab/machines/keyPair";
import { layoutOf } from "../../lab/pulumi/layout";
import { pulumiHome } from "../../lab/toolchain/commandPlugin";
import { type Settings, TestStack } from "../support/stack";

// The stack of prod through the real engine and the real AWS plugin: it asks the account for an image and for
// subnets, and makes nothing.
//
// Does not run without the plugin and credentials, which no registry has: its name says so then.

const plugin = [pulumiHome(), process.env.PULUMI_HOME ?? "", join(homedir(), ".pulumi")]
  .map((home) => join(home, "plugins"))
  .filter((folder) => existsSync(folder))
  .flatMap((folder) => readdirSync(folder))
  .find((name) => name.startsWith("resource-aws-v7"));
const hasCredentials = Boolean(process.env.AWS_ACCESS_KEY_ID ?? process.env.AWS_PROFILE);
const missing = [
  ...(plugin === undefined ? ["the AWS plugin is not installed"] : []),
  ...(hasCredentials ? [] : ["there are no AWS credentials"]),
].join(", and ");

const stack = new TestStack("prod-preview", {});
afterAll(() => stack.forget());

test.skipIf(missing !== "")(
  `a preview of prod makes three instances${missing && ` (not run: ${missing})`}`,
  async () => {
    const { config } = parse(readFileSync(join(__dirname, "../../Pulumi.prod.yaml"), "utf8"));
    const { "aws:region": region, ...settings } = config as Settings;
    process.env.AWS_REGION ??= region as string;
    const key = join(layoutOf().state, "prod-preview-key");
    await ensureKeyPair(key);
    stack.settings = Object.fromEntries(
      Object.entries(settings).map(([name, value]) => [name.replace("consul-cluster:", ""), value]),
    );
    const aws = stack.settings.aws as { bastion: Settings };
    aws.bastion.privateKeyFile = key;
    const said = await stack.preview();
    expect(said.match(/aws:ec2:Instance .*create/g)).toHaveLength(3);
  },
);
