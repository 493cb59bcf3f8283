import { join } from "node:path";
import { projectFolder } from "../system/project";

/**
 * TypeScript's compiler as a program of its own, several times as fast as the one that is a library. That one, 6, is `typescript`
 * here: Pulumi's SDK and the reference pages read sources by it.
 */
export const compiler = ["node", join(projectFolder, "node_modules/typescript-7/bin/tsc")];
