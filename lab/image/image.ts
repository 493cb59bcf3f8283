import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Task } from "../progress/progress";
import { runInStep } from "../progress/stepCommand";
import { asRoot } from "../system/privilege";
import { machineCacheFolder } from "../system/project";

/** The root file system that every machine of the lab starts from. */
export const imageFile = fileOf("debian-12", 1);

/** Another system, for tests of mixed hosts and of what clouds hand to a machine. */
export const otherImageFile = fileOf("debian-13", 4);

/** The revision counts up with every change to what build.sh and customize.sh make of a system: nobody boots an older one. */
function fileOf(system: string, revision: number): string {
  return join(machineCacheFolder, "image", `${system}-r${revision}.tar`);
}

export const imageTask = buildTask("Debian 12 image", imageFile, "bookworm");
export const otherImageTask = buildTask("Debian 13 image", otherImageFile, "trixie");

function buildTask(title: string, file: string, release: string): Task {
  return {
    title,
    ready: async () => existsSync(file),
    run: async (step) => {
      step.detail("bootstrapping");
      const script = join(__dirname, "build.sh");
      await runInStep(step, await asRoot(["sh", script, file, release]), {
        onLine: (line) => {
          const stage = /^I: (.*?)\.*$/.exec(line)?.[1];
          if (stage) step.detail(stage);
        },
      });
      return file;
    },
  };
}
