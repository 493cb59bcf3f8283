import { Account } from "../../../lab/ec2/account";
import { findAwsPlugin } from "../../../lab/toolchain/awsPlugin";
import { Plugin } from "./plugin";

/**
 * Whether the AWS plugin's tests run in an account of our own. With CONSUL_CLUSTER_TESTS_AWS=environment they run in the one of the
 * environment (AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL and the like), which has a default VPC: what they make there is small, costs a few
 * cents, and is gone in the end.
 */
export const inOwnAccount = process.env.CONSUL_CLUSTER_TESTS_AWS !== "environment";

/** The AWS plugin, the stand-in or the official one, and the account that it speaks to. */
export class AwsApi {
  private operator?: NodeJS.Timeout;

  private constructor(
    readonly plugin: Plugin,
    private readonly account: Account | undefined,
  ) {}

  /** @param operated machines are at once where they shall be: none runs */
  static async start(name: string, { operated = false } = {}): Promise<AwsApi> {
    const [found, account] = await Promise.all([
      findAwsPlugin(),
      inOwnAccount ? Account.start(name, "198.18.77.128/27") : undefined,
    ]);
    const path = process.env.AWS_PLUGIN ?? found?.path;
    if (!path) throw new Error("there is no AWS plugin: `npm test` builds the stand-in");
    const api = new AwsApi(await Plugin.start(account?.environment(), path), account);
    if (account && operated)
      api.operator = setInterval(() => arrive(account).catch(() => undefined), 100);
    return api;
  }

  /** For tests that look into it and make it fail: they ask `inOwnAccount` first. */
  get own(): Account {
    if (!this.account) throw new Error("somebody else's account is not looked into");
    return this.account;
  }

  /** One of the default subnets. */
  async subnet(): Promise<{ id: string; zone: string; cidr: string }> {
    const filters = [{ name: "default-for-az", values: ["true"] }];
    const { ids } = await this.plugin.invoke("aws:ec2/getSubnets:getSubnets", { filters });
    const id = [...(ids as string[])].sort()[0] as string;
    const found = await this.plugin.invoke("aws:ec2/getSubnet:getSubnet", { id });
    return { id, zone: found.availabilityZone as string, cidr: found.cidrBlock as string };
  }

  /** The newest of Debian's, for ARM. */
  async image(): Promise<string> {
    const filters = [{ name: "name", values: ["debian-12-arm64-*"] }];
    const wanted = { mostRecent: true, owners: ["136693071363"], filters };
    return (await this.plugin.invoke("aws:ec2/getAmi:getAmi", wanted)).id as string;
  }

  async stop(): Promise<void> {
    clearInterval(this.operator);
    await this.plugin.stop();
    await this.account?.stop();
  }
}

const next = { pending: "running", stopping: "stopped", "shutting-down": "terminated" } as const;

async function arrive(account: Account): Promise<void> {
  for (const { id, state } of (await account.look()).instances)
    if (state in next) await account.report(id, next[state as keyof typeof next]);
}
