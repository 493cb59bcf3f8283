import { canonicalAddress, notAnAddress, parseAddress } from "./address";
import { isPort } from "./port";
import { portOf } from "./ports";
import { type Problem, problem, show } from "./problem";
import { serverAt } from "./servers";
import { type Fields, itemsOf, list, optional, repeats, text } from "./values";

const DNS_PORT = 53;

interface Recursor {
  address: string;
  port: number;
}

/** DNS servers that Consul asks for what it does not know itself. `own`: the port of its own DNS. */
export function checkRecursors(args: Fields, own = portOf(args, "dns")): Problem[] {
  const entries = itemsOf(args.recursors).map((value, index) => ({
    value,
    path: `recursors[${index}]`,
  }));
  const twice = repeats(entries, ({ value }) => {
    const recursor = typeof value === "string" ? parseRecursor(value) : undefined;
    return recursor && `${recursor.address} ${recursor.port}`;
  });
  return [
    ...optional(list())(args.recursors, "recursors"),
    ...entries.flatMap(({ value, path }) => check(args, own)(value, path)),
    ...twice.flatMap(({ item, first }) =>
      problem(item.path, `${show(item.value)} stands in ${first.path} already; leave it out`),
    ),
  ];
}

/** `1.2.3.4`, `1.2.3.4:53`, `2001:db8::1` or `[2001:db8::1]:53`. */
function parseRecursor(value: string): Recursor | undefined {
  const whole = canonicalAddress(value);
  if (whole !== undefined) return { address: whole, port: DNS_PORT };
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(value);
  const address = canonicalAddress(match?.[1] ?? match?.[2]);
  const port = Number(match?.[3]);
  return address !== undefined && isPort(port) ? { address, port } : undefined;
}

function check(args: Fields, own: unknown) {
  return text((value, path) => {
    const recursor = parseRecursor(value);
    if (recursor === undefined) return problem(path, `${notARecursor(value)}`);
    const trouble = recursorTrouble(args, own, recursor);
    return trouble === undefined ? [] : problem(path, `${show(value)} ${trouble}`);
  }, "an IP address, or an IP address and a port");
}

function notARecursor(value: string): string {
  // With a port the address itself may still be the culprit.
  const port = /:(\d+)$/.exec(value)?.[1];
  if (port !== undefined && !isPort(Number(port)) && parseAddress(value) === undefined) {
    return `${show(value)} has no valid port; give 1 to 65535, or the address alone`;
  }
  return notAnAddress(value);
}

function recursorTrouble(
  args: Fields,
  own: unknown,
  { address, port }: Recursor,
): string | undefined {
  const range = parseAddress(address)?.range();
  if (range === "unspecified") return "stands for any address; give the DNS server's own";
  if (range === "multicast" || range === "broadcast") {
    return "is not the address of one host; give the DNS server's own";
  }
  // On another port than Consul's own a local resolver is a different program.
  if (port !== own) return undefined;
  const server = serverAt(args, address);
  if (server !== undefined) {
    return `is ${server.path} itself, where Consul answers; questions would go in a circle`;
  }
  return range === "loopback"
    ? "is the server itself, where Consul answers; questions would go in a circle"
    : undefined;
}
