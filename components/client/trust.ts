import { all, type Output, secret, unsecret } from "@pulumi/pulumi";
import { refuseLate } from "../cluster/checkedArgs";
import type { Whose } from "../cluster/refusal";
import { type RenderedAcl, renderClientAcl, tokenLabel } from "../render/acl";
import type { Trust } from "../render/client";
import type { Files } from "../render/files";
import { caDigests, certificateDigest, renderClientTlsFiles } from "../render/tls";
import { checkClientAcl } from "../validate/acl";
import { checkClientTls } from "../validate/client";
import type { ClientSettings, ConsulClientArgs } from "./args";

/** What client agents have of TLS and of ACLs. It may be a cluster's that is still to come up; what is not said is not there. */
export interface ClientTrust {
  /** What of it stands in settings that everybody may read. */
  open: Output<Trust>;
  /** The files of the CA, and its label; none and "" without TLS. */
  ca?: { files: Output<Files>; label: Output<string> };
  /** The token, in the places where it is needed: a secret; and its label. Undefined and "" without ACLs. */
  acl?: { rendered: Output<RenderedAcl | undefined>; label: Output<string> };
}

type Args = Pick<ConsulClientArgs, "tls" | "agentToken" | "aclDefaultPolicy">;

/** Checked as soon as it is known, and behind `passed`, the checks of all that is known before: a problem ends the run before anything of it reaches a host. */
export function clientTrust(
  whose: Whose,
  { tls, agentToken, aclDefaultPolicy }: Args,
  passed: Promise<unknown>,
  cluster?: ClientSettings,
): ClientTrust {
  // A certificate is for everybody to see, also one that comes with secrets of its stack.
  const pem =
    tls &&
    unsecret(all([tls.caCertificate, cluster?.clientCaCertificate, passed])).apply(
      ([caCertificate, clusters]) => {
        refuseLate(whose, checkClientTls({ caCertificate }, clusters));
        return caCertificate;
      },
    );
  const token =
    agentToken === undefined
      ? undefined
      : secret(all([agentToken, aclDefaultPolicy, cluster?.aclDefaultPolicy, passed])).apply(
          ([text, policy, clusters]) => {
            refuseLate(whose, checkClientAcl(text, policy, clusters));
            return text;
          },
        );
  const label = token && unsecret(token.apply((text) => (text === "" ? "" : tokenLabel(text))));
  return {
    open: all([pem, label, aclDefaultPolicy]).apply(([ca = "", token = "", policy = "deny"]) => ({
      cas: caDigests(ca),
      aclPolicy: token === "" ? "off" : policy,
    })),
    ...(pem && {
      ca: {
        files: pem.apply(renderClientTlsFiles),
        label: pem.apply((text) => (text === "" ? "" : certificateDigest(text))),
      },
    }),
    ...(token &&
      label && {
        acl: {
          rendered: token.apply((text) => (text === "" ? undefined : renderClientAcl(text))),
          label,
        },
      }),
  };
}
