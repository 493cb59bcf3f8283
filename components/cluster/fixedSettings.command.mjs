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

/** A step counts as taken here once a run has asked for it: what the hosts have made of it is known to them alone. */
const refusedStep =
  "Where the hosts refused the last step it counts all the same: go back step by step, though they refuse some of it, too";

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

/** What is not noted is off. @param {Lines} lines @param {string} name */
function placeOf(lines, name) {
  return lines.get(`setting ${name}`) ?? "off";
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

/** ACLs go one step a run. @param {Lines} was @param {Lines} is */
function aclProblems(was, is) {
  const [before, after] = [was, is].map((lines) => placeOf(lines, "acl"));
  if (before === "off" && after === "deny")
    return [
      `acl cannot go from off to deny in one run on a cluster that exists: tokens can only be made once every server knows ACLs, and until then nobody could write. Set acl: { defaultPolicy: allow }, run, give everybody who asks a token, and then deny in another run. ${refusedStep}`,
    ];
  return before === "deny" && after === "off"
    ? [
        `acl cannot go from deny to off in one run: servers on either side of the change would judge the same caller differently. Set acl: { defaultPolicy: allow }, run, and take acl out in another run. ${refusedStep}`,
      ]
    : [];
}

/** What is between `outgoing` and `required` is for client agents alone. @param {number} from @param {number} to */
function isOneStep(from, to) {
  const isOver = Math.min(from, to) === tlsModes.indexOf("outgoing") && Math.abs(from - to) === 2;
  return isOver || Math.abs(from - to) <= 1;
}

/** TLS goes one step a run, and its CA and its names stay. @param {Lines} was @param {Lines} is */
function tlsProblems(was, is) {
  const before = placeOf(was, "tls");
  const after = placeOf(is, "tls");
  const from = tlsModes.indexOf(before);
  const to = tlsModes.indexOf(after);
  const next = tlsModes[from + Math.sign(to - from)];
  const changed = (/** @type {string} */ name) =>
    was.has(`setting ${name}`) &&
    is.has(`setting ${name}`) &&
    was.get(`setting ${name}`) !== is.get(`setting ${name}`);
  return [
    ...(isOneStep(from, to)
      ? []
      : [
          `tls cannot go from ${before} to ${after} in one run on a cluster that exists: servers on either side of the change would not understand each other. Set tls: { mode: ${next} }, run, and go on from there, one step a run: ${tlsModes.join(", ")}. ${refusedStep}`,
        ]),
    ...caProblems(was, is),
    ...(changed("tls.domain")
      ? [
          `domain is ${was.get("setting tls.domain")} on this cluster and cannot become ${is.get("setting tls.domain")} with TLS: it stands in the name by which its servers know each other. Go back to no TLS, one step a run, before it`,
        ]
      : []),
  ];
}

/**
 * Of the CAs the first one signs, and all are trusted. Whoever shows a certificate in this run has to be trusted by those that have the
 * last one's settings still, and the other way round; connections are all made with certificates in the last mode alone.
 * @param {Lines} was @param {Lines} is
 */
function caProblems(was, is) {
  const [before, after] = [was, is].map((lines) =>
    lines.get("setting tls.caCertificate")?.split("+"),
  );
  if (before === undefined || after === undefined || before.join() === after.join()) return [];
  const [old, next] = [before[0] ?? "", after[0] ?? ""];
  return [
    ...(before.includes(next) && after.includes(old)
      ? []
      : [
          `tls: the CA ${next} cannot take the place of ${old} in one run: servers on either side of the change would not trust each other. ${wayToCa(before, next)} (docs/security.md, "Another CA"). ${refusedStep}`,
        ]),
    ...([was, is].every((lines) => placeOf(lines, "tls") === "required")
      ? []
      : ["tls: its CAs change in the mode required alone: stay with them until it is reached"]),
  ];
}

/** From these CAs, of which the first one signs, to another. @param {string[]} before @param {string} next */
function wayToCa(before, next) {
  const old = before[0] ?? "";
  if (![...before, next].every((name) => /^made(-\d+)?$/.test(name)))
    return "First trust the other one beside it, and run (trustedCaCertificates); then let it sign, with the one before trusted (trustedCaCertificates, or authorities: [its number] for one that is made), and run; then take that one out, in another run";
  const list = (/** @type {string[]} */ ...names) =>
    `[${names.map((name) => name.slice("made-".length) || "1").join(", ")}]`;
  const steps = [...(before.includes(next) ? [] : [list(old, next)]), list(next, old), list(next)];
  return `Set tls: { authorities: ${steps[0]} }, run, and go on from there, one step a run: ${steps.slice(1).join(", ")}`;
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
