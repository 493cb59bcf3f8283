// Takes a shell script apart as far as the style check needs it: its simple commands, each with its words, its line
// and the function that it stands in. Strings, comments, here-documents and case patterns are told from code, so that
// an awk program's variables are not taken for the script's.

export interface Command {
  /** The words as they stand, quotes and all. */
  words: string[];
  line: number;
  /** The innermost function around it. */
  inside?: string;
  /** Its output goes into a file, or into the next command. */
  redirected: boolean;
}

export interface ShellText {
  commands: Command[];
  functions: { name: string; line: number }[];
  /** The script without comments, a line for each of its lines. */
  code: string[];
}

/** Words behind which a command begins. */
const openers = new Set(["if", "then", "else", "elif", "while", "until", "do", "!", "{", "time"]);
const closers = new Set(["fi", "done", "esac", "}"]);

export function readShell(text: string): ShellText {
  return new Reader(text).read();
}

class Reader {
  private at = 0;
  private line = 1;
  private readonly commands: Command[] = [];
  private readonly functions: { name: string; line: number }[] = [];
  /** The functions around the place that is read, with the depth of braces at which each of them began. */
  private readonly around: { name: string; depth: number }[] = [];
  private braces = 0;
  private announced?: string;
  private heredocs: { end: string; tabs: boolean }[] = [];
  private readonly blank: string[];

  constructor(private readonly text: string) {
    this.blank = text.split("");
  }

  read(): ShellText {
    while (this.at < this.text.length) this.list();
    return {
      commands: this.commands,
      functions: this.functions,
      code: this.blank.join("").split("\n"),
    };
  }

  private peek(ahead = 0): string {
    return this.text[this.at + ahead] ?? "";
  }

  private next(): string {
    const c = this.text[this.at++] ?? "";
    if (c === "\n") this.line += 1;
    return c;
  }

  /** Commands until the bracket that closes this list, or the end. */
  private list(): void {
    let words: string[] = [];
    let began = this.line;
    let redirected = false;
    // Of a pipeline, the commands so far: a pattern of a case has the same sign between its words.
    let chained = 0;
    const end = (piped = false) => {
      this.command(words, began, redirected || piped);
      chained = piped && words.length > 0 ? chained + 1 : 0;
      words = [];
      redirected = false;
    };
    while (this.at < this.text.length) {
      const c = this.peek();
      if (c === "#") this.comment();
      else if (c === "\n") {
        this.next();
        end();
        this.skipHeredocs();
      } else if (c === " " || c === "\t" || (c === "\\" && this.peek(1) === "\n")) {
        this.next();
        if (c === "\\") this.next();
      } else if (c === ";" || c === "&" || c === "|") {
        this.next();
        end(c === "|" && this.peek() !== "|" && this.text[this.at - 2] !== "|");
      } else if (c === "(") {
        this.next();
        if (this.peek() === ")" && words.length === 1) {
          this.next();
          this.announced = words[0];
          this.functions.push({ name: words[0] as string, line: this.line });
          words = [];
        } else {
          end();
          this.group();
        }
      } else if (c === ")") {
        this.next();
        if (this.isPattern()) {
          this.commands.length -= chained;
          chained = 0;
          words = [];
        } else {
          end();
          return;
        }
      } else if (/^\d*[<>]/.test(this.text.slice(this.at, this.at + 3)))
        redirected = this.redirection() || redirected;
      else {
        if (words.length === 0) began = this.line;
        words.push(this.word());
        if (this.lead(words)) words = [];
      }
    }
    end();
  }

  /** The cases that are open, each with the number of brackets around it. */
  private readonly cases: number[] = [];
  private depth = 0;

  /** What stands in brackets: `(...)`, be it the body of a function, or `$(...)`. */
  private group(): void {
    const name = this.announced;
    this.announced = undefined;
    if (name !== undefined) this.around.push({ name, depth: -1 });
    this.depth += 1;
    this.list();
    this.depth -= 1;
    if (name !== undefined) this.around.pop();
  }

  /** Is the bracket that was just read the end of a pattern? It is where the innermost thing open is a case. */
  private isPattern(): boolean {
    return this.cases.at(-1) === this.depth;
  }

  /** Words that only lead up to a command, or end a group of them: true where they are done with. */
  private lead(words: string[]): boolean {
    const [first, , third] = words;
    if (words.length === 1 && first !== undefined) {
      if (first === "{") this.open();
      if (first === "}") this.close();
      if (first === "esac") this.cases.pop();
      if (openers.has(first) || closers.has(first)) return true;
    }
    if (first === "case" && third === "in") {
      this.cases.push(this.depth);
      this.command(words, this.line);
      return true;
    }
    return false;
  }

  private open(): void {
    if (this.announced !== undefined)
      this.around.push({ name: this.announced, depth: this.braces });
    this.announced = undefined;
    this.braces += 1;
  }

  private close(): void {
    this.braces -= 1;
    if (this.around.at(-1)?.depth === this.braces) this.around.pop();
  }

  private command(words: string[], line: number, redirected = false): void {
    if (words.length === 0) return;
    this.commands.push({ words, line, inside: this.around.at(-1)?.name, redirected });
  }

  private comment(): void {
    while (this.at < this.text.length && this.peek() !== "\n") this.blank[this.at++] = " ";
  }

  /** Is it one of the output? */
  private redirection(): boolean {
    let sign = "";
    let from = "";
    while (/\d/.test(this.peek())) from += this.next();
    while (/[<>&|-]/.test(this.peek()) && sign.length < 3) sign += this.next();
    while (this.peek() === " ") this.next();
    const target = /^[\s;|&()]?$/.test(this.peek()) ? "" : this.word();
    if (sign.startsWith("<<"))
      this.heredocs.push({ end: target.replace(/['"\\]/g, ""), tabs: sign === "<<-" });
    return sign.startsWith(">") && from !== "2";
  }

  private skipHeredocs(): void {
    for (const { end, tabs } of this.heredocs) {
      while (this.at < this.text.length) {
        let line = "";
        while (this.at < this.text.length && this.peek() !== "\n") line += this.next();
        this.next();
        if ((tabs ? line.replace(/^\t+/, "") : line) === end) break;
      }
    }
    this.heredocs = [];
  }

  private word(): string {
    const from = this.at;
    while (this.at < this.text.length && !/[\s;|&()<>]/.test(this.peek())) {
      const c = this.next();
      if (c === "\\") this.next();
      else if (c === "'") while (this.at < this.text.length && this.next() !== "'");
      else if (c === '"') this.quoted();
      else if (c === "$") this.dollar();
      else if (c === "`") throw new Error(`line ${this.line}: backquotes; write $(...)`);
    }
    // Whatever it was, a word has an end: what ends none is taken as it is.
    if (this.at === from) this.next();
    return this.text.slice(from, this.at);
  }

  private quoted(): void {
    while (this.at < this.text.length) {
      const c = this.next();
      if (c === '"') return;
      if (c === "\\") this.next();
      else if (c === "$") this.dollar();
    }
  }

  /** What stands behind a dollar sign: commands are read as commands. */
  private dollar(): void {
    if (this.peek() === "(" && this.peek(1) === "(") this.arithmetic();
    else if (this.peek() === "(") {
      this.next();
      this.group();
    } else if (this.peek() === "{") {
      let open = 0;
      do {
        const c = this.next();
        if (c === "{") open += 1;
        else if (c === "}") open -= 1;
        else if (c === "\\") this.next();
        else if (c === '"') this.quoted();
        else if (c === "'") while (this.at < this.text.length && this.next() !== "'");
        else if (c === "$") this.dollar();
      } while (open > 0 && this.at < this.text.length);
    }
  }

  private arithmetic(): void {
    let open = 0;
    do {
      const c = this.next();
      if (c === "(") open += 1;
      else if (c === ")") open -= 1;
      else if (c === "$") this.dollar();
    } while (open > 0 && this.at < this.text.length);
  }
}
