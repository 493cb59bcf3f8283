// The rules for the scripts that run on hosts, as functions from a file's text to what is wrong with it. What they are
// for stands in host-lib/paths.sh.

import { readShell, type ShellText } from "./shellText";
import { isAssignment } from "./variables";

/** What is wrong, and where: `12: why`. */
export type Finding = string;

/** Whatever is longer has two ideas. */
const mostLines = 250;

/** Units that the name of a number may end in. */
const units = /(^|_)(s|ms|bytes|kib|mib|gib|percent)$/i;

/** Numbers that count something are named by it. */
const counted = /^(LOOKS|CRASHES|TRIES|KEPT|.*_COUNT)$/i;

/** Names that speak of time, and so have to tell its unit where they hold a number. */
const timely =
  /(^|_)(timeout|patience|wait|waited|age|delay|interval|elapsed|duration|milliseconds|hundredths)(_|$)/i;

/** Consul's JSON, taken apart or put together. */
export function json(text: string): Finding[] {
  return find(text, [
    [/\\*"[A-Za-z_][\w-]*\\*":/, "a field of JSON"],
    [/\bjq\b/, "jq, which hosts do not have"],
    [/\bcut\b[^|]*-d\s*\\?['"]\\?"/, "cut at quotation marks"],
    [/\btr\s+-d\s+(\\"|'"')/, "quotation marks taken off"],
    [/\b(grep|sed)\b[^|]*\.json\b/, "settings read back out of JSON"],
  ]);
}

/** Programs that start another one. */
const starters = new Set(["timeout", "exec", "env", "nice", "setsid", "xargs"]);

export function curl(text: string): Finding[] {
  return readShell(text)
    .commands.filter(({ words }) => {
      const [first = "", ...more] = words.filter((word) => !isAssignment(word));
      return first === "curl" || (starters.has(first) && more.includes("curl"));
    })
    .map(({ line }) => `${line}: curl: consul/api.sh asks`);
}

/** The handshake of TLS counts as connecting: what waits for an answer has to wait for that as well. */
export function patience(text: string): Finding[] {
  return find(text, [
    [/^(?!.*--connect-timeout).*--max-time/, "a limit without one for connecting"],
  ]);
}

function find(text: string, patterns: readonly [RegExp, string][]): Finding[] {
  return readShell(text).code.flatMap((line, index) =>
    patterns
      .filter(([pattern]) => pattern.test(line))
      .map(([, what]) => `${index + 1}: ${what}: ${line.trim().slice(0, 80)}`),
  );
}

/** Constants, and whatever speaks of time, that hold a number and do not tell its unit. */
export function unitsInNames(text: string): Finding[] {
  const findings: Finding[] = [];
  for (const { words, line, inside } of readShell(text).commands) {
    for (const word of words) {
      const match = /^([A-Za-z_]\w*)=(.*)$/.exec(word);
      if (!match) continue;
      const [, name = "", value = ""] = match;
      if (units.test(name) || counted.test(name)) continue;
      const isNumber = /^["']?\d+(\.\d+)?["']?$/.test(value);
      const isConstant = inside === undefined && /^[A-Z]/.test(name);
      if ((isNumber && isConstant) || (timely.test(name) && (isNumber || /^"?\$\(\(/.test(value))))
        findings.push(`${line}: ${name} is a number without a unit in its name`);
    }
  }
  return findings;
}

/** Questions print nothing on stdout, and end nothing, whatever their answer: those whose names say that they are one. */
export function predicates(text: string): Finding[] {
  return readShell(text)
    .commands.filter(
      ({ inside }) => inside !== undefined && /^(is|has|was|names|runs)(_|$)/.test(inside),
    )
    .filter(({ words: [word] }) =>
      ["echo", "printf", "die", "exit", "say", "cat"].includes(word ?? ""),
    )
    .filter(({ redirected }) => !redirected)
    .map(({ inside, line, words }) => `${line}: ${inside} is a question, and has ${words[0]}`);
}

export function length(text: string): Finding[] {
  const lines = text.split("\n").length - 1;
  return lines > mostLines ? [`${lines} lines; at most ${mostLines}`] : [];
}

/** Functions of one name in two files of what becomes one: the second would replace the first. */
export function twice(texts: Record<string, string>): Finding[] {
  const found = new Map<string, string>();
  const findings: Finding[] = [];
  for (const [file, text] of Object.entries(texts)) {
    const { functions }: ShellText = readShell(text);
    for (const { name, line } of functions) {
      const other = found.get(name);
      if (other !== undefined) findings.push(`${file}:${line}: ${name} stands in ${other}, too`);
      found.set(name, file);
    }
  }
  return findings;
}
