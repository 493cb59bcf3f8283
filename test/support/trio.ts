import { sharedStack } from "./sharedStack";
import { sharedTrio } from "./sharedTrio";

// Who imports this uses it: one file after the other.

/** The cluster that most of the tests with machines share, in the order of their files. */
export const {
  addresses,
  names,
  baseSettings,
  trio,
  api,
  apis,
  on,
  processes,
  processesOf,
  trioIsUp,
  trioIsGone,
  trioIsUpWith,
} = sharedTrio(sharedStack, {
  "test-1": "198.18.77.21",
  "test-2": "198.18.77.22",
  "test-3": "198.18.77.23",
});
