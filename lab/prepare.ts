import { imageFile, imageTask } from "./image/image";
import { mirrorFolder, mirrorTask } from "./mirror/mirror";
import { packagesTask } from "./packages/packages";
import type { Progress } from "./progress/progress";
import {
  findToolchain,
  standInNotice,
  type Toolchain,
  toolchainTasks,
} from "./toolchain/toolchain";

export interface Prepared {
  toolchain: Toolchain;
  /** The tar archive that machines are made from. */
  image: string;
  /** The folder of Consul releases. */
  mirror: string;
  /** Was all of it there already? */
  unchanged: boolean;
}

/** Everything the lab needs, short of machines: a second call finds it all and is quick. */
export async function prepare(progress: Progress): Promise<Prepared> {
  // The packages come first: the others run curl, zip and mmdebstrap.
  const done = await progress.runTasks([packagesTask, ...toolchainTasks, imageTask, mirrorTask()]);
  const toolchain = await findToolchain();
  const notice = standInNotice(toolchain);
  if (notice) progress.note(notice);
  return { toolchain, image: imageFile, mirror: mirrorFolder, unchanged: done === 0 };
}
