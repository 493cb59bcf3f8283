import { existsSync, readFileSync } from "node:fs";
import type { Files } from "./values";

/** Those of the computer that runs Pulumi. */
export const localFiles: Files = {
  exists: existsSync,
  text: (path) => {
    try {
      return readFileSync(path, "utf8");
    } catch {
      return undefined;
    }
  },
};
