import { isSocket } from "../cluster/listening";
import { hasHttps } from "../settings/tlsModes";
import { type Problem, problem, show } from "./problem";
import { modeOf } from "./tls";
import { type Fields, fieldsOf } from "./values";

/** Ways of a server's API to listen that need something of other settings: HTTPS alone, a socket. */
export function checkHttpApi(args: Fields): Problem[] {
  return fieldsOf(args.ports).http === -1 ? checkHttpsAlone(args) : checkBesideSocket(args);
}

/** Servers are asked over HTTPS then, by their own hosts as well. */
function checkHttpsAlone(args: Fields): Problem[] {
  const mode = modeOf(args);
  return [
    ...(hasHttps(mode)
      ? []
      : problem(
          "ports.http",
          `-1 leaves HTTPS alone, which answers with \`tls\` in mode required or preferred, and not ${show(mode)}: no API would be left, and health is asked for there; give 1 to 65535, or that mode`,
        )),
    ...(fieldsOf(args.addresses).http === undefined
      ? []
      : problem("addresses.http", "has no effect with ports.http -1; leave it out")),
  ];
}

/** With it, Consul looks for the caller's address, and a socket's has none: every write would be refused. */
function checkBesideSocket(args: Fields): Problem[] {
  const { http } = fieldsOf(args.addresses);
  const setting = "http_config.allow_write_http_from";
  const listens = typeof http === "string" && http.split(/\s+/).some(isSocket);
  return listens &&
    fieldsOf(fieldsOf(args.extraConfig).http_config).allow_write_http_from !== undefined
    ? problem(
        `extraConfig.${setting}`,
        "has Consul refuse every write over the socket of addresses.http, whose callers have no address; leave one of the two out",
      )
    : [];
}
