/** The lab's network, out of the range that RFC 2544 sets aside for benchmarks: nobody routes it. */
export const labRange = "198.18.77.0/24";

/** This computer's address in it, where the lab's resolver answers. */
export const labGateway = "198.18.77.1";

/** The bridge's name, the default of the component's `nspawn.bridge`. */
export const labBridge = "ccbr0";
