import { secondStack } from "./sharedStack";
import { sharedTrio } from "./sharedTrio";

/** Another such cluster, for files that are as long as all others together: they do not wait for the first one. */
export const { addresses, names, baseSettings, trio, api, on, processes, trioIsUp, trioIsUpWith } =
  sharedTrio(secondStack, {
    "more-1": "198.18.77.31",
    "more-2": "198.18.77.32",
    "more-3": "198.18.77.34",
  });
