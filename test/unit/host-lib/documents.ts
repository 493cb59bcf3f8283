import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { library, sh, temporaryFolder } from "../support/shell";
import type { System } from "../support/systems";
import { gossipKeys } from "./recording/dummies";

/** What a function of the library makes of an answer: its status, and what it prints. */
export interface Reading {
  status: number;
  rows: string[];
}

/**
 * The functions that make rows of an answer, each as it is called here. `ask` hands it the answer, so that nothing but
 * the reading is looked at.
 */
export const readings = {
  json_lines: 'json_lines <"$document"',
  leader_of: "leader_of x",
  raft_peers_of: "raft_peers_of x",
  members_of: "members_of x",
  autopilot_of: "autopilot_of x",
  raft_of: "raft_of x",
  kv_holder: "kv_holder x key",
  keyring_state: 'keyring_state "$key"',
  read_self:
    'read_self x && echo "$self_version $self_node $self_state $self_applied $self_commit $self_contact $self_last_log"',
} as const;

export type Reader = keyof typeof readings;

/** What is to be read, and by which function. */
export type Subject = readonly [reader: Reader, document: string];

/** Reads all of them in one run of a shell. */
export function readEach(subjects: readonly Subject[], system?: System): Reading[] {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "out"));
  subjects.forEach(([, text], index) => {
    writeFileSync(join(folder, String(index)), text);
  });
  writeFileSync(join(folder, "key"), `${gossipKeys.second}\n`);
  const cases = Object.entries(readings).map(([name, call]) => `${name}) ${call} ;;`);
  const script = `${library}
    ask() { cat "$document"; }
    look() { case $1 in ${cases.join("\n")} esac; }
    folder=$1 key=$1/key via=x i=0
    shift
    for reader in "$@"; do
      document=$folder/$i status=0
      look "$reader" >"$folder/out/$i" 2>/dev/null || status=$?
      echo $status
      i=$((i + 1))
    done`;
  const readers = subjects.map(([reader]) => reader);
  const statuses = sh(script, [folder, ...readers], { system }).split("\n");
  return subjects.map((_, index) => ({
    status: Number(statuses[index]),
    rows: readFileSync(join(folder, "out", String(index)), "utf8")
      .split("\n")
      .slice(0, -1),
  }));
}

/** The same, by one function. */
export function readAll(reader: Reader, documents: readonly string[], system?: System): Reading[] {
  return readEach(
    documents.map((document) => [reader, document] as const),
    system,
  );
}

/** Nothing was read, and it is not "no". */
export const notUnderstood: Reading = { status: 4, rows: [] };
