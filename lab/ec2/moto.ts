import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Step, Task } from "../progress/progress";
import { runInStep } from "../progress/stepCommand";
import { runOrFail } from "../system/command";
import { freshFolder } from "../system/fresh";
import { cacheFolder } from "../system/project";
import { isExecutable } from "../system/which";

// AWS's API on this computer is moto, with what it needs for EC2 and IAM; what it would bring along for other services is larger.

const requirements = join(__dirname, "requirements.txt");
const release = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 8);
const folder = () => join(cacheFolder(), "ec2", `moto-${release}`);

/** The Python that has moto. */
export const motoPython = () => join(folder(), "bin", "python");

export const motoTask: Task = {
  title: "AWS's API on this computer (moto)",
  ready: async () => isExecutable(motoPython()),
  run: async (step) => {
    await freshFolder(
      folder(),
      (draft) => install(step, draft),
      () => step.detail("waiting for another run that is getting it"),
    );
    return "installed";
  },
};

/** The list is whole: what stands in it is installed, and nothing that those would ask for. */
async function install(step: Step, draft: string): Promise<void> {
  await runOrFail(["python3", "-m", "venv", draft]);
  await runInStep(step, [
    ...[join(draft, "bin/python"), "-m", "pip", "install", "--quiet", "--no-deps"],
    ...["--disable-pip-version-check", "-r", requirements],
  ]);
}
