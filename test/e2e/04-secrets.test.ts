import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { ssh } from "../support/machines";
import { commandLines } from "../support/processes";
import type { Settings } from "../support/stack";
import { baseSettings, names, on, trio, trioIsUp } from "../support/trio";

// Where the gossip key may be seen, and what may change it. Other secrets do not exist yet.

let key: string;

beforeAll(async () => {
  await trioIsUp();
  key = await gossipKey();
});

describe("the gossip key is nowhere in plain", () => {
  test("not in a file of the state", () => {
    const files = trio.stateFiles();
    expect(files.length).toBeGreaterThan(0);
    for (const [file, text] of files) expect(text.includes(key), file).toBe(false);
  });

  test("not in what any run said", () => {
    const log = readFileSync(trio.logFile, "utf8");
    expect(log).toContain("consul-gossip-key");
    expect(log.includes(key)).toBe(false);
  });

  test("not in a process list while a run stages it again", async () => {
    const seen = watchProcesses();
    // A changed connection runs every script again, that of the secrets too.
    await changeLoginUser("deployer");
    const { commands, leaks } = seen();
    expect(
      commands.some((command) => command.includes("stage-secrets")),
      "the run was watched",
    ).toBe(true);
    expect(leaks).toEqual([]);
    await changeLoginUser("admin");
  });

  test("not in a journal, and on disk only in files that are root's or Consul's", async () => {
    for (const name of names) {
      // The key goes to grep through stdin: in an argument sudo would write it into the journal.
      expect(await search(name, "sudo journalctl --no-pager | grep -cF -f /dev/fd/3")).toBe("0");
      const places = "/etc /var /usr/local /run /tmp /root /home";
      const holders = await search(name, `sudo grep -rlsF -f - ${places} <&3`);
      const modes = await on(
        name,
        `sudo stat -c '%U:%G %a' ${holders.replaceAll("\n", " ")} | sort -u`,
      );
      expect(modes.split("\n")).toEqual(["consul:consul 600", "root:consul 640", "root:root 600"]);
    }
  });
});

/** Runs a command on a machine with the key on descriptor 3. Finding nothing is no error. */
async function search(name: string, command: string): Promise<string> {
  const { stdout } = await ssh(trio.name, name, `exec 3<&0; ${command}`, `${key}\n`);
  return stdout.trim();
}

test("the gossip key stays the same when the connection to the hosts changes", async () => {
  expect(await gossipKey()).toBe(key);
});

async function gossipKey(): Promise<string> {
  return (await trio.outputs<{ gossipKey: string }>()).gossipKey;
}

function changeLoginUser(user: string) {
  trio.settings = { ...baseSettings, nspawn: { ...(baseSettings.nspawn as Settings), user } };
  return trio.up();
}

/** Reads every command line on this computer, the machines' processes included, until it is called. */
function watchProcesses(): () => { commands: string[]; leaks: string[] } {
  const commands = new Set<string>();
  const timer = setInterval(() => {
    for (const line of commandLines()) commands.add(line);
  }, 5);
  return () => {
    clearInterval(timer);
    return {
      commands: [...commands],
      leaks: [...commands].filter((command) => command.includes(key)),
    };
  };
}
