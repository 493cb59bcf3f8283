import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Task } from "../progress/progress";
import { runInStep } from "../progress/stepCommand";
import { asRoot } from "../system/privilege";
import { machineCacheFolder } from "../system/project";

/** Counts up with every change to build.sh or customize.sh, so that nobody boots an older image. */
const revision = 1;

/** The root file system that every machine of the lab starts from. */
export const imageFile = join(machineCacheFolder, "image", `debian-12-r${revision}.tar`);

export const imageTask: Task = {
  title: "Debian 12 image",
  ready: async () => existsSync(imageFile),
  run: async (step) => {
    step.detail("bootstrapping");
    await runInStep(step, await asRoot(["sh", join(__dirname, "build.sh"), imageFile]), {
      onLine: (line) => {
        const stage = /^I: (.*?)\.*$/.exec(line)?.[1];
        if (stage) step.detail(stage);
      },
    });
    return imageFile;
  },
};
