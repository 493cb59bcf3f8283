import type { ServiceError } from "@grpc/grpc-js";

export interface Failure {
  message: string;
  /** A failure can carry a half-made resource along, which the engine then keeps. */
  carriesState: boolean;
}

/** Waits for a call to fail. It is an error here if the call succeeds. */
export async function failureOf(outcome: Promise<unknown>): Promise<Failure> {
  let result: unknown;
  try {
    result = await outcome;
  } catch (error) {
    const { details, metadata } = error as ServiceError;
    if (details === undefined) {
      throw error;
    }
    return {
      message: details,
      carriesState: (metadata?.get("grpc-status-details-bin").length ?? 0) > 0,
    };
  }
  throw new Error(`expected a failure, got ${JSON.stringify(result)}`);
}
