import { parseAddress } from "./address";
import { type Problem, problem, show } from "./problem";
import { text } from "./values";

/** The longest label that DNS carries (RFC 1123). */
export const MAX_LABEL = 63;
const MAX_NAME = 253;

/** Why a text is not one DNS label; undefined where it is one. */
function labelTrouble(label: string): string | undefined {
  if (label === "") return "is empty";
  if (!/^[A-Za-z0-9-]+$/.test(label)) return "may hold letters, digits and `-` only";
  if (/^-|-$/.test(label)) return "must not start or end with `-`";
  if (label.length > MAX_LABEL) return `has ${label.length} characters, DNS takes ${MAX_LABEL}`;
  return undefined;
}

/** The name of a server: Consul's node name, the machine's host name, a label in Consul's DNS. */
export const checkServerName = text((name, path) => {
  if (name.includes(".")) {
    return problem(path, `${show(name)} has dots; give one label, Consul adds its domain itself`);
  }
  if (name.toLowerCase() === "localhost") {
    return problem(path, `${show(name)} is every computer's name for itself; give another`);
  }
  const trouble = labelTrouble(name);
  return trouble === undefined ? [] : problem(path, `${show(name)} ${trouble}`);
}, "a name for the server");

export const checkDatacenter = text((datacenter, path) => {
  if (!/^[a-z0-9_-]+$/.test(datacenter)) {
    const hint = /^[\w-]+$/.test(datacenter) ? ` such as ${show(datacenter.toLowerCase())}` : "";
    return problem(
      path,
      `${show(datacenter)} is not a datacenter's name; give lower-case letters, digits, \`-\` and \`_\`${hint}`,
    );
  }
  // It is a label in Consul's DNS.
  return datacenter.length <= MAX_LABEL
    ? []
    : problem(
        path,
        `${show(datacenter)} has ${datacenter.length} characters; DNS takes ${MAX_LABEL}`,
      );
});

/** Labels with dots between them. */
function dnsNameTrouble(name: string): string | undefined {
  if (name.length > MAX_NAME) return `has ${name.length} characters, DNS takes ${MAX_NAME}`;
  if (!name.includes(".")) return labelTrouble(name);
  const troubles = name.split(".").map((label) => ({ label, trouble: labelTrouble(label) }));
  const first = troubles.find(({ trouble }) => trouble !== undefined);
  return first && `has the label ${show(first.label)}, which ${first.trouble}`;
}

/** The DNS domain that Consul answers for; Consul takes it with and without the last dot. */
export const checkDomain = text((domain, path) => {
  const trouble = dnsNameTrouble(domain.replace(/\.$/, ""));
  return trouble === undefined
    ? []
    : problem(path, `${show(domain)} ${trouble}; give a domain such as "consul"`);
});

/** A host that SSH connects to: an address, or a name that this computer resolves. */
export const checkSshHost = text(checkHostText, "a host name or an IP address");

function checkHostText(host: string, path: string): Problem[] {
  if (parseAddress(host) !== undefined) return [];
  if (host.includes("@"))
    return problem(path, `${show(host)} holds a user; that goes into \`user\``);
  if (/^[^:]+:\d+$/.test(host)) {
    return problem(path, `${show(host)} holds a port; that goes into \`port\``);
  }
  // Four numbers are meant as an address, never as a name.
  const trouble = /^[\d.]+$/.test(host) ? "is not an IP address" : dnsNameTrouble(host);
  return trouble === undefined
    ? []
    : problem(path, `${show(host)} ${trouble}; give a host name or an IP address`);
}
