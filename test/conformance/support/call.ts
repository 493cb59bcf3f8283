import type { ServiceError } from "@grpc/grpc-js";

type Callback<T> = (error: ServiceError | null, response: T) => void;

/** Makes a promise of one call to the plugin. */
export function call<T>(start: (done: Callback<T>) => unknown): Promise<T> {
  return new Promise((resolve, reject) =>
    start((error, response) => (error ? reject(error) : resolve(response))),
  );
}
