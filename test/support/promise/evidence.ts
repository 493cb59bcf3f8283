/** A host as it is at one moment: what is there of Consul. */
export interface Look {
  /** The host's clock, in microseconds: what its journal says later than this came later. */
  at: number;
  /** Another one for a machine that was made anew. */
  machine: string;
  /** 0 where nothing runs. */
  pid: string;
  /** When the process began, in microseconds since the boot. */
  began: string;
  /** How often systemd has started it again by itself. */
  restarts: string;
  nodeId: string;
  /** The data folder's inode: another one for a folder that was made anew. */
  dataFolder: string;
}

/** What a host's journal says: of the unit by systemd, of what was done by the scripts. */
export interface Event {
  /** The host's clock, in microseconds; the machines of one computer share it. */
  at: number;
  what: "stopping" | "failed" | "started" | "started by itself" | "said";
  text: string;
}

/** All that is known of what a run did to one host. */
export interface Deed {
  name: string;
  /** Undefined where the host was not there. */
  before?: Look;
  /** Undefined where the host is gone. */
  after?: Look;
  /** Of the time between, in their order. */
  events: Event[];
  /** A new machine takes its server's data over, and is the same node. @default false */
  dataStays?: boolean;
}

/** A shell command that prints a look. */
export function lookCommand(dataDir: string): string {
  return [
    "sudo journalctl --sync",
    "echo at=$(date +%s%6N)",
    "echo machine=$(cat /etc/machine-id)",
    "systemctl show consul.service -p MainPID -p ExecMainStartTimestampMonotonic -p NRestarts",
    `echo node=$(sudo cat ${dataDir}/node-id 2>/dev/null)`,
    `echo folder=$(sudo stat -c %i ${dataDir} 2>/dev/null)`,
  ].join("; ");
}

/** @throws where a line is missing: what is not seen is no evidence. */
export function readLook(text: string): Look {
  const lines = new Map(text.split("\n").map((line) => line.split("=", 2) as [string, string]));
  const of = (key: string) => {
    const value = lines.get(key);
    if (value === undefined) throw new Error(`no ${key} in what the host said:\n${text}`);
    return value;
  };
  const at = Number(of("at"));
  if (!Number.isSafeInteger(at) || at === 0) throw new Error(`no time of the host's: ${text}`);
  return {
    at,
    machine: of("machine"),
    pid: of("MainPID"),
    began: of("ExecMainStartTimestampMonotonic"),
    restarts: of("NRestarts"),
    nodeId: of("node"),
    dataFolder: of("folder"),
  };
}

/** A shell command that prints the journal of the unit, by systemd, and of this project's scripts. */
export function journalCommand(since: number): string {
  const seconds = Math.floor(since / 1e6);
  const fields = "MESSAGE,MESSAGE_ID,SYSLOG_IDENTIFIER";
  const matches = "UNIT=consul.service + SYSLOG_IDENTIFIER=consul-cluster";
  return `sudo journalctl --sync; sudo journalctl -o json --output-fields=${fields} --no-pager --since=@${seconds} ${matches}`;
}

/** systemd's own ids (sd-messages.h): its words differ from release to release, these do not. */
const messages: Record<string, Event["what"]> = {
  de5b426a63be47a7b6ac3eaac82e2f6f: "stopping",
  be02cf6855d2428ba40df7e9d022f03d: "failed",
  d9b373ed55a64feb8242e02dbe79a49c: "failed",
  "39f53479d3a045ac8e11786248231fbf": "started",
  "5eb03494b6584870a536b337290809b3": "started by itself",
};

interface Line {
  MESSAGE?: unknown;
  MESSAGE_ID?: string;
  SYSLOG_IDENTIFIER?: string;
  __REALTIME_TIMESTAMP: string;
}

/** What happened after `since`. */
export function readEvents(json: string, since: number): Event[] {
  return json
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Line)
    .flatMap((line): Event[] => {
      const what =
        line.SYSLOG_IDENTIFIER === "consul-cluster" ? "said" : messages[line.MESSAGE_ID ?? ""];
      const at = Number(line.__REALTIME_TIMESTAMP);
      return what === undefined || at < since ? [] : [{ at, what, text: String(line.MESSAGE) }];
    });
}
