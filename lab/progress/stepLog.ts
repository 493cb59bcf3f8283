import { closeSync, openSync, writeSync } from "node:fs";

const kept = 15;

/** Starts a line that is a command, not what one said. */
export const commandPrefix = "$ ";

/** A step's full output in a file, and its last lines at hand. The file comes with the first line. */
export class StepLog {
  private readonly tail: string[] = [];
  private descriptor: number | undefined;

  constructor(readonly file: string) {}

  write(line: string): void {
    this.descriptor ??= openSync(this.file, "w");
    writeSync(this.descriptor, `${line}\n`);
    if (line.trim() === "") return;
    this.tail.push(line);
    if (this.tail.length > kept) this.tail.shift();
  }

  get lastLines(): readonly string[] {
    return this.tail;
  }

  close(): void {
    if (this.descriptor !== undefined) closeSync(this.descriptor);
    this.descriptor = undefined;
  }
}
