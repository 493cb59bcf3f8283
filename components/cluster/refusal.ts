import { RunError } from "@pulumi/pulumi";

/**
 * What ends a program whose settings are wrong: its text, and nothing else. It has no stack of calls, for what is wrong stands in no code,
 * and Node reads all of the SDK's sources to print one (18 s, 4 GB); and its text stays as it is, where the SDK puts the name
 * of an input in front at each one that waited for the settings.
 */
export class Refusal extends RunError {
  constructor(text: string) {
    super(text);
    this.stack = "";
    Object.defineProperty(this, "message", { get: () => text, set: () => {} });
  }
}
