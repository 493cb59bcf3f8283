import type { remote } from "@pulumi/command";
import { type Output, unsecret } from "@pulumi/pulumi";
import { linesBetweenMarks } from "../marked";

/**
 * What a host was found to have applied, from what its `config` step printed: see `appliedIn`. No secret, though what a
 * command prints is one where its stdin is.
 */
export function foundApplied(config: remote.Command): Output<string> {
  return unsecret(config.stdout.apply((stdout?: string) => appliedIn(stdout)));
}

/**
 * A digest that is another one after every switch and every leave on the host, and with every look where nothing is applied; `none` for the
 * latter in states of earlier releases. "" where that is not told, as in the state of 0.1.0. Never throws.
 */
export function appliedIn(stdout: string | undefined): string {
  const told = linesBetweenMarks(stdout)?.map((line) => /^applied ([0-9a-f]{12}|none)$/.exec(line));
  return told?.find((match) => match !== null)?.[1] ?? "";
}
