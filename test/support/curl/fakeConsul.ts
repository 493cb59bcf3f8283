import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { onTestFinished } from "vitest";

/** What is answered to a request: a body, with 200 where there is no code; or what curl ends with instead. */
export interface Answer {
  body?: string;
  /** The file that holds the body, in its place. */
  file?: string;
  code?: number;
  /** 7: nobody listens, 28: no answer in time, 52: an end without an answer. */
  exit?: number;
  /** How long it takes: a caller of less patience gets no answer. Nobody really waits for it. */
  seconds?: number;
  /** Once this has been answered, these answers stand before all others. */
  next?: Agents;
}

/** Answers of an agent by `METHOD PATH`; a text is a body. `*` is for whatever else it is asked. */
export type Answers = Record<string, Answer | string>;

/** Agents by their base addresses. On a host that is `silent` nothing answers; where no agent is, it is refused. */
export type Agents = Record<string, Answers | "silent" | "refused">;

export interface FakeConsul {
  /** The folder of the fake curl: to be the first one of PATH. */
  bin: string;
  /** PATH with it. */
  path: string;
  /** What was asked so far, `METHOD URL`, and behind that the body where there was one. */
  requests(): string[];
  /** The headers that were sent. */
  headers(): string[];
  /** From now on these answer before all others. */
  change(agents: Agents): void;
}

const curl = readFileSync(join(__dirname, "curl.sh"));

const silent: Answer = { exit: 28, seconds: 3600 };
const refused: Answer = { exit: 7 };

/**
 * A curl that knows these agents and no network. A request that it has no answer for, and an option that it does
 * not know, fail the test at its end, whatever the script made of it.
 */
export function fakeConsul(agents: Agents): FakeConsul {
  const folder = mkdtempSync(join(tmpdir(), "fake-consul-"));
  const bin = join(folder, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "curl"), curl, { mode: 0o755 });
  const lines = (file: string) =>
    existsSync(join(folder, file))
      ? readFileSync(join(folder, file), "utf8").split("\n").slice(0, -1)
      : [];
  const write = routesIn(folder);
  writeFileSync(join(folder, "routes"), write(agents));
  onTestFinished(() => {
    const complaints = lines("complaints");
    rmSync(folder, { recursive: true, force: true });
    if (complaints.length > 0) throw new Error(`the fake curl: ${complaints.join("; ")}`);
  });
  return {
    bin,
    path: `${bin}${delimiter}${process.env.PATH}`,
    requests: () => lines("requests"),
    headers: () => lines("headers"),
    change(more) {
      const standing = readFileSync(join(folder, "routes"), "utf8");
      writeFileSync(join(folder, "routes"), `${write(more, false)}${standing}`);
    },
  };
}

/** Makes the routes of agents, and writes the files that they name; `whole`: with a last line for each agent. */
function routesIn(folder: string): (agents: Agents, whole?: boolean) => string {
  let files = 0;
  const file = (text: string) => {
    files += 1;
    writeFileSync(join(folder, String(files)), text);
    return String(files);
  };
  const line = (method: string, url: string, answer: Answer): string => {
    const { code = 200, exit = 0, seconds = 0 } = answer;
    const next = answer.next ? file(write(answer.next, false)) : "-";
    const kept = answer.file ?? (answer.body ? file(answer.body) : "-");
    const milliseconds = Math.round(seconds * 1000);
    return `${method} ${url} ${exit} ${exit === 0 ? code : "000"} ${milliseconds} ${kept} ${next}\n`;
  };
  const write = (agents: Agents, whole = true): string =>
    Object.entries(agents)
      .map(([base, answers]) => {
        if (answers === "silent") return line("*", `${base}/`, silent);
        if (answers === "refused") return line("*", `${base}/`, refused);
        const { "*": otherwise, ...known } = answers;
        const routes = Object.entries(known).map(([asked, answer]) => {
          const [method = "", path = ""] = asked.split(" ");
          return line(method, `${base}${path}`, asAnswer(answer));
        });
        if (otherwise !== undefined) routes.push(line("*", `${base}/`, asAnswer(otherwise)));
        else if (whole) routes.push(`* ${base}/ unknown 000 0 - -\n`);
        return routes.join("");
      })
      .join("");
  return write;
}

const asAnswer = (answer: Answer | string): Answer =>
  typeof answer === "string" ? { body: answer } : answer;
