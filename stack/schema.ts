import { z } from "zod";
import type { PlainArgs } from "../components/cluster/args";

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

const ports = z.strictObject({
  dns: z.number().optional(),
  http: z.number().optional(),
  https: z.number().optional(),
  grpc: z.number().optional(),
  grpcTls: z.number().optional(),
  server: z.number().optional(),
  serfLan: z.number().optional(),
  serfWan: z.number().optional(),
});

/** Every top-level key of the stack file, named and shaped as the argument that it becomes. */
export const schema = {
  version: z.string(),
  allowDowngradeTo: z.string(),
  mirror: z.string(),
  signingKey: z.string(),
  signingKeyFile: z.string(),
  sha256: z.record(z.string(), z.string()),
  removeData: z.boolean(),
  nspawn,
  existing,
  aws,
  datacenter: z.string(),
  domain: z.string(),
  configDir: z.string(),
  dataDir: z.string(),
  gossipKey: z.string(),
  gossip: z.strictObject({ rotation: z.number().optional() }),
  acl: z.strictObject({
    defaultPolicy: z.string().optional(),
    managementToken: z.string().optional(),
    rotation: z.number().optional(),
  }),
  tls: z.strictObject({
    mode: z.string().optional(),
    authorities: z.array(z.number()).optional(),
    caCertificate: z.string().optional(),
    trustedCaCertificates: z.string().optional(),
    caKey: z.string().optional(),
    renewal: z.number().optional(),
    clientCertificates: z.boolean().optional(),
    certificates: z
      .record(z.string(), z.strictObject({ certificate: z.string(), privateKey: z.string() }))
      .optional(),
  }),
  enableSyslog: z.boolean(),
  ui: z.boolean(),
  performance: z.strictObject({ raftMultiplier: z.number().optional() }),
  dnsConfig: z.strictObject({
    allowStale: z.boolean().optional(),
    maxStale: z.string().optional(),
  }),
  retryInterval: z.string(),
  skipLeaveOnInterrupt: z.boolean(),
  leaveOnTerminate: z.boolean(),
  rejoinAfterLeave: z.boolean(),
  ports,
  addresses: z.strictObject({
    dns: z.string().optional(),
    http: z.string().optional(),
    https: z.string().optional(),
  }),
  recursors: z.array(z.string()),
  environment: z.record(z.string(), z.string()),
  extraConfig: z.record(z.string(), z.unknown()),
} satisfies Shapes;

export type Key = keyof typeof schema;

/** The compiler compares the shapes with the arguments; it has no plain form of a record of unknowns. */
type Shapes = {
  [K in keyof Required<PlainArgs>]: z.ZodType<
    K extends "extraConfig" ? Record<string, unknown> : NonNullable<PlainArgs[K]>
  >;
};
