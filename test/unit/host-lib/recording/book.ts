import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Entry } from "../answers";
import type { Agent, Question, Reply } from "./agent";

/** Slower answers than this are noted as such: a script has a bound for each. */
const slowS = 1;

/** The answers of one release, by their names, until they are written into a folder. */
export class Book {
  private readonly index = new Map<string, Entry>();
  private readonly bodies = new Map<string, string>();
  /** `tell` hears of each situation when it begins. */
  constructor(private readonly tell: (situation: string) => void = () => undefined) {}

  private readonly replacements: [text: string, dummy: string][] = [];

  /** Writes `dummy` wherever an answer, or a path, says `text`: what is another one in each recording. */
  replace(text: string, dummy: string): void {
    this.replacements.push([text, dummy]);
  }

  /** Asks and notes the answer under `name`. */
  async note(name: string, agent: Agent, question: Question): Promise<Reply> {
    if (this.index.has(name)) throw new Error(`${name} is noted twice`);
    const reply = await agent.ask(question);
    const { method, path } = question;
    const entry: Entry = { method, path, code: reply.code, agent: agent.address };
    if (reply.seconds >= slowS) entry.seconds = Math.round(reply.seconds * 10) / 10;
    this.index.set(name, entry);
    this.bodies.set(name, reply.body);
    return reply;
  }

  /** Asks all of these at once: without a leader each takes seconds. Their names begin with `situation`. */
  async noteAll(situation: string, agent: Agent, questions: Record<string, Question>) {
    this.tell(situation);
    await Promise.all(
      Object.entries(questions).map(([name, question]) =>
        this.note(`${situation}.${name}`, agent, question),
      ),
    );
  }

  get size(): number {
    return this.index.size;
  }

  /** Puts all of it in the place of an older recording. */
  write(folder: string): void {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    for (const [name, body] of this.bodies)
      writeFileSync(join(folder, `${name}.json`), this.replaced(body));
    const names = [...this.index.keys()].sort();
    const index = Object.fromEntries(names.map((name) => [name, this.index.get(name)]));
    writeFileSync(join(folder, "index.json"), `${this.replaced(JSON.stringify(index, null, 2))}\n`);
  }

  private replaced(text: string): string {
    return this.replacements.reduce((done, [from, to]) => done.replaceAll(from, to), text);
  }
}
