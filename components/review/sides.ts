import { readSettings } from "../shellWords";
import type { MemberSteps } from "./group";
import { type ResourceState, textOf } from "./preview";

/** What a step says before and after: its plain stdin, and the settings of its command. */
export interface Sides {
  old?: string;
  new?: string;
  settings: Record<"old" | "new", Record<string, string>>;
}

export function sides(member: MemberSteps, kind: string): Sides {
  const step = member.steps[kind];
  const text = (state: "oldState" | "newState") => stdinOf(member, kind, state);
  const words = (state?: ResourceState) =>
    readSettings(textOf(state, "delete") ?? textOf(state, "create") ?? "");
  return {
    old: text("oldState"),
    new: text("newState"),
    settings: { old: words(step?.oldState), new: words(step?.newState) },
  };
}

/** Where a password is part of the stdin, the text stands in the step beside it that is there to be read. */
function stdinOf(member: MemberSteps, kind: string, side: "oldState" | "newState") {
  return (
    textOf(member.steps[kind]?.[side], "stdin") ??
    textOf(member.steps[`${kind}-shown`]?.[side], "stdin")
  );
}

export type Desired = Record<string, string>;

/** What an activation shall bring about, by part: release, restart-settings, secrets, ... */
export function desired(text: string | undefined): Desired | undefined {
  if (text === undefined) return undefined;
  return Object.fromEntries(
    text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)]),
  );
}
