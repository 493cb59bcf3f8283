import { formatElapsed } from "./elapsed";

const terminalInterval = 1_000;
const logInterval = 20_000;

export interface Line {
  detail(this: void, text: string): void;
  end(outcome: string, remark: string): void;
}

/** Lines about what runs: on a terminal one, of the youngest, rewritten in place; plain in a log. */
export class Display {
  private readonly running: { render(): string }[] = [];

  constructor(private readonly stream: NodeJS.WriteStream) {}

  begin(title: string): Line {
    const start = Date.now();
    let detail = "";
    const render = () =>
      [title, detail, formatElapsed(Date.now() - start)].filter((part) => part !== "").join("  ");
    const line = { render };
    this.running.push(line);
    if (this.stream.isTTY) this.redraw();
    else this.stream.write(`${title}\n`);
    const timer = setInterval(
      () => (this.stream.isTTY ? this.redraw() : this.stream.write(`${render()}\n`)),
      this.stream.isTTY ? terminalInterval : logInterval,
    );
    return {
      // The next tick shows it: a tool that reports a hundred times a second shall not flicker.
      detail: (text) => {
        detail = text;
      },
      end: (outcome, remark) => {
        clearInterval(timer);
        detail = [outcome, remark].filter((part) => part !== "").join("  ");
        this.running.splice(this.running.indexOf(line), 1);
        this.clear();
        this.stream.write(`${render()}\n`);
      },
    };
  }

  print(text: string): void {
    this.clear();
    this.stream.write(`${text}\n`);
    if (this.stream.isTTY) this.redraw();
  }

  private redraw(): void {
    const youngest = this.running.at(-1);
    if (!youngest) return;
    this.clear();
    // A line that wraps cannot be rewritten in place.
    this.stream.write(clip(youngest.render(), (this.stream.columns || 80) - 1));
  }

  private clear(): void {
    if (this.stream.isTTY) this.stream.write("\r\u001b[K");
  }
}

/** The first `width` visible characters; escape sequences take no room. */
export function clip(text: string, width: number): string {
  let room = width;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
  return text.replace(/\u001b\[[0-9;]*m|[^\u001b]/gu, (token) => {
    if (token.startsWith("\u001b")) return token;
    room -= 1;
    return room < 0 ? "" : token;
  });
}
