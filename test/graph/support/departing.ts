import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { library, type Program, readScript } from "../../../components/steps/scripts";
import { type Cluster, textOf } from "./clusters";

/** What a script of the library is told on a host. */
interface Told {
  host: string;
  script: Program;
  settings: Record<string, string>;
}

export interface Outcome {
  status: number | null;
  stdout: string;
  stderr: string;
  /** In the order in which it happened. */
  told: Told[];
  /** What `ssh` found beside its configuration: `MODE NAME`, the folder itself as `.`. */
  access: string[];
  /** Whether the folder with the keys is still there. */
  left: boolean;
}

/**
 * How a host answers, by name: with what OpenSSH says where it does not get there. By name and script: with what the script
 * ends with, or with what OpenSSH says where the connection ends in its middle. 0 where nothing is said.
 */
export type Answers = Record<string, number | string>;

/** What OpenSSH says of a host at which nothing answers. */
export const away = "ssh: connect to host 10.0.0.1 port 22: No route to host";

/** The same of a host behind a bastion that does answer. */
export const awayBehind = `channel 0: open failed: connect failed: No route to host
stdio forwarding failed
kex_exchange_identification: Connection closed by remote host`;

/** Stands before OpenSSH's: `ssh -F CONFIG -E SAID HOST COMMAND`. Notes where its configuration is, and what is there. */
const noting = `#!/bin/sh
config=$2 said=$4 host=$5 command=$6
printf '%s\\n' "\${config%/*}" >"$HERE/folder"
[ -e "$HERE/access" ] || (cd "\${config%/*}" && stat -c '%a %n' . * | grep -v '\\.\\(login\\|open\\|pause\\|said\\|told\\|words\\)$' >"$HERE/access")
`;

/**
 * Stands in OpenSSH's place. It runs the command that a host would, on a library of this test's, once the host's login shell
 * has said what it says. Its own words it ends as OpenSSH does.
 */
const ssh = `${noting}
unreached() { [ ! -e "$HERE/unreached/$1" ] || { sed "s/$/\\r/" "$HERE/unreached/$1" >>"$said"; exit 255; }; }
unreached "$host"
export host
there=$HERE/library
[ ! -e "$HERE/bare/$host" ] || there=$HERE/nothing
if [ -e "$HERE/login" ]; then cat "$HERE/login"; cat "$HERE/login" >&2; fi
status=0
"\${LOGIN_SHELL:-sh}" -c "$(printf '%s' "$command" | sed "s|${library}|$there|g")" || status=$?
script=\${command##*${library}/}
unreached "$host \${script%% *}"
exit "$status"
`;

/**
 * Every script of the library: notes where it runs and what it is told, and ends as this test wants it. In one
 * write, for others may note theirs in the same moment.
 */
const script = `#!/bin/sh
line=$(for word in "$host" "\${0##*/}" "$@"; do printf '%s\\036' "$word"; done)
printf '%s\\n' "$line" >>"$HERE/told"
[ ! -e "$HERE/answers/$host \${0##*/}" ] || exit "$(cat "$HERE/answers/$host \${0##*/}")"
`;

/** Who is not root uses sudo on a host. It asks where it is to, and does as it is told. */
const sudo = `#!/bin/sh
[ "$1" = -n ] && shift && exec "$@"
[ "$1 $2 $3" = "-kS -p " ] && shift 3 && IFS= read -r answer || exit 64
[ "$answer" = "$(cat "$HERE/password")" ] && exec "$@"
echo "sudo: 1 incorrect password attempt" >&2
exit 1
`;

/** systemd on a host, asked for one thing alone: whether Consul runs there. */
const systemctl = `#!/bin/sh
[ "$*" = "--quiet is-active consul" ] || echo "systemctl is asked for $*" >&2
[ -e "$HERE/running/$host" ] || exit 3
`;

/** A computer that runs Pulumi, on which departures are run as the Command plugin runs them. */
export class Computer {
  /** Where the runs of this computer leave their marks. */
  readonly marks: string;
  private readonly environment: Record<string, string> = {};
  private readonly folder = mkdtempSync(join(tmpdir(), "departing-"));

  /** `marks`: where runs leave theirs, a folder of its own unless another computer's is given. */
  constructor(
    private readonly cluster: Pick<Cluster, "get">,
    marks?: string,
  ) {
    this.marks = marks ?? join(this.folder, "runtime");
    onTestFinished(() => rmSync(this.folder, { recursive: true, force: true }));
    for (const name of ["bin", "library", "bare", "running", "runtime"])
      mkdirSync(join(this.folder, name));
    this.program("bin/ssh", ssh);
    this.program("bin/sudo", sudo);
    this.program("bin/systemctl", systemctl);
    for (const name of ["leave.sh", "remove.sh", "force-remove.sh", "force-remove-client.sh"]) {
      this.program(`library/${name}`, script);
    }
  }

  /** These hosts have nothing of the library: nothing was ever staged there, or they were installed anew. */
  without(...hosts: string[]): this {
    for (const host of hosts) writeFileSync(join(this.folder, "bare", host), "");
    return this;
  }

  /** On these hosts Consul runs, by whomever it was started. It matters, and is said, where nothing of the library is there. */
  withConsul(...hosts: string[]): this {
    for (const host of hosts) writeFileSync(join(this.folder, "running", host), "");
    return this;
  }

  /** Hosts whose login shells say this, on stdout and on stderr, whatever is run. */
  withLogin(text: string): this {
    writeFileSync(join(this.folder, "login"), text);
    return this;
  }

  /** Hosts whose login user has another shell than sh. */
  withLoginShell(path: string): this {
    this.environment.LOGIN_SHELL = path;
    return this;
  }

  /** Whom the operator leaves behind: what is in the environment of the runs. */
  leavingBehind(names: string): this {
    this.environment.CONSUL_CLUSTER_LEAVE_BEHIND = names;
    return this;
  }

  /** Hosts whose sudo asks for this. */
  withSudoPassword(password: string): this {
    writeFileSync(join(this.folder, "password"), password);
    this.program("library/as-root.sh", readScript("as-root.sh"));
    return this;
  }

  /** A computer that waits this long for a host, and for a login, both in seconds. */
  impatient(patience: number, login = 1): this {
    this.environment.CONSUL_CLUSTER_LOGIN_LIMIT = String(login);
    this.environment.CONSUL_CLUSTER_PATIENCE = String(patience);
    return this;
  }

  /** This stands in OpenSSH's place. */
  withSsh(text: string): this {
    this.program("bin/ssh", `${noting}${text}`);
    return this;
  }

  /** OpenSSH itself, impatient. */
  withOpenSsh(path: string, options = ""): this {
    return this.withSsh(`exec ${path} -o ConnectionAttempts=1 ${options} "$@"\n`);
  }

  /** Runs a command's text as the plugin does, in a shell of its own. `under`: who is the plugin. */
  run(resource: string, input: "create" | "delete", answers: Answers = {}, under = ""): Outcome {
    for (const file of ["told", "access", "folder"]) this.remove(file);
    for (const kind of ["answers", "unreached"]) {
      this.remove(kind);
      mkdirSync(join(this.folder, kind));
    }
    for (const [name, answer] of Object.entries(answers)) {
      const kind = typeof answer === "number" ? "answers" : "unreached";
      writeFileSync(join(this.folder, kind, name), `${answer}\n`);
    }
    const command = this.cluster.get(resource);
    const shell = ["/bin/sh", "-c", textOf(command, input)];
    const [program, ...args] = under === "" ? shell : ["/bin/sh", "-c", under, ...shell];
    const { status, stdout, stderr, error } = spawnSync(program as string, args, {
      input: textOf(command, "stdin"),
      encoding: "utf8",
      env: {
        ...process.env,
        PATH: `${join(this.folder, "bin")}:${process.env.PATH}`,
        HERE: this.folder,
        XDG_RUNTIME_DIR: this.marks,
        CONSUL_CLUSTER_LEAVE_BEHIND: "",
        ...this.environment,
      },
    });
    // A text that nobody reads to its end is an error, too.
    if (error) throw error;
    const folder = this.lines("folder")[0];
    return {
      status,
      stdout,
      stderr,
      told: this.lines("told").map(toTold),
      access: this.lines("access"),
      left: folder !== undefined && existsSync(folder),
    };
  }

  private program(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text, { mode: 0o755 });
  }

  private remove(name: string): void {
    rmSync(join(this.folder, name), { recursive: true, force: true });
  }

  private lines(name: string): string[] {
    const file = join(this.folder, name);
    return existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : [];
  }
}

function toTold(line: string): Told {
  const [host = "", script = "", ...words] = line.split("\u001e").slice(0, -1);
  const pairs = words.map((word) => [word.split("=", 1)[0], word.replace(/^\w+=/, "")]);
  return { host, script: script as Program, settings: Object.fromEntries(pairs) };
}
