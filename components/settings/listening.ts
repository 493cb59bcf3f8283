import { listeningOn } from "../cluster/listening";
import { hasHttps } from "../settings/tlsModes";
import { group, type Said, setting, type Written } from "./setting";

/** In each mode of TLS that opens HTTPS, the other way to listen goes back to loopback. */
function isOverHttps({ tls }: Said): boolean {
  return tls !== undefined && hasHttps(tls.mode ?? "required");
}

function forTheHost(addresses: string, { address }: Written): string {
  return listeningOn(addresses, address);
}

/** Where servers listen. Ports are judged by validate/ports.ts and httpApi.ts, addresses by listenAddresses.ts. */
export const listening = {
  ports: group({
    dns: setting({ type: "number", default: 53, consul: "ports.dns" }),
    http: setting({ type: "number", default: 80, consul: "ports.http" }),
    https: setting({
      type: "number",
      default: (args) => (isOverHttps(args) ? 8501 : -1),
      consul: "ports.https",
    }),
    grpc: setting({ type: "number", default: -1, consul: "ports.grpc" }),
    grpcTls: setting({ type: "number", default: 8503, consul: "ports.grpc_tls" }),
    server: setting({ type: "number", default: 8300, consul: "ports.server" }),
    serfLan: setting({ type: "number", default: 8301, consul: "ports.serf_lan" }),
    serfWan: setting({ type: "number", default: 8302, consul: "ports.serf_wan" }),
  }),
  addresses: group({
    dns: setting({
      type: "string",
      default: "0.0.0.0",
      consul: "addresses.dns",
      written: forTheHost,
    }),
    http: setting({
      type: "string",
      default: (args) => (isOverHttps(args) ? "127.0.0.1" : "0.0.0.0"),
      consul: "addresses.http",
      // Nothing listens there with HTTPS alone.
      written: (addresses, where) =>
        where.plan.ports.http > 0 ? forTheHost(addresses, where) : undefined,
    }),
    https: setting({
      type: "string",
      default: "0.0.0.0",
      consul: "addresses.https",
      onlyWithTls: true,
      written: (addresses, where) =>
        hasHttps(where.plan.tls?.mode ?? "off") ? forTheHost(addresses, where) : undefined,
    }),
  }),
};
