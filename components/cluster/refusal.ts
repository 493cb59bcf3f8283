import { RunError } from "@pulumi/pulumi";
import { describeProblems, type Problem } from "../validate/problem";
import type { Component } from "../validate/shape";

/** The component whose arguments are checked. */
export interface Whose {
  component: Component;
  name: string;
}

/**
 * What ends a program whose settings are wrong: its text, and nothing else. It has no stack of calls, for what is wrong stands in no code,
 * and Node reads all of the SDK's sources to print one (18 s, 4 GB); and its text stays as it is, where the SDK puts the name
 * of an input in front at each one that waited for the settings.
 */
export class Refusal extends RunError {
  constructor(text: string) {
    super(text);
    this.stack = "";
    keepMessage(this);
  }
}

/**
 * Throws all of them as one message, where there are any. Out of a constructor the program ends there, and a component behind it is not
 * told of: code that went on would register the program's other resources, which the engine makes at once. `sofar`: what has happened
 * by then.
 */
export function refuse({ component, name }: Whose, problems: Problem[], sofar?: string): void {
  if (problems.length > 0)
    throw new Refusal(describeProblems(problems, `${component} ${name}`, sofar));
}

/** An error of the program's own keeps its words in the same way and, of its stack, the line that it comes from: one is printed at once. */
export function keepShort(error: Error): void {
  const [from = ""] = /\n +at .*/.exec(error.stack ?? "") ?? [];
  Reflect.defineProperty(error, "stack", { value: `${error.name}: ${error.message}${from}` });
  // Where the SDK notes the promise that failed, which would be printed as well.
  Reflect.defineProperty(error, "promise", { value: undefined, writable: true });
  keepMessage(error);
}

function keepMessage(error: Error): void {
  const text = error.message;
  Reflect.defineProperty(error, "message", { get: () => text, set: () => {} });
}
