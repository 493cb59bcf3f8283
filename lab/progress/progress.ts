import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createColors } from "picocolors";
import { logFolder } from "../system/project";
import { Display } from "./display";
import { stepFailure } from "./failure";
import { StepLog } from "./stepLog";

/** One thing that has to be done, and may be done already. */
export interface Task {
  title: string;
  /** Quick, changes nothing: is there nothing left to do? */
  ready(): Promise<boolean>;
  /** Does it. What it returns is shown in the step's last line. */
  run(step: Step): Promise<string | undefined>;
}

/** What a running step can say about itself. */
export interface Step {
  /** What is being done and how far it is, e.g. "compiling  412/1380 packages". */
  detail(text: string): void;
  /** A line of a tool's output: it goes to the step's log, and its last lines to a failure's message. */
  log(line: string): void;
}

/**
 * Tells on stderr what a run does: a line for a step, rewritten in place on a terminal, repeated
 * every 20 s in a log.
 */
export class Progress {
  private readonly display: Display;
  private readonly colors: ReturnType<typeof createColors>;
  private started = 0;
  private expected = 0;

  constructor(
    stream: NodeJS.WriteStream = process.stderr,
    private readonly logs = logFolder,
  ) {
    this.colors = createColors(Boolean(stream.isTTY) && !process.env.NO_COLOR);
    this.display = new Display(stream);
  }

  /** So many more steps will follow: the `6` of `[2/6]`. */
  expect(steps: number): void {
    this.expected += steps;
  }

  /** A line of its own. */
  note(text: string): void {
    this.display.print(text);
  }

  /** Runs the tasks that are not done yet, one after the other. Returns how many those were. */
  async runTasks(tasks: readonly Task[]): Promise<number> {
    const states = await Promise.all(tasks.map((task) => task.ready()));
    const open = tasks.filter((_, index) => !states[index]);
    this.expect(open.length);
    for (const task of open) await this.step(task.title, (step) => task.run(step));
    return open.length;
  }

  /** Runs one step. A step that was not announced by `expect` counts itself. */
  async step<T>(title: string, work: (step: Step) => Promise<T>): Promise<T> {
    this.started += 1;
    this.expected = Math.max(this.expected, this.started);
    const number = this.colors.dim(`[${this.started}/${this.expected}]`);
    const log = this.openLog(title);
    const line = this.display.begin(`${number} ${title}`);
    try {
      const result = await work({ detail: line.detail, log: (text) => log.write(text) });
      line.end(this.colors.green("done"), typeof result === "string" ? result : "");
      return result;
    } catch (error) {
      line.end(this.colors.red("failed"), "");
      throw stepFailure(title, error, log);
    } finally {
      log.close();
    }
  }

  private openLog(title: string): StepLog {
    mkdirSync(this.logs, { recursive: true });
    const name = title.toLowerCase().replace(/[^a-z0-9.]+/g, "-");
    return new StepLog(join(this.logs, `${name}.log`));
  }
}
