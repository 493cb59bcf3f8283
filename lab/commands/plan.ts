import {
  type PlanOptions,
  readOptions,
  readPreview,
  showPlan,
  usage,
} from "../../components/review/command";
import { holdsPreview } from "../../components/review/preview";
import { Progress } from "../progress/progress";
import { devStack, layoutOf } from "../pulumi/layout";
import { runPulumi } from "../pulumi/run";
import { stackExists } from "../pulumi/stack";
import { run } from "../system/command";
import { Failure } from "../system/failure";
import { runMain } from "../system/main";
import { ensureToolchain } from "../toolchain/toolchain";

// npm run plan: what a change means, server by server, from a preview.
runMain(async () => {
  const options = readable(() => readOptions(process.argv.slice(2)));
  if (options.help) {
    console.log(usage);
    return 0;
  }
  const json = options.from === undefined ? await preview(options) : readPreview(options.from);
  const { stdout } = process;
  return readable(() =>
    showPlan(json, options, {
      colored: stdout.isTTY === true && process.env.NO_COLOR === undefined,
      write: (text) => stdout.write(text),
    }),
  );
});

/** What a person did wrong is said without a stack trace. */
function readable<T>(attempt: () => T): T {
  try {
    return attempt();
  } catch (error) {
    throw new Failure((error as Error).message);
  }
}

/** A stack of the lab's is previewed as `npm run dev` does it, any other as the user's own CLI does. */
async function preview({ stack = devStack }: PlanOptions): Promise<string> {
  const toolchain = await ensureToolchain(new Progress());
  const flags = ["preview", "--json", "--show-sames"];
  const ours = stack === devStack || (await stackExists(layoutOf(), stack));
  const { code, stdout, stderr } = ours
    ? await runPulumi(flags, { toolchain, stack })
    : await run([toolchain.pulumi, ...flags, "--stack", stack]);
  // A preview that failed says why in its JSON; where it printed none, the CLI did not come so far.
  if (code !== 0 && !holdsPreview(stdout)) throw new Failure(stderr || stdout);
  return stdout;
}
