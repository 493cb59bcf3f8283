import { z } from "zod";
import type { PlainArgs } from "../components/cluster/args";
import { consul } from "../components/settings";
import { departure } from "../components/settings/agent";
import { release } from "../components/settings/release";
import { rollout } from "../components/settings/rollout";
import { shapesOf } from "./shapes";

/** Shapes only: whether a value makes sense is the component's to say. */

const ssh = {
  port: z.number().optional(),
  user: z.string().optional(),
  privateKey: z.string().optional(),
  privateKeyFile: z.string().optional(),
  hostKey: z.string(),
};

const bastion = z.strictObject({ ...ssh, host: z.string() });

const existing = z.strictObject({
  servers: z.array(
    z.strictObject({
      ...ssh,
      name: z.string(),
      address: z.string(),
      sshHost: z.string().optional(),
      sudoPassword: z.string().optional(),
      generation: z.number().optional(),
      wipeData: z.string().optional(),
      bastion: bastion.optional(),
    }),
  ),
});

const nspawn = z.strictObject({
  machines: z.array(
    z.strictObject({
      name: z.string(),
      address: z.string(),
      generation: z.number().optional(),
      wipeData: z.string().optional(),
    }),
  ),
  image: z.string(),
  bridge: z.string().optional(),
  gateway: z.string().optional(),
  directory: z.string().optional(),
  user: z.string().optional(),
  share: z.string().optional(),
});

const aws = z.strictObject({
  servers: z.array(
    z.strictObject({
      name: z.string(),
      address: z.string().optional(),
      subnetId: z.string().optional(),
      generation: z.number().optional(),
      hostKey: z.string().optional(),
      wipeData: z.string().optional(),
    }),
  ),
  vpcId: z.string().optional(),
  subnetIds: z.array(z.string()).optional(),
  image: z.string().optional(),
  architecture: z.string().optional(),
  instanceType: z.string().optional(),
  rootVolumeGiB: z.number().optional(),
  dataVolumeGiB: z.number().optional(),
  keepDataVolumes: z.boolean().optional(),
  kmsKeyArn: z.string().optional(),
  clientCidrs: z.array(z.string()).optional(),
  clientSecurityGroupIds: z.array(z.string()).optional(),
  agentCidrs: z.array(z.string()).optional(),
  agentSecurityGroupIds: z.array(z.string()).optional(),
  sshCidrs: z.array(z.string()).optional(),
  sshSecurityGroupIds: z.array(z.string()).optional(),
  bastion: bastion.optional(),
  publicAddresses: z.boolean().optional(),
  terminationProtection: z.boolean().optional(),
  instanceProfile: z.string().optional(),
  tags: z.record(z.string(), z.string()).optional(),
});

/** Every top-level key of the stack file, named and shaped as the argument that it becomes. */
export const schema = {
  ...shapesOf({ ...release, ...departure, ...rollout }),
  nspawn,
  existing,
  aws,
  ...shapesOf(consul),
} satisfies Expected;

export type Key = keyof typeof schema;

/** The compiler compares the shapes with the arguments; it has no plain form of a record of unknowns. */
type Expected = {
  [K in keyof Required<PlainArgs>]: z.ZodType<
    K extends "extraConfig" ? Record<string, unknown> : NonNullable<PlainArgs[K]>
  >;
};
