import { secret } from "@pulumi/pulumi";
import type {
  AclArgs,
  CertificateArgs,
  ConsulClusterArgs,
  PlainArgs,
  TlsArgs,
} from "../components/cluster/args";
import { changed } from "../components/hosts/shape";
import sources from "../components/hosts/sources";
import { fieldsOf, itemsOf } from "../components/validate/values";
import { mapValues } from "./mapValues";
import { SECRET_FIELDS } from "./secretFields";

/**
 * The arguments with their secrets marked: gossip key, token, private keys and passwords always, other settings where the
 * stack file has them encrypted. Of a source of hosts, `acl` and `tls` the rest stays plain: names are identity, a
 * policy decides what is made, and Pulumi says of a whole setting only that something in it is encrypted.
 */
export function withSecrets(args: PlainArgs, secretKeys: ReadonlySet<string>): ConsulClusterArgs {
  const marked = Object.entries(args).map(([key, value]) => [key, mark(key, value, secretKeys)]);
  return Object.fromEntries(marked) as ConsulClusterArgs;
}

/**
 * Values that no message may show: what stands encrypted in the stack file. Pulumi says of a whole setting only that something
 * in it is. Of a source of hosts, `acl` and `tls` that are the fields for secrets and the servers' environments, for a name or an
 * address has to be told; of any other setting it is all of it.
 */
export function encryptedValues(args: PlainArgs, secretKeys: ReadonlySet<string>): unknown[] {
  return Object.entries(args)
    .filter(([key]) => secretKeys.has(key))
    .flatMap(([key, value]) => {
      const isOpen = ["acl", "tls"].includes(key) || sources.some((source) => source.key === key);
      return isOpen ? secretFieldsIn(value) : [value];
    });
}

function secretFieldsIn(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap(secretFieldsIn);
  return Object.entries(fieldsOf(value)).flatMap(([key, field]) =>
    SECRET_FIELDS.includes(key) || key === "environment" ? [field] : secretFieldsIn(field),
  );
}

/** Settings whose fields are inputs, while they themselves are not. */
const GROUPS = ["performance", "dnsConfig", "ports", "addresses", "rollout"];

function mark(key: string, value: unknown, secretKeys: ReadonlySet<string>): unknown {
  const source = sources.find((other) => other.key === key);
  if (source) {
    const marked = changed(value, source.shape, "secret", secret);
    return secretKeys.has(key) ? withSecretEnvironments(marked, source.lists.servers) : marked;
  }
  if (key === "tls") return withSecretTlsKeys(value as TlsArgs);
  if (key === "acl") return withSecretToken(value as AclArgs);
  if (key !== "gossipKey" && !secretKeys.has(key)) return value;
  return GROUPS.includes(key) ? mapValues(value as Record<string, unknown>, secret) : secret(value);
}

/** Of a source in which something is encrypted nobody knows what: it may be what stands in a server's own environment. */
function withSecretEnvironments(given: unknown, list: string): unknown {
  const servers = itemsOf(fieldsOf(given)[list]).map((server) => {
    const { environment } = fieldsOf(server);
    return environment === undefined
      ? server
      : { ...fieldsOf(server), environment: secret(environment) };
  });
  return { ...fieldsOf(given), [list]: servers };
}

function withSecretToken({ managementToken, ...acl }: AclArgs): AclArgs {
  return {
    ...acl,
    ...(managementToken !== undefined && { managementToken: secret(managementToken) }),
  };
}

function withSecretTlsKeys({ caKey, certificates, ...tls }: TlsArgs): TlsArgs {
  const withKey = ([name, { certificate, privateKey }]: [string, CertificateArgs]) => [
    name,
    { certificate, privateKey: secret(privateKey) },
  ];
  return {
    ...tls,
    ...(caKey !== undefined && { caKey: secret(caKey) }),
    ...(certificates && {
      certificates: Object.fromEntries(Object.entries(certificates).map(withKey)),
    }),
  };
}
