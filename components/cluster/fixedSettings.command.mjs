// What no run can change on a cluster that exists, looked at before any host is reached. Stdin: a line for each of
// the fixed settings, `setting NAME VALUE`, and one for each server, `server NAME [MARK]` with its mark of wipeData.

import { readFileSync } from "node:fs";

const text = readFileSync(0, "utf8");

/** @type {Record<string, string>} */
const ways = {
  datacenter:
    "a datacenter is made, not renamed: make a cluster with the new name, and restore a snapshot of this one there",
  dataDir:
    "the servers would begin with empty folders: mount the new disk at the old path, or make a cluster with the new path, and restore a snapshot of this one there",
  "ports.serfLan":
    "the agents would not find each other any more: make a cluster with the new port, and restore a snapshot of this one there",
  "ports.serfWan":
    "the servers would take each other for failed in the pool of all datacenters, for minutes and more, in which no gossip key can be rotated: make a cluster with the new port, and restore a snapshot of this one there",
};

const tlsModes = ["off", "offered", "outgoing", "preferred", "required"];

/** The first run of the command notes what there is. */
export function note() {
  process.stdout.write(text);
}

/** Any later run compares with what the last one said. */
export function compare() {
  const is = read(text);
  const was = read(process.env.PULUMI_COMMAND_STDOUT || text);
  const problems = [
    ...settingProblems(was, is),
    ...aclProblems(was, is),
    ...tlsProblems(was, is),
    ...wipeProblems(was, is),
  ];
  if (problems.length > 0) {
    console.error(`${problems.join("\n")}\nnothing was changed`);
    process.exit(1);
  }
  note();
}

/** @typedef {Map<string, string>} Lines by what they are about, `setting NAME` or `server NAME`, what they say of it */

/** @param {string} lines @returns {Lines} */
function read(lines) {
  return new Map(
    lines
      .trim()
      .split("\n")
      .map((line) => {
        const [kind, name, ...value] = line.split(" ");
        return [`${kind} ${name}`, value.join(" ")];
      }),
  );
}

/** @param {Lines} was @param {Lines} is */
function settingProblems(was, is) {
  return Object.entries(ways).flatMap(([name, way]) => {
    const [before, after] = [was, is].map((lines) => lines.get(`setting ${name}`));
    return before === undefined || before === after
      ? []
      : [
          `${name} is ${before} on this cluster and cannot become ${after}: ${way}. Where no server of it has ever started, \`pulumi destroy\` and begin anew`,
        ];
  });
}

/** ACLs go one step a run: what is not noted is off. @param {Lines} was @param {Lines} is */
function aclProblems(was, is) {
  const [before, after] = [was, is].map((lines) => lines.get("setting acl") ?? "off");
  if (before === "off" && after === "deny")
    return [
      "acl cannot go from off to deny in one run on a cluster that exists: tokens can only be made once every server knows ACLs, and until then nobody could write. Set acl: { defaultPolicy: allow }, run, give everybody who asks a token, and then deny in another run",
    ];
  return before === "deny" && after === "off"
    ? [
        "acl cannot go from deny to off in one run: servers on either side of the change would judge the same caller differently. Set acl: { defaultPolicy: allow }, run, and take acl out in another run",
      ]
    : [];
}

/** TLS goes one step a run, and its CA and its names stay. @param {Lines} was @param {Lines} is */
function tlsProblems(was, is) {
  const [before, after] = [was, is].map((lines) => lines.get("setting tls") ?? "off");
  const from = tlsModes.indexOf(before ?? "");
  const to = tlsModes.indexOf(after ?? "");
  const next = tlsModes[from + Math.sign(to - from)];
  // What is between them is for client agents alone.
  const isOver = Math.min(from, to) === tlsModes.indexOf("outgoing") && Math.abs(from - to) === 2;
  const changed = (/** @type {string} */ name) =>
    was.has(`setting ${name}`) &&
    is.has(`setting ${name}`) &&
    was.get(`setting ${name}`) !== is.get(`setting ${name}`);
  return [
    ...(Math.abs(from - to) > 1 && !isOver
      ? [
          `tls cannot go from ${before} to ${after} in one run on a cluster that exists: servers on either side of the change would not understand each other. Set tls: { mode: ${next} }, run, and go on from there, one step a run: ${tlsModes.join(", ")}`,
        ]
      : []),
    ...(changed("tls.caCertificate")
      ? [
          "tls: another CA cannot take the place of the one of this cluster: its servers would trust each other no more. Keep the CA; or go back to no TLS, one step a run, and come again with the other",
        ]
      : []),
    ...(changed("tls.domain")
      ? [
          `domain is ${was.get("setting tls.domain")} on this cluster and cannot become ${is.get("setting tls.domain")} with TLS: it stands in the name by which its servers know each other. Go back to no TLS, one step a run, before it`,
        ]
      : []),
  ];
}

/** A server that comes with its mark has no data of this cluster: what it has is foreign. @param {Lines} was @param {Lines} is */
function wipeProblems(was, is) {
  const wiped = [...is]
    .filter(([who, mark]) => mark !== "" && was.has(who) && was.get(who) !== mark)
    .filter(([who]) => who.startsWith("server "))
    .map(([who, mark]) => `${who.slice("server ".length)} (${mark})`);
  return wiped.length < 2
    ? []
    : [
        `one server is wiped at a time, and this run would wipe ${wiped.join(", ")}: leave wipeData of the others as it was, run, and mark the next once that one is a healthy voter again`,
      ];
}
