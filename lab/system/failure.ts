/**
 * Something the reader of the message can understand and act on. It is shown as it stands, without
 * a stack trace; every other error is a bug of ours and shows where it came from.
 */
export class Failure extends Error {
  override name = "Failure";

  constructor(
    message: string,
    /** The whole output of the tool that failed, where there is one. */
    readonly logFile?: string,
  ) {
    super(message);
  }
}
