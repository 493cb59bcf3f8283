import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { describeProblems, validate } from "../../../components/validate";
import { type Anything, existingServer, nspawnArgs } from "./support";

const KEYS = [
  "version mirror nspawn existing datacenter domain configDir dataDir gossipKey enableSyslog ui",
  "performance dnsConfig retryInterval skipLeaveOnInterrupt leaveOnTerminate rejoinAfterLeave ports",
  "addresses recursors environment extraConfig machines servers name address image gateway share",
  "generation port user privateKey privateKeyFile hostKey sshHost bastion host directory bridge",
  "raftMultiplier maxStale dns http serfLan acl tokens gossip rotation wipeData removeData",
  "aws vpcId subnetIds architecture instanceType rootVolumeGiB kmsKeyArn clientCidrs sshCidrs",
  "sshSecurityGroupIds publicAddresses instanceProfile tags subnetId sudoPassword signingKey",
  "signingKeyFile sha256 amd64",
].flatMap((line) => line.split(" "));

/** Objects of any shape whose keys are those that validation looks at. */
const settings = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthSize: "small" },
    fc.anything(),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie("value"), { maxKeys: 8 }),
  ),
})).value;

/** Never part of a message by chance. */
const SECRET = "hunter2";

/** Texts with the secret in them, in forms that come near to right ones. */
const secrets = fc.constantFrom(
  SECRET,
  `${SECRET}=`,
  ` ${SECRET}\n`,
  Buffer.from(SECRET).toString("base64") + SECRET,
  `-----BEGIN PRIVATE KEY-----\n${SECRET}\n-----END PRIVATE KEY-----`,
  `-----BEGIN OPENSSH PRIVATE KEY-----\n${SECRET}`,
  `ssh-ed25519 ${SECRET}`,
  `/home/${SECRET}`,
  `${SECRET}\\n`,
);

describe("whatever arrives", () => {
  test("validation never throws, and every problem has a path and a message of one line", () => {
    fc.assert(
      fc.property(settings, (args) => {
        for (const { path, message } of validate(args as Anything, { exists: () => false })) {
          expect(path).not.toBe("");
          expect(message).toMatch(/^[^\n]+$/);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("it does not change what it is given", () => {
    const args = nspawnArgs({ extraConfig: { limits: { a: 1 } }, recursors: ["1.1.1.1"] });
    const before = structuredClone(args);
    validate(args);
    expect(args).toEqual(before);
  });

  test("no secret is ever shown, right or wrong, whatever is around it", () => {
    const misplaced = fc.oneof(
      secrets,
      secrets.map((secret) => [secret]),
      secrets.map((secret) => ({ secret })),
    );
    fc.assert(
      fc.property(misplaced, misplaced, (a, b) => {
        const server = existingServer(1, {
          user: "admin",
          privateKey: a,
          sudoPassword: b,
          bastion: { host: "b", privateKey: b },
        });
        const instances = { servers: [], bastion: { host: "b", privateKey: a } };
        const message = describeProblems(
          validate({
            gossipKey: a,
            signingKey: a,
            existing: { servers: [server] },
            aws: instances,
            extraConfig: { acl: { tokens: { agent: a } }, encrypt: b, service: { token: a } },
            environment: { TOKEN: b, "bad name": a },
          } as Anything),
        );
        expect(message).toContain("gossipKey");
        expect(message).not.toContain(SECRET);
        expect(message).not.toContain(Buffer.from(SECRET).toString("base64"));
      }),
    );
  });

  test("all problems are told at once", () => {
    const paths = validate({
      nspawn: { machines: [{ name: "a_b", address: "x", wipeData: "" }, {}], image: "rel" },
      version: "v1",
      mirror: "http://x",
      datacenter: "DC",
      gossipKey: "short",
      gossip: { rotation: 0 },
      removeData: "no",
      ports: { dns: 0 },
      recursors: ["x"],
      extraConfig: { server: false },
    } as Anything).map(({ path }) => path);
    expect(paths.sort()).toEqual(
      [
        "nspawn.machines",
        "nspawn.machines[0].name",
        "nspawn.machines[0].address",
        "nspawn.machines[0].wipeData",
        "nspawn.machines[1].name",
        "nspawn.machines[1].address",
        "nspawn.image",
        "version",
        "mirror",
        "datacenter",
        "gossipKey",
        "gossip.rotation",
        // It says two things: 0 is none, and the key is given.
        "gossip.rotation",
        "removeData",
        "ports.dns",
        "recursors[0]",
        "extraConfig.server",
      ].sort(),
    );
  });
});
