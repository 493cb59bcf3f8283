import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Progress, type Step } from "../../../lab/progress/progress";
import { runMain } from "../../../lab/system/main";
import { ensureConsul } from "../../../lab/toolchain/consul";
import { answersFolder, type Release, releases } from "./answers";
import { recordAcls } from "./recording/acls";
import { Book } from "./recording/book";
import { recordPlain } from "./recording/plain";
import { recordTlsClients } from "./recording/tlsClients";

// npx tsx test/unit/host-lib/record.ts [RELEASE...]: starts agents of each release on this computer's loopback
// (127.0.78.x, no root, nothing of the lab's), leads them through what a cluster goes through, and writes their
// answers to test/unit/host-lib/answers/RELEASE/: the bodies as they came, NAME.json, and index.json, which has for
// each NAME what was asked, of whom, and the HTTP code. About two minutes a release.
//
// Names are SITUATION.QUESTION: recording/plain.ts and recording/acls.ts have the situations, recording/questions.ts
// the questions. Gossip keys and tokens are dummies from the start (recording/dummies.ts).
runMain(async () => {
  const asked = process.argv.slice(2);
  const progress = new Progress();
  for (const release of releases) {
    if (asked.length > 0 && !asked.includes(release)) continue;
    const { path } = await ensureConsul(progress, release);
    await progress.step(`answers of Consul ${release}`, (step) => record(path, release, step));
  }
  return 0;
});

/** How many answers there are. */
async function record(consul: string, release: Release, step: Step): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), "consul-answers-"));
  const book = new Book((situation) => step.detail(situation));
  book.replace(root, "/tmp/recording");
  try {
    await recordPlain(book, consul, join(root, "plain"));
    await recordAcls(book, consul, join(root, "acls"));
    await recordTlsClients(book, consul, join(root, "tls-clients"));
    book.write(join(answersFolder, release));
    return `${book.size} answers`;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
